/**
 * Prints rows under headings in aligned columns; numbers are right-aligned. Control characters, and those that turn the direction of writing,
 * are left out: callers choose some of what is shown, and a terminal would obey them.
 */
export function formatTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows].map((line) => line.map((cell) => cell.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '')));
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const numeric = headings.map((_, column) => rows.length > 0 && rows.every((row) => /^([\d.,]+|-|)$/.test(row[column] ?? '')));
  const padded = (cell: string, column: number): string =>
    numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return lines.map((line) => line.map(padded).join('  ').trimEnd()).join('\n');
}
