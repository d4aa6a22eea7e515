import { useState } from 'react';
import { useQuery } from '../../../data/use-query.ts';
import { useHref } from '../../../location/time-zone.ts';
import { BudgetMeter } from '../../../parts/budget-meter.tsx';
import { DataTable } from '../../../parts/data-table.tsx';
import { Empty } from '../../../parts/page-frame.tsx';
import { Problem } from '../../../parts/problem.tsx';
import { Time } from '../../../parts/time.tsx';
import { type TeamRowFragment, TeamsDocument } from '../keys.generated.ts';
import { TeamBudgets } from './team-budgets.tsx';

export function TeamsView() {
  const { data, problem, isLoading, refresh } = useQuery(TeamsDocument, {});
  const [edited, setEdited] = useState<TeamRowFragment | null>(null);
  const hrefTo = useHref();
  return (
    <>
      {problem && <Problem problem={problem} onRetry={refresh} />}
      <DataTable
        caption="Teams"
        isLoading={isLoading}
        rows={data?.aiTeams ?? []}
        keyOf={({ id }) => id}
        empty={
          problem === null && (
            <Empty title="There is no team yet.">
              <p>
                A team is what its keys share: budgets, rates, routes. Declare teams in the configuration, or make one with createAiTeam.
              </p>
            </Empty>
          )
        }
        columns={[
          {
            name: 'Team',
            cell: ({ id, description, archivedAt }) => (
              <>
                <a href={hrefTo('/keys', { team: id })}>{id}</a> {archivedAt !== null && <span className="tag tag-bad">archived</span>}
                {description !== null && <p className="hint">{description}</p>}
              </>
            ),
          },
          { name: 'Organisation', cell: ({ organisation }) => organisation ?? '–' },
          {
            name: 'Budgets',
            cell: ({ budgets }) =>
              budgets.length === 0 ? (
                <span className="hint">no limit of its own</span>
              ) : (
                <div className="stack budgets">
                  {budgets.map((budget) => (
                    <BudgetMeter key={budget.per} budget={budget} />
                  ))}
                </div>
              ),
          },
          {
            name: 'Starts again',
            cell: ({ budgets }) =>
              budgets.map(({ per, resetsAt }) => <div key={per}>{resetsAt === null ? 'never' : <Time at={resetsAt} />}</div>),
          },
          {
            name: 'Actions',
            cell: (team) =>
              team.declared ? (
                <span className="hint">changed in the configuration</span>
              ) : (
                <button type="button" onClick={() => setEdited(team)} aria-label={`Change budgets of ${team.id}`}>
                  Change budgets
                </button>
              ),
          },
        ]}
      />
      {edited !== null && (
        <TeamBudgets
          of={edited}
          onClose={() => {
            setEdited(null);
            refresh();
          }}
        />
      )}
    </>
  );
}
