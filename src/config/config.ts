/**
 * The one typed value that an operator writes: `export default defineConfig({ ... })` in `gateway.config.ts`.
 *
 * Its types come from the tables in `sections/`, where a setting is one entry: what it is, what it accepts, its default. Names
 * refer to each other inside it (a route names deployments, a deployment names a provider): a name that nothing has is a mistake
 * for the compiler. `check-config.ts` reports every mistake at once, before anything listens.
 */
import type { Names, SettingsOf, ValueOf } from './kinds/setting.ts';
import type { budgetSection } from './sections/budgets/budget-section.ts';
import type { fieldLimitsSection } from './sections/budgets/field-limits-section.ts';
import type { sessionSection } from './sections/budgets/session-section.ts';
import type { agentSection, issuerSection, organisationSection, teamSection } from './sections/callers-section.ts';
import type { deploymentSection } from './sections/deployments-section.ts';
import type { gatewaySection, logLevels } from './sections/gateway-section.ts';
import type { graphSection } from './sections/graph/graph-section.ts';
import type { subgraphSection } from './sections/graph/subgraph-section.ts';
import type { guardrailSection, guardSection } from './sections/guards-section.ts';
import type { routeSection } from './sections/routes-section.ts';
import type { ruleSection } from './sections/rules-section.ts';
import type { serverSection } from './sections/server-section.ts';
import type { storageSection } from './sections/storage-section.ts';

/** N: the names that the configuration gives, where they are known. */
export interface GatewayConfig<N extends Names = Names> extends SettingsOf<typeof gatewaySection.table, N> {}
export interface DeploymentConfig<N extends Names = Names> extends SettingsOf<typeof deploymentSection.table, N> {}
export interface RouteConfig<N extends Names = Names> extends SettingsOf<typeof routeSection.table, N> {}
export interface GuardrailConfig<N extends Names = Names> extends SettingsOf<typeof guardrailSection.table, N> {}
export interface GuardConfig extends SettingsOf<typeof guardSection.table> {}
export interface SessionConfig extends SettingsOf<typeof sessionSection.table> {}
export interface FieldLimitsConfig extends SettingsOf<typeof fieldLimitsSection.table> {}
export interface AgentConfig extends SettingsOf<typeof agentSection.table> {}
export interface BudgetConfig extends SettingsOf<typeof budgetSection.table> {}
export interface OrganisationConfig<N extends Names = Names> extends SettingsOf<typeof organisationSection.table, N> {}
export interface RuleConfig<N extends Names = Names> extends SettingsOf<typeof ruleSection.table, N> {}
export interface TeamConfig<N extends Names = Names> extends SettingsOf<typeof teamSection.table, N> {}
export interface IssuerConfig<N extends Names = Names> extends SettingsOf<typeof issuerSection.table, N> {}
export interface GraphConfig extends SettingsOf<typeof graphSection.table> {}
export interface SubgraphConfig extends SettingsOf<typeof subgraphSection.table> {}
export interface StorageConfig extends SettingsOf<typeof storageSection.table> {}
export interface ServerConfig extends SettingsOf<typeof serverSection.table> {}

type AiParts = 'providers' | 'deployments' | 'routes';
/**
 * A graph without AI fields (`graph: { ai: false }`) does not need the parts for them. `fieldgate check` reports a part that another configuration
 * lacks.
 */
type WrittenConfig<N extends Names> = Omit<GatewayConfig<N>, AiParts> & Partial<Pick<GatewayConfig<N>, AiParts>>;

/** Names of routes, or `*` for all. */
export type RouteNames = NonNullable<ValueOf<typeof gatewaySection.table.maskPersonalData>>;
export type LogLevel = (typeof logLevels)[number];

/**
 * The configuration as it is, typed. Call it in `gateway.config.ts`.
 *
 * @example
 * ```ts
 * import { defineConfig, openaiProvider, secretFrom } from 'fieldgate';
 *
 * export default defineConfig({
 *   providers: { openai: openaiProvider({ apiKey: secretFrom('OPENAI_API_KEY') }) },
 *   deployments: { mini: { provider: 'openai', model: 'gpt-5-mini' } },
 *   routes: { default: { deployments: ['mini'], cacheSeconds: 300 } },
 * });
 * ```
 */
export function defineConfig<
  const Providers extends string,
  const Deployments extends string,
  const Routes extends string,
  const Collections extends string,
>(config: WrittenConfig<{ providers: Providers; deployments: Deployments; routes: Routes; collections: Collections }>): GatewayConfig {
  return { providers: {}, deployments: {}, routes: {}, ...config };
}

export const isDevelopment = ({ server = {} }: GatewayConfig): boolean => server.development ?? process.env['NODE_ENV'] !== 'production';
