/** The colours of an operation's text, and what the gateway says of places in it. */
import { readTokens, type TextToken } from './read-tokens.ts';

export interface Painted {
  readonly text: string;
  readonly className: string;
  readonly start: number;
}

export interface Marks {
  /** Offsets of AI fields. */
  readonly priced: ReadonlySet<number>;
  /** Where the mistake is; null: none. */
  readonly wrong: number | null;
}

const keywords = /^(query|mutation|subscription|fragment|on|true|false|null)$/;

/** All of the text, cut where its look changes. A mistake at its end has a blank of its own. */
export function paint(text: string, { priced, wrong }: Marks): readonly Painted[] {
  const pieces: Painted[] = [];
  let at = 0;
  let isMarked = false;
  const tokens = readTokens(text);
  for (const [index, token] of tokens.entries()) {
    if (token.start > at) pieces.push({ text: text.slice(at, token.start), className: '', start: at });
    const isWrong: boolean = !isMarked && wrong !== null && wrong < token.end;
    isMarked ||= isWrong;
    pieces.push({
      text: token.text,
      className: `${lookOf(token, tokens[index - 1], tokens[index + 1])}${priced.has(token.start) ? ' code-priced' : ''}${isWrong ? ' code-wrong' : ''}`,
      start: token.start,
    });
    at = token.end;
  }
  pieces.push({ text: text.slice(at), className: '', start: at });
  if (wrong !== null && !isMarked) pieces.push({ text: ' ', className: 'code-wrong', start: text.length });
  return pieces;
}

function lookOf({ kind, text }: TextToken, before: TextToken | undefined, after: TextToken | undefined): string {
  if (kind === 'comment') return 'code-comment';
  if (kind === 'string' || kind === 'number') return 'code-value';
  if (before?.text === '$' || text === '$') return 'code-variable';
  if (before?.text === '@' || text === '@') return 'code-directive';
  if (kind === 'name' && keywords.test(text)) return 'code-keyword';
  return kind === 'name' && after?.text === ':' ? 'code-argument' : '';
}
