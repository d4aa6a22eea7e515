/** Which rows of the ledger a caller asks for, and which he may see. */
import { credentialOf, type Principal } from '../../core/call/call.ts';
import { type UsageFilter, type UsageQuery, usageDimensions } from '../../storage/ledger/ledger.ts';
import { tagsOf } from '../call/call-input.ts';
import type { AiUsageInput } from '../generated.ts';
import { refuse } from '../refuse.ts';
import type { Services } from '../services.ts';

const maxFilterValues = 100;

/** Throws BAD_REQUEST for a list that is too long, and for tags that are none. */
export async function filterOf(where: AiUsageInput['where'], { identities }: Services): Promise<UsageFilter> {
  const { user, tags, users } = where ?? {};
  const values = usageDimensions.flatMap((dimension) => {
    const list = where?.[`${dimension}s`] ?? null;
    if (list === null) return [];
    if (list.length > maxFilterValues) refuse(`where.${dimension}s has ${list.length} values. It may have at most ${maxFilterValues}.`);
    return [[dimension, list] as const];
  });
  const asked = [user == null ? null : [user], users ?? null].filter((names) => names !== null);
  const pseudonyms = await Promise.all(asked.map((names) => pseudonymsOfAll(names, identities)));
  const [first, second] = pseudonyms;
  const both = first === undefined ? null : second === undefined ? first : first.filter((one) => second.includes(one));
  return {
    values: { ...Object.fromEntries(values), ...(both === null ? {} : { user: both }) },
    ...(tags == null ? {} : { tags: tagsOf(tags) }),
  };
}

async function pseudonymsOfAll(
  names: readonly (string | null | undefined)[],
  identities: Services['identities'],
): Promise<readonly (string | null)[]> {
  return (await Promise.all(names.map((name) => (name == null ? [null] : pseudonymsOf(name, identities))))).flat();
}

/** Pseudonyms of a name, and the pseudonym itself. */
async function pseudonymsOf(user: string, identities: Services['identities']): Promise<readonly string[]> {
  const known = await identities.usersNamed(user);
  return user.startsWith('u_') ? [...known, user] : known;
}

/**
 * Whose usage is shown: everybody's with `ai:usage:all`; the organisation's to who administers that (`ai:teams`); else the team's. A principal
 * without a team, and a user of a key, sees its own.
 */
export function onlyOf(principal: Principal): UsageQuery['only'] {
  const { team, organisation = null, scopes, kind, user } = principal;
  if (kind === 'key' && user !== undefined) return { principal: credentialOf(principal), user: user.id };
  if (scopes.includes('ai:usage:all')) return null;
  if (organisation !== null && scopes.includes('ai:teams')) return { organisation };
  if (team !== null) return { team };
  return { principal: credentialOf(principal), ...(user === undefined ? {} : { user: user.id }) };
}
