/** The rows: a tree of operations, fields and models, or one row a value; each leads to its calls, and narrows the page. */
import { formatMoney } from '../../../client/decimal.ts';
import { useHashSearch } from '../../location/hash-location.ts';
import { useUrlState } from '../../location/url-state.ts';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { shareOf } from '../../parts/decimal-text.ts';
import { Count, Money, msText } from '../../parts/figure.tsx';
import type { AiUsageInput, SpendQuery } from './spend.generated.ts';
import { SpendDownload } from './spend-download.tsx';
import { costOfThousand, measured, type SpendRow } from './spend-rows.ts';
import { dimensions, hrefWith, type Metric, narrowed, type SpendState, spendState } from './spend-state.ts';

export interface SpendTableProps {
  readonly rows: readonly SpendRow[];
  readonly page: SpendQuery['rows'];
  readonly state: SpendState;
  readonly metric: Metric;
  readonly question: AiUsageInput;
}

const totalId = 'total of all';

export function SpendTable({ rows, page, state, metric, question }: SpendTableProps) {
  const [, change] = useUrlState(spendState);
  const search = useHashSearch();
  const { by, open, where } = state;
  const whole = measured(page.total, metric);
  const toggle = (id: string): void => change({ open: open.includes(id) ? open.filter((one) => one !== id) : [...open, id] });
  const total: SpendRow = {
    ...page.total,
    id: totalId,
    name: 'Total',
    about: null,
    depth: 0,
    hasChildren: false,
    ofOperations: page.total.operations,
    narrows: [],
  };

  const columns: readonly Column<SpendRow>[] = [
    {
      name: by === 'screens' ? 'Operation, field, model' : dimensions[by],
      cell: (row) => <RowName row={row} state={state} search={search} onToggle={toggle} />,
    },
    { name: 'Share', cell: (row) => <Share share={shareOf(measured(row, metric), whole)} />, isNumber: true },
    {
      name: 'Cost',
      cell: ({ usage, unpricedCalls }) => (
        <>
          <Money amount={usage.cost?.amount} />
          {unpricedCalls > 0 && usage.cost !== null && <span title={`${unpricedCalls} calls have no known price.`}>*</span>}
        </>
      ),
      isNumber: true,
    },
    {
      name: 'Per 1,000 operations',
      cell: (row) => {
        const cost = costOfThousand(row);
        return cost === null ? '–' : <Money amount={cost} />;
      },
      isNumber: true,
    },
    { name: 'Operations', cell: ({ operations }) => <Count of={operations} />, isNumber: true },
    {
      name: 'Calls',
      cell: ({ calls, narrows, name }) => (
        <a
          href={hrefWith(search, { show: 'calls', where: narrowed(where, ...narrows) })}
          aria-label={`View ${calls} calls of ${name ?? 'none'}`}
        >
          <Count of={calls} />
        </a>
      ),
      isNumber: true,
    },
    { name: 'Tokens', cell: ({ usage }) => <Count of={usage.totalTokens} />, isNumber: true },
    { name: 'Saved', cell: ({ savedCost }) => <Money amount={savedCost?.amount ?? '0'} />, isNumber: true },
    {
      name: 'Failed',
      cell: ({ failures, failedCost }) => (
        <span title={`They cost ${formatMoney(failedCost.amount)}.`}>{failures === 0 ? '–' : <Count of={failures} />}</span>
      ),
      isNumber: true,
    },
    { name: '95 of 100 take', cell: ({ latency }) => (latency === null ? '–' : msText(latency.p95Ms)), isNumber: true },
  ];
  const hasUnnamed = by === 'screens' && rows.some(({ depth, name }) => depth === 0 && name === null);
  return (
    <section className="stack" aria-label="Rows">
      <div className="actions">
        <h2>{dimensions[by]}</h2>
        <SpendDownload question={question} by={by} />
      </div>
      <DataTable
        caption={dimensions[by]}
        columns={columns}
        rows={rows}
        keyOf={({ id }) => id}
        total={total}
        empty={<p>Nothing in this time.</p>}
      />
      {page.endCursor !== null && (
        <p className="hint">These are the first 1,000 rows; the total is of all. A filter or the file of all rows shows the others.</p>
      )}
      {hasUnnamed && (
        <p className="hint">
          Operations without a name are one lump, <strong>(unnamed)</strong>. Name each in the app’s code, such as{' '}
          <code>query ShopPage {'{ … }'}</code>, and it has a row of its own.
        </p>
      )}
    </section>
  );
}

interface RowNameProps {
  readonly row: SpendRow;
  readonly state: SpendState;
  readonly search: string;
  readonly onToggle: (id: string) => void;
}

function RowName({ row, state, search, onToggle }: RowNameProps) {
  const { id, name, about, depth, hasChildren, narrows } = row;
  const none = state.by === 'screens' && depth === 0 ? '(unnamed)' : '(none)';
  const text = <bdi>{name ?? none}</bdi>;
  const isOpen = state.open.includes(id);
  return (
    <span className={`spend-name spend-depth-${depth}`}>
      {hasChildren && (
        <button
          type="button"
          className="quiet"
          aria-expanded={isOpen}
          aria-label={`${isOpen ? 'Close' : 'Open'} ${name ?? none}`}
          onClick={() => onToggle(id)}
        >
          <span aria-hidden="true">{isOpen ? '▾' : '▸'}</span>
        </button>
      )}
      {id === totalId || narrows.length === 0 ? (
        text
      ) : (
        <a href={hrefWith(search, { where: narrowed(state.where, ...narrows) })} title="Only these">
          {text}
        </a>
      )}
      {about !== null && <span className="hint"> {about}</span>}
    </span>
  );
}

function Share({ share }: { readonly share: number | null }) {
  if (share === null) return <>–</>;
  return (
    <span className="spend-share">
      <span className="spend-bar" aria-hidden="true" style={{ width: `${Math.round(share * 60)}px` }} />
      {(share * 100).toFixed(1)} %
    </span>
  );
}
