import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, beginOfDay, dateIn, isDate } from '../../src/console/location/zoned-days.ts';
import { csvCell } from '../../src/console/pages/spend/csv-text.ts';
import { costOfThousand, metricOf } from '../../src/console/pages/spend/spend-rows.ts';
import { filterOf, narrowed, questionsOf, rangeOf, spendState } from '../../src/console/pages/spend/spend-state.ts';

const zones = ['UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/Los_Angeles', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Havana'];
const hour = 3_600_000;

describe('the days of a zone', () => {
  it('the days of a zone begin where the one before ends, and have every moment of their date, also where clocks change', () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) }), (zone, at) => {
        const date = dateIn(zone, at);
        const begin = beginOfDay(zone, date);
        expect(begin).toBeLessThanOrEqual(at);
        expect(beginOfDay(zone, addDays(date, 1))).toBeGreaterThan(at);
        expect(dateIn(zone, begin)).toBe(date);
        expect(dateIn(zone, begin - 1)).toBe(addDays(date, -1));
      }),
    );
    expect(beginOfDay('Europe/Berlin', '2026-10-26') - beginOfDay('Europe/Berlin', '2026-10-25')).toBe(25 * hour);
    expect(beginOfDay('America/Los_Angeles', '2026-03-09') - beginOfDay('America/Los_Angeles', '2026-03-08')).toBe(23 * hour);
    expect([isDate('2026-02-28'), isDate('2026-02-30'), isDate('today')]).toEqual([true, false, false]);
  });
});

describe('the state of the page Spend', () => {
  const now = Date.UTC(2026, 10, 28, 20);

  it('the state of the page Spend is a range that contains the last minute, in days of the zone', () => {
    for (const zone of zones) {
      for (const search of ['', 'range=24h', 'range=7d', 'range=90d', 'range=month', 'range=custom&from=2026-12-01&to=2026-11-01']) {
        const { from, to } = rangeOf(spendState.read(search), zone, now);
        expect(from).toBeLessThan(now);
        expect(to).toBeGreaterThan(now);
      }
    }
    const week = rangeOf(spendState.read('range=7d'), 'Asia/Kathmandu', now);
    expect(new Date(week.from).toISOString()).toBe('2026-11-22T18:15:00.000Z');
    expect(new Date(week.to).toISOString()).toBe('2026-11-29T18:15:00.000Z');
    expect(rangeOf(spendState.read('range=custom&from=2026-11-05&to=2026-11-05'), 'UTC', now)).toEqual({
      from: Date.UTC(2026, 10, 5),
      to: Date.UTC(2026, 10, 6),
      interval: 'HOUR',
    });
  });

  it('the state of the page Spend is filters by values with any signs in them, and by none', () => {
    const where = narrowed(['client=old', 'tag:a=b=c'], ['client', 'x=y'], ['operation', null]);
    expect(filterOf(where)).toEqual({ clients: ['x=y'], operations: [null], tags: { a: 'b=c' } });
    expect(filterOf(['colour=red', 'nonsense'])).toEqual({});
    const again = spendState.read(spendState.write({ ...spendState.read(''), where }));
    expect(again.where).toEqual(where);
    expect(questionsOf(spendState.read('by=tag&tag=feature&metric=calls'), 'UTC', now).rows).toMatchObject({
      groupBy: [],
      groupByTags: ['feature'],
      orderBy: 'CALLS',
      timeZone: 'UTC',
    });
  });
});

it('a thousand operations cost exactly a thousandth of a million of them, and nothing is said where operations are not known', () => {
  const of = (amount: string | null, ofOperations: number | null) =>
    costOfThousand({ usage: { totalTokens: 0, cost: amount === null ? null : { amount } }, ofOperations });
  expect([of('0.84', 1_000), of('12', 3), of('0.000000001', 1), of('0', 5)]).toEqual(['0.84', '4000', '0.000001', '0']);
  expect([of('1', null), of('1', 0), of(null, 5)]).toEqual([null, null, null]);
});

it('the figures of Spend start on tokens where all is free, and on cost where something has a price, or none that is known', () => {
  const none = { failures: 0, savedCost: null, failedCost: { amount: '0' }, operations: null, latency: null };
  const of = (amount: string | null, unpricedCalls = 0) => ({
    ...none,
    calls: 2,
    unpricedCalls,
    usage: { totalTokens: 30, cost: amount === null ? null : { amount } },
  });
  expect([of('0'), of('0.000000001'), of(null, 2)].map((total) => metricOf('auto', total))).toEqual(['tokens', 'cost', 'cost']);
  expect(metricOf('calls', of('0'))).toBe('calls');
});

it.each([
  ['=1+1', "'=1+1"],
  ['@x', "'@x"],
  ['-x', "'-x"],
  ['-1.5', '-1.5'],
  ['a"b', '"a""b"'],
])('a cell of the file of Spend is no formula: %j', (text, cell) => {
  expect(csvCell(text)).toBe(cell);
});
