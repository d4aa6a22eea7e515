/** Who has a key, of which team, when it was used last, and what is left of its budgets. */
import { useQuery } from '../../data/use-query.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { Money } from '../../parts/figure.tsx';
import { Empty, PageFrame } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { KeysDocument } from './keys.generated.ts';

export function KeysPage() {
  const { data, problem, isLoading, refresh } = useQuery(KeysDocument, {});
  return (
    <PageFrame title="Keys and teams" about="Who has a key, of which team, and what is left of its budgets.">
      {problem && <Problem problem={problem} onRetry={refresh} />}
      <DataTable
        caption="Keys"
        isLoading={isLoading}
        rows={data?.aiKeys ?? []}
        keyOf={({ id }) => id}
        empty={<Empty title="There is no key yet." />}
        columns={[
          { name: 'Name', cell: ({ name }) => name },
          { name: 'Team', cell: ({ team }) => team },
          { name: 'Last used', cell: ({ lastUsedAt }) => <Time at={lastUsedAt} otherwise="never" /> },
          {
            name: 'Budget',
            isNumber: true,
            cell: ({ monthlyBudget }) => (monthlyBudget ? <Money amount={monthlyBudget} /> : 'none of its own'),
          },
        ]}
      />
    </PageFrame>
  );
}
