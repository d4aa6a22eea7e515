import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarWindow, isTimeZone } from '../../../src/storage/limits/calendar.ts';
import { forecastOf, windowOf } from '../../../src/storage/limits/windows.ts';
import { rounds } from '../../rounds.ts';

const hourMs = 3_600_000;
const at = (text: string): number => Date.parse(text);
const shown = ({ begin, end }: { readonly begin: number; readonly end: number }): readonly string[] =>
  [begin, end].map((time) => new Date(time).toISOString().replace(':00.000Z', 'Z'));

describe('days of budgets', () => {
  it.each([
    // The clocks go forward, and back.
    ['Europe/Berlin', '2026-03-29T12:00Z', 23, '2026-03-28T23:00Z', '2026-03-29T22:00Z'],
    ['Europe/Berlin', '2026-10-25T12:00Z', 25, '2026-10-24T22:00Z', '2026-10-25T23:00Z'],
    ['America/New_York', '2026-03-08T12:00Z', 23, '2026-03-08T05:00Z', '2026-03-09T04:00Z'],
    ['America/New_York', '2026-11-01T12:00Z', 25, '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
    // By half an hour.
    ['Australia/Lord_Howe', '2026-04-05T00:00Z', 24.5, '2026-04-04T13:00Z', '2026-04-05T13:30Z'],
    ['Australia/Lord_Howe', '2026-10-04T00:00Z', 23.5, '2026-10-03T13:30Z', '2026-10-04T13:00Z'],
    // At midnight: the day has none, or the hour before midnight comes twice.
    ['Atlantic/Azores', '2026-03-29T12:00Z', 23, '2026-03-29T01:00Z', '2026-03-30T00:00Z'],
    ['Africa/Cairo', '2026-04-24T12:00Z', 23, '2026-04-23T22:00Z', '2026-04-24T21:00Z'],
    ['Africa/Cairo', '2026-10-29T12:00Z', 25, '2026-10-28T21:00Z', '2026-10-29T22:00Z'],
    // The date line was crossed: there was no 30 December.
    ['Pacific/Apia', '2011-12-29T12:00Z', 24, '2011-12-29T10:00Z', '2011-12-30T10:00Z'],
    ['Pacific/Apia', '2011-12-30T12:00Z', 24, '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
    ['Asia/Kolkata', '2026-11-05T12:00Z', 24, '2026-11-04T18:30Z', '2026-11-05T18:30Z'],
    ['UTC', '2026-11-05T12:00Z', 24, '2026-11-05T00:00Z', '2026-11-06T00:00Z'],
  ])('days of budgets in %s at %s have %d hours', (timeZone, time, hours, begin, end) => {
    const window = calendarWindow('day', timeZone, at(time));
    expect(shown(window)).toEqual([begin, end]);
    expect(window.end - window.begin).toBe(hours * hourMs);
  });
});

describe('weeks and months of budgets', () => {
  it('weeks of budgets begin on Monday, also where the clocks change in them', () => {
    expect(shown(calendarWindow('week', 'UTC', at('2026-11-08T23:59Z')))).toEqual(['2026-11-02T00:00Z', '2026-11-09T00:00Z']);
    expect(shown(calendarWindow('week', 'UTC', at('2026-11-09T00:00Z')))).toEqual(['2026-11-09T00:00Z', '2026-11-16T00:00Z']);
    const inBerlin = calendarWindow('week', 'Europe/Berlin', at('2026-10-25T12:00Z'));
    expect(shown(inBerlin)).toEqual(['2026-10-18T22:00Z', '2026-10-25T23:00Z']);
    expect(inBerlin.end - inBerlin.begin).toBe(169 * hourMs);
  });

  it('months of budgets begin at the midnight of their time zone, at the turn of the year too', () => {
    expect(shown(calendarWindow('month', 'Asia/Tokyo', at('2026-12-31T14:59Z')))).toEqual(['2026-11-30T15:00Z', '2026-12-31T15:00Z']);
    expect(shown(calendarWindow('month', 'Asia/Tokyo', at('2026-12-31T15:00Z')))).toEqual(['2026-12-31T15:00Z', '2027-01-31T15:00Z']);
    expect(shown(calendarWindow('month', 'America/Los_Angeles', at('2024-03-01T07:59Z')))).toEqual([
      '2024-02-01T08:00Z',
      '2024-03-01T08:00Z',
    ]);
  });

  it('periods of budgets follow each other without gap and overlap, in every time zone and at every time', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    const anyTime = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2037, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom('day', 'week', 'month'), anyTime, (timeZone, per, time) => {
        const window = calendarWindow(per, timeZone, time);
        expect(window.begin).toBeLessThanOrEqual(time);
        expect(window.end).toBeGreaterThan(time);
        expect(calendarWindow(per, timeZone, window.begin)).toEqual(window);
        expect(calendarWindow(per, timeZone, window.end - 1)).toEqual(window);
        const next = calendarWindow(per, timeZone, window.end);
        expect(next.begin).toBe(window.end);
        expect(next.start).toBeGreaterThan(window.start);
        expect(calendarWindow(per, timeZone, window.begin - 1).end).toBe(window.begin);
      }),
      { numRuns: 100 * rounds },
    );
  });

  it('a period has the same name in every time zone, so that a budget whose zone is changed goes on', () => {
    const names = ['UTC', 'Europe/Berlin', 'Asia/Tokyo'].map(
      (timeZone) => calendarWindow('month', timeZone, at('2026-11-15T12:00Z')).start,
    );
    expect(new Set(names)).toEqual(new Set([Date.UTC(2026, 10)]));
  });

  it('what counts in total never begins anew', () => {
    expect(windowOf({ per: 'total' }, at('2026-11-05T12:00Z'))).toBe(windowOf({ per: 'total' }, at('2031-01-01T00:00Z')));
    expect(windowOf({ per: 'total' }, 0).end).toBe(Number.POSITIVE_INFINITY);
  });

  it('names of time zones are known from other text', () => {
    expect(['Europe/Berlin', 'UTC', 'Asia/Kolkata'].map(isTimeZone)).toEqual([true, true, true]);
    expect(['Berlin', 'Europe/Nowhere', '', 'CEST'].map(isTimeZone)).toEqual([false, false, false, false]);
  });
});

describe('forecasts of budgets', () => {
  const day = calendarWindow('day', 'Europe/Berlin', at('2026-10-25T12:00Z'));

  it('forecasts of budgets go on as until now to the end of the period, which may have 25 hours', () => {
    expect(forecastOf(1_000, day, day.begin + 5 * hourMs)).toBe(5_000);
    expect(forecastOf(1_000, day, day.end)).toBe(1_000);
  });

  it('forecasts of budgets are null where there is nothing to tell them from', () => {
    expect(forecastOf(0, day, day.begin + hourMs)).toBeNull();
    expect(forecastOf(1_000, day, day.begin + 60_000)).toBeNull();
    expect(forecastOf(1_000, windowOf({ per: 'total' }, day.begin), day.begin)).toBeNull();
  });
});
