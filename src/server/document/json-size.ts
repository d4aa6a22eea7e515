/**
 * Counts what a JSON text has in it before it is parsed: a million empty objects, or a hundred thousand keys, would block the
 * event loop while they are parsed, coerced, priced and sent; a text nested without end would overflow the stack.
 */
import { GatewayError } from '../../core/errors.ts';
import type { ServerLimits } from '../server-limits.ts';

const quote = 0x22;
const colon = 0x3a;
const comma = 0x2c;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lastBlank = 0x20;

export type JsonBounds = Pick<ServerLimits, 'maxJsonObjects' | 'maxInputValues' | 'maxObjectMembers' | 'maxNesting'>;

/** Where the JSON text comes from, by how many objects its variables stand in. */
export const variablesWithin = { url: 0, body: 1, message: 2 } as const;

/** Of the name of a member: whoever does not know it compares it with all that are known, and repeats it. */
const maxNameBytes = 10_000;

/** Values that are parsed and read in one turn of the event loop, in some 2 ms. */
const valuesPerTurn = 2_000;

/** Whether it takes a while to parse the text. Throws BAD_REQUEST. `within`: see {@link variablesWithin}. */
export function checkJsonSize(json: Buffer, bounds: JsonBounds, within: number): { readonly isLarge: boolean } {
  const { objects, values, depth, largest, longestName } = sizeOf(json);
  if (objects > bounds.maxJsonObjects)
    throw new GatewayError(
      'BAD_REQUEST',
      `The request has ${objects} objects and lists; this gateway accepts at most ${bounds.maxJsonObjects}. Send it in parts, or have its operator raise server.limits.maxJsonObjects.`,
    );
  if (depth > bounds.maxNesting + 1 + within)
    throw new GatewayError(
      'BAD_REQUEST',
      `The variables or extensions nest objects and lists deeper than ${bounds.maxNesting} levels, which is the maximum of this gateway (server.limits.maxNesting).`,
    );
  if (values > bounds.maxInputValues)
    throw new GatewayError(
      'BAD_REQUEST',
      `The request has ${values} values, which are the members of its objects and lists; this gateway accepts at most ${bounds.maxInputValues}. Send it in parts, or large JSON as one text, or have its operator raise server.limits.maxInputValues.`,
    );
  if (largest > bounds.maxObjectMembers)
    throw new GatewayError(
      'BAD_REQUEST',
      `An object in the request has ${largest} members; this gateway accepts at most ${bounds.maxObjectMembers}. Send it as a list or as text, or have its operator raise server.limits.maxObjectMembers.`,
    );
  if (longestName > maxNameBytes)
    throw new GatewayError(
      'BAD_REQUEST',
      `The name of a member in the request has ${longestName} bytes; this gateway accepts at most ${maxNameBytes}. Send long texts as values.`,
    );
  return { isLarge: values > valuesPerTurn };
}

interface JsonSize {
  readonly objects: number;
  /** Members of all objects and lists. */
  readonly values: number;
  /** Objects and lists inside each other; 1 for `{}`. */
  readonly depth: number;
  /** Members of the object that has most. */
  readonly largest: number;
  /** In bytes. */
  readonly longestName: number;
}

function sizeOf(json: Buffer): JsonSize {
  let objects = 0;
  let commas = 0;
  let empty = 0;
  let depth = 0;
  let deepest = 0;
  let largest = 0;
  let before = 0;
  let stringLength = 0;
  let longestName = 0;
  /** Commas of each object and list that is open, from the outermost on. */
  const own: number[] = [];
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0;
    if (byte <= lastBlank) continue;
    if (byte === quote) {
      const from = at + 1;
      at = endOfString(json, from);
      stringLength = at - from;
    } else if (byte === colon) {
      if (stringLength > longestName) longestName = stringLength;
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
  return { objects, values: commas + objects - empty, depth: deepest, largest, longestName };
}

/** Bytes looked at one by one before native code searches for the end: its call costs as much, and most strings are short. */
const nearBytes = 64;

/** Where the closing quote of a string stands whose text begins at `from`; the length of the JSON where it has none. */
function endOfString(json: Buffer, from: number): number {
  let nearEnd = from + nearBytes;
  let at = from;
  while (at < json.length) {
    if (at >= nearEnd) {
      const found = json.indexOf(quote, at);
      if (found === -1) return json.length;
      let slash = found;
      while (slash > at && json[slash - 1] === backslash) slash -= 1;
      if ((found - slash) % 2 === 0) return found;
      at = found + 1;
      nearEnd = at + nearBytes;
      continue;
    }
    if (json[at] === quote) return at;
    at += json[at] === backslash ? 2 : 1;
  }
  return json.length;
}
