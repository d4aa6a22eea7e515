/** The name that was probably meant, for "Did you mean …?"; null: none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  const asked = name.toLowerCase();
  const [best] = names.map((known) => ({ known, edits: editsBetween(asked, known.toLowerCase()) })).sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= Math.max(2, Math.floor(best.known.length * 0.4)) ? best.known : null;
}

/** Letters to insert, delete or replace (Levenshtein). */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next[j] = Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length] ?? 0;
}
