/**
 * Structured output against its schema, with one repair while nothing has been shown.
 *
 * What comes out for `output.format: json`: `object` chunks that grow (only when the call is `live`), then the valid
 * value as the final `object`, then the same as one `text` chunk of compact JSON, so that the answer's text is the JSON
 * whatever prose or code fence the model put around it. Unless somebody watches, everything waits until it is valid,
 * so that a repair replaces the first answer without trace. A repair is one more attempt of the same call: it takes what
 * the route has left of attempts and time, and is not made when nothing is. Text answers pass at no cost.
 */

import type { Call, Handler, Step } from '../core/call.ts';
import type { Chunk, FinishReason } from '../core/chunk.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { repairRequest } from '../core/repair.ts';
import type { CompletionRequest } from '../core/request.ts';
import { eachAnswer } from '../core/restart.ts';
import { growingObject } from './validate/growing-object.ts';
import { jsonValuesIn } from './validate/json-in-text.ts';
import type { CompiledSchema, Issue, SchemaCompiler, SchemaLimits } from './validate/schema.ts';

export interface ValidateOptions {
  /** Whether the guard masks the route's prompts: placeholders then stand for values that have a format or pattern. */
  readonly masked?: (route: string) => boolean;
  readonly limits?: SchemaLimits;
}

/** Throws BAD_REQUEST for a schema that cannot be used, and INVALID_OUTPUT, with the issues, for an answer that does not fit it. */
export function validated({ masked = () => false, limits }: ValidateOptions = {}): Step {
  let compiler: Promise<SchemaCompiler> | null = null;
  // Imported with the first structured answer: Ajv takes 14 MB.
  const loaded = (): Promise<SchemaCompiler> =>
    (compiler ??= import('./validate/schema.ts').then(({ schemaCompiler }) => schemaCompiler(limits)));
  return (next) => (request, call) => {
    if (request.kind !== 'completion' || request.output.format !== 'json') return next(request, call);
    const { schema } = request.output;
    return validAnswer(next, request, call, async () => (schema === null ? null : (await loaded())(schema, masked(call.route))));
  };
}

interface Answer {
  readonly text: string;
  readonly reason: FinishReason | null;
  readonly held: readonly Chunk[];
  readonly shown: boolean;
  readonly calledTools: boolean;
}

type Reading = { readonly value: unknown } | { readonly issues: readonly Issue[] };

async function* validAnswer(
  next: Handler,
  request: CompletionRequest,
  asked: Call,
  compile: () => Promise<CompiledSchema | null>,
): AsyncGenerator<Chunk> {
  const call: Call = { ...asked, spent: asked.spent ?? { attempts: 0, endsAt: null } };
  const compiled = await compile();
  const first = yield* listened(next(request, call), compiled, call);
  const reading = readingOf(first, compiled);
  if (!('issues' in reading)) return yield* shownAs(first, reading);
  if (first.shown || first.reason === 'length' || first.reason === 'content-filter') throw invalid(first, reading.issues);
  const second = yield* repaired(next, repairRequest(request, first.text, reading.issues), call, compiled, invalid(first, reading.issues));
  const again = readingOf(second, compiled);
  if ('issues' in again) throw invalid(second, again.issues);
  yield* first.held.filter((chunk) => chunk.type === 'warning');
  yield* shownAs(second, again);
}

/** A repair that cannot be asked for (no attempt or money left, no model) leaves the first answer's failure; a cancelled call stays cancelled. */
async function* repaired(
  next: Handler,
  request: CompletionRequest,
  call: Call,
  compiled: CompiledSchema | null,
  failure: GatewayError,
): AsyncGenerator<Chunk, Answer> {
  try {
    return yield* listened(next(request, call), compiled, call);
  } catch (error) {
    const { code } = asGatewayError(error);
    if (call.signal.aborted || code === 'CANCELLED' || code === 'TIMEOUT' || code === 'INTERNAL') throw error;
    throw new GatewayError(failure.code, failure.message, failure.details, { cause: error });
  }
}

/** Of a stream that begins anew, what was said last. */
function listened(chunks: AsyncIterable<Chunk>, compiled: CompiledSchema | null, { live = false }: Call): AsyncGenerator<Chunk, Answer> {
  return eachAnswer(chunks, (answer) => listen(answer, compiled, live));
}

async function* listen(chunks: AsyncIterable<Chunk>, compiled: CompiledSchema | null, live: boolean): AsyncGenerator<Chunk, Answer> {
  const growing = live ? growingObject(compiled) : null;
  const held: Chunk[] = [];
  let answer: Omit<Answer, 'held'> = { text: '', reason: null, shown: false, calledTools: false };
  for await (const chunk of chunks) {
    if (chunk.type === 'text') {
      answer = { ...answer, text: answer.text + chunk.text };
      const value = growing?.push(chunk.text) ?? null;
      if (value === null) continue;
      answer = { ...answer, shown: true };
      yield { type: 'object', value, final: false };
    } else if (chunk.type === 'finish') answer = { ...answer, reason: chunk.reason };
    else if (chunk.type === 'object') {
      if (chunk.final) answer = { ...answer, text: JSON.stringify(chunk.value) };
    } else {
      if (chunk.type === 'tool-call' && chunk.done) answer = { ...answer, calledTools: true };
      if (live) {
        answer = { ...answer, shown: answer.shown || chunk.type !== 'warning' };
        yield chunk;
      } else held.push(chunk);
    }
  }
  return { ...answer, held };
}

/** Undefined value: the model called tools instead of answering, and the answer comes in a later turn. */
function readingOf(answer: Answer, compiled: CompiledSchema | null): Reading {
  if (answer.calledTools && answer.text.trim() === '') return { value: undefined };
  const values = jsonValuesIn(answer.text);
  if (values.length === 0) return { issues: [{ path: '', message: answer.text.trim() === '' ? 'must not be empty' : 'must be JSON' }] };
  let issues: readonly Issue[] | null = null;
  for (const value of values) {
    const wrong = compiled?.issues(value) ?? null;
    if (wrong === null) return { value };
    issues ??= wrong;
  }
  return { issues: issues ?? [] };
}

function* shownAs({ held, reason }: Answer, reading: { readonly value: unknown }): Generator<Chunk> {
  yield* held;
  if (reading.value !== undefined) {
    yield { type: 'object', value: reading.value, final: true };
    yield { type: 'text', text: JSON.stringify(reading.value) };
  }
  if (reason !== null) yield { type: 'finish', reason };
}

function invalid({ reason, shown }: Answer, issues: readonly Issue[]): GatewayError {
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
