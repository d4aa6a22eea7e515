import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../src/outbound/retry-delay.ts';

describe('the delay before a retry', () => {
  it('is what the provider asks, else up to 250 ms, doubled each time, at most 8 s', () => {
    expect(retryDelayMs(3, 1_234, () => 0.5)).toBe(1_234);
    expect([1, 2, 3, 9].map((failures) => retryDelayMs(failures, undefined, () => 1))).toEqual([250, 500, 1_000, 8_000]);
    expect(retryDelayMs(2, undefined, () => 0)).toBe(0);
  });
});
