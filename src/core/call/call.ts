/** A Call: one use of AI fields; and Handlers and Step, the shape of everything that serves it. */
import type { Batch } from '../batch.ts';
import type { AttemptSummary, GatewayError } from '../errors.ts';
import type { NanoUsd, Usage } from '../money.ts';
import type { ModelRequest } from '../request/request.ts';
import type { Answer } from './collect-answer.ts';
import type { Hold, Limit } from './hold.ts';
import type { CacheStatus, Outcome } from './usage-row.ts';

/** A person behind a credential: a visitor of the site that a key serves, or whom a token of an issuer is for. */
export interface EndUser {
  /** Its pseudonym. Rows, completions and accounts have this, never the name. */
  readonly id: string;
  /** As its backend or issuer calls it; null: not known any more. */
  readonly name: string | null;
  /** When it was last revoked, as it was known when the principal was made, in milliseconds since 1970, UTC; null: never. */
  readonly revokedAt: number | null;
}

export interface Principal {
  /**
   * `key:<public id>`, `anonymous`, `jwt:<issuer>`, `service:<name>`; behind it, with a colon, the pseudonym of its user if there is one.
   * Whoever has another id sees, resumes and cancels nothing of this one's.
   */
  readonly id: string;
  readonly kind: 'key' | 'jwt' | 'anonymous' | 'service';
  /** False: nobody has shown who asks, and `@authenticated` refuses. Default: true, for the person at the machine of development too. */
  readonly authenticated?: false;
  /** Default: nobody but the holder of the credential. */
  readonly user?: EndUser;
  /** Name of the agent that asks, within its team: a program that works by itself, such as `support-bot`. Default: none. */
  readonly agent?: string;
  /** Id of the short-lived token that was shown in place of its key. Default: none. */
  readonly token?: string;
  /** When the token was issued, where it says so, in milliseconds since 1970, UTC. */
  readonly issuedAt?: number;
  readonly team: string | null;
  /** That the team belongs to. Default: none. */
  readonly organisation?: string | null;
  readonly scopes: readonly string[];
  /** Routes that may be used; null: all. */
  readonly routes: readonly string[] | null;
  readonly limits: readonly Limit[];
  /** What each of its sessions may use. Default: there is no limit. */
  readonly sessionCaps?: SessionCaps;
  /** Name of the session, by its token. Default: what the caller says. */
  readonly session?: string;
  /** Names of guardrails that check its calls beside those of the route. Default: none. */
  readonly guardrails?: readonly string[];
  /** Default: `team`. */
  readonly cacheSharing?: CacheSharing;
  /** Name of the contract of the graph that its team is held to. Default: none. */
  readonly contract?: string;
  /** When the permission ends by itself, in milliseconds since 1970, UTC. Default: never. It may be taken back before: see `core/call/lease.ts`. */
  readonly expiresAt?: number;
  /**
   * When what the caller showed is accepted no longer, while the permission goes on: the secret of a key before it was rotated, a
   * short-lived token. In milliseconds since 1970, UTC. Default: with the permission.
   */
  readonly credentialEndsAt?: number;
}

/** What one session may use; null: as much as it likes. */
export interface SessionCaps {
  readonly amount: NanoUsd | null;
  readonly tokens: number | null;
  /** Operations. */
  readonly turns: number | null;
  /** Calls of models. */
  readonly calls: number | null;
  /** How long it lasts, from its first operation on. */
  readonly minutes: number;
  /** Parts of `amount` at which operators are warned. */
  readonly warnAt: readonly number[];
}

/** Whose kept answers are the same: those of all teams of the organisation, of the team, or of the principal alone, each with equal permissions. */
export type CacheSharing = 'organisation' | 'team' | 'principal';

/** The credential that a principal came with, without its user: who is accountable for all of its users. */
export const credentialOf = ({ id, user }: Pick<Principal, 'id' | 'user'>): string =>
  user === undefined ? id : id.slice(0, id.length - user.id.length - 1);

/** Limits whose state may be told to the principal: not what it shares with others who are nothing to it. */
export const ownLimits = ({ limits }: Pick<Principal, 'limits'>): readonly Limit[] =>
  limits.filter((limit) => limit.kind !== 'budget' || limit.isShared !== true);

/** Whether it showed a token: its expiry ends the delivery alone, and the work goes on. */
export const hasToken = ({ kind, token }: Pick<Principal, 'kind' | 'token'>): boolean => kind === 'jwt' || token !== undefined;

/** Whose share of memory it uses: a key with all of its users, since it could name users without end; everybody else alone. */
export const shareOf = (principal: Pick<Principal, 'id' | 'kind' | 'user'>): string =>
  principal.kind === 'key' ? credentialOf(principal) : principal.id;

/** Who takes turns and is judged as one: a team, or a caller without one. Somebody with many keys of a team is one tenant. */
export const tenantOf = ({ id, team }: Pick<Principal, 'id' | 'team'>): string => (team === null ? id : `team:${team}`);

export interface Credentials {
  /** The header as it came, or its equivalent in another protocol; null: none. */
  readonly authorization: string | null;
  /** The header `AI-User`: whom the credential acts for. Default: nobody. */
  readonly user?: string | null;
  /** The header `AI-Agent`: the agent of the credential's team that asks with it. Default: that of the credential. */
  readonly agent?: string | null;
}

/**
 * Returns the principal, at once where it is known. Throws UNAUTHENTICATED, also for null where credentials are required. It is called
 * for every request and every heartbeat, so it must be cheap.
 */
export type Authenticate = (credentials: Credentials) => Principal | Promise<Principal>;

/** `seconds`: how long an answer may be reused; null: the route's own policy. */
export interface CachePolicy {
  readonly mode: 'default' | 'bypass' | 'refresh';
  readonly maxAgeSeconds: number | null;
}

export interface Use {
  /** Schema coordinate, such as `Product.summary`. */
  readonly coordinate: string;
  /** Share of the call's cost. */
  readonly weight: number;
}

/** What an operation says of itself. */
export interface CalledBy {
  readonly name: string | null;
  /** Name of the client application. */
  readonly client: string | null;
  readonly documentId: string | null;
  /** Name of the session that it belongs to: of the header `AI-Session` or of the token. Default: none. */
  readonly session?: string | null;
}

/** One use of one or more AI fields. Made by a resolver, read by every step; a step that adds to it passes on a copy. */
export interface Call {
  readonly id: string;
  readonly uses: readonly Use[];
  readonly operation: CalledBy;
  readonly principal: Principal;
  readonly route: string;
  readonly cache: CachePolicy;
  readonly hold: Hold;
  /** Limits of its fields, beside those of the principal: rates and places are taken of both. Default: none. */
  readonly fieldLimits?: readonly Limit[];
  readonly tags: Readonly<Record<string, string>>;
  /** By the monotonic clock (`monotonicMs`), in milliseconds: by then the call has ended, whatever it is doing. */
  readonly deadlineMs: number;
  /** Ends every wait: the client left, the deadline passed, or the run was cancelled. */
  readonly signal: AbortSignal;
  /** Fires `signal`, where nobody else has it: a step that bounds the call in time needs no signal of its own. See `callDeadline`. */
  readonly abort?: (reason: GatewayError) => void;
  /** A reader watches the answer grow: parts of a structured answer are shown early, which rules out its repair. Default: false. */
  readonly live?: boolean;
  /**
   * Whether a reader has seen something of the answer. Until then, another deployment may answer in place of one that breaks off.
   * Default: of a `live` call, what has left the pipeline; of any other, nothing before its end.
   */
  readonly shown?: () => boolean;
  /** Passed on by a step that asks the route more than once for this call: all its requests then share one budget. Default: a new one. */
  readonly spent?: Spent;
  /** Equal requests of the same operation get this answer, even if the route does not cache. Default: only requests in flight are shared. */
  readonly onceInOperation?: boolean;
  /** Where it is now. The steps write it, and whoever watches calls reads it. Default: nobody watches. */
  readonly progress?: CallProgress;
  readonly report: (fact: Fact) => void;
}

/** The call for a step that puts a signal of its own in place of the call's. */
export function withoutAbort(call: Call): Call {
  if (call.abort === undefined) return call;
  const { abort: _, ...others } = call;
  return others;
}

/** What a call has used up of the attempts and the time that its route gives it. Kept by `pipeline/route/route-call.ts`. */
export interface Spent {
  attempts: number;
  /**
   * By when the route and the call itself want it to have ended, in milliseconds of the monotonic clock: a wall clock that jumps
   * neither ends nor prolongs a call. Null: the route has not been asked yet.
   */
  endsAt: { readonly route: number; readonly call: number } | null;
}

/** A record that steps write to while the call runs. */
export interface CallProgress {
  stage: CallStage;
  /** The deployment that is asked or answers; of two that race, the one that was asked last. Null: none yet. */
  deployment: string | null;
}

/** `checks`: limits, guardrails and the cache; `shared`: waits for an equal call; `model`: has been sent; `answer`: content has come. */
export type CallStage = 'checks' | 'shared' | 'model' | 'answer';

/** What is known of a call beside its content. Reported in `finally`, so a cancel, a throw and a block are metered too. */
export type Fact = UsageFact | SentFact | WholeFact | AttemptFact | CacheFact | SettledFact;

/** What a vendor counted, from the provider to `pipeline/route/budget.ts` and no further. */
export interface UsageFact {
  readonly type: 'usage';
  readonly usage: Usage;
}

/** The request is on its way: the vendor may bill it. From the provider to `pipeline/route/budget.ts` and no further. */
export interface SentFact {
  readonly type: 'sent';
}

/**
 * The vendor was asked for a whole answer, so that its first content is its end. `tokensPerMs`: the rate at which the deployment was
 * expected to write; null: unknown. From `pipeline/route/send.ts` to its neighbours and no further.
 */
export interface WholeFact {
  readonly type: 'whole';
  readonly tokensPerMs: number | null;
}

/** One attempt at a deployment has ended. Reported once per attempt by `pipeline/route/budget.ts`, also when it was refused there. */
export interface AttemptFact extends AttemptSummary {
  readonly type: 'attempt';
  readonly provider: string;
  readonly model: string;
  /** Null: nothing was sent. */
  readonly usage: Usage | null;
  readonly estimated: boolean;
  /** The vendor's count of the input or the output cannot be true: that side is estimated. */
  readonly miscounted?: boolean;
  /** Null: unpriced, or nothing was sent. */
  readonly cost: NanoUsd | null;
  readonly timeToFirstTokenMs: number | null;
}

/** For a HIT or SHARED answer, `answeredBy` is the attempt that produced it and whose cost was saved. */
export interface CacheFact {
  readonly type: 'cache';
  readonly status: CacheStatus;
  readonly answeredBy: AttemptFact | null;
}

/** The whole call, after its end: reported once by `pipeline/meter.ts` to the maker of the call. */
export interface SettledFact {
  readonly type: 'settled';
  readonly callId: string;
  readonly settlement: Settlement;
}

/** The sum of a call's facts. */
export interface Settlement {
  /** Null: nothing was sent to a model. */
  readonly usage: Usage | null;
  readonly estimated: boolean;
  /** What this call booked: 0 for hits and shared answers; null: unpriced. */
  readonly cost: NanoUsd | null;
  readonly savedCost: NanoUsd;
  readonly cache: CacheStatus;
  readonly attempts: readonly AttemptSummary[];
  /** Of the attempt that answered, else of the last that was asked; null: none was. */
  readonly deployment: string | null;
  readonly provider: string | null;
  readonly model: string | null;
  readonly outcome: Outcome;
  readonly latencyMs: number;
  readonly timeToFirstTokenMs: number | null;
}

/** Says the answer as it comes, in batches: see `core/batch.ts`. Nothing is asked of a model before the first pull. */
export type Handler = (request: ModelRequest, call: Call) => AsyncIterable<Batch>;

/**
 * Returns the whole answer when it has ended, for callers that show nothing of it before. The call's signal ends the wait, and stops
 * upstream, at once.
 */
export type WholeHandler = (request: ModelRequest, call: Call) => Promise<Answer>;

/** The two faces of whatever serves calls. The same request has the same outcome by both, and the same facts are reported in the same order. */
export interface Handlers {
  readonly stream: Handler;
  readonly whole: WholeHandler;
}

/** What is done around the next handler, for both faces: see `step.ts`. */
export interface Step {
  stream(next: Handler): Handler;
  whole(next: WholeHandler): WholeHandler;
}

/** Whoever watches calls while they run: what runs now, and where it waits. */
export interface CallWatch {
  /** Called once for each call. The steps keep what it returns up to date: see `Call.progress`. */
  begin(call: Call): CallProgress;
  end(progress: CallProgress, settlement: Settlement): void;
}
