/**
 * A lower bound of the tokens of a text that arrives in pieces. Each character is looked at once.
 *
 * Tokenizers first split a text into words, numbers and signs, and no token crosses such a split. A text therefore has at
 * least as many tokens as splits. A long run counts several times: letters every 16, digits every 3, signs every 32, blanks
 * every 64. In scripts without spaces (Thai, Chinese, Japanese), 4 characters count as one token.
 */
export interface LeastTokens {
  /**
   * Counts the text while the bound is at most `maxTokens`. Returns how many of its characters were counted: all of them, or
   * those before the one that exceeds it.
   */
  add(text: string, maxTokens?: number): number;
  total(): number;
}

const lengthOfRun = { blank: 64, digit: 3, sign: 32, letter: 16, dense: 4 } as const;
type Kind = keyof typeof lengthOfRun;

export function leastTokens(): LeastTokens {
  let kind: Kind | null = null;
  let run = 0;
  let total = 0;
  return {
    add(text, maxTokens = Number.POSITIVE_INFINITY) {
      for (let at = 0; at < text.length; at += 1) {
        const next = kindOf(text.charCodeAt(at));
        run = next === kind ? run + 1 : 1;
        kind = next;
        // A single blank belongs to the word behind it.
        const begins = next === 'blank' ? run === lengthOfRun.blank : run === 1;
        if (run === lengthOfRun[next]) run = 0;
        if (!begins) continue;
        total += 1;
        if (total > maxTokens) return at;
      }
      return text.length;
    },
    total: () => total,
  };
}

function kindOf(code: number): Kind {
  if (code <= 0x20 || code === 0xa0) return 'blank';
  if (code >= 0x30 && code <= 0x39) return 'digit';
  if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) return 'letter';
  if (code < 0x80) return 'sign';
  return code < 0xe00 ? 'letter' : 'dense';
}
