import { type Block, type ExtractedDocument, normalizeLines, trimSpan } from '../parsed-document.ts';

/** Splits plain text into paragraphs at blank lines. */
export function plainDocument(source: string): ExtractedDocument {
  const text = normalizeLines(source);
  return { text, blocks: paragraphs(text), title: null };
}

export function paragraphs(text: string): Block[] {
  const blocks: Block[] = [];
  const add = (start: number, end: number): void => {
    const range = trimSpan(text, start, end);
    if (range !== null) blocks.push({ ...range, kind: 'paragraph' });
  };
  let start = 0;
  for (const gap of text.matchAll(/\n[^\S\n]*\n\s*/g)) {
    add(start, gap.index);
    start = gap.index + gap[0].length;
  }
  add(start, text.length);
  return blocks;
}
