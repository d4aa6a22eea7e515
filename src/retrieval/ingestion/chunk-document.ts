/**
 * Cuts a document into passages, the units that are found, shown to the model and quoted.
 *
 * Cuts follow the structure: a heading begins a passage, blocks stay whole while they fit, and a block that does not fit is
 * cut at its next finer boundary (items, lines, sentences, words). Every passage is an exact piece of the text, so that a
 * quotation can be located in its source.
 */

import { sentenceStarts } from '../answer/sentences.ts';
import { type Block, type ExtractedDocument, headingText, trimSpan } from '../documents/parsed-document.ts';

export interface CutPassage {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Headings above it, outermost first; of a piece of a table that was cut, also the table's first line. */
  readonly headings: readonly string[];
}

interface CutSizes {
  /** UTF-16 units that a passage is filled up to. */
  readonly target: number;
  /** UTF-16 units that a passage never exceeds. */
  readonly most: number;
}

/** Part of every source's digest: raise it when passages of the same text come out otherwise. */
export const cuttingVersion = 2;

/** 1,500 characters are some 400 tokens: they fit the smallest usual embedding context, 512. */
const usualSizes: CutSizes = { target: 900, most: 1_500 };

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Passages in order, apart from each other, that together hold all text of the blocks. */
export function chunkDocument(document: ExtractedDocument, sizes: CutSizes = usualSizes): CutPassage[] {
  const { text, blocks } = document;
  const passages: CutPassage[] = [];
  const path: { readonly level: number; readonly text: string }[] = [];
  let open: (Range & { readonly onlyHeadings: boolean; readonly headings: readonly string[] }) | null = null;

  const emit = (range: Range, headings: readonly string[]): void => {
    const inner = trimSpan(text, range.start, range.end);
    if (inner !== null) passages.push({ ...inner, text: text.slice(inner.start, inner.end), headings });
  };
  const close = (): void => {
    if (open !== null) emit(open, open.headings);
    open = null;
  };

  for (const block of blocks) {
    const isHeading = block.kind === 'heading';
    if (isHeading) {
      if (open !== null && !open.onlyHeadings) close();
      const level = block.level ?? 1;
      while ((path.at(-1)?.level ?? 0) >= level) path.pop();
      path.push({ level, text: headingText(text, block).slice(0, 200) });
    }
    const headings = path.map((heading) => heading.text);
    const full = open !== null && block.end - open.start > (open.onlyHeadings ? sizes.most : sizes.target);
    if (full && !(open?.onlyHeadings && block.end - block.start > sizes.most)) close();
    if (open === null && block.end - block.start <= sizes.most) {
      open = { start: block.start, end: block.end, onlyHeadings: isHeading, headings };
    } else if (open !== null && block.end - open.start <= sizes.most) {
      open = { start: open.start, end: block.end, onlyHeadings: open.onlyHeadings && isHeading, headings };
    } else {
      // The block is too long for one passage. Headings that wait for their first block go with its first piece.
      const start: number = open?.start ?? block.start;
      open = null;
      for (const [index, piece] of pieces(text, { ...block, start }, sizes).entries()) {
        emit(piece, index > 0 && block.kind === 'table' ? [...headings, firstLine(text, block)] : headings);
      }
    }
  }
  close();
  return passages;
}

const firstLine = (text: string, { start, end }: Range): string => (text.slice(start, end).split('\n', 1)[0] ?? '').slice(0, 200);

type Joints = (text: string) => number[];

const jointsOf: Readonly<Record<Block['kind'], readonly Joints[]>> = {
  heading: [words],
  paragraph: [sentenceStarts, words],
  list: [items, innerItems, sentenceStarts, words],
  table: [lines, words],
  code: [lines, words],
};

/** The block in pieces of about equal length near the target, cut at the coarsest joints that make them fit. */
function pieces(text: string, block: Block, sizes: CutSizes): Range[] {
  return packed(text, block, jointsOf[block.kind], sizes);
}

function packed(text: string, range: Range, joints: readonly Joints[], sizes: CutSizes): Range[] {
  const [coarsest, ...finer] = joints;
  const length = range.end - range.start;
  if (length <= sizes.most) return [range];
  if (coarsest === undefined) return hardCut(text, range, sizes);
  const aim = Math.ceil(length / Math.ceil(length / sizes.target));
  const out: Range[] = [];
  let open: Range | null = null;
  for (const unit of unitsOf(text, range, coarsest)) {
    if (open !== null && (unit.end - open.start <= aim || (open.end - open.start < aim / 2 && unit.end - open.start <= sizes.most))) {
      open = { start: open.start, end: unit.end };
      continue;
    }
    if (open !== null) out.push(open);
    open = null;
    if (unit.end - unit.start <= sizes.most) open = unit;
    else out.push(...packed(text, unit, finer, sizes));
  }
  if (open !== null) out.push(open);
  return out;
}

function unitsOf(text: string, { start, end }: Range, joints: Joints): Range[] {
  const inner = joints(text.slice(start, end)).map((at) => start + at);
  const bounds = [start, ...inner.filter((at) => at > start && at < end), end];
  return bounds.slice(1).map((bound, index) => ({ start: bounds[index] ?? start, end: bound }));
}

/** Cuts text without any joint, but never between the halves of a character. */
function hardCut(text: string, range: Range, { most }: CutSizes): Range[] {
  const out: Range[] = [];
  for (let start = range.start; start < range.end; ) {
    let end = Math.min(start + most, range.end);
    if (end < range.end && /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end - 1 > start) end -= 1;
    out.push({ start, end });
    start = end;
  }
  return out;
}

const starts = (text: string, pattern: RegExp): number[] => Array.from(text.matchAll(pattern), (match) => match.index + match[0].length);

/** Where the outer items of a list begin. */
function items(text: string): number[] {
  return Array.from(text.matchAll(/\n(?= {0,1}(?:[-*+]|\d{1,9}[.)])\s)/g), (match) => match.index + 1);
}

/** Where all items begin, at every depth. */
function innerItems(text: string): number[] {
  return Array.from(text.matchAll(/\n(?=[^\S\n]*(?:[-*+]|\d{1,9}[.)])\s)/g), (match) => match.index + 1);
}

function lines(text: string): number[] {
  return starts(text, /\n/g);
}

function words(text: string): number[] {
  return starts(text, /\s+/g);
}
