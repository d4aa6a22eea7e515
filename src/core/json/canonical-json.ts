import { isLarge } from '../turns/large-value.ts';
import { finishPaced, type Paced } from '../turns/paced.ts';
import { type Turns, turnsOf } from '../turns/turns.ts';

/** JSON text with object keys in sorted order, so that equal values have equal texts. Undefined members are omitted. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'null'
  );
}

/** A slice takes some 1 to 2 ms. A unit is a member, or a comparison of two names. */
const unitsPerTurn = 4_000;
/** Number of names that are sorted without a pause. Sorted runs are merged after it. */
const namesPerRun = 1_000;

/** The same text. For a value with thousands of members it is made in slices, and other requests are served between them. */
export function canonicalJsonInTurns(value: unknown, turns: Turns = turnsOf({ unitsPerTurn })): string | Promise<string> {
  if (!isLarge(value)) return canonicalJson(value);
  return finishPaced(writtenInTurns(value, turns));
}

function* writtenInTurns(value: unknown, turns: Turns): Paced<string> {
  return (yield* written(value, turns, canonicalOrder)) ?? 'null';
}

/** The text that JSON.stringify writes, made in slices: a unit is a member, or 16 characters of a small value. Undefined where JSON has no text. */
export const jsonTextInTurns = (value: unknown, turns: Turns): Paced<string | undefined> => written(value, turns, asItStands);

/** How a value is written at once, and in which order the names of an object's members. */
interface Order {
  atOnce(value: unknown): string | undefined;
  names(names: readonly string[], turns: Turns): Paced<readonly string[]>;
}

const canonicalOrder: Order = { atOnce: canonicalJson, names: sorted };
const asItStands: Order = {
  atOnce: (value) => JSON.stringify(value),
  // biome-ignore lint/correctness/useYield: there is nothing to wait for
  *names(names) {
    return names;
  },
};

/** Undefined where JSON leaves the value out. */
function* written(value: unknown, turns: Turns, order: Order): Paced<string | undefined> {
  const wait = turns.spend(1);
  if (wait !== null) yield wait;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (!isLarge(value)) {
    const text = order.atOnce(value);
    const rest = turns.spend((text?.length ?? 0) >> 4);
    if (rest !== null) yield rest;
    return text;
  }
  const members: string[] = [];
  if (Array.isArray(value)) {
    for (const item of value) members.push((yield* written(item, turns, order)) ?? 'null');
    return `[${members.join(',')}]`;
  }
  const named = value as Readonly<Record<string, unknown>>;
  for (const name of yield* order.names(Object.keys(named), turns)) {
    const member = yield* written(named[name], turns, order);
    if (member !== undefined) members.push(`${JSON.stringify(name)}:${member}`);
  }
  return `{${members.join(',')}}`;
}

const isIndex = (name: string): boolean => /^(0|[1-9]\d{0,9})$/.test(name) && Number(name) < 2 ** 32 - 1;

/** As the members of a JavaScript object with sorted names stand: those that are indexes of a list come first, by number. */
function* sorted(names: readonly string[], turns: Turns): Paced<readonly string[]> {
  const indexes = names.findIndex((name) => !isIndex(name));
  if (indexes === -1) return names;
  let runs: (readonly string[])[] = [];
  for (let at = indexes; at < names.length; at += namesPerRun) {
    runs.push(names.slice(at, at + namesPerRun).sort());
    const wait = turns.spend(namesPerRun);
    if (wait !== null) yield wait;
  }
  while (runs.length > 1) {
    const merged: (readonly string[])[] = [];
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* mergedRuns(runs[at] ?? [], runs[at + 1] ?? [], turns));
    runs = merged;
  }
  return [...names.slice(0, indexes), ...(runs[0] ?? [])];
}

function* mergedRuns(left: readonly string[], right: readonly string[], turns: Turns): Paced<readonly string[]> {
  const merged: string[] = [];
  let at = 0;
  for (const name of left) {
    for (let other = right[at]; other !== undefined && other < name; other = right[at]) {
      merged.push(other);
      at += 1;
    }
    merged.push(name);
    const wait = turns.spend(2);
    if (wait !== null) yield wait;
  }
  return [...merged, ...right.slice(at)];
}
