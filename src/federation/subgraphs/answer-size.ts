/**
 * Refuses the answer of a subgraph by what it has in it, while it comes: parsing, merging and sending are work on the event loop
 * for each value, and what nests without end cannot be sent at all.
 */
import type { GraphQLError } from 'graphql';
import { type JsonSize, jsonMeter } from '../../core/json/json-meter.ts';
import { subgraphError } from './foreign-error.ts';

/** `JSON.stringify` overflows the stack at some thousands. */
const maxDepth = 500;
/** Of an object on average. */
const valuesPerObject = 20;

/** Called with each piece of the answer; throws the error that the fields get. */
export function checkSize(name: string, maxObjects: number): (piece: Uint8Array) => void {
  const meter = jsonMeter();
  return (piece) => {
    meter.add(piece);
    const refused = refusalOf(name, meter.size(), maxObjects);
    if (refused !== null) throw refused;
  };
}

/** The same of an event that is parsed already. */
export function checkEventSize(name: string, event: unknown, maxObjects: number): void {
  const open: { readonly value: object; readonly depth: number }[] = isObject(event) ? [{ value: event, depth: 1 }] : [];
  let values = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const members: readonly unknown[] = Object.values(next.value);
    values += members.length;
    const refused = refusalOf(name, { values, depth: next.depth }, maxObjects);
    if (refused !== null) throw refused;
    for (const value of members) if (isObject(value)) open.push({ value, depth: next.depth + 1 });
  }
}

function refusalOf(name: string, { values, depth }: Pick<JsonSize, 'values' | 'depth'>, maxObjects: number): GraphQLError | null {
  const maxValues = maxObjects * valuesPerObject;
  if (depth > maxDepth)
    return subgraphError(name, `answered with JSON that nests deeper than ${maxDepth} levels.`, 'SUBGRAPH_UNAVAILABLE', false);
  if (values <= maxValues) return null;
  return subgraphError(
    name,
    `has more for this operation than the gateway takes: ${maxValues} values in one answer, members of lists and objects. Ask for shorter lists.`,
    'COST_LIMIT_EXCEEDED',
    false,
  );
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
