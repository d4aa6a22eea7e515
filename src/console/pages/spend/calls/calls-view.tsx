/** The calls behind a figure, the newest first, a page at a time. */
import { useState } from 'react';
import { useQuery } from '../../../data/use-query.ts';
import { useHashSearch } from '../../../location/hash-location.ts';
import { useUrlState } from '../../../location/url-state.ts';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { Count, Money, msText } from '../../../parts/figure.tsx';
import { Empty } from '../../../parts/page-frame.tsx';
import { Problem } from '../../../parts/problem.tsx';
import { Time } from '../../../parts/time.tsx';
import { type AiCallsInput, type CallFactsFragment, CallsDocument } from '../spend.generated.ts';
import type { AtTime } from '../spend-figures.tsx';
import { filterOf, hrefWith, rangeOf, spendState } from '../spend-state.ts';

export function CallsView({ zone, now }: AtTime) {
  const [state] = useUrlState(spendState);
  const { from, to } = rangeOf(state, zone, now);
  const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const question = JSON.stringify([times, state.where]);
  return <Pages key={question} question={{ ...times, where: filterOf(state.where), first: 50 }} />;
}

function Pages({ question }: { readonly question: AiCallsInput }) {
  const search = useHashSearch();
  /** Where each page that was turned begins. */
  const [turned, setTurned] = useState<readonly string[]>([]);
  const { data, problem, isLoading, refresh } = useQuery(CallsDocument, { input: { ...question, after: turned.at(-1) ?? null } });
  const next = data?.aiCalls.endCursor ?? null;
  return (
    <section className="stack" aria-label="Calls">
      <div className="actions">
        <h2>Calls</h2>
        <a href={hrefWith(search, { show: 'figures' })}>Back to the figures</a>
      </div>
      {problem !== null && <Problem problem={problem} onRetry={refresh} />}
      {data !== null && (
        <DataTable
          caption="Calls, the newest first"
          columns={columnsOf(search)}
          rows={data.aiCalls.calls}
          keyOf={({ id }) => id}
          isLoading={isLoading}
          empty={<Empty title="No calls fit. Take off a filter, or choose a longer time." />}
        />
      )}
      <div className="actions">
        <button type="button" disabled={turned.length === 0} onClick={() => setTurned(turned.slice(0, -1))}>
          Newer calls
        </button>
        <button type="button" disabled={next === null} onClick={() => next !== null && setTurned([...turned, next])}>
          Older calls
        </button>
      </div>
    </section>
  );
}

const columnsOf = (search: string): readonly Column<CallFactsFragment>[] => [
  {
    name: 'Time',
    cell: ({ id, time }) => (
      <a href={hrefWith(search, { call: id })}>
        <Time at={time} />
      </a>
    ),
  },
  { name: 'Fields', cell: ({ uses }) => [...new Set(uses.map(({ coordinate }) => coordinate))].join(', ') },
  { name: 'Operation', cell: ({ operation }) => <bdi>{operation ?? '(unnamed)'}</bdi> },
  { name: 'Client', cell: ({ client }) => <bdi>{client ?? '(none)'}</bdi> },
  { name: 'Model', cell: ({ model }) => model ?? '–' },
  { name: 'Outcome', cell: ({ outcome, cache }) => <Outcome outcome={outcome} cache={cache} /> },
  { name: 'Tokens', cell: ({ usage }) => <Count of={usage.totalTokens} />, isNumber: true },
  { name: 'Cost', cell: ({ usage }) => <Money amount={usage.cost?.amount} />, isNumber: true },
  { name: 'Took', cell: ({ latencyMs }) => msText(latencyMs), isNumber: true },
];

export const Outcome = ({ outcome, cache }: { readonly outcome: string; readonly cache: string }) => (
  <span className={`tag ${outcome === 'OK' ? 'tag-good' : outcome === 'CANCELLED' ? '' : 'tag-bad'}`}>
    {outcome === 'OK' && cache === 'HIT' ? 'OK, from the cache' : outcome}
  </span>
);
