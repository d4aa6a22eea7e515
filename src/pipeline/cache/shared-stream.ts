/**
 * One upstream stream that several readers share.
 *
 * The call ends when the last reader leaves; who pays is in `flight-crew.ts`. Chunks are kept, so a later reader starts
 * at the beginning. The fastest reader pulls the source. A slow reader may lag 4 MiB behind; it is dropped when it then
 * delays the others for more than two seconds.
 */

import type { Batch } from '../../core/batch.ts';
import type { AttemptFact, Call } from '../../core/call/call.ts';
import { type Answer, collectAnswer } from '../../core/call/collect-answer.ts';
import type { Chunk, RestartChunk } from '../../core/chunk.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import { wasShown } from '../../core/restart.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import { type CrewedCall, FlightCrew, type Member } from './flight-crew.ts';
import type { Flight, FlightOptions, FlightReader } from './shared-call.ts';

export const openFlight = (options: FlightOptions): Flight => new StreamFlight(options);

/** A class, since a thousand streams are open at once: its methods are made once. */
class StreamFlight implements Flight, CrewedCall {
  readonly #options: FlightOptions;
  readonly #maxBytes: number;
  readonly #crew = new FlightCrew<StreamReader>(this);
  readonly #kept: Chunk[] = [];
  /** Whether somebody waits for a chunk while the payer is being changed. */
  #asked = false;
  #upstream: AsyncIterator<Batch> | null = null;
  /** Chunks that are no longer kept, because every reader had them. */
  #forgotten = 0;
  #bytes = 0;
  #pulling = false;
  #state: 'flying' | 'landed' | 'over' = 'flying';
  #ended = false;
  #failure: GatewayError | null = null;
  #patience: NodeJS.Timeout | null = null;

  constructor(options: FlightOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? 4 * 1024 * 1024;
  }

  join(call: Call): FlightReader | null {
    if (this.#state === 'over') return null;
    const reader = new StreamReader(this, call);
    this.#crew.add(reader);
    const { next, request } = this.#options;
    this.#upstream ??= next(request, this.#crew.callFor(call, false))[Symbol.asyncIterator]();
    return reader;
  }

  hasEnded(): boolean {
    return this.#ended;
  }

  async stopped(): Promise<void> {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#land(false);
    await Promise.resolve(this.#upstream?.return?.()).catch(() => {});
  }

  passed(): void {
    if (this.#asked) this.pull();
  }

  failure(): GatewayError | null {
    return this.#failure;
  }

  pays(reader: StreamReader): boolean {
    return this.#crew.pays(reader);
  }

  answeredBy(): AttemptFact | null {
    return this.#crew.answeredBy();
  }

  /** All chunks that are kept behind a place. `finish` is alone in its batch, as in every batch. */
  batchFrom(at: number): Batch {
    const rest = this.#kept.slice(at - this.#forgotten);
    return rest.length > 1 && rest.at(-1)?.type === 'finish' ? rest.slice(0, -1) : rest;
  }

  async leave(reader: StreamReader): Promise<void> {
    const reads = this.#crew.members.has(reader);
    const left = this.#crew.leave(reader);
    if (reads) this.moved();
    await left;
  }

  /** A slow reader has moved or left: the others may not need to wait any more. */
  moved(): void {
    if (this.#patience === null) return;
    clearTimeout(this.#patience);
    this.#patience = null;
    this.pull();
  }

  pull(): void {
    if (this.#pulling || this.#ended || this.#upstream === null || this.#crew.signal.aborted) return;
    this.#asked = this.#crew.isPassing();
    if (this.#asked) return;
    if (this.#bytes > this.#maxBytes && !this.#madeRoom()) {
      this.#patience ??= setTimeout(() => this.#leaveOutSlowest(), this.#options.patienceMs ?? 2_000).unref();
      return;
    }
    this.#pulling = true;
    this.#upstream.next().then(
      (result) => {
        this.#pulling = false;
        if (result.done === true) this.#end(null);
        else for (const chunk of result.value) this.#take(chunk);
        for (const reader of this.#crew.members) reader.wake();
      },
      (error: unknown) => {
        this.#pulling = false;
        this.#end(asGatewayError(error));
        for (const reader of this.#crew.members) reader.wake();
      },
    );
  }

  #land(whole: boolean): void {
    if (this.#state !== 'flying') return;
    this.#state = whole ? 'landed' : 'over';
    this.#options.landed(whole ? this.#kept : null, this.#crew.answeredBy());
  }

  #end(error: GatewayError | null): void {
    this.#ended = true;
    this.#failure = error;
    this.#land(error === null);
  }

  #slowest(): number {
    return Math.min(...[...this.#crew.members].map((reader) => reader.at));
  }

  /** Forgets the chunks that every reader has had. False when too much is left. */
  #madeRoom(): boolean {
    const gone = this.#slowest() - this.#forgotten;
    if (gone > 0) {
      for (const chunk of this.#kept.slice(0, gone)) this.#bytes -= sizeOf(chunk);
      this.#land(false);
      this.#kept.splice(0, gone);
      this.#forgotten += gone;
    }
    return this.#bytes <= this.#maxBytes;
  }

  #leaveOutSlowest(): void {
    this.#patience = null;
    const at = this.#slowest();
    for (const reader of this.#crew.members) if (reader.at <= at) this.#crew.refuse(reader, tooSlow());
    this.#crew.passOn();
    this.pull();
  }

  #take(chunk: Chunk): void {
    if (chunk.type === 'restart') {
      this.#beginAnew(chunk);
      return;
    }
    this.#kept.push(chunk);
    this.#bytes += sizeOf(chunk);
  }

  /** Drops everything that is kept, because another answer replaces it. */
  #beginAnew(restart: RestartChunk): void {
    this.#kept.length = 0;
    this.#forgotten = 0;
    this.#bytes = 0;
    for (const reader of this.#crew.members) reader.beginAnew(restart);
  }
}

class StreamReader implements Member, FlightReader {
  readonly call: Call;
  readonly #flight: StreamFlight;
  #at = 0;
  #wake: (() => void) | null = null;
  /** Why it may not go on; null: it may. */
  #refused: GatewayError | null = null;
  /** Everything that it has taken is void, and another answer comes. */
  #restart: RestartChunk | null = null;

  constructor(flight: StreamFlight, call: Call) {
    this.#flight = flight;
    this.call = call;
  }

  /** Chunks it has taken. */
  get at(): number {
    return this.#at;
  }

  async *batches(): AsyncGenerator<Batch> {
    const { call } = this;
    const { signal } = call;
    signal.addEventListener('abort', this);
    try {
      for (;;) {
        throwIfAborted(signal);
        if (this.#refused !== null) throw this.#refused;
        const restart = this.#restart;
        if (restart !== null) {
          if (wasShown(call)) throw restart.reason;
          this.#restart = null;
          yield [restart];
          continue;
        }
        const batch = this.#flight.batchFrom(this.#at);
        if (batch.length > 0) {
          this.#at += batch.length;
          this.#flight.moved();
          yield batch;
        } else if (this.#flight.hasEnded()) {
          const failure = this.#flight.failure();
          if (failure !== null) throw failure;
          return;
        } else {
          this.#flight.pull();
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', this);
      await this.#flight.leave(this);
    }
  }

  whole(): Promise<Answer> {
    return collectAnswer(this.batches());
  }

  pays(): boolean {
    return this.#flight.pays(this);
  }

  answeredBy(): AttemptFact | null {
    return this.#flight.answeredBy();
  }

  /** Its signal has fired. */
  handleEvent(): void {
    this.wake();
  }

  wake(): void {
    this.#wake?.();
  }

  refuse(why: GatewayError): void {
    this.#refused = why;
    this.wake();
  }

  beginAnew(restart: RestartChunk): void {
    if (this.#at > 0) this.#restart = restart;
    this.#at = 0;
  }
}

const tooSlow = (): GatewayError =>
  new GatewayError('STREAM_STALLED', 'The answer was read too slowly to be kept any longer. Asking again starts a new one.', {
    phase: 'mid-stream',
  });

/** Approximate memory, in bytes. */
function sizeOf(chunk: Chunk): number {
  if (chunk.type === 'embedding') return chunk.vector.byteLength + 100;
  if (chunk.type === 'text' || chunk.type === 'reasoning') return 2 * chunk.text.length + 100;
  if (chunk.type === 'tool-call') return 2 * chunk.argumentsText.length + 200;
  return 500;
}
