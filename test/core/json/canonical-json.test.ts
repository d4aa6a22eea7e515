import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, canonicalJsonInTurns, jsonTextInTurns } from '../../../src/core/json/canonical-json.ts';
import { finishPaced } from '../../../src/core/turns/paced.ts';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { perRound } from '../../rounds.ts';

it('two writings of one value are one text, without what is undefined', () => {
  expect(canonicalJson({ b: 1, a: { d: [1, { z: 2, y: 3 }], c: undefined } })).toBe('{"a":{"d":[1,{"y":3,"z":2}]},"b":1}');
  expect(canonicalJson({ 10: 'a', 9: 'b', x: 'c' })).toBe(canonicalJson({ x: 'c', 10: 'a', 9: 'b' }));
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}'))).toBe(canonicalJson(JSON.parse('{"__proto__":2,"b":1}')));
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  expect(canonicalJson(undefined)).toBe('null');
});

it('the text of a large value is the same, whatever its names, and is made in slices', async () => {
  const names = fc.constantFrom('x', '0', '01', '4294967294', '4294967295', '__proto__', 'é', '');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(names, fc.jsonValue()), { maxLength: 6 }), fc.jsonValue(), async (some, inner) => {
      const keys = Array.from({ length: 2_500 }, (_, index): [string, unknown] => [
        `k${(index * 7_919) % 2_500}`,
        index % 9 ? index : inner,
      ]);
      const value = { list: keys.map(([name]) => ({ name })), object: Object.fromEntries([...keys, ...some]), left: undefined };
      const turns = turnsOf({ unitsPerTurn: 1_000 });
      expect(await canonicalJsonInTurns(value, turns)).toBe(canonicalJson(value));
      expect(turns.taken()).toBeGreaterThan(10);
    }),
    { numRuns: perRound(6, 200) },
  );
});

it('the text that keeps the order of the names is the one of JSON.stringify', () => {
  const keys = Array.from({ length: 2_500 }, (_, index): [string, unknown] => [`k${(index * 7_919) % 2_500}`, index]);
  fc.assert(
    fc.property(fc.jsonValue(), (inner) => {
      const value = { list: [inner, ...keys], object: Object.fromEntries([...keys, ['inner', inner]]), left: undefined, of: [undefined] };
      for (const written of [value, inner, undefined])
        expect(finishPaced(jsonTextInTurns(written, turnsOf({ unitsPerTurn: Number.POSITIVE_INFINITY })))).toBe(JSON.stringify(written));
    }),
    { numRuns: perRound(6, 200) },
  );
});

it('a small value is written at once', () => {
  expect(canonicalJsonInTurns({ b: [1], a: 'x'.repeat(10_000) })).toBe(canonicalJson({ b: [1], a: 'x'.repeat(10_000) }));
});
