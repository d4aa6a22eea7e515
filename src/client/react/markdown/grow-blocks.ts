/**
 * Reads Markdown that grows. Blocks that cannot change any more are read once; only the open end is read again with each piece.
 *
 * The block before the end is open too: a list goes on behind an empty line, and a line of `=` makes a heading of the paragraph above.
 */
import { Lexer, type MarkedToken } from 'marked';

export interface Grown {
  readonly text: string;
  /** The same objects as before: who shows them need not do so again. */
  readonly settled: readonly MarkedToken[];
  readonly open: readonly MarkedToken[];
  /** Where the open end begins. */
  readonly from: number;
}

export const nothingGrown: Grown = { text: '', settled: [], open: [], from: 0 };

/** An open end of so many characters is one endless line: it is shown as it is, since reading it again with each piece would take seconds. */
const maxOpen = 16_384;

export function grow(before: Grown, text: string): Grown {
  if (text === before.text) return before;
  const known = text.startsWith(before.text) ? before : nothingGrown;
  const end = text.slice(known.from);
  if (end.length > maxOpen && !end.includes('\n\n')) return { ...known, text, open: [plain(end)] };
  const lexer = new Lexer();
  // Links of the open end may be defined far above it. The first definition counts.
  for (const block of known.settled) if (block.type === 'def') lexer.tokens.links[block.tag] ??= block;
  const tokens = lexer.lex(end) as MarkedToken[];
  const last = tokens.findLastIndex(({ type }) => type !== 'space');
  const done = tokens.slice(0, Math.max(0, last));
  const from = known.from + done.reduce((length, { raw }) => length + raw.length, 0);
  return { text, settled: done.length === 0 ? known.settled : [...known.settled, ...done], open: tokens.slice(Math.max(0, last)), from };
}

const plain = (text: string): MarkedToken => ({ type: 'text', raw: text, text, escaped: false });
