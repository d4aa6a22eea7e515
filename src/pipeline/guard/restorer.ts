/**
 * Placeholders back into values, in text that may come in pieces: a tail that could be the beginning of a known
 * placeholder waits for what follows, and nothing else does. Restored values are not looked at again.
 */
export interface Restoration {
  /** For one run of text that comes in pieces. */
  stream(): Restorer;
  /** The whole text with every known placeholder restored. */
  whole(text: string): string;
  /** For a text that still grows: without a tail that could be the beginning of a placeholder. */
  beginning(text: string): string;
}

export interface Restorer {
  push(text: string): string;
  /** What waits, as it is. */
  end(): string;
  /** What waits now. */
  readonly held: string;
}

const placeholder = /(?:<|\\u003[cC])[A-Z]+_\d+(?:>|\\u003[eE])/g;

/** `json`: the text is JSON, so values are escaped for a string in it, and `\u003c` is a bracket too. */
export function restoration(values: ReadonlyMap<string, string>, syntax: 'plain' | 'json'): Restoration {
  const spellings = syntax === 'plain' ? values : jsonSpellings(values);
  const beginnings = new Set<string>();
  let longest = 0;
  for (const spelling of spellings.keys()) {
    for (let length = 1; length < spelling.length; length += 1) beginnings.add(spelling.slice(0, length));
    longest = Math.max(longest, spelling.length);
  }
  const whole = (text: string): string => text.replace(placeholder, (found) => spellings.get(found) ?? found);
  const waitingIn = (text: string): number => {
    for (let length = Math.min(text.length, longest - 1); length > 0; length -= 1) {
      if (beginnings.has(text.slice(-length))) return length;
    }
    return 0;
  };
  const settled = (text: string): string => text.slice(0, text.length - waitingIn(text));
  return {
    whole,
    beginning: (text) => whole(settled(text)),
    stream() {
      let held = '';
      return {
        push(text) {
          const all = held + text;
          const certain = settled(all);
          held = all.slice(certain.length);
          return whole(certain);
        },
        end() {
          const rest = held;
          held = '';
          return rest;
        },
        get held() {
          return held;
        },
      };
    },
  };
}

function jsonSpellings(values: ReadonlyMap<string, string>): Map<string, string> {
  const spellings = new Map<string, string>();
  for (const [name, value] of values) {
    const escaped = JSON.stringify(value).slice(1, -1);
    for (const open of ['<', '\\u003c', '\\u003C']) {
      for (const close of ['>', '\\u003e', '\\u003E']) spellings.set(open + name.slice(1, -1) + close, escaped);
    }
  }
  return spellings;
}
