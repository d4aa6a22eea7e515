/**
 * Cuts growing text into windows that end at the end of a sentence, a list item, a paragraph or a code block.
 *
 * The cuts depend on the text alone, never on the pieces in which it arrives: a decision that needs the next character waits
 * for it. A window is at most `limit` long; a longer sentence is cut at a space.
 */
export interface SentenceCutter {
  push(text: string): string[];
  /** Whatever is left. */
  end(): string[];
  /** The text that was pushed since the last window ended. */
  held(): string;
}

const abbreviations = new Set(
  'al approx apr aug bzw ca cf co corp dec dept dr eg est etc feb fig figs gov hr ie inc jan jr jul jun lt ltd mar max min mr mrs ms mt no nov nr oct op pp prof ref rev sen sep sept sgt sr st tel vol vs z.b d.h e.g i.e u.s a.m p.m ph.d'.split(
    ' ',
  ),
);
const closers = '"\')]}»”’*_`';
const maxClosers = 8;
const openers = /^[("'[{*_«“‘]+/;
const blockStart = /[\n\-*+#>|`~•\d]/;

const space = 0x20;
/** Characters of ASCII that end nothing and begin nothing, by their codes. */
const isPlain = Uint8Array.from({ length: 128 }, (_, code) => (code > 0x20 && !'`.!?'.includes(String.fromCharCode(code)) ? 1 : 0));

interface Place {
  readonly at: number;
  readonly fenced: boolean;
  readonly closing: boolean;
  readonly blankLine: boolean;
}

/** `limit` in UTF-16 units. */
export function sentenceCutter(limit: number): SentenceCutter {
  let buffer = '';
  let at = 0;
  let fenced = false;
  let closing = false;
  let blankLine = true;
  let lastSpace: Place | null = null;
  /** A full window is cut at a space behind this place. */
  const half = Math.floor(limit / 2);

  /** Skips characters that end nothing and begin nothing, which is most of a text. */
  const skipPlain = (length: number): void => {
    for (; at < length; at += 1) {
      const code = buffer.charCodeAt(at);
      if (isPlain[code] === 1) blankLine = false;
      else if (code !== space || at >= half) return;
    }
  };

  /** The end of the window once it is certain, else null. */
  const scan = (ended: boolean): number | null => {
    const length = Math.min(buffer.length, limit);
    const certain = ended || buffer.length >= limit;
    while (at < length) {
      skipPlain(length);
      if (at >= length) break;
      const char = buffer.charAt(at);
      if (char === '`' && blankLine) {
        if (at + 3 > length && !certain && '```'.startsWith(buffer.slice(at, at + 3))) return null;
        if (at + 3 <= length && buffer.startsWith('```', at)) {
          closing = fenced;
          fenced = !fenced;
          blankLine = false;
          at += 3;
          continue;
        }
      }
      const end = fenced ? 'no' : sentenceEnd(buffer, at, length, certain, closing);
      if (end === 'unknown') return null;
      at += 1;
      if (char === '\n') {
        blankLine = true;
        closing = false;
      } else if (char !== ' ' && char !== '\t') blankLine = false;
      if (end !== 'no') {
        at = end;
        blankLine = buffer.charAt(end - 1) === '\n';
        return end;
      }
      if (at > half && /\s/.test(char)) lastSpace = { at, fenced, closing, blankLine };
    }
    return null;
  };

  const take = (end: number): string => {
    const window = buffer.slice(0, end);
    buffer = buffer.slice(end);
    at = 0;
    lastSpace = null;
    return window;
  };

  const drain = (ended: boolean): string[] => {
    const windows: string[] = [];
    for (;;) {
      const end = scan(ended);
      if (end !== null) windows.push(take(end));
      else if (buffer.length >= limit) windows.push(cutFull());
      else return windows;
    }
  };

  const cutFull = (): string => {
    if (lastSpace !== null) {
      ({ fenced, closing, blankLine } = lastSpace);
      return take(lastSpace.at);
    }
    const high = buffer.charCodeAt(limit - 1);
    return take(high >= 0xd800 && high <= 0xdbff && limit > 1 ? limit - 1 : limit);
  };

  return {
    push(text) {
      buffer += text;
      return drain(false);
    },
    end() {
      const windows = drain(true);
      return buffer === '' ? windows : [...windows, take(buffer.length)];
    },
    held: () => buffer,
  };
}

/** Where the sentence that the character at `at` ends is over; decided within `length` characters alone. */
function sentenceEnd(text: string, at: number, length: number, certain: boolean, closing: boolean): number | 'no' | 'unknown' {
  const char = text.charAt(at);
  const missing = certain ? 'no' : 'unknown';
  if (char === '\n') {
    if (closing) return at + 1;
    if (at + 1 >= length) return missing;
    return blockStart.test(text.charAt(at + 1)) ? at + 1 : 'no';
  }
  if ('。！？'.includes(char)) return at + 1;
  if (!'.!?…'.includes(char)) return 'no';
  let next = at + 1;
  while (next < length && next - at <= maxClosers && closers.includes(text.charAt(next))) next += 1;
  if (next >= length) return missing;
  if (!/\s/.test(text.charAt(next))) return 'no';
  return char === '.' && isAbbreviation(text, at) ? 'no' : next + 1;
}

/** Whether the word before the full stop is an abbreviation, an initial, or the number of a list item. */
function isAbbreviation(text: string, stop: number): boolean {
  const before = text.slice(Math.max(0, stop - 16), stop);
  const word = (/\S+$/.exec(before)?.[0] ?? '').replace(openers, '').toLowerCase();
  if (/^\d{1,3}$/.test(word)) return /(^|\n)\s*\d{1,3}$/.test(before) && (before.length < 16 || before.includes('\n'));
  return abbreviations.has(word) || /^\p{L}(\.\p{L})*$/u.test(word);
}
