import { useQuery } from '../../../data/use-query.ts';
import { Problem } from '../../../parts/problem.tsx';
import { Time } from '../../../parts/time.tsx';
import { TeamChangesDocument, type TeamChangesQuery } from '../keys.generated.ts';

type Change = TeamChangesQuery['aiTeams'][number]['changes'][number];

const said: Readonly<Record<Change['action'], string>> = {
  MADE: 'made it',
  CHANGED: 'changed',
  ROTATED: 'changed its secret',
  REVOKED: 'revoked it',
  ARCHIVED: 'archived it',
  RESTORED: 'brought it back',
  MEMBER_ADDED: 'added a member',
  MEMBER_REMOVED: 'removed a member',
  OTHER: 'changed',
};

/** Who has changed what of a team, and why: the last ten times. */
export function TeamChanges({ id }: { readonly id: string }) {
  const { data, problem, refresh } = useQuery(TeamChangesDocument, {});
  const changes = data?.aiTeams.find((team) => team.id === id)?.changes ?? [];
  return (
    <section className="stack team-changes" aria-label="Earlier changes">
      <h3>Earlier changes</h3>
      {problem && <Problem problem={problem} onRetry={refresh} />}
      {data !== null && changes.length === 0 && <p className="hint">Nobody has changed it in the last 400 days.</p>}
      <ol>
        {changes.map((change) => (
          <li key={`${change.at} ${change.by}`}>
            <Time at={change.at} />: <code>{change.by}</code> {said[change.action]}
            {change.parts.length > 0 && ' '}
            {change.parts.map(({ name, before, after }) => `${name} from ${before ?? 'none'} to ${after ?? 'none'}`).join('; ')}
            {change.reason !== null && (
              <>
                . <q>{change.reason}</q>
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
