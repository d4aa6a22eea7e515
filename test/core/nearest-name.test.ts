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
