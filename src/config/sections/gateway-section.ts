/** The whole configuration: every section in its place. */
import { each, listOf, routeNames } from '../kinds/composed.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { oneOf } from '../kinds/texts.ts';
import { anonymousSection } from './anonymous-section.ts';
import { timeZone } from './budgets/budget-section.ts';
import { fieldLimitsSection } from './budgets/field-limits-section.ts';
import { issuerSection, organisationSection, teamSection } from './callers-section.ts';
import { collectionSection, documentSection, retrievalSection } from './collections-section.ts';
import { deploymentSection } from './deployments-section.ts';
import { graphSection } from './graph/graph-section.ts';
import { guardrailSection, guardSection } from './guards-section.ts';
import { provider } from './providers-section.ts';
import { routeSection } from './routes-section.ts';
import { ruleSection } from './rules-section.ts';
import { serverSection } from './server-section.ts';
import { cacheSection, storage } from './storage-section.ts';
import { telemetrySection } from './telemetry-section.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;

export const gatewaySection = section('', {
  /** By name: `{ openai: openaiProvider({ ... }) }`. */
  providers: needed(each(provider, 'providers')),
  /** By id, as the ledger and `aiRoutes` show it. */
  deployments: needed(each(deploymentSection, 'deployments')),
  /** By name; a caller that names none gets `default`, for embeddings `embedding`. */
  routes: needed(each(routeSection, 'routes')),
  /** Which deployments calls may go to, and how long their input may be, by team, route and class of data. All rules that apply hold. */
  rules: listOf(ruleSection),
  /** What checks prompts and answers of which routes. */
  guardrails: listOf(guardrailSection),
  /** How guardrails and masking work, on every route. */
  guard: guardSection,
  /**
   * Routes whose prompts have personal data replaced by placeholders and restored in the answer: in every string of a
   * completion, names of properties and text files too. Where a placeholder would change what is asked (names of tools, patterns,
   * references, vendors' options and signed parts) the request is refused, with the place. Pictures, PDF and other bytes that are
   * no text, and texts to embed, are sent as they are.
   */
  maskPersonalData: routeNames('no route'),
  /** What may be searched and ingested, by name. The embedding model of each is the one of its embedding route. */
  collections: each(collectionSection, 'collections'),
  /** Files and folders that are ingested at start; unchanged ones cost nothing. */
  documents: listOf(documentSection),
  /** How much ingestion there may be. Owners are keys. */
  retrieval: retrievalSection,
  /** What the teams of an organisation have at most, by name. Declared here, it is changed here alone: mutations and the shell are refused. */
  organisations: each(organisationSection),
  /**
   * What the callers of a team have at most, and share, by name. Money is decimal text in US dollars. A team that is declared here is changed
   * here alone; others are made and changed by mutation and shell, at any time.
   */
  teams: each(teamSection),
  /** What fields that ask a model may use, whoever asks, by their coordinates: `{ 'Product.summary': { budgets: [{ per: 'day', most: '5.00' }] } }`. */
  fieldLimits: each(fieldLimitsSection),
  /** The time zone in which the days, weeks and months of budgets begin. A change does not start them anew. */
  timeZone: timeZone({ default: 'UTC' }),
  /** Issuers of JWTs whose callers may come in beside virtual keys, by name: a user is then `jwt:<name>:<user>`. */
  issuers: each(issuerSection),
  /** What callers without credentials may do, also in production, under the shares of their address. Without it they are refused. */
  anonymous: anonymousSection,
  /** The graph that is served. */
  graph: graphSection,
  /** Where answers that may be reused are kept. */
  cache: cacheSection,
  /** Where things are kept, and for how long: the settings of the embedded storage, `embedded({ ... })`, or a storage of your own. */
  storage,
  /** Where the gateway listens, and to whom. */
  server: serverSection,
  /** What the gateway reports to its operators. */
  telemetry: telemetrySection,
  /** What is written to the log, from this level on. */
  logLevel: oneOf(logLevels, { plural: 'Levels', default: 'info' }),
});
