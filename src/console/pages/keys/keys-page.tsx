/** Who has a key, of which team, when it was used last, and what is left of its budgets; and the teams with theirs. */
import './keys.css';
import { useHref } from '../../location/time-zone.ts';
import { useUrlState } from '../../location/url-state.ts';
import { PageFrame } from '../../parts/page-frame.tsx';
import { isAllowed, useViewer } from '../../session/viewer.tsx';
import { keysState } from './keys-state.ts';
import { KeysView } from './keys-view.tsx';
import { TeamsView } from './teams/teams-view.tsx';

export function KeysPage() {
  const viewer = useViewer();
  const hrefTo = useHref();
  const [{ view }] = useUrlState(keysState);
  const seesKeys = isAllowed(viewer, [['ai:keys'], ['ai:keys:all']]);
  const seesTeams = isAllowed(viewer, [['ai:teams'], ['ai:teams:all']]);
  const shown = (view === 'teams' && seesTeams) || !seesKeys ? 'teams' : 'keys';
  return (
    <PageFrame title="Keys and teams" about="Who has a key, of which team, when it was used last, and what is left of its budgets.">
      {seesKeys && seesTeams && (
        <nav className="views" aria-label="Views">
          <a href={hrefTo('/keys')} aria-current={shown === 'keys' ? 'page' : undefined}>
            Keys
          </a>
          <a href={hrefTo('/keys', { view: 'teams' })} aria-current={shown === 'teams' ? 'page' : undefined}>
            Teams
          </a>
        </nav>
      )}
      {shown === 'keys' ? <KeysView /> : <TeamsView />}
      {!seesKeys && <p className="hint">Keys are shown to those who have the scope ai:keys.</p>}
      {!seesTeams && <p className="hint">Teams and their budgets are shown to those who have the scope ai:teams.</p>}
    </PageFrame>
  );
}
