import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newCallId } from '../../../src/core/call/call-id.ts';

describe('the id of a call', () => {
  it('the id of a call is a UUID of version 7 whose first 48 bits are its time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (time) => {
        const id = newCallId(time);
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
        expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(time);
      }),
    );
  });

  it('the id of a call sorts by time, as text', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        if (a !== b) expect(newCallId(a) < newCallId(b)).toBe(a < b);
      }),
    );
  });

  it('the id of a call is another each time, also within one millisecond', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newCallId(1_790_000_000_000))).size).toBe(10_000);
  });
});
