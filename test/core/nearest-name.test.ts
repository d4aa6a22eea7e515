import { expect, it } from 'vitest';
import { nearestName } from '../../src/core/nearest-name.ts';

it.each([
  ['requried', 'required'],
  ['Required', 'required'],
  ['max_length', 'maxLength'],
  ['maxLenght', 'maxLength'],
  ['prot', 'port'],
  ['requiredFields', 'required'],
  ['transform', null],
  ['x'.repeat(5_000), null],
])('the name that is meant by %s is %s', (written, meant) => {
  expect(nearestName(written, ['required', 'maxLength', 'minLength', 'port', 'type'])).toBe(meant);
});

it.each([
  ['complete', ['completion', 'composeDirective', 'key'], 'completion'],
  ['Revue', ['Review', 'Query', 'Product'], 'Review'],
  ['promt', ['prompt', 'route'], 'prompt'],
  ['KEY', ['keys', 'key'], 'key'],
  ['naem', ['name', 'node'], 'name'],
  ['nope', ['completion', 'answer', 'tag', 'key'], null],
  ['x', [], null],
])('the name that is meant by %s among %j is %s', (written, known, meant) => {
  expect(nearestName(written, known)).toBe(meant);
});
