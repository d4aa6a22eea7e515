/** Figures, chart and rows of one query. The total is the server's; shares are of it. */
import { useMemo } from 'react';
import { formatMoney } from '../../../client/decimal.ts';
import { TimeChart, type TimePoint } from '../../charts/time-chart.tsx';
import { useQuery } from '../../data/use-query.ts';
import { useHashSearch } from '../../location/hash-location.ts';
import { useHref } from '../../location/time-zone.ts';
import { useUrlState } from '../../location/url-state.ts';
import { shortened } from '../../parts/decimal-text.ts';
import { Count, Figure, Figures, Money, msText } from '../../parts/figure.tsx';
import { Empty } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { SpendDocument, type SpendQuery } from './spend.generated.ts';
import { metricOf, rowsOf } from './spend-rows.ts';
import { hrefWith, type Metric, narrowed, questionsOf, rangeOf, type SpendState, spendState } from './spend-state.ts';
import { SpendTable } from './spend-table.tsx';

export interface AtTime {
  readonly zone: string;
  readonly now: number;
}

export function SpendFiguresView({ zone, now }: AtTime) {
  const [state] = useUrlState(spendState);
  const isPaused = state.by === 'tag' && state.tag === '';
  const { data, problem, isLoading, refresh } = useQuery(SpendDocument, questionsOf(state, zone, now), { isPaused });
  /** While the next figures are on their way, those before stand there with their own names. */
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the figures are by is what it was when they came.
  const shown = useMemo(() => (data === null ? null : { data, by: state.by, tag: state.tag }), [data]);
  if (isPaused) return <Empty title="Name a tag to add up by its values, such as feature." />;
  return (
    <div className="stack" aria-busy={isLoading}>
      {problem !== null && <Problem problem={problem} onRetry={refresh} />}
      {shown !== null && <Report data={shown.data} state={{ ...state, by: shown.by, tag: shown.tag }} zone={zone} now={now} />}
    </div>
  );
}

function Report({ data, state, zone, now }: AtTime & { readonly data: SpendQuery; readonly state: SpendState }) {
  const { total } = data.rows;
  const hrefTo = useHref();
  const search = useHashSearch();
  const metric = metricOf(state.metric, total);
  const range = rangeOf(state, zone, now);
  const points = useMemo(() => pointsOf(data.times.rows, metric, zone, range.interval), [data.times.rows, metric, zone, range.interval]);
  if (total.calls === 0)
    return (
      <Empty title="No calls in this time.">
        <p>
          Every AI field that is asked for is a row here: ask one in the <a href={hrefTo('/playground')}>Playground</a>, take off a filter,
          or choose a longer time.
        </p>
      </Empty>
    );
  const failures = data.failures.rows.filter((row) => row.failures > 0);
  const held = data.aiViewer.budgets.filter((budget) => /[1-9]/.test(budget.held.amount));
  return (
    <>
      <Figures>
        <Figure label="Spent" note={total.unpricedCalls > 0 ? <UnpricedNote calls={total.unpricedCalls} /> : undefined}>
          <Money amount={total.usage.cost?.amount} />
        </Figure>
        <Figure
          label="Held now"
          note={
            held.length === 0
              ? 'by calls that run; not in what is spent'
              : held.map(({ name, per }) => `${name} (${per.toLowerCase()})`).join(', ')
          }
        >
          {held.length === 0 ? (
            <Money amount="0" />
          ) : (
            held.map(({ name, per, held: { amount } }) => <Money key={`${name} ${per}`} amount={amount} />)
          )}
        </Figure>
        <Figure label="Saved by caches" note="what kept answers would have cost">
          <Money amount={total.savedCost?.amount ?? '0'} />
        </Figure>
        <Figure label="Spent on failures" note={<FailuresNote rows={failures} search={search} state={state} />}>
          <Money amount={total.failedCost.amount} />
        </Figure>
        <Figure
          label="Calls"
          note={
            <a href={hrefWith(search, { show: 'calls' })}>
              view <span className="unseen">all </span>calls
            </a>
          }
        >
          <Count of={total.calls} />
        </Figure>
        <Figure label="Operations">
          <Count of={total.operations} />
        </Figure>
        <Figure label="Tokens">
          <Count of={total.usage.totalTokens} />
        </Figure>
        <Figure
          label="A call takes"
          note={total.latency === null ? undefined : `half of them less; 95 of 100 at most ${msText(total.latency.p95Ms)}`}
        >
          {total.latency === null ? '–' : msText(total.latency.p50Ms)}
        </Figure>
      </Figures>
      <TimeChart
        name={`${names[metric]} by ${range.interval === 'DAY' ? 'day' : 'hour'}`}
        summary={summaryOf(points, zone)}
        measure={names[metric]}
        points={points}
        from={range.from}
        to={range.to}
        timeZone={zone}
      />
      <SpendTable
        rows={rowsOf(data, state, metric)}
        page={data.rows}
        state={state}
        metric={metric}
        question={questionsOf(state, zone, now).rows}
      />
    </>
  );
}

const names: Readonly<Record<Metric, string>> = { cost: 'Cost', tokens: 'Tokens', calls: 'Calls' };
const counts = new Intl.NumberFormat();

const UnpricedNote = ({ calls }: { readonly calls: number }) => (
  <>
    and <Count of={calls} /> calls whose price is not known
  </>
);

function FailuresNote({
  rows,
  search,
  state,
}: {
  readonly rows: SpendQuery['failures']['rows'];
  readonly search: string;
  readonly state: SpendState;
}) {
  if (rows.length === 0) return <>no call failed</>;
  return (
    <>
      {rows.map(({ outcome, failures }, index) => (
        <span key={outcome}>
          {index > 0 && ', '}
          <a href={hrefWith(search, { show: 'calls', where: narrowed(state.where, ['outcome', outcome]) })}>
            {counts.format(failures)} {outcome}
          </a>
        </span>
      ))}
    </>
  );
}

function pointsOf(rows: SpendQuery['times']['rows'], metric: Metric, timeZone: string, interval: 'HOUR' | 'DAY'): readonly TimePoint[] {
  const format = new Intl.DateTimeFormat(undefined, {
    timeZone,
    ...(interval === 'DAY' ? { dateStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' }),
  });
  return rows.map(({ from, calls, usage }) => {
    const at = Date.parse(from ?? '');
    const cost = usage.cost?.amount ?? '0';
    const count = metric === 'calls' ? calls : usage.totalTokens;
    return {
      at,
      value: metric === 'cost' ? Number(cost) : count,
      when: format.format(at),
      text: metric === 'cost' ? formatMoney(shortened(cost), 'USD') : counts.format(count),
    };
  });
}

function summaryOf(points: readonly TimePoint[], zone: string): string {
  const most = points.reduce<TimePoint | null>((best, point) => (best === null || point.value > best.value ? point : best), null);
  return most === null ? `Nothing in this time, in ${zone}.` : `The most was ${most.text}, on ${most.when} (${zone}).`;
}
