/** The accounts of a policy or a key, as limits that its calls draw on. */
import type { Limit } from '../../core/call/hold.ts';
import type { Policy } from '../../storage/directory/directory.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';

/** `account`: such as `team:search`. */
export function policyLimits(
  account: string,
  {
    budgets,
    concurrency,
    tokensPerMinute,
    ...rates
  }: Pick<Policy, 'budgets' | 'concurrency' | 'requestsPerMinute' | 'callsPerMinute' | 'tokensPerMinute'>,
): readonly Limit[] {
  return [
    ...budgets.map((budget): Limit => ({ kind: 'budget', name: account, ...budget })),
    ...rateLimits(account, rates),
    ...(tokensPerMinute === null ? [] : [{ kind: 'tokens', name: account, perMinute: tokensPerMinute } as const]),
    ...(concurrency === null ? [] : [{ kind: 'concurrency', name: account, most: concurrency } as const]),
  ];
}

/** Without `callsPerMinute`, `requestsPerMinute` limits operations and model calls, as before `callsPerMinute` existed. */
export function rateLimits(
  account: string,
  { requestsPerMinute, callsPerMinute }: Pick<KeyRecord, 'requestsPerMinute' | 'callsPerMinute'>,
): readonly Limit[] {
  const calls = callsPerMinute ?? requestsPerMinute;
  return [
    ...(requestsPerMinute === null ? [] : [{ kind: 'requests', name: account, perMinute: requestsPerMinute } as const]),
    ...(calls === null ? [] : [{ kind: 'calls', name: account, perMinute: calls } as const]),
  ];
}

/** Sets the time zone of the budgets that name none. */
export function inTimeZone(limits: readonly Limit[], timeZone: string): readonly Limit[] {
  if (timeZone === 'UTC') return limits;
  return limits.map((limit) => (limit.kind === 'budget' && limit.timeZone === undefined ? { ...limit, timeZone } : limit));
}
