/**
 * Splits a passage into blocks as a person reads it: joins wrapped lines, and separates list items and headings that have no
 * blank line between them. Passages are pieces of documents, so their lines are the only evidence.
 */
export interface ReadBlock {
  /** `line` is a line of a table or of code. */
  readonly kind: 'heading' | 'prose' | 'line';
  /** The text without the marks of headings, lists and quotations. */
  readonly text: string;
}

const fence = /^\s{0,3}(`{3,}|~{3,})/;
const heading = /^\s{0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/;
const underline = /^\s{0,3}(?:=+|-{2,})\s*$/;
const rule = /^\s{0,3}(?:[-*_][^\S\n]*){3,}$/;
const row = /^\s*\|/;
const quotation = /^\s{0,3}>\s?/;
const item = /^\s*(?:[-*+•]|(\d{1,9})[.)])\s+/;
/** A paragraph is a list without marks when each of its lines begins like `Monday: closed`. */
const labelled = /^\p{L}[\p{L}\p{N} ]{0,30}:\s/u;

export function readBlocks(passage: string): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  let open: string[] = [];
  let quoted = false;
  let numbered = false;
  let fenced: string | null = null;

  const close = (): void => {
    if (open.length > 1 && open.every((line) => labelled.test(line))) blocks.push(...open.map(prose));
    else if (open.length > 0) blocks.push(prose(open.join('\n')));
    open = [];
  };

  for (const line of passage.split(/\r?\n/)) {
    const [, mark = null] = fence.exec(line) ?? [];
    if (fenced !== null) {
      if (mark?.startsWith(fenced)) fenced = null;
      else blocks.push({ kind: 'line', text: line });
      continue;
    }
    const inner = line.replace(quotation, '');
    const isQuoted = inner !== line;
    const number = item.exec(inner)?.[1];
    if (mark !== null) {
      close();
      fenced = mark;
    } else if (inner.trim() === '') {
      close();
      numbered = false;
    } else if (open.length > 0 && underline.test(line)) {
      blocks.push({ kind: 'heading', text: open.join(' ') });
      open = [];
    } else if (rule.test(line) || underline.test(line)) {
      close();
    } else if (heading.test(inner)) {
      close();
      blocks.push({ kind: 'heading', text: heading.exec(inner)?.[1] ?? '' });
    } else if (row.test(inner)) {
      close();
      blocks.push({ kind: 'line', text: inner.replace(row, '') });
    } else if (item.test(inner) && (number === undefined || number === '1' || numbered || open.length === 0)) {
      close();
      numbered = number !== undefined;
      open = [inner.replace(item, '')];
    } else {
      // A quotation begins a block of its own, and goes on without its mark.
      if (isQuoted && !quoted) close();
      open.push(inner.trim().replace(/\\$/, ''));
    }
    quoted = isQuoted || (quoted && open.length > 0);
  }
  close();
  return blocks;
}

const prose = (text: string): ReadBlock => ({ kind: 'prose', text });
