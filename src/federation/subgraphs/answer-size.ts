/**
 * Refuses the answer of a subgraph by what it has in it, while it comes: parsing, merging and sending are work on the event loop
 * for each value, and what nests without end cannot be sent at all.
 */
import type { GraphQLError } from 'graphql';
import { type JsonMeter, type JsonSize, jsonMeter } from '../../core/json/json-meter.ts';
import { subgraphError } from './foreign-error.ts';

/** `JSON.stringify` overflows the stack at some thousands. */
const maxDepth = 500;
/** Of an object on average. */
const valuesPerObject = 20;
/** Different names of members, and those of large objects: parsing takes 2 µs for each, however few bytes they are. */
const maxNames = 20_000;

/** A value of JSON takes two bytes, and a name with its value six: a text that is no longer than this has too much of neither. */
const smallBytes = 64 * 1024;

/** Called with each piece of one answer, or of one event, before it is parsed; throws the error that the fields get. */
export function checkSize(name: string, maxObjects: number): (piece: Uint8Array) => void {
  /** Until there is more. Most answers are small and flat. */
  let unmeasured: Uint8Array[] | null = [];
  const maxUnmeasured = Math.min(smallBytes, maxObjects * valuesPerObject);
  let length = 0;
  let brackets = 0;
  let meter: JsonMeter | null = null;
  return (piece) => {
    length += piece.length;
    if (unmeasured !== null) {
      unmeasured.push(piece);
      if (length <= maxUnmeasured) brackets += bracketsIn(piece);
      if (length <= maxUnmeasured && brackets <= maxDepth) return;
    }
    meter ??= jsonMeter({ withNames: true });
    for (const one of unmeasured ?? [piece]) meter.add(one);
    unmeasured = null;
    const refused = refusalOf(name, meter.size(), maxObjects);
    if (refused !== null) throw refused;
  };
}

/** Those that open, in texts too: no text nests deeper than it has of them. */
function bracketsIn(piece: Uint8Array): number {
  let found = 0;
  for (let at = 0; at < piece.length; at += 1) if (((piece[at] ?? 0) & isOpening) === bracket) found += 1;
  return found;
}

/** `[` and `{` differ in one bit. */
const bracket = 0x5b;
const isOpening = 0xdf;

function refusalOf(name: string, { values, depth, names }: JsonSize, maxObjects: number): GraphQLError | null {
  const maxValues = maxObjects * valuesPerObject;
  if (depth > maxDepth)
    return subgraphError(name, `answered with JSON that nests deeper than ${maxDepth} levels.`, 'SUBGRAPH_UNAVAILABLE', false);
  if (names !== null && names > maxNames)
    return subgraphError(
      name,
      `answered with more than ${maxNames} different names of members, which is the maximum for one answer: a list of objects with equal names may be longer.`,
      'COST_LIMIT_EXCEEDED',
      false,
    );
  if (values <= maxValues) return null;
  return subgraphError(
    name,
    `has more for this operation than the gateway takes: ${maxValues} values in one answer, members of lists and objects. Ask for shorter lists.`,
    'COST_LIMIT_EXCEEDED',
    false,
  );
}
