import { expect, it } from 'vitest';
import { nearest } from '../../src/core/near.ts';

it.each([
  ['complete', ['completion', 'composeDirective', 'key'], 'completion'],
  ['Revue', ['Review', 'Query', 'Product'], 'Review'],
  ['promt', ['prompt', 'route'], 'prompt'],
  ['KEY', ['keys', 'key'], 'key'],
  ['naem', ['name', 'node'], 'name'],
  ['nope', ['completion', 'answer', 'tag', 'key'], null],
  ['x', [], null],
])('for %s of %j means %s', (name, known, meant) => {
  expect(nearest(name, known)).toBe(meant);
});
