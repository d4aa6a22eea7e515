/** Cuts the text of an operation into its tokens. It refuses nothing: a text that is being written is wrong most of the time. */

export interface TextToken {
  readonly kind: 'name' | 'sign' | 'string' | 'number' | 'comment';
  readonly text: string;
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const pattern = new RegExp(
  [
    String.raw`(?<comment>#[^\n\r]*)`,
    String.raw`(?<string>"""(?:\\"""|[\s\S])*?(?:"""|$)|"(?:\\.|[^"\\\n\r])*"?)`,
    String.raw`(?<name>[_A-Za-z]\w*)`,
    String.raw`(?<number>-?\d[\w.+-]*)`,
    String.raw`(?<sign>\.\.\.|[^\s,\uFEFF])`,
  ].join('|'),
  'g',
);

export function readTokens(text: string): readonly TextToken[] {
  return [...text.matchAll(pattern)].map(({ groups = {}, 0: found, index }) => {
    const kind = (['comment', 'string', 'name', 'number'] as const).find((one) => groups[one] !== undefined) ?? 'sign';
    return { kind, text: found, start: index, end: index + found.length };
  });
}

/** The offset of a place that counts lines and columns from 1 on. */
export function offsetOf(text: string, { line, column }: { readonly line: number; readonly column: number }): number {
  const before = text.split(/\r\n|[\n\r]/).slice(0, line - 1);
  let offset = 0;
  for (const one of before) offset += one.length + (text.startsWith('\r\n', offset + one.length) ? 2 : 1);
  return Math.min(text.length, offset + column - 1);
}

/** The names of the operations of a document; null stands for one without a name. */
export function operationNames(tokens: readonly TextToken[]): readonly (string | null)[] {
  const names: (string | null)[] = [];
  let depth = 0;
  let begun = false;
  for (const [index, { kind, text }] of tokens.entries()) {
    if (kind === 'comment' || kind === 'string') continue;
    if (depth === 0 && kind === 'name' && /^(query|mutation|subscription)$/.test(text) && !begun) {
      const next = tokens[index + 1];
      names.push(next?.kind === 'name' ? next.text : null);
      begun = true;
    } else if (depth === 0 && kind === 'name' && text === 'fragment') begun = true;
    if (/^[{(]$/.test(text)) {
      if (depth === 0 && text === '{' && !begun) names.push(null);
      depth += 1;
    }
    if (/^[})]$/.test(text)) {
      depth = Math.max(0, depth - 1);
      if (depth === 0 && text === '}') begun = false;
    }
  }
  return names;
}
