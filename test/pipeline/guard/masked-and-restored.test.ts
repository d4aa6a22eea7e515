import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../../src/core/batch.ts';
import { answerOf, collectAnswer } from '../../../src/core/call/collect-answer.ts';
import type { Chunk } from '../../../src/core/chunk.ts';
import { completionRequest, type Message } from '../../../src/core/request/request.ts';
import { finishPaced } from '../../../src/core/turns/paced.ts';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { maskPlainTexts, maskRequest } from '../../../src/pipeline/guard/masking/masked-request.ts';
import { pseudonyms } from '../../../src/pipeline/guard/masking/pseudonyms.ts';
import { restoredAnswer, restoreOutput } from '../../../src/pipeline/guard/masking/restored-output.ts';
import { restoration } from '../../../src/pipeline/guard/masking/restorer.ts';
import { plainTexts } from '../../../src/pipeline/guard/plain-texts.ts';
import { perRound, rounds } from '../../rounds.ts';

const turns = turnsOf({ unitsPerTurn: Number.POSITIVE_INFINITY });
const escapes: readonly ((letter: string) => string)[] = [
  (letter) => letter,
  (letter) => encodeURIComponent(letter),
  (letter) => encodeURIComponent(encodeURIComponent(letter)),
  (letter) => `&#${letter.codePointAt(0)};`,
  (letter) => `&amp;#x${letter.codePointAt(0)?.toString(16)};`,
  (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  (letter) => `\\\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`,
];
const way = fc.constantFrom(...escapes);
const values = ['bob@host.example', '"bob smith"@host.example', '4111111111111111', '4111.1111.1111.1111', '+49 30 901820', '536-22-8726'];
/** A value of which any letters are escaped, each in a way of its own. */
const escaped = fc
  .constantFrom(...values)
  .chain((value) => fc.tuple(...[...value].map((letter) => way.map((write) => write(letter)))))
  .map((letters) => letters.join(''));
const words = fc.constantFrom(' and ', ', ', '\n', ' %', ' & ', ' \\ ', ' "so" ', ' <EMAIL_1> ', ' 50%40 ', ' é😀 ');

describe('personal data', () => {
  it('personal data is masked however its letters are escaped, and restored as it was written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, escaped), { minLength: 1, maxLength: 8 }), (pairs) => {
        const text = `${pairs.map(([word, value]) => `${word.trimEnd()} ${value}`).join('')} end`;
        const names = pseudonyms(turns);
        const masked = finishPaced(names.mask(text)) as string;
        for (const [, value] of pairs) expect(masked).not.toContain(value);
        expect(restoration(names.values, 'plain').whole(masked)).toBe(text);
        const json = JSON.parse(restoration(names.values, 'json').whole(JSON.stringify({ masked }))) as unknown;
        expect(json).toEqual({ masked: text });
      }),
      { numRuns: perRound(100, 3_000) },
    );
  });

  it('personal data is restored exactly in any text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(words, escaped, fc.string(), fc.constantFrom('@', '"', '%4', '&#', '\\u00'))), (pieces) => {
        const names = pseudonyms(turns);
        const text = pieces.join('');
        expect(restoration(names.values, 'plain').whole(finishPaced(names.mask(text)) as string)).toBe(text);
      }),
      { numRuns: perRound(100, 3_000) },
    );
  });

  it('personal data of a request of plain texts is masked as a walk over the request masks it', () => {
    const text = fc.array(fc.oneof(words, escaped, fc.constant('words'))).map((pieces) => pieces.join(' '));
    const texts = fc.array(text, { minLength: 1, maxLength: 4 });
    let masked = 0;
    fc.assert(
      fc.property(texts, (said) => {
        const roles = ['user', 'assistant'] as const;
        const request = completionRequest(
          said.map((one, index): Message => ({ role: roles[index % 2] ?? 'user', content: [{ type: 'text', text: one }] })),
          { temperature: 1, maxOutputTokens: 400 },
        );
        if (plainTexts(request) === null) return;
        const [walking, plain] = [pseudonyms(turns), pseudonyms(turns)];
        const walked = finishPaced(maskRequest(request, walking, turns));
        const directly = finishPaced(maskPlainTexts(request, plain));
        expect(JSON.stringify(directly)).toBe(JSON.stringify(walked));
        expect([...plain.values]).toEqual([...walking.values]);
        expect(directly === request).toBe(walked === request);
        if (directly !== request) masked += 1;
      }),
      { numRuns: 200 * rounds },
    );
    expect(masked).toBeGreaterThan(0);
  });

  it('personal data is restored in a whole answer as it is in a stream', async () => {
    const kept = new Map([
      ['<EMAIL_1>', 'bob@host.example'],
      ['<SECRET_1>', 'a "quoted" \\ secret'],
    ]);
    const piece = fc.constantFrom('<EMAIL_1>', '<SECRET_1>', '<EMAIL_2>', '<EMAIL_1', '<', '\\u003cEMAIL_1\\u003e', 'words ', '');
    const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
    const chunk = fc.oneof(
      text.map((said): Chunk => ({ type: 'text', text: said })),
      text.map((said): Chunk => ({ type: 'reasoning', text: said })),
      text.map((said): Chunk => ({ type: 'reasoning', text: said, opaque: 'signature' })),
      { weight: 1, arbitrary: text.map((said): Chunk => ({ type: 'warning', message: said })) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 5 }), fc.constantFrom('plain', 'json'), async (chunks, syntax) => {
        const answer = answerOf([...chunks.filter((one) => !('text' in one) || one.text !== ''), { type: 'finish', reason: 'stop' }]);
        const streamed = await collectAnswer(restoreOutput(batchesOf(answer.chunks), kept, syntax, turns));
        expect(await restoredAnswer(answer, kept, syntax, turns)).toEqual(streamed);
      }),
      { numRuns: 300 * rounds },
    );
  });
});
