import { describe, expect, it } from 'vitest';
import { healthBook } from '../../src/routing/health.ts';
import { deployment, says } from '../doubles.ts';

const one = deployment(says('Hi.'), { id: 'one' });

function bookAt() {
  const clock = { ms: 1_000_000 };
  const book = healthBook({ now: () => clock.ms });
  const fail = (times: number, retryAfterMs?: number): void => {
    for (let time = 0; time < times; time += 1) book.begin(one)?.failed(retryAfterMs);
  };
  return { clock, book, fail };
}

describe('the health of a deployment', () => {
  it('is unknown before the first call', () => {
    expect(bookAt().book.of(one)).toEqual({ circuit: 'closed', latencyMs: null, errorRate: null });
  });

  it('moves its averages towards what it sees', () => {
    const { book } = bookAt();
    book.begin(one)?.succeeded(100);
    book.begin(one)?.succeeded(200);
    book.begin(one)?.failed();
    expect(book.of(one).latencyMs).toBeCloseTo(120);
    expect(book.of(one).errorRate).toBeCloseTo(0.2);
  });

  it('opens after five faults in a row, not before, and a success between starts again', () => {
    const { book, fail } = bookAt();
    fail(4);
    book.begin(one)?.succeeded(10);
    fail(4);
    expect(book.of(one).circuit).toBe('closed');
    fail(1);
    expect(book.of(one).circuit).toBe('open');
    expect(book.begin(one)).toBeNull();
  });

  it('opens when most calls fail, though some succeed between', () => {
    const { book, fail } = bookAt();
    for (let round = 0; round < 8; round += 1) {
      fail(4);
      book.begin(one)?.succeeded(10);
    }
    expect(book.of(one).circuit).toBe('open');
  });

  it('lets one call probe it, and only one', () => {
    const { book, clock, fail } = bookAt();
    fail(5);
    clock.ms += 1_000;
    expect(book.of(one).circuit).toBe('probing');
    const probe = book.begin(one);
    expect(probe).not.toBeNull();
    expect(book.begin(one)).toBeNull();
    probe?.succeeded(10);
    expect(book.of(one)).toMatchObject({ circuit: 'closed', errorRate: 0 });
    expect(book.begin(one)).not.toBeNull();
  });

  it('gives the probe to another call when the first told nothing', () => {
    const { book, clock, fail } = bookAt();
    fail(5);
    clock.ms += 1_000;
    book.begin(one)?.abandoned();
    expect(book.begin(one)).not.toBeNull();
  });

  it('stays open twice as long after each failed probe, at most a minute', () => {
    const { book, clock, fail } = bookAt();
    fail(5);
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      waits.push(book.closedInMs(one));
      clock.ms += book.closedInMs(one);
      fail(1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('stays open as long as the provider asks, at most a minute', () => {
    const { book, fail } = bookAt();
    fail(5, 20_000);
    expect(book.closedInMs(one)).toBe(20_000);
  });

  it('does not stay open when the clock is set back', () => {
    const { clock, book, fail } = bookAt();
    fail(5);
    expect(book.begin(one)).toBeNull();
    clock.ms -= 3_600_000;
    expect(book.closedInMs(one)).toBe(0);
    expect(book.begin(one)).not.toBeNull();
  });

  it('counts each attempt once', () => {
    const { book } = bookAt();
    const trial = book.begin(one);
    trial?.failed();
    trial?.succeeded(10);
    trial?.abandoned();
    expect(book.of(one)).toMatchObject({ errorRate: 1, latencyMs: null });
  });
});
