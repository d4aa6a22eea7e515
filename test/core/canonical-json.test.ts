import { expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/canonical-json.ts';

it('two writings of one value are one text, without what is undefined', () => {
  expect(canonicalJson({ b: 1, a: { d: [1, { z: 2, y: 3 }], c: undefined } })).toBe('{"a":{"d":[1,{"y":3,"z":2}]},"b":1}');
  expect(canonicalJson({ 10: 'a', 9: 'b', x: 'c' })).toBe(canonicalJson({ x: 'c', 10: 'a', 9: 'b' }));
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}'))).toBe(canonicalJson(JSON.parse('{"__proto__":2,"b":1}')));
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  expect(canonicalJson(undefined)).toBe('null');
});
