/** Counts the fields of an operation as the planner sees them, with every spread replaced by its fragment. */
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';

/** About 100 ms of planning. */
export const maxPlannedFields = 10_000;

/** Counts each fragment once, however often it is spread. Infinity for a fragment that spreads itself. */
export function countFields({ definitions }: DocumentNode): number {
  const fragments = new Map(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet]] : [])),
  );
  const counted = new Map<string, number>();

  function ofFragment(name: string): number {
    const known = counted.get(name);
    if (known !== undefined) return known;
    counted.set(name, Number.POSITIVE_INFINITY);
    const set = fragments.get(name);
    const count = set === undefined ? 0 : ofSet(set);
    counted.set(name, count);
    return count;
  }

  function ofSet({ selections }: SelectionSetNode): number {
    let sum = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) sum += ofFragment(selection.name.value);
      else {
        if (selection.kind === Kind.FIELD) sum += 1;
        if (selection.selectionSet !== undefined) sum += ofSet(selection.selectionSet);
      }
    }
    return sum;
  }

  return definitions.reduce((sum, one) => sum + (one.kind === Kind.OPERATION_DEFINITION ? ofSet(one.selectionSet) : 0), 0);
}
