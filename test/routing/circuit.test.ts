import { describe, expect, it } from 'vitest';
import { circuit, maxOpenMs } from '../../src/outbound/circuit.ts';

function clocked(random = 0) {
  const clock = { time: 0 };
  return { clock, circuit: circuit({ monotonicMs: () => clock.time, random: () => random }) };
}

describe('a circuit breaker', () => {
  it('a circuit breaker is closed, open for a second, then lets one call through at a time', () => {
    const { clock, circuit: one } = clocked();
    expect([one.state(), one.passable()]).toEqual(['closed', true]);
    one.open();
    expect([one.state(), one.passable(), one.leftMs()]).toEqual(['open', false, 1_000]);
    clock.time = 1_000;
    expect([one.state(), one.passable(), one.leftMs()]).toEqual(['probing', true, 0]);
    one.probe();
    expect(one.passable()).toBe(false);
    one.probed();
    expect(one.passable()).toBe(true);
  });

  it('a circuit breaker opens for twice as long each time, up to a bound, until it is well', () => {
    const { clock, circuit: one } = clocked();
    const times = Array.from({ length: 6 }, () => {
      one.open();
      const left = one.leftMs();
      clock.time += left;
      return left;
    });
    expect(times).toEqual([1_000, 2_000, 4_000, 8_000, maxOpenMs, maxOpenMs]);
    one.close();
    expect(one.state()).toBe('closed');
    one.open();
    expect(one.leftMs()).toBe(maxOpenMs);
    one.well();
    one.open();
    expect(one.leftMs()).toBe(1_000);
  });

  it('a circuit breaker opens for a little less by chance, so that circuits that opened together do not close together', () => {
    const { circuit: one } = clocked(0.999);
    one.open();
    expect(one.leftMs()).toBeGreaterThan(790);
    expect(one.leftMs()).toBeLessThan(1_000);
  });
});
