/** The operator's own price of a deployment: its words, and amounts that a call can be charged by. */

import type { PriceTier } from '../core/money.ts';
import type { DeploymentConfig } from './config.ts';
import { shown } from './mistake-sentences.ts';

type Price = NonNullable<DeploymentConfig['price']>;
type FlatPrice = Exclude<Price, { readonly tiers: unknown }>;

export const flatPriceNames: Readonly<Record<keyof FlatPrice, true>> = { input: true, output: true, cacheRead: true, cacheWrite: true };
export const tieredPriceNames: Readonly<Record<'tiers', true>> = { tiers: true };
export const tierNames: Readonly<Record<keyof PriceTier, true>> = {
  aboveInputTokens: true,
  inputPerMillion: true,
  outputPerMillion: true,
  cacheReadPerMillion: true,
  cacheWritePerMillion: true,
};

/** Amounts that are missing or cannot be charged. Names that no price has are told by `setting-names.ts`. */
export function priceMistakes(path: string, price: Price | undefined): string[] {
  if (price === undefined) return [];
  if (!('tiers' in price)) {
    const { input, output, cacheRead, cacheWrite } = price;
    return amountMistakes(path, { input, output }, { cacheRead, cacheWrite });
  }
  const tiers: readonly PriceTier[] = Array.isArray(price.tiers) ? price.tiers : [];
  if (tiers.length === 0) return [`${path}.tiers is empty. It must be a list of prices, the first with aboveInputTokens: 0.`];
  return tiers.flatMap((tier, index) => {
    const { aboveInputTokens, ...amounts } = tier;
    const { inputPerMillion, outputPerMillion, cacheReadPerMillion, cacheWritePerMillion } = amounts;
    const before = tiers[index - 1]?.aboveInputTokens ?? -1;
    const rises = index === 0 ? aboveInputTokens === 0 : Number.isInteger(aboveInputTokens) && aboveInputTokens > before;
    const wanted = index === 0 ? '0, since the first tier holds from there' : `a whole number above ${before}, the tier before it`;
    return [
      ...(rises ? [] : [`${path}.tiers.${index}.aboveInputTokens is ${shown(aboveInputTokens)}. It must be ${wanted}.`]),
      ...amountMistakes(`${path}.tiers.${index}`, { inputPerMillion, outputPerMillion, cacheReadPerMillion, cacheWritePerMillion }, {}),
    ];
  });
}

function amountMistakes(path: string, needed: Readonly<Record<string, unknown>>, others: Readonly<Record<string, unknown>>): string[] {
  const found = Object.entries(needed).flatMap(([of, amount]) =>
    amount === undefined
      ? [`${path}.${of} is missing. It must be US dollars per million tokens, 0 or more.`]
      : wrongAmount(path, of, amount),
  );
  return [...found, ...Object.entries(others).flatMap(([of, amount]) => (amount === undefined ? [] : wrongAmount(path, of, amount)))];
}

const wrongAmount = (path: string, of: string, amount: unknown): string[] =>
  typeof amount === 'number' && amount >= 0 && Number.isFinite(amount)
    ? []
    : [`${path}.${of} is ${shown(amount)}. It must be US dollars per million tokens, 0 or more.`];
