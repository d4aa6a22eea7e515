/**
 * The cache step: answers a call from a stored answer or from an identical call in flight.
 *
 * A stored answer is replayed as the stream it was. Identical calls in flight share one upstream call, also on routes that
 * store nothing. A structured answer also serves a request for a subset of its schema (`schema-subset.ts`). Answers never
 * leave their tenant and permission set (`cache-key.ts`). With `bypass` and `refresh` the model is asked again.
 */
import type { AttemptFact, Call, Handler, Step } from '../../core/call/call.ts';
import { streamStep } from '../../core/call/step.ts';
import type { Chunk } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import type { JsonSchema } from '../../core/request/json-schema.ts';
import type { CompletionRequest, ModelRequest } from '../../core/request/request.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { monotonicMs as monotonic } from '../../core/turns/monotonic.ts';
import type { Route } from '../../routing/route.ts';
import type { Log } from '../../telemetry/log.ts';
import { answerPart } from './answer-part.ts';
import { cacheKey, promptKey } from './cache-key.ts';
import { type AnsweredSchemas, answeredSchemas } from './cache-schemas.ts';
import { type AnswerStore, type CacheStore, patientStore } from './cache-store.ts';
import { type Answer, answerFrom, answerText, isWhole } from './kept-answer.ts';
import { type ToldAnswers, toldAnswers } from './operation-answers.ts';
import { partOf } from './schema-subset.ts';
import { type Flight, flight, payersOwn } from './shared-call.ts';

export interface CacheOptions {
  readonly store: AnswerStore;
  readonly routes: ReadonlyMap<string, Route>;
  readonly log: Log;
  /** The step below: it judges what is taken of a fuller answer. */
  readonly validate: Step;
  readonly now?: () => number;
  /** For the rest of a store that does not answer. */
  readonly monotonicMs?: () => number;
}

/** An answer longer than this, as JSON text, is not kept. */
const longestKept = 4 * 1024 * 1024;

export function cached({ store, routes, log, validate, now = Date.now, monotonicMs = monotonic }: CacheOptions): Step {
  const answers = patientStore(store, log, monotonicMs);
  const schemas = answeredSchemas(answers, now);
  const flights = new Map<string, Flight>();
  const storing = new Map<string, Answer>();
  const told = toldAnswers(now);
  return streamStep((next) => (request, call) => {
    const route = routes.get(call.route);
    if (route === undefined || call.cache.mode === 'bypass') return next(request, call);
    return cachedCall({ next, request, call, route, answers, schemas, flights, storing, told, validate, now });
  });
}

interface CachedCall {
  readonly next: Handler;
  readonly request: ModelRequest;
  readonly call: Call;
  readonly route: Route;
  readonly answers: CacheStore;
  readonly schemas: AnsweredSchemas;
  readonly flights: Map<string, Flight>;
  /** Answers on their way into the store. */
  readonly storing: Map<string, Answer>;
  readonly told: ToldAnswers;
  readonly validate: Step;
  readonly now: () => number;
}

async function* cachedCall(asked: CachedCall): AsyncIterable<Chunk> {
  const { request, call, route, flights } = asked;
  const key = await cacheKey(request, call, route);
  const shared = call.cache.mode === 'default';
  for (;;) {
    const kept = shared && !flights.has(key) ? ((await keptAnswer(asked, key)) ?? (await partOfFuller(asked))) : null;
    if (kept !== null) {
      yield* replayed(kept, call, 'HIT');
      return;
    }
    const told = shared ? asked.told.to(call, key) : null;
    if (told !== null) {
      yield* replayed(told, call, 'SHARED');
      return;
    }
    const joined = shared ? (flights.get(key)?.join(call) ?? null) : null;
    const reader = joined ?? opened(asked, key, shared).join(call);
    if (reader === null) return;
    let said = false;
    let again = false;
    try {
      for await (const chunk of reader.chunks) {
        said = chunk.type !== 'restart';
        yield chunk;
      }
      return;
    } catch (error) {
      // It was the payer's failure, not the flight's: a follower asks again for itself.
      again = joined !== null && !said && error instanceof GatewayError && payersOwn.has(error.code) && !call.signal.aborted;
      if (!again) throw error;
    } finally {
      const answeredBy = reader.answeredBy();
      if (joined !== null && !reader.pays()) {
        if (!again) call.report({ type: 'cache', status: 'SHARED', answeredBy });
      } else {
        call.report({ type: 'cache', status: route.cacheSeconds === null ? 'BYPASS' : 'MISS', answeredBy: null });
      }
    }
  }
}

async function keptAnswer({ answers, storing, call, route, now }: CachedCall, key: string): Promise<Answer | null> {
  const seconds = Math.min(route.cacheSeconds ?? 0, call.cache.maxAgeSeconds ?? Number.POSITIVE_INFINITY);
  if (seconds <= 0) return null;
  const answer = storing.get(key) ?? answerFrom(await answers.get(key));
  return answer !== null && now() - answer.storedAt <= seconds * 1000 ? answer : null;
}

/** From the answer to a schema that asks for all that this one does; it is as old as that answer is. */
async function partOfFuller(asked: CachedCall): Promise<Answer | null> {
  const { request, call, route, schemas, validate } = asked;
  if (!isStructured(request) || route.cacheSeconds === null) return null;
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

async function* replayed({ chunks, answeredBy }: Answer, call: Call, status: 'HIT' | 'SHARED'): AsyncIterable<Chunk> {
  call.report({ type: 'cache', status, answeredBy });
  for (const chunk of chunks) {
    throwIfAborted(call.signal);
    yield chunk;
  }
}

/** A new flight, which others find while it lasts. */
function opened(asked: CachedCall, key: string, shared: boolean): Flight {
  const { next, request, flights } = asked;
  const fresh = flight({
    next,
    request,
    landed(chunks, answeredBy) {
      if (flights.get(key) === fresh) flights.delete(key);
      if (chunks !== null && isWhole(request, chunks)) keep(asked, key, chunks, answeredBy);
    },
  });
  if (shared) flights.set(key, fresh);
  return fresh;
}

/** For the operation, and for the route's seconds. Nobody waits for the store: until it has the answer, it is found in `storing`. */
function keep(asked: CachedCall, key: string, chunks: readonly Chunk[], answeredBy: AttemptFact | null): void {
  const { request, call, route, answers, schemas, storing, told, now } = asked;
  const answer: Answer = { chunks, answeredBy, storedAt: now() };
  told.add(call, key, answer);
  if (route.cacheSeconds === null || route.cacheSeconds <= 0) return;
  const text = answerText(answer);
  if (text.length > longestKept) return;
  const stored = (): void => {
    if (storing.get(key) === answer) storing.delete(key);
  };
  storing.set(key, answer);
  const keptMs = route.cacheSeconds * 1000;
  answers.set(key, text, keptMs).then(stored, stored);
  if (isStructured(request)) {
    const { schema } = request.output;
    const add = (prompt: string): void => schemas.add(prompt, { key, schema, until: answer.storedAt + keptMs });
    const prompt = promptKey(request, call, route);
    if (typeof prompt === 'string') add(prompt);
    else void prompt.then(add);
  }
}
