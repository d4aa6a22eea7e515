/**
 * A lower bound of the tokens of a text that arrives in pieces. Each character is looked at once.
 *
 * Tokenizers first split a text into words, numbers and signs, and no token crosses such a split. A text therefore has at
 * least as many tokens as splits. A long run counts several times: letters every 16, digits every 3, signs every 32, blanks
 * every 64. In scripts without spaces (Thai, Chinese, Japanese), 4 characters count as one token.
 */
export interface MinTokens {
  /**
   * Counts the text while the bound is at most `maxTokens`. Returns how many of its characters were counted: all of them, or
   * those before the one that exceeds it.
   */
  add(text: string, maxTokens?: number): number;
  total(): number;
}

/** Kinds of characters, and after how many of a run the next token begins. */
const [blank, digit, sign, letter, dense] = [0, 1, 2, 3, 4];
const lengthOfRun = Uint8Array.of(64, 3, 32, 16, 4);
const kindOfAscii = Uint8Array.from({ length: 0x80 }, (_, code) => {
  if (code <= 0x20) return blank;
  const char = String.fromCharCode(code);
  return /\d/.test(char) ? digit : /[A-Za-z]/.test(char) ? letter : sign;
});

function kindOf(code: number): number {
  if (code < 0x80) return kindOfAscii[code] ?? sign;
  if (code === 0xa0) return blank;
  return code < 0xe00 ? letter : dense;
}

export function minTokens(): MinTokens {
  let kind = -1;
  let run = 0;
  let total = 0;
  return {
    add(text, maxTokens = Number.POSITIVE_INFINITY) {
      const { length } = text;
      for (let at = 0; at < length; at += 1) {
        const next = kindOf(text.charCodeAt(at));
        run = next === kind ? run + 1 : 1;
        kind = next;
        const longest = lengthOfRun[next];
        // A single blank belongs to the word behind it.
        const begins = run === (next === blank ? longest : 1);
        if (run === longest) run = 0;
        if (!begins) continue;
        total += 1;
        if (total > maxTokens) return at;
      }
      return length;
    },
    total: () => total,
  };
}
