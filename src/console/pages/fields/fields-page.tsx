/** Which AI fields the graph has: on whose entity, at what price, and what they have cost. */
import './fields.css';
import { useMemo } from 'react';
import { useQuery } from '../../data/use-query.ts';
import { useHref } from '../../location/time-zone.ts';
import { codecOf, oneOf, textParam, useUrlState } from '../../location/url-state.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Count, Money } from '../../parts/figure.tsx';
import { Choice, FilterBar, TextFilter } from '../../parts/filter-bar.tsx';
import { Empty, PageFrame } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { isAllowed, useViewer } from '../../session/viewer.tsx';
import { FieldDetail } from './field-detail.tsx';
import { figuresOf, percent } from './field-figures.ts';
import { FieldsDocument, type FieldsQuery } from './fields.generated.ts';

const state = codecOf({ days: oneOf(['30', '7', '1']), text: textParam(), field: textParam() });
const dayMs = 86_400_000;
const kinds = {
  COMPLETION: 'written by a model',
  EMBEDDING: 'embedding',
  SIMILAR: 'search by meaning',
  ANSWER: 'answered from documents',
  OTHER: '',
} as const;

export function FieldsPage() {
  const viewer = useViewer();
  const seesUsage = isAllowed(viewer, [['ai:usage'], ['ai:usage:all']]);
  const [{ days, text, field }, change] = useUrlState(state);
  const range = useMemo(() => rangeOf(Number(days)), [days]);
  const { data, problem, isLoading, refresh } = useQuery(FieldsDocument, { ...range, seesUsage });
  const chosen = data?.aiFields.find(({ coordinate }) => coordinate === field);
  return (
    <PageFrame title="Fields" about="Which AI fields the graph has: on whose entity, at what price, and what they have cost.">
      {problem && <Problem problem={problem} onRetry={refresh} />}
      <FilterBar>
        <TextFilter label="Find" value={text} placeholder="Product.summary" onChange={(to) => change({ text: to })} />
        {seesUsage && (
          <Choice
            label="Figures of"
            value={days}
            options={[
              { value: '1', label: 'the last 24 hours' },
              { value: '7', label: 'the last 7 days' },
              { value: '30', label: 'the last 30 days' },
            ]}
            onChange={(to) => change({ days: to === '1' || to === '7' ? to : '30' })}
          />
        )}
      </FilterBar>
      {!seesUsage && <p className="hint">What fields have cost is shown to those who have the scope ai:usage.</p>}
      <FieldTable data={data} isLoading={isLoading} text={text} chosen={field} seesUsage={seesUsage} />
      {data !== null && chosen !== undefined && (
        <FieldDetail
          key={chosen.coordinate}
          field={chosen}
          figures={figuresOf(chosen.coordinate, data)}
          range={range}
          seesUsage={seesUsage}
          onClose={() => change({ field: '' })}
        />
      )}
    </PageFrame>
  );
}

interface FieldTableProps {
  readonly data: FieldsQuery | null;
  readonly isLoading: boolean;
  readonly text: string;
  readonly chosen: string;
  readonly seesUsage: boolean;
}

function FieldTable({ data, isLoading, text, chosen, seesUsage }: FieldTableProps) {
  const hrefTo = useHref();
  const [{ days }] = useUrlState(state);
  const all = data?.aiFields ?? [];
  const rows = all.filter(({ coordinate }) => coordinate.toLowerCase().includes(text.toLowerCase()));
  type Row = (typeof rows)[number];
  const spendOf = ({ coordinate }: Row) => (data === null ? null : figuresOf(coordinate, data).spend);
  return (
    <DataTable
      caption="AI fields"
      isLoading={isLoading}
      rows={rows}
      keyOf={({ coordinate }) => coordinate}
      chosen={chosen}
      empty={
        data === null ? null : all.length > 0 ? (
          <Empty title={`No AI field has "${text}" in its name.`} />
        ) : (
          <Empty title="The graph has no AI field yet.">
            <p>
              Declare one in a file that <code>graph.fields</code> names: a field of another team's type with <code>@completion</code> and a
              prompt.
            </p>
          </Empty>
        )
      }
      columns={[
        {
          name: 'Field',
          cell: ({ coordinate, kind }) => (
            <>
              <a href={hrefTo('/fields', { field: coordinate, ...(days === '30' ? {} : { days }) })}>{coordinate}</a>
              <p className="hint">{kinds[kind]}</p>
            </>
          ),
        },
        { name: 'Route', cell: ({ route }) => route ?? <span className="hint">not yours</span> },
        {
          name: 'Prompt',
          cell: ({ promptId, promptVersion }) =>
            promptId === null ? '–' : `${promptId}${promptVersion === null ? '' : `@${promptVersion}`}`,
        },
        { name: 'One call at most', isNumber: true, cell: ({ ceiling }) => <Money amount={ceiling.cost?.amount} /> },
        ...(seesUsage
          ? [
              { name: 'Typically', isNumber: true, cell: ({ typical }: Row) => (typical ? <Money amount={typical.cost?.amount} /> : '–') },
              { name: 'Spent', isNumber: true, cell: (row: Row) => <Spent spend={spendOf(row)} /> },
              { name: 'Calls', isNumber: true, cell: (row: Row) => <Count of={spendOf(row)?.calls ?? 0} /> },
              { name: 'Failed', isNumber: true, cell: (row: Row) => percent(failedPart(spendOf(row))) },
              {
                name: 'By caches',
                isNumber: true,
                cell: ({ coordinate }: Row) => (data === null ? '–' : percent(figuresOf(coordinate, data).cacheRate)),
              },
            ]
          : []),
      ]}
    />
  );
}

type Spend = ReturnType<typeof figuresOf>['spend'];

const Spent = ({ spend }: { readonly spend: Spend }) =>
  spend === null ? (
    '–'
  ) : (
    <>
      <Money amount={spend.usage.cost?.amount} />
      <p className="hint">
        <Count of={spend.usage.totalTokens} /> tokens
      </p>
    </>
  );

const failedPart = (spend: Spend): number | null => (spend === null || spend.calls === 0 ? null : spend.failures / spend.calls);

/** Up to the next minute, so that an address that is opened again asks the same. */
function rangeOf(days: number): { readonly from: string; readonly to: string } {
  const to = Math.ceil(Date.now() / 60_000) * 60_000;
  return { from: new Date(to - days * dayMs).toISOString(), to: new Date(to).toISOString() };
}
