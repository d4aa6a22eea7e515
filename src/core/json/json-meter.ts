/**
 * Counts what a JSON text has in it before it is parsed, as its bytes come: a million empty objects, or a hundred thousand keys,
 * block the event loop while they are parsed and worked on; a text nested without end overflows a stack.
 */
import { nameCounter } from './name-counter.ts';

const quote = 0x22;
const colon = 0x3a;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lastBlank = 0x20;

export interface JsonSize {
  /** Objects and lists. */
  readonly objects: number;
  /** Members of all objects and lists. */
  readonly values: number;
  /** Objects and lists inside each other; 1 for `{}`. */
  readonly depth: number;
  /** Members of the object that has the most. */
  readonly largest: number;
  /** Length of the longest name in bytes, with escapes as they are written. */
  readonly longestName: number;
  /**
   * About the number of different names of members; in an object, each name behind the 128th counts as one that is different.
   * `JSON.parse` takes 1 to 3 µs for each of these names, and 0.05 µs for another value. Null: it was not asked for.
   */
  readonly names: number | null;
}

export interface JsonMeterOptions {
  /** Whether `names` is counted, which takes a fifth longer. */
  readonly withNames?: boolean;
}

export interface JsonMeter {
  /** The counts of all pieces so far. */
  size(): JsonSize;
  add(piece: Uint8Array): void;
}

/** V8 makes a table of an object with more members, and a table takes as long to fill with names that are known. */
const narrow = 128;

export function jsonMeter({ withNames = false }: JsonMeterOptions = {}): JsonMeter {
  const names = withNames ? nameCounter() : null;
  let objects = 0;
  let commas = 0;
  let empty = 0;
  let depth = 0;
  let deepest = 0;
  let largest = 0;
  let before = 0;
  let inString = false;
  let stringBytes = 0;
  let longestName = 0;
  /** Commas of each object and list that is open, by its depth. */
  const own: number[] = [];
  /** Bytes of the next piece that stand behind a backslash. */
  let escaped = 0;
  /** Where the last string begins and ends in the piece. */
  let stringFrom = 0;
  let stringTo = 0;
  let wide = 0;

  /** Where the string ends that goes on at `from`; the length of the piece where it does not end in it. */
  function endOfString(piece: Uint8Array, from: number): number {
    const end = closingQuote(piece, from + escaped);
    escaped = Math.max(0, end - piece.length);
    inString = end >= piece.length;
    const stop = Math.min(end, piece.length);
    stringBytes += stop - from;
    stringFrom = from;
    stringTo = stop;
    return stop;
  }

  return {
    size: () => ({
      objects,
      values: commas + objects - empty,
      depth: deepest,
      largest,
      longestName,
      names: names === null ? null : names.different() + wide,
    }),
    add(piece) {
      for (let at = inString ? endOfString(piece, 0) + 1 : 0; at < piece.length; at += 1) {
        const byte = piece[at] ?? 0;
        if (byte <= lastBlank) continue;
        if (byte === quote) {
          stringBytes = 0;
          names?.begin();
          at = endOfString(piece, at + 1);
        } else if (byte === colon) {
          longestName = Math.max(longestName, stringBytes);
          if ((own[depth] ?? 0) >= narrow) wide += 1;
          else names?.add(piece, stringFrom, stringTo);
        } else if (byte === comma) {
          commas += 1;
          own[depth] = (own[depth] ?? 0) + 1;
        } else if (byte === openBrace || byte === openBracket) {
          objects += 1;
          depth += 1;
          own[depth] = 0;
          if (depth > deepest) deepest = depth;
        } else if (byte === closeBrace || byte === closeBracket) {
          if (before === openBrace || before === openBracket) empty += 1;
          else if (byte === closeBrace) largest = Math.max(largest, 1 + (own[depth] ?? 0));
          depth = Math.max(0, depth - 1);
        }
        before = byte;
      }
      if (before !== quote) return;
      names?.carry(piece, stringFrom, stringTo);
      stringFrom = 0;
      stringTo = 0;
    },
  };
}

/** Bytes looked at one by one before native code searches for the end: its call costs as much, and most strings are short. */
const nearBytes = 64;

/** Where the closing quote of a string stands; where it has none, the length of the piece, and one more where its last byte is a backslash in force. */
function closingQuote(piece: Uint8Array, from: number): number {
  let nearEnd = from + nearBytes;
  let at = from;
  while (at < piece.length) {
    if (at >= nearEnd) {
      const found = piece.indexOf(quote, at);
      const end = found === -1 ? piece.length : found;
      let slash = end;
      while (slash > at && piece[slash - 1] === backslash) slash -= 1;
      const isEscaped = (end - slash) % 2 !== 0;
      if (!isEscaped || found === -1) return end + (isEscaped ? 1 : 0);
      at = found + 1;
      nearEnd = at + nearBytes;
      continue;
    }
    if (piece[at] === quote) return at;
    at += piece[at] === backslash ? 2 : 1;
  }
  return at;
}
