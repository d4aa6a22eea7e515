/**
 * Who waits for a shared call, and who of them pays for it.
 *
 * The payer is the caller that opened the call, or the oldest one left after the payer leaves. A caller whose budget has no room for
 * the rest of the call cannot pay, and is refused. When nobody is left who can pay, the call is ended, and the last payer pays for
 * what was made until then.
 */
import { type AttemptFact, type Call, withoutAbort } from '../../core/call/call.ts';
import { type ErrorCode, GatewayError } from '../../core/errors.ts';
import { wasShown } from '../../core/restart.ts';
import { abortError } from '../../core/turns/abort.ts';
import { type PayersHold, payersHold } from './transferable-hold.ts';

export interface Member {
  readonly call: Call;
  /** Tells the member that it gets nothing more, and removes it. */
  refuse(why: GatewayError): void;
}

/** The call that a crew waits for. */
export interface CrewedCall {
  /** Whether it has ended, so that nobody pays any more. */
  hasEnded(): boolean;
  /** Called when it is aborted. Resolves when upstream was told. */
  stopped(): Promise<void>;
  /** Called when it is settled again who pays. */
  passed(): void;
}

/** Codes of refusals that are about one payer. Another one may have room. */
export const payersOwn: ReadonlySet<ErrorCode> = new Set(['BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED']);

/** A class, since each call of a model has one: its methods are made once. */
export class FlightCrew<M extends Member> {
  readonly #flight: CrewedCall;
  readonly #controller = new AbortController();
  readonly #members = new Set<M>();
  readonly #attempts: AttemptFact[] = [];
  #hold: PayersHold | null = null;
  #passing: Promise<void> | null = null;

  constructor(flight: CrewedCall) {
    this.#flight = flight;
  }

  get members(): ReadonlySet<M> {
    return this.#members;
  }

  /** Fires when no member is left. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  add(member: M): void {
    this.#members.add(member);
  }

  /**
   * The call that is made for all members: the opener's call, with the signal, the hold and the deadline of the crew. It fires the crew's
   * signal at a deadline of its own where `endsItself`.
   */
  callFor(opener: Call, endsItself: boolean): Call {
    const hold = payersHold(opener);
    this.#hold = hold;
    const { signal } = this;
    // Every member has a deadline of its own, and the call ends with the last of them.
    const deadlineMs = Number.POSITIVE_INFINITY;
    // A restart is possible while one member can still get another answer. The members that cannot are told why.
    const shown = (): boolean => this.#members.values().every((member) => wasShown(member.call));
    const report: Call['report'] = (fact) => {
      if (fact.type === 'attempt') this.#attempts.push(fact);
      hold.payer().report(fact);
    };
    if (!endsItself) return { ...withoutAbort(opener), signal, deadlineMs, hold, shown, report };
    const abort = (reason: GatewayError): void => this.#controller.abort(reason);
    return { ...opener, signal, deadlineMs, hold, shown, report, abort };
  }

  pays({ call }: M): boolean {
    return this.#hold?.payer() === call;
  }

  isPassing(): boolean {
    return this.#passing !== null;
  }

  /** Makes another member pay where the payer has left. */
  passOn(): void {
    void this.#passOn(null);
  }

  refuse(member: M, why: GatewayError): void {
    this.#members.delete(member);
    member.refuse(why);
  }

  /** Resolves when no more facts of the call come to this member; null: none do any more. */
  leave(member: M): Promise<void> | null {
    this.#members.delete(member);
    return this.#flight.hasEnded() ? null : this.#left(member);
  }

  async #left(member: M): Promise<void> {
    await this.#passOn(member);
    while (!this.#flight.hasEnded() && this.pays(member) && !this.signal.aborted) await this.#passOn(member);
  }

  /** The attempt that answered, with the cost of all attempts; null before the end. */
  answeredBy(): AttemptFact | null {
    const by = this.#attempts.findLast((attempt) => attempt.outcome === 'OK');
    if (by === undefined) return null;
    const sent = this.#attempts.filter((attempt) => attempt.usage !== null);
    const unpriced = sent.some((attempt) => attempt.cost === null);
    return { ...by, cost: unpriced ? null : sent.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0) };
  }

  /** Makes one of the members pay if the payer has left. Ends the call when no member is left that can pay. */
  #passOn(left: M | null): Promise<void> {
    this.#passing ??= this.#passNow(left).finally(() => {
      this.#passing = null;
      this.#flight.passed();
    });
    return this.#passing;
  }

  async #passNow(left: M | null): Promise<void> {
    const hold = this.#hold;
    while (!this.#flight.hasEnded() && hold !== null && !this.#members.values().some((member) => this.pays(member))) {
      const next = this.#members.values().next().value;
      if (next === undefined) return this.#stop(left);
      const why = await hold.passTo(next.call, () => this.#flight.hasEnded());
      if (why === null) continue;
      // Where money cannot be recorded at all, the next payer would fail in the same way.
      for (const member of payersOwn.has(why.code) ? [next] : this.#members) this.refuse(member, why);
    }
  }

  async #stop(left: M | null): Promise<void> {
    const signal = left?.call.signal;
    this.#controller.abort(signal?.aborted ? abortError(signal) : new GatewayError('CANCELLED', 'The call was cancelled before it ended.'));
    await this.#flight.stopped();
  }
}
