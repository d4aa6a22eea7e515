/** Rows as comma-separated values. A text that a spreadsheet would take for a formula has an apostrophe before it. */

import type { SpendRowFragment } from './spend.generated.ts';
import type { SpendState } from './spend-state.ts';

export function csvText(by: SpendState['by'], rows: readonly SpendRowFragment[]): string {
  const named: readonly (readonly [string, (row: SpendRowFragment) => string | null])[] =
    by === 'screens'
      ? [
          ['operation', ({ operation }) => operation],
          ['coordinate', ({ coordinate }) => coordinate],
          ['model', ({ model }) => model],
        ]
      : by === 'tag'
        ? [['tag', ({ tags }) => tags[0]?.value ?? null]]
        : [[by, (row) => row[by]], ...(by === 'principal' ? [['key name', (row: SpendRowFragment) => row.principalName] as const] : [])];
  const columns: readonly (readonly [string, (row: SpendRowFragment) => string | number | null | undefined])[] = [
    ...named,
    ['calls', ({ calls }) => calls],
    ['operations', ({ operations }) => operations],
    ['failures', ({ failures }) => failures],
    ['tokens', ({ usage }) => usage.totalTokens],
    ['cost', ({ usage }) => usage.cost?.amount],
    ['failed cost', ({ failedCost }) => failedCost.amount],
    ['saved cost', ({ savedCost }) => savedCost?.amount],
    ['unpriced calls', ({ unpricedCalls }) => unpricedCalls],
  ];
  const lines = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, of]) => String(of(row) ?? '')))];
  return lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join('');
}

export function csvCell(text: string): string {
  const isNumber = /^-?\d+(\.\d+)?$/.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
