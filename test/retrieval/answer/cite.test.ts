import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkByChunk, inBatches } from '../../../src/core/batch.ts';
import type { Chunk, Citation } from '../../../src/core/chunk.ts';
import { quoteFor } from '../../../src/retrieval/answer/citation-quote.ts';
import { citePassages } from '../../../src/retrieval/answer/cite.ts';
import type { FusedHit } from '../../../src/retrieval/search/merge-rankings.ts';
import { perRound } from '../../rounds.ts';

const texts = [
  'Lamps glow for ten hours. The wick is trimmed weekly.',
  '# Tents\n\n- Tents stay dry.\n- Poles are spare parts.',
  '| Part | Price |\n|---|---|\n| Rope | 4 euros |',
];
const hits: readonly FusedHit[] = texts.map((text, index) => ({
  passage: {
    id: `${index}`,
    text,
    start: 0,
    end: text.length,
    source: { id: `s${index}`, title: null, collection: 'docs', metadata: null },
  },
  score: 1 - index / 10,
  relevance: 1,
}));

async function read(
  pieces: readonly string[],
): Promise<{ readonly text: string; readonly citations: Citation[]; readonly textAt: number[] }> {
  let text = '';
  const citations: Citation[] = [];
  const textAt: number[] = [];
  for await (const chunk of chunkByChunk(citePassages(inBatches(streamOf(pieces)), hits))) {
    if (chunk.type === 'text') text += chunk.text;
    if (chunk.type === 'citation') {
      citations.push(chunk.citation);
      textAt.push(text.length);
    }
  }
  return { text, citations, textAt };
}

async function* streamOf(pieces: readonly string[]): AsyncGenerator<Chunk, void, undefined> {
  for (const text of pieces) yield { type: 'text', text };
  yield { type: 'finish', reason: 'stop' };
}

const piece = fc.constantFrom(
  '[1]',
  '[2]',
  '[3]',
  '[9]',
  '[1, 3]',
  '[2-3]',
  '【2】',
  '[',
  ']',
  '[[1]]',
  '[a]',
  ' ',
  '. ',
  '\n',
  'Wicks are trimmed',
  'tents',
  'rope 4 euros',
);
const answer = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));

describe('citations', () => {
  it('citations are the same however the answer is cut, behind the text that completes their marker, and never of an invented one', async () => {
    await fc.assert(
      fc.asyncProperty(answer, fc.array(fc.nat(120), { maxLength: 30 }), async (text, cuts) => {
        const whole = await read([text]);
        const pieces = cutAt(text, cuts);
        const streamed = await read(pieces);
        expect(streamed.text).toBe(text);
        expect(streamed.citations).toEqual(whole.citations);
        expect(new Set(whole.citations.map(({ marker }) => marker)).size).toBe(whole.citations.length);
        const ends = (await read(Array.from(text))).textAt;
        const bounds = pieces.map((_, index) => pieces.slice(0, index + 1).join('').length);
        expect(streamed.textAt).toEqual(ends.map((end) => bounds.find((bound) => bound >= end)));
        for (const { marker, quote, passage } of whole.citations) {
          expect(['[1]', '[2]', '[3]']).toContain(marker);
          expect(passage?.text).toContain(quote);
          expect(quote).not.toBe('');
        }
      }),
      { numRuns: perRound(100, 3_000) },
    );
  });

  it('citations are found far into a long answer', async () => {
    const { citations } = await read([...Array.from({ length: 3_000 }, () => 'Lamps and so on. '), 'The wick is trimmed [', '1].']);
    expect(citations).toMatchObject([{ marker: '[1]', quote: 'The wick is trimmed weekly.' }]);
  });

  it('citations stand for every number of a list or a range', async () => {
    expect((await read(['All of it [1, 3].'])).citations.map(({ marker }) => marker)).toEqual(['[1]', '[3]']);
    expect((await read(['All of it [1–3].'])).citations.map(({ marker }) => marker)).toEqual(['[1]', '[2]', '[3]']);
  });
});

describe('a quote', () => {
  it.each([
    ['Trim the wick every week.', 0, 'The wick is trimmed weekly.'],
    ['Spare poles can be had.', 1, 'Poles are spare parts.'],
    ['Rope costs 4 euros.', 2, 'Rope | 4 euros |'],
    ['Something else.', 1, 'Tents stay dry.'],
  ])('a quote for "%s" is the sentence of the passage that says it', (sentence, index, quote) => {
    expect(quoteFor(sentence, texts[index] ?? '')).toBe(quote);
  });

  it('a quote has no words that do not stand in the passage one after another, and is short', () => {
    const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '');
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 500 }), fc.string({ maxLength: 60 }), (passage, sentence) => {
        const quote = quoteFor(sentence, passage);
        expect(letters(passage)).toContain(letters(quote));
        expect(quote.length).toBeLessThanOrEqual(320);
        if (/\p{L}/u.test(passage)) expect(quote).not.toBe('');
      }),
      { numRuns: perRound(50, 1_000) },
    );
  });

  const word = fc.constantFrom(
    'we',
    'reserve',
    'the',
    'new',
    'article',
    'for',
    '14',
    'days',
    '“Exchange”',
    'e.g.',
    'Dr.',
    'well-known',
    '(or',
    'less)',
    'A',
    '3.5',
  );
  const sentenceOf = fc
    .array(word, { minLength: 1, maxLength: 12 })
    .chain((words) => fc.constantFrom('.', '!', '?').map((end) => `Say ${words.join(' ')} now${end}`));
  const paragraph = fc.array(sentenceOf, { minLength: 1, maxLength: 4 }).map((sentences) => sentences.join(' '));

  it('a quote is the same of a text and of the same text with its lines wrapped anywhere', () => {
    const wrapped = (text: string, at: readonly boolean[], end: string): string => {
      let gap = 0;
      return text.replaceAll(' ', () => ((at[gap++ % at.length] ?? false) ? end : ' '));
    };
    fc.assert(
      fc.property(
        paragraph,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', ' \n', '\n  ', '\r', '\u0085', '\u2028'),
        fc.constantFrom('', '- ', '1. ', '# Reserve\n', 'Reserve\n=======\n\n', 'Other text.\n\n'),
        paragraph,
        (text, at, end, before, asked) => {
          expect(quoteFor(asked, before + wrapped(text, at, end))).toBe(quoteFor(asked, before + text));
        },
      ),
      { numRuns: perRound(100, 3_000) },
    );
  });

  it.each([
    [
      'a wrapped line',
      'Choose "Exchange" instead of "Return items"; we reserve the\nnew article for 14 days. It is\nkept.',
      'new article 14 days',
      'Choose "Exchange" instead of "Return items"; we reserve the new article for 14 days.',
    ],
    [
      'a wrapped item',
      '- First we look,\n  then we pay within\n  30 days.\n- Then not.',
      'pay 30 days',
      'First we look, then we pay within 30 days.',
    ],
    ['a wrapped quotation', '> We pay within\n> 30 days. It\n> is fast.', 'pay 30 days', 'We pay within 30 days.'],
    ['an item below', 'We pay within 30 days:\n- by card\n- by cheque', 'pay 30 days', 'We pay within 30 days:'],
    ['numbered items', 'Do this:\n1. Pay within\n30 days.\n2. Wait.', 'pay 30 days', 'Pay within 30 days.'],
    [
      'a number that a line happens to begin with',
      'The pool is open in week\n42. It is warm in week\n43. Then it closes.',
      'open in week',
      'The pool is open in week 42.',
    ],
    ['a heading above', '# Pay\nWe pay within\n30 days.', 'pay', 'We pay within 30 days.'],
    ['an underlined heading above', 'Payments are made\n---\nWe pay within\n30 days.', 'pay', 'We pay within 30 days.'],
    ['a table', 'Prices:\n| Rope | 4 |\n| Lamp | 9 |', 'lamp 9', 'Lamp | 9 |'],
    ['code', 'Run it.\n```sh\nnpm install lamp\nnpm start lamp\n```\nDone.', 'npm start', 'npm start lamp'],
    ['abbreviations', 'See Dr. Smith, e.g. on Monday.\nHe pays.', 'Smith on Monday', 'See Dr. Smith, e.g. on Monday.'],
    ['a word that is parted', 'It is a multi-\nlevel system. It runs.', 'multi level system', 'It is a multi- level system.'],
    ['labelled lines', 'Monday: nine to five\nSunday: closed all day', 'Sunday closed', 'Sunday: closed all day'],
    ['a paragraph without a full stop', 'We pay\n\nin thirty\ndays', 'thirty days', 'in thirty days'],
    ['other line ends', 'We pay within\r\n30 days. It is\r\nfast.', 'pay 30 days', 'We pay within 30 days.'],
  ])('a quote reads %s as people do', (_, passage, asked, quote) => {
    expect(quoteFor(asked, passage)).toBe(quote);
  });
});

function cutAt(text: string, cuts: readonly number[]): string[] {
  const bounds = [...new Set([0, ...cuts.filter((cut) => cut < text.length), text.length])].sort((a, b) => a - b);
  return bounds.slice(1).map((bound, index) => text.slice(bounds[index], bound));
}
