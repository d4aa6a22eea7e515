import { useState } from 'react';
import { useQuery } from '../../data/use-query.ts';
import { useUrlState } from '../../location/url-state.ts';
import { BudgetMeter } from '../../parts/budget-meter.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { Choice, FilterBar, TextFilter } from '../../parts/filter-bar.tsx';
import { Empty } from '../../parts/page-frame.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Time } from '../../parts/time.tsx';
import { EditKey } from './edit-key.tsx';
import { type KeyRowFragment, KeysDocument } from './keys.generated.ts';
import { keysState } from './keys-state.ts';
import { NewKey } from './new-key.tsx';
import { RevokeKey } from './revoke-key.tsx';
import { RotateKey } from './rotate-key.tsx';

type Doing = { readonly what: 'create' } | { readonly what: 'edit' | 'rotate' | 'revoke'; readonly key: KeyRowFragment };

export function KeysView() {
  const [state, change] = useUrlState(keysState);
  const { data, problem, isLoading, refresh } = useQuery(KeysDocument, {});
  const [doing, setDoing] = useState<Doing | null>(null);
  const all = data?.aiKeys ?? [];
  const rows = all.filter((key) => fits(key, state));
  const teams = [...new Set(all.map(({ team }) => team))].toSorted();

  function close(): void {
    setDoing(null);
    refresh();
  }

  return (
    <>
      <FilterBar
        active={[
          ...(state.team === '' ? [] : [{ label: `team ${state.team}`, onRemove: () => change({ team: '' }) }]),
          ...(state.key === '' ? [] : [{ label: `key ${state.key}`, onRemove: () => change({ key: '' }) }]),
        ]}
      >
        <TextFilter label="Find" value={state.text} placeholder="Name or id" onChange={(text) => change({ text }, { replace: true })} />
        <Choice
          label="Team"
          value={state.team}
          options={[{ value: '', label: 'All teams' }, ...new Set([...teams, ...(state.team === '' ? [] : [state.team])])]}
          onChange={(team) => change({ team })}
        />
        <Choice
          label="Show"
          value={state.show}
          options={[
            { value: 'active', label: 'In force' },
            { value: 'ended', label: 'Revoked or expired' },
            { value: 'all', label: 'All' },
          ]}
          onChange={(show) => change({ show: show === 'ended' || show === 'all' ? show : 'active' })}
        />
        <button type="button" className="primary" onClick={() => setDoing({ what: 'create' })}>
          Create a key
        </button>
      </FilterBar>
      {problem && <Problem problem={problem} onRetry={refresh} />}
      <DataTable
        caption="Keys"
        isLoading={isLoading}
        rows={rows}
        keyOf={({ id }) => id}
        chosen={state.key}
        empty={
          problem === null && (
            <Empty title={all.length === 0 ? 'There is no key yet.' : 'No key fits these filters.'}>
              <p>Keys are what callers authenticate with. A key that you create stands here at once.</p>
            </Empty>
          )
        }
        columns={[
          {
            name: 'Name',
            cell: ({ name, id }) => (
              <>
                <bdi>{name}</bdi>
                <br />
                <code className="hint">{id}</code>
              </>
            ),
          },
          { name: 'Team', cell: ({ team }) => team },
          { name: 'Budgets', cell: (key) => <Budgets of={key} /> },
          { name: 'Last used', cell: ({ lastUsedAt }) => <Time at={lastUsedAt} otherwise="never" /> },
          { name: 'State', cell: (key) => <KeyState of={key} /> },
          {
            name: 'Actions',
            cell: (key) => <Actions of={key} onDo={(what) => setDoing({ what, key })} />,
          },
        ]}
      />
      {doing?.what === 'create' && <NewKey teams={teams} onClose={close} />}
      {doing?.what === 'edit' && <EditKey of={doing.key} onClose={close} />}
      {doing?.what === 'rotate' && <RotateKey of={doing.key} onClose={close} />}
      {doing?.what === 'revoke' && <RevokeKey of={doing.key} onClose={close} />}
    </>
  );
}

const hasEnded = ({ revokedAt, expiresAt }: KeyRowFragment): boolean =>
  revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) <= Date.now());

function fits(key: KeyRowFragment, { team, text, show, key: id }: ReturnType<typeof keysState.read>): boolean {
  if (id !== '') return key.id === id;
  if (team !== '' && key.team !== team) return false;
  if (show !== 'all' && hasEnded(key) !== (show === 'ended')) return false;
  return `${key.name} ${key.id}`.toLowerCase().includes(text.toLowerCase());
}

function Budgets({ of: { id, budgets } }: { readonly of: KeyRowFragment }) {
  if (budgets.length === 0) return <span className="hint">no limit</span>;
  return (
    <div className="stack budgets">
      {budgets.map((budget) => (
        <BudgetMeter key={`${budget.name} ${budget.per}`} budget={budget} label={ownerOf(budget.name, id)} />
      ))}
    </div>
  );
}

/** The team stands in the column beside it. */
const ownerOf = (budget: string, id: string): string => (budget === `key:${id}` ? 'own' : budget.startsWith('team:') ? 'team' : budget);

function KeyState({ of: key }: { readonly of: KeyRowFragment }) {
  const { revokedAt, expiresAt, updatedBy, formerSecretEndsAt } = key;
  if (revokedAt !== null)
    return (
      <>
        <span className="tag tag-bad">revoked</span> <Time at={revokedAt} />
        {updatedBy !== null && <span className="hint"> by {updatedBy}</span>}
      </>
    );
  if (hasEnded(key))
    return (
      <>
        <span className="tag tag-warn">expired</span> <Time at={expiresAt} />
      </>
    );
  return (
    <>
      <span className="tag tag-good">in force</span>
      {expiresAt !== null && (
        <span className="hint">
          {' '}
          until <Time at={expiresAt} />
        </span>
      )}
      {formerSecretEndsAt !== null && Date.parse(formerSecretEndsAt) > Date.now() && (
        <span className="hint">
          {' '}
          its former secret until <Time at={formerSecretEndsAt} />
        </span>
      )}
    </>
  );
}

function Actions({ of: key, onDo }: { readonly of: KeyRowFragment; readonly onDo: (what: 'edit' | 'rotate' | 'revoke') => void }) {
  if (key.revokedAt !== null) return null;
  return (
    <span className="row-actions">
      <button type="button" onClick={() => onDo('edit')} aria-label={`Edit ${key.name}`}>
        Edit
      </button>
      <button type="button" onClick={() => onDo('rotate')} aria-label={`Rotate the secret of ${key.name}`}>
        Rotate
      </button>
      <button type="button" onClick={() => onDo('revoke')} aria-label={`Revoke ${key.name}`}>
        Revoke
      </button>
    </span>
  );
}
