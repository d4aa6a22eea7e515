import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codecOf, countParam, flagParam, oneOf, textParam, textsParam } from '../../src/console/location/url-state.ts';

const codec = codecOf({
  text: textParam(),
  by: oneOf(['day', 'hour', 'month']),
  teams: textsParam,
  isOpen: flagParam,
  first: countParam({ otherwise: 20, min: 1, max: 100 }),
});
const states = fc.record({
  text: fc.string({ unit: 'grapheme' }),
  by: fc.constantFrom('day' as const, 'hour' as const, 'month' as const),
  teams: fc.uniqueArray(fc.string({ unit: 'grapheme' })),
  isOpen: fc.boolean(),
  first: fc.integer({ min: 1, max: 100 }),
});

describe('the address of a page', () => {
  it('the address of a page holds its whole state, whatever people have typed', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(codec.read(codec.write(state))).toEqual(state);
      }),
    );
  });

  it('the address of a page has nothing for what is as usual, and keeps what belongs to others', () => {
    const usual = codec.read('');
    expect(codec.write(usual)).toBe('');
    expect(codec.write({ ...usual, teams: ['a', 'b'] }, 'tz=Asia%2FKolkata&teams=old&first=7')).toBe('tz=Asia%2FKolkata&teams=a&teams=b');
  });

  it.each(['by=century&first=-1', 'first=1e3&by=', 'first=99999999999999999', 'teams&isOpen=yes'])(
    'the address of a page that somebody has bent (%s) is read as one that fits',
    (search) => {
      const state = codec.read(search);
      expect(codec.read(codec.write(state))).toEqual(state);
      expect(state.first).toBeGreaterThanOrEqual(1);
      expect(state.first).toBeLessThanOrEqual(100);
      expect(['day', 'hour', 'month']).toContain(state.by);
    },
  );
});
