/**
 * Who waits for a shared call, and who of them pays for it.
 *
 * The payer is the caller that opened the call, or the oldest one left after the payer leaves. A caller whose budget has no room for
 * the rest of the call cannot pay, and is refused. When nobody is left who can pay, the call is ended, and the last payer pays for
 * what was made until then.
 */
import type { AttemptFact, Call } from '../../core/call/call.ts';
import { type ErrorCode, GatewayError } from '../../core/errors.ts';
import { wasShown } from '../../core/restart.ts';
import { abortError } from '../../core/turns/abort.ts';
import { type PayersHold, payersHold } from './transferable-hold.ts';

export interface Member {
  readonly call: Call;
  /** Tells the member that it gets nothing more, and removes it. */
  refuse(why: GatewayError): void;
}

export interface CrewOptions {
  /** Whether the call has ended, so that nobody pays any more. */
  readonly ended: () => boolean;
  /** Called when the call is aborted. Resolves when upstream was told. */
  readonly stopped: () => Promise<void>;
  /** Called when it is settled again who pays. */
  readonly passed: () => void;
}

export interface Crew<M extends Member> {
  readonly members: ReadonlySet<M>;
  /** Fires when no member is left. */
  readonly signal: AbortSignal;
  abort(reason: GatewayError): void;
  add(member: M): void;
  /** The call that is made for all members: the opener's call, with the signal, the hold and the deadline of the crew. */
  callFor(opener: Call): Call;
  pays(member: M): boolean;
  /** Whether the payer is being changed. Nothing more may be asked for meanwhile, because nobody would pay for it. */
  isPassing(): boolean;
  /** Makes another member pay where the payer has left. */
  passOn(): void;
  refuse(member: M, why: GatewayError): void;
  /** Resolves when no more facts of the call come to this member. */
  leave(member: M): Promise<void>;
  /** The attempt that answered, with the cost of all attempts; null before the end. */
  answeredBy(): AttemptFact | null;
}

/** Codes of refusals that are about one payer. Another one may have room. */
export const payersOwn: ReadonlySet<ErrorCode> = new Set(['BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED']);

export function flightCrew<M extends Member>({ ended, stopped, passed }: CrewOptions): Crew<M> {
  const controller = new AbortController();
  const members = new Set<M>();
  const attempts: AttemptFact[] = [];
  let hold: PayersHold | null = null;
  let passing: Promise<void> | null = null;

  const pays = ({ call }: M): boolean => hold?.payer() === call;
  const refuse = (member: M, why: GatewayError): void => {
    members.delete(member);
    member.refuse(why);
  };

  /** Makes one of the members pay if the payer has left. Ends the call when no member is left that can pay. */
  const passOn = (left: M | null = null): Promise<void> => {
    passing ??= passNow(left).finally(() => {
      passing = null;
      passed();
    });
    return passing;
  };
  const passNow = async (left: M | null): Promise<void> => {
    while (!ended() && hold !== null && !members.values().some(pays)) {
      const next = members.values().next().value;
      if (next === undefined) return stop(left);
      const why = await hold.passTo(next.call, ended);
      if (why === null) continue;
      // Where money cannot be recorded at all, the next payer would fail in the same way.
      for (const member of payersOwn.has(why.code) ? [next] : members) refuse(member, why);
    }
  };
  const stop = async (left: M | null): Promise<void> => {
    const signal = left?.call.signal;
    controller.abort(signal?.aborted ? abortError(signal) : new GatewayError('CANCELLED', 'The call was cancelled before it ended.'));
    await stopped();
  };

  return {
    members,
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    pays,
    refuse,
    isPassing: () => passing !== null,
    passOn: () => void passOn(),
    add: (member) => void members.add(member),
    callFor(opener) {
      const paidBy = payersHold(opener);
      hold = paidBy;
      // The opener's signal is not the shared call's.
      const { abort: _, ...shared } = opener;
      return {
        ...shared,
        signal: controller.signal,
        // Every member has a deadline of its own, and the call ends with the last of them.
        deadlineMs: Number.POSITIVE_INFINITY,
        hold: paidBy,
        // A restart is possible while one member can still get another answer. The members that cannot are told why.
        shown: () => members.values().every((member) => wasShown(member.call)),
        report(fact) {
          if (fact.type === 'attempt') attempts.push(fact);
          paidBy.payer().report(fact);
        },
      };
    },
    async leave(member) {
      members.delete(member);
      if (ended()) return;
      await passOn(member);
      while (!ended() && pays(member) && !controller.signal.aborted) await passOn(member);
    },
    answeredBy() {
      const by = attempts.findLast((attempt) => attempt.outcome === 'OK');
      if (by === undefined) return null;
      const sent = attempts.filter((attempt) => attempt.usage !== null);
      const unpriced = sent.some((attempt) => attempt.cost === null);
      return { ...by, cost: unpriced ? null : sent.reduce((sum, attempt) => sum + (attempt.cost ?? 0), 0) };
    },
  };
}
