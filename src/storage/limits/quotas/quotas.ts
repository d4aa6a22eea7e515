/** Quotas: numbers of tokens, calls and turns per period. They are leased like money and booked by the journal like spending. */
import type { Limit } from '../../../core/call/hold.ts';
import { GatewayError } from '../../../core/errors.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Leases, Taken } from '../account-leases.ts';
import type { Account } from '../accounts.ts';
import type { Balance, Want } from '../lease-rooms.ts';
import { perWords, resetsInMs, windowOf } from '../windows.ts';

export type QuotaLimit = Extract<Limit, { kind: 'quota' }>;

export const quotaAccount = (quota: QuotaLimit, start: number): Account => ({ name: quota.name, per: `${quota.per} ${quota.of}`, start });

/** Each account once, with its smallest number. */
export function smallestQuotas(limits: readonly Limit[]): readonly QuotaLimit[] {
  const quotas = new Map<string, QuotaLimit>();
  for (const limit of limits) {
    if (limit.kind !== 'quota') continue;
    const id = `${limit.per} ${limit.of} ${limit.name}`;
    if (limit.most < (quotas.get(id)?.most ?? Number.POSITIVE_INFINITY)) quotas.set(id, limit);
  }
  return [...quotas.values()];
}

/** One call, one turn, or the given number of tokens. */
export function quotaWant(quota: QuotaLimit, tokens: number, time: number): Want {
  const amount = quota.of === 'tokens' ? tokens : 1;
  return {
    account: quotaAccount(quota, windowOf(quota, time).start),
    limit: quota.most,
    amount,
    refusal: (state) => usedUp(quota, state, amount, time),
    // Everything is leased while this process is alone.
    ahead: (free, owners) => (owners === 1 ? free : 0),
  };
}

const counted: Readonly<Record<QuotaLimit['of'], string>> = { tokens: 'tokens', calls: 'model calls', turns: 'operations' };

function usedUp(quota: QuotaLimit, { spent, held }: Balance, amount: number, time: number): GatewayError {
  const { name, of, per, most } = quota;
  const window = windowOf(quota, time);
  const left = Math.max(0, most - spent - held);
  const resets = resetsInMs(window, time);
  const asks = of === 'tokens' ? `This call can use up to ${amount} tokens, and "${name}"` : `"${name}"`;
  const remedy = of === 'tokens' ? 'Less text or a smaller maxOutputTokens may fit; it' : 'It';
  return new GatewayError(
    'BUDGET_EXCEEDED',
    `${asks} has ${left} left of ${most} ${counted[of]} ${perWords[per]}. ` +
      `${remedy} ${resets === null ? 'never starts anew' : `starts anew at ${new Date(window.end).toISOString()}`}.`,
    { limit: name, per, ...(resets === null ? {} : { retryAfterMs: resets }) },
  );
}

export interface TakenQuota {
  readonly taken: Taken;
  readonly of: QuotaLimit['of'];
}

/** Calls and turns count as used from now on. Tokens are settled at the end of the call. */
export function quotaBooks({ leases, journal }: { readonly leases: Leases; readonly journal: Pick<Journal, 'settle'> }) {
  const settle = ({ leased, amount }: Taken, used: number): void => {
    if (used === 0) {
      leases.free({ leased, amount });
      return;
    }
    leases.settle({ leased, amount }, used);
    // No draw has that id, so nothing else is settled by this.
    journal.settle({ drawId: `${leased.owner}.quota`, cost: used, freed: Math.min(amount, used), accounts: [leased.account] });
  };
  return {
    begin(quotas: readonly TakenQuota[]): void {
      for (const { taken, of } of quotas) if (of !== 'tokens') settle(taken, taken.amount);
    },
    end(quotas: readonly TakenQuota[], usedTokens: number): void {
      for (const { taken, of } of quotas) if (of === 'tokens') settle(taken, usedTokens);
    },
  };
}
