import { describe, expect, it } from 'vitest';
import { type Caller, healthBook } from '../../src/routing/health.ts';
import type { Fault } from '../../src/routing/trial.ts';
import { deployment, says } from '../doubles.ts';

const one = deployment(says('Hi.'), { id: 'one' });
const two = deployment(says('Hi.'), { id: 'two' });
const ada: Caller = { id: 'key:ada', team: null };
const bob: Caller = { id: 'key:bob', team: null };
const eve: Caller = { id: 'key:eve', team: null };
const ofTeam = (team: string, key: string): Caller => ({ id: `key:${key}`, team });

/** What refuses everybody: a connection that is refused, say. */
const clear: Fault = { about: 'deployment' };

function bookAt(random = 0) {
  const clock = { ms: 1_000_000 };
  const book = healthBook({ monotonicMs: () => clock.ms, random: () => random });
  const fail = (times: number, caller: Caller = ada, fault: Fault = clear, at = one): void => {
    for (let time = 0; time < times; time += 1) book.begin(at, caller)?.failed(fault);
  };
  const succeed = (caller: Caller = ada, latencyMs = 10): void => {
    const trial = book.begin(one, caller);
    trial?.spoke(latencyMs);
    trial?.succeeded();
  };
  const serves = (caller: Caller, at = one): boolean => {
    const trial = book.begin(at, caller);
    trial?.abandoned();
    return trial !== null;
  };
  return { clock, book, fail, succeed, serves };
}

describe('the health of a deployment', () => {
  it('the health of a deployment is unknown before the first call', () => {
    expect(bookAt().book.of(one)).toEqual({ circuit: 'closed', latencyMs: null, errorRate: null });
  });

  it('the health of a deployment moves its averages towards what it sees', () => {
    const { book, fail, succeed } = bookAt();
    succeed(ada, 100);
    succeed(ada, 200);
    fail(1);
    expect(book.of(one).latencyMs).toBeCloseTo(120);
    expect(book.of(one).errorRate).toBeCloseTo(0.2);
  });

  it('the health of a deployment is as each caller finds it, however many calls one of them makes', () => {
    const { book, fail, succeed } = bookAt();
    succeed(bob, 100);
    succeed(eve, 100);
    for (let call = 0; call < 50; call += 1) {
      succeed(ada, 1_000);
      fail(1, ada);
    }
    const { latencyMs, errorRate } = book.of(one);
    expect(latencyMs).toBeCloseTo(400);
    expect(errorRate).toBeLessThan(0.25);
  });

  it('the health of a deployment opens after five faults in a row, not before, and a success between starts again', () => {
    const { book, fail, succeed } = bookAt();
    fail(4);
    succeed();
    fail(4);
    expect(book.of(one).circuit).toBe('closed');
    fail(1);
    expect(book.of(one).circuit).toBe('open');
    expect(book.begin(one, ada)).toBeNull();
  });

  it('the health of a deployment is told for a caller with the time that is left, and for everybody; looking makes no record', () => {
    const { clock, book, fail } = bookAt();
    const [ann, ben] = [ofTeam('search', 'ann'), ofTeam('search', 'ben')];
    expect(book.look(one, ann)).toEqual({ state: 'closed', openForMs: 0 });
    fail(5, ann, {});
    expect(book.look(one, ann)).toEqual({ state: 'open', openForMs: 1_000 });
    expect(book.look(one, ben)).toEqual({ state: 'closed', openForMs: 0 });
    expect(book.look(one, ofTeam('ads', 'bob'))).toEqual({ state: 'closed', openForMs: 0 });
    expect(book.look(one, null)).toEqual({ state: 'closed', openForMs: 0 });
    clock.ms += 400;
    expect(book.look(one, ann)).toEqual({ state: 'open', openForMs: 600 });
    clock.ms += 600;
    expect(book.look(one, ann)).toEqual({ state: 'probing', openForMs: 0 });
    book.begin(one, ann)?.failed({ retryAfterMs: 30_000 });
    expect(book.look(one, null)).toEqual({ state: 'open', openForMs: 30_000 });
    for (let caller = 0; caller < 300; caller += 1) book.look(two, ofTeam(`team${caller}`, 'a'));
    expect(book.shutOut(two)).toBe(0);
  });

  it('the health of a deployment that fails for every caller is told as open until the first of them may ask again', () => {
    const { clock, book, fail } = bookAt();
    fail(5, ada);
    clock.ms += 300;
    fail(5, bob);
    expect(book.of(one).circuit).toBe('open');
    expect(book.look(one, null).state).toBe('open');
    expect(book.look(one, null).openForMs).toBeGreaterThan(0);
  });

  it('the health of a deployment opens when most calls fail, though some succeed between', () => {
    const { book, fail, succeed } = bookAt();
    for (let round = 0; round < 8; round += 1) {
      fail(4);
      succeed();
    }
    expect(book.of(one).circuit).toBe('open');
  });

  it('the health of a deployment lets one call probe it, and only one', () => {
    const { book, clock, fail } = bookAt();
    fail(5);
    clock.ms += 1_000;
    expect(book.of(one).circuit).toBe('probing');
    const probe = book.begin(one, ada);
    expect(probe).not.toBeNull();
    expect(book.begin(one, ada)).toBeNull();
    probe?.spoke(10);
    probe?.succeeded();
    expect(book.of(one)).toMatchObject({ circuit: 'closed', errorRate: 0 });
    expect(book.begin(one, ada)).not.toBeNull();
  });

  it('the health of a deployment is open to all as soon as a probe speaks, however long its answer', () => {
    const { book, clock, fail, serves } = bookAt();
    fail(5);
    clock.ms += 1_000;
    book.begin(one, ada)?.spoke(10);
    expect(serves(ada)).toBe(true);
  });

  it('the health of a deployment gives the probe to another call when the first told nothing', () => {
    const { book, clock, fail } = bookAt();
    fail(5);
    clock.ms += 1_000;
    book.begin(one, ada)?.abandoned();
    expect(book.begin(one, ada)).not.toBeNull();
  });

  it('the health of a deployment stays open twice as long after each failed probe, at most ten seconds', () => {
    const { book, clock, fail } = bookAt();
    fail(5);
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      waits.push(book.closedInMs(one, ada));
      clock.ms += book.closedInMs(one, ada);
      fail(1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('the health of a deployment closes somewhat sooner by chance, so that circuits which opened together do not close together', () => {
    const { book, fail } = bookAt(1);
    fail(5);
    expect(book.closedInMs(one, ada)).toBe(800);
  });

  it('the health of a deployment counts each attempt once', () => {
    const { book } = bookAt();
    const trial = book.begin(one, ada);
    trial?.failed();
    trial?.succeeded();
    trial?.abandoned();
    expect(book.of(one)).toMatchObject({ errorRate: 1, latencyMs: null });
  });
});

describe('what one caller provokes', () => {
  it('what one caller provokes never counts when it speaks of the request', () => {
    const { book, fail, serves } = bookAt();
    fail(50, ada, { about: 'request', retryAfterMs: 60_000 });
    expect([serves(ada), serves(bob)]).toEqual([true, true]);
    expect(book.of(one)).toMatchObject({ circuit: 'closed', errorRate: null });
  });

  it('what one caller provokes is counted against that caller: others are served, whether they were there before or not', () => {
    const { book, fail, serves, succeed } = bookAt();
    succeed(bob);
    fail(50, ada, {});
    expect([serves(ada), serves(bob), serves(eve)]).toEqual([false, true, true]);
    expect(book.of(one).circuit).toBe('closed');
    expect(book.shutOut(one)).toBe(1);
  });

  it('what one caller provokes opens no circuit for others even where it looks like an outage', () => {
    const { fail, serves } = bookAt();
    fail(50, ada, clear);
    expect([serves(ada), serves(bob)]).toEqual([false, true]);
  });

  it('what one caller provokes is that of one tenant, however many keys of its team it comes by', () => {
    const { fail, serves } = bookAt();
    for (let key = 0; key < 40; key += 1) fail(5, ofTeam('evil', `e${key}`), {});
    expect(serves(ofTeam('evil', 'fresh'))).toBe(false);
    expect([serves(ofTeam('good', 'g')), serves(bob)]).toEqual([true, true]);
  });

  it('what one caller provokes is that of one key of a team, while the others of the team are served', () => {
    const { fail, serves, succeed } = bookAt();
    succeed(ofTeam('search', 'b'));
    fail(50, ofTeam('search', 'a'), {});
    expect([serves(ofTeam('search', 'a')), serves(ofTeam('search', 'b')), serves(ofTeam('search', 'c'))]).toEqual([false, true, true]);
  });

  it('what one caller provokes does not become that of all by one mishap of another', () => {
    const { fail, serves } = bookAt();
    fail(50, ada, {});
    fail(1, bob, {});
    expect([serves(bob), serves(eve)]).toEqual([true, true]);
  });

  it('what one caller provokes does not become that of all by an accomplice, while more callers are served', () => {
    const { fail, serves, succeed } = bookAt();
    for (let round = 0; round < 20; round += 1) {
      fail(1, ada, {});
      for (const id of ['c', 'd']) succeed({ id: `key:${id}`, team: null });
      fail(1, bob, {});
    }
    expect(serves(eve)).toBe(true);
  });

  it('what one caller provokes is forgotten for those who were heard of longest ago, so that no crowd of callers fills the memory', () => {
    const { fail, serves } = bookAt();
    fail(5, ada, {});
    expect(serves(ada)).toBe(false);
    for (let other = 0; other < 256; other += 1) serves({ id: `jwt:${other}`, team: null });
    expect(serves(ada)).toBe(true);
  });
});

describe('an outage', () => {
  it('an outage opens the circuit for all once two tenants have found it', () => {
    const { book, fail, serves } = bookAt();
    fail(3, ada, {});
    fail(2, bob, {});
    expect(book.of(one).circuit).toBe('open');
    expect([serves(ada), serves(bob), serves(eve)]).toEqual([false, false, false]);
  });

  it('an outage opens it for a team by two of its keys', () => {
    const { fail, serves } = bookAt();
    fail(3, ofTeam('search', 'a'), {});
    fail(2, ofTeam('search', 'b'), {});
    expect([serves(ofTeam('search', 'c')), serves(ofTeam('other', 'd'))]).toEqual([false, true]);
  });

  it('an outage is shown as an open circuit where a single caller finds it, if it is plainly one', () => {
    const plain = bookAt();
    plain.fail(5, ada, clear);
    expect(plain.book.of(one).circuit).toBe('open');
    const doubtful = bookAt();
    doubtful.fail(5, ada, {});
    expect(doubtful.book.of(one).circuit).toBe('closed');
  });

  it('an outage is over for all when one has been answered', () => {
    const { book, clock, fail, serves } = bookAt();
    fail(5, ada);
    fail(2, bob);
    clock.ms += 1_000;
    const probe = book.begin(one, bob);
    probe?.spoke(10);
    probe?.succeeded();
    expect([serves(ada), serves(bob), serves(eve)]).toEqual([true, true, true]);
  });
});

describe('a provider that asks for patience', () => {
  it('a provider that asks for patience is left alone by everybody for as long, after the first time', () => {
    const { book, clock, fail, serves } = bookAt();
    fail(1, ada, { about: 'deployment', retryAfterMs: 60_000 });
    expect([serves(ada), serves(bob)]).toEqual([false, false]);
    expect(book.of(one).circuit).toBe('open');
    expect(book.closedInMs(one, bob)).toBe(60_000);
    clock.ms += 60_000;
    expect([serves(ada), serves(bob)]).toEqual([true, true]);
  });

  it('a provider that asks for patience is asked again after ten minutes, though it asks for more', () => {
    const { book, fail } = bookAt();
    fail(1, ada, { retryAfterMs: 3_600_000 });
    expect(book.closedInMs(one, ada)).toBe(600_000);
  });
});

describe('a route whose deployments are all left alone', () => {
  const dark = () => {
    const found = bookAt();
    for (const at of [one, two]) for (const caller of [ada, bob]) found.fail(3, caller, clear, at);
    found.book.trickle('default', [one, two], eve);
    found.clock.ms += 999;
    return found;
  };
  const trickled = ({ book }: ReturnType<typeof bookAt>, caller: Caller): string | null => {
    const allowed = book.trickle('default', [one, two], caller);
    allowed?.trial.failed(clear);
    return allowed?.deployment.id ?? null;
  };

  it('a route whose deployments are all left alone lets one call a second through, to each deployment in its turn', () => {
    const found = dark();
    expect([found.serves(eve), found.serves(eve, two)]).toEqual([false, false]);
    const through: (string | null)[] = [];
    for (let quarter = 0; quarter < 12; quarter += 1) {
      through.push(trickled(found, quarter % 2 === 0 ? ada : bob));
      found.clock.ms += 250;
    }
    expect(through.filter((id) => id !== null)).toEqual(['one', 'two', 'one']);
  });

  it('a route whose deployments are all left alone does not let one caller have every probe', () => {
    const found = dark();
    found.clock.ms += 1;
    expect(trickled(found, ada)).toBe('one');
    found.clock.ms += 1_000;
    expect([trickled(found, ada), trickled(found, bob)]).toEqual([null, 'two']);
  });

  it('a route whose deployments are all left alone serves all as soon as a probe has been answered', () => {
    const found = dark();
    found.clock.ms += 1;
    found.book.trickle('default', [one, two], eve)?.trial.spoke(10);
    expect([found.serves(ada), found.serves(bob), found.serves(eve)]).toEqual([true, true, true]);
  });

  it('a route whose deployments are all left alone is not dark for more than ten seconds after its providers are back, with calls of one caller alone', () => {
    const { book, clock, serves } = bookAt();
    const down = (): void => book.begin(one, ada)?.failed(clear);
    // Six calls a second through an hour of outage, whatever the circuit says of each.
    for (let call = 0; call < 6 * 3_600; call += 1) {
      down();
      clock.ms += 1_000 / 6;
    }
    const backAt = clock.ms;
    while (!serves(ada)) clock.ms += 100;
    expect(clock.ms - backAt).toBeLessThanOrEqual(10_000);
  });

  it('a route whose deployments are all left alone does not ask a provider that has asked to be left alone', () => {
    const found = bookAt();
    found.fail(1, ada, { retryAfterMs: 60_000 });
    found.fail(1, ada, { retryAfterMs: 60_000 }, two);
    for (let second = 0; second < 60; second += 1) {
      expect(trickled(found, bob)).toBeNull();
      found.clock.ms += 999;
    }
  });
});
