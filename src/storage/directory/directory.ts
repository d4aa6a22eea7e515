/** Stores organisations and their teams, with the maximum that each of them may use. */
import type { CacheSharing, SessionCaps } from '../../core/call/call.ts';
import type { Limit } from '../../core/call/hold.ts';

export type PolicyBudget = Omit<Extract<Limit, { kind: 'budget' }>, 'kind' | 'name'>;

/** The maximum for each user of a team. */
export type UserPolicy = Pick<Policy, 'budgets' | 'requestsPerMinute' | 'callsPerMinute' | 'tokensPerMinute' | 'concurrency'>;

/** The maximum for one agent of a team, whoever uses the agent. */
export interface AgentPolicy extends UserPolicy {
  /** `*` stands for every agent without a policy of its own name. Each of those has an account of its own. */
  readonly name: string;
  /** The maximum for one session of the agent. Null: the agent's sessions have no limit of their own. */
  readonly session: SessionCaps | null;
}

/**
 * The maximum for everything below an organisation, a team or a key. A scope or route must be in every policy above the caller. The caller draws on
 * the budgets and rates of all of them, and the guardrails of all of them apply. The narrowest `cacheSharing` counts.
 */
export interface Policy {
  /** Null: the same scopes as the policy above. */
  readonly scopes: readonly string[] | null;
  /** Null: the same routes as the policy above. */
  readonly routes: readonly string[] | null;
  /** Budgets of all callers below together, at most one per period. */
  readonly budgets: readonly PolicyBudget[];
  /** Maximum number of operations per minute. */
  readonly requestsPerMinute: number | null;
  /** Maximum number of model calls per minute. Null: the value of `requestsPerMinute`. */
  readonly callsPerMinute: number | null;
  /** Maximum number of tokens per minute, input and output together. */
  readonly tokensPerMinute: number | null;
  /** Maximum number of calls at the same time. */
  readonly concurrency: number | null;
  /** Names of guardrails in the configuration. They apply together with the guardrails of the routes. */
  readonly guardrails: readonly string[];
  /** Null: the value of the policy above; without one, kept answers are shared within the team. */
  readonly cacheSharing: CacheSharing | null;
  /**
   * Time zone in which days, weeks and months of budgets begin, also for everything below. Null: the zone of the policy above, else of the gateway.
   */
  readonly timeZone: string | null;
  /** Maximum for one session of a caller; the narrowest policy above the caller counts. Null: no limit. */
  readonly session: SessionCaps | null;
  /** Maximum for each user of a team, on an account of the user's own. Null: no limit. Organisations do not have this. */
  readonly perUser: UserPolicy | null;
  /** Maximum for agents of a team, each on its own account. Organisations do not have this. */
  readonly agents: readonly AgentPolicy[];
  /**
   * Name of the contract of the graph that the callers of a team are limited to. Null: they see the whole graph. Organisations do not have this.
   */
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
  /** Unique and permanent: usage and accounts refer to it. */
  readonly name: string;
  /** A text for people. */
  readonly description: string | null;
  readonly policy: Policy;
  readonly createdAt: number;
  /** Who created the record, such as `key:3f9a` or `shell`. */
  readonly createdBy: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
  /** 1 at first; one more after each change. 0: the configuration declares it. */
  readonly version: number;
  /** Since when no caller below may do anything. Null: not archived. */
  readonly archivedAt: number | null;
}

export interface TeamRecord extends OrganisationRecord {
  /** Name of the organisation. Null: the team belongs to none. */
  readonly organisation: string | null;
}

export interface Records<R> {
  /** Returns false and changes nothing when the name exists. */
  add(record: R): Promise<boolean>;
  find(name: string): Promise<R | null>;
  /** All records, sorted by name. */
  list(): Promise<readonly R[]>;
  /**
   * Replaces the record by what `change` returns. Two changes at the same time run one after the other, so the later one sees the result of the
   * first. `change` may be called more than once; what it throws is thrown. Returns null when the name does not exist. `change` cannot change the
   * name. Where it returns the record that it was given, nothing is stored, and the version stays.
   */
  change(name: string, change: (record: R) => R): Promise<R | null>;
}

/** A user of a login who is a member of a team although the user's token names no team. */
export interface MemberRecord {
  /** `jwt:<issuer>:<pseudonym of the user>`. The user's name is not stored here. */
  readonly principal: string;
  readonly team: string;
  readonly addedAt: number;
  readonly addedBy: string;
}

export interface Members {
  /** Adds the user to a team and removes the user from the former one. */
  put(member: MemberRecord): Promise<void>;
  find(principal: string): Promise<MemberRecord | null>;
  /** Members of a team, in the order in which they were added. */
  ofTeam(team: string): Promise<readonly MemberRecord[]>;
  /** Returns the removed record. Null: the user was not in that team, and nothing was changed. */
  remove(principal: string, team: string): Promise<MemberRecord | null>;
}

export interface Directory {
  readonly organisations: Records<OrganisationRecord>;
  readonly teams: Records<TeamRecord>;
  readonly members: Members;
  /**
   * Returns a new text whenever any process has changed a record. It may also change without a change of a record. Called in nearly every turn of
   * the event loop.
   */
  version(): string | Promise<string>;
}
