import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdownDocument } from '../../../src/retrieval/documents/formats/markdown.ts';
import { plainDocument } from '../../../src/retrieval/documents/formats/plain.ts';
import { chunkDocument } from '../../../src/retrieval/ingestion/chunk-document.ts';
import { rounds } from '../../rounds.ts';

const passagesOf = (markdown: string) => chunkDocument(markdownDocument(markdown));
const sentence = 'The quick brown fox jumps over the lazy dog. ';
const squeezed = (text: string): string => text.replace(/\s+/g, '');

const words = fc.array(fc.constantFrom('lamp', 'Öl', '漢字', '😀', 'x'.repeat(700), 'end.', 'Why?', '`a`', '**b**'), {
  minLength: 1,
  maxLength: 120,
});
const blockOfMarkdown = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.constantFrom('One', 'Two words', 'Three'))
    .map(([level, title]) => `${'#'.repeat(level)} ${title}`),
  words.map((some) => some.join(' ')),
  fc
    .array(
      words.map((some) => some.slice(0, 12).join(' ')),
      { minLength: 1, maxLength: 60 },
    )
    .map((some) => some.map((item) => `- ${item}`).join('\n')),
  fc
    .array(fc.constantFrom('let a = 1;', '', '  return b;', '# not a heading'), { minLength: 1, maxLength: 90 })
    .map((some) => `\`\`\`js\n${some.join('\n')}\n\`\`\``),
  fc
    .nat(80)
    .map(
      (rows) =>
        `| Country | Days |\n|---|---|\n${Array.from({ length: rows + 1 }, (_, row) => `| Land ${row} | ${row} days |`).join('\n')}`,
    ),
  fc.constantFrom('---', '> quoted', '<!-- hidden -->', '[ref]: https://example.com', '\u3000'),
);
const document = fc.array(blockOfMarkdown, { maxLength: 12 }).map((blocks) => blocks.join('\n\n'));

describe('cutting', () => {
  it('cutting begins no passage in the middle of a sentence because a line ends there', () => {
    const text = Array.from({ length: 120 }, (_, at) => `Sentence number ${at} says, e.g. to Dr. Smith, that lamps glow.`).join(' ');
    const wrapped = text.replace(/(.{1,70}) /g, '$1\n');
    const starts = (of: string) => passagesOf(of).map(({ start }) => start);
    expect(starts(wrapped)).toEqual(starts(text));
    expect(starts(text).length).toBeGreaterThan(3);
    for (const { text: piece } of passagesOf(`- ${wrapped.replaceAll('\n', '\n  ')}`)) expect(piece).toMatch(/^(- )?Sentence\s+number/);
  });

  it('cutting gives exact pieces of the text, in order, none too long, that hold all of it', () => {
    fc.assert(
      fc.property(fc.oneof(document, fc.string({ unit: 'binary', maxLength: 4_000 })), fc.boolean(), (source, asMarkdown) => {
        const extracted = asMarkdown ? markdownDocument(source) : plainDocument(source);
        const passages = chunkDocument(extracted);
        let end = 0;
        for (const passage of passages) {
          expect(extracted.text.slice(passage.start, passage.end)).toBe(passage.text);
          expect(passage.text.length).toBeLessThanOrEqual(1_500);
          expect(passage.text.trim()).toBe(passage.text);
          expect(passage.start).toBeGreaterThanOrEqual(end);
          end = passage.end;
        }
        const whole = extracted.blocks.map((block) => extracted.text.slice(block.start, block.end)).join('');
        const found = new Set(passages.flatMap(({ start, end: to }) => Array.from({ length: to - start }, (_, index) => start + index)));
        const missed = extracted.blocks
          .flatMap((block) => positions(block))
          .filter((at) => !found.has(at) && /\S/.test(extracted.text.charAt(at)));
        expect(missed).toEqual([]);
        expect(squeezed(passages.map((passage) => passage.text).join('')).length).toBeGreaterThanOrEqual(squeezed(whole).length);
      }),
      // The drills run ten times as many.
      { numRuns: 40 * rounds },
    );
  });

  it('cutting never cuts a character in two', () => {
    const passages = chunkDocument(plainDocument('😀'.repeat(2_000)));
    expect(passages.length).toBeGreaterThan(1);
    expect(passages.every((passage) => passage.text.isWellFormed())).toBe(true);
  });

  it('cutting begins a passage at a heading and carries the headings above it', () => {
    const passages = passagesOf('# Shipping\n\nWe ship.\n\n## Costs\n\nFive euros.\n\n### Islands\n\nTen euros.\n\n## Times\n\nTwo days.');
    expect(passages.map(({ text, headings }) => ({ text, headings }))).toEqual([
      { text: '# Shipping\n\nWe ship.', headings: ['Shipping'] },
      { text: '## Costs\n\nFive euros.', headings: ['Shipping', 'Costs'] },
      { text: '### Islands\n\nTen euros.', headings: ['Shipping', 'Costs', 'Islands'] },
      { text: '## Times\n\nTwo days.', headings: ['Shipping', 'Times'] },
    ]);
  });

  it('cutting keeps a code fence whole while it fits', () => {
    const fence = `\`\`\`ts\n${'const a = 1;\n\n'.repeat(80)}\`\`\``;
    const passages = passagesOf(`${sentence.repeat(15)}\n\n${fence}\n\n${sentence}`);
    expect(passages.some((passage) => passage.text.includes(fence))).toBe(true);
  });

  it('cutting cuts a long fence between lines, and a long table between rows, whose first line goes along', () => {
    const line = 'const answer = compute(40, 2);';
    for (const passage of passagesOf(`\`\`\`\n${`${line}\n`.repeat(200)}\`\`\``)) {
      expect(passage.text.split('\n').every((found) => found === line || found === '```')).toBe(true);
    }
    const row = '| Liechtenstein | 12 working days |';
    const pieces = passagesOf(`# Times\n\n| Country | Time |\n|---|---|\n${`${row}\n`.repeat(120)}`);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces.slice(1)) {
      expect(piece.text.split('\n').every((found) => found === row)).toBe(true);
      expect(piece.headings).toEqual(['Times', '| Country | Time |']);
    }
  });

  it('cutting cuts a long paragraph at sentences and a long list at items', () => {
    for (const passage of passagesOf(sentence.repeat(100))) expect(passage.text.endsWith('dog.')).toBe(true);
    for (const passage of passagesOf(`- ${sentence}\n`.repeat(100))) expect(passage.text.startsWith('- The')).toBe(true);
  });

  it('cutting leaves front matter, comments and link definitions out', () => {
    const passages = passagesOf('---\ntitle: "The title"\nsecret: x\n---\n\n<!-- note -->\n\nBody.\n\n[a]: https://example.com\n');
    expect(passages.map((passage) => passage.text)).toEqual(['Body.']);
  });
});

function positions({ start, end }: { readonly start: number; readonly end: number }): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}
