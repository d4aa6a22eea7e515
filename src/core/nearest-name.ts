/** Finds the known name closest to a misspelt one, for "Did you mean …?" in messages. */

const maxNameLength = 64;

/** Differs in case, in separators, in at most a third of its letters, or is the first word of what was written; null: none. */
export function nearestName(written: string, names: Iterable<string>): string | null {
  if (written.length > maxNameLength) return null;
  const plain = plainName(written);
  const known = [...names];
  const ranked = known
    .map((name) => ({ name, apart: lettersApart(plain, plainName(name)) }))
    .filter(({ name, apart }) => apart <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.apart - b.apart);
  return ranked[0]?.name ?? longest(known.filter((name) => name.length > 3 && plain.startsWith(plainName(name))));
}

const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z\d$]/g, '');
const longest = (names: readonly string[]): string | null => names.toSorted((a, b) => b.length - a.length)[0] ?? null;

/** Letters to put in, to take away, to change or to swap with the next (optimal string alignment). */
function lettersApart(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const changed = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? (before[j - 1] ?? 0) + 1 : changed;
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, changed, swapped));
    }
    [before, row] = [row, next];
  }
  return row.at(-1) ?? 0;
}
