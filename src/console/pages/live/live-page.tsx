/** What runs now, where it waits, and what has failed in the last minutes. */
import { useEffect, useState } from 'react';
import { useHref } from '../../location/time-zone.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Count, Figure, Figures } from '../../parts/figure.tsx';
import { Empty, PageFrame } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { type Activity, useActivity } from './use-activity.ts';

const consoleName = 'fieldgate-console';

export function LivePage() {
  const { activity, problem, retry } = useActivity();
  return (
    <PageFrame
      title="Live"
      about="What runs now, where it waits, and what has failed in the last five minutes. Of one process of the gateway."
    >
      {problem && <Problem problem={problem} onRetry={retry} />}
      {activity !== null && <Now activity={activity} />}
    </PageFrame>
  );
}

function Now({ activity }: { readonly activity: Activity }) {
  const { at, operationCount, streamCount, callCount, operations, calls, failures, fallbacks, deployments } = activity;
  const seconds = useSeconds(at);
  const failed = failures.reduce((sum, { count }) => sum + count, 0);
  const others = operations.filter(({ client }) => client !== consoleName);
  return (
    <>
      <Figures>
        <Figure label="Calls of models" note="that run">
          <Count of={callCount} />
        </Figure>
        <Figure label="Operations" note="that run, this page included">
          <Count of={operationCount} />
        </Figure>
        <Figure label="Open streams">
          <Count of={streamCount} />
        </Figure>
        <Figure label="Failed calls" note="in five minutes">
          <Count of={failed} />
        </Figure>
      </Figures>
      <DataTable
        caption={callCount > calls.length ? `Calls, the ${calls.length} oldest of ${callCount}` : 'Calls'}
        isCaptionShown
        rows={calls}
        keyOf={({ id }) => id}
        empty={
          <Empty title="No call runs.">
            <p>As soon as somebody asks for an AI field, its call stands here until it has ended.</p>
          </Empty>
        }
        columns={[
          { name: 'Field', cell: ({ coordinates }) => coordinates.join(', ') },
          { name: 'Where it is', cell: ({ stage, deployment }) => <Stage stage={stage} deployment={deployment} /> },
          { name: 'For', isNumber: true, cell: ({ startedAt }) => seconds(startedAt) },
          { name: 'Operation', cell: ({ operation }) => operation ?? <span className="hint">(unnamed)</span> },
          { name: 'Client', cell: ({ client }) => client ?? '–' },
          { name: 'Who', cell: ({ principal }) => principal },
          { name: 'Route', cell: ({ route }) => route },
        ]}
      />
      <Failures failures={failures} fallbacks={fallbacks} />
      <Deployments deployments={deployments} />
      <DataTable
        caption="Operations of others than this console"
        isCaptionShown
        rows={others}
        keyOf={(operation) => JSON.stringify(operation)}
        empty={<Empty title="No operation runs beside those of this console." />}
        columns={[
          { name: 'Operation', cell: ({ name }) => name ?? <span className="hint">(unnamed)</span> },
          { name: 'Answers with', cell: ({ isStream }) => (isStream ? 'a stream' : 'one result') },
          { name: 'For', isNumber: true, cell: ({ startedAt }) => seconds(startedAt) },
          { name: 'Client', cell: ({ client }) => client ?? '–' },
          { name: 'Who', cell: ({ principal }) => principal },
        ]}
      />
    </>
  );
}

function Failures({ failures, fallbacks }: Pick<Activity, 'failures' | 'fallbacks'>) {
  const rows = [
    ...failures.map((failure) => ({ ...failure, what: 'calls failed', deployment: null })),
    ...fallbacks.map((fallback) => ({ ...fallback, what: 'attempts failed, and another followed' })),
  ];
  return (
    <DataTable
      caption="Failures of the last five minutes"
      isCaptionShown
      rows={rows}
      keyOf={({ what, code, deployment }) => `${what} ${code} ${deployment}`}
      empty={<Empty title="Nothing has failed in the last five minutes." />}
      columns={[
        { name: 'Code', cell: ({ code }) => <code>{code}</code> },
        { name: 'How many', isNumber: true, cell: ({ count }) => <Count of={count} /> },
        { name: 'What', cell: ({ what }) => what },
        { name: 'At', cell: ({ deployment }) => deployment ?? '–' },
        { name: 'Last', cell: ({ lastAt }) => <Time at={lastAt} /> },
      ]}
    />
  );
}

function Deployments({ deployments }: Pick<Activity, 'deployments'>) {
  const hrefTo = useHref();
  const tags = { CLOSED: 'tag-good', PROBING: 'tag-warn', OPEN: 'tag-bad', OTHER: '' } as const;
  const meanings = { CLOSED: 'takes calls', PROBING: 'is tried with one call', OPEN: 'takes no calls', OTHER: '' } as const;
  return (
    <DataTable
      caption="Deployments"
      isCaptionShown
      rows={deployments}
      keyOf={({ id }) => id}
      empty={
        <Empty title="You may use no route.">
          <p>
            The deployments of the routes of your key stand here. <a href={hrefTo('/keys')}>Keys and teams</a> say which those are.
          </p>
        </Empty>
      }
      columns={[
        { name: 'Deployment', cell: ({ id }) => id },
        {
          name: 'Breaker',
          cell: ({ breaker, openUntil }) => (
            <>
              <span className={`tag ${tags[breaker]}`}>{breaker.toLowerCase()}</span>{' '}
              <span className="hint">
                {meanings[breaker]}
                {openUntil !== null && (
                  <>
                    {' '}
                    until <Time at={openUntil} />
                  </>
                )}
              </span>
            </>
          ),
        },
        { name: 'Failed in 5 minutes', isNumber: true, cell: ({ recentFailures }) => <Count of={recentFailures} /> },
        { name: 'First token, median', isNumber: true, cell: ({ ttftP50 }) => (ttftP50 === null ? '–' : `${ttftP50} ms`) },
      ]}
    />
  );
}

const stages: Readonly<Record<Activity['calls'][number]['stage'], string>> = {
  CHECKS: 'in its checks',
  SHARED: 'waits for an equal call',
  MODEL: 'waits for',
  ANSWER: 'is answered by',
  OTHER: 'elsewhere',
};

const Stage = ({ stage, deployment }: Pick<Activity['calls'][number], 'stage' | 'deployment'>) => (
  <>
    {stages[stage]} {(stage === 'MODEL' || stage === 'ANSWER') && (deployment ?? '')}
  </>
);

/** How long ago something was, by the gateway's clock. It counts on between two states. */
function useSeconds(at: string): (since: string) => string {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    const begun = Date.now();
    setPassed(0);
    const timer = setInterval(() => at !== '' && setPassed(Date.now() - begun), 1_000);
    return () => clearInterval(timer);
  }, [at]);
  return (since) => `${Math.max(0, Math.round((Date.parse(at) + passed - Date.parse(since)) / 1_000))} s`;
}
