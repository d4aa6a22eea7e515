import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minuteMicros, type RateLimit, rateBuckets, unitsOfOne } from '../../../src/storage/limits/rates/rate-buckets.ts';
import { rounds } from '../../rounds.ts';

const tokens = (perMinute: number, name = 'team:s'): RateLimit => ({ kind: 'tokens', name, perMinute });

/** The same bucket in numbers of any size, which round nothing. */
function exactBucket(perMinute: number) {
  const full = BigInt(perMinute) * BigInt(minuteMicros);
  let level = full;
  let at = 0n;
  const fill = (micros: number): void => {
    level += (BigInt(micros) - at) * BigInt(perMinute);
    if (level > full) level = full;
    at = BigInt(micros);
  };
  const units = (n: number): bigint => BigInt(Math.min(n, perMinute)) * BigInt(minuteMicros);
  return {
    take(n: number, micros: number): boolean {
      fill(micros);
      if (level < units(n)) return false;
      level -= units(n);
      return true;
    },
    giveBack(n: number, used: number, micros: number): void {
      fill(micros);
      level += units(n) - BigInt(used) * BigInt(minuteMicros);
      if (level > full) level = full;
    },
    level: () => level,
  };
}

const passes = (take: () => void): boolean => {
  try {
    take();
    return true;
  } catch {
    return false;
  }
};

describe('buckets of rates', () => {
  it('buckets of rates refill exactly: no rounding adds or loses a unit, however often and at whatever moments they are asked', () => {
    const anyStep = fc.record({
      micros: fc.oneof(fc.nat(50), fc.nat(5_000_000), fc.nat(90_000_000)),
      asks: fc.nat(2_000),
      usedPercent: fc.nat(130),
      isBack: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000_000 }), fc.array(anyStep, { maxLength: 60 }), (perMinute, steps) => {
        let micros = 0;
        const limit = tokens(perMinute);
        // The clock of the process has fractions of milliseconds.
        const buckets = rateBuckets(() => micros / 1_000 + 0.000_01);
        const exact = exactBucket(perMinute);
        for (const { micros: passed, asks, usedPercent, isBack } of steps) {
          micros += passed;
          const wanted = Math.ceil((asks * perMinute) / 1_000);
          const passed_ = passes(() => buckets.take([limit], wanted));
          expect(passed_).toBe(exact.take(wanted, micros));
          if (passed_ && isBack) {
            const used = Math.floor((wanted * usedPercent) / 100);
            buckets.giveBack([limit], wanted, used);
            exact.giveBack(wanted, used, micros);
          }
          expect(BigInt(buckets.level(limit))).toBe(exact.level());
        }
      }),
      { numRuns: 200 * rounds },
    );
  });

  it('buckets of rates let in no more than a minute’s worth and what the time brought, to the token', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(fc.record({ micros: fc.nat(3_000_000), wanted: fc.integer({ min: 1, max: 500 }) }), { minLength: 1, maxLength: 200 }),
        (perMinute, steps) => {
          let micros = 0;
          const buckets = rateBuckets(() => micros / 1_000);
          let taken = 0n;
          for (const { micros: passed, wanted } of steps) {
            micros += passed;
            if (wanted <= perMinute && passes(() => buckets.take([tokens(perMinute)], wanted))) taken += BigInt(wanted);
            expect(taken * BigInt(minuteMicros)).toBeLessThanOrEqual(BigInt(perMinute) * BigInt(minuteMicros + micros));
          }
        },
      ),
      { numRuns: 50 * rounds },
    );
  });

  it('buckets of rates say to the millisecond when what was refused is accepted', () => {
    let now = 0;
    const buckets = rateBuckets(() => now);
    buckets.take([tokens(7)], 7);
    const refusedFor = (): number => {
      try {
        buckets.take([tokens(7)], 3);
        return 0;
      } catch (error) {
        return (error as { details: { retryAfterMs: number } }).details.retryAfterMs;
      }
    };
    const wait = refusedFor();
    expect(wait).toBe(Math.ceil((3 * 60_000) / 7));
    now += wait - 1;
    expect(refusedFor()).toBe(1);
    now += 1;
    expect(refusedFor()).toBe(0);
  });

  it('buckets of tokens let what can use more than a minute’s worth in when they are full, and make up for what it used', () => {
    let now = 0;
    const buckets = rateBuckets(() => now);
    const limit = tokens(100);
    buckets.take([limit], 1_000);
    buckets.giveBack([limit], 1_000, 250);
    expect(buckets.level(limit)).toBe(-150 * unitsOfOne);
    now += 90_000;
    expect(buckets.level(limit)).toBe(0);
    now += 600_000;
    expect(buckets.level(limit)).toBe(100 * unitsOfOne);
  });

  it('buckets of rates are taken of all or of none', () => {
    const buckets = rateBuckets(() => 0);
    const team: RateLimit = { kind: 'calls', name: 'team:s', perMinute: 1 };
    buckets.take([tokens(100), team], 30);
    expect(passes(() => buckets.take([tokens(100), team], 30))).toBe(false);
    expect(buckets.level(tokens(100))).toBe(70 * unitsOfOne);
  });
});
