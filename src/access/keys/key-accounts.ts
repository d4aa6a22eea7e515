/** The accounts that the calls of a key are charged to. */
import type { Limit } from '../../core/call/hold.ts';
import type { KeyRecord, Keys } from '../../storage/keys/keys.ts';
import { inTimeZone, rateLimits } from '../teams/policy-limits.ts';
import type { TeamBook } from '../teams/team-book.ts';
import { maxGenerations, principalIdOf } from '../virtual-key.ts';

/** Limits of the key itself. */
export function keyLimits({ id, monthlyBudget, ...rates }: KeyRecord): readonly Limit[] {
  const name = principalIdOf(id);
  return [
    ...(monthlyBudget === null ? [] : [{ kind: 'budget', name, per: 'month', most: monthlyBudget } as const]),
    ...rateLimits(name, rates),
  ];
}

/** Limits of the key, of the keys above it, of its team and of its organisation, also for a key that is not valid any more. */
export async function accountsOf(
  key: KeyRecord,
  keys: Pick<Keys, 'find'>,
  teams: Pick<TeamBook, 'standingOf' | 'timeZone'>,
): Promise<readonly Limit[]> {
  const standing = await teams.standingOf(key.team);
  const lineage = await lineageOf(key, keys);
  const ofKeys = inTimeZone(lineage.flatMap(keyLimits), standing?.timeZone ?? teams.timeZone ?? 'UTC');
  return [...ofKeys, ...(standing?.accounts.flatMap(({ limits }) => limits) ?? [])];
}

/** The key, its maker, the maker of that key, and so on, as far as they exist. */
async function lineageOf(key: KeyRecord, keys: Pick<Keys, 'find'>): Promise<readonly KeyRecord[]> {
  const lineage = [key];
  for (let id = key.madeBy; id !== null && lineage.length < maxGenerations; ) {
    const maker = await keys.find(id);
    if (maker === null) break;
    lineage.push(maker);
    id = maker.madeBy;
  }
  return lineage;
}
