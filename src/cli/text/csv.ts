/** Rows as comma-separated values (RFC 4180). A text that a spreadsheet would take for a formula has an apostrophe before it. Control characters are left out, as in a table. */
export function csvOf(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

function cellOf(written: string): string {
  const text = written.replaceAll(/(?![\t\r\n])[\p{Cc}\p{Bidi_Control}]/gu, '');
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
