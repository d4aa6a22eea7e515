import { describe, expect, it } from 'vitest';
import { turnIfLarge } from '../../../src/core/turns/large-value.ts';

const many = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a turn before a large value is read again', () => {
  it.each([
    ['a text of a million characters', 'x'.repeat(1_000_000)],
    ['2,000 members', many(2_000)],
    ['2,000 members in all', { a: many(999), b: { c: many(998) } }],
    ['nothing', null],
  ])('a turn before a large value is read again is not taken for %s', (_, value) => {
    expect(turnIfLarge(value)).toBeNull();
  });

  it.each([
    ['a list of 2,001', many(2_001)],
    ['an object of 2,001', Object.fromEntries(many(2_001).map((index) => [`k${index}`, index]))],
    ['2,001 in all', { a: many(1_000), b: { c: many(998) } }],
    ['2,001 lists in lists', many(2_001).reduce<readonly unknown[]>((inner) => [inner], [])],
  ])('a turn before a large value is read again is taken for %s', async (_, value) => {
    let others = false;
    setImmediate(() => {
      others = true;
    });
    await turnIfLarge(value);
    expect(others).toBe(true);
  });
});
