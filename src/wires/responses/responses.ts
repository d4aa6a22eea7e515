/** The OpenAI Responses API (platform.openai.com, API reference, Responses). Its dialects differ in nothing that a provider would have to know. */
import type { Wire } from '../wire.ts';
import { decodeAnswer } from './decode-answer.ts';
import { decodeEvents } from './decode-events.ts';
import { encodeRequest } from './encode-request.ts';

export type ResponsesSettings = Readonly<Record<never, never>>;

export const responses: Pick<Wire<ResponsesSettings>, 'encodeRequest' | 'decodeAnswer' | 'decodeEvents'> = {
  encodeRequest,
  decodeAnswer,
  decodeEvents,
};
