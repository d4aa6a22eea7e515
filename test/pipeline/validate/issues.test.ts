import { describe, expect, it } from 'vitest';
import { issuesOf, type Place } from '../../../src/pipeline/validate/issues.ts';

const at = (...keys: readonly (string | number)[]): Place | null => keys.reduce<Place | null>((above, key) => ({ key, above }), null);
const of = (...names: readonly string[]) => issuesOf(new Set(names));

describe('what is wrong with an answer', () => {
  it('what is wrong with an answer is told by JSON pointers, in which names that the schema does not know are stars: they are words of the model', () => {
    const issues = of('items', 'a/b', 'c~d');
    for (const place of [at('items', 3), at('a/b', 'c~d'), at('items', 'her secret'), at()]) issues.add(place, 'is wrong');
    expect(issues.all().map(({ path }) => path)).toEqual(['', '/items/3', '/a~1b/c~0d', '/items/*']);
  });

  it('what is wrong with an answer is told of the whole before its parts, else in the order in which it was found', () => {
    const issues = of('a', 'b');
    for (const place of [at('a', 'b'), at('b'), at('a'), at()]) issues.add(place, 'is wrong');
    expect(issues.all().map(({ path }) => path)).toEqual(['', '/b', '/a', '/a/b']);
  });

  it('what is wrong with an answer is told once, however often it is found, and at most twenty times', () => {
    const issues = of();
    for (let time = 0; time < 3; time += 1) issues.add(at(1), 'is wrong');
    expect(issues.length).toBe(1);
    for (let index = 0; index < 100; index += 1) issues.add(at(index), 'is wrong');
    expect(issues.all()).toHaveLength(20);
  });

  it('what is wrong with an answer can be taken back to what was known before an alternative was tried', () => {
    const issues = of('a');
    issues.add(at('a'), 'is wrong');
    const before = issues.length;
    issues.add(at(1), 'does not fit the first alternative');
    issues.cut(before);
    issues.cut(10);
    expect(issues.all()).toEqual([{ path: '/a', message: 'is wrong' }]);
  });
});
