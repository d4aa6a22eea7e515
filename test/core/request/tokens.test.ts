import fc from 'fast-check';
import { estimateTokenCount } from 'tokenx';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { completionRequest } from '../../../src/core/request/request.ts';
import { scanTokens, scanTokensInTurns } from '../../../src/core/request/token-scan.ts';
import { estimateInput, estimateInputInTurns, estimateTokens } from '../../../src/core/request/tokens.ts';
import { finishPaced } from '../../../src/core/turns/paced.ts';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { perRound, rounds } from '../../rounds.ts';

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

const long = (text: string): string => `${text} `.repeat(Math.ceil(40_000 / (text.length + 1)));

describe('the estimate of tokens', () => {
  it('the estimate of tokens is the one of tokenx, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        expect(scanTokens(text, never)).toBe(estimateTokenCount(text));
      }),
      { numRuns: 3_000 * rounds },
    );
  });

  it('the estimate of tokens is the one of tokenx for each character of the basic plane, between letters and alone', () => {
    const chars = Array.from({ length: 65_536 }, (_, unit) => String.fromCharCode(unit));
    const texts = chars.flatMap((char) => [char, `ab${char}cd`, `${char}${char}漢${char}\n`]);
    expect(texts.filter((text) => scanTokens(text, never) !== estimateTokenCount(text))).toEqual([]);
  });

  it('the estimate of tokens counts text with a run of 200 characters or more by its bytes alone', () => {
    const text = `a, b, c, d. ${'x'.repeat(200)} e, f.`;
    expect(estimateTokens(text)).toBe(Math.ceil(text.length / 3.6));
    expect(scanTokens('x'.repeat(199), 200)).toBe(29);
    expect(scanTokens(`${'x'.repeat(200)} x`, 200)).toBeNull();
    expect(scanTokens(`x ${'x,'.repeat(100)}`, 200)).toBeNull();
  });

  it('the estimate of tokens looks at each character a few times, however many words and lines a text has', () => {
    const looks = vi.spyOn(String.prototype, 'charCodeAt');
    const searches = vi.spyOn(String.prototype, 'indexOf');
    onTestFinished(() => {
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

  it('the estimate of tokens of a long text is the same where it is made in slices, and a run of letters is found across their borders', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 1, maxLength: 40 }),
        fc.nat(30_000),
        fc.integer({ min: 190, max: 210 }),
        (pieces, at, run) => {
          const filled = long(pieces.join(''));
          const text = `${filled.slice(0, at)}${'x'.repeat(run)}${filled.slice(at)}`;
          for (const one of [text, `${filled} `, 'word '.repeat(3_000) + ' '.repeat(20_000) + filled]) {
            const turns = turnsOf({ unitsPerTurn: never });
            expect(finishPaced(scanTokensInTurns(one, 200, turns))).toBe(scanTokens(one, 200));
          }
        },
      ),
      { numRuns: perRound(12, 400) },
    );
  });

  it('the estimate of tokens of a large request is the same in slices, between which others have their turn', async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 20 }), value, async (pieces, inner) => {
        const rows = Array.from({ length: 3_000 }, (_, index) => ({ [`k${index}`]: index % 9 ? index : inner }));
        const text = `${pieces.join('')} `.repeat(300);
        const request = () =>
          completionRequest(
            [
              {
                role: 'user',
                content: [
                  { type: 'text', text },
                  { type: 'image', url: 'https://x.io/y.png' },
                ],
              },
              {
                role: 'assistant',
                content: [
                  { type: 'tool-call', id: '1', name: 'look', arguments: { rows } },
                  { type: 'reasoning', text, opaque: 'x' },
                ],
              },
              { role: 'tool', content: [{ type: 'tool-result', callId: '1', content: inner, isError: false }] },
            ],
            {
              tools: [{ name: 'look', description: text.slice(0, 500), parameters: { enum: rows } }],
              output: { format: 'json', schema: { const: inner } },
            },
          );
        const turns = turnsOf({ unitsPerTurn: 500 });
        const inTurns = request();
        expect(await estimateInputInTurns(inTurns, turns)).toEqual(estimateInput(request()));
        expect(turns.taken()).toBeGreaterThan(10);
        expect(estimateInputInTurns(inTurns)).toBe(estimateInput(inTurns));
        const texts = ['a', text, 'b '.repeat(30_000)];
        const embedded = turnsOf({ unitsPerTurn: 500 });
        expect(await estimateInputInTurns({ kind: 'embedding', texts, dimensions: null }, embedded)).toEqual(
          estimateInput({ kind: 'embedding', texts, dimensions: null }),
        );
        expect(embedded.taken()).toBeGreaterThan(3);
      }),
      { numRuns: perRound(3, 100) },
    );
  });

  it('the estimate of tokens of a short request is made at once', () => {
    expect(estimateInputInTurns(completionRequest('Hi there. '.repeat(1_000)))).toEqual(
      estimateInput(completionRequest('Hi there. '.repeat(1_000))),
    );
  });

  it('of a few short messages is the one that slices make', () => {
    const content = fc.array(
      fc.string({ maxLength: 40 }).map((text) => ({ type: 'text', text }) as const),
      { minLength: 1, maxLength: 2 },
    );
    const message = fc.record({ role: fc.constantFrom('system' as const, 'user' as const, 'assistant' as const), content });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 10 }), (messages) => {
        expect(estimateInputInTurns(completionRequest(messages))).toEqual(estimateInput(completionRequest(messages)));
      }),
    );
  });

  it('the estimate of tokens reads a request once, however often it is asked about', () => {
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
