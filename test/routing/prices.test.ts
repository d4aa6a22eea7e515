import { describe, expect, it } from 'vitest';
import { ceilingOf, costOf, flatPrice, noUsage } from '../../src/core/money.ts';
import { contextWindowOf, priceOf } from '../../src/routing/prices.ts';

describe('the price of a model', () => {
  it('the price of a model is the listed one, with what cached input costs', () => {
    const price = priceOf('openai', 'gpt-5-mini');
    expect(price?.tiers).toEqual([
      { aboveInputTokens: 0, inputPerMillion: 0.25, outputPerMillion: 2, cacheReadPerMillion: 0.025, cacheWritePerMillion: 0.25 },
    ]);
  });

  it('the price of a model rises for the whole call above a length, where the vendor’s does', () => {
    const price = priceOf('anthropic', 'claude-sonnet-4-5');
    if (price === null) throw new Error('The list has no price.');
    const cost = (freshInputTokens: number) => costOf({ ...noUsage, freshInputTokens, outputTokens: 100 }, price);
    expect(cost(200_000)).toBe(200_000 * 3_000 + 100 * 15_000);
    expect(cost(200_001)).toBe(200_001 * 6_000 + 100 * 22_500);
    expect(ceilingOf(10, 0, price)).toBe(10 * 7_500);
  });

  it('the price of a model knows cache writes, dated names and embeddings', () => {
    expect(priceOf('anthropic', 'claude-sonnet-4-0')?.tiers[0]).toMatchObject({ cacheReadPerMillion: 0.3, cacheWritePerMillion: 3.75 });
    expect(priceOf('openai', 'gpt-4o-2024-08-06')?.tiers[0]).toMatchObject({ inputPerMillion: 2.5, outputPerMillion: 10 });
    expect(priceOf('openai', 'text-embedding-3-small')?.tiers[0]).toMatchObject({ inputPerMillion: 0.02, outputPerMillion: 0 });
    expect(priceOf('google', 'gemini-2.5-pro')?.tiers).toHaveLength(2);
  });

  it('the price of a model is that of the dearest hour, where it changes over the day', () => {
    for (const hour of [3, 18]) {
      const at = new Date(Date.UTC(2026, 10, 20, hour));
      expect(priceOf('deepseek', 'deepseek-chat', null, at)?.tiers[0]).toMatchObject({ inputPerMillion: 0.27, outputPerMillion: 1.1 });
    }
  });

  it('the price of a model is unknown, never 0, for what the list does not know', () => {
    expect(priceOf('openai', 'my-own-model')).toBeNull();
    expect(priceOf('my-provider', 'gpt-4o')).toBeNull();
    expect(contextWindowOf('openai', 'my-own-model')).toBeNull();
  });

  it('the price of a model is the operator’s where there is one', () => {
    expect(priceOf('openai', 'my-own-model', { input: 1, output: 2 })).toEqual(flatPrice({ input: 1, output: 2 }));
    expect(priceOf('openai', 'gpt-5-mini', flatPrice({ input: 0, output: 0 }))).toEqual(flatPrice({ input: 0, output: 0 }));
  });

  it('the price of a model comes with the context window, where the list has it', () => {
    expect(contextWindowOf('openai', 'gpt-5-mini')).toBe(400_000);
  });
});
