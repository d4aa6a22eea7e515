/**
 * One attempt, read up to its first content, or whole. Another attempt may run beside it.
 *
 * Until its first content, an attempt can be abandoned in favour of another one. Its usage is settled nevertheless, and the
 * route waits for that, so that no fact is reported after the call was settled.
 */
import { type Batch, batchesOf } from '../../core/batch.ts';
import { type Call, type CallProgress, type Handler, type WholeFact, type WholeHandler, withoutAbort } from '../../core/call/call.ts';
import { type Answer, answerBuilder } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { type Deadline, withDeadline } from '../../core/stream.ts';
import type { Trial } from '../../routing/health.ts';
import type { Deployment } from '../../routing/route.ts';
import { isContent } from './content.ts';

const charactersPerToken = 4;

export interface Lane {
  readonly deployment: Deployment;
  readonly trial: Trial;
  /** Settles with the lane when it has spoken, ended or failed. Never rejects. */
  spoken(): Promise<Lane>;
  /** Why it failed, before it had spoken or after; null while it has not. */
  failure(): GatewayError | null;
  /** Milliseconds to the first content, or to the end where there was none. */
  tookMs(): number;
  /** Whether there is more to come. */
  running(): boolean;
  /** What it says, from the beginning; null at the end. Throws what it throws. */
  next(): Promise<Batch | null>;
  /** All that it says, once it has spoken; at once where it is there. Throws what it throws. */
  whole(): Answer | Promise<Answer>;
  /** Aborts what still runs; resolves when it has been settled, null: it is. Idempotent. */
  leave(): Promise<void> | null;
}

export interface LaneParts {
  readonly deployment: Deployment;
  readonly trial: Trial;
  readonly monotonicMs: () => number;
  /** Whether another may run beside it: it then has a signal of its own. */
  readonly mayLose: boolean;
}

/** What every lane keeps. One with a signal of its own ends nothing but itself. Classes, since each call has a lane: methods are made once. */
abstract class StartedLane implements Lane {
  readonly deployment: Deployment;
  readonly trial: Trial;
  protected readonly asked: Call;
  protected readonly own: Deadline | null;
  readonly #monotonicMs: () => number;
  readonly #began: number;
  readonly #progress: CallProgress | undefined;
  #spoken: Promise<Lane> | null = null;
  #whole: WholeFact | null = null;
  #failure: GatewayError | null = null;
  #tookMs = 0;
  #isOver = false;

  constructor(call: Call, { deployment, trial, mayLose, monotonicMs }: LaneParts) {
    this.deployment = deployment;
    this.trial = trial;
    this.#monotonicMs = monotonicMs;
    this.#began = monotonicMs();
    this.#progress = call.progress;
    if (this.#progress !== undefined) {
      this.#progress.stage = 'model';
      this.#progress.deployment = deployment.id;
    }
    this.own = mayLose ? withDeadline(call.signal, Number.POSITIVE_INFINITY, lost) : null;
    const report: Call['report'] = (fact) => {
      if (fact.type === 'whole') this.#whole = fact;
      else call.report(fact);
    };
    this.asked = this.own === null ? { ...call, report } : { ...withoutAbort(call), report, signal: this.own.signal };
  }

  abstract next(): Promise<Batch | null>;
  abstract whole(): Answer | Promise<Answer>;
  abstract leave(): Promise<void> | null;

  /** Reads until it has spoken or is over, and then says so by `spoke`. */
  protected abstract listen(): Promise<Lane>;

  start(): this {
    this.#spoken = this.listen();
    return this;
  }

  spoken(): Promise<Lane> {
    return this.#spoken ?? Promise.resolve(this);
  }

  failure(): GatewayError | null {
    return this.#failure;
  }

  tookMs(): number {
    return this.#tookMs;
  }

  running(): boolean {
    return !this.#isOver;
  }

  protected end(): void {
    this.#isOver = true;
    this.own?.end();
  }

  protected fail(error: unknown): GatewayError {
    this.end();
    this.#failure = asGatewayError(error);
    return this.#failure;
  }

  /** `said`: until then. */
  protected spoke(said: readonly Chunk[]): this {
    this.#tookMs = this.#monotonicMs() - this.#began;
    if (this.#failure === null && this.#progress !== undefined) this.#progress.stage = 'answer';
    if (this.#failure === null) this.trial.spoke(this.#whole === null ? this.#tookMs : startMs(this.#whole, this.#tookMs, said));
    return this;
  }
}

/** Begins at once, and has spoken with its first content. */
export const startLane = (handle: Handler, request: ModelRequest, call: Call, parts: LaneParts): Lane =>
  new StreamLane(handle, request, call, parts).start();

class StreamLane extends StartedLane {
  readonly #handle: Handler;
  readonly #request: ModelRequest;
  readonly #held: Batch[] = [];
  #stream: AsyncIterator<Batch> | null = null;
  #at = 0;
  #left: Promise<void> | null = null;

  constructor(handle: Handler, request: ModelRequest, call: Call, parts: LaneParts) {
    super(call, parts);
    this.#handle = handle;
    this.#request = request;
  }

  async next(): Promise<Batch | null> {
    const batch = this.#held[this.#at++];
    if (batch !== undefined) return batch;
    if (!this.running() || this.#stream === null) return null;
    try {
      const { done, value } = await this.#stream.next();
      if (done !== true) return value;
      this.end();
      return null;
    } catch (error) {
      throw this.fail(error);
    }
  }

  async whole(): Promise<Answer> {
    const answer = answerBuilder();
    for (let batch = await this.next(); batch !== null; batch = await this.next()) for (const chunk of batch) answer.add(chunk);
    return answer.answer();
  }

  leave(): Promise<void> {
    this.#left ??= this.#leaveNow();
    return this.#left;
  }

  protected async listen(): Promise<Lane> {
    try {
      const stream = this.#handle(this.#request, this.asked)[Symbol.asyncIterator]();
      this.#stream = stream;
      for (let spoke = false; !spoke && this.running(); ) {
        const { done, value } = await stream.next();
        if (done === true) this.end();
        else {
          this.#held.push(value);
          spoke = value.some(isContent);
        }
      }
    } catch (error) {
      this.fail(error);
    }
    return this.spoke(this.#held.flat());
  }

  async #leaveNow(): Promise<void> {
    if (!this.running()) return;
    this.own?.abort(lost());
    await this.spoken();
    if (!this.running()) return;
    this.end();
    await Promise.resolve(this.#stream?.return?.()).catch(() => {});
  }
}

/** Begins at once, and has spoken with the whole answer. */
export const startWholeLane = (handle: WholeHandler, request: ModelRequest, call: Call, parts: LaneParts): Lane =>
  new WholeLane(handle, request, call, parts).start();

class WholeLane extends StartedLane {
  readonly #handle: WholeHandler;
  readonly #request: ModelRequest;
  #answer: Answer = { chunks: [] };
  #said: readonly Batch[] | null = null;
  #at = 0;

  constructor(handle: WholeHandler, request: ModelRequest, call: Call, parts: LaneParts) {
    super(call, parts);
    this.#handle = handle;
    this.#request = request;
  }

  async next(): Promise<Batch | null> {
    this.#said ??= batchesOf(this.#answer.chunks);
    return this.#said[this.#at++] ?? null;
  }

  whole(): Answer {
    return this.#answer;
  }

  leave(): Promise<void> | null {
    if (!this.running()) return null;
    this.own?.abort(lost());
    return this.spoken().then(() => {});
  }

  protected async listen(): Promise<Lane> {
    try {
      this.#answer = await this.#handle(this.#request, this.asked);
      this.end();
    } catch (error) {
      this.fail(error);
    }
    return this.spoke(this.#answer.chunks);
  }
}

/** When a whole answer would have shown its first word as a stream: the time it took without the time to write it, so that averages compare. */
function startMs({ tokensPerMs }: WholeFact, tookMs: number, said: readonly Chunk[]): number {
  if (tokensPerMs === null) return tookMs;
  const characters = said.reduce((sum, chunk) => sum + ('text' in chunk ? chunk.text.length : 0), 0);
  return Math.max(0, tookMs - characters / charactersPerToken / tokensPerMs);
}

const lost = (): GatewayError => new GatewayError('CANCELLED', 'Another deployment answered first.');
