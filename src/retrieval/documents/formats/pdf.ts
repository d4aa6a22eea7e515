/**
 * Reconstructs the structure of a PDF, which has only pieces of text at positions: pieces on one baseline are a line, larger
 * gaps separate paragraphs, and short lines in a larger size are headings.
 */
import { GatewayError } from '../../../core/errors.ts';
import type { Block, ExtractedDocument } from '../parsed-document.ts';

const maxPages = 2_000;
/** Baselines further apart than this, in line heights, begin a new paragraph. */
const paragraphGap = 1.6;
const headingScale = 1.15;
const longestHeading = 150;

interface TextItem {
  readonly str: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly fontSize: number;
  readonly hasEOL: boolean;
}

interface Line {
  readonly text: string;
  readonly y: number;
  readonly size: number;
}

export async function pdfDocument(bytes: Uint8Array): Promise<ExtractedDocument> {
  const { extractTextItems, getDocumentProxy, getMeta } = await import('unpdf');
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 }).catch((cause: unknown) => {
    throw new GatewayError('BAD_REQUEST', 'It is no PDF that can be read: it must be whole and without a password.', {}, { cause });
  });
  if (pdf.numPages > maxPages) {
    throw new GatewayError('BAD_REQUEST', `It has ${pdf.numPages} pages; a PDF may have ${maxPages}. Split it.`);
  }
  const { items } = await extractTextItems(pdf);
  const { info } = await getMeta(pdf).catch(() => ({ info: {} as Record<string, unknown> }));
  const title: unknown = info['Title'];
  const document = documentOf(items.map(linesOf));
  return { ...document, title: typeof title === 'string' && title.trim() !== '' ? title.trim() : document.title };
}

function linesOf(items: readonly TextItem[]): Line[] {
  const lines: Line[] = [];
  let open: { text: string; y: number; size: number; right: number } | null = null;
  const end = (): void => {
    const text = open?.text.replace(/\s+/g, ' ').trim();
    if (open !== null && text) lines.push({ text, y: open.y, size: open.size });
    open = null;
  };
  for (const item of items) {
    if (open !== null && Math.abs(item.y - open.y) > Math.max(open.size, item.fontSize) * 0.5 && item.str.trim() !== '') end();
    if (open === null) open = { text: item.str, y: item.y, size: item.fontSize, right: item.x + item.width };
    else {
      const apart: boolean = item.x - open.right > open.size * 0.2;
      open = {
        text: open.text + (apart && !open.text.endsWith(' ') ? ' ' : '') + item.str,
        y: open.y,
        size: Math.max(open.size, item.str.trim() === '' ? 0 : item.fontSize),
        right: item.x + item.width,
      };
    }
    if (item.hasEOL) end();
  }
  end();
  return lines;
}

function documentOf(pages: readonly (readonly Line[])[]): ExtractedDocument {
  const body = usualSize(pages.flat());
  const blocks: Block[] = [];
  let text = '';
  let previous: Line | null = null;
  for (const line of pages.flat()) {
    const isHeading = line.size > body * headingScale && line.text.length <= longestHeading;
    const last = blocks.at(-1);
    const joins = last !== undefined && previous !== null && last.kind === (isHeading ? 'heading' : 'paragraph') && goesOn(previous, line);
    if (joins) {
      text = text.endsWith('-') && /^\p{Ll}/u.test(line.text) ? text.slice(0, -1) + line.text : `${text} ${line.text}`;
      blocks[blocks.length - 1] = { ...last, end: text.length };
    } else {
      if (text !== '') text += '\n\n';
      const start = text.length;
      text += line.text;
      blocks.push({
        start,
        end: text.length,
        ...(isHeading ? { kind: 'heading', level: levelOf(line.size / body) } : { kind: 'paragraph' }),
      });
    }
    previous = line;
  }
  const [first] = blocks;
  return { text, blocks, title: first?.kind === 'heading' ? text.slice(first.start, first.end) : null };
}

/**
 * Whether the line goes on with the paragraph: it is below the line before, in the same size, and as near as lines of a paragraph are. A
 * new page begins a new paragraph.
 */
function goesOn(previous: Line, line: Line): boolean {
  const down = previous.y - line.y;
  return down > 0 && down < previous.size * paragraphGap && Math.abs(previous.size - line.size) < 0.5;
}

const levelOf = (scale: number): number => (scale >= 1.6 ? 1 : scale >= 1.3 ? 2 : 3);

/** The size of the largest number of characters. */
function usualSize(lines: readonly Line[]): number {
  const counts = new Map<number, number>();
  for (const { size, text } of lines) counts.set(size, (counts.get(size) ?? 0) + text.length);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0;
}
