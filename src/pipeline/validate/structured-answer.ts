/** Reads a structured answer: what was heard of it, the value in it or what is wrong with it, and how it is shown. */
import type { Batch } from '../../core/batch.ts';
import type { Answer } from '../../core/call/collect-answer.ts';
import type { Chunk, FinishReason } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import { turnsOf } from '../../core/turns/turns.ts';
import { maxObjectMembers } from './growing-json.ts';
import { growingObject } from './growing-object.ts';
import type { Issue } from './issues.ts';
import { jsonIn } from './json-in-text.ts';
import type { SchemaLimits } from './schema/schema-limits.ts';
import type { CheckedSchema } from './schema/schema-reader.ts';

/** What the check of one answer needs. */
export interface Checking {
  /** Null: any JSON value will do. */
  readonly schema: CheckedSchema | null;
  readonly limits: SchemaLimits;
  readonly signal: AbortSignal;
}

/** Characters of an answer that are read in one slice. */
const charactersPerTurn = 65_536;

/** What was heard of one answer. */
export interface Heard {
  readonly text: string;
  readonly reason: FinishReason | null;
  readonly held: readonly Chunk[];
  readonly shown: boolean;
  readonly calledTools: boolean;
}

export interface Invalid {
  readonly issues: readonly Issue[];
}
export type Reading = { readonly value: unknown } | Invalid;

/** Passes on what is shown at once, and returns all that was heard. */
export async function* listen(batches: AsyncIterable<Batch>, { schema, limits }: Checking, live: boolean): AsyncGenerator<Batch, Heard> {
  const growing = live ? growingObject(schema, limits.maxAnswerDepth) : null;
  const held: Chunk[] = [];
  let answer: Omit<Heard, 'held'> = { text: '', reason: null, shown: false, calledTools: false };
  for await (const batch of batches) {
    for (const chunk of batch) {
      if (chunk.type === 'text') {
        answer = { ...answer, text: answer.text + chunk.text };
        if (answer.text.length > limits.maxAnswerLength) throw tooLong(answer, limits.maxAnswerLength);
        const value = (await growing?.push(chunk.text)) ?? null;
        if (value === null) continue;
        answer = { ...answer, shown: true };
        yield [{ type: 'object', value, final: false }];
      } else if (chunk.type === 'finish') answer = { ...answer, reason: chunk.reason };
      else if (chunk.type === 'object') {
        if (chunk.final) answer = { ...answer, text: JSON.stringify(chunk.value) };
      } else {
        if (chunk.type === 'tool-call' && chunk.done) answer = { ...answer, calledTools: true };
        if (live) {
          answer = { ...answer, shown: answer.shown || chunk.type !== 'warning' };
          yield [chunk];
        } else held.push(chunk);
      }
    }
  }
  return { ...answer, held };
}

/** Of an answer that is whole already. */
export function heard({ chunks }: Answer, { limits }: Checking): Heard {
  const held: Chunk[] = [];
  let answer: Omit<Heard, 'held'> = { text: '', reason: null, shown: false, calledTools: false };
  for (const chunk of chunks) {
    if (chunk.type === 'text') answer = { ...answer, text: answer.text + chunk.text };
    else if (chunk.type === 'finish') answer = { ...answer, reason: chunk.reason };
    else if (chunk.type === 'object') answer = { ...answer, text: JSON.stringify(chunk.value) };
    else {
      if (chunk.type === 'tool-call') answer = { ...answer, calledTools: true };
      held.push(chunk);
    }
    if (answer.text.length > limits.maxAnswerLength) throw tooLong(answer, limits.maxAnswerLength);
  }
  return { ...answer, held };
}

/** Undefined value: the model called tools instead of answering, and the answer comes in a later turn. */
export async function readingOf(answer: Heard, { schema, limits, signal }: Checking): Promise<Reading> {
  const isEmpty = answer.text.trim() === '';
  if (answer.calledTools && isEmpty) return { value: undefined };
  let issues: readonly Issue[] | null = null;
  let tooMuch: 'too-deep' | 'too-wide' | null = null;
  const turns = turnsOf({ unitsPerTurn: charactersPerTurn, signal });
  for await (const read of jsonIn(answer.text, { maxDepth: limits.maxAnswerDepth, turns })) {
    if (read === 'too-deep' || read === 'too-wide') tooMuch ??= read;
    if (typeof read === 'string') continue;
    const wrong = (await schema?.issues(read.value)) ?? null;
    if (wrong === null) return { value: read.value };
    issues ??= wrong;
  }
  if (issues !== null) return { issues };
  if (tooMuch === 'too-deep')
    return { issues: [{ path: '', message: `must nest objects and lists no deeper than ${limits.maxAnswerDepth} levels` }] };
  if (tooMuch === 'too-wide')
    return { issues: [{ path: '', message: `must have no more than ${maxObjectMembers} members in one object` }] };
  return { issues: [{ path: '', message: isEmpty ? 'must not be empty' : 'must be JSON' }] };
}

export function* shownAs({ held, reason }: Heard, reading: { readonly value: unknown }): Generator<Chunk> {
  yield* held;
  if (reading.value !== undefined) {
    yield { type: 'object', value: reading.value, final: true };
    yield { type: 'text', text: JSON.stringify(reading.value) };
  }
  if (reason !== null) yield { type: 'finish', reason };
}

const tooLong = (answer: { readonly shown: boolean }, max: number): GatewayError =>
  new GatewayError('INVALID_OUTPUT', `The model's answer is longer than ${max} characters. A shorter JSON value would be accepted.`, {
    issues: [{ path: '', message: `must be no longer than ${max} characters` }],
    phase: answer.shown ? 'mid-stream' : 'before-content',
  });

export function invalid({ reason, shown }: Heard, issues: readonly Issue[]): GatewayError {
  return new GatewayError('INVALID_OUTPUT', sentences(reason, issues), { issues, phase: shown ? 'mid-stream' : 'before-content' });
}

function sentences(reason: FinishReason | null, issues: readonly Issue[]): string {
  if (reason === 'length') {
    return 'The model reached the maximum length before its JSON was whole. A larger maxOutputTokens, or a schema that asks for less, would fit.';
  }
  if (reason === 'content-filter')
    return "The provider's content filter stopped the answer before its JSON was whole. Another prompt would be accepted.";
  const places = issues.length === 1 ? 'one place' : `${issues.length} places`;
  return `The model's answer does not match the requested JSON in ${places}. Valid JSON for the schema would be accepted.`;
}
