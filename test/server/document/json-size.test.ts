import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkJsonSize } from '../../../src/server/document/json-size.ts';

const refusedCount = (json: string): number | null => {
  try {
    checkJsonSize(Buffer.from(json));
    return null;
  } catch (error) {
    return Number(/has (\d+) objects/.exec(String(error))?.[1]);
  }
};

describe('the objects and lists of a JSON text', () => {
  const beyond = `${'[],'.repeat(100_001)}`;

  it('are counted outside its strings alone, whatever the strings have in them and however long they are', () => {
    const text = fc.array(fc.constantFrom('"', '\\', '{', '[', 'x', 'ü', '\n', 'y'.repeat(70), '\\'.repeat(65), '"'.repeat(64)), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const strings = texts.map((pieces) => pieces.join(''));
        expect(refusedCount(`[${beyond}${JSON.stringify(strings)}]`)).toBe(100_003);
      }),
    );
  });

  it('are counted where a string has no end, too', () => {
    expect(refusedCount(`[${beyond}"${'x'.repeat(100)}`)).toBe(100_002);
    expect(refusedCount(`[${beyond}"${'x'.repeat(100)}\\"`)).toBe(100_002);
  });

  it('may be a hundred thousand', () => {
    expect(refusedCount(`[${'[],'.repeat(99_998)}[]]`)).toBeNull();
  });
});
