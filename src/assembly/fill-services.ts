/** Builds the Services of the resolvers from the parts of the gateway. */
import type { GraphQLResolveInfo } from 'graphql';
import { keyDesk } from '../access/issue-keys.ts';
import type { LeaseBook } from '../access/leases.ts';
import { own } from '../config/mistake-sentences.ts';
import type { Handler } from '../core/call/call.ts';
import type { GatewayError } from '../core/errors.ts';
import { ceilingOf } from '../core/money.ts';
import { estimateInputTokens } from '../core/request/tokens.ts';
import { responsePaths } from '../federation/engine/response-paths.ts';
import type { PromptFile } from '../fields/prompts.ts';
import type { RouteView, Services } from '../graphql/services.ts';
import type { Ceiling } from '../pricing/ceiling.ts';
import { type CollectionConfig, isForAll } from '../retrieval/collections.ts';
import type { Retrieval } from '../retrieval/retrieval.ts';
import { outputTokensToAsk } from '../routing/fit.ts';
import type { HealthBook } from '../routing/health.ts';
import type { Deployment, Route } from '../routing/route.ts';
import type { Runs } from '../runs/run.ts';
import type { Storage } from '../storage/storage.ts';
import type { Log } from '../telemetry/log.ts';
import { withoutValues } from '../telemetry/refusal-text.ts';
import { templatesOf } from './templates.ts';

export interface ServiceParts {
  readonly storage: Storage;
  readonly leases: Pick<LeaseBook, 'look'>;
  readonly handle: Handler;
  readonly runs: Runs;
  readonly retrieval: Retrieval;
  readonly routes: ReadonlyMap<string, Route>;
  readonly health: HealthBook;
  readonly collections: Readonly<Record<string, CollectionConfig>>;
  readonly prompts: ReadonlyMap<string, PromptFile>;
  readonly log: Log;
  /** Of the living graph: known after the services, which its own subgraph needs. */
  readonly graph: Pick<Services, 'graph' | 'quote' | 'maxCostPerOperation'>;
  readonly entities: Services['entities'] & { embeddingRoute(index: string): string | null };
  readonly now: () => number;
}

export function servicesOf(parts: ServiceParts): Services {
  const { storage, routes, health, collections, log, now } = parts;
  return {
    handle: parts.handle,
    runs: parts.runs,
    completions: storage.completions,
    limits: storage.limits,
    ledger: storage.ledger,
    keys: keyDesk(storage.keys, { routes: [...routes.keys()], onRevoked: parts.leases.look, now }),
    retrieval: parts.retrieval,
    passages: storage.passages,
    routes: () => [...routes.values()].map((route) => routeView(route, health)),
    ceiling: (name, request, extraInputTokens) => {
      const deployments = routes.get(name)?.deployments ?? [];
      const input = estimateInputTokens(request) + extraInputTokens;
      return dearest(
        deployments.map(
          (deployment) => [deployment, input, request.kind === 'embedding' ? 0 : outputTokensToAsk(request, deployment)] as const,
        ),
      );
    },
    answerTokens: (passages) => answerInstructionTokens + passages * maxPassageTokens,
    pathsOf: (info) => responsePaths(info as GraphQLResolveInfo),
    maxCostPerOperation: parts.graph.maxCostPerOperation,
    quote: (...asked) => parts.graph.quote(...asked),
    graph: () => parts.graph.graph(),
    entities: parts.entities,
    embeddingRoute: (name) => {
      const config = own(collections, name);
      return config === undefined ? parts.entities.embeddingRoute(name) : (config.embeddingRoute ?? 'embedding');
    },
    questionRoutes: (name) => questionRoutes(name, collections, parts.entities),
    templates: templatesOf(parts.prompts),
    refuseImageUrl: (url) =>
      URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) ? null : 'An image URL must be an https address.',
    failed: (error) =>
      log[levelOf(error)](error.code === 'INTERNAL' ? 'a field failed' : 'a request was refused', {
        errorId: error.errorId,
        code: error.code,
        ...(error.cause === undefined ? { why: withoutValues(error.message) } : { err: error }),
      }),
    now,
  };
}

/** What is the caller's own is news of the day; what has a cause is for the operators. */
function levelOf({ code, cause }: GatewayError): 'debug' | 'info' | 'warn' {
  if (code === 'CANCELLED') return 'debug';
  return code === 'INTERNAL' || cause !== undefined ? 'warn' : 'info';
}

/** Who asks for a quote is not known to it: of what not everybody may read, it knows all or nothing. */
function questionRoutes(name: string, collections: ServiceParts['collections'], entities: ServiceParts['entities']): readonly string[] {
  const config = own(collections, name);
  const route = config === undefined ? entities.embeddingRoute(name) : (config.embeddingRoute ?? 'embedding');
  if (route !== null && (config === undefined || isForAll(config))) return [route];
  const ofSome = Object.values(collections).filter((collection) => !isForAll(collection));
  return [...new Set(ofSome.map(({ embeddingRoute = 'embedding' }) => embeddingRoute))];
}

/** Retrieval's instructions are about 120 tokens; a passage has at most 1,500 characters (`retrieval/ingestion/chunk-document.ts`), in the worst case a token each. */
const answerInstructionTokens = 200;
const maxPassageTokens = 1_500;

/** The most that any of the deployments asks: each with its input and output tokens. */
function dearest(asked: readonly (readonly [Deployment, number, number])[]): Ceiling {
  let cost: number | null = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  for (const [{ price }, input, output] of asked) {
    cost = cost === null || price === null ? null : Math.max(cost, ceilingOf(input, output, price));
    inputTokens = Math.max(inputTokens, input);
    outputTokens = Math.max(outputTokens, output);
  }
  return { cost, inputTokens, outputTokens };
}

function routeView({ name, description, deployments, totalMs, providerOptions }: Route, health: HealthBook): RouteView {
  return {
    name,
    description,
    totalMs,
    providerOptions,
    deployments: deployments.map((deployment) => ({
      id: deployment.id,
      provider: deployment.provider.name,
      model: deployment.model,
      capabilities: deployment.capabilities,
      contextWindow: deployment.contextWindow,
      maxOutputTokens: deployment.maxOutputTokens,
      inputPerMillion: deployment.price?.tiers[0].inputPerMillion ?? null,
      outputPerMillion: deployment.price?.tiers[0].outputPerMillion ?? null,
      healthy: health.of(deployment).circuit !== 'open',
    })),
  };
}
