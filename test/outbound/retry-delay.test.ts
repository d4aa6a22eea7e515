import { describe, expect, it } from 'vitest';
import { acceptableRetryMs, retryAfterMs, retryDelayMs } from '../../src/outbound/retry-delay.ts';

describe('the delay before a retry', () => {
  it('the delay before a retry is what the server asks, else up to 250 ms, doubled after each failure, at most 8 s', () => {
    expect(retryDelayMs(3, 1_234, () => 0.5)).toBe(1_234);
    expect([1, 2, 3, 9].map((failures) => retryDelayMs(failures, undefined, () => 1))).toEqual([250, 500, 1_000, 8_000]);
    expect(retryDelayMs(2, undefined, () => 0)).toBe(0);
  });
});

describe('what a server asks to wait', () => {
  const date = 'Fri, 27 Nov 2026 12:00:00 GMT';
  it.each([
    ['nothing', {}, null],
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a part of a second', { 'retry-after': '0.25' }, 250],
    ['milliseconds, which are finer than the seconds beside them', { 'retry-after-ms': '30', 'retry-after': '1' }, 30],
    ['seconds beside milliseconds that are no number', { 'retry-after-ms': 'soon', 'retry-after': '1' }, 1_000],
    ['a date, on the clock of the server', { date, 'retry-after': 'Fri, 27 Nov 2026 12:00:05 GMT' }, 5_000],
    ['a date that has passed', { date, 'retry-after': 'Fri, 27 Nov 2026 11:00:00 GMT' }, 0],
    ['a time before now', { 'retry-after': '-3' }, 0],
    ['a day, of which an hour is kept', { 'retry-after': '86400' }, 3_600_000],
    ['what cannot be read', { 'retry-after': 'later' }, null],
    ['no finite number', { 'retry-after': 'Infinity' }, null],
  ])('what a server asks to wait is read from %s', (_, headers, expected) => expect(retryAfterMs(headers)).toBe(expected));

  it('what a server asks to wait is read from a date without a clock of the server by our own clock', () => {
    const ms = retryAfterMs({ 'retry-after': new Date(Date.now() + 600_000).toUTCString() });
    expect(ms).toBeGreaterThan(300_000);
    expect(ms).toBeLessThanOrEqual(600_000);
  });

  it('what a server asks to wait is never below nothing, nor above an hour', () => {
    expect([-1, 0.4, 1_500.5, 1e12].map(acceptableRetryMs)).toEqual([0, 0, 1_501, 3_600_000]);
  });
});
