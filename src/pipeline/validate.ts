/**
 * The validation step: checks a structured answer against its schema, with one repair while nothing was shown.
 *
 * For `output.format: json` the step emits growing `object` chunks (only when the call is `live`), then the valid value as
 * the final `object`, then one `text` chunk of compact JSON. The text of the answer is therefore JSON even if the model
 * wrote prose or a code fence around it. Unless the call is live, the answer is held back until it is valid, so that a
 * repair replaces the first answer completely. A repair is another attempt of the same call: it uses the attempts and the
 * time that the route has left, and is skipped when nothing is left. Text answers pass through at no cost.
 */

import { type Batch, batchesOf } from '../core/batch.ts';
import type { Call, Handler, Step, WholeHandler } from '../core/call/call.ts';
import { type Answer, answerOf } from '../core/call/collect-answer.ts';
import type { Chunk } from '../core/chunk.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { repairRequest } from '../core/request/repair.ts';
import type { CompletionRequest, ModelRequest } from '../core/request/request.ts';
import { eachAnswer } from '../core/restart.ts';
import { turnsOf } from '../core/turns/turns.ts';
import { defaultSchemaLimits, type SchemaLimits } from './validate/schema/schema-limits.ts';
import type { SchemaReader } from './validate/schema/schema-reader.ts';
import {
  type Checking,
  type Heard,
  heard,
  type Invalid,
  invalid,
  listen,
  type Reading,
  readingOf,
  shownAs,
} from './validate/structured-answer.ts';

export interface ValidateOptions {
  /** Whether the guard masks the route's prompts: placeholders then stand for values that have a format or pattern. */
  readonly masked?: (route: string) => boolean;
  readonly limits?: SchemaLimits;
}

/** Subschemas of a request's tools that are read in one turn, some 3 µs each. */
const subschemasPerTurn = 700;
/**
 * Throws BAD_REQUEST for a schema that is refused, a tool's included, and INVALID_OUTPUT, with the issues, for an answer that does not fit.
 */
export function validated({ masked = () => false, limits = defaultSchemaLimits }: ValidateOptions = {}): Step {
  let reader: Promise<SchemaReader> | null = null;
  // This is imported with the first schema, because RE2 takes some megabytes.
  const loaded = (): Promise<SchemaReader> =>
    (reader ??= import('./validate/schema/schema-reader.ts').then(({ schemaReader }) => schemaReader(limits)));
  const isChecked = (request: ModelRequest): request is CompletionRequest =>
    request.kind === 'completion' && (request.output.format === 'json' || request.tools.length > 0);
  const checkingOf = (request: CompletionRequest, call: Call): Promise<Checking | null> =>
    readSchemas(request, call, loaded, { limits, masked: masked(call.route) });
  return {
    stream: (next) => (request, call) => (isChecked(request) ? checkedStream(next, request, call, checkingOf) : next(request, call)),
    whole: (next) => (request, call) => (isChecked(request) ? checkedAnswer(next, request, call, checkingOf) : next(request, call)),
  };
}

type CheckingOf = (request: CompletionRequest, call: Call) => Promise<Checking | null>;

/** Null where the answer is text, which is not checked. */
async function readSchemas(
  request: CompletionRequest,
  { signal }: Call,
  loaded: () => Promise<SchemaReader>,
  { limits, masked }: { readonly limits: SchemaLimits; readonly masked: boolean },
): Promise<Checking | null> {
  const turns = turnsOf({ unitsPerTurn: subschemasPerTurn, signal });
  for (const { name, parameters } of request.tools) {
    const { subschemas } = await (await loaded()).read(parameters, `the parameters of the tool "${name}"`, signal);
    const turn = turns.spend(subschemas);
    if (turn !== null) await turn;
  }
  if (request.output.format !== 'json') return null;
  const { schema } = request.output;
  return { schema: schema === null ? null : await (await loaded()).checked(schema, masked, signal), limits, signal };
}

async function* checkedStream(next: Handler, request: CompletionRequest, asked: Call, checkingOf: CheckingOf): AsyncGenerator<Batch> {
  const checking = await checkingOf(request, asked);
  if (checking === null) return yield* next(request, asked);
  const call = withSpent(asked);
  const first = yield* listened(next(request, call), checking, call);
  const reading = await readingOf(first, checking);
  if (!('issues' in reading)) return yield* batchesOf([...shownAs(first, reading)]);
  const second = yield* repaired(next, repairOf(request, first, reading), call, checking, invalid(first, reading.issues));
  yield* batchesOf([...repairedAs(first, second, await readingOf(second, checking))]);
}

async function checkedAnswer(next: WholeHandler, request: CompletionRequest, asked: Call, checkingOf: CheckingOf): Promise<Answer> {
  const checking = await checkingOf(request, asked);
  if (checking === null) return next(request, asked);
  const call = withSpent(asked);
  const first = heard(await next(request, call), checking);
  const reading = await readingOf(first, checking);
  if (!('issues' in reading)) return answerOf(shownAs(first, reading));
  const again = repairOf(request, first, reading);
  const second = await repairedAnswer(next, again, call, checking, invalid(first, reading.issues));
  return answerOf(repairedAs(first, second, await readingOf(second, checking)));
}

/** All requests of a call, repairs included, share one budget. */
const withSpent = (call: Call): Call => ({ ...call, spent: call.spent ?? { attempts: 0, endsAt: null } });

/** The request for a repair; throws where none may help. */
function repairOf(request: CompletionRequest, first: Heard, { issues }: Invalid): CompletionRequest {
  if (first.shown || first.reason === 'length' || first.reason === 'content-filter') throw invalid(first, issues);
  return repairRequest(request, first.text, issues);
}

function* repairedAs(first: Heard, second: Heard, reading: Reading): Generator<Chunk> {
  if ('issues' in reading) throw invalid(second, reading.issues);
  yield* first.held.filter((chunk) => chunk.type === 'warning');
  yield* shownAs(second, reading);
}

/**
 * A repair that cannot be asked for (no attempt or money left, no model) leaves the first answer's failure; a cancelled call stays
 * cancelled.
 */
async function* repaired(
  next: Handler,
  request: CompletionRequest,
  call: Call,
  checking: Checking,
  failure: GatewayError,
): AsyncGenerator<Batch, Heard> {
  try {
    return yield* listened(next(request, call), checking, call);
  } catch (error) {
    throw repairFailure(error, call, failure);
  }
}

async function repairedAnswer(
  next: WholeHandler,
  request: CompletionRequest,
  call: Call,
  checking: Checking,
  failure: GatewayError,
): Promise<Heard> {
  try {
    return heard(await next(request, call), checking);
  } catch (error) {
    throw repairFailure(error, call, failure);
  }
}

function repairFailure(error: unknown, { signal }: Call, { code: wrong, message, details }: GatewayError): unknown {
  const { code } = asGatewayError(error);
  if (signal.aborted || code === 'CANCELLED' || code === 'TIMEOUT' || code === 'INTERNAL') return error;
  return new GatewayError(wrong, message, details, { cause: error });
}

/** The chunks of the last attempt, where a stream has begun anew. */
function listened(batches: AsyncIterable<Batch>, checking: Checking, { live = false }: Call): AsyncGenerator<Batch, Heard> {
  return eachAnswer(batches, (answer) => listen(answer, checking, live));
}
