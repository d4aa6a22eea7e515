import fc from 'fast-check';
import { estimateTokenCount } from 'tokenx';
import { describe, expect, it, vi } from 'vitest';
import { completionRequest } from '../../../src/core/request/request.ts';
import { scanTokens } from '../../../src/core/request/token-scan.ts';
import { estimateInput, estimateTokens } from '../../../src/core/request/tokens.ts';
import { rounds } from '../../rounds.ts';
import { whenOver } from '../../when-over.ts';

const never = Number.POSITIVE_INFINITY;
const piece = fc.oneof(
  fc.constantFrom(
    ' ',
    '\n',
    '\n\n',
    '\n  ',
    '\t',
    '\u00a0',
    '\u3000',
    '.',
    '...',
    '"}],',
    '-',
    "'",
    '_',
    '1',
    '2024',
    'Word',
    'words',
    'Größe',
    'été',
    'žlutý',
  ),
  fc.constantFrom(
    'Привет',
    'ΚΑΛΉ',
    'μέρα',
    '漢字',
    '漢字。',
    '、',
    'かな',
    'カナ・',
    '한국',
    'ｗｉｄｅ',
    '，',
    'עברית',
    'ไทย',
    '😀',
    '👩‍👩‍👧',
    '©',
    '™',
    '1️⃣',
    '\ud83d',
    '\ude00',
    'ẞ',
    'K',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);

describe('the estimate of tokens', () => {
  it('is the one of tokenx, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        expect(scanTokens(text, never)).toBe(estimateTokenCount(text));
      }),
      { numRuns: 3_000 * rounds },
    );
  });

  it('is the one of tokenx for each character of the basic plane, between letters and alone', () => {
    const chars = Array.from({ length: 65_536 }, (_, unit) => String.fromCharCode(unit));
    const texts = chars.flatMap((char) => [char, `ab${char}cd`, `${char}${char}漢${char}\n`]);
    expect(texts.filter((text) => scanTokens(text, never) !== estimateTokenCount(text))).toEqual([]);
  });

  it('counts text with a run of 200 characters or more by its bytes alone', () => {
    const text = `a, b, c, d. ${'x'.repeat(200)} e, f.`;
    expect(estimateTokens(text)).toBe(Math.ceil(text.length / 3.6));
    expect(scanTokens('x'.repeat(199), 200)).toBe(29);
    expect(scanTokens(`${'x'.repeat(200)} x`, 200)).toBeNull();
    expect(scanTokens(`x ${'x,'.repeat(100)}`, 200)).toBeNull();
  });

  it('looks at each character a few times, however many words and lines a text has', () => {
    const looks = vi.spyOn(String.prototype, 'charCodeAt');
    const searches = vi.spyOn(String.prototype, 'indexOf');
    whenOver(() => {
      looks.mockRestore();
      searches.mockRestore();
    });
    for (const word of ['a ', 'a\n ', '漢 ', 'ä ', '. ', 'a@b.c ']) {
      looks.mockClear();
      const text = word.repeat(5_000);
      scanTokens(text, never);
      expect(looks.mock.calls.length).toBeLessThan(6 * text.length);
    }
    expect(searches).not.toHaveBeenCalled();
  });

  it('reads a request once, however often it is asked about', () => {
    let read = 0;
    const part = {
      type: 'text' as const,
      get text() {
        read += 1;
        return 'Hello there.';
      },
    };
    const request = completionRequest([{ role: 'user', content: [part] }]);
    expect(estimateInput(request)).toEqual(estimateInput(request));
    expect(read).toBe(1);
  });
});
