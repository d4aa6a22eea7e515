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
  /** By name. A caller that names none gets `default`, for embeddings `embedding`. */
  routes: needed(each(routeSection, 'routes')),
  /** Which deployments calls may go to, and how long their input may be, by team, route and class of data. All matching rules apply. */
  rules: listOf(ruleSection),
  /** Guardrails that check prompts and answers, and their routes. */
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
  /** Collections that may be searched and filled, by name. A collection has the embedding model of its embedding route. */
  collections: each(collectionSection, 'collections'),
  /** Files and folders that are ingested at the start. Unchanged files cost nothing. */
  documents: listOf(documentSection),
  /** Limits of ingestion. Owners are keys. */
  retrieval: retrievalSection,
  /**
   * Maximum that the teams of an organisation may have, by name. An organisation that is declared here can be changed here only: mutations and the
   * shell are refused.
   */
  organisations: each(organisationSection),
  /**
   * Limits that the callers of a team share, by name. Money is decimal text in US dollars. A team that is declared here can be changed here only.
   * Other teams are made and changed by mutation and shell at any time.
   */
  teams: each(teamSection),
  /**
   * Limits of fields that ask a model, independent of the caller, by coordinate: `{ 'Product.summary': { budgets: [{ per: 'day', most: '5.00' }] }
   * }`.
   */
  fieldLimits: each(fieldLimitsSection),
  /** Time zone in which the days, weeks and months of budgets begin. After a change the budgets continue. */
  timeZone: timeZone({ default: 'UTC' }),
  /** Issuers of JWTs that are accepted beside virtual keys, by name. A user is then `jwt:<name>:<user>`. */
  issuers: each(issuerSection),
  /** What callers without credentials may do, also in production, within the limits per address. Absent: they are refused. */
  anonymous: anonymousSection,
  /** The graph that is served. */
  graph: graphSection,
  /** Where answers are kept that may be reused. */
  cache: cacheSection,
  /** Where data is kept, and for how long: the settings of the embedded storage, `embedded({ ... })`, or a storage of your own. */
  storage,
  /** Where the gateway listens, and who may call it. */
  server: serverSection,
  /** What the gateway reports to its operators. */
  telemetry: telemetrySection,
  /** The lowest level that is written to the log. */
  logLevel: oneOf(logLevels, { plural: 'Levels', default: 'info' }),
});
