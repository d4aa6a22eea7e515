/**
 * Gives other requests a turn of the event loop between two stages that each read all of a large JSON value (coerced, priced,
 * made into a request, keyed, sent): together they take as long as all stages, apart as long as the longest.
 */
import { waitInLine } from './turns.ts';

/** Reading so many members takes a stage some 1 to 2 ms. */
const membersPerTurn = 2_000;

/** Null: the value is small, and the next stage may read it at once. Else resolves when others have had their turn. */
export function turnIfLarge(value: unknown): Promise<void> | null {
  return isLarge(value) ? waitInLine() : null;
}

/** Whether what reads the value should do so in slices. `max`: fewer members are so many already. */
export const isLarge = (value: unknown, max = membersPerTurn): boolean => hasMoreMembers(value, Math.min(max, membersPerTurn));

/** Listing the names of an object of 50,000 takes 20 ms: it is done once. */
const largeByThemselves = new WeakSet<object>();

/** Whether the objects and lists of a JSON value have more than `max` members. It looks at `max` of them at most. */
function hasMoreMembers(value: unknown, max: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const open: object[] = [value];
  const add = (member: unknown): void => {
    if (typeof member === 'object' && member !== null) open.push(member);
  };
  let members = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (largeByThemselves.has(next)) return true;
    if (Array.isArray(next)) {
      members += next.length;
      if (members > max) return true;
      for (const member of next) add(member);
      continue;
    }
    let inner = 0;
    for (const name in next) {
      inner += 1;
      members += 1;
      if (inner > membersPerTurn) {
        largeByThemselves.add(next);
        return true;
      }
      add((next as Readonly<Record<string, unknown>>)[name]);
    }
    if (members > max) return true;
  }
  return false;
}
