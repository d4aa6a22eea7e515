/** `fieldgate/client`: what it exports, and nothing else. For browsers, Node and workers; it has no dependency. */
export { assemble, type CompletionSoFar, emptyCompletion, hasGap, type ToolCallSoFar } from './assemble.ts';
export type * from './completion-events.ts';
export type * from './completion-input.ts';
export { type AskOptions, type Client, type ClientOptions, type CompleteOptions, createClient, type QueryResult } from './create-client.ts';
export { addDecimal, formatMoney } from './decimal.ts';
export type { Answer, AnswerSnapshot, AnswerStatus, Leaving } from './live-answer.ts';
export type { TokenSource } from './transport/credentials.ts';
export type { Operation, Result, ResultPart } from './transport/link.ts';
export { RequestError, type SentError } from './transport/request-error.ts';
export type { Document, EventOf, TypedDocument } from './typed-document.ts';
