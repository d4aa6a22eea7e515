/**
 * Ends the work of tokens and users that were revoked, and of users of a login whose team was archived.
 *
 * Those in use are looked up by `../leases.ts`, as often as keys are. A token that has expired, or is not in the store any more, ends no
 * work: see `../jwt/expiring-deliveries.ts`. Of a user, work ends that began before the revocation.
 */
import type { Principal } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import type { Turns } from '../../core/turns/turns.ts';
import type { Revocation } from '../../storage/identities/identities.ts';
import { organisationAccount } from '../teams/team-book.ts';

export interface Revocations {
  /**
   * Calls `end` once when the principal's token or user is revoked, at once when that is already known. Returns a function that stops watching.
   * Null: the principal has neither.
   */
  watch(principal: Principal, end: (reason: GatewayError) => void): (() => void) | null;
  /** The reason for work whose owner was not just authenticated. Null: it may continue. */
  reasonNow(principal: Principal): Promise<GatewayError | null>;
  /** Checks now. Rejects when the store fails. */
  look(turns: Turns): Promise<void>;
  inUse(): number;
}

type Kind = 'token' | 'user' | 'team';

const kinds = ['token', 'user', 'team'] as const;

/** Revocations among the given ids. */
export type FindRevocations = (kind: Kind, ids: readonly string[]) => Promise<readonly Revocation[]>;

interface Subject {
  readonly kind: Kind;
  readonly id: string;
  /** What was known when the principal was made: a later revocation ends it. */
  readonly seenAt: number | null;
}

interface Watched {
  readonly watchers: Set<{ readonly seenAt: number | null; readonly end: (reason: GatewayError) => void }>;
  revokedAt: number | null;
}

/** Number of ids that are looked up in one turn of the event loop. */
const perTurn = 64;

export function openRevocations(find: FindRevocations): Revocations {
  const inUse: Readonly<Record<Kind, Map<string, Watched>>> = { token: new Map(), user: new Map(), team: new Map() };

  function watchOne({ kind, id, seenAt }: Subject, end: (reason: GatewayError) => void): () => void {
    const all = inUse[kind];
    const one = all.get(id) ?? { watchers: new Set(), revokedAt: null };
    all.set(id, one);
    const watcher = { seenAt, end };
    one.watchers.add(watcher);
    if (isLater(one.revokedAt, seenAt)) end(reasonOf(kind, id));
    return () => {
      one.watchers.delete(watcher);
      if (one.watchers.size === 0 && all.get(id) === one) all.delete(id);
    };
  }

  function judge(kind: Kind, id: string, revokedAt: number | null): void {
    const one = inUse[kind].get(id);
    if (one === undefined || revokedAt === one.revokedAt) return;
    one.revokedAt = revokedAt;
    for (const { seenAt, end } of one.watchers) if (isLater(revokedAt, seenAt)) end(reasonOf(kind, id));
  }

  return {
    watch(principal, end) {
      const subjects = subjectsOf(principal);
      if (subjects.length === 0) return null;
      let ended = false;
      const endOnce = (reason: GatewayError): void => {
        if (ended) return;
        ended = true;
        end(reason);
      };
      const letGo = subjects.map((subject) => watchOne(subject, endOnce));
      return () => {
        for (const release of letGo) release();
      };
    },
    async reasonNow(principal) {
      for (const { kind, id, seenAt } of subjectsOf(principal)) {
        const [found] = await find(kind, [id]);
        if (isLater(found?.revokedAt ?? null, seenAt)) return reasonOf(kind, id);
      }
      return null;
    },
    async look(turns) {
      for (const kind of kinds) {
        const ids = [...inUse[kind].keys()];
        for (let start = 0; start < ids.length; start += perTurn) {
          const some = ids.slice(start, start + perTurn);
          const found = new Map((await find(kind, some)).map(({ id, revokedAt }) => [id, revokedAt]));
          for (const id of some) judge(kind, id, found.get(id) ?? null);
          await turns.spend(some.length);
        }
      }
    },
    inUse: () => kinds.reduce((sum, kind) => sum + inUse[kind].size, 0),
  };
}

/** Without a team, the organisation stands in its place. */
const teamOf = (team: string | null, organisation: string | null): readonly string[] =>
  team !== null ? [team] : organisation === null ? [] : [organisationAccount(organisation)];

function subjectsOf({ kind, token, user, team, organisation = null }: Principal): readonly Subject[] {
  return [
    ...(token === undefined ? [] : [{ kind: 'token' as const, id: token, seenAt: null }]),
    ...(user === undefined ? [] : [{ kind: 'user' as const, id: user.id, seenAt: user.revokedAt }]),
    // For a key, its standing includes the team's.
    ...(kind === 'jwt' ? teamOf(team, organisation).map((id) => ({ kind: 'team' as const, id, seenAt: null })) : []),
  ];
}

const isOrganisation = (team: string): boolean => team.startsWith(organisationAccount(''));

const isLater = (revokedAt: number | null, seenAt: number | null): boolean => revokedAt !== null && (seenAt === null || revokedAt > seenAt);

const reasonOf = (kind: Kind, id: string): GatewayError =>
  new GatewayError('UNAUTHENTICATED', reasons[isOrganisation(id) && kind === 'team' ? 'organisation' : kind]);

const reasons: Readonly<Record<Kind | 'organisation', string>> = {
  organisation: 'The organisation was archived, so what was begun in it was ended. Credentials of another organisation would be accepted.',
  token: 'The token was revoked, so what it began was ended. Ask again with a token in force.',
  user: 'The user was revoked, so what was begun for him was ended. A token that is made for him from now on would be accepted.',
  team: 'The team was archived, so what was begun in it was ended. Credentials of another team would be accepted.',
};
