/**
 * Splits a text into units that can be quoted alone: sentences, list items, table rows, code blocks and headings, each with
 * its position, so that every quotation is a span of the text. The text is read as Markdown; plain text is Markdown without
 * markup.
 */
import { endsInAbbreviation } from '../../../core/abbreviations.ts';
import { stemsOf } from './words.ts';

export interface Unit {
  readonly kind: 'sentence' | 'item' | 'row' | 'code' | 'heading';
  /** As it stands in the source, without list marks, heading marks and cell borders around it. */
  readonly raw: string;
  /** For people: without emphasis and link targets. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Headings above it, the nearest last. */
  readonly headings: readonly string[];
  /** Units of one paragraph, list, table or code block share it. */
  readonly block: number;
  /** Index of the source. */
  readonly source: number;
  readonly stems: readonly string[];
}

const headingLine = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
const itemLine = /^[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+/;
const fenceLine = /^ {0,3}(```|~~~)/;
const rowLine = /^[ \t]*\|.*\|[ \t]*$/;
const rule = /^[ \t]*(?:[-*_=][ \t]*){3,}$|^[ \t|:-]+$/;

/** What has begun and may go on in the next line. */
interface Open {
  paragraph: { readonly start: number; readonly end: number } | null;
  item: { readonly start: number; readonly end: number } | null;
  fence: { readonly start: number; readonly mark: string } | null;
}

export function unitsOf(text: string, source = 0): Unit[] {
  const units: Unit[] = [];
  let headings: { readonly level: number; readonly title: string }[] = [];
  let block = 0;
  const open: Open = { paragraph: null, item: null, fence: null };

  const add = (kind: Unit['kind'], from: number, to: number): void => {
    const [start, end] = trimmed(text, from, to);
    if (start >= end) return;
    const raw = text.slice(start, end);
    const shown = kind === 'code' ? raw : plainUnit(raw);
    if (shown === '') return;
    units.push({ kind, raw, text: shown, start, end, headings: headings.map(({ title }) => title), block, source, stems: stemsOf(shown) });
  };
  const close = (): void => {
    if (open.item !== null) add('item', open.item.start, open.item.end);
    if (open.paragraph !== null)
      for (const [start, end] of sentences(text, open.paragraph.start, open.paragraph.end)) add('sentence', start, end);
    open.item = null;
    open.paragraph = null;
  };

  for (const { start, end } of lines(text)) {
    const line = text.slice(start, end);
    const fenced: string | undefined = fenceLine.exec(line)?.[1];
    if (open.fence !== null) {
      if (fenced === open.fence.mark) {
        add('code', open.fence.start, end);
        open.fence = null;
        block += 1;
      }
    } else if (fenced !== undefined) {
      close();
      block += 1;
      open.fence = { start, mark: fenced };
    } else if (line.trim() === '') {
      close();
    } else if (headingLine.test(line)) {
      close();
      block += 1;
      const [, marks = '', title = ''] = headingLine.exec(line) ?? [];
      headings = headings.filter(({ level }) => level < marks.length);
      add('heading', start + line.indexOf('#') + marks.length, end);
      headings.push({ level: marks.length, title: plainUnit(title) });
    } else if (rule.test(line)) close();
    else if (rowLine.test(line)) {
      close();
      if (units.at(-1)?.kind !== 'row') block += 1;
      add('row', start, end);
    } else if (itemLine.test(line)) {
      close();
      if (units.at(-1)?.kind !== 'item') block += 1;
      open.item = { start: start + (itemLine.exec(line)?.[0].length ?? 0), end };
    } else if (open.item !== null) open.item = { ...open.item, end };
    else if (open.paragraph !== null) open.paragraph = { ...open.paragraph, end };
    else {
      block += 1;
      open.paragraph = { start: start + (/^[ \t]*>?[ \t]*/.exec(line)?.[0].length ?? 0), end };
    }
  }
  if (open.fence !== null) add('code', open.fence.start, text.length);
  close();
  return units;
}

function* lines(text: string): Generator<{ readonly start: number; readonly end: number }> {
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    yield { start, end };
    start = end + 1;
  }
}

function trimmed(text: string, from: number, to: number): [number, number] {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text.charAt(start))) start += 1;
  while (end > start && /\s/.test(text.charAt(end - 1))) end -= 1;
  return [start, end];
}

const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
/** Of a text without structure: each with its start and its end, one behind the other. */
export const sentenceRanges = (text: string): [number, number][] => [...sentences(text, 0, text.length)];

function* sentences(text: string, from: number, to: number): Generator<[number, number]> {
  let start = from;
  let end = from;
  for (const { segment } of segmenter.segment(text.slice(from, to))) {
    end += segment.length;
    // ICU also ends a sentence at a line break; a wrapped line goes on.
    if (end < to && (endsInAbbreviation(text.slice(Math.max(start, end - 14), end)) || !/[.!?…:。！？]["')\]”’*_`]*\s*$/.test(segment)))
      continue;
    yield [start, end];
    start = end;
  }
  if (start < to) yield [start, to];
}

/** Without Markdown's emphasis, links and images, on one line. Every look is bounded, so that a crafted text costs no more than another. */
export function plainUnit(text: string): string {
  return text
    .replace(/!\[[^\]]{0,300}\]\([^)]{0,2000}\)/g, '')
    .replace(/\[([^\]]{1,300})\]\([^)]{0,2000}\)/g, '$1')
    .replace(/(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1/g, '$2')
    .replace(/(?<![\w*])\*(?=\S)([^*\n]{1,300})(?<=\S)\*(?![\w*])/g, '$1')
    .replace(/^\s*>\s?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}
