/** The directory: organisations, their teams, and what each of them may have at most. */
import type { CacheSharing, SessionCaps } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';

export type PolicyBudget = Omit<Extract<Limit, { kind: 'budget' }>, 'kind' | 'name'>;

/** What one user may use, whoever he is. */
export type UserPolicy = Pick<Policy, 'budgets' | 'requestsPerMinute' | 'callsPerMinute' | 'tokensPerMinute' | 'concurrency'>;

/** What one agent of a team may use, whichever of its callers it is. */
export interface AgentPolicy extends UserPolicy {
  /** `*`: each agent that no other policy names, on its own account. */
  readonly name: string;
  /** What one of its sessions may use; null: there is no cap of its own. */
  readonly session: SessionCaps | null;
}

/**
 * What those below may have at most. Scopes and routes of a key are also in each policy above it; it draws on the budgets and rates of all of
 * them; the guardrails of all of them apply; its kept answers are shared as the narrowest of them says.
 */
export interface Policy {
  /** Null: as the one above has it. */
  readonly scopes: readonly string[] | null;
  /** Null: as the one above has it. */
  readonly routes: readonly string[] | null;
  /** Of all below it together, at most one for each period. */
  readonly budgets: readonly PolicyBudget[];
  /** Operations a minute. */
  readonly requestsPerMinute: number | null;
  /** Model calls a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute: number | null;
  /** Tokens a minute, of input and output together. */
  readonly tokensPerMinute: number | null;
  /** Calls at one time. */
  readonly concurrency: number | null;
  /** Names of guardrails of the configuration, beside those of the routes. */
  readonly guardrails: readonly string[];
  /** Null: as the one above has it; without one above, within the team. */
  readonly cacheSharing: CacheSharing | null;
  /** In which the days, weeks and months of budgets begin, its own and those below; null: as the one above has it, else the gateway. */
  readonly timeZone: string | null;
  /** What one session of a caller may use, the narrowest of all policies above; null: as much as it likes. */
  readonly session: SessionCaps | null;
  /** Of each user of a team, on his own account; null: there is no limit. An organisation has none. */
  readonly perUser: UserPolicy | null;
  /** Of agents of a team, each on its own account. An organisation has none. */
  readonly agents: readonly AgentPolicy[];
  /** Name of the contract of the graph that callers of a team are held to; null: they see the whole graph. An organisation has none. */
  readonly contract: string | null;
}

export const openPolicy: Policy = {
  scopes: null,
  routes: null,
  budgets: [],
  requestsPerMinute: null,
  callsPerMinute: null,
  tokensPerMinute: null,
  concurrency: null,
  guardrails: [],
  cacheSharing: null,
  timeZone: null,
  session: null,
  perUser: null,
  agents: [],
  contract: null,
};

/** Times are milliseconds since 1970, UTC. */
export interface OrganisationRecord {
  /** Unique and for good: usage and accounts go by it. */
  readonly name: string;
  /** For people. */
  readonly description: string | null;
  readonly policy: Policy;
  readonly createdAt: number;
  /** Who made it, such as `key:3f9a` or `shell`. */
  readonly createdBy: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
  /** Since when nobody of it may do anything; null: they may. */
  readonly archivedAt: number | null;
}

export interface TeamRecord extends OrganisationRecord {
  /** Name of the organisation; null: the team belongs to none. */
  readonly organisation: string | null;
}

export interface Records<R> {
  /** False: there is one of that name, which stays as it is. */
  add(record: R): Promise<boolean>;
  find(name: string): Promise<R | null>;
  /** In the order of the names. */
  list(): Promise<readonly R[]>;
  /**
   * Puts in the place of the record what `change` makes of it, in one step: of two changes at the same moment, the later one sees the first.
   * `change` may be called more than once, and what it throws is thrown. Null: there is none of that name. The name stays.
   */
  change(name: string, change: (record: R) => R): Promise<R | null>;
}

/** A user of a login who belongs to a team although the token names none. */
export interface MemberRecord {
  /** `jwt:<issuer>:<pseudonym of the user>`, and never the name. */
  readonly principal: string;
  readonly team: string;
  readonly addedAt: number;
  readonly addedBy: string;
}

export interface Members {
  /** In the place of the team that the user was in. */
  put(member: MemberRecord): Promise<void>;
  find(principal: string): Promise<MemberRecord | null>;
  /** In the order in which they were added. */
  ofTeam(team: string): Promise<readonly MemberRecord[]>;
  /** What there was; null: the user is in no such team, and nothing was changed. */
  remove(principal: string, team: string): Promise<MemberRecord | null>;
}

export interface Directory {
  readonly organisations: Records<OrganisationRecord>;
  readonly teams: Records<TeamRecord>;
  readonly members: Members;
  /**
   * Another text whenever a record has changed, by whichever process; it may also change when none has. Asked in nearly every turn of the
   * event loop.
   */
  version(): Promise<string>;
}
