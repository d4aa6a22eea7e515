import fc from 'fast-check';
import { expect, it } from 'vitest';
import { signIndex, signsOf } from '../../../src/storage/passages/vector-signs.ts';

const dimensions = 20;
const vectors = fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: dimensions, maxLength: dimensions });
const step = fc.oneof(
  fc.record({ add: fc.integer({ min: 1, max: 200 }), values: vectors }),
  fc.record({ remove: fc.integer({ min: 1, max: 200 }) }),
);

it('an index of signs holds what was added and not removed, nearest first by the signs', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), vectors, (steps, query) => {
      const index = signIndex(dimensions);
      const expected = new Map<number, readonly number[]>();
      for (const each of steps) {
        if ('add' in each) {
          if (!expected.has(each.add)) expected.set(each.add, each.values);
          index.add(each.add, signsOf(Float32Array.from(each.values)));
        } else {
          expected.delete(each.remove);
          index.remove(each.remove);
        }
      }
      const score = (id: number): number =>
        (expected.get(id) ?? []).reduce((sum, value, at) => sum + (value > 0 ? (query[at] ?? 0) : 0), 0);
      const nearest = index.nearest(Float32Array.from(query), 5);
      expect(index.size).toBe(expected.size);
      expect(nearest).toHaveLength(Math.min(5, expected.size));
      const worst = Math.min(...nearest.map(score));
      const left = [...expected.keys()].filter((id) => !nearest.includes(id));
      expect(left.every((id) => score(id) <= worst + 1e-5)).toBe(true);
      expect(index.missing(new Set(expected.keys()))).toEqual([]);
      expect(index.sample(300).sort()).toEqual([...expected.keys()].sort());
    }),
  );
});
