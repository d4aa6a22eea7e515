/**
 * The validation step: checks a structured answer against its schema, with one repair while nothing was shown.
 *
 * For `output.format: json` the step emits growing `object` chunks (only when the call is `live`), then the valid value as
 * the final `object`, then one `text` chunk of compact JSON. The text of the answer is therefore JSON even if the model
 * wrote prose or a code fence around it. Unless the call is live, the answer is held back until it is valid, so that a
 * repair replaces the first answer completely. A repair is another attempt of the same call: it uses the attempts and the
 * time that the route has left, and is skipped when nothing is left. Text answers pass through at no cost.
 */

import type { Call, Handler, Step } from '../core/call/call.ts';
import { streamStep } from '../core/call/step.ts';
import type { Chunk, FinishReason } from '../core/chunk.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { repairRequest } from '../core/request/repair.ts';
import type { CompletionRequest } from '../core/request/request.ts';
import { eachAnswer } from '../core/restart.ts';
import { turnsOf } from '../core/turns/turns.ts';
import { growingObject } from './validate/growing-object.ts';
import type { Issue } from './validate/issues.ts';
import { jsonIn } from './validate/json-in-text.ts';
import { defaultSchemaLimits, type SchemaLimits } from './validate/schema/schema-limits.ts';
import type { CheckedSchema, SchemaReader } from './validate/schema/schema-reader.ts';

export interface ValidateOptions {
  /** Whether the guard masks the route's prompts: placeholders then stand for values that have a format or pattern. */
  readonly masked?: (route: string) => boolean;
  readonly limits?: SchemaLimits;
}

/** What the check of one answer needs. */
interface Checking {
  /** Null: any JSON value will do. */
  readonly schema: CheckedSchema | null;
  readonly limits: SchemaLimits;
  readonly signal: AbortSignal;
}

/** Of the tools of a request, some 3 µs each. */
const subschemasPerTurn = 700;
/** Characters of an answer that are read in one slice. */
const charactersPerTurn = 65_536;

/** Throws BAD_REQUEST for a schema that is refused, a tool's included, and INVALID_OUTPUT, with the issues, for an answer that does not fit. */
export function validated({ masked = () => false, limits = defaultSchemaLimits }: ValidateOptions = {}): Step {
  let reader: Promise<SchemaReader> | null = null;
  // Imported with the first schema: RE2 takes some megabytes.
  const loaded = (): Promise<SchemaReader> =>
    (reader ??= import('./validate/schema/schema-reader.ts').then(({ schemaReader }) => schemaReader(limits)));
  return streamStep((next) => (request, call) => {
    if (request.kind !== 'completion' || (request.output.format !== 'json' && request.tools.length === 0)) return next(request, call);
    return checkedAnswer(next, request, call, loaded, { limits, masked: masked(call.route) });
  });
}

async function* checkedAnswer(
  next: Handler,
  request: CompletionRequest,
  call: Call,
  loaded: () => Promise<SchemaReader>,
  { limits, masked }: { readonly limits: SchemaLimits; readonly masked: boolean },
): AsyncGenerator<Chunk> {
  const { signal } = call;
  const turns = turnsOf({ unitsPerTurn: subschemasPerTurn, signal });
  for (const { name, parameters } of request.tools) {
    const { subschemas } = await (await loaded()).read(parameters, `the parameters of the tool "${name}"`, signal);
    const turn = turns.spend(subschemas);
    if (turn !== null) await turn;
  }
  if (request.output.format !== 'json') return yield* next(request, call);
  const { schema } = request.output;
  yield* validAnswer(next, request, call, {
    schema: schema === null ? null : await (await loaded()).checked(schema, masked, signal),
    limits,
    signal,
  });
}

interface Answer {
  readonly text: string;
  readonly reason: FinishReason | null;
  readonly held: readonly Chunk[];
  readonly shown: boolean;
  readonly calledTools: boolean;
}

type Reading = { readonly value: unknown } | { readonly issues: readonly Issue[] };

async function* validAnswer(next: Handler, request: CompletionRequest, asked: Call, checking: Checking): AsyncGenerator<Chunk> {
  const call: Call = { ...asked, spent: asked.spent ?? { attempts: 0, endsAt: null } };
  const first = yield* listened(next(request, call), checking, call);
  const reading = await readingOf(first, checking);
  if (!('issues' in reading)) return yield* shownAs(first, reading);
  if (first.shown || first.reason === 'length' || first.reason === 'content-filter') throw invalid(first, reading.issues);
  const second = yield* repaired(next, repairRequest(request, first.text, reading.issues), call, checking, invalid(first, reading.issues));
  const again = await readingOf(second, checking);
  if ('issues' in again) throw invalid(second, again.issues);
  yield* first.held.filter((chunk) => chunk.type === 'warning');
  yield* shownAs(second, again);
}

/** A repair that cannot be asked for (no attempt or money left, no model) leaves the first answer's failure; a cancelled call stays cancelled. */
async function* repaired(
  next: Handler,
  request: CompletionRequest,
  call: Call,
  checking: Checking,
  failure: GatewayError,
): AsyncGenerator<Chunk, Answer> {
  try {
    return yield* listened(next(request, call), checking, call);
  } catch (error) {
    const { code } = asGatewayError(error);
    if (call.signal.aborted || code === 'CANCELLED' || code === 'TIMEOUT' || code === 'INTERNAL') throw error;
    throw new GatewayError(failure.code, failure.message, failure.details, { cause: error });
  }
}

/** Of a stream that begins anew, what was said last. */
function listened(chunks: AsyncIterable<Chunk>, checking: Checking, { live = false }: Call): AsyncGenerator<Chunk, Answer> {
  return eachAnswer(chunks, (answer) => listen(answer, checking, live));
}

async function* listen(chunks: AsyncIterable<Chunk>, { schema, limits }: Checking, live: boolean): AsyncGenerator<Chunk, Answer> {
  const growing = live ? growingObject(schema, limits.maxAnswerDepth) : null;
  const held: Chunk[] = [];
  let answer: Omit<Answer, 'held'> = { text: '', reason: null, shown: false, calledTools: false };
  for await (const chunk of chunks) {
    if (chunk.type === 'text') {
      answer = { ...answer, text: answer.text + chunk.text };
      if (answer.text.length > limits.maxAnswerLength) throw tooLong(answer, limits.maxAnswerLength);
      const value = (await growing?.push(chunk.text)) ?? null;
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
async function readingOf(answer: Answer, { schema, limits, signal }: Checking): Promise<Reading> {
  const isEmpty = answer.text.trim() === '';
  if (answer.calledTools && isEmpty) return { value: undefined };
  let issues: readonly Issue[] | null = null;
  let tooDeep = false;
  const turns = turnsOf({ unitsPerTurn: charactersPerTurn, signal });
  for await (const read of jsonIn(answer.text, { maxDepth: limits.maxAnswerDepth, turns })) {
    tooDeep ||= read === 'too-deep';
    if (typeof read === 'string') continue;
    const wrong = (await schema?.issues(read.value)) ?? null;
    if (wrong === null) return { value: read.value };
    issues ??= wrong;
  }
  if (issues !== null) return { issues };
  if (tooDeep) return { issues: [{ path: '', message: `must nest objects and lists no deeper than ${limits.maxAnswerDepth} levels` }] };
  return { issues: [{ path: '', message: isEmpty ? 'must not be empty' : 'must be JSON' }] };
}

function* shownAs({ held, reason }: Answer, reading: { readonly value: unknown }): Generator<Chunk> {
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
