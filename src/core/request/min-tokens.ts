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

export const minTokens = (): MinTokens => new CountedMinTokens();

/** A class, since each attempt has one: its methods are made once. */
class CountedMinTokens implements MinTokens {
  #kind = -1;
  /** Characters of the run so far. */
  #run = 0;
  #total = 0;

  add(text: string, maxTokens = Number.POSITIVE_INFINITY): number {
    const { length } = text;
    for (let at = 0; at < length; ) {
      const kind = kindOf(text.charCodeAt(at));
      let end = at + 1;
      while (end < length && kindOf(text.charCodeAt(end)) === kind) end += 1;
      const before = kind === this.#kind ? this.#run : 0;
      const tokens = tokensOf(kind, before + end - at) - tokensOf(kind, before);
      if (this.#total + tokens > maxTokens) return this.#addUpTo(text, at, maxTokens);
      this.#total += tokens;
      this.#kind = kind;
      this.#run = before + end - at;
      at = end;
    }
    return length;
  }

  total(): number {
    return this.#total;
  }

  /** Character by character from `at` on: the maximum is exceeded inside this run. */
  #addUpTo(text: string, from: number, maxTokens: number): number {
    for (let at = from; at < text.length; at += 1) {
      const kind = kindOf(text.charCodeAt(at));
      const before = kind === this.#kind ? this.#run : 0;
      this.#total += tokensOf(kind, before + 1) - tokensOf(kind, before);
      this.#kind = kind;
      this.#run = before + 1;
      if (this.#total > maxTokens) return at;
    }
    return text.length;
  }
}

/** Of a run of so many characters. A single blank belongs to the word behind it. Most runs are shorter than a token can be. */
function tokensOf(kind: number, run: number): number {
  const longest = lengthOfRun[kind] ?? 1;
  if (run < longest) return run === 0 || kind === blank ? 0 : 1;
  return kind === blank ? Math.floor(run / longest) : Math.ceil(run / longest);
}
