/**
 * The cache step: answers a call from a stored answer or from an identical call in flight.
 *
 * A stored answer is replayed as the stream it was. Identical calls in flight share one upstream call, also on routes that
 * store nothing. A structured answer also serves a request for a subset of its schema (`schema-subset.ts`). Answers never
 * leave their tenant and permission set (`cache-key.ts`). With `bypass` and `refresh` the model is asked again.
 */
import { type Batch, batchesOf } from '../../core/batch.ts';
import type { AttemptFact, Call, Step } from '../../core/call/call.ts';
import type { Answer } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import type { JsonSchema } from '../../core/request/json-schema.ts';
import type { CompletionRequest, ModelRequest } from '../../core/request/request.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';
import type { Route } from '../../routing/route.ts';
import type { RouteFor } from '../../routing/routing-rules.ts';
import type { Log } from '../../telemetry/log.ts';
import { answerPart } from './answer-part.ts';
import { cacheKey, promptKey } from './cache-key.ts';
import { type AnsweredSchemas, answeredSchemas } from './cache-schemas.ts';
import type { AnswerStore } from './cache-store.ts';
import { payersOwn } from './flight-crew.ts';
import { isWhole, type KeptAnswer, wholeOf } from './kept-answer.ts';
import { type AnswerMemory, type KeptAnswers, keptAnswers } from './kept-answers.ts';
import { operationAnswers, type ToldAnswers } from './operation-answers.ts';
import { partOf } from './schema-subset.ts';
import { WholeFlight } from './shared-answer.ts';
import type { Flight, FlightOptions, FlightReader } from './shared-call.ts';
import { openFlight } from './shared-stream.ts';

export interface CacheOptions {
  readonly store: AnswerStore | AnswerMemory;
  readonly routeFor: RouteFor;
  readonly log: Log;
  /** The step below, which also judges the part that is taken of a fuller answer. */
  readonly validate: Step;
  readonly now?: () => number;
  /** The clock by which a store that does not answer is left alone for a while. */
  readonly monotonicMs?: () => number;
}

/**
 * Clocks of processes that share a store may differ by this much. An answer from further in the future was stored before the system time
 * was set back.
 */
const maxAheadMs = 60_000;

export function cached({ store, routeFor, log, validate, now = Date.now, monotonicMs = monotonic }: CacheOptions): Step {
  const answers = keptAnswers(store, log, monotonicMs);
  const schemas = answeredSchemas(answers.texts, now);
  const flights = new Map<string, Flight>();
  const storing = new Map<string, KeptAnswer>();
  const told = operationAnswers(monotonicMs);
  const askedOf = (request: ModelRequest, call: Call, fly: CachedCall['fly']): CachedCall | null => {
    const route = routeFor(call);
    if (route === undefined || call.cache.mode === 'bypass') return null;
    return { fly, request, call, route, answers, schemas, flights, storing, told, validate, now };
  };
  return {
    stream(next) {
      const fly: CachedCall['fly'] = ({ request, landed }) => openFlight({ next, request, landed });
      return (request, call) => {
        const asked = askedOf(request, call, fly);
        return asked === null ? next(request, call) : cachedStream(asked);
      };
    },
    whole(next) {
      const fly: CachedCall['fly'] = ({ request, landed }) => new WholeFlight({ next, request, landed });
      return (request, call) => {
        const asked = askedOf(request, call, fly);
        return asked === null ? next(request, call) : cachedAnswer(asked);
      };
    },
  };
}

interface CachedCall {
  /** Opens a call of a model that others may share. */
  readonly fly: (flying: Pick<FlightOptions, 'request' | 'landed'>) => Flight;
  readonly request: ModelRequest;
  readonly call: Call;
  readonly route: Route;
  readonly answers: KeptAnswers;
  readonly schemas: AnsweredSchemas;
  readonly flights: Map<string, Flight>;
  /** Answers on their way into the store. */
  readonly storing: Map<string, KeptAnswer>;
  readonly told: ToldAnswers;
  readonly validate: Step;
  readonly now: () => number;
}

async function* cachedStream(asked: CachedCall): AsyncIterable<Batch> {
  const { call } = asked;
  for (;;) {
    const finding = foundFor(asked);
    const found = finding instanceof Promise ? await finding : finding;
    if ('kept' in found) {
      yield* replayed(found.kept, call);
      return;
    }
    let said = false;
    let again = false;
    try {
      for await (const batch of found.reader.batches()) {
        said = batch[0]?.type !== 'restart';
        yield batch;
      }
      return;
    } catch (error) {
      again = !said && mayAskAgain(found, error, call);
      if (!again) throw error;
    } finally {
      reportEnd(found, asked, again);
    }
  }
}

async function cachedAnswer(asked: CachedCall): Promise<Answer> {
  const { call } = asked;
  for (;;) {
    const finding = foundFor(asked);
    const found = finding instanceof Promise ? await finding : finding;
    if ('kept' in found) return wholeOf(found.kept);
    let again = false;
    try {
      return await found.reader.whole();
    } catch (error) {
      again = mayAskAgain(found, error, call);
      if (!again) throw error;
    } finally {
      reportEnd(found, asked, again);
    }
  }
}

/** An answer that is there and was reported, or a reader of an answer that is still coming. */
type Found = { readonly kept: KeptAnswer } | Reading;

interface Reading {
  readonly reader: FlightReader;
  /** Whether somebody else opened the shared call. */
  readonly joined: boolean;
}

/** Returns at once where nothing must be waited for. */
function foundFor(asked: CachedCall): Found | Promise<Found> {
  const key = cacheKey(asked.request, asked.call, asked.route);
  return typeof key === 'string' ? foundUnder(key, asked) : key.then((computed) => foundUnder(computed, asked));
}

function foundUnder(key: string, asked: CachedCall): Found | Promise<Found> {
  const { call, flights } = asked;
  if (call.cache.mode !== 'default' || flights.has(key)) return chosen(key, asked, null);
  const kept = keptAnswer(asked, key);
  if (kept instanceof Promise) return kept.then((found) => keptOrPart(key, asked, found));
  return keptOrPart(key, asked, kept);
}

function keptOrPart(key: string, asked: CachedCall, kept: KeptAnswer | null): Found | Promise<Found> {
  if (kept !== null || !isStructured(asked.request)) return chosen(key, asked, kept);
  return partOfFuller(asked, asked.request).then((part) => chosen(key, asked, part));
}

function chosen(key: string, asked: CachedCall, kept: KeptAnswer | null): Found {
  const { call, flights } = asked;
  const shared = call.cache.mode === 'default';
  const told = kept === null && shared ? asked.told.to(call, key) : null;
  const there = kept ?? told;
  if (there !== null) {
    call.report({ type: 'cache', status: kept === null ? 'SHARED' : 'HIT', answeredBy: there.answeredBy });
    throwIfAborted(call.signal);
    return { kept: there };
  }
  const joined = shared ? (flights.get(key)?.join(call) ?? null) : null;
  if (joined !== null && call.progress !== undefined) call.progress.stage = 'shared';
  return { reader: joined ?? opened(asked, key, shared), joined: joined !== null };
}

/** Whether the failure was the payer's and not the call's: a follower then asks again for itself. */
const mayAskAgain = ({ joined }: Reading, error: unknown, { signal }: Call): boolean =>
  joined && error instanceof GatewayError && payersOwn.has(error.code) && !signal.aborted;

function reportEnd({ reader, joined }: Reading, { call, route }: CachedCall, again: boolean): void {
  if (!joined || reader.pays()) {
    call.report({ type: 'cache', status: route.cacheSeconds === null ? 'BYPASS' : 'MISS', answeredBy: null });
  } else if (!again) call.report({ type: 'cache', status: 'SHARED', answeredBy: reader.answeredBy() });
}

function keptAnswer({ answers, storing, call, route, now }: CachedCall, key: string): KeptAnswer | null | Promise<KeptAnswer | null> {
  const seconds = Math.min(route.cacheSeconds ?? 0, call.cache.maxAgeSeconds ?? Number.POSITIVE_INFINITY);
  if (seconds <= 0) return null;
  const fresh = (answer: KeptAnswer | null): KeptAnswer | null => {
    if (answer === null) return null;
    const ageMs = now() - answer.storedAt;
    return ageMs <= seconds * 1000 && ageMs >= -maxAheadMs ? answer : null;
  };
  const found = storing.get(key) ?? answers.get(key);
  return found instanceof Promise ? found.then(fresh) : fresh(found);
}

/** From the answer to a schema that asks for all that this one does; it is as old as that answer is. */
async function partOfFuller(asked: CachedCall, request: Structured): Promise<KeptAnswer | null> {
  const { call, route, schemas, validate } = asked;
  if (route.cacheSeconds === null) return null;
  for (const { key, schema } of await schemas.of(await promptKey(request, call, route))) {
    const take = partOf(schema, request.output.schema);
    const fuller = take === null ? null : await keptAnswer(asked, key);
    const part = take === null || fuller === null ? null : await answerPart(fuller, take, validate, request, call);
    if (part !== null) return part;
  }
  return null;
}

type Structured = CompletionRequest & { readonly output: { readonly format: 'json'; readonly schema: JsonSchema } };
const isStructured = (request: ModelRequest): request is Structured =>
  request.kind === 'completion' && request.output.format === 'json' && request.output.schema !== null;

function* replayed({ chunks }: KeptAnswer, { signal }: Call): Generator<Batch> {
  for (const batch of batchesOf(chunks)) {
    throwIfAborted(signal);
    yield batch;
  }
}

/** Opens a shared call, which others find while it lasts, and returns its first reader. */
function opened(asked: CachedCall, key: string, shared: boolean): FlightReader {
  const { fly, request, call, flights } = asked;
  const fresh = fly({
    request,
    landed(chunks, answeredBy) {
      if (flights.get(key) === fresh) flights.delete(key);
      if (chunks !== null && isWhole(request, chunks)) keep(asked, key, chunks, answeredBy);
    },
  });
  if (shared) flights.set(key, fresh);
  const reader = fresh.join(call);
  if (reader === null) throw new Error('A flight that has just been opened cannot be joined.');
  return reader;
}

/** For the operation, and for the route's seconds. Nobody waits for the store: until it has the answer, it is found in `storing`. */
function keep(asked: CachedCall, key: string, chunks: readonly Chunk[], answeredBy: AttemptFact | null): void {
  const { request, call, route, answers, schemas, storing, told, now } = asked;
  const answer: KeptAnswer = { chunks, answeredBy, storedAt: now() };
  told.add(call, key, answer);
  if (route.cacheSeconds === null || route.cacheSeconds <= 0) return;
  const keptMs = route.cacheSeconds * 1000;
  const arriving = answers.set(key, answer, keptMs);
  if (arriving instanceof Promise) {
    const arrived = (): void => {
      if (storing.get(key) === answer) storing.delete(key);
    };
    storing.set(key, answer);
    arriving.then(arrived, arrived);
  }
  if (isStructured(request)) {
    const { schema } = request.output;
    const add = (prompt: string): void => schemas.add(prompt, { key, schema, until: answer.storedAt + keptMs });
    const prompt = promptKey(request, call, route);
    if (typeof prompt === 'string') add(prompt);
    else void prompt.then(add);
  }
}
