/** Reads fields of a request's body strictly: what cannot be read is refused with its place. */
import { GatewayError } from '../../../core/errors.ts';
import { isObject, type JsonObject } from '../../json-fields.ts';

/** `place` as in `contents[2].parts[0]`; `accepted` completes "Accepted is ...". */
export const refusalAt = (place: string, what: string, accepted: string): GatewayError =>
  new GatewayError('BAD_REQUEST', `${place} ${what}. Accepted is ${accepted}.`);

/** Google's servers take the names of fields in camel case and in snake case. Null counts as left out. */
export function objectAt(value: unknown, place: string): JsonObject {
  if (!isObject(value)) throw refusalAt(place, 'is no JSON object', 'an object');
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined);
  return Object.fromEntries(
    fields.map(([name, field]) => [name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase()), field]),
  );
}

export function listAt(value: unknown, place: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw refusalAt(place, 'is no list', 'a list');
  return value;
}

export function textAt(value: unknown, place: string): string {
  if (typeof value !== 'string') throw refusalAt(place, 'is no text', 'a text');
  return value;
}

/** Null where it is left out. */
export function numberAt(value: unknown, place: string): number | null {
  if (value === undefined) return null;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refusalAt(place, 'is no number', 'a number');
  return value;
}

export function wholeNumberAt(value: unknown, place: string, from: number): number | null {
  const number = numberAt(value, place);
  if (number !== null && (!Number.isSafeInteger(number) || number < from))
    throw refusalAt(place, 'is no such number', `a whole number from ${from} on`);
  return number;
}

export function onlyFields(object: JsonObject, known: readonly string[], place: string): void {
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) throw refusalAt(`${place}${unknown.slice(0, 64)}`, 'is not known here', known.join(', '));
}
