/** Records which members of a value a schema has evaluated, for `unevaluatedProperties` and `unevaluatedItems`. */
export interface SeenParts {
  readonly names: Set<string>;
  allNames: boolean;
  /** Items from the first on. */
  items: number;
  /** Others, that `contains` has found. */
  readonly found: Set<number>;
}

export const nothingSeen = (): SeenParts => ({ names: new Set(), allNames: false, items: 0, found: new Set() });

/** What a schema has looked at counts for the one around it when the value fits it. */
export function addSeen(to: SeenParts | null, from: SeenParts | null): void {
  if (to === null || from === null) return;
  for (const name of from.names) to.names.add(name);
  to.allNames ||= from.allNames;
  for (const index of from.found) to.found.add(index);
  to.items = Math.max(to.items, from.items);
}
