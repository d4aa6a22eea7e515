import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flatPrice } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import type { Health } from '../../src/routing/route.ts';
import { cheapest, fastest, strategies, weightedBy } from '../../src/routing/strategies.ts';
import { deployment, request, says } from '../doubles.ts';
import { rounds } from '../rounds.ts';

const named = (id: string, settings: Parameters<typeof deployment>[1] = {}) => deployment(says('Hi.'), { id, ...settings });
const unknown: Health = { circuit: 'closed', latencyMs: null, errorRate: null };

describe('every strategy', () => {
  it.each(Object.entries(strategies))('the strategy %s keeps each deployment once', (_, strategy) => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 1 }), fc.infiniteStream(fc.nat({ max: 5 })), (ids, weights) => {
        const deployments = ids.map((id) => named(id, { weight: weights.next().value ?? 1 }));
        const order = strategy(deployments, request, () => unknown);
        expect(order.map((one) => one.id).toSorted()).toEqual(ids.toSorted());
      }),
      { numRuns: 50 * rounds },
    );
  });
});

describe('weighted', () => {
  it('weighted spreads in proportion, and uses a weight of 0 only as a fallback', () => {
    const deployments = [named('three', { weight: 3 }), named('one', { weight: 1 }), named('never', { weight: 0 })];
    const firstFor = (draw: number) => weightedBy(() => draw)(deployments, request, () => unknown)[0]?.id;
    const firsts = Array.from({ length: 100 }, (_, percent) => firstFor(percent / 100));
    expect(firsts.filter((id) => id === 'three')).toHaveLength(75);
    expect(firsts.filter((id) => id === 'one')).toHaveLength(25);
  });
});

describe('cheapest', () => {
  const talker = named('talker', { price: flatPrice({ input: 1, output: 10 }) });
  const reader = named('reader', { price: flatPrice({ input: 3, output: 1 }) });
  const unpriced = named('unpriced', { price: null });

  it('cheapest goes by what this very call can cost', () => {
    const first = (text: string, maxOutputTokens: number) =>
      cheapest([unpriced, talker, reader], completionRequest(text, { maxOutputTokens }), () => unknown).map((one) => one.id);
    expect(first('Write.', 1_000)).toEqual(['reader', 'talker', 'unpriced']);
    expect(first('word '.repeat(2_000), 1)).toEqual(['talker', 'reader', 'unpriced']);
  });
});

describe('fastest', () => {
  it('fastest tries what is unmeasured, then the fastest, and last what has only failed', () => {
    const health: Record<string, Health> = {
      slow: { ...unknown, latencyMs: 900, errorRate: 0 },
      quick: { ...unknown, latencyMs: 100, errorRate: 0 },
      flaky: { ...unknown, latencyMs: 90, errorRate: 0.8 },
      broken: { ...unknown, errorRate: 1 },
    };
    const deployments = ['broken', 'slow', 'flaky', 'quick', 'new'].map((id) => named(id));
    const order = fastest(deployments, request, ({ id }) => health[id] ?? unknown);
    expect(order.map((one) => one.id)).toEqual(['new', 'quick', 'flaky', 'slow', 'broken']);
  });
});
