/**
 * Money and token counts.
 *
 * Money is a whole number of nano-dollars, so that shares add up exactly. A JavaScript number holds whole numbers up to 2^53
 * - 1, which is 9 million dollars, more than any single budget, call or report row.
 */
export type NanoUsd = number;

/** Tokens in disjoint classes: they add up to the total, whatever convention the provider has. */
export interface Usage {
  readonly freshInputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export const noUsage: Usage = {
  freshInputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

/** US dollars per million tokens of each class, in force from `aboveInputTokens` input tokens on. */
export interface PriceTier {
  readonly aboveInputTokens: number;
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
  readonly cacheReadPerMillion: number;
  readonly cacheWritePerMillion: number;
}

/** At least one tier, the first from 0, rising: some vendors charge more for the whole call above a length. */
export interface Price {
  readonly tiers: readonly [PriceTier, ...PriceTier[]];
}

const inputTokensOf = (usage: Usage): number => usage.freshInputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;

export const totalTokensOf = (usage: Usage): number => inputTokensOf(usage) + usage.outputTokens + usage.reasoningTokens;

/** A value for each class of tokens. A class that is missing here is an error of the compiler. */
function byClass<Value>(of: (name: keyof Usage) => Value): Readonly<Record<keyof Usage, Value>> {
  return {
    freshInputTokens: of('freshInputTokens'),
    cacheReadTokens: of('cacheReadTokens'),
    cacheWriteTokens: of('cacheWriteTokens'),
    outputTokens: of('outputTokens'),
    reasoningTokens: of('reasoningTokens'),
  };
}

export const addUsage = (a: Usage, b: Usage): Usage => byClass((name) => a[name] + b[name]);

/**
 * Price with one tier. Cache classes default to the input price, which no vendor exceeds for reads.
 *
 * @example
 * ```ts
 * import { flatPrice, type Price } from 'fieldgate';
 *
 * // In US dollars per million tokens.
 * export const price: Price = flatPrice({ input: 0.25, output: 2, cacheRead: 0.025 });
 * ```
 */
export function flatPrice(perMillion: {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}): Price {
  return {
    tiers: [
      {
        aboveInputTokens: 0,
        inputPerMillion: perMillion.input,
        outputPerMillion: perMillion.output,
        cacheReadPerMillion: perMillion.cacheRead ?? perMillion.input,
        cacheWritePerMillion: perMillion.cacheWrite ?? perMillion.input,
      },
    ],
  };
}

/** Cost of the usage in nano-dollars: tokens x USD per million x 1000, rounded once. Reasoning is billed as output. */
export function costOf(usage: Usage, price: Price): NanoUsd {
  const input = inputTokensOf(usage);
  const tier = price.tiers.findLast((candidate) => input >= candidate.aboveInputTokens) ?? price.tiers[0];
  return Math.round(
    1000 *
      (usage.freshInputTokens * tier.inputPerMillion +
        usage.cacheReadTokens * tier.cacheReadPerMillion +
        usage.cacheWriteTokens * tier.cacheWritePerMillion +
        (usage.outputTokens + usage.reasoningTokens) * tier.outputPerMillion),
  );
}

/** The maximum cost of a call in nano-dollars: every input token at the most expensive input class of the most expensive tier. Rounded up. */
export function ceilingOf(inputTokens: number, outputTokens: number, price: Price): NanoUsd {
  const most = price.tiers.map((tier) => {
    const input = Math.max(tier.inputPerMillion, tier.cacheReadPerMillion, tier.cacheWritePerMillion);
    return 1000 * (inputTokens * input + outputTokens * tier.outputPerMillion);
  });
  return Math.ceil(Math.max(...most));
}

/** Each part is wrong by at most two before the remainder is given out. */
const maxRounds = 4;

/**
 * Whole amounts that are proportional to the weights and add up to `total` exactly (largest remainder; ties go to
 * the first). Weights that are all zero share equally; a weight of zero beside others gets nothing.
 */
export function shares(total: number, weights: readonly number[]): number[] {
  if (weights.length === 1) return [total];
  const sum = weights.reduce((a, b) => a + b, 0);
  const even = sum === 0;
  const exact = weights.map((weight) => (total * (even ? 1 : weight)) / (even ? weights.length : sum));
  const whole = exact.map(Math.floor);
  const order = exact
    .map((value, index) => ({ index, remainder: value - Math.floor(value) }))
    .filter(({ index }) => even || weights[index] !== 0)
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  let rest = whole.reduce((left, part) => left - part, total);
  // Parts of totals near 2^53 are rounded themselves: there may be more left than remainders, or too much may have been given.
  for (let round = 0; rest !== 0 && round < maxRounds; round += 1) {
    for (const { index } of rest > 0 ? order : order.toReversed()) {
      const step = Math.sign(rest);
      const part = (whole[index] ?? 0) + step;
      if (step === 0 || (step < 0 && part < 0)) continue;
      whole[index] = part;
      rest -= step;
    }
  }
  return whole;
}

/** What was used, what it cost (null: unpriced) and what it would have cost. */
export interface Spent {
  readonly usage: Usage | null;
  readonly cost: NanoUsd | null;
  readonly savedCost: NanoUsd;
}

/** One part for each weight. In every class of tokens, in cost and in saved cost, the parts add up exactly: see {@link shares}. */
export function shareUsage({ usage, cost, savedCost }: Spent, weights: readonly number[]): readonly (Spent & { readonly usage: Usage })[] {
  if (weights.length === 1) return [{ usage: usage ?? noUsage, cost, savedCost }];
  const tokens = byClass((name) => shares((usage ?? noUsage)[name], weights));
  const costs = cost === null ? null : shares(cost, weights);
  const saved = shares(savedCost, weights);
  return weights.map((_, part) => ({
    usage: byClass((name) => tokens[name][part] ?? 0),
    cost: costs === null ? null : (costs[part] ?? 0),
    savedCost: saved[part] ?? 0,
  }));
}

/** Dollars as text for people and for the Decimal scalar: `1500000` is `0.0015`. Exact; no exponent, no trailing zeros. */
export function decimalOf(amount: NanoUsd): string {
  const digits = BigInt(Math.abs(amount)).toString().padStart(10, '0');
  const fraction = digits.slice(-9).replace(/0+$/, '');
  return `${amount < 0 ? '-' : ''}${digits.slice(0, -9)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The most dollars that {@link nanoUsdOf} reads. */
export const maxUsd = decimalOf(Number.MAX_SAFE_INTEGER);

/** The reverse of {@link decimalOf}; null for what is not a plain non-negative decimal with at most nine places. */
export function nanoUsdOf(text: string): NanoUsd | null {
  const match = /^(\d{1,7})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return null;
  const [, whole = '0', fraction = ''] = match;
  const amount = Number(whole) * 1e9 + Number(fraction.padEnd(9, '0'));
  return Number.isSafeInteger(amount) ? amount : null;
}
