/** Services: everything that resolvers reach beyond the schema. The wiring fills it; tests fill it with small fakes. */
import type { DocumentNode, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { KeyDesk } from '../access/issue-keys.ts';
import type { FindPresent } from '../access/present-principal.ts';
import type { MemberDesk } from '../access/teams/member-desk.ts';
import type { TeamBook } from '../access/teams/team-book.ts';
import type { TeamDesk } from '../access/teams/team-desk.ts';
import type { TokenDesk } from '../access/tokens/token-desk.ts';
import type { UserEraser } from '../access/users/erase-user.ts';
import type { Call, Handlers, Principal } from '../core/call/call.ts';
import type { Limit } from '../core/call/hold.ts';
import type { GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';
import type { Templates } from '../fields/prompt-templates.ts';
import type { FieldsRead } from '../fields/read-fields.ts';
import type { Activity } from '../operations/activity/activity.ts';
import type { JudgedDemand } from '../operations/admit.ts';
import type { CallSource } from '../operations/field-call.ts';
import type { LimitsOfField } from '../operations/limits/field-limits.ts';
import type { WarningFeed } from '../operations/limits/follow-warnings.ts';
import type { RouteView } from '../operations/route-view.ts';
import type { PathsOf } from '../operations/usage.ts';
import type { Ceiling } from '../pricing/ceiling.ts';
import type { Quote } from '../pricing/quote.ts';
import type { Entities } from '../retrieval/entities/entities.ts';
import type { Retrieval } from '../retrieval/retrieval.ts';
import type { Runs } from '../runs/run.ts';
import type { Changes } from '../storage/changes/changes.ts';
import type { Completions } from '../storage/completions/completions.ts';
import type { Conversations } from '../storage/conversations/conversations.ts';
import type { Identities } from '../storage/identities/identities.ts';
import type { KeyRecord } from '../storage/keys/keys.ts';
import type { Ledger } from '../storage/ledger/ledger.ts';
import type { Limits } from '../storage/limits/limits.ts';
import type { Passages } from '../storage/passages/passages.ts';
import type { GuardView, HealthView } from './result-views.ts';

export type { DeploymentView, RouteView } from '../operations/route-view.ts';

export interface GuardTest {
  readonly verdicts: readonly GuardVerdict[];
  readonly maskedText: string | null;
}

export interface GuardVerdict {
  readonly guardrail: string;
  readonly outcome: 'allowed' | 'blocked' | 'failed';
  readonly message: string | null;
}

export interface Services {
  readonly handle: Handlers;
  readonly runs: Runs;
  readonly completions: Pick<Completions, 'rate' | 'ratings'>;
  readonly conversations: Omit<Conversations, 'recover' | 'expire' | 'close'>;
  readonly limits: Pick<Limits, 'budgets' | 'quotas'>;
  readonly ledger: Pick<Ledger, 'totals' | 'calls' | 'call' | 'hasCall' | 'typicalUses'>;
  readonly budgetWarnings: Pick<WarningFeed, 'follow'>;
  readonly changes: Pick<Changes, 'of'>;
  readonly keys: KeyDesk;
  readonly directory: TeamDesk;
  readonly members: MemberDesk;
  readonly teamBook: Pick<TeamBook, 'limitsOfTeam' | 'limitsOfAgent' | 'limitsOfOrganisation'>;
  /** The limits that the calls of a key draw on: those of the key, of the keys above it, of its team and of its organisation. */
  keyAccounts(key: KeyRecord): Promise<readonly Limit[]>;
  /** What a principal may do now: for what goes on for long. */
  readonly present: FindPresent;
  readonly tokens: TokenDesk;
  readonly users: Pick<UserEraser, 'erase'>;
  readonly identities: Pick<Identities, 'usersNamed' | 'userNames'>;
  readonly retrieval: Retrieval;
  readonly passages: Pick<Passages, 'source' | 'sources' | 'sourceSize' | 'passagesOf'>;
  /** All routes, in the order of the configuration, with their health now. */
  routes(): readonly RouteView[];
  /** What runs now, and what failed in the last minutes. */
  readonly activity: Pick<Activity, 'look' | 'atDeployment'>;
  /**
   * Maximum cost of the request on that route: at its most expensive deployment, with the maximum output that is sent. `moreInputTokens`: tokens
   * that will be added before the request is sent.
   */
  ceiling(route: string, request: ModelRequest, moreInputTokens: number): Ceiling;
  /** Limits of a field. Default: no field has limits of its own. */
  readonly limitsOfField?: LimitsOfField;
  /** The deployments of a route that the operator's rules allow. Default: there are no rules. */
  readonly routeFor?: NonNullable<CallSource['routeFor']>;
  /** The guards of the routes. */
  readonly guards: {
    of(principal: Principal, routes: readonly string[]): readonly GuardView[];
    /** `call`: the caller and the route. */
    test(text: string, on: 'input' | 'output', call: Call): Promise<GuardTest>;
  };
  health(): HealthView;
  /** Maximum number of tokens that retrieval adds to a question: its instructions and that many passages. */
  answerTokens(passages: number): number;
  /** Places of the field in the client's response. There are several when one entity stands in several places. */
  pathsOf(info: Pick<GraphQLResolveInfo, 'parentType' | 'fieldName' | 'path'>): PathsOf;
  /** Maximum cost of one operation. Null: only budgets limit it. */
  readonly maxCostPerOperation: NanoUsd | null;
  /** Maximum cost of the operation for that caller, compiled once per schema and document. */
  quote(
    schema: GraphQLSchema,
    document: DocumentNode,
    operationName: string | null,
    variables: Readonly<Record<string, unknown>>,
    caller: Principal | null,
  ): Quote | Promise<Quote>;
  /**
   * Maximum demand of the operation on subgraphs, and why it is refused. Null: nothing bounds it. Rejects with the reason when it cannot be
   * counted.
   */
  demand(
    schema: GraphQLSchema,
    document: DocumentNode,
    operationName: string | null,
    variables: Readonly<Record<string, unknown>>,
  ): Promise<JudgedDemand> | null;
  /** The graph that clients see, or that of a contract. Null while only the AI subgraph exists. */
  graph(contract: string | null): GraphQLSchema | null;
  readonly entities: Pick<Entities, 'similar'>;
  /** The route that embeds for a collection or an index. Null when there is neither. */
  embeddingRoute(collection: string): string | null;
  /**
   * Routes that may embed a question for the collection that a caller named. A collection that not everybody may read gives the same routes as one
   * that does not exist, so a quote does not show which exist.
   */
  questionRoutes(collection: string): readonly string[];
  readonly templates: Templates;
  /** The operator's AI fields. */
  readonly fields: Pick<FieldsRead, 'fields' | 'indexes' | 'keys'>;
  /** A sentence that says why a picture at this address is refused. Null: it may be sent. */
  refuseImageUrl(url: string): string | null;
  /** Called for each failure that is shown as data, so that the log has its cause under its errorId. */
  failed(error: GatewayError): void;
  now(): number;
}
