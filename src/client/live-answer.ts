/**
 * A completion that is read as it is written, whole across drops: one connection for all who look at it, and one terminal event.
 *
 * Nothing is asked before somebody looks: a component that is rendered twice and thrown away costs nothing.
 */
import { assemble, type CompletionSoFar, emptyCompletion, hasGap } from './assemble.ts';
import { cancelCompletion, completionById, completionEvents } from './completion-documents.ts';
import type { Completion, CompletionEvent, CompletionFailed, Failure } from './completion-events.ts';
import { keepTrying } from './keep-trying.ts';
import { publisher } from './publisher.ts';
import type { GatewayLink } from './transport/gateway-link.ts';
import type { Operation, Result } from './transport/link.ts';
import { RequestError, refusalOf, unreachable } from './transport/request-error.ts';

/** `idle`: nobody reads, and it has not ended. `stopping`: until the gateway confirms. */
export type AnswerStatus = 'idle' | 'connecting' | 'streaming' | 'reconnecting' | 'stopping' | 'completed' | 'failed' | 'cancelled';

export interface AnswerSnapshot extends Omit<CompletionSoFar, 'status'> {
  readonly status: AnswerStatus;
}

/** `for await` gives every event, in order, each once; breaking out leaves the answer. */
export interface Answer extends AsyncIterable<CompletionEvent> {
  /** The same object until something changes. */
  readonly snapshot: () => AnswerSnapshot;
  /** Asks if nobody has, and calls at most every 50 ms; at once for the first and the last change. Returns how to leave. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Asks if nobody has. Resolves with the end of whatever kind: a failure is data. Also when the answer is detached. */
  readonly done: Promise<AnswerSnapshot>;
  /** Stops it at the provider too; what came stays. Resolves when that is confirmed. Rejects with a RequestError. */
  cancel(): Promise<void>;
  /** Stops reading. Whoever subscribes later goes on behind the last event. */
  detach(): void;
}

/** What becomes of an answer when its last reader leaves. */
export type Leaving = 'detach' | 'cancel' | 'follow';

export interface AnswerOptions {
  readonly link: GatewayLink;
  /** A connection is gone: the token may be an old one. */
  readonly onDrop: () => void;
  /** Something has come. */
  readonly onEvent: () => void;
  /** The subscription that starts it, with its idempotency key. Not asked where the completion has an id, unless it is the app's `own`. */
  readonly begin?: Operation;
  /** The mutation that starts it so that it goes on when nobody reads. */
  readonly start?: Operation | false;
  /** Of a completion that exists. */
  readonly id?: string;
  /** `for await` begins behind this cursor. */
  readonly after?: string | null | undefined;
  readonly leaving?: Leaving | undefined;
  /**
   * A subscription of the app, perhaps of something else than a completion. It goes on by its own `$after`, ends where the gateway ends it,
   * is read once, and a refusal is thrown.
   */
  readonly own?: boolean;
  /** Detaches it. */
  readonly signal?: AbortSignal | undefined;
}

interface Keyed {
  readonly input?: { readonly idempotencyKey?: string };
}

interface Begun extends Failure {
  readonly __typename: string;
  readonly id: string;
}

/** Covers a component that is unmounted and mounted again (StrictMode, a change of route). */
const leaveAfterMs = 100;
/** For what nobody gives up. */
export const never = new AbortController().signal;

export function liveAnswer(options: AnswerOptions): Answer {
  const { link, onDrop, onEvent, begin, start, id = '', after = null, leaving = 'detach', own = false } = options;
  const events: CompletionEvent[] = [];
  const waiting = new Set<() => void>();
  const { subscribe, publish } = publisher();
  let sofar: CompletionSoFar = { ...emptyCompletion, id };
  let phase: AnswerStatus = 'idle';
  let ended = false;
  let alive = id ? 1 : 0;
  let readers = 0;
  let reading: AbortController | null = null;
  let asked = false;
  let leavingTimer: ReturnType<typeof setTimeout> | undefined;
  let cancelled: Promise<void> | null = null;
  let shown: AnswerSnapshot | null = null;
  let refusal: unknown = null;

  function changed(to: AnswerStatus): void {
    const atOnce = to !== phase || ended;
    phase = to;
    shown = null;
    for (const wake of waiting) wake();
    waiting.clear();
    publish(atOnce);
  }
  const isRead = (by: AbortController | null): boolean => !ended && by !== null && by === reading;
  const next = (): Promise<void> => new Promise((resolve) => void waiting.add(resolve));

  function take(event: CompletionEvent): void {
    if (ended) return;
    if (hasGap(sofar, event)) throw new RequestError('RESUME_EXPIRED', 'A gap.');
    const now = assemble(sofar, event);
    if (now === sofar) return;
    sofar = now;
    alive += 1;
    events.push(event);
    ended = /(Finished|Failed)$/.test(event.__typename);
    if (ended) reading?.abort();
    changed(ended ? endOf(sofar) : 'streaming');
  }

  /** As if the last event had said it. */
  function end(completion: Completion, failure: Failure | null): void {
    const event = { seq: sofar.seq + 1, cursor: '', completionId: sofar.id, completion };
    take(failure ? { __typename: 'CompletionFailed', ...event, failure } : { __typename: 'CompletionFinished', ...event });
  }
  function fail(error: unknown): void {
    refusal = error;
    ended ||= own;
    // The message of an error is not among what is spread.
    end(sofar, { ...(error as RequestError), message: (error as RequestError).message });
  }
  function endAs(completion: Completion): void {
    if (completion.status !== 'RUNNING') end(completion, completion.failure);
  }

  function onResult(result: Result): void {
    const event = fieldIn(result) as CompletionEvent | null;
    if (event === null) return;
    onEvent();
    const { cursor, failure } = event as CompletionFailed;
    // Without a cursor, a reader has failed and not its completion: another try may mend it.
    if (cursor === '' && failure && (alive > 0 || failure.code === 'UNAUTHENTICATED')) throw refusedAs(failure);
    take(event);
  }

  function operation(): Operation | undefined {
    const { cursor } = sofar;
    if (own && begin && cursor && /\$after\b/.test(begin.query)) return { ...begin, variables: { ...begin.variables, after: cursor } };
    return own || !sofar.id ? begin : { query: completionEvents, variables: { id: sofar.id, after: cursor } };
  }

  function begun(made: Begun): void {
    if (made.__typename !== 'Completion') throw refusedAs(made);
    sofar = { ...sofar, id: made.id };
    alive += 1;
    changed(phase);
  }

  async function attempt(signal: AbortSignal): Promise<void> {
    if (!sofar.id && start) {
      // Over the connection that its events will take.
      await link.subscribe(start, (result) => begun(fieldIn(result) as Begun), signal);
      if (signal.aborted) return;
    }
    try {
      const read = operation();
      if (read) await link.subscribe(read, onResult, signal);
      ended ||= own;
    } catch (error) {
      if (own || (error as RequestError).code !== 'RESUME_EXPIRED') throw error;
    }
    if (ended || signal.aborted) return;
    // Its events are not kept any more, are incomplete, or have all been read: what it has become is kept longer.
    const completion = fieldIn(await link.ask({ query: completionById, variables: { id: sofar.id } }, signal)) as Completion | null;
    if (!completion) throw new RequestError('RESUME_EXPIRED', 'It is not kept.');
    endAs(completion);
    if (!ended) throw unreachable('The stream was cut off.');
  }

  function read(): void {
    if (reading || ended || options.signal?.aborted) return;
    const mine = new AbortController();
    reading = mine;
    asked = true;
    changed('connecting');
    void keepTrying(() => attempt(mine.signal), {
      signal: mine.signal,
      progress: () => alive,
      onDrop() {
        onDrop();
        changed('reconnecting');
      },
    })
      .catch(fail)
      .finally(() => {
        if (reading === mine) reading = null;
        if (own) changed(phase);
      });
  }

  function enter(): void {
    readers += 1;
    clearTimeout(leavingTimer);
    read();
  }
  function leave(): void {
    readers -= 1;
    if (readers > 0 || ended || leaving === 'follow') return;
    leavingTimer = setTimeout(() => {
      if (leaving === 'detach') answer.detach();
      else answer.cancel().catch(() => {});
    }, leaveAfterMs);
  }

  async function confirmed(): Promise<void> {
    const key = (begin?.variables as Keyed | undefined)?.input?.idempotencyKey;
    // Its connection may be the last that the browser opens to this host.
    if (sofar.id && link.isHttp()) reading?.abort();
    await keepTrying(
      async () => {
        while (!ended) {
          const { id } = sofar;
          const query: Operation = { query: cancelCompletion, variables: id ? { id } : { key } };
          const completion = id || asked ? (fieldIn(await link.ask(query, never)) as Completion | null) : null;
          if (completion) return endAs(completion);
          if (id) return;
          if (!reading) return fail(new RequestError('CANCELLED', 'It was never sent.'));
          // It is on its way to the gateway.
          if (!sofar.id && !ended) await next();
        }
      },
      { signal: never, progress: () => alive, onDrop },
    );
  }

  const answer: Answer = {
    snapshot() {
      shown ??= { ...sofar, status: !ended && cancelled !== null ? 'stopping' : phase };
      return shown;
    },
    subscribe(listener) {
      const unsubscribe = subscribe(listener);
      enter();
      return () => {
        unsubscribe();
        leave();
      };
    },
    get done() {
      return (async () => {
        for await (const _ of answer);
        return answer.snapshot();
      })();
    },
    cancel() {
      if (ended) return Promise.resolve();
      cancelled ??= confirmed().catch((error: unknown) => {
        cancelled = null;
        changed(phase);
        throw error;
      });
      changed(phase);
      publish(true);
      return cancelled;
    },
    detach() {
      if (reading === null || cancelled !== null) return;
      reading.abort();
      reading = null;
      changed('idle');
    },
    async *[Symbol.asyncIterator]() {
      enter();
      const mine = reading;
      let skipping = after !== null;
      try {
        for (let index = 0; ; index += 1) {
          while (index >= events.length && isRead(mine)) await next();
          // An app's own stream may be endless.
          const event = own ? events.shift() : events[index];
          if (own) index = -1;
          if (event === undefined) break;
          if (!skipping) yield event;
          else skipping = event.cursor !== after;
        }
        if (own && refusal) throw refusal;
      } finally {
        leave();
      }
    },
  };
  options.signal?.addEventListener('abort', answer.detach);
  return answer;
}

const refusedAs = (failure: Failure): RequestError => new RequestError(failure.code, failure.message, failure);

const endOf = ({ status, failure }: CompletionSoFar): AnswerStatus =>
  status === 'CANCELLED' ? 'cancelled' : failure ? 'failed' : 'completed';

/** The value of a result's one field. Throws what the gateway says of it. */
function fieldIn({ data, errors }: Result): unknown {
  const value = Object.values(data ?? {})[0] ?? null;
  if (value === null && errors) throw refusalOf(errors);
  return value;
}
