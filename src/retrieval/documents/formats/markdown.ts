/** Finds the blocks of Markdown with `marked`, whose tokens add up to the source. The text itself stays unchanged. */
import { Lexer, type Token } from 'marked';
import { type Block, type ExtractedDocument, headingText, normalizeLines, trimSpan } from '../parsed-document.ts';
import { paragraphs } from './plain.ts';

const frontMatter = /^(---|\+\+\+)[^\S\n]*\n(?:([\s\S]*?)\n)?\1[^\S\n]*(?:\n|$)/;

export function markdownDocument(source: string): ExtractedDocument {
  const text = normalizeLines(source);
  const [matter = '', , settings = ''] = frontMatter.exec(text) ?? [];
  const blocks = blocksOf(text, matter.length);
  const heading = blocks.find((block) => block.kind === 'heading');
  const title = titleIn(settings) ?? (heading?.level === 1 ? headingText(text, heading) : null);
  return { text, blocks, title };
}

function blocksOf(text: string, from: number): Block[] {
  const tokens = tokensOf(text.slice(from));
  if (tokens === null) return paragraphs(text.slice(from)).map((block) => ({ ...block, start: block.start + from, end: block.end + from }));
  const blocks: Block[] = [];
  let start = from;
  for (const token of tokens) {
    const end = start + token.raw.length;
    const range = isText(token) ? trimSpan(text, start, end) : null;
    if (range !== null) blocks.push({ ...range, ...kindOf(token) });
    start = end;
  }
  return blocks;
}

/** Null when the nesting is too deep for `marked`, or its tokens do not add up to the source. The text is then read as paragraphs. */
function tokensOf(source: string): Token[] | null {
  if (nestsTooDeep(source)) return null;
  try {
    const tokens = new Lexer({ gfm: true }).blockTokens(source, []);
    return tokens.map((token) => token.raw).join('') === source ? tokens : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Lists and quotations inside each other. `marked` reads each level of a line anew: 4,000 levels in 8 KB took a second. */
const maxNesting = 100;
const marker = /[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))/y;

/** Whether a line begins with more marks of lists and quotations than the maximum. Two characters of indentation count as one mark. */
function nestsTooDeep(source: string): boolean {
  for (let start = 0; start < source.length; ) {
    const newline = source.indexOf('\n', start);
    const end = newline === -1 ? source.length : newline;
    if (end - start > maxNesting && nestingOf(source, start, end) > maxNesting) return true;
    start = end + 1;
  }
  return false;
}

function nestingOf(source: string, start: number, end: number): number {
  let at = start;
  let marks = 0;
  marker.lastIndex = at;
  while (at < end && marks <= maxNesting && marker.test(source)) {
    at = marker.lastIndex;
    marks += 1;
  }
  const indentation = source.slice(start, end).search(/[^ \t]/);
  return marks === 0 ? 0 : marks + Math.floor(indentation / 2);
}

function isText(token: Token): boolean {
  if (token.type === 'space' || token.type === 'hr' || token.type === 'def') return false;
  return token.type !== 'html' || !/^\s*<(!--|script|style|\/)/i.test(token.raw);
}

function kindOf(token: Token): Pick<Block, 'kind' | 'level'> {
  switch (token.type) {
    case 'heading':
      return { kind: 'heading', level: Number(token['depth']) };
    case 'list':
    case 'code':
    case 'table':
      return { kind: token.type };
    default:
      return { kind: 'paragraph' };
  }
}

function titleIn(settings: string): string | null {
  const [, title] = /^title\s*[:=]\s*(.+)$/m.exec(settings) ?? [];
  return title?.trim().replace(/^(["'])(.*)\1$/, '$2') || null;
}
