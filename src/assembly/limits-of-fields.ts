/** Reads from the configuration what fields may use, whoever asks them. */
import { LRUCache } from 'lru-cache';
import { inTimeZone } from '../access/teams/policy-limits.ts';
import type { FieldLimitsConfig, GatewayConfig } from '../config/config.ts';
import { type Principal, tenantOf } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import type { LimitsOfField } from '../operations/limits/field-limits.ts';
import { accountLimits } from './caller-limits.ts';

/** Lists of teams and callers that are remembered for a field. A forgotten one is made anew. */
const maxRemembered = 10_000;

/** Undefined where no field has limits. */
export function limitsOfFields({
  fieldLimits = {},
  timeZone = 'UTC',
}: Pick<GatewayConfig, 'fieldLimits' | 'timeZone'>): LimitsOfField | undefined {
  const fields = new Map(
    Object.entries(fieldLimits).map(([coordinate, settings]) => [coordinate, ofField(coordinate, settings, timeZone)]),
  );
  return fields.size === 0 ? undefined : (coordinate, principal) => fields.get(coordinate)?.(principal) ?? null;
}

function ofField(
  coordinate: string,
  { sharedBy = 'everyone', ...settings }: FieldLimitsConfig,
  timeZone: string,
): (principal: Principal) => readonly Limit[] {
  const limitsOf = (account: string): readonly Limit[] => inTimeZone(accountLimits(account, settings), timeZone);
  const account = `field:${coordinate}`;
  if (sharedBy === 'everyone') {
    const shared = limitsOf(account).map((limit) => (limit.kind === 'budget' ? { ...limit, isShared: true } : limit));
    return () => shared;
  }
  const remembered = new LRUCache<string, readonly Limit[]>({ max: maxRemembered });
  return (principal) => {
    const by = sharedBy === 'team' ? tenantOf(principal) : principal.id;
    const known = remembered.get(by) ?? limitsOf(`${account}:${by}`);
    remembered.set(by, known);
    return known;
  };
}
