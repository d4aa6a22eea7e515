/**
 * What a model costs: the operator's own price, else the list that @pydantic/genai-prices carries (offline).
 *
 * Resolved once per deployment: a look-up takes 50 µs. A model that the list does not know has no price, never a price of 0.
 * Where a vendor is cheaper at some hours, the most expensive hour counts, since a price is resolved at start-up and budgets
 * must hold all day.
 */
import { createRequire } from 'node:module';
import type { ModelPrice } from '@pydantic/genai-prices';
import { flatPrice, type Price, type PriceTier } from '../core/money.ts';

const load = createRequire(import.meta.url);

/** The list is 800 kB of source: loaded with the first model that has no price of the operator's. */
const calcPrice: typeof import('@pydantic/genai-prices').calcPrice = (...asked) =>
  (load('@pydantic/genai-prices') as typeof import('@pydantic/genai-prices')).calcPrice(...asked);

/** A price in US dollars per million tokens, or tier by tier. */
export type PriceOverride = Parameters<typeof flatPrice>[0] | Price;

/** `providerId`: the vendor's name in the list, such as `openai`, `anthropic`, `google`, `azure`, `aws`. Null: unknown. */
export function priceOf(providerId: string, model: string, override: PriceOverride | null = null, at: Date = new Date()): Price | null {
  if (override !== null) return 'tiers' in override ? override : flatPrice(override);
  const prices = listedOverADay(providerId, model, at).map((listed) => priceFrom(listed));
  return prices.reduce(dearest, null);
}

/** Tokens of input and output together, as the list has it; null: unknown. */
export function contextWindowOf(providerId: string, model: string): number | null {
  return calcPrice({}, model, { providerId })?.model.context_window ?? null;
}

const hours = Array.from({ length: 24 }, (_, hour) => hour);

function listedOverADay(providerId: string, model: string, at: Date): ModelPrice[] {
  const first = calcPrice({}, model, { providerId, timestamp: at });
  if (first === null) return [];
  if (!Array.isArray(first.model.prices)) return [first.model_price];
  return hours.flatMap((hour) => {
    const timestamp = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), hour));
    const found = calcPrice({}, model, { providerId, timestamp });
    return found === null ? [] : [found.model_price];
  });
}

/** The list's own tiers are in force above their start, ours from it on. */
function priceFrom(listed: ModelPrice): Price | null {
  const starts = Object.values(listed).flatMap((price) => (typeof price === 'object' ? price.tiers.map((tier) => tier.start) : []));
  const tiers = [...new Set(starts)].sort((a, b) => a - b).map((start) => tierFrom(listed, start));
  const base = tierFrom(listed, null);
  if (base === null || tiers.includes(null)) return null;
  return { tiers: [base, ...tiers.filter((tier) => tier !== null)] };
}

function tierFrom(listed: ModelPrice, start: number | null): PriceTier | null {
  const at = (key: string): number | null => amountAt(listed[key], start);
  const input = at('input_mtok');
  if (input === null) return null;
  return {
    aboveInputTokens: start === null ? 0 : start + 1,
    inputPerMillion: input,
    outputPerMillion: at('output_mtok') ?? 0,
    cacheReadPerMillion: at('cache_read_mtok') ?? input,
    cacheWritePerMillion: at('cache_write_mtok') ?? input,
  };
}

function amountAt(price: ModelPrice[string], start: number | null): number | null {
  if (price === undefined) return null;
  if (typeof price === 'number') return price;
  if (start === null) return price.base;
  const inForce = price.tiers.filter((tier) => tier.start <= start).toSorted((a, b) => a.start - b.start);
  return inForce.at(-1)?.price ?? price.base;
}

function dearest(a: Price | null, b: Price | null): Price | null {
  if (a === null || b === null) return a ?? b;
  const [first, ...rest] = a.tiers.map((tier, index) => highestTier(tier, b.tiers[index] ?? tier));
  return first === undefined ? a : { tiers: [first, ...rest] };
}

const highestTier = (a: PriceTier, b: PriceTier): PriceTier => ({
  aboveInputTokens: Math.min(a.aboveInputTokens, b.aboveInputTokens),
  inputPerMillion: Math.max(a.inputPerMillion, b.inputPerMillion),
  outputPerMillion: Math.max(a.outputPerMillion, b.outputPerMillion),
  cacheReadPerMillion: Math.max(a.cacheReadPerMillion, b.cacheReadPerMillion),
  cacheWritePerMillion: Math.max(a.cacheWritePerMillion, b.cacheWritePerMillion),
});
