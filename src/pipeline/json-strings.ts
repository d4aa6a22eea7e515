import { GatewayError } from '../core/errors.ts';
import type { Paced } from '../core/turns/paced.ts';
import type { Turns } from '../core/turns/turns.ts';

/** The JSON value with `change` applied to every string in it, names of properties included. */
function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapStrings(item, change)]));
  }
  return value;
}

const maxDepth = 256;

/** The same in slices, for answers; a unit is a member. Throws INVALID_OUTPUT for JSON that is nested without end. */
export function* mapStringsInTurns(value: unknown, change: (text: string) => Paced<string>, turns: Turns, depth = 0): Paced<unknown> {
  if (depth > maxDepth) throw tooDeep();
  const wait = turns.spend(1);
  if (wait !== null) yield wait;
  if (typeof value === 'string') return yield* change(value);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) items.push(yield* mapStringsInTurns(item, change, turns, depth + 1));
    return items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = [];
  for (const [key, item] of Object.entries(value))
    entries.push([yield* change(key), yield* mapStringsInTurns(item, change, turns, depth + 1)]);
  return Object.fromEntries(entries);
}

const tooDeep = (): GatewayError =>
  new GatewayError('INVALID_OUTPUT', `The model's JSON is nested deeper than ${maxDepth} levels, which is the most that is read.`);

/** Every string in the JSON value, names of properties included, in order. */
export function stringsOf(value: unknown): string[] {
  const strings: string[] = [];
  mapStrings(value, (text) => {
    strings.push(text);
    return text;
  });
  return strings;
}
