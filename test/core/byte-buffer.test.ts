import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherBytes } from '../../src/core/byte-buffer.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('bytes that come in pieces', () => {
  it('bytes that come in pieces are the same bytes, however they were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 20 }), (pieces) => {
        const all = gatherBytes();
        for (const piece of pieces) all.add(piece);
        expect(all.bytes()).toEqual(Buffer.concat(pieces));
        expect(all.length).toBe(all.bytes().length);
      }),
    );
  });

  it('bytes in pieces can be asked for in between, and go on', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 20 }), (pieces) => {
        const all = gatherBytes();
        for (const [index, piece] of pieces.entries()) {
          all.add(piece);
          expect(all.bytes()).toEqual(Buffer.concat(pieces.slice(0, index + 1)));
        }
      }),
    );
  });

  it('bytes in pieces take no more than twice their memory when small ones come between large ones', () => {
    const large = Buffer.alloc(4_096, 'x');
    const small = Buffer.from('y');
    const before = memoryInUse();
    const all = gatherBytes();
    for (let pair = 0; pair < 2_000; pair += 1) for (const piece of [Buffer.from(large), small]) all.add(piece);
    expect(memoryInUse() - before).toBeLessThan(2 * 2_000 * 4_097);
    expect(all.bytes().length).toBe(2_000 * 4_097);
  });

  it('bytes that come in pieces take as much memory as they are, also when each comes alone', () => {
    const count = 300_000;
    const slab = Buffer.alloc(64 * 1024, 'x');
    const before = memoryInUse();
    const all = gatherBytes();
    for (let at = 0; at < count; at += 1) all.add(slab.subarray(at % slab.length, (at % slab.length) + 1));
    expect(memoryInUse() - before).toBeLessThan(8 * count);
    expect(all.bytes().toString()).toBe('x'.repeat(count));
  });
});
