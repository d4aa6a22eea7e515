/** The operator's own price of a deployment: one for all calls, or tiers by the length of the input. */
import type { PriceTier } from '../../core/money.ts';
import type { PriceOverride } from '../../routing/prices.ts';
import { isObject, listOf } from '../kinds/composed.ts';
import { amount, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed, type Setting, settingOf } from '../kinds/setting.ts';
import { showValue } from '../mistake-sentences.ts';

/** Amounts are whole nano-dollars. With less than this, a thousand tokens cost nothing, and the model would be free by mistake. */
const minPerMillion = 0.000001;
/** One dollar per token. With more, the cost of a long call is no longer an exact integer. */
const maxPerMillion = 1_000_000;

const anyPerMillion = amount({ unit: 'US dollars per million tokens', accepted: 'US dollars per million tokens, 0 or more' });

const perMillion: typeof anyPerMillion = {
  ...anyPerMillion,
  mistakes(path, value, place) {
    const found = anyPerMillion.mistakes(path, value, place);
    const isOdd = typeof value === 'number' && value !== 0 && (value < minPerMillion || value > maxPerMillion);
    return found.length > 0 || !isOdd
      ? found
      : [`${path} is ${value}. It must be 0, or from ${minPerMillion} to ${maxPerMillion} US dollars per million tokens.`];
  },
};

const flatPriceSection = section('deployments.<id>.price', {
  /** Price of input tokens. */
  input: needed(perMillion),
  /** Price of output tokens, reasoning included. */
  output: needed(perMillion),
  /** Price of input tokens that the vendor reads from its cache. */
  cacheRead: { ...perMillion, facts: { ...perMillion.facts, otherwise: 'as `input`' } },
  /** Price of input tokens that the vendor writes to its cache. */
  cacheWrite: { ...perMillion, facts: { ...perMillion.facts, otherwise: 'as `input`' } },
});

const priceTierSection = section('deployments.<id>.price.tiers.<n>', {
  /** Number of input tokens from which on the tier applies: 0 for the first tier, then rising. */
  aboveInputTokens: needed(wholeNumber({ min: 0, unit: 'tokens' })),
  /** Price of input tokens. */
  inputPerMillion: needed(perMillion),
  /** Price of output tokens, reasoning included. */
  outputPerMillion: needed(perMillion),
  /** Price of input tokens that the vendor reads from its cache. */
  cacheReadPerMillion: needed(perMillion),
  /** Price of input tokens that the vendor writes to its cache. */
  cacheWritePerMillion: needed(perMillion),
});

const tieredPriceSection = section(
  'deployments.<id>.price',
  {
    /** Replaces the amounts above when the vendor charges more for the whole call above a length. */
    tiers: needed(
      listOf(priceTierSection, {
        whenEmpty: (path) => [`${path} is empty. It must be a list of prices, the first with aboveInputTokens: 0.`],
      }),
    ),
  },
  { rules: [{ reads: ['tiers'], mistakes: ({ tiers }, path) => orderMistakes(tiers, `${path}.tiers`) }] },
);

function orderMistakes(tiers: readonly PriceTier[], path: string): readonly string[] {
  return tiers.flatMap(({ aboveInputTokens }, index) => {
    const before = tiers[index - 1]?.aboveInputTokens ?? -1;
    if (index === 0 ? aboveInputTokens === 0 : aboveInputTokens > before) return [];
    const wanted = index === 0 ? '0, since the first tier holds from there' : `a whole number above ${before}, the tier before it`;
    return [`${path}.${index}.aboveInputTokens is ${showValue(aboveInputTokens)}. It must be ${wanted}.`];
  });
}

export const price: Setting<PriceOverride, undefined, false> = settingOf<PriceOverride, undefined>(
  {
    type: 'object',
    accepted: '{ input, output, cacheRead, cacheWrite }, or { tiers }',
    otherwise: 'the price table; unknown where it has none',
    within: [flatPriceSection, tieredPriceSection],
  },
  {},
  (path, value, place) => (isObject(value) && 'tiers' in value ? tieredPriceSection : flatPriceSection).mistakes(path, value, place),
);
