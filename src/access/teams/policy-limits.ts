/** The accounts of a policy or a key, as limits that its calls draw on. */
import type { Limit } from '../../core/call/hold.ts';
import type { Policy } from '../../storage/directory/directory.ts';
import type { KeyRecord } from '../../storage/keys/keys.ts';

/** `account`: such as `team:search`. */
export function policyLimits(
  account: string,
  { budgets, concurrency, ...rates }: Pick<Policy, 'budgets' | 'concurrency' | 'requestsPerMinute' | 'callsPerMinute'>,
): readonly Limit[] {
  return [
    ...budgets.map((budget): Limit => ({ kind: 'budget', name: account, ...budget })),
    ...rateLimits(account, rates),
    ...(concurrency === null ? [] : [{ kind: 'concurrency', name: account, most: concurrency } as const]),
  ];
}

/** With `requestsPerMinute` alone, an account is limited by it in both ways, as before `callsPerMinute` existed. */
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
