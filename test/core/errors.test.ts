import { expect, it } from 'vitest';
import { firstNames, GatewayError } from '../../src/core/errors.ts';

it('an error that repeats megabytes of its caller keeps its beginning and its end, where what would be accepted stands', () => {
  const message = (length: number): string =>
    new GatewayError('BAD_REQUEST', `There is no route "${'x'.repeat(length)}". Routes: fast, good.`).message;
  expect(message(1_900)).toBe(`There is no route "${'x'.repeat(1_900)}". Routes: fast, good.`);
  expect(message(1_900_000)).toMatch(/^There is no route "x{1000,} … x+". Routes: fast, good\.$/);
  expect(message(1_900_000).length).toBeLessThan(2_010);
  expect(new GatewayError('BAD_REQUEST', '😀'.repeat(5_000)).message.isWellFormed()).toBe(true);
});

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `k${index}`);

it('a sentence names ten of the names that a caller gave, each in its first 80 characters, and says how many more there are', () => {
  expect(firstNames([])).toBe('');
  expect(firstNames(['a', 'b'])).toBe('a, b');
  expect(firstNames(names(10))).toBe('k0, k1, k2, k3, k4, k5, k6, k7, k8, k9');
  expect(firstNames(names(9_908))).toBe('k0, k1, k2, k3, k4, k5, k6, k7, k8, k9 and 9,898 more');
  expect(firstNames([`${'x'.repeat(79)}😀`])).toBe(`${'x'.repeat(79)}\ufffd…`);
});
