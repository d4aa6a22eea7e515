import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonMeterOptions, type JsonSize, jsonMeter } from '../../../src/core/json/json-meter.ts';
import { perRound } from '../../rounds.ts';

function sizeOf(pieces: readonly Uint8Array[], options: JsonMeterOptions = {}): JsonSize {
  const meter = jsonMeter(options);
  for (const piece of pieces) meter.add(piece);
  return meter.size();
}

/** The same of what JSON.parse makes of it. */
function sizeOfValue(value: unknown): JsonSize {
  if (typeof value !== 'object' || value === null) return { objects: 0, values: 0, depth: 0, largest: 0, longestName: 0, names: null };
  const inner = Object.values(value).map(sizeOfValue);
  return {
    objects: inner.reduce((sum, { objects }) => sum + objects, 1),
    values: inner.reduce((sum, { values }) => sum + values, inner.length),
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    largest: Math.max(Array.isArray(value) ? 0 : inner.length, ...inner.map(({ largest }) => largest)),
    longestName: Math.max(
      0,
      ...(Array.isArray(value) ? [] : Object.keys(value).map((name) => Buffer.byteLength(JSON.stringify(name)) - 2)),
      ...inner.map(({ longestName }) => longestName),
    ),
    names: null,
  };
}

const strange = fc
  .array(fc.constantFrom('"', '\\', '{', '[', ',', 'x', 'ü', '\n', 'y'.repeat(70), '\\'.repeat(65), '"'.repeat(64)), { maxLength: 6 })
  .map((texts) => texts.join(''));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    strange,
    fc.constantFrom(null, true, 1.5e3),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(strange, tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('what a JSON text has in it', () => {
  it('what a JSON text has in it is counted as JSON.parse finds it, in whatever pieces its bytes come', () => {
    fc.assert(
      fc.property(json, fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 30 }), fc.boolean(), (value, lengths, spaced) => {
        const bytes = Buffer.from(JSON.stringify(value, null, spaced ? 1 : 0));
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const length of lengths) {
          pieces.push(bytes.subarray(at, at + length));
          at += length;
        }
        pieces.push(bytes.subarray(at));
        expect(sizeOf(pieces)).toEqual(sizeOfValue(value));
      }),
      { numRuns: perRound(500, 20_000) },
    );
  });

  it('what a JSON text has in it is counted byte by byte as at once', () => {
    const bytes = Buffer.from(JSON.stringify({ '\\"{': ['\\', '"', { a: [[], {}] }], b: 'y'.repeat(200) }));
    expect(sizeOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(sizeOf([bytes]));
  });

  it('what a JSON text has in it has as many names as differ, whatever pieces they come in, and all that a large object has', () => {
    const objects = Array.from({ length: 100 }, (_, of) =>
      Object.fromEntries(Array.from({ length: 100 }, (_member, at) => [`"${(of * 100 + at) % 5_000}`, { text: `${of}` }])),
    );
    const bytes = Buffer.from(JSON.stringify(objects));
    const namesIn = (length: number): number => {
      const pieces = Array.from({ length: Math.ceil(bytes.length / length) }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
      return sizeOf(pieces, { withNames: true }).names ?? 0;
    };
    for (const length of [1, 7, 65_536]) {
      expect(namesIn(length)).toBeGreaterThan(4_800);
      expect(namesIn(length)).toBeLessThan(5_200);
    }
    const large = Buffer.from(JSON.stringify(Array.from({ length: 3 }, () => ({ ...Array.from({ length: 1_128 }, () => 1) }))));
    expect(sizeOf([large], { withNames: true }).names).toBeGreaterThanOrEqual(3_000);
    expect(sizeOf([large], { withNames: true }).names).toBeLessThan(3_150);
  });
});
