/** For names that somebody has misspelt: the known one that was meant, most likely. */

/** Longer names are compared by their beginnings. */
const maxLength = 64;

/** The nearest of the known names; null when none is near. Names that differ in upper and lower case alone are nearest. */
export function nearest(name: string, known: Iterable<string>): string | null {
  const bound = Math.floor(name.length * 0.4) + 1;
  let best: { readonly of: string; readonly far: number } | null = null;
  for (const of of known) {
    const far = of.toLowerCase() === name.toLowerCase() ? 0 : distance(name.slice(0, maxLength), of.slice(0, maxLength));
    if (far <= bound && far < of.length && (best === null || far < best.far)) best = { of, far };
  }
  return best?.of ?? null;
}

/** How many letters must be added, left out, replaced or swapped with their neighbour. */
function distance(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (beforeLast[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = next;
  }
  return last[to.length] ?? 0;
}
