import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { RunState } from '../runs/run.ts';
import type { TextPartView, ReasoningPartView, ToolCallView, UsageView, ProvenanceView, StartedView, TextView, ReasoningView, ToolCallDeltaView, ToolCallReadyView, ObjectView, CitationView, SnapshotView, FinishedView, FailedView, EmbeddingView, GuardView, HealthView, GraphHealthView, SubgraphHealthView, SourceTextView, AgentLimitsView, UsedFieldView, MessageView, UsageRowView, CallView } from './result-views.ts';
import type { NanoUsd } from '../core/money.ts';
import type { AttemptSummary } from '../core/errors.ts';
import type { Citation, EntityRef, Passage, Source } from '../core/chunk.ts';
import type { GuardTest, GuardVerdict, RouteView, DeploymentView } from './services.ts';
import type { IngestionState } from '../retrieval/retrieval.ts';
import type { BudgetState, QuotaState } from '../storage/limits/limits.ts';
import type { BudgetWarning } from '../storage/limits/warnings/budget-warnings.ts';
import type { SessionCaps } from '../core/call/call.ts';
import type { KeyRecord } from '../storage/keys/keys.ts';
import type { ChangeRecord, ChangedPart } from '../storage/changes/changes.ts';
import type { TeamEntry, OrganisationEntry } from '../access/teams/team-desk.ts';
import type { UserPolicy, PolicyBudget } from '../storage/directory/directory.ts';
import type { Member } from '../access/teams/member-desk.ts';
import type { TokenRecord } from '../storage/identities/identities.ts';
import type { IssuedToken } from '../access/tokens/token-desk.ts';
import type { ActivityNow, RunningOperation, RunningCall } from '../operations/activity/activity.ts';
import type { RecentFailure, RecentFallback } from '../operations/activity/recent-ends.ts';
import type { Ceiling } from '../pricing/ceiling.ts';
import type { TypicalUse } from '../storage/ledger/ledger.ts';
import type { ConversationRecord } from '../storage/conversations/conversations.ts';
import type { UsageRow } from '../core/call/usage-row.ts';
import type { OperationContext } from '../operations/context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A place in a completion's event log. Opaque: hand it back as `after` to go on where you were, and read nothing from it. */
  Cursor: { input: string; output: string; }
  /** A moment as RFC 3339 text in UTC, such as `2026-11-23T12:00:00.000Z`. An input may be of any time zone, or a date alone, such as `2026-11-23`: its midnight in UTC. */
  DateTime: { input: string; output: string; }
  /** A decimal number as text, such as `"0.0015"`: exact, never a float. Use a decimal library, or show it as it is. */
  Decimal: { input: string; output: string; }
  /** Any JSON value: object, list, text, number, boolean or null. */
  JSON: { input: unknown; output: unknown; }
  /** A whole number between -(2^53 - 1) and 2^53 - 1: larger than Int, and still exact in JavaScript. */
  SafeInt: { input: number; output: number; }
  /** A vector as base64 of little-endian 32-bit floats. In JavaScript: `new Float32Array(Uint8Array.from(atob(v), c => c.charCodeAt(0)).buffer)`. */
  Vector: { input: string; output: string; }
  _FieldSet: { input: unknown; output: unknown; }
};

/** What runs, what waits, and what has failed in the last five minutes. */
export type AiActivity = {
  /** When this was so. */
  readonly at: Scalars['DateTime']['output'];
  /** How many there are. */
  readonly callCount: Scalars['SafeInt']['output'];
  /** Calls of AI fields that run, the fifty oldest. */
  readonly calls: ReadonlyArray<AiRunningCall>;
  /** The deployments of the routes that you may use. */
  readonly deployments: ReadonlyArray<AiDeployment>;
  /** Failed calls of the last five minutes (at most the last 300), by code, the most frequent first. */
  readonly failures: ReadonlyArray<AiRecentFailure>;
  /** Failed attempts of the last five minutes (at most the last 300) whose calls went on to another attempt, by deployment and code. */
  readonly fallbacks: ReadonlyArray<AiRecentFallback>;
  /** How many there are. */
  readonly operationCount: Scalars['SafeInt']['output'];
  /** Operations that run, the fifty oldest. */
  readonly operations: ReadonlyArray<AiRunningOperation>;
  /** How many of them answer with events or parts, and stay open meanwhile. */
  readonly streamCount: Scalars['SafeInt']['output'];
};

/** What one agent of a team may use. */
export type AiAgentLimits = {
  /** Its budgets, as they stand now; of `*` nothing is spent, since each agent has an account of its own (`agent:<team>:<name>`). */
  readonly budgets: ReadonlyArray<AiBudget>;
  /** The most model calls in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** The most model calls at one time; null: no limit. */
  readonly concurrency?: Maybe<Scalars['Int']['output']>;
  /** Its name; `*`: each agent that no other entry names. */
  readonly name: Scalars['String']['output'];
  /** The most operations in a minute; null: no limit. */
  readonly requestsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** What one of its sessions may use; null: no caps of its own. */
  readonly session?: Maybe<AiSessionCaps>;
  /** The most tokens in a minute, of input and output together; null: no limit. */
  readonly tokensPerMinute?: Maybe<Scalars['Int']['output']>;
};

/** What one agent of a team may use. */
export type AiAgentLimitsInput = {
  /** What its calls may cost, at most one for each period. */
  readonly budgets?: InputMaybe<ReadonlyArray<AiBudgetInput>>;
  /** The most model calls in a minute; when absent, as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The most model calls at one time. */
  readonly concurrency?: InputMaybe<Scalars['Int']['input']>;
  /** Its name: 1 to 128 visible ASCII characters without commas, semicolons, quotation marks and backslashes. `*`: each agent that no other entry names. */
  readonly name: Scalars['String']['input'];
  /** The most operations in a minute. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** What one of its sessions may use, beside what its team says. */
  readonly session?: InputMaybe<AiSessionCapsInput>;
  /** The most tokens in a minute, of input and output together. */
  readonly tokensPerMinute?: InputMaybe<Scalars['Int']['input']>;
};

/** An answer from documents. */
export type AiAnswer = {
  /** The sources that the answer's markers name. */
  readonly citations: ReadonlyArray<AiCitation>;
  /** The completion behind the answer, with usage and provenance. */
  readonly completion: Completion;
  /** The answer, with markers such as `[1]` that name its citations. */
  readonly text: Scalars['String']['output'];
};

/** A question to answer from a collection. */
export type AiAnswerInput = {
  /** The route's own policy when absent. */
  readonly cache?: InputMaybe<CacheInput>;
  /** The name of a collection (see Query.aiCollections), or of an index of entities. */
  readonly collection: Scalars['String']['input'];
  /** The conversation that this goes on with, in place of `messages`: the question and its answer are added to it. */
  readonly conversation?: InputMaybe<AiConversationInput>;
  /** At most this many passages are shown to the model, from 1 to 50. */
  readonly first?: Scalars['Int']['input'];
  /** The same key from the same principal within 24 h is the same answer, billed once. At most 255 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The longest answer in tokens; the deployment's own limit when absent. */
  readonly maxOutputTokens?: InputMaybe<Scalars['Int']['input']>;
  /**
   * Earlier messages, oldest first. One more model call rewrites them and the question into a question that stands by itself, which is then searched for
   * and answered. That call is of the same field: it is in the quote and on the same budgets.
   */
  readonly messages?: InputMaybe<ReadonlyArray<MessageInput>>;
  /** The question. Behind `messages` or in a `conversation` it may be a follow-up, such as `And in winter?`. */
  readonly question: Scalars['String']['input'];
  /** The route that writes the answer: see Query.aiRoutes. */
  readonly route?: Scalars['String']['input'];
  /** Your own labels for the ledger: an object whose values are text. At most 16. */
  readonly tags?: InputMaybe<Scalars['JSON']['input']>;
};

/** An answer with citations, NoAnswer, or a failure. It may grow: keep a default branch. */
export type AiAnswerResult = AiAnswer | BudgetExceeded | GuardrailBlocked | ModelUnavailable | NoAnswer | OtherFailure | RateLimited;

/** Whether calls are sent to a deployment. */
export type AiBreaker =
  /** All are. */
  | 'CLOSED'
  /** None is: it has failed too often, or its provider has asked to be left alone. */
  | 'OPEN'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** One at a time, to find out whether it is back. */
  | 'PROBING';

/** An amount of money that may be spent in a time. */
export type AiBudget = {
  /** Expected spending at the end of the period at the present pace, which may be more than the limit. Null: there is too little to say, or the period never ends. */
  readonly forecast?: Maybe<AiCost>;
  /** What running calls have set aside: the most that they can still cost. Also, for a day (`storage.lostHoldHours`), what calls that a crash cut may have cost beyond the estimate in `spent`. */
  readonly held: AiCost;
  /** The most that may be spent in the period. */
  readonly limit: AiCost;
  /** The account, such as `key:3f9a` or `team:search`. */
  readonly name: Scalars['String']['output'];
  /** The time in which it may be spent. */
  readonly per: AiPeriod;
  /** When the period ends and everything is free again; null: never. */
  readonly resetsAt?: Maybe<Scalars['DateTime']['output']>;
  /** What ended calls have cost in the period. */
  readonly spent: AiCost;
  /** The time zone of the calendar by which that time begins and ends, such as `Europe/Berlin`. */
  readonly timeZone: Scalars['String']['output'];
  /** The parts of it that operators are warned of. */
  readonly warnings: ReadonlyArray<AiBudgetWarning>;
};

/** One budget that is to be another: what is left out stays as it is, null removes. */
export type AiBudgetChangeInput = {
  /** What may be spent in it, in US dollars; null: the budget is taken away. Where there is none yet, the amount makes it. */
  readonly most?: InputMaybe<Scalars['Decimal']['input']>;
  /** Of which period: DAY, WEEK, MONTH or TOTAL. */
  readonly per: AiPeriod;
  /** Parts of it at which operators are warned, from 0.01 to 1; null: nobody is warned. */
  readonly warnAt?: InputMaybe<ReadonlyArray<Scalars['Float']['input']>>;
};

/** A budget to be given. */
export type AiBudgetInput = {
  /** What may be spent in it, in US dollars. */
  readonly most: Scalars['Decimal']['input'];
  /** How long the amount counts: DAY, WEEK, MONTH or TOTAL. */
  readonly per: AiPeriod;
  /** Parts of it at which operators are warned, from 0.01 to 1. */
  readonly warnAt?: InputMaybe<ReadonlyArray<Scalars['Float']['input']>>;
};

/** A part of a budget that has just been spent. */
export type AiBudgetNotice = {
  /** The part: 0.8 is four fifths of the limit. */
  readonly at: Scalars['Float']['output'];
  /** The account, such as `team:search`: `AiBudget.name`. */
  readonly budget: Scalars['String']['output'];
  /** Stays the same when it is told again. */
  readonly id: Scalars['ID']['output'];
  /** The most that may be spent in the period. */
  readonly limit: AiCost;
  /** The time in which it may be spent. */
  readonly per: AiPeriod;
  /** When the period began. */
  readonly periodBegin: Scalars['DateTime']['output'];
  /** When it ends and everything is free again; null: never. */
  readonly periodEnd?: Maybe<Scalars['DateTime']['output']>;
  /** When it was noticed. */
  readonly reachedAt: Scalars['DateTime']['output'];
  /** What was spent when it was noticed. */
  readonly spent: AiCost;
  /** The time zone of the calendar by which that time begins and ends. */
  readonly timeZone: Scalars['String']['output'];
};

/** A part of a budget whose use operators are warned of. */
export type AiBudgetWarning = {
  /** The part: 0.8 is four fifths of the limit. */
  readonly at: Scalars['Float']['output'];
  /** Whether as much is spent. */
  readonly isReached: Scalars['Boolean']['output'];
};

/** Whose kept answers are the same, among callers with the same scopes and routes. */
export type AiCacheSharing =
  /** Those of all teams of the organisation. */
  | 'ORGANISATION'
  /** Those of the key or user alone. */
  | 'PRINCIPAL'
  /** Those of the team. */
  | 'TEAM';

/** One call of a model, or one answer that was kept: what was asked is not stored. */
export type AiCall = {
  /** The agent; null: none. */
  readonly agent?: Maybe<Scalars['String']['output']>;
  /** The attempts, in order. A single attempt has the duration of the call. Empty: nothing was sent, or the attempts are not known. */
  readonly attempts: ReadonlyArray<ProviderAttempt>;
  /** Whether an earlier answer served. */
  readonly cache: CacheStatus;
  /** The client's name; null: it gave none. */
  readonly client?: Maybe<Scalars['String']['output']>;
  /** The completion that it answered, which `completionById` shows to its owner; null: it answered a field. It has the id of the call. */
  readonly completionId?: Maybe<Scalars['ID']['output']>;
  /** The deployment that answered, or was asked last; null: none was. */
  readonly deployment?: Maybe<Scalars['String']['output']>;
  /** The id by which the request named its trusted document; null: it sent the text. */
  readonly documentId?: Maybe<Scalars['String']['output']>;
  /** Of the failure that the caller saw; null: there was none, or it is from before errorIds were kept. */
  readonly errorId?: Maybe<Scalars['ID']['output']>;
  /** Its id in the ledger; `callId` in `extensions.usage`. */
  readonly id: Scalars['ID']['output'];
  /** How long it took, in milliseconds. */
  readonly latencyMs: Scalars['SafeInt']['output'];
  /** Its model. */
  readonly model?: Maybe<Scalars['String']['output']>;
  /** The name of the operation; null: it had none. */
  readonly operation?: Maybe<Scalars['String']['output']>;
  /** The organisation of the team; null: none. */
  readonly organisation?: Maybe<Scalars['String']['output']>;
  /** `OK`, or the code of what went wrong. */
  readonly outcome: Scalars['String']['output'];
  /** Who asked, such as `key:3f9a`. */
  readonly principal: Scalars['String']['output'];
  /** The name of that key, also of one that was revoked since; null: it has none. */
  readonly principalName?: Maybe<Scalars['String']['output']>;
  /** Its provider. */
  readonly provider?: Maybe<Scalars['String']['output']>;
  /** The guardrail that refused it; null: none did. */
  readonly refusedBy?: Maybe<AiGuardrailRefusal>;
  /** The route that was asked. */
  readonly route: Scalars['String']['output'];
  /** What a cache or a shared call has spared. */
  readonly savedCost: AiCost;
  /** The session; null: none was named. */
  readonly session?: Maybe<Scalars['String']['output']>;
  /** The tags that the caller gave it. */
  readonly tags: ReadonlyArray<AiUsageTag>;
  /** The team that it counts to; null: none. */
  readonly team?: Maybe<Scalars['String']['output']>;
  /** When it began. */
  readonly time: Scalars['DateTime']['output'];
  /** How long its first token took; null where nobody followed the answer as it grew. */
  readonly timeToFirstTokenMs?: Maybe<Scalars['SafeInt']['output']>;
  /** Tokens and cost of the uses together; the cost is null when the price is unknown. */
  readonly usage: TokenUsage;
  /** The pseudonym of the end user; null: there was none. */
  readonly user?: Maybe<Scalars['String']['output']>;
  /** The name of that user; null: there was none, or he is not known any more. */
  readonly userName?: Maybe<Scalars['String']['output']>;
  /** The fields that it served, each with its share. */
  readonly uses: ReadonlyArray<AiCallUse>;
};

/** A page of calls. */
export type AiCallList = {
  /** The calls, the newest first; of each, the uses that fit the filter. */
  readonly calls: ReadonlyArray<AiCall>;
  /** Hand it back as `after` for the next page; null on the last one. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

/** Where a call is that runs. */
export type AiCallStage =
  /** The answer is coming. */
  | 'ANSWER'
  /** In its limits, its guardrails or the cache. */
  | 'CHECKS'
  /** A model has been asked and has said nothing yet. */
  | 'MODEL'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** It waits for the answer to an equal call. */
  | 'SHARED';

/** What one field has of a call. */
export type AiCallUse = {
  /** The field, such as `Product.summary`. */
  readonly coordinate: Scalars['String']['output'];
  /** Its share of what was spared. */
  readonly savedCost: AiCost;
  /** Its share of the tokens and the cost. */
  readonly usage: TokenUsage;
};

/** Which calls. */
export type AiCallsInput = {
  /** Go on after the page whose `endCursor` this is. */
  readonly after?: InputMaybe<Scalars['String']['input']>;
  /** At most this many, from 1 to 100. A page has fewer where its calls have more than 2000 uses together. */
  readonly first?: Scalars['Int']['input'];
  /** Calls that began at this moment or later. */
  readonly from: Scalars['DateTime']['input'];
  /** Calls that began before this moment. */
  readonly to: Scalars['DateTime']['input'];
  /** Only some calls; all when absent. By user, session or tag, and where you see those of one user alone, a list covers at most 31 days. */
  readonly where?: InputMaybe<AiUsageFilter>;
};

/** What an administrator did to a key, a team or an organisation. */
export type AiChange = {
  /** What was done, such as ROTATED. */
  readonly action: AiChangeAction;
  /** When it was done. */
  readonly at: Scalars['DateTime']['output'];
  /** Who did it, such as `key:3f9a` or `shell`. */
  readonly by: Scalars['String']['output'];
  /** What is other since then: at most 50 parts. */
  readonly parts: ReadonlyArray<AiChangedPart>;
  /** Why, in the words of who did it; null: no reason was given, or it named a user who has been erased since. */
  readonly reason?: Maybe<Scalars['String']['output']>;
};

/** What an administrator did. */
export type AiChangeAction =
  /** A team or an organisation was archived. */
  | 'ARCHIVED'
  /** Parts of it were changed. */
  | 'CHANGED'
  /** It was made. */
  | 'MADE'
  /** A user of a login was put into a team. */
  | 'MEMBER_ADDED'
  /** A user of a login was taken out of a team. */
  | 'MEMBER_REMOVED'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** It was brought back. */
  | 'RESTORED'
  /** A key was revoked. */
  | 'REVOKED'
  /** A key got another secret. */
  | 'ROTATED';

/** A part of a key, a team or an organisation that was changed. */
export type AiChangedPart = {
  /** As it is since then; null: there is none. */
  readonly after?: Maybe<Scalars['String']['output']>;
  /** As it was, as a text of at most 200 characters: money in US dollars; null: there was none. */
  readonly before?: Maybe<Scalars['String']['output']>;
  /** Its name, such as `monthlyBudget`, `budgets.month`, `perUser.requestsPerMinute` or `agents.support-bot.budgets.day`. */
  readonly name: Scalars['String']['output'];
};

/** Where a statement of an answer comes from. */
export type AiCitation = {
  /** The entity, for a source that is an entity of the graph. */
  readonly entity?: Maybe<AiEntityRef>;
  /** As it stands in the answer, such as `[1]`. */
  readonly marker: Scalars['String']['output'];
  /** The passage, for a source that is a document. */
  readonly passage?: Maybe<SourcePassage>;
  /** The words of the source that support it. */
  readonly quote: Scalars['String']['output'];
  /** How well the source fits. Compare it only within one answer. */
  readonly score: Scalars['Float']['output'];
};

/** A collection of documents that can be searched. */
export type AiCollection = {
  /** The model that embeds its passages; a collection keeps to one. */
  readonly embeddingModel: Scalars['String']['output'];
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** Into how many passages they are cut. */
  readonly passages: Scalars['Int']['output'];
  /** How many documents it has. */
  readonly sources: Scalars['Int']['output'];
};

/** A conversation, for its owner alone: the same credential with the same user, as a completion. */
export type AiConversation = {
  /** When it was begun. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** When it is deleted, unless it goes on. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** Names it in AiConversationInput, renameAiConversation and deleteAiConversation. */
  readonly id: Scalars['ID']['output'];
  /** Whether its last turn is being answered now. */
  readonly isRunning: Scalars['Boolean']['output'];
  /** What was said, oldest first: the messages of the last turns. */
  readonly messages: ReadonlyArray<AiMessage>;
  /** Whose it is, as in AiViewer.principal. */
  readonly owner: Scalars['String']['output'];
  /** What people call it: its name, or the beginning of what was asked first. Null before the first turn, where nobody has named it. */
  readonly title?: Maybe<Scalars['String']['output']>;
  /** When its last turn began or ended, or it was named. */
  readonly updatedAt: Scalars['DateTime']['output'];
};


/** A conversation, for its owner alone: the same credential with the same user, as a completion. */
export type AiConversationMessagesArgs = {
  before?: InputMaybe<Scalars['Int']['input']>;
  last?: Scalars['Int']['input'];
};

/**
 * The conversation that a turn belongs to. What is asked is added to it when the answer begins, and the answer when it ends, however it ends:
 * of one that failed or was cancelled, what had come. A repeat with the same idempotencyKey adds nothing.
 *
 * One turn is answered at a time: another one meanwhile is CONCURRENCY_LIMITED. The model is shown the turns before, but those that failed.
 * Where they do not fit the context window of the route's largest model, or `maxInputTokens`, whole turns are left out, the oldest first; a
 * quarter of the window is left for the answer where `maxOutputTokens` does not say how much.
 */
export type AiConversationInput = {
  /** The conversation: AiConversation.id. */
  readonly id: Scalars['ID']['input'];
  /** The completion to replace: its turn, which must be the last one, is asked again. If it is no longer the last, this turn is added. */
  readonly replaces?: InputMaybe<Scalars['ID']['input']>;
};

/** A page of conversations. */
export type AiConversationPage = {
  /** The conversations. */
  readonly conversations: ReadonlyArray<AiConversation>;
  /** Hand it back as `after` for the next page; null on the last one. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

/** An amount of money. */
export type AiCost = {
  /** Exact, with up to nine decimal places. */
  readonly amount: Scalars['Decimal']['output'];
  /** ISO 4217; always `USD` today. */
  readonly currency: Scalars['String']['output'];
};

/** What is counted. */
export type AiCounted =
  /** Calls of models, answers from the cache included. */
  | 'CALLS'
  /** Tokens of input and output together. */
  | 'TOKENS'
  /** Operations, each once, whatever it asks for: the turns of an agent. */
  | 'TURNS';

/** A model at a provider, as the gateway calls it. */
export type AiDeployment = {
  /** Whether calls of yours are sent to it. */
  readonly breaker: AiBreaker;
  /** What it can do: `completion`, `embedding`, `tools`, `images`, `files`, `json`, `reasoning`, `extractive`. An extractive one only finds and quotes: it is no language model. */
  readonly capabilities: ReadonlyArray<Scalars['String']['output']>;
  /** Input and output together, in tokens; null when unknown. */
  readonly contextWindow?: Maybe<Scalars['Int']['output']>;
  /** False while it fails too often to be tried, and while its provider has asked to be left alone. */
  readonly healthy: Scalars['Boolean']['output'];
  /** Unique in the gateway, such as `openai/gpt-5-mini`. */
  readonly id: Scalars['ID']['output'];
  /** US dollars for a million tokens of fresh input, at the lowest tier; null when unknown. */
  readonly inputPerMillion?: Maybe<Scalars['Decimal']['output']>;
  /** The longest answer in tokens. */
  readonly maxOutputTokens?: Maybe<Scalars['Int']['output']>;
  /** The model's name at that provider. */
  readonly model: Scalars['String']['output'];
  /** When it is tried again at the latest; null unless the breaker is OPEN. */
  readonly openUntil?: Maybe<Scalars['DateTime']['output']>;
  /** US dollars for a million tokens of output, at the lowest tier; null when unknown. */
  readonly outputPerMillion?: Maybe<Scalars['Decimal']['output']>;
  /** The provider's name in the configuration; `embedded` is the one that runs inside the gateway and is no language model. */
  readonly provider: Scalars['String']['output'];
  /** How many attempts at it have failed in the last five minutes, of the calls that you may see: your own, and with `ai:usage` those of `aiUsage`. This process alone. */
  readonly recentFailures: Scalars['SafeInt']['output'];
  /** Milliseconds to the first token, the median of the last fifty streams of the last hour, of the same calls; null: there was none. */
  readonly ttftP50?: Maybe<Scalars['SafeInt']['output']>;
};

/** Names an entity of the graph. */
export type AiEntityRef = {
  /** The fields of its key, as an object. */
  readonly key: Scalars['JSON']['output'];
  /** The entity's type. */
  readonly typeName: Scalars['String']['output'];
};

/** A field that an operator has declared and a model answers. */
export type AiField = {
  /** What it takes. */
  readonly arguments: ReadonlyArray<AiFieldArgument>;
  /** The most that one call can use. */
  readonly ceiling: AiFieldCeiling;
  /** Type and field, such as `Product.summary`: unique. */
  readonly coordinate: Scalars['ID']['output'];
  /** What it is, in the words of its declaration. They are instructions of the model too. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** Its name in that type. */
  readonly fieldName: Scalars['String']['output'];
  /** The keys of that type, as its SDL declares them, such as `id`; none on `Query` and `Mutation`. */
  readonly keys: ReadonlyArray<Scalars['String']['output']>;
  /** Who makes its value. */
  readonly kind: AiFieldKind;
  /** The id of its prompt; null: the prompt stands in its declaration, or it has none. */
  readonly promptId?: Maybe<Scalars['ID']['output']>;
  /** The version of that prompt; null: it has none. */
  readonly promptVersion?: Maybe<Scalars['String']['output']>;
  /** The route that answers; null where you may not use that route. */
  readonly route?: Maybe<Scalars['String']['output']>;
  /** The scopes that its declaration asks for: all of one of these lists. Fields that it reads may ask for more. Null: none. */
  readonly scopes?: Maybe<ReadonlyArray<ReadonlyArray<Scalars['String']['output']>>>;
  /** The collection that it answers from, or the index that it searches; null: it needs neither, or you may not read the collection. */
  readonly source?: Maybe<Scalars['String']['output']>;
  /** What it gives, as in SDL, such as `[ProductTag!]`. */
  readonly type: Scalars['String']['output'];
  /** The type that it sits on: an entity of the graph, or `Query` or `Mutation`. */
  readonly typeName: Scalars['String']['output'];
  /** What a use of it takes, as a rule: among the last 5,000 rows of the ledger, those that `aiUsage` shows you. Null: none of them is an answer to it. Needs scope `ai:usage`. */
  readonly typical?: Maybe<AiTypicalUse>;
};

/** What an AI field takes. */
export type AiFieldArgument = {
  /** Its value when it is left out, as in SDL; null: there is none. */
  readonly defaultValue?: Maybe<Scalars['String']['output']>;
  /** What it is for. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** Its name. */
  readonly name: Scalars['String']['output'];
  /** What it takes, as in SDL, such as `Int!`. */
  readonly type: Scalars['String']['output'];
};

/** The most that one call of an AI field can use, with one attempt: what `aiQuote` reckons with. */
export type AiFieldCeiling = {
  /** Requests to models. */
  readonly calls: Scalars['SafeInt']['output'];
  /** What it costs on the most expensive model of its route; null: a model there has no price. */
  readonly cost?: Maybe<AiCost>;
  /** Input in tokens. */
  readonly inputTokens: Scalars['SafeInt']['output'];
  /** Output in tokens. */
  readonly outputTokens: Scalars['SafeInt']['output'];
};

/** Who makes the value of an AI field. */
export type AiFieldKind =
  /** A model that writes from documents: `@answer`. */
  | 'ANSWER'
  /** A model that writes: `@completion`. */
  | 'COMPLETION'
  /** A model that embeds: `@embedding`. */
  | 'EMBEDDING'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** A search by meaning: `@similar`. */
  | 'SIMILAR';

/** How the graph is. */
export type AiGraphHealth = {
  /** What runs operations over several subgraphs: `planner` or `stitching`; null: there are none. */
  readonly engine?: Maybe<Scalars['String']['output']>;
  /** Changes with the schema that clients see: the ETag of `/graphql/schema`. Null: there is none. */
  readonly hash?: Maybe<Scalars['String']['output']>;
  /** Whether there is a graph to serve. */
  readonly ready: Scalars['Boolean']['output'];
  /** Why the served graph is older than its sources, in sentences. Empty: it is current. */
  readonly reasons: ReadonlyArray<Scalars['String']['output']>;
  /** Since when it is served; null: it is the gateway's own, or there is none. */
  readonly since?: Maybe<Scalars['DateTime']['output']>;
  /** Its subgraphs, beside the gateway's own. */
  readonly subgraphs: ReadonlyArray<AiSubgraphHealth>;
};

/** What a guardrail does. */
export type AiGuardAction =
  /** It refuses what it forbids: GUARDRAIL_BLOCKED. */
  | 'BLOCK'
  /** It puts placeholders in place of personal data, and the data back into the answer. */
  | 'MASK'
  /** One that this schema does not name yet. */
  | 'OTHER';

/** How a guardrail decides. */
export type AiGuardOutcome =
  /** The text may pass. */
  | 'ALLOWED'
  /** The text is refused. */
  | 'BLOCKED'
  /** It could not check the text, which is refused for that. */
  | 'FAILED'
  /** One that this schema does not name yet. */
  | 'OTHER';

/** What guardrails said to a text. */
export type AiGuardTest = {
  /** The text as a model would get it; null: nothing of it is masked. */
  readonly maskedText?: Maybe<Scalars['String']['output']>;
  /** Whether it would pass all of them. */
  readonly passes: Scalars['Boolean']['output'];
  /** One for each guardrail of the route on that side; none, where it has none. */
  readonly verdicts: ReadonlyArray<AiGuardVerdict>;
};

/** What one guardrail said. */
export type AiGuardVerdict = {
  /** Its name. */
  readonly guardrail: Scalars['String']['output'];
  /** What the caller of such a text would be told; null: it is allowed. */
  readonly message?: Maybe<Scalars['String']['output']>;
  /** What it decided. */
  readonly outcome: AiGuardOutcome;
};

/** A side on which texts are checked. */
export type AiGuardedSide =
  /** Prompts, on their way to a model. */
  | 'INPUT'
  /** Answers, on their way back. */
  | 'OUTPUT';

/** What checks texts, or masks personal data in them. */
export type AiGuardrail = {
  /** What it does. */
  readonly action: AiGuardAction;
  /** Its name, as refusals have it. */
  readonly name: Scalars['String']['output'];
  /** The routes of yours that it stands at. */
  readonly routes: ReadonlyArray<Scalars['String']['output']>;
  /** Which texts it is shown. */
  readonly sides: ReadonlyArray<AiGuardedSide>;
  /** Whether answers wait for their last word before they are shown, so that it can judge the whole; null: it is shown none. */
  readonly waitsForWhole?: Maybe<Scalars['Boolean']['output']>;
};

/** A guardrail that refused a call. */
export type AiGuardrailRefusal = {
  /** Its name; `maskPersonalData` where masking refused. */
  readonly guardrail: Scalars['String']['output'];
  /** What it looked at. */
  readonly on: GuardedSide;
};

/** How a gateway is. */
export type AiHealth = {
  /** The graph that is served. */
  readonly graph?: Maybe<AiGraphHealth>;
  /** Whether usage can be recorded: while it cannot, no paid call begins. */
  readonly ledger?: Maybe<AiLedgerHealth>;
  /** Memory that this process holds, in bytes. */
  readonly memoryBytes?: Maybe<Scalars['SafeInt']['output']>;
  /** When this process began. */
  readonly startedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What is the matter with its stores, in sentences; empty: nothing. */
  readonly storeProblems?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The deployments whose price is unknown: calls of theirs are refused where a budget would have to pay, and their cost is told as null. */
  readonly unpricedDeployments?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  /** The version of Fieldgate that runs. */
  readonly version: Scalars['String']['output'];
};

/** A virtual key, without its secret. */
export type AiKey = {
  /** The agent that asks with it; null: none, or that of the key that made it. */
  readonly agent?: Maybe<Scalars['String']['output']>;
  /** The budgets that its calls draw on, as they stand now: its own, those of the keys that it comes from, of its team and of its organisation. */
  readonly budgets: ReadonlyArray<AiBudget>;
  /** The most model calls in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** Its last 100 changes of the last 400 days, the newest first. A revocation is listed at the revoked key only, not at the keys that it had made. */
  readonly changes: ReadonlyArray<AiChange>;
  /** When it was issued. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** Who made it, such as `key:3f9a` or `shell`; null: it is older than this field. */
  readonly createdBy?: Maybe<Scalars['String']['output']>;
  /** When it stops working; null: never, or with the key that made it. */
  readonly expiresAt?: Maybe<Scalars['DateTime']['output']>;
  /** Until when the secret before its last rotation is accepted too; null: it has one secret. */
  readonly formerSecretEndsAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its public id: the middle part of `fg_<id>_<secret>`. */
  readonly id: Scalars['ID']['output'];
  /** When it was used last, a minute more or less; null: never, as far as is known. */
  readonly lastUsedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The public id of the key that made it, whose budget and rates it uses too; null: it was made in the shell. */
  readonly madeBy?: Maybe<Scalars['ID']['output']>;
  /** The most that it may spend in a calendar month, in US dollars; null: no limit of its own. */
  readonly monthlyBudget?: Maybe<Scalars['Decimal']['output']>;
  /** For people: what it is for. */
  readonly name: Scalars['String']['output'];
  /** The most operations in a minute; null: no limit of its own. */
  readonly requestsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** When it was revoked; null: it was not. */
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** The routes that it may use; null: all. */
  readonly routes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What it may do. */
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  /** What one session of its callers may use; null: no caps of its own. */
  readonly session?: Maybe<AiSessionCaps>;
  /** The team that it counts to. */
  readonly team: Scalars['String']['output'];
  /** When it was changed, rotated or revoked last; null: never. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who did that. */
  readonly updatedBy?: Maybe<Scalars['String']['output']>;
  /** Another number after each change: what `expectVersion` takes. */
  readonly version: Scalars['Int']['output'];
};


/** A virtual key, without its secret. */
export type AiKeyChangesArgs = {
  first?: Scalars['Int']['input'];
};

/** How the ledger is. */
export type AiLedgerHealth = {
  /** Calls whose rows are kept, but not in reports yet. */
  readonly waitingCalls: Scalars['SafeInt']['output'];
  /** Whether rows can be kept. */
  readonly writable: Scalars['Boolean']['output'];
};

/** One message of a conversation. */
export type AiMessage = {
  /** The answer: how it ended, its citations, its parts, what it used. Null for what was asked. Follow one that is RUNNING with Subscription.completionEvents. */
  readonly completion?: Maybe<Completion>;
  /** What was asked, as a list in the form of ContentPartInput; pictures and files without their base64. Null for an answer: see `completion`. */
  readonly content?: Maybe<Scalars['JSON']['output']>;
  /** When the turn began. */
  readonly createdAt: Scalars['DateTime']['output'];
  /** USER or TOOL for what was asked, ASSISTANT for the answer. */
  readonly role: MessageRole;
  /** Its text: all of an answer so far; of a message with other parts, the text between them; empty where there is none. */
  readonly text: Scalars['String']['output'];
  /** The number of its turn, from 1 on: what was asked, and its answer. */
  readonly turn: Scalars['Int']['output'];
};

/** An organisation: what its teams have at most, and share. */
export type AiOrganisation = {
  /** Since when nobody of its teams may ask for anything; null: they may. */
  readonly archivedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its budgets, as they stand now: the calls of all its teams draw on them. */
  readonly budgets: ReadonlyArray<AiBudget>;
  /** Who shares kept answers; null: TEAM. */
  readonly cacheSharing?: Maybe<AiCacheSharing>;
  /** The most model calls of all its teams in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** What was done to it by people, the newest first: the last hundred, of the last 400 days. Empty where the configuration declares it. */
  readonly changes: ReadonlyArray<AiChange>;
  /** The most model calls at one time; null: no limit of its own. */
  readonly concurrency?: Maybe<Scalars['Int']['output']>;
  /** When it was made; null where the configuration declares it. */
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who made it, such as `key:3f9a` or `shell`; `configuration` where that declares it. */
  readonly createdBy: Scalars['String']['output'];
  /** Whether the configuration declares it: it is then changed there alone. */
  readonly declared: Scalars['Boolean']['output'];
  /** For people: what it is. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** Names of guardrails that check all its calls, beside those of the routes. */
  readonly guardrails: ReadonlyArray<Scalars['String']['output']>;
  /** Its name: what usage and accounts (`organisation:acme`) call it. */
  readonly id: Scalars['ID']['output'];
  /** The most operations of all its teams in a minute; null: no limit of its own. */
  readonly requestsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** The routes that its callers may use at most; null: all. */
  readonly routes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The scopes that its callers have at most; null: all. */
  readonly scopes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What one session of a caller may use; null: no caps of its own. */
  readonly session?: Maybe<AiSessionCaps>;
  /** The time zone in which the days, weeks and months of its budgets and of those below begin; null: that of the gateway. */
  readonly timeZone?: Maybe<Scalars['String']['output']>;
  /** The most tokens in a minute, of input and output together; null: no limit of its own. */
  readonly tokensPerMinute?: Maybe<Scalars['Int']['output']>;
  /** When it was changed last; null where the configuration declares it. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who did that. */
  readonly updatedBy: Scalars['String']['output'];
  /** Another number after each change: what `expectVersion` takes. 0 where the configuration declares it. */
  readonly version: Scalars['Int']['output'];
};


/** An organisation: what its teams have at most, and share. */
export type AiOrganisationChangesArgs = {
  first?: Scalars['Int']['input'];
};

/** How long an amount counts before it is all there again. */
export type AiPeriod =
  /** A day of the calendar. */
  | 'DAY'
  /** A month of the calendar. */
  | 'MONTH'
  /** One that this schema does not name yet. */
  | 'OTHER'
  /** As long as a session lasts. */
  | 'SESSION'
  /** For ever: it never begins anew. */
  | 'TOTAL'
  /** A week of the calendar, from Monday on. */
  | 'WEEK';

/** A number that may be used in a time. */
export type AiQuota = {
  /** What running calls have set aside: the most that they can still use. */
  readonly held: Scalars['SafeInt']['output'];
  /** The most that may be used in it. */
  readonly limit: Scalars['SafeInt']['output'];
  /** The account, such as `session:key:3f9a:research`. */
  readonly name: Scalars['String']['output'];
  /** What is counted. */
  readonly of: AiCounted;
  /** The time in which so many may be used. */
  readonly per: AiPeriod;
  /** When it begins anew; null: never. */
  readonly resetsAt?: Maybe<Scalars['DateTime']['output']>;
  /** What ended calls have used. */
  readonly used: Scalars['SafeInt']['output'];
};

/** The most that an operation can cost, field by field, before it runs. */
export type AiQuote = {
  /** Whether you could run it now. What is left of shared budgets that you may not see is not considered. */
  readonly allowed: Scalars['Boolean']['output'];
  /**
   * All fields together, with one attempt for each call; null when the price of a model is unknown. A failed attempt that cost
   * something, and the repair of an answer that did not fit its schema, come beside it: they draw on the budgets like any other.
   */
  readonly cost?: Maybe<AiCost>;
  /**
   * What it demands of the other teams' subgraphs at most, by the weights of their schemas (`@cost`, `@listSize`); null where the operator does
   * not bound that, or where it cannot be counted, which `reason` says.
   */
  readonly demand?: Maybe<Scalars['SafeInt']['output']>;
  /** How deeply the operation nests. */
  readonly depth: Scalars['Int']['output'];
  /** The AI fields of the operation. */
  readonly fields: ReadonlyArray<AiQuotedField>;
  /** The most input of all calls together, estimated from the operation's text. */
  readonly inputTokens: Scalars['SafeInt']['output'];
  /** The most output of all calls together. */
  readonly outputTokens: Scalars['SafeInt']['output'];
  /** Why not; null when allowed. */
  readonly reason?: Maybe<Scalars['String']['output']>;
};

/** What one AI field of an operation can cost at most. */
export type AiQuotedField = {
  /** The most calls to models that it makes; retries, fallbacks and repairs are not counted. */
  readonly calls: Scalars['SafeInt']['output'];
  /** The column in that line, from 1 on, in UTF-16 units. */
  readonly column?: Maybe<Scalars['Int']['output']>;
  /** The field, such as `Query.completion`. */
  readonly coordinate: Scalars['String']['output'];
  /** The most that they cost; null when a model's price is unknown. */
  readonly cost?: Maybe<AiCost>;
  /** The line of the document where the field is asked for, from 1 on: in a fragment, where it stands there. An editor can mark it. */
  readonly line?: Maybe<Scalars['Int']['output']>;
  /** Where it stands in the response, such as `answer` or `products.summary`. */
  readonly path: Scalars['String']['output'];
};

/** What ratings can be grouped by. */
export type AiRatingDimension =
  /** The field that asked, such as `Product.summary`. */
  | 'COORDINATE'
  /** The model that answered. */
  | 'MODEL'
  /** Reserved for dimensions that may be added; refused as an input. */
  | 'OTHER'
  /** The prompt of the prompts folder with its version, such as `product-summary@3`: the tag `prompt` of the call. */
  | 'PROMPT'
  /** The route that was asked. */
  | 'ROUTE';

/** The ratings of one group. */
export type AiRatingRow = {
  /** Their average, from -1 to 1. */
  readonly average: Scalars['Float']['output'];
  /** How many are below 0. */
  readonly bad: Scalars['SafeInt']['output'];
  /** How many are above 0. */
  readonly good: Scalars['SafeInt']['output'];
  /** The group, such as `Product.summary`; null for calls without one, such as those without a prompt of the prompts folder. */
  readonly key?: Maybe<Scalars['String']['output']>;
  /** How many ratings. A call that several fields share counts once for each of them. */
  readonly ratings: Scalars['SafeInt']['output'];
};

/** Which ratings to add up, and how. */
export type AiRatingsInput = {
  /** One row for each value of this. */
  readonly by?: AiRatingDimension;
  /** At most this many rows, from 1 to 1000. */
  readonly first?: Scalars['Int']['input'];
  /** Ratings that were given at this moment or later. */
  readonly from: Scalars['DateTime']['input'];
  /** Ratings that were given before this moment. */
  readonly to: Scalars['DateTime']['input'];
};

/** Failures of one code. */
export type AiRecentFailure = {
  /** What went wrong, as in `extensions.code`: see the page of errors. */
  readonly code: Scalars['String']['output'];
  /** How often. */
  readonly count: Scalars['SafeInt']['output'];
  /** When it was last. */
  readonly lastAt: Scalars['DateTime']['output'];
};

/** Failed attempts of one code at one deployment. */
export type AiRecentFallback = {
  /** How it failed, as in `extensions.code`. */
  readonly code: Scalars['String']['output'];
  /** How often. */
  readonly count: Scalars['SafeInt']['output'];
  /** The deployment that failed. */
  readonly deployment: Scalars['ID']['output'];
  /** When it was last. */
  readonly lastAt: Scalars['DateTime']['output'];
};

/** A name that calls are sent to, and the deployments behind it. */
export type AiRoute = {
  /** The models behind it, in the order of the configuration. */
  readonly deployments: ReadonlyArray<AiDeployment>;
  /** What it is for. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** What CompletionInput.route and its kin take. */
  readonly name: Scalars['String']['output'];
};

/** A call of AI fields that runs. */
export type AiRunningCall = {
  /** The client's name. */
  readonly client?: Maybe<Scalars['String']['output']>;
  /** The fields that it answers, such as `Product.summary`, each once. */
  readonly coordinates: ReadonlyArray<Scalars['String']['output']>;
  /** The deployment that is asked or answers; null: none yet. */
  readonly deployment?: Maybe<Scalars['ID']['output']>;
  /** As in `extensions.usage` and the ledger. */
  readonly id: Scalars['ID']['output'];
  /** The name of the operation. */
  readonly operation?: Maybe<Scalars['String']['output']>;
  /** Who asked. */
  readonly principal: Scalars['ID']['output'];
  /** The route that was asked. */
  readonly route: Scalars['String']['output'];
  /** Where it is. */
  readonly stage: AiCallStage;
  /** When it began. */
  readonly startedAt: Scalars['DateTime']['output'];
};

/** An operation that runs. */
export type AiRunningOperation = {
  /** The client's name, as it sent it in `apollographql-client-name`. */
  readonly client?: Maybe<Scalars['String']['output']>;
  /** Whether it answers with events or parts. */
  readonly isStream: Scalars['Boolean']['output'];
  /** Its name; null: it has none. */
  readonly name?: Maybe<Scalars['String']['output']>;
  /** Who asked, such as `key:3f9a`. */
  readonly principal: Scalars['ID']['output'];
  /** When it was opened. */
  readonly startedAt: Scalars['DateTime']['output'];
};

/** What a search found. */
export type AiSearch = {
  /** Best first; empty when nothing fits. */
  readonly hits: ReadonlyArray<AiSearchHit>;
  /** What limits the result, such as: it was found by words alone, because no embedding model answered. */
  readonly warnings: ReadonlyArray<Scalars['String']['output']>;
};

/** Something that a search found: a passage of a document or an entity of the graph. */
export type AiSearchHit = {
  /** The entity, for a hit in an index of entities. */
  readonly entity?: Maybe<AiEntityRef>;
  /** The passage, for a hit in a document. */
  readonly passage?: Maybe<SourcePassage>;
  /** How well it fits. Compare it only within one search. */
  readonly score: Scalars['Float']['output'];
};

/** What to look for, and where. */
export type AiSearchInput = {
  /** The name of a collection (see Query.aiCollections), or of an index of entities. */
  readonly collection: Scalars['String']['input'];
  /** At most this many hits, from 1 to 50. */
  readonly first?: Scalars['Int']['input'];
  /** A few words or a sentence. */
  readonly query: Scalars['String']['input'];
};

/** Hits, or why there are none. It may grow: keep a default branch. */
export type AiSearchResult = AiSearch | BudgetExceeded | ModelUnavailable | OtherFailure | RateLimited;

/** What one session of a caller may use. Null stands for no cap. */
export type AiSessionCaps = {
  /** The most that its calls may cost. */
  readonly amount?: Maybe<AiCost>;
  /** The most model calls in it. */
  readonly calls?: Maybe<Scalars['Int']['output']>;
  /** How long it lasts, from its first operation on, in minutes. */
  readonly minutes: Scalars['Int']['output'];
  /** The most tokens of input and output that its calls may use. */
  readonly tokens?: Maybe<Scalars['Int']['output']>;
  /** The most operations in it. */
  readonly turns?: Maybe<Scalars['Int']['output']>;
  /** The parts of `amount` at which operators are warned. */
  readonly warnAt: ReadonlyArray<Scalars['Float']['output']>;
};

/** What one session may use: a piece of work of an agent, named by the header `AI-Session`. What comes without a name is one session of its caller. */
export type AiSessionCapsInput = {
  /** The most that its calls may cost, in US dollars. */
  readonly amount?: InputMaybe<Scalars['Decimal']['input']>;
  /** The most model calls in it, answers from the cache included. */
  readonly calls?: InputMaybe<Scalars['Int']['input']>;
  /** How long it lasts, from its first operation on, in minutes: at most 10,080, which is a week. */
  readonly minutes?: Scalars['Int']['input'];
  /** The most tokens of input and output that its calls may use. */
  readonly tokens?: InputMaybe<Scalars['Int']['input']>;
  /** The most operations in it. */
  readonly turns?: InputMaybe<Scalars['Int']['input']>;
  /** The parts of `amount` at which operators are warned, from 0.01 to 1. */
  readonly warnAt?: InputMaybe<ReadonlyArray<Scalars['Float']['input']>>;
};

/** A document of a collection with its text. */
export type AiSource = {
  /** How long its text is, in UTF-16 units. */
  readonly length: Scalars['SafeInt']['output'];
  /** What it was ingested as, such as `application/pdf`. */
  readonly mediaType: Scalars['String']['output'];
  /** How many passages it has been cut into. */
  readonly passageCount: Scalars['SafeInt']['output'];
  /** Its passages in the order of the text. */
  readonly passages: ReadonlyArray<SourcePassage>;
  /** What is known of it. */
  readonly source: SourceDocument;
  /** A piece of its text. Offsets of passages and citations point into the whole; what stands in no passage is shown as space. */
  readonly text: Scalars['String']['output'];
};


/** A document of a collection with its text. */
export type AiSourcePassagesArgs = {
  first?: Scalars['Int']['input'];
  start?: Scalars['Int']['input'];
};


/** A document of a collection with its text. */
export type AiSourceTextArgs = {
  length?: Scalars['Int']['input'];
  start?: Scalars['Int']['input'];
};

/** How a subgraph is. */
export type AiSubgraphHealth = {
  /** Whether it answered when it was asked last; null: it has not been asked. */
  readonly answered?: Maybe<Scalars['Boolean']['output']>;
  /** Whether requests are sent to it. */
  readonly breaker: AiBreaker;
  /** Its name. */
  readonly name: Scalars['String']['output'];
};

/** A team: what its callers have at most, and share. A key or token that names no such team has no bounds but its own. */
export type AiTeam = {
  /** What its agents may use, each on its own account. */
  readonly agents: ReadonlyArray<AiAgentLimits>;
  /** Since when nobody of it may ask for anything; null: they may. */
  readonly archivedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Its budgets, as they stand now. Its calls draw on those of its organisation too. */
  readonly budgets: ReadonlyArray<AiBudget>;
  /** Who shares its kept answers; null: as its organisation says, else TEAM. */
  readonly cacheSharing?: Maybe<AiCacheSharing>;
  /** The most model calls of all its callers in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** What was done to it by people, the newest first: the last hundred, of the last 400 days. Empty where the configuration declares it. */
  readonly changes: ReadonlyArray<AiChange>;
  /** The most model calls at one time; null: no limit of its own. */
  readonly concurrency?: Maybe<Scalars['Int']['output']>;
  /** The contract of the configuration that its callers are held to; null: they see the whole graph. */
  readonly contract?: Maybe<Scalars['String']['output']>;
  /** When it was made; null where the configuration declares it. */
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who made it, such as `key:3f9a` or `shell`; `configuration` where that declares it. */
  readonly createdBy: Scalars['String']['output'];
  /** Whether the configuration declares it: it is then changed there alone. */
  readonly declared: Scalars['Boolean']['output'];
  /** For people: what it is. */
  readonly description?: Maybe<Scalars['String']['output']>;
  /** Names of guardrails that check all its calls, beside those of the routes and of its organisation. */
  readonly guardrails: ReadonlyArray<Scalars['String']['output']>;
  /** Its name: what `AiKey.team`, usage and accounts (`team:search`) call it. */
  readonly id: Scalars['ID']['output'];
  /** The users of logins that were added with addAiTeamMember, in that order. Callers whose token or key names the team are not among them. */
  readonly members: ReadonlyArray<AiTeamMember>;
  /** The organisation that it belongs to, if it belongs to one. */
  readonly organisation?: Maybe<Scalars['ID']['output']>;
  /** What each of its users may use; null: there is no limit. */
  readonly perUser?: Maybe<AiUserLimits>;
  /** The most operations of all its callers in a minute; null: no limit of its own. */
  readonly requestsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** The routes that its callers may use at most; null: those of its organisation, else all. */
  readonly routes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** The scopes that its callers have at most; null: those of its organisation, else all. */
  readonly scopes?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  /** What one session of a caller may use; null: no caps of its own. */
  readonly session?: Maybe<AiSessionCaps>;
  /** The time zone in which the days, weeks and months of its budgets and of those below begin; null: that of its organisation, else of the gateway. */
  readonly timeZone?: Maybe<Scalars['String']['output']>;
  /** The most tokens in a minute, of input and output together; null: no limit of its own. */
  readonly tokensPerMinute?: Maybe<Scalars['Int']['output']>;
  /** When it was changed last; null where the configuration declares it. */
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
  /** Who did that. */
  readonly updatedBy: Scalars['String']['output'];
  /** Another number after each change: what `expectVersion` takes. 0 where the configuration declares it. */
  readonly version: Scalars['Int']['output'];
};


/** A team: what its callers have at most, and share. A key or token that names no such team has no bounds but its own. */
export type AiTeamChangesArgs = {
  first?: Scalars['Int']['input'];
};

/** A user of a login in a team. */
export type AiTeamMember = {
  /** When he was put into it. */
  readonly addedAt: Scalars['DateTime']['output'];
  /** Who did that, such as `key:3f9a` or `shell`. */
  readonly addedBy: Scalars['String']['output'];
  /** Name of the issuer of his tokens in the configuration. */
  readonly issuer: Scalars['String']['output'];
  /** As usage and completions call him: a pseudonym behind the name of the issuer. */
  readonly principal: Scalars['ID']['output'];
  /** As the issuer calls him; null when that is not known any more. */
  readonly user?: Maybe<Scalars['String']['output']>;
};

/** Times of calls, within 5 % of the exact ones: the ledger counts them in classes that grow by a tenth. */
export type AiTimePercentiles = {
  /** Half of the calls took at most this long, in milliseconds. */
  readonly p50Ms: Scalars['Float']['output'];
  /** 95 of 100 calls took at most this long, in milliseconds. */
  readonly p95Ms: Scalars['Float']['output'];
};

/** A token, without its secret. */
export type AiToken = {
  /** The most that may be spent with it, in US dollars; null: no limit of its own. */
  readonly budget?: Maybe<Scalars['Decimal']['output']>;
  /** When it expires. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** Its public id: the middle part of `fgt_<id>_<secret>`. */
  readonly id: Scalars['ID']['output'];
  /** The public id of the key that made it. */
  readonly key: Scalars['ID']['output'];
  /** When it was revoked; null: it was not. */
  readonly revokedAt?: Maybe<Scalars['DateTime']['output']>;
  /** What it may do. */
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
};

/** Medians of the last answers that models gave to an AI field. Where one call answered several fields, each has its share. */
export type AiTypicalUse = {
  /** How many answers these are the medians of. */
  readonly answers: Scalars['SafeInt']['output'];
  /** What it costs; null: no model had a price. */
  readonly cost?: Maybe<AiCost>;
  /** Input in tokens. */
  readonly inputTokens: Scalars['SafeInt']['output'];
  /** Milliseconds until the answer was whole. */
  readonly latencyMs: Scalars['SafeInt']['output'];
  /** Output in tokens, reasoning included. */
  readonly outputTokens: Scalars['SafeInt']['output'];
};

/**
 * Which calls to add up. All given conditions must hold. A list matches any of its values, which are those that rows show (at most 100);
 * null in it matches calls without a value. An empty list matches no call.
 */
export type AiUsageFilter = {
  /** By one of these agents; null: by no agent. */
  readonly agents?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** With one of these cache statuses, such as `HIT`. */
  readonly caches?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** From one of these clients; null: from clients that gave no name. */
  readonly clients?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** Asked by one of these fields, such as `Product.summary`. */
  readonly coordinates?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** Answered by one of these deployments; null: by none. */
  readonly deployments?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** Answered by one of these models; null: by none. */
  readonly models?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** Of operations with one of these names; null: without a name. */
  readonly operations?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** Of one of these organisations; null: of none. */
  readonly organisations?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** With one of these outcomes: `OK`, or a code of what went wrong. */
  readonly outcomes?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** By one of these credentials, as rows name them, such as `key:3f9a`. */
  readonly principals?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** On one of these routes. */
  readonly routes?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** In one of these sessions; null: in none that was named. */
  readonly sessions?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** Those with all of these tags, such as `{ "feature": "search" }`. */
  readonly tags?: InputMaybe<Scalars['JSON']['input']>;
  /** Counted to one of these teams; null: to none. */
  readonly teams?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
  /** Those of one user: the name that the backend or the issuer gave, or the pseudonym that reports show. */
  readonly user?: InputMaybe<Scalars['String']['input']>;
  /** For one of these users, by name or by pseudonym; null: for no user. */
  readonly users?: InputMaybe<ReadonlyArray<InputMaybe<Scalars['String']['input']>>>;
};

/** Which part of the ledger to add up, and how. */
export type AiUsageInput = {
  /** Go on after the page whose `endCursor` this is. */
  readonly after?: InputMaybe<Scalars['String']['input']>;
  /** At most this many rows, from 1 to 1000. */
  readonly first?: Scalars['Int']['input'];
  /** Calls that began at this moment or later. */
  readonly from: Scalars['DateTime']['input'];
  /** Dimensions to group by, without repeats. The list may be empty only together with `groupByTags` or `interval`. */
  readonly groupBy?: ReadonlyArray<UsageDimension>;
  /** Also one row for each value of these tags, by their names; at most four. A report by USER, SESSION or tags, or with a filter by them, covers at most 31 days. */
  readonly groupByTags?: ReadonlyArray<Scalars['String']['input']>;
  /** Also one row for each such time; one for the whole time when absent. */
  readonly interval?: InputMaybe<UsageInterval>;
  /** The order of the rows within a time. In another order than KEY, a report has at most 50,000 rows on all pages. */
  readonly orderBy?: AiUsageOrder;
  /** The time zone in which days and months begin, by its IANA name, such as `Europe/Berlin`. */
  readonly timeZone?: Scalars['String']['input'];
  /** Calls that began before this moment. */
  readonly to: Scalars['DateTime']['input'];
  /** Only some calls; all when absent. */
  readonly where?: InputMaybe<AiUsageFilter>;
};

/** What the rows of a report are in the order of, the largest first. */
export type AiUsageOrder =
  /** Uses of AI fields. */
  | 'CALLS'
  /** What they cost; unknown prices count as 0. */
  | 'COST'
  /** What failed calls cost. */
  | 'FAILED_COST'
  /** Calls that ended with a failure. */
  | 'FAILURES'
  /** By the values of the dimensions, from A to Z. Pages do not shift while new calls arrive. */
  | 'KEY'
  /** What caches and shared calls have spared. */
  | 'SAVED_COST'
  /** Tokens of all classes. */
  | 'TOKENS';

/** A page of the ledger, added up. */
export type AiUsageReport = {
  /** Hand it back as `after` for the next page; null on the last one. */
  readonly endCursor?: Maybe<Scalars['String']['output']>;
  /** The rows of this page, by time, then in the order that was asked for. */
  readonly rows: ReadonlyArray<AiUsageRow>;
  /** All calls of the report together, whatever page this is: the rows of all pages add up to it. It has no dimensions. */
  readonly total: AiUsageRow;
};

/** The calls of one group, added up. */
export type AiUsageRow = {
  /** The agent. Null where the report is not by it, and for calls that have none. */
  readonly agent?: Maybe<Scalars['String']['output']>;
  /** Whether an earlier answer served. Null where the report is not by it, and for calls that have none. */
  readonly cache?: Maybe<Scalars['String']['output']>;
  /** How many uses of AI fields. */
  readonly calls: Scalars['SafeInt']['output'];
  /** The name of the client. Null where the report is not by it, and for calls that have none. */
  readonly client?: Maybe<Scalars['String']['output']>;
  /** The field that asked. Null where the report is not by it, and for calls that have none. */
  readonly coordinate?: Maybe<Scalars['String']['output']>;
  /** The deployment that answered. Null where the report is not by it, and for calls that have none. */
  readonly deployment?: Maybe<Scalars['String']['output']>;
  /** What those cost all the same; part of `usage.cost`. A cancelled call is no failure. */
  readonly failedCost: AiCost;
  /** How many ended with a failure. */
  readonly failures: Scalars['SafeInt']['output'];
  /** Where the row's time begins; null without an interval. */
  readonly from?: Maybe<Scalars['DateTime']['output']>;
  /** The group: an object with one property for each dimension asked, in lower case, such as `{ "coordinate": "Query.completion" }`, and with `tags`, an object, where tags were asked. */
  readonly key: Scalars['JSON']['output'];
  /** How long the calls took, with what waited in the gateway; null when there are none. */
  readonly latency?: Maybe<AiTimePercentiles>;
  /** The model that answered. Null where the report is not by it, and for calls that have none. */
  readonly model?: Maybe<Scalars['String']['output']>;
  /** The name of the operation. Null where the report is not by it, and for calls that have none. */
  readonly operation?: Maybe<Scalars['String']['output']>;
  /**
   * In how many operations the calls were made; an ingestion counts each of its batches. Null where operations fall into several rows (by
   * ROUTE, DEPLOYMENT, MODEL, OUTCOME, CACHE or tags, or filtered by them), and with calls from before operations were counted.
   */
  readonly operations?: Maybe<Scalars['SafeInt']['output']>;
  /** The organisation. Null where the report is not by it, and for calls that have none. */
  readonly organisation?: Maybe<Scalars['String']['output']>;
  /** `OK`, or the code of what went wrong. Null where the report is not by it, and for calls that have none. */
  readonly outcome?: Maybe<Scalars['String']['output']>;
  /** Who asked, such as `key:3f9a`; see `principalName`. Null where the report is not by it, and for calls that have none. */
  readonly principal?: Maybe<Scalars['String']['output']>;
  /** The name of the key that the row is about, in a report by PRINCIPAL, also of a key that was revoked since; null for others. */
  readonly principalName?: Maybe<Scalars['String']['output']>;
  /** The route. Null where the report is not by it, and for calls that have none. */
  readonly route?: Maybe<Scalars['String']['output']>;
  /** What caches and shared calls have spared. */
  readonly savedCost?: Maybe<AiCost>;
  /** The session. Null where the report is not by it, and for calls that have none. */
  readonly session?: Maybe<Scalars['String']['output']>;
  /** The tags that the report is by, in that order. */
  readonly tags: ReadonlyArray<AiUsageTag>;
  /** The team. Null where the report is not by it, and for calls that have none. */
  readonly team?: Maybe<Scalars['String']['output']>;
  /** How long the first token of those took whose answer was followed as it grew; null when there are none. */
  readonly timeToFirstToken?: Maybe<AiTimePercentiles>;
  /** How many of them were sent to a deployment whose price is unknown. They are in the tokens and not in the cost, which is null when there are no others. */
  readonly unpricedCalls: Scalars['SafeInt']['output'];
  /** Their tokens and cost: of the calls whose price is known. `unpricedCalls` says how many the cost leaves out. */
  readonly usage: TokenUsage;
  /** The pseudonym of the end user; see `userName`. Null where the report is not by it, and for calls that have none. */
  readonly user?: Maybe<Scalars['String']['output']>;
  /** The name of the user that the row is about, in a report by USER; null for others, and for users who are not known any more. */
  readonly userName?: Maybe<Scalars['String']['output']>;
};

/** One tag of a row. */
export type AiUsageTag = {
  /** The name of the tag. */
  readonly name: Scalars['String']['output'];
  /** Its value; null for calls without the tag. */
  readonly value?: Maybe<Scalars['String']['output']>;
};

/** What the calls of one user may cost in a time. */
export type AiUserBudget = {
  /** The most that may be spent in it. */
  readonly limit: AiCost;
  /** The time in which it may be spent. */
  readonly per: AiPeriod;
};

/** What one user may use. */
export type AiUserLimits = {
  /** What his calls may cost. */
  readonly budgets: ReadonlyArray<AiUserBudget>;
  /** The most model calls in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** The most model calls at one time; null: no limit. */
  readonly concurrency?: Maybe<Scalars['Int']['output']>;
  /** The most operations in a minute; null: no limit. */
  readonly requestsPerMinute?: Maybe<Scalars['Int']['output']>;
  /** The most tokens in a minute, of input and output together; null: no limit. */
  readonly tokensPerMinute?: Maybe<Scalars['Int']['output']>;
};

/** What one user may use. */
export type AiUserLimitsInput = {
  /** What his calls may cost, at most one for each period. */
  readonly budgets?: InputMaybe<ReadonlyArray<AiBudgetInput>>;
  /** The most model calls in a minute; when absent, as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The most model calls at one time. */
  readonly concurrency?: InputMaybe<Scalars['Int']['input']>;
  /** The most operations in a minute. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The most tokens in a minute, of input and output together. */
  readonly tokensPerMinute?: InputMaybe<Scalars['Int']['input']>;
};

/** You, as the gateway sees you. */
export type AiViewer = {
  /** The agent that you are within your team: that of your key, of a claim of your token, or of the header `AI-Agent`; null: none. */
  readonly agent?: Maybe<Scalars['String']['output']>;
  /** The budgets that your calls draw on, as they stand now. An end user sees only their own; a user of a login with `ai:usage` also that of the team, with `ai:teams` that of the organisation. */
  readonly budgets: ReadonlyArray<AiBudget>;
  /** The organisation that your team belongs to, if it belongs to one. */
  readonly organisation?: Maybe<Scalars['String']['output']>;
  /** Such as `key:3f9a` or `anonymous`; behind it the pseudonym of the user that it asks for. */
  readonly principal: Scalars['ID']['output'];
  /** The numbers of tokens, model calls and operations that your session may use, as they stand now. */
  readonly quotas: ReadonlyArray<AiQuota>;
  /** The names of the routes that you may use. */
  readonly routes: ReadonlyArray<Scalars['String']['output']>;
  /** What you may do. */
  readonly scopes: ReadonlyArray<Scalars['String']['output']>;
  /** Your team, if you have one. */
  readonly team?: Maybe<Scalars['String']['output']>;
  /** The user that you are, or that your key acts for, as his backend or his issuer calls him; null: none, or not known any more. */
  readonly user?: Maybe<Scalars['String']['output']>;
};

/** A budget has not enough left. Nothing was sent. */
export type BudgetExceeded = Failure & {
  /** The budget that refused, as it stands now. */
  readonly budget: AiBudget;
  /** BUDGET_EXCEEDED. */
  readonly code: FailureCode;
  /** Quote it to the operators. */
  readonly errorId: Scalars['ID']['output'];
  /** Which budget refused, for people. */
  readonly message: Scalars['String']['output'];
  /** Milliseconds until the budget begins anew, where it is known. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
  /** Whether the same request may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** Whether an earlier, equal answer may serve. */
export type CacheInput = {
  /** Take no answer that is older than this many seconds; the route's own limit still holds. */
  readonly maxAgeSeconds?: InputMaybe<Scalars['Int']['input']>;
  /** Read and write, pass by, or write only. */
  readonly mode?: CacheMode;
};

/** DEFAULT is the route's own policy; a route caches only if its configuration says so. */
export type CacheMode =
  /** Neither read nor write the cache. */
  | 'BYPASS'
  /** The route's own policy. */
  | 'DEFAULT'
  /** Ask the model anew and replace what is kept. */
  | 'REFRESH';

/** Where an answer came from. It may grow: treat what you do not know as OTHER. */
export type CacheStatus =
  /** The cache was not looked at. */
  | 'BYPASS'
  /** From the cache: no model was asked. */
  | 'HIT'
  /** The cache had none, so a model was asked. */
  | 'MISS'
  /** A status that this schema does not name yet. */
  | 'OTHER'
  /** From an identical call that was just running: no second one was made. */
  | 'SHARED';

/** A statement's source is known. */
export type CitationAdded = CompletionEvent & {
  /** The source. */
  readonly citation: AiCitation;
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** An answer of a model, while it is written and after. Kept for its principal after its end: for a day where it has an idempotencyKey or was begun by startCompletion, else for ten minutes. It has events to follow where it is a stream, has an idempotencyKey or was begun by startCompletion: elsewhere nobody could come back to it while it is written. */
export type Completion = {
  /** Where the answer's statements come from, for answers from documents. */
  readonly citations: ReadonlyArray<AiCitation>;
  /** Why it failed; null otherwise. */
  readonly failure?: Maybe<Failure>;
  /** Why the model stopped; null while it speaks. */
  readonly finishReason?: Maybe<FinishReason>;
  /** Names this completion in completionById, completionEvents, cancelCompletion and rateCompletion. */
  readonly id: Scalars['ID']['output'];
  /** Structured output, validated. */
  readonly object?: Maybe<Scalars['JSON']['output']>;
  /** Text, reasoning and tool calls in the order in which they came. Send them back as an ASSISTANT message to go on with the conversation. */
  readonly parts: ReadonlyArray<MessagePart>;
  /** Who answered, and how; null while it is being written. */
  readonly provenance?: Maybe<Provenance>;
  /** Whether it is still being written, and how it ended. */
  readonly status: CompletionStatus;
  /** All text so far. */
  readonly text: Scalars['String']['output'];
  /** Null until something was sent to a model. */
  readonly usage?: Maybe<TokenUsage>;
  /** What was asked and could not be honoured, such as a parameter that the model does not know. */
  readonly warnings: ReadonlyArray<Scalars['String']['output']>;
};

/** Something that happened to a completion. `seq` rises from event to event: by one with delivery DELTA, by more where a SNAPSHOT stands for several. */
export type CompletionEvent = {
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event: hand it back as `after`. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** The end: it failed or was cancelled. Nothing follows. */
export type CompletionFailed = CompletionEvent & {
  /** The completion as far as it came. */
  readonly completion: Completion;
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Why it failed. */
  readonly failure: Failure;
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** Your judgement of a completion, as it is kept. */
export type CompletionFeedback = {
  /** The completion that is judged. */
  readonly completionId: Scalars['ID']['output'];
  /** From -1 (bad) to 1 (good). */
  readonly score: Scalars['Float']['output'];
};

/** The end: the answer is whole. Nothing follows. */
export type CompletionFinished = CompletionEvent & {
  /** The whole completion. */
  readonly completion: Completion;
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** What to ask of a model, and how. */
export type CompletionInput = {
  /** The route's own policy when absent. */
  readonly cache?: InputMaybe<CacheInput>;
  /** The conversation that this goes on with: `prompt` is what is new, of roles USER and TOOL. SYSTEM messages are for this turn alone. */
  readonly conversation?: InputMaybe<AiConversationInput>;
  /** The same key from the same principal within 24 h is the same completion, billed once; with other input it is IDEMPOTENCY_CONFLICT. At most 255 characters. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** More rendered input than this is CONTEXT_TOO_LONG and is not sent: with maxOutputTokens it bounds the cost. */
  readonly maxInputTokens?: InputMaybe<Scalars['Int']['input']>;
  /** The longest answer, reasoning included, in tokens; the deployment's own limit when absent. */
  readonly maxOutputTokens?: InputMaybe<Scalars['Int']['input']>;
  /** Free text when absent. */
  readonly output?: InputMaybe<OutputInput>;
  /** The question, the conversation, or a prompt that is kept on the server. */
  readonly prompt: PromptInput;
  /** A vendor's own parameters. Only the keys that the route allows; by default none. */
  readonly providerOptions?: InputMaybe<Scalars['JSON']['input']>;
  /** The name of a route: see Query.aiRoutes. */
  readonly route?: Scalars['String']['input'];
  /** Asks for the same answer again where the model can promise it. */
  readonly seed?: InputMaybe<Scalars['Int']['input']>;
  /** Texts at which the answer ends; at most 16. */
  readonly stop?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Your own labels for the ledger: an object whose values are text. At most 16. */
  readonly tags?: InputMaybe<Scalars['JSON']['input']>;
  /** Randomness, from 0 (none) to 2; the model's own when absent. */
  readonly temperature?: InputMaybe<Scalars['Float']['input']>;
  /** Whether it may or must. */
  readonly toolChoice?: InputMaybe<ToolChoiceInput>;
  /** Tools that the model may ask to be called. */
  readonly tools?: InputMaybe<ReadonlyArray<ToolInput>>;
  /** Take only the most likely words that together have this probability, above 0 and up to 1. */
  readonly topP?: InputMaybe<Scalars['Float']['input']>;
};

/** A whole answer, or why there is none. It may grow: keep a default branch. */
export type CompletionResult = BudgetExceeded | Completion | GuardrailBlocked | InvalidOutput | ModelUnavailable | OtherFailure | RateLimited;

/** With delivery SNAPSHOT: the whole completion so far, at most ten a second; a normalised cache needs no code. */
export type CompletionSnapshot = CompletionEvent & {
  /** The completion so far. */
  readonly completion: Completion;
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind that event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The number of the last event that this stands for. */
  readonly seq: Scalars['Int']['output'];
};

/** The completion exists. */
export type CompletionStarted = CompletionEvent & {
  /** The completion, still empty. */
  readonly completion: Completion;
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** How far something is. It may grow: treat what you do not know as OTHER. */
export type CompletionStatus =
  /** Stopped by the caller, or because the client left. */
  | 'CANCELLED'
  /** Ended well. */
  | 'COMPLETED'
  /** Ended with a failure. */
  | 'FAILED'
  /** A status that this schema does not name yet. */
  | 'OTHER'
  /** Still going on. */
  | 'RUNNING';

/** A part of a message: exactly one of these. */
export type ContentPartInput =
  /** A document, for models that can read it. */
  { readonly file: FileInput; readonly image?: never; readonly reasoning?: never; readonly text?: never; readonly toolCall?: never; readonly toolResult?: never; }
  |  /** A picture, for models that can see. */
  { readonly file?: never; readonly image: ImageInput; readonly reasoning?: never; readonly text?: never; readonly toolCall?: never; readonly toolResult?: never; }
  |  /** What the model thought in an earlier turn, as Completion.parts gave it. */
  { readonly file?: never; readonly image?: never; readonly reasoning: ReasoningInput; readonly text?: never; readonly toolCall?: never; readonly toolResult?: never; }
  |  /** Plain text. */
  { readonly file?: never; readonly image?: never; readonly reasoning?: never; readonly text: Scalars['String']['input']; readonly toolCall?: never; readonly toolResult?: never; }
  |  /** A call that the model made in an earlier turn, as Completion.parts gave it. */
  { readonly file?: never; readonly image?: never; readonly reasoning?: never; readonly text?: never; readonly toolCall: ToolCallInput; readonly toolResult?: never; }
  |  /** What a tool answered to such a call. */
  { readonly file?: never; readonly image?: never; readonly reasoning?: never; readonly text?: never; readonly toolCall?: never; readonly toolResult: ToolResultInput; };

/** A virtual key to be issued. */
export type CreateAiKeyInput = {
  /** The agent that asks with it, a dimension of usage with limits of its own in its team; none when absent, and that of your own key where it has one. */
  readonly agent?: InputMaybe<Scalars['String']['input']>;
  /** The most model calls in a minute; when absent, as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** When it stops working, no later than your own key; when absent, with your own key. */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The most that it may spend in a calendar month, in US dollars; no limit of its own when absent. */
  readonly monthlyBudget?: InputMaybe<Scalars['Decimal']['input']>;
  /** For people: what it is for. At most 100 characters. */
  readonly name: Scalars['String']['input'];
  /** The most operations in a minute, each counted once before it runs; no limit of its own when absent. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The routes that it may use; when absent, those that you may use. */
  readonly routes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What it may do: `ai:use`, `ai:ingest`, `ai:keys`, `ai:keys:all`, `ai:teams`, `ai:teams:all`, `ai:usage`, `ai:usage:all`, `ai:metrics`, `ai:plan`, `ai:freeform`, `ai:act-as`, and scopes of the graph's other teams. */
  readonly scopes: ReadonlyArray<Scalars['String']['input']>;
  /** What one session of its callers may use, beside what its team says. */
  readonly session?: InputMaybe<AiSessionCapsInput>;
  /** The team whose usage and shared budget it counts to: letters, digits, `.`, `_` and `-`, at most 64. */
  readonly team: Scalars['String']['input'];
};

/** An organisation to be made. */
export type CreateAiOrganisationInput = {
  /** What the calls of all its teams may cost, at most one for each period. */
  readonly budgets?: InputMaybe<ReadonlyArray<AiBudgetInput>>;
  /** Who shares kept answers; TEAM when absent. */
  readonly cacheSharing?: InputMaybe<AiCacheSharing>;
  /** The most model calls of all its teams in a minute; when absent, as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The most model calls at one time. */
  readonly concurrency?: InputMaybe<Scalars['Int']['input']>;
  /** For people: what it is. At most 1000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Names of guardrails of the configuration that check all its calls, beside those of the routes. */
  readonly guardrails?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its name, for good: letters, digits, `_` and `-`, at most 64. Usage and accounts go by it. */
  readonly id: Scalars['ID']['input'];
  /** The most operations of all its teams in a minute. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The routes that its callers may use at most; all when absent. */
  readonly routes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The scopes that its callers have at most; all when absent. */
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What one session of a caller may use. */
  readonly session?: InputMaybe<AiSessionCapsInput>;
  /** The time zone in which the days, weeks and months of its budgets and of those below begin, such as `Europe/Berlin`; that of the gateway when absent. */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
  /** The most tokens in a minute, of input and output together. */
  readonly tokensPerMinute?: InputMaybe<Scalars['Int']['input']>;
};

/** A team to be made. */
export type CreateAiTeamInput = {
  /** What its agents may use, each on its own account, whichever keys and tokens it shows: at most 100; no limit when absent. */
  readonly agents?: InputMaybe<ReadonlyArray<AiAgentLimitsInput>>;
  /** What all its calls may cost, at most one for each period. */
  readonly budgets?: InputMaybe<ReadonlyArray<AiBudgetInput>>;
  /** Who shares its kept answers; as its organisation says when absent, else TEAM. */
  readonly cacheSharing?: InputMaybe<AiCacheSharing>;
  /** The most model calls of all its callers in a minute; when absent, as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The most model calls at one time. */
  readonly concurrency?: InputMaybe<Scalars['Int']['input']>;
  /** The contract of the configuration (`graph.contracts`) that its callers are held to; none when absent: they see the whole graph. */
  readonly contract?: InputMaybe<Scalars['String']['input']>;
  /** For people: what it is. At most 1000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Names of guardrails of the configuration that check all its calls, beside those of the routes and of its organisation. */
  readonly guardrails?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Its name, for good: letters, digits, `.`, `_` and `-`, at most 64. Keys, usage and accounts go by it. */
  readonly id: Scalars['ID']['input'];
  /** The organisation that it belongs to; when absent, your own with scope `ai:teams`, none with `ai:teams:all`. */
  readonly organisation?: InputMaybe<Scalars['ID']['input']>;
  /** Limits of each of its end users, whom keys act for and logins name. A limit that is not given does not apply; when absent, there are none. */
  readonly perUser?: InputMaybe<AiUserLimitsInput>;
  /** The most operations of all its callers in a minute. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The routes that its callers may use at most; those of its organisation when absent, else all. */
  readonly routes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The scopes that its callers have at most; those of its organisation when absent, else all. */
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What one session of a caller may use. */
  readonly session?: InputMaybe<AiSessionCapsInput>;
  /** The time zone in which the days, weeks and months of its budgets and of those below begin, such as `Europe/Berlin`; that of its organisation, else of the gateway when absent. */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
  /** The most tokens in a minute, of input and output together. */
  readonly tokensPerMinute?: InputMaybe<Scalars['Int']['input']>;
};

/** A token to be made. */
export type CreateAiTokenInput = {
  /** The most that may be spent with it, in US dollars, beside the budgets of your key and of its user; no limit of its own when absent. */
  readonly budget?: InputMaybe<Scalars['Decimal']['input']>;
  /** The routes that it may use; when absent, those that you may use. */
  readonly routes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What it may do; when absent, all that you can give: for a user `ai:use`, `ai:ingest`, `ai:usage` and scopes of the graph's other teams, for yourself what your key has. */
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** Seconds until it expires, from 1 to 86400; with your key where that one ends before. Minutes are usual. */
  readonly ttlSeconds: Scalars['Int']['input'];
  /** The user it is for, as your backend calls him: 1 to 255 visible ASCII characters without commas, semicolons, quotation marks and backslashes. When absent, the user that you act for, else nobody: the token is for the holder of your key. */
  readonly user?: InputMaybe<Scalars['String']['input']>;
};

/** A key that was just issued. */
export type CreatedAiKey = {
  /** The key, as it is stored. */
  readonly key: AiKey;
  /** The whole key, for the Authorization header. It cannot be shown again: keep it now. */
  readonly secret: Scalars['String']['output'];
};

/** A token that was just made. */
export type CreatedAiToken = {
  /** When it expires. */
  readonly expiresAt: Scalars['DateTime']['output'];
  /** Its public id, for `revokeAiToken`. */
  readonly id: Scalars['ID']['output'];
  /** The whole token, for the Authorization header. It cannot be shown again. */
  readonly secret: Scalars['String']['output'];
  /** The user it is for; null: the holder of the key. */
  readonly user?: Maybe<Scalars['String']['output']>;
};

/** Texts as vectors. */
export type Embedding = {
  /** Length of each vector. */
  readonly dimensions: Scalars['Int']['output'];
  /** The same vectors as lists of numbers: several times larger and slower. */
  readonly floats: ReadonlyArray<ReadonlyArray<Scalars['Float']['output']>>;
  /** Which model embedded the texts. Vectors of different models cannot be compared. */
  readonly provenance: Provenance;
  /** What this field used: its share, where several fields went out as one call. */
  readonly usage: TokenUsage;
  /** One vector for each text, in the order of the texts. The compact form: prefer it. */
  readonly vectors: ReadonlyArray<Scalars['Vector']['output']>;
};

/** Texts to embed. */
export type EmbeddingInput = {
  /** The route's own policy when absent. */
  readonly cache?: InputMaybe<CacheInput>;
  /** Length of each vector; the model's own when absent. */
  readonly dimensions?: InputMaybe<Scalars['Int']['input']>;
  /** The name of an embedding route: see Query.aiRoutes. */
  readonly route?: Scalars['String']['input'];
  /** Your own labels for the ledger: an object whose values are text. At most 16. */
  readonly tags?: InputMaybe<Scalars['JSON']['input']>;
  /** From 1 to 512 texts, none of them empty. */
  readonly texts: ReadonlyArray<Scalars['String']['input']>;
};

/** The vectors, or why there are none. It may grow: keep a default branch. */
export type EmbeddingResult = BudgetExceeded | Embedding | GuardrailBlocked | ModelUnavailable | OtherFailure | RateLimited;

/** Who is erased. */
export type EraseAiUserInput = {
  /** The issuer of the configuration that he is a user of, which needs `ai:keys:all`; when absent, he is a user of your team's keys. */
  readonly issuer?: InputMaybe<Scalars['String']['input']>;
  /** As your backend or the issuer calls him. */
  readonly user: Scalars['String']['input'];
};

/** A user who was erased, and how much was. */
export type ErasedAiUser = {
  /** Rows of usage that have another pseudonym now. */
  readonly calls: Scalars['SafeInt']['output'];
  /** Completions that were deleted, with their idempotency keys and ratings. */
  readonly completions: Scalars['SafeInt']['output'];
  /** Conversations that were deleted. */
  readonly conversations: Scalars['SafeInt']['output'];
  /** The pseudonym that he had. */
  readonly id: Scalars['ID']['output'];
  /** Tokens that were deleted. */
  readonly tokens: Scalars['SafeInt']['output'];
};

/** What a caller must be able to show. Select `... on Failure`; unions and enums may grow, so keep a default branch. */
export type Failure = {
  /** What kind of failure it is, for programs. */
  readonly code: FailureCode;
  /** Quote it to the operators: their log has the cause under it. */
  readonly errorId: Scalars['ID']['output'];
  /** What was refused and what would have been accepted, for people. */
  readonly message: Scalars['String']['output'];
  /** How long to wait before that, in milliseconds, where it is known. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
  /** Whether the same request may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** Kinds of failure. It may grow: treat what you do not know as OTHER. */
export type FailureCode =
  /** The request itself was wrong: the message says what would have been accepted. */
  | 'BAD_REQUEST'
  /** A budget has not enough left for the most that this could cost. */
  | 'BUDGET_EXCEEDED'
  /** Somebody cancelled it, or the client left. */
  | 'CANCELLED'
  /** Too many requests at the same time: wait until one has ended. */
  | 'CONCURRENCY_LIMITED'
  /** The input is longer than `maxInputTokens` or than the model can read. Nothing was sent. */
  | 'CONTEXT_TOO_LONG'
  /** The operation would cost more than one may: the message names the most expensive field. */
  | 'COST_LIMIT_EXCEEDED'
  /** The key may not do this: a scope, a route or a collection that it has not. */
  | 'FORBIDDEN'
  /** A guardrail refused the prompt or the answer. */
  | 'GUARDRAIL_BLOCKED'
  /** The idempotency key was used for another input. */
  | 'IDEMPOTENCY_CONFLICT'
  /** A fault of the gateway's own: quote the errorId. */
  | 'INTERNAL'
  /** The answer did not meet the JSON Schema, also after one repair. */
  | 'INVALID_OUTPUT'
  /** No deployment of the route could answer. */
  | 'MODEL_UNAVAILABLE'
  /** A kind that this schema does not name yet. */
  | 'OTHER'
  /** Too many requests: wait `retryAfterMs`. */
  | 'RATE_LIMITED'
  /** The events after this cursor are not kept any more: ask Query.completionById. */
  | 'RESUME_EXPIRED'
  /** The model stopped speaking in the middle, or never began. */
  | 'STREAM_STALLED'
  /** Another team's subgraph did not answer, or not in GraphQL. */
  | 'SUBGRAPH_UNAVAILABLE'
  /** The answer did not end within the route's time. */
  | 'TIMEOUT'
  /** The key, token or login is missing, wrong, expired or revoked, perhaps since the work began. */
  | 'UNAUTHENTICATED'
  /** The model's price is unknown and a budget applies: the operator must set a price. */
  | 'UNPRICED';

/** A document that goes to the model as it is. The whole request, files in base64 included, may have 2 MiB unless the gateway's operator set `server.limits.maxBodyBytes`; base64 adds a third, so a file may have some 1.5 MB. On a route that masks personal data it is masked in files that are text; other files (PDF, archives) are not looked into. */
export type FileInput = {
  /** The document in base64. */
  readonly base64: Scalars['String']['input'];
  /** Such as `application/pdf`. */
  readonly mediaType: Scalars['String']['input'];
  /** Its name, for the model. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
};

/** Why a model stopped. It may grow: treat what you do not know as OTHER. */
export type FinishReason =
  /** It was cancelled. */
  | 'CANCELLED'
  /** The provider's own filter cut the answer. */
  | 'CONTENT_FILTER'
  /** It reached the maximum of output tokens: the text is cut. */
  | 'LENGTH'
  /** A reason that this schema does not name yet. */
  | 'OTHER'
  /** It had said all. */
  | 'STOP'
  /** It wants tools to be called: see the ToolCallParts. */
  | 'TOOL_CALLS';

/** Which side of a conversation a guardrail looked at. */
export type GuardedSide =
  /** What was asked. */
  | 'INPUT'
  /** A side that this schema does not name yet. */
  | 'OTHER'
  /** What the model answered. */
  | 'OUTPUT';

/** A guardrail refused the prompt or the answer, or personal data stands where it cannot be masked: the message then names the place. */
export type GuardrailBlocked = Failure & {
  /** GUARDRAIL_BLOCKED. */
  readonly code: FailureCode;
  /** Quote it to the operators. */
  readonly errorId: Scalars['ID']['output'];
  /** The name of the guardrail; `maskPersonalData` where masking refused. */
  readonly guardrail: Scalars['String']['output'];
  /** What was refused, without repeating it. */
  readonly message: Scalars['String']['output'];
  /** Which side it refused. */
  readonly on: GuardedSide;
  /** How long to wait, in milliseconds, where waiting helps. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
  /** Whether the same request may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** A picture: exactly one of the two. */
export type ImageInput =
  /** The picture itself (PNG, JPEG, GIF or WebP) in base64. It counts in the size of the request: see FileInput. */
  { readonly base64: Scalars['String']['input']; readonly url?: never; }
  |  /** A public https address. Private addresses are refused. */
  { readonly base64?: never; readonly url: Scalars['String']['input']; };

/** Documents for a collection of the configuration. */
export type IngestInput = {
  /** The collection's name. */
  readonly collection: Scalars['String']['input'];
  /** From 1 to 1000 sources. */
  readonly sources: ReadonlyArray<SourceInput>;
};

/** A job that puts documents into a collection. */
export type Ingestion = {
  /** The collection that it puts sources into; null: it is older than this field. */
  readonly collection?: Maybe<Scalars['String']['output']>;
  /** Sources that are dealt with, unchanged and failed ones included. */
  readonly done: Scalars['Int']['output'];
  /** Sources that could not be read or embedded, and why. */
  readonly failed: ReadonlyArray<SourceFailure>;
  /** Why it FAILED before all its sources were dealt with, such as UNAUTHENTICATED: the key that asked for it is in force no more. Null otherwise. */
  readonly failure?: Maybe<Failure>;
  /** Names the job in Subscription.ingestion. */
  readonly id: Scalars['ID']['output'];
  /** When it was asked for. */
  readonly startedAt: Scalars['DateTime']['output'];
  /** How far it is. COMPLETED also when single sources failed: see `failed`. */
  readonly status: CompletionStatus;
  /** Sources in all. */
  readonly total: Scalars['Int']['output'];
  /** Sources that were there already, unchanged: they cost nothing. */
  readonly unchanged: Scalars['Int']['output'];
};

/** The answer did not meet the JSON Schema, also after one repair. */
export type InvalidOutput = Failure & {
  /** INVALID_OUTPUT. */
  readonly code: FailureCode;
  /** Quote it to the operators. */
  readonly errorId: Scalars['ID']['output'];
  /** What was wrong, place by place. */
  readonly issues: ReadonlyArray<OutputIssue>;
  /** What was wrong, for people. */
  readonly message: Scalars['String']['output'];
  /** How long to wait, in milliseconds, where waiting helps. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
  /** Whether the same request may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** One message of a conversation. */
export type MessageInput = {
  /** The message's parts, in order; at least one. */
  readonly content: ReadonlyArray<ContentPartInput>;
  /** Who speaks. */
  readonly role: MessageRole;
};

/** A piece of an answer. */
export type MessagePart = ReasoningPart | TextPart | ToolCallPart;

/** Who speaks in a conversation. */
export type MessageRole =
  /** The model, in an earlier turn. */
  | 'ASSISTANT'
  /** The application: instructions that stand above the user's. */
  | 'SYSTEM'
  /** A tool, with the result of a call that the model made. */
  | 'TOOL'
  /** The person who asks. */
  | 'USER';

/** No deployment of the route could answer. */
export type ModelUnavailable = Failure & {
  /** Every deployment that was tried or skipped, in order. */
  readonly attempts: ReadonlyArray<ProviderAttempt>;
  /** MODEL_UNAVAILABLE. */
  readonly code: FailureCode;
  /** Quote it to the operators. */
  readonly errorId: Scalars['ID']['output'];
  /** What was tried, for people. */
  readonly message: Scalars['String']['output'];
  /** How long to wait, in milliseconds, where it is known. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
  /** Whether the same request may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** What can be changed or begun. */
export type Mutation = {
  /**
   * Puts a user of a login into a team: it bounds him when his token names none. A user is in one team: the last. It holds from his next request on.
   * Null when there is no such team.
   */
  readonly addAiTeamMember?: Maybe<AiTeamMember>;
  /** Archives an organisation with all its teams: see `archiveAiTeam`. */
  readonly archiveAiOrganisation?: Maybe<AiOrganisation>;
  /**
   * Archives a team: nobody of it may ask for anything, and what its keys have running ends within two seconds. Its keys, usage and name stay.
   * `archived: false` brings it back. Null when there is none with this id among those that `aiTeams` shows you.
   */
  readonly archiveAiTeam?: Maybe<AiTeam>;
  /**
   * Stops a completion of yours, also at the provider, and returns it as it stands; what was produced so far is billed. Name it by its id, or
   * by the idempotencyKey that it was asked with, where its id has not come yet. Null when there is none. Needs scope `ai:use`.
   */
  readonly cancelCompletion?: Maybe<Completion>;
  /** The same as Query.completion for callers whose client would refetch a query and pay again. Needs scope `ai:use`. */
  readonly complete?: Maybe<CompletionResult>;
  /**
   * Begins a conversation. Its turns are asked with `CompletionInput.conversation` and `AiAnswerInput.conversation`. It is kept for some time
   * after its last turn (`storage.conversationDays` of the configuration, 30 days unless set), and without a turn for a day. Callers without credentials have none. Needs scope `ai:use`.
   */
  readonly createAiConversation: AiConversation;
  /**
   * Issues a virtual key. Its secret is shown once, here. You can give only scopes and routes that you have yourself, to your own team
   * with scope `ai:keys`, to those of your organisation with `ai:teams` beside it, to any with `ai:keys:all`. A key never has more than the key that makes it: what it uses counts to the budget and
   * the rates of that one too, it expires no later, and it is revoked with it. A key that must outlive every other is made in the shell.
   */
  readonly createAiKey?: Maybe<CreatedAiKey>;
  /** Makes an organisation, to which teams can belong: each has at most what it has, and draws on its budgets and rates. */
  readonly createAiOrganisation?: Maybe<AiOrganisation>;
  /**
   * Makes a team. Keys and tokens that name it have at most what it has, from the next request on. With scope `ai:teams` it belongs to your own
   * organisation, and its name begins with that and a dot (`acme.search`); with `ai:teams:all` any name and any organisation are accepted.
   */
  readonly createAiTeam?: Maybe<AiTeam>;
  /**
   * Makes a token that a browser, or any place where a key could be stolen, sends in the key's stead: `Authorization: Bearer fgt_…`. It has no
   * more than your key, draws on the key's budgets and rates and on those of its user, and ends with the key. Needs a virtual key, and for
   * a user the scope `ai:act-as`; a token makes neither tokens nor keys. When it expires, a delivery in progress ends with a last event that
   * says so, and what it began goes on: the next token of the same user follows it from the last cursor.
   */
  readonly createAiToken: CreatedAiToken;
  /**
   * Deletes a conversation of yours with all that was said in it, and stops the answer that is being written. False when there is none with
   * this id. The answers themselves can be read by their own ids for as long as completions are kept. Needs scope `ai:use`.
   */
  readonly deleteAiConversation: Scalars['Boolean']['output'];
  /** Takes a source and its passages out of a collection. False when there was none. Needs scope `ai:ingest` and the right to write the collection. */
  readonly deleteSource?: Maybe<Scalars['Boolean']['output']>;
  /**
   * Erases a user, for good: what runs for him ends within two seconds; his name, his tokens, completions, idempotency keys, ratings and
   * conversations are deleted, and his place in a team. What was used stays in reports, under a pseudonym that nobody has. His budgets go on
   * as they stand. Kept answers expire by themselves, and what another replica has in memory within ten minutes; logs have his pseudonym alone.
   * Should he come again, he is somebody new. Erasing twice, or somebody who was never seen, is no error.
   */
  readonly eraseAiUser: ErasedAiUser;
  /** Puts documents into a collection, as a job that survives a crash: follow it with Subscription.ingestion. Unchanged sources cost nothing. Owners take turns, source by source, so that nobody waits for another's; a source that meets a limit of its owner waits and is tried again. RATE_LIMITED where the caller has too many sources or bytes in the queue. Needs scope `ai:ingest` and the right to write the collection. */
  readonly ingest?: Maybe<Ingestion>;
  /** Keeps your judgement of a completion of yours, for as long as its usage is kept, also when the completion itself is not any more; judging again replaces it. Null when there is none with this id. Needs scope `ai:use`. */
  readonly rateCompletion?: Maybe<CompletionFeedback>;
  /** Takes a user of a login out of a team. Null when he is not in it. */
  readonly removeAiTeamMember?: Maybe<AiTeamMember>;
  /** Gives a conversation of yours another title. Null when there is none with this id. Needs scope `ai:use`. */
  readonly renameAiConversation?: Maybe<AiConversation>;
  /**
   * Makes a key worthless at once and for good, with every key that it has made: what runs for them ends within two seconds, streams,
   * subscriptions, started completions and ingestions included. Null when there is none with this id among those that `aiKeys` shows you.
   */
  readonly revokeAiKey?: Maybe<AiKey>;
  /**
   * Makes a token worthless at once and for good: what it began ends within two seconds, with UNAUTHENTICATED. Yours to revoke are the token
   * that you show, those of your key, with `ai:keys` those of your team's keys, with `ai:keys:all` every one. Null when there is none with
   * this id that you may revoke, and a day after it has expired.
   */
  readonly revokeAiToken?: Maybe<AiToken>;
  /**
   * Signs a user out everywhere: his tokens are worthless, and what runs for him ends within two seconds, with UNAUTHENTICATED. What is begun
   * for him from now on is another matter: your backend decides whether it makes a new token. Of an issuer's user, tokens that were issued
   * before are refused.
   */
  readonly revokeAiUser: RevokedAiUser;
  /**
   * Gives a key another secret, which is shown once, here. Its id, budgets, rates, usage and completions stay. The secret before is accepted for
   * `overlapSeconds` more; with 0, and from then on, it is refused, while what runs goes on: `revokeAiKey` ends that. A key has two secrets at
   * most: one that an earlier rotation has left ends at once. Who shows the secret before makes, changes, rotates and revokes no keys and makes no
   * tokens. You can rotate the keys that you can change.
   */
  readonly rotateAiKey?: Maybe<CreatedAiKey>;
  /** Returns at once; follow it with Subscription.completionEvents. It goes on when nobody listens. Needs scope `ai:use`. */
  readonly startCompletion?: Maybe<StartCompletionResult>;
  /**
   * Changes what the input has and nothing else; it holds from the next request on, and keys that this one has made have no more than it from
   * then on. You can change your own key (never to more than it has), keys that it has made, and keys that have no more than you. Null when there
   * is none with this id among those that `aiKeys` shows you. A revoked key stays as it is.
   */
  readonly updateAiKey?: Maybe<AiKey>;
  /** Changes what the input has and nothing else; it holds for all its teams from the next request on. Null when there is none with this id. */
  readonly updateAiOrganisation?: Maybe<AiOrganisation>;
  /**
   * Changes what the input has and nothing else; it holds from the next request on. With scope `ai:teams` you change the teams of your own
   * organisation. Null when there is none with this id among those that `aiTeams` shows you. A team that the configuration declares is changed there.
   */
  readonly updateAiTeam?: Maybe<AiTeam>;
};


/** What can be changed or begun. */
export type MutationAddAiTeamMemberArgs = {
  issuer: Scalars['String']['input'];
  team: Scalars['ID']['input'];
  user: Scalars['String']['input'];
};


/** What can be changed or begun. */
export type MutationArchiveAiOrganisationArgs = {
  archived?: Scalars['Boolean']['input'];
  id: Scalars['ID']['input'];
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationArchiveAiTeamArgs = {
  archived?: Scalars['Boolean']['input'];
  id: Scalars['ID']['input'];
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationCancelCompletionArgs = {
  id?: InputMaybe<Scalars['ID']['input']>;
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationCompleteArgs = {
  input: CompletionInput;
};


/** What can be changed or begun. */
export type MutationCreateAiConversationArgs = {
  title?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationCreateAiKeyArgs = {
  input: CreateAiKeyInput;
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationCreateAiOrganisationArgs = {
  input: CreateAiOrganisationInput;
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationCreateAiTeamArgs = {
  input: CreateAiTeamInput;
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationCreateAiTokenArgs = {
  input: CreateAiTokenInput;
};


/** What can be changed or begun. */
export type MutationDeleteAiConversationArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed or begun. */
export type MutationDeleteSourceArgs = {
  collection: Scalars['String']['input'];
  sourceId: Scalars['ID']['input'];
};


/** What can be changed or begun. */
export type MutationEraseAiUserArgs = {
  input: EraseAiUserInput;
};


/** What can be changed or begun. */
export type MutationIngestArgs = {
  input: IngestInput;
};


/** What can be changed or begun. */
export type MutationRateCompletionArgs = {
  comment?: InputMaybe<Scalars['String']['input']>;
  id: Scalars['ID']['input'];
  score: Scalars['Float']['input'];
};


/** What can be changed or begun. */
export type MutationRemoveAiTeamMemberArgs = {
  issuer: Scalars['String']['input'];
  team: Scalars['ID']['input'];
  user: Scalars['String']['input'];
};


/** What can be changed or begun. */
export type MutationRenameAiConversationArgs = {
  id: Scalars['ID']['input'];
  title: Scalars['String']['input'];
};


/** What can be changed or begun. */
export type MutationRevokeAiKeyArgs = {
  id: Scalars['ID']['input'];
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationRevokeAiTokenArgs = {
  id: Scalars['ID']['input'];
};


/** What can be changed or begun. */
export type MutationRevokeAiUserArgs = {
  input: RevokeAiUserInput;
};


/** What can be changed or begun. */
export type MutationRotateAiKeyArgs = {
  id: Scalars['ID']['input'];
  overlapSeconds: Scalars['Int']['input'];
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationStartCompletionArgs = {
  input: CompletionInput;
};


/** What can be changed or begun. */
export type MutationUpdateAiKeyArgs = {
  expectVersion?: InputMaybe<Scalars['Int']['input']>;
  id: Scalars['ID']['input'];
  input: UpdateAiKeyInput;
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationUpdateAiOrganisationArgs = {
  expectVersion?: InputMaybe<Scalars['Int']['input']>;
  id: Scalars['ID']['input'];
  input: UpdateAiOrganisationInput;
  reason?: InputMaybe<Scalars['String']['input']>;
};


/** What can be changed or begun. */
export type MutationUpdateAiTeamArgs = {
  expectVersion?: InputMaybe<Scalars['Int']['input']>;
  id: Scalars['ID']['input'];
  input: UpdateAiTeamInput;
  reason?: InputMaybe<Scalars['String']['input']>;
};

/** Nothing relevant was found; no model was asked. */
export type NoAnswer = {
  /** For people: what was searched. */
  readonly message: Scalars['String']['output'];
};

/** The structured output has grown: the whole object as far as it is known. */
export type ObjectDelta = CompletionEvent & {
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The object so far; it replaces the one before. */
  readonly object: Scalars['JSON']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** Any other failure: look at `code`. */
export type OtherFailure = Failure & {
  /** What kind of failure it is, for programs. */
  readonly code: FailureCode;
  /** Quote it to the operators. */
  readonly errorId: Scalars['ID']['output'];
  /** What was refused and what would have been accepted, for people. */
  readonly message: Scalars['String']['output'];
  /** How long to wait, in milliseconds, where it is known. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
  /** Whether the same request may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** The form of an answer. */
export type OutputFormat =
  /** A JSON value, in Completion.object. */
  | 'JSON'
  /** Free text, in Completion.text. */
  | 'TEXT';

/** What form the answer has. */
export type OutputInput = {
  /** Free text, or JSON. */
  readonly format?: OutputFormat;
  /** With JSON: the JSON Schema that the answer must meet. It is validated, and repaired once. */
  readonly schema?: InputMaybe<Scalars['JSON']['input']>;
};

/** One place where an answer did not meet its JSON Schema. */
export type OutputIssue = {
  /** What was expected there. */
  readonly message: Scalars['String']['output'];
  /** JSON Pointer of the place, such as `/items/0/price`; empty for the whole value. */
  readonly path: Scalars['String']['output'];
};

/** What a model is asked for when an AI field's type is an object. */
export type OutputSelect =
  /** All fields of the declared type: one cached answer serves every selection. */
  | 'DECLARED'
  /** Only the fields in the caller's selection set: fewer tokens. */
  | 'SELECTED';

/** What to ask a model: exactly one of the three. */
export type PromptInput =
  /** A conversation, oldest first. */
  { readonly messages: ReadonlyArray<MessageInput>; readonly template?: never; readonly text?: never; }
  |  /** A prompt that is kept on the server, by its id. */
  { readonly messages?: never; readonly template: TemplateInput; readonly text?: never; }
  |  /** One message of the user. */
  { readonly messages?: never; readonly template?: never; readonly text: Scalars['String']['input']; };

/** Who answered, and how. */
export type Provenance = {
  /** Every deployment that was tried or skipped, in order; none for an answer from the cache. */
  readonly attempts: ReadonlyArray<ProviderAttempt>;
  /** Whether an earlier answer served. */
  readonly cache: CacheStatus;
  /** The deployment that answered. */
  readonly deployment: Scalars['String']['output'];
  /** The whole call, in milliseconds. */
  readonly latencyMs?: Maybe<Scalars['Int']['output']>;
  /** The model's name at that provider. */
  readonly model: Scalars['String']['output'];
  /** The provider's name in the configuration; `embedded` is the one that runs inside the gateway and is no language model. */
  readonly provider: Scalars['String']['output'];
  /** The route that was asked. */
  readonly route: Scalars['String']['output'];
  /** Until the first piece of the answer, in milliseconds; null where nobody was shown one before the end. */
  readonly timeToFirstTokenMs?: Maybe<Scalars['Int']['output']>;
};

/** One deployment that was tried, or skipped. */
export type ProviderAttempt = {
  /** The deployment. */
  readonly deployment: Scalars['String']['output'];
  /** How long it took, in milliseconds. */
  readonly latencyMs: Scalars['Int']['output'];
  /** `OK`, or the code of what went wrong. */
  readonly outcome: Scalars['String']['output'];
};

/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type Query = {
  /** Answers a question from a collection, with citations; NoAnswer when nothing relevant was found. Needs scope `ai:use` and the right to read the collection. */
  readonly aiAnswer?: Maybe<AiAnswerResult>;
  /**
   * One call, by any id that its caller saw: the id of a completion or a `callId` of `extensions.usage`, or the `errorId` of a failure. Null: there
   * is none with it that you may see.
   */
  readonly aiCall?: Maybe<AiCall>;
  /**
   * Calls of models, the newest first, of those that `aiUsage` adds up for you: the costs of the list add up to the total of a report with the
   * same times and filter. Never what was asked or answered.
   */
  readonly aiCalls: AiCallList;
  /** The collections that you may read. Costs nothing. Needs scope `ai:use`. */
  readonly aiCollections: ReadonlyArray<AiCollection>;
  /** A conversation of yours; null when there is none with this id (any more). Costs nothing. Needs scope `ai:use`. */
  readonly aiConversation?: Maybe<AiConversation>;
  /** Your conversations, the one with the newest turn first. Costs nothing. Needs scope `ai:use`. */
  readonly aiConversations: AiConversationPage;
  /**
   * The AI fields of the graph, in the order of their declaration: on whose entity each sits, who may ask, and what one call costs. Never a
   * prompt. Fields of ours, such as `completion`, are not among them: `aiQuote` prices those by their arguments. Needs scope `ai:use`.
   */
  readonly aiFields: ReadonlyArray<AiField>;
  /** What checks and masks your prompts and answers, and on which of the routes that you may use. Needs scope `ai:use`. */
  readonly aiGuardrails: ReadonlyArray<AiGuardrail>;
  /** How this gateway is. Any known caller may ask for its version; the rest needs scope `ai:metrics` or `ai:usage:all`. Each process tells of itself. */
  readonly aiHealth: AiHealth;
  /** Your own ingestions of the last seven days, the newest first: those that run and those that have ended. Needs scope `ai:ingest` and the right to write the collection. */
  readonly aiIngestions: ReadonlyArray<Ingestion>;
  /** The virtual keys of your team with scope `ai:keys`, of all teams of your organisation with `ai:teams` beside it, everybody's with `ai:keys:all`; revoked ones included, newest first. Never shows a secret. */
  readonly aiKeys: ReadonlyArray<AiKey>;
  /** With scope `ai:teams` your organisation; with `ai:teams:all` every organisation. By name, archived ones included. */
  readonly aiOrganisations: ReadonlyArray<AiOrganisation>;
  /**
   * The most that an operation could cost if you sent it now, field by field. Runs nothing. Needs scope `ai:use`.
   *
   * One request may quote several operations. Their documents have at most 7,500 tokens each, and 20,000 together where they
   * differ; fragments unfolded, at most 20,000 fields together; and their variables at most 2 MiB of JSON together.
   *
   * A document that cannot run is BAD_REQUEST. `extensions.documentPlace { line column }`, both from 1 on, says where it is wrong, so that an
   * editor can mark it.
   */
  readonly aiQuote: AiQuote;
  /**
   * What people thought of answers, added up: the groups with the most ratings first. It shows ratings of the calls whose usage you may see:
   * with `ai:usage` those of the own team (the own ones, without a team, and where a key or a token acts for a user), with `ai:usage:all` all.
   */
  readonly aiRatings: ReadonlyArray<AiRatingRow>;
  /** Where you can send calls, and to which models they go. Needs a known caller. */
  readonly aiRoutes: ReadonlyArray<AiRoute>;
  /** Finds the passages of a collection that fit a query best, by words and by vector. Needs scope `ai:use` and the right to read the collection. */
  readonly aiSearch?: Maybe<AiSearchResult>;
  /** A source with its text, as it was read from the document; null when there is none. Costs nothing. Needs scope `ai:use` and the right to read the collection. */
  readonly aiSource?: Maybe<AiSource>;
  /** The sources of a collection, ordered by id. Costs nothing. Needs scope `ai:use` and the right to read the collection. */
  readonly aiSources: ReadonlyArray<SourceDocument>;
  /** With scope `ai:teams` the teams of your organisation, or your own team where it belongs to none; with `ai:teams:all` every team. By name, archived ones included. */
  readonly aiTeams: ReadonlyArray<AiTeam>;
  /**
   * The ledger, added up. With `ai:usage` you see the calls of your team, and only your own if you have no team or act for a user. `ai:teams` adds
   * those of your organisation; with `ai:usage:all` you see everyone's.
   */
  readonly aiUsage: AiUsageReport;
  /** Who you are to the gateway, what you may use and what is left of it. A query for it alone is no turn of a session, so that it can be read when none is left. Needs a known caller. */
  readonly aiViewer: AiViewer;
  /** Asks a model and waits for the whole answer. Clients that refetch queries by themselves would pay again: use Mutation.complete there. Needs scope `ai:use`. */
  readonly completion?: Maybe<CompletionResult>;
  /** A completion of yours, running or ended; null when there is none with this id (any more). The answer of Query.completion or Mutation.complete without an idempotencyKey is kept for ten minutes after it has ended, less where memory is short. Costs nothing. Needs scope `ai:use`. */
  readonly completionById?: Maybe<Completion>;
  /** Turns texts into vectors. Embeddings of one operation on the same route are sent as one call. Needs scope `ai:use`. */
  readonly embedding?: Maybe<EmbeddingResult>;
  /**
   * What the guardrails of a route say to a text, each by itself. No model is asked, and nothing is booked. The operation counts as a request,
   * and each text as a model call against your rate and concurrency limits. A guardrail that calls a service of the operator's does call it. Needs
   * scope `ai:use`.
   */
  readonly testGuardrails?: Maybe<AiGuardTest>;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiAnswerArgs = {
  input: AiAnswerInput;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiCallArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiCallsArgs = {
  input: AiCallsInput;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiConversationArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiConversationsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  first?: Scalars['Int']['input'];
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiIngestionsArgs = {
  collection: Scalars['String']['input'];
  first?: Scalars['Int']['input'];
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiQuoteArgs = {
  document: Scalars['String']['input'];
  operationName?: InputMaybe<Scalars['String']['input']>;
  variables?: InputMaybe<Scalars['JSON']['input']>;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiRatingsArgs = {
  input: AiRatingsInput;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiSearchArgs = {
  input: AiSearchInput;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiSourceArgs = {
  collection: Scalars['String']['input'];
  id: Scalars['ID']['input'];
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiSourcesArgs = {
  after?: InputMaybe<Scalars['ID']['input']>;
  collection: Scalars['String']['input'];
  first?: Scalars['Int']['input'];
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryAiUsageArgs = {
  input: AiUsageInput;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryCompletionArgs = {
  input: CompletionInput;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryCompletionByIdArgs = {
  id: Scalars['ID']['input'];
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryEmbeddingArgs = {
  input: EmbeddingInput;
};


/** What can be asked: answers of models, and what the gateway knows. Roots of AI calls are nullable, because models fail. */
export type QueryTestGuardrailsArgs = {
  route?: Scalars['String']['input'];
  side?: AiGuardedSide;
  text: Scalars['String']['input'];
};

/** Too many requests, in a minute or at the same time. Nothing was sent. */
export type RateLimited = Failure & {
  /** RATE_LIMITED or CONCURRENCY_LIMITED. */
  readonly code: FailureCode;
  /** Quote it to the operators. */
  readonly errorId: Scalars['ID']['output'];
  /** The name of the limit. */
  readonly limit: Scalars['String']['output'];
  /** Which limit refused, for people. */
  readonly message: Scalars['String']['output'];
  /** How long to wait, in milliseconds. */
  readonly retryAfterMs?: Maybe<Scalars['Int']['output']>;
  /** Whether the same request may succeed later. */
  readonly retryable: Scalars['Boolean']['output'];
};

/** More of what the model thinks before it answers. */
export type ReasoningDelta = CompletionEvent & {
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Where it begins in all reasoning of the completion, in UTF-16 units. */
  readonly offset: Scalars['Int']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
  /** What to append. */
  readonly text: Scalars['String']['output'];
};

/** What the model thought in an earlier turn: some vendors want it back with the conversation. */
export type ReasoningInput = {
  /** The vendor's own part, unchanged. */
  readonly opaque?: InputMaybe<Scalars['String']['input']>;
  /** The thought; may be empty when only `opaque` matters. */
  readonly text: Scalars['String']['input'];
};

/** What a model thought before it answered, where it tells. */
export type ReasoningPart = {
  /** The vendor's own part: send it back unchanged in ReasoningInput.opaque. */
  readonly opaque?: Maybe<Scalars['String']['output']>;
  /** The thought. */
  readonly text: Scalars['String']['output'];
};

/** Who is signed out. */
export type RevokeAiUserInput = {
  /** The issuer of the configuration that he is a user of, which needs `ai:keys:all`; when absent, he is a user of your team's keys. */
  readonly issuer?: InputMaybe<Scalars['String']['input']>;
  /** As your backend or the issuer calls him. */
  readonly user: Scalars['String']['input'];
};

/** A user who was signed out. */
export type RevokedAiUser = {
  /** His pseudonym, as usage reports show it. */
  readonly id: Scalars['ID']['output'];
};

/** A document of a collection. */
export type SourceDocument = {
  /** The collection that it is in. */
  readonly collection: Scalars['String']['output'];
  /** The id under which it was ingested. */
  readonly id: Scalars['ID']['output'];
  /** What its owner stored with it. */
  readonly metadata?: Maybe<Scalars['JSON']['output']>;
  /** Its title, where it has one. */
  readonly title?: Maybe<Scalars['String']['output']>;
};

/** A source that could not be ingested. */
export type SourceFailure = {
  /** What was wrong with it, and what would have been accepted. */
  readonly message: Scalars['String']['output'];
  /** The source's id. */
  readonly sourceId: Scalars['ID']['output'];
};

/** A document: exactly one of `text` and `base64` carries it. */
export type SourceInput = {
  /** The document's bytes in base64, for PDF and DOCX. The whole request may have 2 MiB unless the gateway's operator set `server.limits.maxBodyBytes`. */
  readonly base64?: InputMaybe<Scalars['String']['input']>;
  /** Your own id for it: the same id again replaces the document. */
  readonly id: Scalars['ID']['input'];
  /** `text/markdown`, `text/plain`, `text/html`, `application/pdf`, or `application/vnd.openxmlformats-officedocument.wordprocessingml.document`. */
  readonly mediaType?: Scalars['String']['input'];
  /** Anything of your own, as an object: it comes back with citations. */
  readonly metadata?: InputMaybe<Scalars['JSON']['input']>;
  /** The document as text. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
  /** Its title, shown with citations. */
  readonly title?: InputMaybe<Scalars['String']['input']>;
};

/** A piece of a document. `start` and `end` count UTF-16 units in the document's extracted text. */
export type SourcePassage = {
  /** Where it ends: the first unit that is not part of it. */
  readonly end: Scalars['Int']['output'];
  /** Names the passage within its collection. */
  readonly id: Scalars['ID']['output'];
  /** The document that it is a piece of. */
  readonly source: SourceDocument;
  /** Where it begins. */
  readonly start: Scalars['Int']['output'];
  /** Its text, exactly as it stands in the document. */
  readonly text: Scalars['String']['output'];
};

/** A completion that has begun, or why it has not. It may grow: keep a default branch. */
export type StartCompletionResult = BudgetExceeded | Completion | GuardrailBlocked | OtherFailure | RateLimited;

/** How a stream tells its story. */
export type StreamDelivery =
  /** Each event carries what is new: append it. */
  | 'DELTA'
  /** Each event carries the whole completion so far, at most ten a second. */
  | 'SNAPSHOT';

/** What can be followed while it happens, over WebSocket, SSE or multipart HTTP. */
export type Subscription = {
  /**
   * What this gateway does now: a whole snapshot at once and whenever something has changed, at most two a second. With `ai:usage` you
   * see the operations and calls of your team, and only your own if you have no team or act for a user. `ai:teams` adds those of your organisation;
   * with `ai:usage:all` you see everyone's.
   * Each process reports itself. It ends with your key, token or login, and with FORBIDDEN within two seconds when you lose a scope or your team moves to
   * another organisation.
   */
  readonly aiActivity: AiActivity;
  /** The same as Query.aiAnswer as a stream: text and citations as they come. When nothing relevant was found, the text says so and has no citations. Needs scope `ai:use`. */
  readonly aiAnswerStream: CompletionEvent;
  /**
   * Each part of a budget that operators are warned of (`warnAt`), a second or two after it was spent, whichever replica noticed it: of the budgets
   * that `aiViewer` shows you, with `ai:teams` of those of your organisation and its teams, with `ai:usage:all` or `ai:teams:all` of all. Each is told
   * once a period, and may come again after you subscribe anew: its `id` stays the same. It goes on until you leave, and ends with
   * FORBIDDEN within two seconds when you lose a scope or your team moves to another organisation. Needs a known caller.
   */
  readonly aiBudgetWarnings: AiBudgetNotice;
  /** Follows a completion that exists: after a drop, on a second device, from another replica. Asks nothing of a model. Needs scope `ai:use`. */
  readonly completionEvents: CompletionEvent;
  /** Starts a completion and follows it. Subscribing again with the same idempotencyKey attaches, never starts a second one. The last event is always CompletionFinished or CompletionFailed. Needs scope `ai:use`. */
  readonly completionStream: CompletionEvent;
  /** Progress of an ingestion: its state now, then each change, until it has ended. Ends with FORBIDDEN within two seconds when you lose the scope. Needs scope `ai:ingest`. */
  readonly ingestion: Ingestion;
};


/** What can be followed while it happens, over WebSocket, SSE or multipart HTTP. */
export type SubscriptionAiAnswerStreamArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  delivery?: StreamDelivery;
  input: AiAnswerInput;
};


/** What can be followed while it happens, over WebSocket, SSE or multipart HTTP. */
export type SubscriptionAiBudgetWarningsArgs = {
  since?: InputMaybe<Scalars['DateTime']['input']>;
};


/** What can be followed while it happens, over WebSocket, SSE or multipart HTTP. */
export type SubscriptionCompletionEventsArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  delivery?: StreamDelivery;
  id: Scalars['ID']['input'];
};


/** What can be followed while it happens, over WebSocket, SSE or multipart HTTP. */
export type SubscriptionCompletionStreamArgs = {
  after?: InputMaybe<Scalars['Cursor']['input']>;
  delivery?: StreamDelivery;
  input: CompletionInput;
};


/** What can be followed while it happens, over WebSocket, SSE or multipart HTTP. */
export type SubscriptionIngestionArgs = {
  id: Scalars['ID']['input'];
};

/** A prompt that is kept on the server, and the values for its variables. */
export type TemplateInput = {
  /** The prompt's id. */
  readonly id: Scalars['ID']['input'];
  /** Your conversation, oldest first. The stored prompt then is its system prompt, which you can neither replace nor read. */
  readonly messages?: InputMaybe<ReadonlyArray<MessageInput>>;
  /** An object with a value for each of the prompt's variables. */
  readonly variables?: InputMaybe<Scalars['JSON']['input']>;
  /** A version of it; the current one when absent. */
  readonly version?: InputMaybe<Scalars['String']['input']>;
};

/** More text. */
export type TextDelta = CompletionEvent & {
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** Offset of this text in Completion.text, in UTF-16 units. If it is smaller than the length that you have, overwrite from there. */
  readonly offset: Scalars['Int']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
  /** What to append. */
  readonly text: Scalars['String']['output'];
};

/** Text of an answer. */
export type TextPart = {
  /** The text. */
  readonly text: Scalars['String']['output'];
};

/** Tokens in disjoint classes: they add up to totalTokens. */
export type TokenUsage = {
  /** Input that the provider had in its own prompt cache: cheaper. */
  readonly cacheReadTokens: Scalars['SafeInt']['output'];
  /** Input that the provider put into its own prompt cache. */
  readonly cacheWriteTokens: Scalars['SafeInt']['output'];
  /** What it cost; null when the model's price is unknown. */
  readonly cost?: Maybe<AiCost>;
  /** True where the provider counted nothing (it was cut or cancelled) and the gateway estimated. */
  readonly estimated: Scalars['Boolean']['output'];
  /** Input that the provider read anew. */
  readonly freshInputTokens: Scalars['SafeInt']['output'];
  /** The answer, without reasoning. */
  readonly outputTokens: Scalars['SafeInt']['output'];
  /** What the model thought before it answered; billed as output. */
  readonly reasoningTokens: Scalars['SafeInt']['output'];
  /** All of them together. */
  readonly totalTokens: Scalars['SafeInt']['output'];
};

/** A call of a tool, for the caller to make. Answer it with a ToolResultInput in the next turn. */
export type ToolCall = {
  /** The arguments; text where the model wrote no valid JSON. */
  readonly arguments: Scalars['JSON']['output'];
  /** Goes into ToolResultInput.callId. */
  readonly id: Scalars['ID']['output'];
  /** The tool's name. */
  readonly name: Scalars['String']['output'];
  /** The vendor's own part: send it back unchanged in ToolCallInput.opaque. */
  readonly opaque?: Maybe<Scalars['String']['output']>;
};

/** More of a tool call's arguments, as unfinished JSON text. Wait for ToolCallReady to make the call. */
export type ToolCallDelta = CompletionEvent & {
  /** What to append to the call's arguments. */
  readonly argumentsText: Scalars['String']['output'];
  /** Which call is growing. */
  readonly callId: Scalars['ID']['output'];
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The tool's name. */
  readonly name: Scalars['String']['output'];
  /** Where it begins in the call's arguments, in UTF-16 units. */
  readonly offset: Scalars['Int']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** A call that the model made. `opaque` is the vendor's own part (a signature, an id): it came with the output and goes back unchanged. */
export type ToolCallInput = {
  /** The arguments, as an object. */
  readonly arguments: Scalars['JSON']['input'];
  /** The call's id: the tool's result refers to it. */
  readonly id: Scalars['ID']['input'];
  /** The tool's name. */
  readonly name: Scalars['String']['input'];
  /** The vendor's own part, unchanged. */
  readonly opaque?: InputMaybe<Scalars['String']['input']>;
};

/** A call that the model wants to be made. */
export type ToolCallPart = {
  /** The call. */
  readonly call: ToolCall;
};

/** A tool call is whole and can be made. */
export type ToolCallReady = CompletionEvent & {
  /** The call. */
  readonly call: ToolCall;
  /** Which completion it happened to. */
  readonly completionId: Scalars['ID']['output'];
  /** The place behind this event. */
  readonly cursor: Scalars['Cursor']['output'];
  /** The event's number within its completion. */
  readonly seq: Scalars['Int']['output'];
};

/** Whether tools may or must be called: exactly one of the two. */
export type ToolChoiceInput =
  /** A rule for all tools. */
  { readonly mode: ToolMode; readonly tool?: never; }
  |  /** The name of the one tool that must be called. */
  { readonly mode?: never; readonly tool: Scalars['String']['input']; };

/** A tool that the model may ask to be called. The gateway never calls it: the caller does, and sends the result in the next turn. */
export type ToolInput = {
  /** What it does and when to use it: the model reads this. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: Scalars['String']['input'];
  /** JSON Schema of its arguments; its type is `object`. */
  readonly parameters: Scalars['JSON']['input'];
};

/** Whether the model may call tools. */
export type ToolMode =
  /** The model decides. */
  | 'AUTO'
  /** It must not call any. */
  | 'NONE'
  /** Reserved for modes that may be added; refused as an input. */
  | 'OTHER'
  /** It must call at least one. */
  | 'REQUIRED';

/** What a tool answered. */
export type ToolResultInput = {
  /** The id of the call that this answers. */
  readonly callId: Scalars['ID']['input'];
  /** The result, as the model shall see it. */
  readonly content: Scalars['JSON']['input'];
  /** True when the tool failed: `content` then says how. */
  readonly isError?: Scalars['Boolean']['input'];
};

/** What is to be other of a virtual key: what is left out stays as it is, null removes. */
export type UpdateAiKeyInput = {
  /** The agent that asks with it; null: none, or that of the key that made it. */
  readonly agent?: InputMaybe<Scalars['String']['input']>;
  /** The most model calls in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** When it stops working; null: with the key that made it, else never. */
  readonly expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The most that it may spend in a calendar month (UTC), in US dollars; what it has spent in this one counts. */
  readonly monthlyBudget?: InputMaybe<Scalars['Decimal']['input']>;
  /** For people: what it is for. At most 100 characters. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The most operations in a minute. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The routes that it may use, all of them; null: those that you may use. */
  readonly routes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What it may do, all of it: at least one. */
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What one session of its callers may use; null: no caps of its own. */
  readonly session?: InputMaybe<AiSessionCapsInput>;
};

/** What is to be other of an organisation: what is left out stays as it is, null removes. */
export type UpdateAiOrganisationInput = {
  /** What the calls of all its teams may cost, at most one for each period, all of them; null: no limit. What was spent in the present period counts. */
  readonly budgets?: InputMaybe<ReadonlyArray<AiBudgetInput>>;
  /** Who shares kept answers; null: TEAM. */
  readonly cacheSharing?: InputMaybe<AiCacheSharing>;
  /** The most model calls of all its teams in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The most model calls at one time. */
  readonly concurrency?: InputMaybe<Scalars['Int']['input']>;
  /** For people: what it is. At most 1000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Names of guardrails of the configuration that check all its calls, all of them; null: none. */
  readonly guardrails?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The most operations of all its teams in a minute. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The routes that its callers may use at most, all of them; null: all. */
  readonly routes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The scopes that its callers have at most, all of them; null: all. */
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What one session of a caller may use; null: no caps of its own. */
  readonly session?: InputMaybe<AiSessionCapsInput>;
  /** Budgets that are to be others, each by its period; those of other periods stay, also where somebody else changes them at the same moment. Not together with `budgets`. */
  readonly setBudgets?: InputMaybe<ReadonlyArray<AiBudgetChangeInput>>;
  /** The time zone in which the days, weeks and months of its budgets and of those below begin, such as `Europe/Berlin`; null: that of the gateway. */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
  /** The most tokens in a minute, of input and output together. */
  readonly tokensPerMinute?: InputMaybe<Scalars['Int']['input']>;
};

/** What is to be other of a team: what is left out stays as it is, null removes. */
export type UpdateAiTeamInput = {
  /** What its agents may use, all of them; null: no limit. */
  readonly agents?: InputMaybe<ReadonlyArray<AiAgentLimitsInput>>;
  /** What all its calls may cost, at most one for each period, all of them; null: no limit. What was spent in the present period counts. */
  readonly budgets?: InputMaybe<ReadonlyArray<AiBudgetInput>>;
  /** Who shares its kept answers; null: as its organisation says, else TEAM. */
  readonly cacheSharing?: InputMaybe<AiCacheSharing>;
  /** The most model calls of all its callers in a minute; null: as many as `requestsPerMinute`. */
  readonly callsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The most model calls at one time. */
  readonly concurrency?: InputMaybe<Scalars['Int']['input']>;
  /** The contract of the configuration (`graph.contracts`) that its callers are held to; null: they see the whole graph. */
  readonly contract?: InputMaybe<Scalars['String']['input']>;
  /** For people: what it is. At most 1000 characters. */
  readonly description?: InputMaybe<Scalars['String']['input']>;
  /** Names of guardrails of the configuration that check all its calls, all of them; null: none of its own. */
  readonly guardrails?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The organisation that it belongs to, with scope `ai:teams:all`; null: none. */
  readonly organisation?: InputMaybe<Scalars['ID']['input']>;
  /** Limits of each of its end users, whom keys act for and logins name. A limit that is not given does not apply; null: there are none. */
  readonly perUser?: InputMaybe<AiUserLimitsInput>;
  /** The most operations of all its callers in a minute. */
  readonly requestsPerMinute?: InputMaybe<Scalars['Int']['input']>;
  /** The routes that its callers may use at most, all of them; null: those of its organisation, else all. */
  readonly routes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The scopes that its callers have at most, all of them; null: those of its organisation, else all. */
  readonly scopes?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** What one session of a caller may use; null: no caps of its own. */
  readonly session?: InputMaybe<AiSessionCapsInput>;
  /** Budgets that are to be others, each by its period; those of other periods stay, also where somebody else changes them at the same moment. Not together with `budgets`. */
  readonly setBudgets?: InputMaybe<ReadonlyArray<AiBudgetChangeInput>>;
  /** The time zone in which the days, weeks and months of its budgets and of those below begin, such as `Europe/Berlin`; null: that of its organisation, else of the gateway. */
  readonly timeZone?: InputMaybe<Scalars['String']['input']>;
  /** The most tokens in a minute, of input and output together. */
  readonly tokensPerMinute?: InputMaybe<Scalars['Int']['input']>;
};

/** What calls can be grouped by. */
export type UsageDimension =
  /** The agent that the caller was: see `AiViewer.agent`; null: none. */
  | 'AGENT'
  /** Whether an earlier answer served. */
  | 'CACHE'
  /** The client's name, as it sent it in `apollographql-client-name`. */
  | 'CLIENT'
  /** The field that asked, such as `Product.summary`. */
  | 'COORDINATE'
  /** The deployment that answered. */
  | 'DEPLOYMENT'
  /** The model that answered. */
  | 'MODEL'
  /** The name of the GraphQL operation. */
  | 'OPERATION'
  /** The organisation that the team belonged to when the call was made; null before organisations were known, and without one. */
  | 'ORGANISATION'
  /** Reserved for dimensions that may be added; refused as an input. */
  | 'OTHER'
  /** `OK`, or the code of what went wrong. */
  | 'OUTCOME'
  /** Who asked: a key, an issuer of tokens. All of its users together. */
  | 'PRINCIPAL'
  /** The route that was asked. */
  | 'ROUTE'
  /** The session that the operation belonged to, as the header `AI-Session` or the token named it; null: none was named. */
  | 'SESSION'
  /** The team that it counts to. */
  | 'TEAM'
  /** The end user behind it, by pseudonym: see `AiUsageRow.userName`. */
  | 'USER';

/** The length of one row's time. */
export type UsageInterval =
  /** One day of the time zone, which has 23 or 25 hours when clocks change. */
  | 'DAY'
  /** One hour, which begins at the full hour of UTC. */
  | 'HOUR'
  /** One minute: at most 7 days. */
  | 'MINUTE'
  /** One calendar month of the time zone. */
  | 'MONTH';



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Completion: Completion;
  SourceDocument: SourceDocument;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Completion:
    ( { __typename: 'Completion' }
    & GraphQLRecursivePick<FederationTypes['Completion'], {"id":true}> );
  SourceDocument:
    ( { __typename: 'SourceDocument' }
    & GraphQLRecursivePick<FederationTypes['SourceDocument'], {"id":true}> );
};

/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  AiAnswerResult:
    | ( Omit<AiAnswer, 'citations' | 'completion'> & { citations: ReadonlyArray<_RefType['AiCitation']>, completion: _RefType['Completion'] } )
    | ( Omit<BudgetExceeded, 'budget'> & { budget: _RefType['AiBudget'] } )
    | ( GuardrailBlocked )
    | ( Omit<ModelUnavailable, 'attempts'> & { attempts: ReadonlyArray<_RefType['ProviderAttempt']> } )
    | ( NoAnswer )
    | ( OtherFailure )
    | ( RateLimited )
  ;
  AiSearchResult:
    | ( Omit<AiSearch, 'hits'> & { hits: ReadonlyArray<_RefType['AiSearchHit']> } )
    | ( Omit<BudgetExceeded, 'budget'> & { budget: _RefType['AiBudget'] } )
    | ( Omit<ModelUnavailable, 'attempts'> & { attempts: ReadonlyArray<_RefType['ProviderAttempt']> } )
    | ( OtherFailure )
    | ( RateLimited )
  ;
  CompletionResult:
    | ( Omit<BudgetExceeded, 'budget'> & { budget: _RefType['AiBudget'] } )
    | ( RunState )
    | ( GuardrailBlocked )
    | ( InvalidOutput )
    | ( Omit<ModelUnavailable, 'attempts'> & { attempts: ReadonlyArray<_RefType['ProviderAttempt']> } )
    | ( OtherFailure )
    | ( RateLimited )
  ;
  EmbeddingResult:
    | ( Omit<BudgetExceeded, 'budget'> & { budget: _RefType['AiBudget'] } )
    | ( EmbeddingView )
    | ( GuardrailBlocked )
    | ( Omit<ModelUnavailable, 'attempts'> & { attempts: ReadonlyArray<_RefType['ProviderAttempt']> } )
    | ( OtherFailure )
    | ( RateLimited )
  ;
  MessagePart:
    | ( ReasoningPartView )
    | ( TextPartView )
    | ( ToolCallView )
  ;
  StartCompletionResult:
    | ( Omit<BudgetExceeded, 'budget'> & { budget: _RefType['AiBudget'] } )
    | ( RunState )
    | ( GuardrailBlocked )
    | ( OtherFailure )
    | ( RateLimited )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  CompletionEvent:
    | ( CitationView )
    | ( FailedView )
    | ( FinishedView )
    | ( SnapshotView )
    | ( StartedView )
    | ( ObjectView )
    | ( ReasoningView )
    | ( TextView )
    | ( ToolCallDeltaView )
    | ( ToolCallReadyView )
  ;
  Failure:
    | ( Omit<BudgetExceeded, 'budget'> & { budget: _RefType['AiBudget'] } )
    | ( GuardrailBlocked )
    | ( InvalidOutput )
    | ( Omit<ModelUnavailable, 'attempts'> & { attempts: ReadonlyArray<_RefType['ProviderAttempt']> } )
    | ( OtherFailure )
    | ( RateLimited )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AiActivity: ResolverTypeWrapper<ActivityNow>;
  AiAgentLimits: ResolverTypeWrapper<AgentLimitsView>;
  AiAgentLimitsInput: AiAgentLimitsInput;
  AiAnswer: ResolverTypeWrapper<Omit<AiAnswer, 'citations' | 'completion'> & { citations: ReadonlyArray<ResolversTypes['AiCitation']>, completion: ResolversTypes['Completion'] }>;
  AiAnswerInput: AiAnswerInput;
  AiAnswerResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AiAnswerResult']>;
  AiBreaker: AiBreaker;
  AiBudget: ResolverTypeWrapper<BudgetState>;
  AiBudgetChangeInput: AiBudgetChangeInput;
  AiBudgetInput: AiBudgetInput;
  AiBudgetNotice: ResolverTypeWrapper<BudgetWarning>;
  AiBudgetWarning: ResolverTypeWrapper<AiBudgetWarning>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  AiCacheSharing: AiCacheSharing;
  AiCall: ResolverTypeWrapper<CallView>;
  AiCallList: ResolverTypeWrapper<Omit<AiCallList, 'calls'> & { calls: ReadonlyArray<ResolversTypes['AiCall']> }>;
  AiCallStage: AiCallStage;
  AiCallUse: ResolverTypeWrapper<UsageRow>;
  AiCallsInput: AiCallsInput;
  AiChange: ResolverTypeWrapper<ChangeRecord>;
  AiChangeAction: AiChangeAction;
  AiChangedPart: ResolverTypeWrapper<ChangedPart>;
  AiCitation: ResolverTypeWrapper<Citation>;
  AiCollection: ResolverTypeWrapper<AiCollection>;
  AiConversation: ResolverTypeWrapper<ConversationRecord>;
  AiConversationInput: AiConversationInput;
  AiConversationPage: ResolverTypeWrapper<Omit<AiConversationPage, 'conversations'> & { conversations: ReadonlyArray<ResolversTypes['AiConversation']> }>;
  AiCost: ResolverTypeWrapper<NanoUsd>;
  AiCounted: AiCounted;
  AiDeployment: ResolverTypeWrapper<DeploymentView>;
  AiEntityRef: ResolverTypeWrapper<EntityRef>;
  AiField: ResolverTypeWrapper<UsedFieldView>;
  AiFieldArgument: ResolverTypeWrapper<AiFieldArgument>;
  AiFieldCeiling: ResolverTypeWrapper<Ceiling>;
  AiFieldKind: AiFieldKind;
  AiGraphHealth: ResolverTypeWrapper<GraphHealthView>;
  AiGuardAction: AiGuardAction;
  AiGuardOutcome: AiGuardOutcome;
  AiGuardTest: ResolverTypeWrapper<GuardTest>;
  AiGuardVerdict: ResolverTypeWrapper<GuardVerdict>;
  AiGuardedSide: AiGuardedSide;
  AiGuardrail: ResolverTypeWrapper<GuardView>;
  AiGuardrailRefusal: ResolverTypeWrapper<AiGuardrailRefusal>;
  AiHealth: ResolverTypeWrapper<HealthView>;
  AiKey: ResolverTypeWrapper<KeyRecord>;
  AiLedgerHealth: ResolverTypeWrapper<AiLedgerHealth>;
  AiMessage: ResolverTypeWrapper<MessageView>;
  AiOrganisation: ResolverTypeWrapper<OrganisationEntry>;
  AiPeriod: AiPeriod;
  AiQuota: ResolverTypeWrapper<QuotaState>;
  AiQuote: ResolverTypeWrapper<Omit<AiQuote, 'cost' | 'fields'> & { cost?: Maybe<ResolversTypes['AiCost']>, fields: ReadonlyArray<ResolversTypes['AiQuotedField']> }>;
  AiQuotedField: ResolverTypeWrapper<Omit<AiQuotedField, 'cost'> & { cost?: Maybe<ResolversTypes['AiCost']> }>;
  AiRatingDimension: AiRatingDimension;
  AiRatingRow: ResolverTypeWrapper<AiRatingRow>;
  AiRatingsInput: AiRatingsInput;
  AiRecentFailure: ResolverTypeWrapper<RecentFailure>;
  AiRecentFallback: ResolverTypeWrapper<RecentFallback>;
  AiRoute: ResolverTypeWrapper<RouteView>;
  AiRunningCall: ResolverTypeWrapper<RunningCall>;
  AiRunningOperation: ResolverTypeWrapper<RunningOperation>;
  AiSearch: ResolverTypeWrapper<Omit<AiSearch, 'hits'> & { hits: ReadonlyArray<ResolversTypes['AiSearchHit']> }>;
  AiSearchHit: ResolverTypeWrapper<Omit<AiSearchHit, 'entity' | 'passage'> & { entity?: Maybe<ResolversTypes['AiEntityRef']>, passage?: Maybe<ResolversTypes['SourcePassage']> }>;
  AiSearchInput: AiSearchInput;
  AiSearchResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['AiSearchResult']>;
  AiSessionCaps: ResolverTypeWrapper<SessionCaps>;
  AiSessionCapsInput: AiSessionCapsInput;
  AiSource: ResolverTypeWrapper<SourceTextView>;
  AiSubgraphHealth: ResolverTypeWrapper<SubgraphHealthView>;
  AiTeam: ResolverTypeWrapper<TeamEntry>;
  AiTeamMember: ResolverTypeWrapper<Member>;
  AiTimePercentiles: ResolverTypeWrapper<AiTimePercentiles>;
  AiToken: ResolverTypeWrapper<TokenRecord>;
  AiTypicalUse: ResolverTypeWrapper<TypicalUse>;
  AiUsageFilter: AiUsageFilter;
  AiUsageInput: AiUsageInput;
  AiUsageOrder: AiUsageOrder;
  AiUsageReport: ResolverTypeWrapper<Omit<AiUsageReport, 'rows' | 'total'> & { rows: ReadonlyArray<ResolversTypes['AiUsageRow']>, total: ResolversTypes['AiUsageRow'] }>;
  AiUsageRow: ResolverTypeWrapper<UsageRowView>;
  AiUsageTag: ResolverTypeWrapper<AiUsageTag>;
  AiUserBudget: ResolverTypeWrapper<PolicyBudget>;
  AiUserLimits: ResolverTypeWrapper<UserPolicy>;
  AiUserLimitsInput: AiUserLimitsInput;
  AiViewer: ResolverTypeWrapper<Omit<AiViewer, 'budgets' | 'quotas'> & { budgets: ReadonlyArray<ResolversTypes['AiBudget']>, quotas: ReadonlyArray<ResolversTypes['AiQuota']> }>;
  BudgetExceeded: ResolverTypeWrapper<Omit<BudgetExceeded, 'budget'> & { budget: ResolversTypes['AiBudget'] }>;
  CacheInput: CacheInput;
  CacheMode: CacheMode;
  CacheStatus: CacheStatus;
  CitationAdded: ResolverTypeWrapper<CitationView>;
  Completion: ResolverTypeWrapper<RunState>;
  CompletionEvent: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['CompletionEvent']>;
  CompletionFailed: ResolverTypeWrapper<FailedView>;
  CompletionFeedback: ResolverTypeWrapper<CompletionFeedback>;
  CompletionFinished: ResolverTypeWrapper<FinishedView>;
  CompletionInput: CompletionInput;
  CompletionResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['CompletionResult']>;
  CompletionSnapshot: ResolverTypeWrapper<SnapshotView>;
  CompletionStarted: ResolverTypeWrapper<StartedView>;
  CompletionStatus: CompletionStatus;
  ContentPartInput: ContentPartInput;
  CreateAiKeyInput: CreateAiKeyInput;
  CreateAiOrganisationInput: CreateAiOrganisationInput;
  CreateAiTeamInput: CreateAiTeamInput;
  CreateAiTokenInput: CreateAiTokenInput;
  CreatedAiKey: ResolverTypeWrapper<Omit<CreatedAiKey, 'key'> & { key: ResolversTypes['AiKey'] }>;
  CreatedAiToken: ResolverTypeWrapper<IssuedToken>;
  Cursor: ResolverTypeWrapper<Scalars['Cursor']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  Embedding: ResolverTypeWrapper<EmbeddingView>;
  EmbeddingInput: EmbeddingInput;
  EmbeddingResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['EmbeddingResult']>;
  EraseAiUserInput: EraseAiUserInput;
  ErasedAiUser: ResolverTypeWrapper<ErasedAiUser>;
  Failure: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Failure']>;
  FailureCode: FailureCode;
  FileInput: FileInput;
  FinishReason: FinishReason;
  GuardedSide: GuardedSide;
  GuardrailBlocked: ResolverTypeWrapper<GuardrailBlocked>;
  ImageInput: ImageInput;
  IngestInput: IngestInput;
  Ingestion: ResolverTypeWrapper<IngestionState>;
  InvalidOutput: ResolverTypeWrapper<InvalidOutput>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  MessageInput: MessageInput;
  MessagePart: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['MessagePart']>;
  MessageRole: MessageRole;
  ModelUnavailable: ResolverTypeWrapper<Omit<ModelUnavailable, 'attempts'> & { attempts: ReadonlyArray<ResolversTypes['ProviderAttempt']> }>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  NoAnswer: ResolverTypeWrapper<NoAnswer>;
  ObjectDelta: ResolverTypeWrapper<ObjectView>;
  OtherFailure: ResolverTypeWrapper<OtherFailure>;
  OutputFormat: OutputFormat;
  OutputInput: OutputInput;
  OutputIssue: ResolverTypeWrapper<OutputIssue>;
  OutputSelect: OutputSelect;
  PromptInput: PromptInput;
  Provenance: ResolverTypeWrapper<ProvenanceView>;
  ProviderAttempt: ResolverTypeWrapper<AttemptSummary>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RateLimited: ResolverTypeWrapper<RateLimited>;
  ReasoningDelta: ResolverTypeWrapper<ReasoningView>;
  ReasoningInput: ReasoningInput;
  ReasoningPart: ResolverTypeWrapper<ReasoningPartView>;
  RevokeAiUserInput: RevokeAiUserInput;
  RevokedAiUser: ResolverTypeWrapper<RevokedAiUser>;
  SafeInt: ResolverTypeWrapper<Scalars['SafeInt']['output']>;
  SourceDocument: ResolverTypeWrapper<Source>;
  SourceFailure: ResolverTypeWrapper<SourceFailure>;
  SourceInput: SourceInput;
  SourcePassage: ResolverTypeWrapper<Passage>;
  StartCompletionResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['StartCompletionResult']>;
  StreamDelivery: StreamDelivery;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TemplateInput: TemplateInput;
  TextDelta: ResolverTypeWrapper<TextView>;
  TextPart: ResolverTypeWrapper<TextPartView>;
  TokenUsage: ResolverTypeWrapper<UsageView>;
  ToolCall: ResolverTypeWrapper<ToolCallView>;
  ToolCallDelta: ResolverTypeWrapper<ToolCallDeltaView>;
  ToolCallInput: ToolCallInput;
  ToolCallPart: ResolverTypeWrapper<ToolCallView>;
  ToolCallReady: ResolverTypeWrapper<ToolCallReadyView>;
  ToolChoiceInput: ToolChoiceInput;
  ToolInput: ToolInput;
  ToolMode: ToolMode;
  ToolResultInput: ToolResultInput;
  UpdateAiKeyInput: UpdateAiKeyInput;
  UpdateAiOrganisationInput: UpdateAiOrganisationInput;
  UpdateAiTeamInput: UpdateAiTeamInput;
  UsageDimension: UsageDimension;
  UsageInterval: UsageInterval;
  Vector: ResolverTypeWrapper<Scalars['Vector']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AiActivity: ActivityNow;
  AiAgentLimits: AgentLimitsView;
  AiAgentLimitsInput: AiAgentLimitsInput;
  AiAnswer: Omit<AiAnswer, 'citations' | 'completion'> & { citations: ReadonlyArray<ResolversParentTypes['AiCitation']>, completion: ResolversParentTypes['Completion'] };
  AiAnswerInput: AiAnswerInput;
  AiAnswerResult: ResolversUnionTypes<ResolversParentTypes>['AiAnswerResult'];
  AiBudget: BudgetState;
  AiBudgetChangeInput: AiBudgetChangeInput;
  AiBudgetInput: AiBudgetInput;
  AiBudgetNotice: BudgetWarning;
  AiBudgetWarning: AiBudgetWarning;
  Boolean: Scalars['Boolean']['output'];
  AiCall: CallView;
  AiCallList: Omit<AiCallList, 'calls'> & { calls: ReadonlyArray<ResolversParentTypes['AiCall']> };
  AiCallUse: UsageRow;
  AiCallsInput: AiCallsInput;
  AiChange: ChangeRecord;
  AiChangedPart: ChangedPart;
  AiCitation: Citation;
  AiCollection: AiCollection;
  AiConversation: ConversationRecord;
  AiConversationInput: AiConversationInput;
  AiConversationPage: Omit<AiConversationPage, 'conversations'> & { conversations: ReadonlyArray<ResolversParentTypes['AiConversation']> };
  AiCost: NanoUsd;
  AiDeployment: DeploymentView;
  AiEntityRef: EntityRef;
  AiField: UsedFieldView;
  AiFieldArgument: AiFieldArgument;
  AiFieldCeiling: Ceiling;
  AiGraphHealth: GraphHealthView;
  AiGuardTest: GuardTest;
  AiGuardVerdict: GuardVerdict;
  AiGuardrail: GuardView;
  AiGuardrailRefusal: AiGuardrailRefusal;
  AiHealth: HealthView;
  AiKey: KeyRecord;
  AiLedgerHealth: AiLedgerHealth;
  AiMessage: MessageView;
  AiOrganisation: OrganisationEntry;
  AiQuota: QuotaState;
  AiQuote: Omit<AiQuote, 'cost' | 'fields'> & { cost?: Maybe<ResolversParentTypes['AiCost']>, fields: ReadonlyArray<ResolversParentTypes['AiQuotedField']> };
  AiQuotedField: Omit<AiQuotedField, 'cost'> & { cost?: Maybe<ResolversParentTypes['AiCost']> };
  AiRatingRow: AiRatingRow;
  AiRatingsInput: AiRatingsInput;
  AiRecentFailure: RecentFailure;
  AiRecentFallback: RecentFallback;
  AiRoute: RouteView;
  AiRunningCall: RunningCall;
  AiRunningOperation: RunningOperation;
  AiSearch: Omit<AiSearch, 'hits'> & { hits: ReadonlyArray<ResolversParentTypes['AiSearchHit']> };
  AiSearchHit: Omit<AiSearchHit, 'entity' | 'passage'> & { entity?: Maybe<ResolversParentTypes['AiEntityRef']>, passage?: Maybe<ResolversParentTypes['SourcePassage']> };
  AiSearchInput: AiSearchInput;
  AiSearchResult: ResolversUnionTypes<ResolversParentTypes>['AiSearchResult'];
  AiSessionCaps: SessionCaps;
  AiSessionCapsInput: AiSessionCapsInput;
  AiSource: SourceTextView;
  AiSubgraphHealth: SubgraphHealthView;
  AiTeam: TeamEntry;
  AiTeamMember: Member;
  AiTimePercentiles: AiTimePercentiles;
  AiToken: TokenRecord;
  AiTypicalUse: TypicalUse;
  AiUsageFilter: AiUsageFilter;
  AiUsageInput: AiUsageInput;
  AiUsageReport: Omit<AiUsageReport, 'rows' | 'total'> & { rows: ReadonlyArray<ResolversParentTypes['AiUsageRow']>, total: ResolversParentTypes['AiUsageRow'] };
  AiUsageRow: UsageRowView;
  AiUsageTag: AiUsageTag;
  AiUserBudget: PolicyBudget;
  AiUserLimits: UserPolicy;
  AiUserLimitsInput: AiUserLimitsInput;
  AiViewer: Omit<AiViewer, 'budgets' | 'quotas'> & { budgets: ReadonlyArray<ResolversParentTypes['AiBudget']>, quotas: ReadonlyArray<ResolversParentTypes['AiQuota']> };
  BudgetExceeded: Omit<BudgetExceeded, 'budget'> & { budget: ResolversParentTypes['AiBudget'] };
  CacheInput: CacheInput;
  CitationAdded: CitationView;
  Completion: RunState;
  CompletionEvent: ResolversInterfaceTypes<ResolversParentTypes>['CompletionEvent'];
  CompletionFailed: FailedView;
  CompletionFeedback: CompletionFeedback;
  CompletionFinished: FinishedView;
  CompletionInput: CompletionInput;
  CompletionResult: ResolversUnionTypes<ResolversParentTypes>['CompletionResult'];
  CompletionSnapshot: SnapshotView;
  CompletionStarted: StartedView;
  ContentPartInput: ContentPartInput;
  CreateAiKeyInput: CreateAiKeyInput;
  CreateAiOrganisationInput: CreateAiOrganisationInput;
  CreateAiTeamInput: CreateAiTeamInput;
  CreateAiTokenInput: CreateAiTokenInput;
  CreatedAiKey: Omit<CreatedAiKey, 'key'> & { key: ResolversParentTypes['AiKey'] };
  CreatedAiToken: IssuedToken;
  Cursor: Scalars['Cursor']['output'];
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  Embedding: EmbeddingView;
  EmbeddingInput: EmbeddingInput;
  EmbeddingResult: ResolversUnionTypes<ResolversParentTypes>['EmbeddingResult'];
  EraseAiUserInput: EraseAiUserInput;
  ErasedAiUser: ErasedAiUser;
  Failure: ResolversInterfaceTypes<ResolversParentTypes>['Failure'];
  FileInput: FileInput;
  GuardrailBlocked: GuardrailBlocked;
  ImageInput: ImageInput;
  IngestInput: IngestInput;
  Ingestion: IngestionState;
  InvalidOutput: InvalidOutput;
  JSON: Scalars['JSON']['output'];
  MessageInput: MessageInput;
  MessagePart: ResolversUnionTypes<ResolversParentTypes>['MessagePart'];
  ModelUnavailable: Omit<ModelUnavailable, 'attempts'> & { attempts: ReadonlyArray<ResolversParentTypes['ProviderAttempt']> };
  Mutation: Record<PropertyKey, never>;
  NoAnswer: NoAnswer;
  ObjectDelta: ObjectView;
  OtherFailure: OtherFailure;
  OutputInput: OutputInput;
  OutputIssue: OutputIssue;
  PromptInput: PromptInput;
  Provenance: ProvenanceView;
  ProviderAttempt: AttemptSummary;
  Query: Record<PropertyKey, never>;
  RateLimited: RateLimited;
  ReasoningDelta: ReasoningView;
  ReasoningInput: ReasoningInput;
  ReasoningPart: ReasoningPartView;
  RevokeAiUserInput: RevokeAiUserInput;
  RevokedAiUser: RevokedAiUser;
  SafeInt: Scalars['SafeInt']['output'];
  SourceDocument: Source;
  SourceFailure: SourceFailure;
  SourceInput: SourceInput;
  SourcePassage: Passage;
  StartCompletionResult: ResolversUnionTypes<ResolversParentTypes>['StartCompletionResult'];
  Subscription: Record<PropertyKey, never>;
  TemplateInput: TemplateInput;
  TextDelta: TextView;
  TextPart: TextPartView;
  TokenUsage: UsageView;
  ToolCall: ToolCallView;
  ToolCallDelta: ToolCallDeltaView;
  ToolCallInput: ToolCallInput;
  ToolCallPart: ToolCallView;
  ToolCallReady: ToolCallReadyView;
  ToolChoiceInput: ToolChoiceInput;
  ToolInput: ToolInput;
  ToolResultInput: ToolResultInput;
  UpdateAiKeyInput: UpdateAiKeyInput;
  UpdateAiOrganisationInput: UpdateAiOrganisationInput;
  UpdateAiTeamInput: UpdateAiTeamInput;
  Vector: Scalars['Vector']['output'];
  String: Scalars['String']['output'];
  Int: Scalars['Int']['output'];
  Float: Scalars['Float']['output'];
  ID: Scalars['ID']['output'];
};

export type AnswerDirectiveArgs = {
  collection: Scalars['String']['input'];
  maxOutputTokens?: Maybe<Scalars['Int']['input']>;
  question: Scalars['String']['input'];
  route?: Scalars['String']['input'];
};

export type AnswerDirectiveResolver<Result, Parent, ContextType = OperationContext, Args = AnswerDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CompletionDirectiveArgs = {
  maxInputTokens?: Maybe<Scalars['Int']['input']>;
  maxOutputTokens?: Maybe<Scalars['Int']['input']>;
  prompt?: Maybe<Scalars['String']['input']>;
  route?: Scalars['String']['input'];
  select?: OutputSelect;
  system?: Maybe<Scalars['String']['input']>;
  temperature?: Maybe<Scalars['Float']['input']>;
  template?: Maybe<Scalars['ID']['input']>;
};

export type CompletionDirectiveResolver<Result, Parent, ContextType = OperationContext, Args = CompletionDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type DataClassDirectiveArgs = {
  name: Scalars['String']['input'];
};

export type DataClassDirectiveResolver<Result, Parent, ContextType = OperationContext, Args = DataClassDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type EmbeddingDirectiveArgs = {
  maxInputTokens?: Maybe<Scalars['Int']['input']>;
  route?: Scalars['String']['input'];
  text: Scalars['String']['input'];
};

export type EmbeddingDirectiveResolver<Result, Parent, ContextType = OperationContext, Args = EmbeddingDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type IndexedDirectiveArgs = {
  from: Scalars['String']['input'];
  index: Scalars['String']['input'];
  text: Scalars['String']['input'];
};

export type IndexedDirectiveResolver<Result, Parent, ContextType = OperationContext, Args = IndexedDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type SimilarDirectiveArgs = {
  index: Scalars['String']['input'];
  text: Scalars['String']['input'];
};

export type SimilarDirectiveResolver<Result, Parent, ContextType = OperationContext, Args = SimilarDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type AiActivityResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiActivity'] = ResolversParentTypes['AiActivity']> = {
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  callCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  calls?: Resolver<ReadonlyArray<ResolversTypes['AiRunningCall']>, ParentType, ContextType>;
  deployments?: Resolver<ReadonlyArray<ResolversTypes['AiDeployment']>, ParentType, ContextType>;
  failures?: Resolver<ReadonlyArray<ResolversTypes['AiRecentFailure']>, ParentType, ContextType>;
  fallbacks?: Resolver<ReadonlyArray<ResolversTypes['AiRecentFallback']>, ParentType, ContextType>;
  operationCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  operations?: Resolver<ReadonlyArray<ResolversTypes['AiRunningOperation']>, ParentType, ContextType>;
  streamCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type AiAgentLimitsResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiAgentLimits'] = ResolversParentTypes['AiAgentLimits']> = {
  budgets?: Resolver<ReadonlyArray<ResolversTypes['AiBudget']>, ParentType, ContextType>;
  callsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  concurrency?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requestsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  session?: Resolver<Maybe<ResolversTypes['AiSessionCaps']>, ParentType, ContextType>;
  tokensPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type AiAnswerResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiAnswer'] = ResolversParentTypes['AiAnswer']> = {
  citations?: Resolver<ReadonlyArray<ResolversTypes['AiCitation']>, ParentType, ContextType>;
  completion?: Resolver<ResolversTypes['Completion'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AiAnswerResultResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiAnswerResult'] = ResolversParentTypes['AiAnswerResult']> = {
  __resolveType?: TypeResolveFn<'AiAnswer' | 'BudgetExceeded' | 'GuardrailBlocked' | 'ModelUnavailable' | 'NoAnswer' | 'OtherFailure' | 'RateLimited', ParentType, ContextType>;
};

export type AiBudgetResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiBudget'] = ResolversParentTypes['AiBudget']> = {
  forecast?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  held?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  per?: Resolver<ResolversTypes['AiPeriod'], ParentType, ContextType>;
  resetsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  spent?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['AiBudgetWarning']>, ParentType, ContextType>;
};

export type AiBudgetNoticeResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiBudgetNotice'] = ResolversParentTypes['AiBudgetNotice']> = {
  at?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  budget?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  per?: Resolver<ResolversTypes['AiPeriod'], ParentType, ContextType>;
  periodBegin?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  periodEnd?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  reachedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  spent?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiBudgetWarningResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiBudgetWarning'] = ResolversParentTypes['AiBudgetWarning']> = {
  at?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  isReached?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AiCallResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiCall'] = ResolversParentTypes['AiCall']> = {
  agent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  attempts?: Resolver<ReadonlyArray<ResolversTypes['ProviderAttempt']>, ParentType, ContextType>;
  cache?: Resolver<ResolversTypes['CacheStatus'], ParentType, ContextType>;
  client?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  completionId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  documentId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  errorId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  latencyMs?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  organisation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  principalName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  provider?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  refusedBy?: Resolver<Maybe<ResolversTypes['AiGuardrailRefusal']>, ParentType, ContextType>;
  route?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  savedCost?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  session?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['AiUsageTag']>, ParentType, ContextType>;
  team?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  time?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  timeToFirstTokenMs?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['TokenUsage'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  uses?: Resolver<ReadonlyArray<ResolversTypes['AiCallUse']>, ParentType, ContextType>;
};

export type AiCallListResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiCallList'] = ResolversParentTypes['AiCallList']> = {
  calls?: Resolver<ReadonlyArray<ResolversTypes['AiCall']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiCallUseResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiCallUse'] = ResolversParentTypes['AiCallUse']> = {
  coordinate?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  savedCost?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['TokenUsage'], ParentType, ContextType>;
};

export type AiChangeResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiChange'] = ResolversParentTypes['AiChange']> = {
  action?: Resolver<ResolversTypes['AiChangeAction'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  by?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  parts?: Resolver<ReadonlyArray<ResolversTypes['AiChangedPart']>, ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiChangedPartResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiChangedPart'] = ResolversParentTypes['AiChangedPart']> = {
  after?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiCitationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiCitation'] = ResolversParentTypes['AiCitation']> = {
  entity?: Resolver<Maybe<ResolversTypes['AiEntityRef']>, ParentType, ContextType>;
  marker?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  passage?: Resolver<Maybe<ResolversTypes['SourcePassage']>, ParentType, ContextType>;
  quote?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type AiCollectionResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiCollection'] = ResolversParentTypes['AiCollection']> = {
  embeddingModel?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  passages?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  sources?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AiConversationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiConversation'] = ResolversParentTypes['AiConversation']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isRunning?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  messages?: Resolver<ReadonlyArray<ResolversTypes['AiMessage']>, ParentType, ContextType, RequireFields<AiConversationMessagesArgs, 'last'>>;
  owner?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  title?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AiConversationPageResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiConversationPage'] = ResolversParentTypes['AiConversationPage']> = {
  conversations?: Resolver<ReadonlyArray<ResolversTypes['AiConversation']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiCostResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiCost'] = ResolversParentTypes['AiCost']> = {
  amount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  currency?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiDeploymentResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiDeployment'] = ResolversParentTypes['AiDeployment']> = {
  breaker?: Resolver<ResolversTypes['AiBreaker'], ParentType, ContextType>;
  capabilities?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  contextWindow?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  healthy?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  inputPerMillion?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  maxOutputTokens?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  openUntil?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  outputPerMillion?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  provider?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  recentFailures?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  ttftP50?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
};

export type AiEntityRefResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiEntityRef'] = ResolversParentTypes['AiEntityRef']> = {
  key?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  typeName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiFieldResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiField'] = ResolversParentTypes['AiField']> = {
  arguments?: Resolver<ReadonlyArray<ResolversTypes['AiFieldArgument']>, ParentType, ContextType>;
  ceiling?: Resolver<ResolversTypes['AiFieldCeiling'], ParentType, ContextType>;
  coordinate?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  fieldName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  keys?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  kind?: Resolver<ResolversTypes['AiFieldKind'], ParentType, ContextType>;
  promptId?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  promptVersion?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  route?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  scopes?: Resolver<Maybe<ReadonlyArray<ReadonlyArray<ResolversTypes['String']>>>, ParentType, ContextType>;
  source?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  typeName?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  typical?: Resolver<Maybe<ResolversTypes['AiTypicalUse']>, ParentType, ContextType>;
};

export type AiFieldArgumentResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiFieldArgument'] = ResolversParentTypes['AiFieldArgument']> = {
  defaultValue?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiFieldCeilingResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiFieldCeiling'] = ResolversParentTypes['AiFieldCeiling']> = {
  calls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  cost?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  inputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type AiGraphHealthResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiGraphHealth'] = ResolversParentTypes['AiGraphHealth']> = {
  engine?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hash?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ready?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  since?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  subgraphs?: Resolver<ReadonlyArray<ResolversTypes['AiSubgraphHealth']>, ParentType, ContextType>;
};

export type AiGuardTestResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiGuardTest'] = ResolversParentTypes['AiGuardTest']> = {
  maskedText?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  passes?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  verdicts?: Resolver<ReadonlyArray<ResolversTypes['AiGuardVerdict']>, ParentType, ContextType>;
};

export type AiGuardVerdictResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiGuardVerdict'] = ResolversParentTypes['AiGuardVerdict']> = {
  guardrail?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['AiGuardOutcome'], ParentType, ContextType>;
};

export type AiGuardrailResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiGuardrail'] = ResolversParentTypes['AiGuardrail']> = {
  action?: Resolver<ResolversTypes['AiGuardAction'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  routes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  sides?: Resolver<ReadonlyArray<ResolversTypes['AiGuardedSide']>, ParentType, ContextType>;
  waitsForWhole?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
};

export type AiGuardrailRefusalResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiGuardrailRefusal'] = ResolversParentTypes['AiGuardrailRefusal']> = {
  guardrail?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  on?: Resolver<ResolversTypes['GuardedSide'], ParentType, ContextType>;
};

export type AiHealthResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiHealth'] = ResolversParentTypes['AiHealth']> = {
  graph?: Resolver<Maybe<ResolversTypes['AiGraphHealth']>, ParentType, ContextType>;
  ledger?: Resolver<Maybe<ResolversTypes['AiLedgerHealth']>, ParentType, ContextType>;
  memoryBytes?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  startedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  storeProblems?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  unpricedDeployments?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiKeyResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiKey'] = ResolversParentTypes['AiKey']> = {
  agent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  budgets?: Resolver<ReadonlyArray<ResolversTypes['AiBudget']>, ParentType, ContextType>;
  callsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['AiChange']>, ParentType, ContextType, RequireFields<AiKeyChangesArgs, 'first'>>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  createdBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  formerSecretEndsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastUsedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  madeBy?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  monthlyBudget?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  requestsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  routes?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  session?: Resolver<Maybe<ResolversTypes['AiSessionCaps']>, ParentType, ContextType>;
  team?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedBy?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AiLedgerHealthResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiLedgerHealth'] = ResolversParentTypes['AiLedgerHealth']> = {
  waitingCalls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  writable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AiMessageResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiMessage'] = ResolversParentTypes['AiMessage']> = {
  completion?: Resolver<Maybe<ResolversTypes['Completion']>, ParentType, ContextType>;
  content?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  role?: Resolver<ResolversTypes['MessageRole'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  turn?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AiOrganisationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiOrganisation'] = ResolversParentTypes['AiOrganisation']> = {
  archivedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  budgets?: Resolver<ReadonlyArray<ResolversTypes['AiBudget']>, ParentType, ContextType>;
  cacheSharing?: Resolver<Maybe<ResolversTypes['AiCacheSharing']>, ParentType, ContextType>;
  callsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['AiChange']>, ParentType, ContextType, RequireFields<AiOrganisationChangesArgs, 'first'>>;
  concurrency?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  createdBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  declared?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  guardrails?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  requestsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  routes?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  scopes?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  session?: Resolver<Maybe<ResolversTypes['AiSessionCaps']>, ParentType, ContextType>;
  timeZone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tokensPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AiQuotaResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiQuota'] = ResolversParentTypes['AiQuota']> = {
  held?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  of?: Resolver<ResolversTypes['AiCounted'], ParentType, ContextType>;
  per?: Resolver<ResolversTypes['AiPeriod'], ParentType, ContextType>;
  resetsAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  used?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type AiQuoteResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiQuote'] = ResolversParentTypes['AiQuote']> = {
  allowed?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  cost?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  demand?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  depth?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  fields?: Resolver<ReadonlyArray<ResolversTypes['AiQuotedField']>, ParentType, ContextType>;
  inputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  reason?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiQuotedFieldResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiQuotedField'] = ResolversParentTypes['AiQuotedField']> = {
  calls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  column?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  coordinate?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  cost?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  line?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiRatingRowResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiRatingRow'] = ResolversParentTypes['AiRatingRow']> = {
  average?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  bad?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  good?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  key?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  ratings?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type AiRecentFailureResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiRecentFailure'] = ResolversParentTypes['AiRecentFailure']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  lastAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AiRecentFallbackResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiRecentFallback'] = ResolversParentTypes['AiRecentFallback']> = {
  code?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  count?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  deployment?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  lastAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AiRouteResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiRoute'] = ResolversParentTypes['AiRoute']> = {
  deployments?: Resolver<ReadonlyArray<ResolversTypes['AiDeployment']>, ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiRunningCallResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiRunningCall'] = ResolversParentTypes['AiRunningCall']> = {
  client?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  coordinates?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  operation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  route?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  stage?: Resolver<ResolversTypes['AiCallStage'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AiRunningOperationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiRunningOperation'] = ResolversParentTypes['AiRunningOperation']> = {
  client?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  isStream?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AiSearchResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiSearch'] = ResolversParentTypes['AiSearch']> = {
  hits?: Resolver<ReadonlyArray<ResolversTypes['AiSearchHit']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type AiSearchHitResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiSearchHit'] = ResolversParentTypes['AiSearchHit']> = {
  entity?: Resolver<Maybe<ResolversTypes['AiEntityRef']>, ParentType, ContextType>;
  passage?: Resolver<Maybe<ResolversTypes['SourcePassage']>, ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type AiSearchResultResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiSearchResult'] = ResolversParentTypes['AiSearchResult']> = {
  __resolveType?: TypeResolveFn<'AiSearch' | 'BudgetExceeded' | 'ModelUnavailable' | 'OtherFailure' | 'RateLimited', ParentType, ContextType>;
};

export type AiSessionCapsResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiSessionCaps'] = ResolversParentTypes['AiSessionCaps']> = {
  amount?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  calls?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  minutes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  tokens?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  turns?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  warnAt?: Resolver<ReadonlyArray<ResolversTypes['Float']>, ParentType, ContextType>;
};

export type AiSourceResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiSource'] = ResolversParentTypes['AiSource']> = {
  length?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  mediaType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  passageCount?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  passages?: Resolver<ReadonlyArray<ResolversTypes['SourcePassage']>, ParentType, ContextType, RequireFields<AiSourcePassagesArgs, 'first' | 'start'>>;
  source?: Resolver<ResolversTypes['SourceDocument'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType, RequireFields<AiSourceTextArgs, 'length' | 'start'>>;
};

export type AiSubgraphHealthResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiSubgraphHealth'] = ResolversParentTypes['AiSubgraphHealth']> = {
  answered?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  breaker?: Resolver<ResolversTypes['AiBreaker'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type AiTeamResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiTeam'] = ResolversParentTypes['AiTeam']> = {
  agents?: Resolver<ReadonlyArray<ResolversTypes['AiAgentLimits']>, ParentType, ContextType>;
  archivedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  budgets?: Resolver<ReadonlyArray<ResolversTypes['AiBudget']>, ParentType, ContextType>;
  cacheSharing?: Resolver<Maybe<ResolversTypes['AiCacheSharing']>, ParentType, ContextType>;
  callsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  changes?: Resolver<ReadonlyArray<ResolversTypes['AiChange']>, ParentType, ContextType, RequireFields<AiTeamChangesArgs, 'first'>>;
  concurrency?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  contract?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  createdBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  declared?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  description?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  guardrails?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  members?: Resolver<ReadonlyArray<ResolversTypes['AiTeamMember']>, ParentType, ContextType>;
  organisation?: Resolver<Maybe<ResolversTypes['ID']>, ParentType, ContextType>;
  perUser?: Resolver<Maybe<ResolversTypes['AiUserLimits']>, ParentType, ContextType>;
  requestsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  routes?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  scopes?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  session?: Resolver<Maybe<ResolversTypes['AiSessionCaps']>, ParentType, ContextType>;
  timeZone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tokensPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AiTeamMemberResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiTeamMember'] = ResolversParentTypes['AiTeamMember']> = {
  addedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  addedBy?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  issuer?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiTimePercentilesResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiTimePercentiles'] = ResolversParentTypes['AiTimePercentiles']> = {
  p50Ms?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
  p95Ms?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type AiTokenResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiToken'] = ResolversParentTypes['AiToken']> = {
  budget?: Resolver<Maybe<ResolversTypes['Decimal']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  key?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  revokedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiTypicalUseResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiTypicalUse'] = ResolversParentTypes['AiTypicalUse']> = {
  answers?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  cost?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  inputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  latencyMs?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type AiUsageReportResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiUsageReport'] = ResolversParentTypes['AiUsageReport']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  rows?: Resolver<ReadonlyArray<ResolversTypes['AiUsageRow']>, ParentType, ContextType>;
  total?: Resolver<ResolversTypes['AiUsageRow'], ParentType, ContextType>;
};

export type AiUsageRowResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiUsageRow'] = ResolversParentTypes['AiUsageRow']> = {
  agent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  cache?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  calls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  client?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  coordinate?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  deployment?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  failedCost?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  failures?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  key?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  latency?: Resolver<Maybe<ResolversTypes['AiTimePercentiles']>, ParentType, ContextType>;
  model?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  operations?: Resolver<Maybe<ResolversTypes['SafeInt']>, ParentType, ContextType>;
  organisation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  outcome?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  principal?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  principalName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  route?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  savedCost?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  session?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['AiUsageTag']>, ParentType, ContextType>;
  team?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  timeToFirstToken?: Resolver<Maybe<ResolversTypes['AiTimePercentiles']>, ParentType, ContextType>;
  unpricedCalls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['TokenUsage'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiUsageTagResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiUsageTag'] = ResolversParentTypes['AiUsageTag']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type AiUserBudgetResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiUserBudget'] = ResolversParentTypes['AiUserBudget']> = {
  limit?: Resolver<ResolversTypes['AiCost'], ParentType, ContextType>;
  per?: Resolver<ResolversTypes['AiPeriod'], ParentType, ContextType>;
};

export type AiUserLimitsResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiUserLimits'] = ResolversParentTypes['AiUserLimits']> = {
  budgets?: Resolver<ReadonlyArray<ResolversTypes['AiUserBudget']>, ParentType, ContextType>;
  callsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  concurrency?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  requestsPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  tokensPerMinute?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type AiViewerResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['AiViewer'] = ResolversParentTypes['AiViewer']> = {
  agent?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  budgets?: Resolver<ReadonlyArray<ResolversTypes['AiBudget']>, ParentType, ContextType>;
  organisation?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  principal?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  quotas?: Resolver<ReadonlyArray<ResolversTypes['AiQuota']>, ParentType, ContextType>;
  routes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  scopes?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  team?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type BudgetExceededResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['BudgetExceeded'] = ResolversParentTypes['BudgetExceeded']> = {
  budget?: Resolver<ResolversTypes['AiBudget'], ParentType, ContextType>;
  code?: Resolver<ResolversTypes['FailureCode'], ParentType, ContextType>;
  errorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CitationAddedResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CitationAdded'] = ResolversParentTypes['CitationAdded']> = {
  citation?: Resolver<ResolversTypes['AiCitation'], ParentType, ContextType>;
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CompletionResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Completion'] = ResolversParentTypes['Completion'], FederationReferenceType extends FederationReferenceTypes['Completion'] = FederationReferenceTypes['Completion']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Completion']> | FederationReferenceType, FederationReferenceType, ContextType>;
  citations?: Resolver<ReadonlyArray<ResolversTypes['AiCitation']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['Failure']>, ParentType, ContextType>;
  finishReason?: Resolver<Maybe<ResolversTypes['FinishReason']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  object?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  parts?: Resolver<ReadonlyArray<ResolversTypes['MessagePart']>, ParentType, ContextType>;
  provenance?: Resolver<Maybe<ResolversTypes['Provenance']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['CompletionStatus'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  usage?: Resolver<Maybe<ResolversTypes['TokenUsage']>, ParentType, ContextType>;
  warnings?: Resolver<ReadonlyArray<ResolversTypes['String']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CompletionEventResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CompletionEvent'] = ResolversParentTypes['CompletionEvent']> = {
  __resolveType?: TypeResolveFn<'CitationAdded' | 'CompletionFailed' | 'CompletionFinished' | 'CompletionSnapshot' | 'CompletionStarted' | 'ObjectDelta' | 'ReasoningDelta' | 'TextDelta' | 'ToolCallDelta' | 'ToolCallReady', ParentType, ContextType>;
};

export type CompletionFailedResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CompletionFailed'] = ResolversParentTypes['CompletionFailed']> = {
  completion?: Resolver<ResolversTypes['Completion'], ParentType, ContextType>;
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  failure?: Resolver<ResolversTypes['Failure'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CompletionFeedbackResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CompletionFeedback'] = ResolversParentTypes['CompletionFeedback']> = {
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  score?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type CompletionFinishedResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CompletionFinished'] = ResolversParentTypes['CompletionFinished']> = {
  completion?: Resolver<ResolversTypes['Completion'], ParentType, ContextType>;
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CompletionResultResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CompletionResult'] = ResolversParentTypes['CompletionResult']> = {
  __resolveType?: TypeResolveFn<'BudgetExceeded' | 'Completion' | 'GuardrailBlocked' | 'InvalidOutput' | 'ModelUnavailable' | 'OtherFailure' | 'RateLimited', ParentType, ContextType>;
};

export type CompletionSnapshotResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CompletionSnapshot'] = ResolversParentTypes['CompletionSnapshot']> = {
  completion?: Resolver<ResolversTypes['Completion'], ParentType, ContextType>;
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CompletionStartedResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CompletionStarted'] = ResolversParentTypes['CompletionStarted']> = {
  completion?: Resolver<ResolversTypes['Completion'], ParentType, ContextType>;
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CreatedAiKeyResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CreatedAiKey'] = ResolversParentTypes['CreatedAiKey']> = {
  key?: Resolver<ResolversTypes['AiKey'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CreatedAiTokenResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['CreatedAiToken'] = ResolversParentTypes['CreatedAiToken']> = {
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  secret?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  user?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface CursorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Cursor'], any> {
  name: 'Cursor';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type EmbeddingResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Embedding'] = ResolversParentTypes['Embedding']> = {
  dimensions?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  floats?: Resolver<ReadonlyArray<ReadonlyArray<ResolversTypes['Float']>>, ParentType, ContextType>;
  provenance?: Resolver<ResolversTypes['Provenance'], ParentType, ContextType>;
  usage?: Resolver<ResolversTypes['TokenUsage'], ParentType, ContextType>;
  vectors?: Resolver<ReadonlyArray<ResolversTypes['Vector']>, ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type EmbeddingResultResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['EmbeddingResult'] = ResolversParentTypes['EmbeddingResult']> = {
  __resolveType?: TypeResolveFn<'BudgetExceeded' | 'Embedding' | 'GuardrailBlocked' | 'ModelUnavailable' | 'OtherFailure' | 'RateLimited', ParentType, ContextType>;
};

export type ErasedAiUserResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ErasedAiUser'] = ResolversParentTypes['ErasedAiUser']> = {
  calls?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  completions?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  conversations?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  tokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type FailureResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Failure'] = ResolversParentTypes['Failure']> = {
  __resolveType?: TypeResolveFn<'BudgetExceeded' | 'GuardrailBlocked' | 'InvalidOutput' | 'ModelUnavailable' | 'OtherFailure' | 'RateLimited', ParentType, ContextType>;
};

export type GuardrailBlockedResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['GuardrailBlocked'] = ResolversParentTypes['GuardrailBlocked']> = {
  code?: Resolver<ResolversTypes['FailureCode'], ParentType, ContextType>;
  errorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  guardrail?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  on?: Resolver<ResolversTypes['GuardedSide'], ParentType, ContextType>;
  retryAfterMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type IngestionResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Ingestion'] = ResolversParentTypes['Ingestion']> = {
  collection?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  done?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  failed?: Resolver<ReadonlyArray<ResolversTypes['SourceFailure']>, ParentType, ContextType>;
  failure?: Resolver<Maybe<ResolversTypes['Failure']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  startedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['CompletionStatus'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  unchanged?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InvalidOutputResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['InvalidOutput'] = ResolversParentTypes['InvalidOutput']> = {
  code?: Resolver<ResolversTypes['FailureCode'], ParentType, ContextType>;
  errorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  issues?: Resolver<ReadonlyArray<ResolversTypes['OutputIssue']>, ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], any> {
  name: 'JSON';
}

export type MessagePartResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['MessagePart'] = ResolversParentTypes['MessagePart']> = {
  __resolveType?: TypeResolveFn<'ReasoningPart' | 'TextPart' | 'ToolCallPart', ParentType, ContextType>;
};

export type ModelUnavailableResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ModelUnavailable'] = ResolversParentTypes['ModelUnavailable']> = {
  attempts?: Resolver<ReadonlyArray<ResolversTypes['ProviderAttempt']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['FailureCode'], ParentType, ContextType>;
  errorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type MutationResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  addAiTeamMember?: Resolver<Maybe<ResolversTypes['AiTeamMember']>, ParentType, ContextType, RequireFields<MutationAddAiTeamMemberArgs, 'issuer' | 'team' | 'user'>>;
  archiveAiOrganisation?: Resolver<Maybe<ResolversTypes['AiOrganisation']>, ParentType, ContextType, RequireFields<MutationArchiveAiOrganisationArgs, 'archived' | 'id'>>;
  archiveAiTeam?: Resolver<Maybe<ResolversTypes['AiTeam']>, ParentType, ContextType, RequireFields<MutationArchiveAiTeamArgs, 'archived' | 'id'>>;
  cancelCompletion?: Resolver<Maybe<ResolversTypes['Completion']>, ParentType, ContextType, Partial<MutationCancelCompletionArgs>>;
  complete?: Resolver<Maybe<ResolversTypes['CompletionResult']>, ParentType, ContextType, RequireFields<MutationCompleteArgs, 'input'>>;
  createAiConversation?: Resolver<ResolversTypes['AiConversation'], ParentType, ContextType, Partial<MutationCreateAiConversationArgs>>;
  createAiKey?: Resolver<Maybe<ResolversTypes['CreatedAiKey']>, ParentType, ContextType, RequireFields<MutationCreateAiKeyArgs, 'input'>>;
  createAiOrganisation?: Resolver<Maybe<ResolversTypes['AiOrganisation']>, ParentType, ContextType, RequireFields<MutationCreateAiOrganisationArgs, 'input'>>;
  createAiTeam?: Resolver<Maybe<ResolversTypes['AiTeam']>, ParentType, ContextType, RequireFields<MutationCreateAiTeamArgs, 'input'>>;
  createAiToken?: Resolver<ResolversTypes['CreatedAiToken'], ParentType, ContextType, RequireFields<MutationCreateAiTokenArgs, 'input'>>;
  deleteAiConversation?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType, RequireFields<MutationDeleteAiConversationArgs, 'id'>>;
  deleteSource?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType, RequireFields<MutationDeleteSourceArgs, 'collection' | 'sourceId'>>;
  eraseAiUser?: Resolver<ResolversTypes['ErasedAiUser'], ParentType, ContextType, RequireFields<MutationEraseAiUserArgs, 'input'>>;
  ingest?: Resolver<Maybe<ResolversTypes['Ingestion']>, ParentType, ContextType, RequireFields<MutationIngestArgs, 'input'>>;
  rateCompletion?: Resolver<Maybe<ResolversTypes['CompletionFeedback']>, ParentType, ContextType, RequireFields<MutationRateCompletionArgs, 'id' | 'score'>>;
  removeAiTeamMember?: Resolver<Maybe<ResolversTypes['AiTeamMember']>, ParentType, ContextType, RequireFields<MutationRemoveAiTeamMemberArgs, 'issuer' | 'team' | 'user'>>;
  renameAiConversation?: Resolver<Maybe<ResolversTypes['AiConversation']>, ParentType, ContextType, RequireFields<MutationRenameAiConversationArgs, 'id' | 'title'>>;
  revokeAiKey?: Resolver<Maybe<ResolversTypes['AiKey']>, ParentType, ContextType, RequireFields<MutationRevokeAiKeyArgs, 'id'>>;
  revokeAiToken?: Resolver<Maybe<ResolversTypes['AiToken']>, ParentType, ContextType, RequireFields<MutationRevokeAiTokenArgs, 'id'>>;
  revokeAiUser?: Resolver<ResolversTypes['RevokedAiUser'], ParentType, ContextType, RequireFields<MutationRevokeAiUserArgs, 'input'>>;
  rotateAiKey?: Resolver<Maybe<ResolversTypes['CreatedAiKey']>, ParentType, ContextType, RequireFields<MutationRotateAiKeyArgs, 'id' | 'overlapSeconds'>>;
  startCompletion?: Resolver<Maybe<ResolversTypes['StartCompletionResult']>, ParentType, ContextType, RequireFields<MutationStartCompletionArgs, 'input'>>;
  updateAiKey?: Resolver<Maybe<ResolversTypes['AiKey']>, ParentType, ContextType, RequireFields<MutationUpdateAiKeyArgs, 'id' | 'input'>>;
  updateAiOrganisation?: Resolver<Maybe<ResolversTypes['AiOrganisation']>, ParentType, ContextType, RequireFields<MutationUpdateAiOrganisationArgs, 'id' | 'input'>>;
  updateAiTeam?: Resolver<Maybe<ResolversTypes['AiTeam']>, ParentType, ContextType, RequireFields<MutationUpdateAiTeamArgs, 'id' | 'input'>>;
};

export type NoAnswerResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['NoAnswer'] = ResolversParentTypes['NoAnswer']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ObjectDeltaResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ObjectDelta'] = ResolversParentTypes['ObjectDelta']> = {
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  object?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OtherFailureResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['OtherFailure'] = ResolversParentTypes['OtherFailure']> = {
  code?: Resolver<ResolversTypes['FailureCode'], ParentType, ContextType>;
  errorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type OutputIssueResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['OutputIssue'] = ResolversParentTypes['OutputIssue']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  path?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type ProvenanceResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Provenance'] = ResolversParentTypes['Provenance']> = {
  attempts?: Resolver<ReadonlyArray<ResolversTypes['ProviderAttempt']>, ParentType, ContextType>;
  cache?: Resolver<ResolversTypes['CacheStatus'], ParentType, ContextType>;
  deployment?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  latencyMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  model?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  provider?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  route?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timeToFirstTokenMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
};

export type ProviderAttemptResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ProviderAttempt'] = ResolversParentTypes['ProviderAttempt']> = {
  deployment?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  latencyMs?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  outcome?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  aiAnswer?: Resolver<Maybe<ResolversTypes['AiAnswerResult']>, ParentType, ContextType, RequireFields<QueryAiAnswerArgs, 'input'>>;
  aiCall?: Resolver<Maybe<ResolversTypes['AiCall']>, ParentType, ContextType, RequireFields<QueryAiCallArgs, 'id'>>;
  aiCalls?: Resolver<ResolversTypes['AiCallList'], ParentType, ContextType, RequireFields<QueryAiCallsArgs, 'input'>>;
  aiCollections?: Resolver<ReadonlyArray<ResolversTypes['AiCollection']>, ParentType, ContextType>;
  aiConversation?: Resolver<Maybe<ResolversTypes['AiConversation']>, ParentType, ContextType, RequireFields<QueryAiConversationArgs, 'id'>>;
  aiConversations?: Resolver<ResolversTypes['AiConversationPage'], ParentType, ContextType, RequireFields<QueryAiConversationsArgs, 'first'>>;
  aiFields?: Resolver<ReadonlyArray<ResolversTypes['AiField']>, ParentType, ContextType>;
  aiGuardrails?: Resolver<ReadonlyArray<ResolversTypes['AiGuardrail']>, ParentType, ContextType>;
  aiHealth?: Resolver<ResolversTypes['AiHealth'], ParentType, ContextType>;
  aiIngestions?: Resolver<ReadonlyArray<ResolversTypes['Ingestion']>, ParentType, ContextType, RequireFields<QueryAiIngestionsArgs, 'collection' | 'first'>>;
  aiKeys?: Resolver<ReadonlyArray<ResolversTypes['AiKey']>, ParentType, ContextType>;
  aiOrganisations?: Resolver<ReadonlyArray<ResolversTypes['AiOrganisation']>, ParentType, ContextType>;
  aiQuote?: Resolver<ResolversTypes['AiQuote'], ParentType, ContextType, RequireFields<QueryAiQuoteArgs, 'document'>>;
  aiRatings?: Resolver<ReadonlyArray<ResolversTypes['AiRatingRow']>, ParentType, ContextType, RequireFields<QueryAiRatingsArgs, 'input'>>;
  aiRoutes?: Resolver<ReadonlyArray<ResolversTypes['AiRoute']>, ParentType, ContextType>;
  aiSearch?: Resolver<Maybe<ResolversTypes['AiSearchResult']>, ParentType, ContextType, RequireFields<QueryAiSearchArgs, 'input'>>;
  aiSource?: Resolver<Maybe<ResolversTypes['AiSource']>, ParentType, ContextType, RequireFields<QueryAiSourceArgs, 'collection' | 'id'>>;
  aiSources?: Resolver<ReadonlyArray<ResolversTypes['SourceDocument']>, ParentType, ContextType, RequireFields<QueryAiSourcesArgs, 'collection' | 'first'>>;
  aiTeams?: Resolver<ReadonlyArray<ResolversTypes['AiTeam']>, ParentType, ContextType>;
  aiUsage?: Resolver<ResolversTypes['AiUsageReport'], ParentType, ContextType, RequireFields<QueryAiUsageArgs, 'input'>>;
  aiViewer?: Resolver<ResolversTypes['AiViewer'], ParentType, ContextType>;
  completion?: Resolver<Maybe<ResolversTypes['CompletionResult']>, ParentType, ContextType, RequireFields<QueryCompletionArgs, 'input'>>;
  completionById?: Resolver<Maybe<ResolversTypes['Completion']>, ParentType, ContextType, RequireFields<QueryCompletionByIdArgs, 'id'>>;
  embedding?: Resolver<Maybe<ResolversTypes['EmbeddingResult']>, ParentType, ContextType, RequireFields<QueryEmbeddingArgs, 'input'>>;
  testGuardrails?: Resolver<Maybe<ResolversTypes['AiGuardTest']>, ParentType, ContextType, RequireFields<QueryTestGuardrailsArgs, 'route' | 'side' | 'text'>>;
};

export type RateLimitedResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['RateLimited'] = ResolversParentTypes['RateLimited']> = {
  code?: Resolver<ResolversTypes['FailureCode'], ParentType, ContextType>;
  errorId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  limit?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  retryAfterMs?: Resolver<Maybe<ResolversTypes['Int']>, ParentType, ContextType>;
  retryable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReasoningDeltaResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ReasoningDelta'] = ResolversParentTypes['ReasoningDelta']> = {
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  offset?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ReasoningPartResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ReasoningPart'] = ResolversParentTypes['ReasoningPart']> = {
  opaque?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type RevokedAiUserResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['RevokedAiUser'] = ResolversParentTypes['RevokedAiUser']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export interface SafeIntScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['SafeInt'], any> {
  name: 'SafeInt';
}

export type SourceDocumentResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['SourceDocument'] = ResolversParentTypes['SourceDocument'], FederationReferenceType extends FederationReferenceTypes['SourceDocument'] = FederationReferenceTypes['SourceDocument']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['SourceDocument']> | FederationReferenceType, FederationReferenceType, ContextType>;
  collection?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  metadata?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  title?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type SourceFailureResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['SourceFailure'] = ResolversParentTypes['SourceFailure']> = {
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  sourceId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
};

export type SourcePassageResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['SourcePassage'] = ResolversParentTypes['SourcePassage']> = {
  end?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  source?: Resolver<ResolversTypes['SourceDocument'], ParentType, ContextType>;
  start?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type StartCompletionResultResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['StartCompletionResult'] = ResolversParentTypes['StartCompletionResult']> = {
  __resolveType?: TypeResolveFn<'BudgetExceeded' | 'Completion' | 'GuardrailBlocked' | 'OtherFailure' | 'RateLimited', ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  aiActivity?: SubscriptionResolver<ResolversTypes['AiActivity'], "aiActivity", ParentType, ContextType>;
  aiAnswerStream?: SubscriptionResolver<ResolversTypes['CompletionEvent'], "aiAnswerStream", ParentType, ContextType, RequireFields<SubscriptionAiAnswerStreamArgs, 'delivery' | 'input'>>;
  aiBudgetWarnings?: SubscriptionResolver<ResolversTypes['AiBudgetNotice'], "aiBudgetWarnings", ParentType, ContextType, Partial<SubscriptionAiBudgetWarningsArgs>>;
  completionEvents?: SubscriptionResolver<ResolversTypes['CompletionEvent'], "completionEvents", ParentType, ContextType, RequireFields<SubscriptionCompletionEventsArgs, 'delivery' | 'id'>>;
  completionStream?: SubscriptionResolver<ResolversTypes['CompletionEvent'], "completionStream", ParentType, ContextType, RequireFields<SubscriptionCompletionStreamArgs, 'delivery' | 'input'>>;
  ingestion?: SubscriptionResolver<ResolversTypes['Ingestion'], "ingestion", ParentType, ContextType, RequireFields<SubscriptionIngestionArgs, 'id'>>;
};

export type TextDeltaResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TextDelta'] = ResolversParentTypes['TextDelta']> = {
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  offset?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TextPartResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TextPart'] = ResolversParentTypes['TextPart']> = {
  text?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TokenUsageResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['TokenUsage'] = ResolversParentTypes['TokenUsage']> = {
  cacheReadTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  cacheWriteTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  cost?: Resolver<Maybe<ResolversTypes['AiCost']>, ParentType, ContextType>;
  estimated?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  freshInputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  outputTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  reasoningTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
  totalTokens?: Resolver<ResolversTypes['SafeInt'], ParentType, ContextType>;
};

export type ToolCallResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ToolCall'] = ResolversParentTypes['ToolCall']> = {
  arguments?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  opaque?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type ToolCallDeltaResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ToolCallDelta'] = ResolversParentTypes['ToolCallDelta']> = {
  argumentsText?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  callId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  offset?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ToolCallPartResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ToolCallPart'] = ResolversParentTypes['ToolCallPart']> = {
  call?: Resolver<ResolversTypes['ToolCall'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type ToolCallReadyResolvers<ContextType = OperationContext, ParentType extends ResolversParentTypes['ToolCallReady'] = ResolversParentTypes['ToolCallReady']> = {
  call?: Resolver<ResolversTypes['ToolCall'], ParentType, ContextType>;
  completionId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  cursor?: Resolver<ResolversTypes['Cursor'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export interface VectorScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Vector'], any> {
  name: 'Vector';
}

export type Resolvers<ContextType = OperationContext> = {
  AiActivity?: AiActivityResolvers<ContextType>;
  AiAgentLimits?: AiAgentLimitsResolvers<ContextType>;
  AiAnswer?: AiAnswerResolvers<ContextType>;
  AiAnswerResult?: AiAnswerResultResolvers<ContextType>;
  AiBudget?: AiBudgetResolvers<ContextType>;
  AiBudgetNotice?: AiBudgetNoticeResolvers<ContextType>;
  AiBudgetWarning?: AiBudgetWarningResolvers<ContextType>;
  AiCall?: AiCallResolvers<ContextType>;
  AiCallList?: AiCallListResolvers<ContextType>;
  AiCallUse?: AiCallUseResolvers<ContextType>;
  AiChange?: AiChangeResolvers<ContextType>;
  AiChangedPart?: AiChangedPartResolvers<ContextType>;
  AiCitation?: AiCitationResolvers<ContextType>;
  AiCollection?: AiCollectionResolvers<ContextType>;
  AiConversation?: AiConversationResolvers<ContextType>;
  AiConversationPage?: AiConversationPageResolvers<ContextType>;
  AiCost?: AiCostResolvers<ContextType>;
  AiDeployment?: AiDeploymentResolvers<ContextType>;
  AiEntityRef?: AiEntityRefResolvers<ContextType>;
  AiField?: AiFieldResolvers<ContextType>;
  AiFieldArgument?: AiFieldArgumentResolvers<ContextType>;
  AiFieldCeiling?: AiFieldCeilingResolvers<ContextType>;
  AiGraphHealth?: AiGraphHealthResolvers<ContextType>;
  AiGuardTest?: AiGuardTestResolvers<ContextType>;
  AiGuardVerdict?: AiGuardVerdictResolvers<ContextType>;
  AiGuardrail?: AiGuardrailResolvers<ContextType>;
  AiGuardrailRefusal?: AiGuardrailRefusalResolvers<ContextType>;
  AiHealth?: AiHealthResolvers<ContextType>;
  AiKey?: AiKeyResolvers<ContextType>;
  AiLedgerHealth?: AiLedgerHealthResolvers<ContextType>;
  AiMessage?: AiMessageResolvers<ContextType>;
  AiOrganisation?: AiOrganisationResolvers<ContextType>;
  AiQuota?: AiQuotaResolvers<ContextType>;
  AiQuote?: AiQuoteResolvers<ContextType>;
  AiQuotedField?: AiQuotedFieldResolvers<ContextType>;
  AiRatingRow?: AiRatingRowResolvers<ContextType>;
  AiRecentFailure?: AiRecentFailureResolvers<ContextType>;
  AiRecentFallback?: AiRecentFallbackResolvers<ContextType>;
  AiRoute?: AiRouteResolvers<ContextType>;
  AiRunningCall?: AiRunningCallResolvers<ContextType>;
  AiRunningOperation?: AiRunningOperationResolvers<ContextType>;
  AiSearch?: AiSearchResolvers<ContextType>;
  AiSearchHit?: AiSearchHitResolvers<ContextType>;
  AiSearchResult?: AiSearchResultResolvers<ContextType>;
  AiSessionCaps?: AiSessionCapsResolvers<ContextType>;
  AiSource?: AiSourceResolvers<ContextType>;
  AiSubgraphHealth?: AiSubgraphHealthResolvers<ContextType>;
  AiTeam?: AiTeamResolvers<ContextType>;
  AiTeamMember?: AiTeamMemberResolvers<ContextType>;
  AiTimePercentiles?: AiTimePercentilesResolvers<ContextType>;
  AiToken?: AiTokenResolvers<ContextType>;
  AiTypicalUse?: AiTypicalUseResolvers<ContextType>;
  AiUsageReport?: AiUsageReportResolvers<ContextType>;
  AiUsageRow?: AiUsageRowResolvers<ContextType>;
  AiUsageTag?: AiUsageTagResolvers<ContextType>;
  AiUserBudget?: AiUserBudgetResolvers<ContextType>;
  AiUserLimits?: AiUserLimitsResolvers<ContextType>;
  AiViewer?: AiViewerResolvers<ContextType>;
  BudgetExceeded?: BudgetExceededResolvers<ContextType>;
  CitationAdded?: CitationAddedResolvers<ContextType>;
  Completion?: CompletionResolvers<ContextType>;
  CompletionEvent?: CompletionEventResolvers<ContextType>;
  CompletionFailed?: CompletionFailedResolvers<ContextType>;
  CompletionFeedback?: CompletionFeedbackResolvers<ContextType>;
  CompletionFinished?: CompletionFinishedResolvers<ContextType>;
  CompletionResult?: CompletionResultResolvers<ContextType>;
  CompletionSnapshot?: CompletionSnapshotResolvers<ContextType>;
  CompletionStarted?: CompletionStartedResolvers<ContextType>;
  CreatedAiKey?: CreatedAiKeyResolvers<ContextType>;
  CreatedAiToken?: CreatedAiTokenResolvers<ContextType>;
  Cursor?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  Embedding?: EmbeddingResolvers<ContextType>;
  EmbeddingResult?: EmbeddingResultResolvers<ContextType>;
  ErasedAiUser?: ErasedAiUserResolvers<ContextType>;
  Failure?: FailureResolvers<ContextType>;
  GuardrailBlocked?: GuardrailBlockedResolvers<ContextType>;
  Ingestion?: IngestionResolvers<ContextType>;
  InvalidOutput?: InvalidOutputResolvers<ContextType>;
  JSON?: GraphQLScalarType;
  MessagePart?: MessagePartResolvers<ContextType>;
  ModelUnavailable?: ModelUnavailableResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  NoAnswer?: NoAnswerResolvers<ContextType>;
  ObjectDelta?: ObjectDeltaResolvers<ContextType>;
  OtherFailure?: OtherFailureResolvers<ContextType>;
  OutputIssue?: OutputIssueResolvers<ContextType>;
  Provenance?: ProvenanceResolvers<ContextType>;
  ProviderAttempt?: ProviderAttemptResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  RateLimited?: RateLimitedResolvers<ContextType>;
  ReasoningDelta?: ReasoningDeltaResolvers<ContextType>;
  ReasoningPart?: ReasoningPartResolvers<ContextType>;
  RevokedAiUser?: RevokedAiUserResolvers<ContextType>;
  SafeInt?: GraphQLScalarType;
  SourceDocument?: SourceDocumentResolvers<ContextType>;
  SourceFailure?: SourceFailureResolvers<ContextType>;
  SourcePassage?: SourcePassageResolvers<ContextType>;
  StartCompletionResult?: StartCompletionResultResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
  TextDelta?: TextDeltaResolvers<ContextType>;
  TextPart?: TextPartResolvers<ContextType>;
  TokenUsage?: TokenUsageResolvers<ContextType>;
  ToolCall?: ToolCallResolvers<ContextType>;
  ToolCallDelta?: ToolCallDeltaResolvers<ContextType>;
  ToolCallPart?: ToolCallPartResolvers<ContextType>;
  ToolCallReady?: ToolCallReadyResolvers<ContextType>;
  Vector?: GraphQLScalarType;
};

export type DirectiveResolvers<ContextType = OperationContext> = {
  answer?: AnswerDirectiveResolver<any, any, ContextType>;
  completion?: CompletionDirectiveResolver<any, any, ContextType>;
  dataClass?: DataClassDirectiveResolver<any, any, ContextType>;
  embedding?: EmbeddingDirectiveResolver<any, any, ContextType>;
  indexed?: IndexedDirectiveResolver<any, any, ContextType>;
  similar?: SimilarDirectiveResolver<any, any, ContextType>;
};
