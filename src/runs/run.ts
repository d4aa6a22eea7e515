/** A run: a completion as a log of events. One pump fills it, and any number of readers pull from it, from any position. */

import type { Said } from '../core/batch.ts';
import type { Fact, Principal, Settlement } from '../core/call/call.ts';
import type { Citation, Completion, MessagePart } from '../core/chunk.ts';
import type { GatewayError } from '../core/errors.ts';

export interface Runs {
  /**
   * Starts a run, or attaches to the one that has the idempotency key (same principal, 24 h; IDEMPOTENCY_CONFLICT when its
   * input was another). Nothing is asked of a model before the first reader pulls, unless `detached`.
   */
  start(begin: BeginRun): Promise<Run>;
  /**
   * Answers a caller who waits and cannot come back: no log is kept meanwhile. Rejects with the failure. The answer can be seen by its id
   * for a while: see `state`.
   */
  answer(begin: BeginAnswer): Promise<RunState>;
  /** The principal's own completion as it stands, of a run or of `answer`; null when there is none (any more). */
  state(id: string, principal: Principal): Promise<RunState | null>;
  /** The principal's own run, in memory or stored; null when there is none (any more). */
  find(id: string, principal: Principal): Promise<Run | null>;
  /** The same by its idempotency key, for as long as that holds (24 h). */
  findByKey(key: string, principal: Principal): Promise<Run | null>;
  /** Forgets what ended for this user, by the pseudonym: it is gone as if it had expired. What is stored is not touched. */
  forget(user: string): void;
  /** Runs that have not ended, and the readers that follow them now. */
  counts(): { readonly open: number; readonly readers: number };
  /** Resolves when no run is under way, or after `graceMs`. */
  idle(graceMs: number): Promise<void>;
  /** Starts no more runs and ends those that are under way as failed, with a reason that asks their readers to come back. Stores what must be kept. */
  stop(): Promise<void>;
}

export interface BeginRun {
  readonly principal: Principal;
  readonly idempotencyKey: string | null;
  /** The input as JSON data. It is compared when the idempotency key comes again. */
  readonly input: unknown;
  /** Shown in the completion's provenance; null for what has none. */
  readonly route: string | null;
  /** The run goes on while nobody reads. */
  readonly detached: boolean;
  readonly source: RunSource;
  /** Is told how the run ends, before its readers are: they may ask for what it keeps. Default: nobody is. */
  readonly ending?: (state: RunState) => Promise<void>;
}

export interface BeginAnswer {
  readonly principal: Principal;
  /** Shown in the completion's provenance; null for what has none. */
  readonly route: string | null;
  /** Of the caller who waits. */
  readonly signal: AbortSignal;
  /** The work. `signal` fires with the caller's, when the gateway is stopped, and by `abort`. The work must end then: the caller waits for it. */
  readonly ask: (answer: {
    readonly id: string;
    readonly signal: AbortSignal;
    readonly abort: (reason: GatewayError) => void;
    readonly report: (fact: Fact) => void;
  }) => Promise<Completion>;
}

/** The work of a run. `signal` fires at cancel and when the last reader of an attached run leaves. */
export type RunSource = (run: {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Whether a reader has been shown something of the answer. */
  readonly shown: () => boolean;
  readonly report: (fact: Fact) => void;
}) => AsyncIterable<Said>;

export interface Run {
  readonly id: string;
  /** The run as it is now. */
  state(): RunState;
  /**
   * Events after the cursor (null: from the first), until the terminal one, which is always `finished` or `failed`. Leaving
   * (return, or the signal) counts the reader out. RESUME_EXPIRED when the log no longer reaches back to the cursor.
   */
  events(after: string | null, signal: AbortSignal): AsyncIterableIterator<RunEvent>;
  /** Reads to the end; counts as a reader. */
  ended(signal: AbortSignal): Promise<RunState>;
  /** Aborts upstream; resolves when the log has its terminal event. Idempotent. */
  cancel(): Promise<RunState>;
}

export type RunStatus = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

export interface RunState {
  readonly id: string;
  readonly status: RunStatus;
  readonly completion: Completion;
  readonly failure: GatewayError | null;
  /** Null while it runs. */
  readonly settlement: Settlement | null;
  readonly route: string | null;
}

/** `seq` rises by one from 1; `cursor` is opaque and names the place behind the event. */
export type RunEvent = { readonly seq: number; readonly cursor: string; readonly completionId: string } & RunEventBody;

export type RunEventBody =
  | { readonly type: 'started'; readonly state: RunState }
  | { readonly type: 'text'; readonly text: string; readonly offset: number }
  | { readonly type: 'reasoning'; readonly text: string; readonly offset: number }
  | {
      readonly type: 'tool-call-delta';
      readonly callId: string;
      readonly name: string;
      readonly argumentsText: string;
      readonly offset: number;
    }
  | { readonly type: 'tool-call'; readonly call: Extract<MessagePart, { type: 'tool-call' }> }
  | { readonly type: 'object'; readonly object: unknown }
  | { readonly type: 'citation'; readonly citation: Citation }
  | { readonly type: 'snapshot'; readonly state: RunState }
  | { readonly type: 'finished'; readonly state: RunState }
  | { readonly type: 'failed'; readonly state: RunState; readonly failure: GatewayError };
