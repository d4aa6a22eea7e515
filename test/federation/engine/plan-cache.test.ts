import { describe, expect, it } from 'vitest';
import { planCache } from '../../../src/federation/engine/plan/plan-cache.ts';

const weighing = (value: string, weight: number) => () => Promise.resolve({ value, weight });

describe('the plans of operations', () => {
  it('the plans of operations are made once, also while they are being made', async () => {
    const plans = planCache<string>();
    let made = 0;
    const make = async () => {
      made += 1;
      return { value: 'plan', weight: 1 };
    };
    const both = [plans.get('a', make), plans.get('a', make)];
    expect(await Promise.all(both)).toEqual(['plan', 'plan']);
    expect(plans.get('a', make)).toBe('plan');
    expect(made).toBe(1);
  });

  it('the plans of operations weigh no more together than they may: the least recently used one goes first', async () => {
    const plans = planCache<string>(10);
    for (const [key, weight] of [
      ['a', 4],
      ['b', 4],
    ] as const)
      await plans.get(key, weighing(key, weight));
    expect(plans.get('a', weighing('other', 1))).toBe('a');
    await plans.get('c', weighing('c', 4));
    expect(plans.recent()).toEqual(['c', 'a']);
    expect(await plans.get('b', weighing('made anew', 1))).toBe('made anew');
  });

  it('the plans of operations keep one that alone weighs more than all may, and none beside it', async () => {
    const plans = planCache<string>(10);
    await plans.get('small', weighing('small', 1));
    await plans.get('large', weighing('large', 100));
    expect(plans.recent()).toEqual(['large']);
    await plans.get('small', weighing('small', 1));
    expect(plans.recent()).toEqual(['small']);
  });

  it('the plans of operations have none for what could not be made: the next one tries again', async () => {
    const plans = planCache<string>();
    await expect(plans.get('a', () => Promise.reject(new Error('No.')))).rejects.toThrow('No.');
    expect(await plans.get('a', weighing('plan', 1))).toBe('plan');
  });
});
