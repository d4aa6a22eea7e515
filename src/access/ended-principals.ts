/**
 * Says which principals may ask for nothing any more: their key was revoked, has expired or was removed, or the configuration accepts
 * their kind of credentials no longer. Operations are refused by `authenticate.ts`; this is for work that was queued.
 *
 * A token that expires is no such end: what its user queued goes on, as long as its issuer is configured.
 */
import type { FindEnd, FindEnded, FindSuspects } from '../core/call/lease.ts';
import { GatewayError } from '../core/errors.ts';
import { turnsOf } from '../core/turns/turns.ts';
import type { Keys } from '../storage/keys/keys.ts';
import { developmentIsOver } from './authenticate.ts';
import { endedBecause, type LeaseBook } from './leases.ts';
import type { FindRevocations } from './users/revocations.ts';
import { endOf } from './virtual-key.ts';

export interface EndedOptions {
  readonly keys: Pick<Keys, 'standing'>;
  /** Names of the issuers whose tokens are accepted. */
  readonly issuers: readonly string[];
  /** Whether callers without credentials are accepted. */
  readonly anonymous: boolean;
  /** Whether development keys are accepted. */
  readonly development: boolean;
  readonly now: () => number;
}

/** Begins the id of a key's principal; the id of a user may follow. */
const keyForm = /^key:([^:]+)/;

/** Ends the id of a user's principal, behind the id of a credential. */
const userForm = /:(u_[\w-]{22})$/;
const teamForm = /^team:(.+)$/;

/** Number of keys whose standing is read in one turn of the event loop. */
const keysPerTurn = 64;

export function findEndedPrincipals({ keys, issuers, anonymous, development, now }: EndedOptions): FindEnded {
  const prefixes = issuers.map((name) => `jwt:${name}:`);

  function withoutKey(id: string): GatewayError | null {
    if (id === 'anonymous') return anonymous ? null : notAccepted('Callers without credentials are');
    if (!id.startsWith('jwt:') || prefixes.some((prefix) => id.startsWith(prefix))) return null;
    return notAccepted('The issuer of the token is');
  }

  /** `ids`: the principals of each key, its users included. */
  async function readKeys(ids: ReadonlyMap<string, readonly string[]>, ended: Map<string, GatewayError>): Promise<void> {
    const turns = turnsOf({ unitsPerTurn: keysPerTurn });
    const all = [...ids.keys()];
    for (let start = 0; start < all.length; start += keysPerTurn) {
      const some = all.slice(start, start + keysPerTurn);
      const found = new Map((await keys.standing(some)).map((standing) => [standing.id, standing]));
      for (const id of some) {
        const standing = found.get(id);
        const why = standing === undefined ? 'was removed' : endOf(standing, now());
        const developed = standing?.development === true && !development;
        for (const principal of ids.get(id) ?? []) {
          if (why !== null) ended.set(principal, endedBecause(why));
          else if (developed) ended.set(principal, developmentIsOver());
        }
      }
      await turns.spend(some.length);
    }
  }

  return async (principals) => {
    const ended = new Map<string, GatewayError>();
    const byKey = new Map<string, string[]>();
    for (const id of principals) {
      const [, key = null] = keyForm.exec(id) ?? [];
      if (key !== null) byKey.set(key, [...(byKey.get(key) ?? []), id]);
      const why = key === null ? withoutKey(id) : null;
      if (why !== null) ended.set(id, why);
    }
    await readKeys(byKey, ended);
    return ended;
  };
}

const notAccepted = (whose: string): GatewayError =>
  new GatewayError('UNAUTHENTICATED', `${whose} not accepted here any more, so what was queued was ended. Ask again with a key in force.`);

/** `reasonNow` finds the end of a revoked user and of an archived team. */
export const findEndOf =
  (findEnded: FindEnded, { reasonNow }: Pick<LeaseBook, 'reasonNow'>): FindEnd =>
  async (principal) =>
    (await findEnded([principal.id])).get(principal.id) ?? reasonNow(principal);

/**
 * The team counts only for the credential of a login, because keys end together with their team. A user of a login without a team may belong to an
 * organisation, which the queue does not know: such users are asked about anew whenever other organisations are archived.
 */
export function findSuspectsBy(find: FindRevocations, archivedOrganisations: () => Promise<readonly string[]>): FindSuspects {
  return async (owners) => {
    const isWithoutTeam = (owner: string, tenant: string): boolean => owner.startsWith('jwt:') && teamForm.exec(tenant) === null;
    const userOf = (owner: string): string | undefined => userForm.exec(owner)?.[1];
    const teamOf = (owner: string, tenant: string): string | undefined =>
      owner.startsWith('jwt:') ? teamForm.exec(tenant)?.[1] : undefined;
    const [users, teams, organisations] = await Promise.all([
      find('user', [...new Set(owners.flatMap(({ owner }) => userOf(owner) ?? []))]),
      find('team', [...new Set(owners.flatMap(({ owner, tenant }) => teamOf(owner, tenant) ?? []))]),
      owners.some(({ owner, tenant }) => isWithoutTeam(owner, tenant)) ? archivedOrganisations() : [],
    ]);
    const revoked = new Map(users.flatMap(({ id, revokedAt }) => (revokedAt === null ? [] : [[id, revokedAt]])));
    const ended = new Set(teams.flatMap(({ id, revokedAt }) => (revokedAt === null ? [] : [id])));
    return new Map(
      owners.flatMap(({ owner, tenant }) => {
        const team = teamOf(owner, tenant);
        const at = revoked.get(userOf(owner) ?? '');
        if (team !== undefined && ended.has(team)) return [[owner, `${tenant} ${at}`]];
        if (organisations.length > 0 && isWithoutTeam(owner, tenant)) return [[owner, `organisations ${organisations.join(' ')} ${at}`]];
        return at === undefined ? [] : [[owner, String(at)]];
      }),
    );
  };
}
