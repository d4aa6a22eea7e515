/** Builds the Services of the resolvers from the parts of the gateway. */
import type { NoteChange } from '../access/changes/change-notes.ts';
import { keyDesk } from '../access/issue-keys.ts';
import { accountsOf } from '../access/keys/key-accounts.ts';
import type { LeaseBook } from '../access/leases.ts';
import { presentPrincipals } from '../access/present-principal.ts';
import { memberDesk } from '../access/teams/member-desk.ts';
import type { DeclaredTeams, TeamBook } from '../access/teams/team-book.ts';
import { teamDesk } from '../access/teams/team-desk.ts';
import { tokenDesk } from '../access/tokens/token-desk.ts';
import { userEraser } from '../access/users/erase-user.ts';
import type { Handlers } from '../core/call/call.ts';
import { responsePaths } from '../federation/engine/response-paths.ts';
import { templatesOf } from '../fields/prompt-templates.ts';
import type { PromptFile } from '../fields/prompts.ts';
import type { FieldsRead } from '../fields/read-fields.ts';
import { refuseImageUrl } from '../graphql/call/image-url.ts';
import type { Services } from '../graphql/services.ts';
import type { Activity } from '../operations/activity/activity.ts';
import type { LimitsOfField } from '../operations/limits/field-limits.ts';
import { routeCeilings } from '../operations/route-ceiling.ts';
import { routeViews } from '../operations/route-view.ts';
import { countAnswerTokens } from '../retrieval/answer/prompt-tokens.ts';
import type { CollectionConfig } from '../retrieval/collections.ts';
import { openQuestionRoutes } from '../retrieval/question-routes.ts';
import type { Retrieval } from '../retrieval/retrieval.ts';
import type { HealthBook } from '../routing/health.ts';
import type { Route } from '../routing/route.ts';
import type { RouteFor } from '../routing/routing-rules.ts';
import type { Runs } from '../runs/run.ts';
import type { Storage } from '../storage/storage.ts';
import type { Log } from '../telemetry/log.ts';
import { failureLog } from '../telemetry/log-failures.ts';

export interface ServiceParts {
  readonly storage: Storage;
  readonly leases: Pick<LeaseBook, 'look'>;
  /** Names of the issuers whose tokens are accepted. */
  readonly issuers: readonly string[];
  readonly teams: TeamBook;
  readonly declaredTeams: DeclaredTeams;
  readonly development: boolean;
  /** Names of those of the configuration. */
  readonly guardrails: readonly string[];
  readonly contracts: readonly string[];
  readonly handle: Handlers;
  readonly runs: Runs;
  readonly retrieval: Retrieval;
  readonly routes: ReadonlyMap<string, Route>;
  readonly health: HealthBook;
  readonly activity: Activity;
  readonly guards: Services['guards'];
  readonly healthReport: Services['health'];
  readonly collections: Readonly<Record<string, CollectionConfig>>;
  readonly prompts: ReadonlyMap<string, PromptFile>;
  readonly fields: FieldsRead;
  readonly log: Log;
  readonly noteChange: NoteChange;
  /** Parts of the living graph. They are known after the services, because the graph's own subgraph needs the services. */
  readonly access: Pick<Services, 'graph' | 'quote' | 'demand'>;
  readonly maxCostPerOperation: Services['maxCostPerOperation'];
  readonly entities: Services['entities'] & { embeddingRoute(index: string): string | null };
  /** Undefined where no field has limits of its own. */
  readonly limitsOfField: LimitsOfField | undefined;
  readonly routeFor: RouteFor;
  readonly budgetWarnings: Services['budgetWarnings'];
  readonly now: () => number;
}

export function servicesOf(parts: ServiceParts): Services {
  const { storage, routes, health, collections, log, now } = parts;
  const directory = teamDesk(parts.declaredTeams, storage.directory, {
    routes: [...routes.keys()],
    guardrails: parts.guardrails,
    contracts: parts.contracts,
    onEnded: parts.leases.look,
    note: parts.noteChange,
    now,
  });
  return {
    handle: parts.handle,
    runs: parts.runs,
    completions: storage.completions,
    conversations: storage.conversations,
    limits: storage.limits,
    ledger: storage.ledger,
    budgetWarnings: parts.budgetWarnings,
    changes: storage.changes ?? { of: async () => [] },
    keys: keyDesk(storage.keys, {
      routes: [...routes.keys()],
      teams: parts.teams,
      onEnded: parts.leases.look,
      note: parts.noteChange,
      now,
    }),
    directory,
    members: memberDesk({
      directory: storage.directory,
      teams: directory.teams,
      identities: storage.identities,
      issuers: parts.issuers,
      note: parts.noteChange,
      now,
    }),
    teamBook: parts.teams,
    keyAccounts: (key) => accountsOf(key, storage.keys, parts.teams),
    present: presentPrincipals({ keys: storage.keys, teams: parts.teams, development: parts.development, now }),
    tokens: tokenDesk({
      identities: storage.identities,
      keys: storage.keys,
      issuers: parts.issuers,
      onRevoked: parts.leases.look,
      note: parts.noteChange,
      now,
    }),
    users: userEraser({
      erasure: storage.erasure,
      identities: storage.identities,
      members: storage.directory.members,
      issuers: parts.issuers,
      onRevoked: parts.leases.look,
      forget: parts.runs.forget,
      note: parts.noteChange,
      now,
    }),
    identities: storage.identities,
    retrieval: parts.retrieval,
    passages: storage.passages,
    routes: routeViews(routes, health),
    activity: parts.activity,
    guards: parts.guards,
    health: parts.healthReport,
    ceiling: routeCeilings(routes),
    ...(parts.limitsOfField === undefined ? {} : { limitsOfField: parts.limitsOfField }),
    routeFor: parts.routeFor,
    answerTokens: countAnswerTokens,
    pathsOf: responsePaths,
    maxCostPerOperation: parts.maxCostPerOperation,
    quote: parts.access.quote,
    demand: parts.access.demand,
    graph: parts.access.graph,
    entities: parts.entities,
    ...openQuestionRoutes(collections, parts.entities),
    templates: templatesOf(parts.prompts),
    fields: parts.fields,
    refuseImageUrl,
    failed: failureLog(log),
    now,
  };
}
