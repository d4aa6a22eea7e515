/**
 * One upstream call for a whole answer that several callers share. It ends when the last of them leaves; `flight-crew.ts` says who pays.
 */
import type { Batch } from '../../core/batch.ts';
import type { AttemptFact, Call, WholeHandler } from '../../core/call/call.ts';
import type { Answer } from '../../core/call/collect-answer.ts';
import { streamOf } from '../../core/call/step.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import { abortError } from '../../core/turns/abort.ts';
import { type CrewedCall, FlightCrew, type Member } from './flight-crew.ts';
import type { Flight, FlightReader } from './shared-call.ts';

export interface WholeFlightOptions {
  readonly next: WholeHandler;
  readonly request: ModelRequest;
  /** Called once, when the flight is over: with all its chunks when it ended well. */
  readonly landed: (chunks: readonly Chunk[] | null, answeredBy: AttemptFact | null) => void;
}

/** A class, since each call of a model has one: its methods are made once. */
export class WholeFlight implements Flight, CrewedCall {
  readonly request: ModelRequest;
  readonly #next: WholeHandler;
  readonly #landed: WholeFlightOptions['landed'];
  readonly #crew = new FlightCrew<WholeReader>(this);
  #answer: Promise<Answer> | null = null;
  #state: 'flying' | 'stopped' | 'ended' = 'flying';

  constructor({ next, request, landed }: WholeFlightOptions) {
    this.request = request;
    this.#next = next;
    this.#landed = landed;
  }

  join(call: Call): FlightReader | null {
    if (this.#state !== 'flying') return null;
    const reader = new WholeReader(this, call);
    this.#crew.add(reader);
    if (this.#answer === null) {
      this.#answer = this.#fly(call);
      // It may fail before anybody reads it.
      this.#answer.catch(() => {});
    }
    return reader;
  }

  /** Of whoever has joined. */
  answer(): Promise<Answer> {
    if (this.#answer === null) throw new Error('Nobody has opened the call.');
    return this.#answer;
  }

  leave(reader: WholeReader): Promise<void> | null {
    return this.#crew.leave(reader);
  }

  pays(reader: WholeReader): boolean {
    return this.#crew.pays(reader);
  }

  answeredBy(): AttemptFact | null {
    return this.#crew.answeredBy();
  }

  hasEnded(): boolean {
    return this.#state === 'ended';
  }

  async stopped(): Promise<void> {
    this.#land(null);
    await this.#answer?.catch(() => {});
  }

  passed(): void {}

  async #fly(opener: Call): Promise<Answer> {
    try {
      const said = await this.#next(this.request, this.#crew.callFor(opener, true));
      this.#land(said.chunks);
      return said;
    } catch (error) {
      this.#land(null);
      throw error;
    } finally {
      this.#state = 'ended';
    }
  }

  #land(chunks: readonly Chunk[] | null): void {
    if (this.#state !== 'flying') return;
    this.#landed(chunks, this.#crew.answeredBy());
    if (chunks === null) this.#state = 'stopped';
  }
}

class WholeReader implements Member, FlightReader {
  readonly call: Call;
  readonly #flight: WholeFlight;
  #refusal: GatewayError | null = null;
  #refuse: ((why: GatewayError) => void) | null = null;

  constructor(flight: WholeFlight, call: Call) {
    this.#flight = flight;
    this.call = call;
  }

  batches(): AsyncIterable<Batch> {
    return streamOf(() => this.whole())(this.#flight.request, this.call);
  }

  async whole(): Promise<Answer> {
    try {
      return await this.#heard();
    } finally {
      const leaving = this.#flight.leave(this);
      if (leaving !== null) await leaving;
    }
  }

  pays(): boolean {
    return this.#flight.pays(this);
  }

  answeredBy(): AttemptFact | null {
    return this.#flight.answeredBy();
  }

  refuse(why: GatewayError): void {
    this.#refusal = why;
    this.#refuse?.(why);
  }

  /** A reader who has left or was refused gets nothing more. */
  #heard(): Promise<Answer> {
    const { signal } = this.call;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(abortError(signal));
      this.#refuse = reject;
      if (this.#refusal !== null) reject(this.#refusal);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      this.#flight.answer().then(
        (answer) => {
          signal.removeEventListener('abort', onAbort);
          resolve(answer);
        },
        (error: unknown) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      );
    });
  }
}
