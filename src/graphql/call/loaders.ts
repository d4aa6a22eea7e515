/**
 * Sends the embeddings that several fields of one operation request on one route as one provider batch, with one ledger row
 * per field; the shares add up exactly.
 */
import DataLoader from 'dataloader';
import type { CachePolicy, Settlement } from '../../core/call/call.ts';
import { completionOf } from '../../core/call/collect-answer.ts';
import { GatewayError } from '../../core/errors.ts';
import { canonicalJson } from '../../core/json/canonical-json.ts';
import { noUsage } from '../../core/money.ts';
import type { EmbeddingRequest } from '../../core/request/request.ts';
import { estimateInputInTurns } from '../../core/request/tokens.ts';
import type { OperationContext } from '../../operations/context.ts';
import { type AskingField, callFor, settlementKeeper } from '../../operations/field-call.ts';
import { shareSettlement } from '../../operations/shared-settlement.ts';
import type { EmbeddingView } from '../result-views.ts';
import type { Services } from '../services.ts';

export interface EmbeddingAsk {
  readonly field: AskingField;
  readonly request: EmbeddingRequest;
  readonly route: string;
  readonly cache: CachePolicy;
  readonly tags: Readonly<Record<string, string>>;
}

/** Maximum number of texts in one shared call: the smallest documented maximum of the vendors is Cohere's 96 (Gemini's is 100). */
const maxTexts = 96;

const loaders = new WeakMap<OperationContext, DataLoader<EmbeddingAsk, EmbeddingView>>();

export function embeddingsOf(services: Services, context: OperationContext): DataLoader<EmbeddingAsk, EmbeddingView> {
  const known = loaders.get(context);
  if (known !== undefined) return known;
  const loader = new DataLoader<EmbeddingAsk, EmbeddingView>((asks) => embedAll(services, context, asks), { cache: false });
  loaders.set(context, loader);
  return loader;
}

async function embedAll(services: Services, context: OperationContext, asks: readonly EmbeddingAsk[]): Promise<(EmbeddingView | Error)[]> {
  const results: (EmbeddingView | Error)[] = [];
  const indexed = asks.map((ask, index) => ({ ask, index }));
  const alike = Map.groupBy(indexed, ({ ask: { route, request, cache, tags } }) => canonicalJson([route, request.dimensions, cache, tags]));
  const batches = [...alike.values()].flatMap((group) => cut(group));
  await Promise.all(
    batches.map(async (batch) => {
      const answers = await embedBatch(
        services,
        context,
        batch.map(({ ask }) => ask),
      ).catch((error: Error) => batch.map(() => error));
      batch.forEach(({ index }, place) => {
        results[index] = answers[place] ?? new GatewayError('INTERNAL', 'The embedding was lost on its way to its field.');
      });
    }),
  );
  return results;
}

function cut<T extends { readonly ask: EmbeddingAsk }>(group: readonly T[]): readonly T[][] {
  const batches: T[][] = [];
  let room = 0;
  for (const item of group) {
    const size = item.ask.request.texts.length;
    if (size > room || batches.length === 0) {
      batches.push([]);
      room = maxTexts;
    }
    batches.at(-1)?.push(item);
    room -= size;
  }
  return batches;
}

async function embedBatch(services: Services, context: OperationContext, asks: readonly EmbeddingAsk[]): Promise<EmbeddingView[]> {
  const [first] = asks;
  if (first === undefined) return [];
  const texts = [...new Set(asks.flatMap(({ request }) => request.texts))];
  const place = new Map(texts.map((text, index) => [text, index]));
  const weights: number[] = [];
  for (const { request } of asks) weights.push((await estimateInputInTurns(request)).total);
  const keeper = settlementKeeper();
  const call = callFor(
    { services, context, field: first.field },
    {
      route: first.route,
      cache: first.cache,
      tags: first.tags,
      signal: context.signal,
      askers: asks.map(({ field }, index) => ({ field, weight: weights[index] ?? 0 })),
      report: keeper.report,
    },
  );
  const { vectors } = completionOf(await services.handle.whole({ ...first.request, texts }, call));
  const settlement = keeper.settlement();
  const settlements = settlement === null ? [] : shareSettlement(settlement, weights);
  return asks.map(({ request, route }, index) => ({
    vectors: request.texts.map((text) => {
      const vector = vectors[place.get(text) ?? -1];
      if (vector === undefined) throw new GatewayError('MODEL_UNAVAILABLE', 'The model gave fewer vectors than there are texts.');
      return vector;
    }),
    settlement: settlements[index] ?? unsettled,
    route,
  }));
}

/** The settlement of a handler that reported none. */
const unsettled: Settlement = {
  usage: noUsage,
  estimated: true,
  cost: null,
  savedCost: 0,
  cache: 'BYPASS',
  attempts: [],
  deployment: null,
  provider: null,
  model: null,
  outcome: 'OK',
  latencyMs: 0,
  timeToFirstTokenMs: null,
};
