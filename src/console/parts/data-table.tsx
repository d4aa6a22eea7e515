/** Rows as the server sorted them. On a narrow screen the table alone scrolls sideways, not the page. */
import type { ReactNode } from 'react';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** Numbers and money stand at the right. */
  readonly isNumber?: boolean;
  /** How the column sorts; absent: it does not. */
  readonly onSort?: () => void;
  readonly sorted?: 'ascending' | 'descending' | undefined;
}

export interface DataTableProps<Row> {
  /** Read aloud; shown above the table unless the page has a heading for it. */
  readonly caption: string;
  readonly isCaptionShown?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** One row that sums all, also of other pages: the server makes it. */
  readonly total?: Row | undefined;
  /** Shown where there are no rows. */
  readonly empty: ReactNode;
  readonly isLoading?: boolean;
  readonly chosen?: string | undefined;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, isCaptionShown = false, columns, rows, keyOf, total, empty, isLoading = false, chosen } = props;
  if (rows.length === 0 && !isLoading) return <>{empty}</>;
  const cells = (row: Row) =>
    columns.map(({ name, cell, isNumber }, index) =>
      index === 0 ? (
        <th key={name} scope="row">
          {cell(row)}
        </th>
      ) : (
        <td key={name} className={isNumber ? 'number' : undefined}>
          {cell(row)}
        </td>
      ),
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keyboard.
    <section className="table-frame" aria-label={caption} tabIndex={0} aria-busy={isLoading}>
      <table>
        <caption className={isCaptionShown ? undefined : 'unseen'}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, isNumber, onSort, sorted }) => (
              <th key={name} scope="col" className={isNumber ? 'number' : undefined} aria-sort={sorted}>
                {onSort ? (
                  <button type="button" className="quiet" onClick={onSort}>
                    {name}
                    <span aria-hidden="true">{sorted === 'ascending' ? ' ↑' : sorted === 'descending' ? ' ↓' : ''}</span>
                  </button>
                ) : (
                  name
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} aria-current={chosen !== undefined && keyOf(row) === chosen ? 'true' : undefined}>
              {cells(row)}
            </tr>
          ))}
        </tbody>
        {total !== undefined && (
          <tfoot>
            <tr>{cells(total)}</tr>
          </tfoot>
        )}
      </table>
    </section>
  );
}
