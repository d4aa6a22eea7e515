/** What narrows the page: its time, the filters that are on, and a call by an id. */
import { type FormEvent, useId, useState } from 'react';
import { useUrlState } from '../../location/url-state.ts';
import { Choice, FilterBar } from '../../parts/filter-bar.tsx';
import { dimensions, filterNames, narrowed, type SpendState, spendState } from './spend-state.ts';

const ranges = [
  { value: '24h', label: 'Last 24 hours' },
  { value: '7d', label: 'Last 7 days' },
  { value: '30d', label: 'Last 30 days' },
  { value: '90d', label: 'Last 90 days' },
  { value: 'month', label: 'This month' },
  { value: 'custom', label: 'From a day to a day' },
];

export function SpendFilters() {
  const [state, change] = useUrlState(spendState);
  const { where, range, from, to, by, tag, metric } = state;
  const isCalls = state.show === 'calls';
  return (
    <FilterBar
      active={where.map((text) => ({ label: labelOf(text), onRemove: () => change({ where: where.filter((one) => one !== text) }) }))}
    >
      <Choice label="Time" value={range} options={ranges} onChange={(value) => change({ range: value as SpendState['range'] })} />
      {range === 'custom' && (
        <>
          <DayField label="First day" value={from} onChange={(day) => change({ from: day })} />
          <DayField label="Last day" value={to} onChange={(day) => change({ to: day })} />
        </>
      )}
      {!isCalls && (
        <>
          <Choice
            label="By"
            value={by}
            options={Object.entries(dimensions).map(([value, label]) => ({ value, label }))}
            onChange={(value) => change({ by: value as SpendState['by'] })}
          />
          {by === 'tag' && <TagField value={tag} onChange={(name) => change({ tag: name })} />}
          <Choice
            label="Measured in"
            value={metric}
            options={[
              { value: 'auto', label: 'Cost, or tokens if free' },
              { value: 'cost', label: 'Cost' },
              { value: 'tokens', label: 'Tokens' },
              { value: 'calls', label: 'Calls' },
            ]}
            onChange={(value) => change({ metric: value as SpendState['metric'] })}
          />
        </>
      )}
      <AddFilter onAdd={(name, value) => change({ where: narrowed(where, [name, value]) })} />
      <FindCall onFind={(id) => change({ call: id })} />
      {isReadCallByCall(state) && (
        <p className="hint spend-bound">
          What is asked by user, session or tag is read call by call: 31 days at most.
          {(range === '90d' || range === 'custom') && (
            <>
              {' '}
              <button type="button" onClick={() => change({ range: '30d' })}>
                Show the last 30 days
              </button>
            </>
          )}
        </p>
      )}
    </FilterBar>
  );
}

/** Sums that are kept for years have neither users nor tags. */
const isReadCallByCall = ({ by, where }: SpendState): boolean =>
  by === 'user' || by === 'tag' || where.some((text) => /^(user|session|tag:[^=]*)=/.test(text));

const labelOf = (text: string): string => {
  const at = text.indexOf('=');
  return `${text.slice(0, at)}: ${text.slice(at + 1) || 'none'}`;
};

interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function DayField({ label, value, onChange }: FieldProps & { readonly label: string }) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </span>
  );
}

function TagField({ value, onChange }: FieldProps) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>Name of the tag</label>
      <input id={id} defaultValue={value} placeholder="feature" onBlur={(event) => onChange(event.target.value.trim())} />
    </span>
  );
}

function AddFilter({ onAdd }: { readonly onAdd: (name: string, value: string) => void }) {
  const [name, setName] = useState<string>('operation');
  const [value, setValue] = useState('');
  const id = useId();
  function add(event: FormEvent): void {
    event.preventDefault();
    onAdd(name, value.trim());
    setValue('');
  }
  return (
    <form className="spend-form" onSubmit={add}>
      <Choice label="Only calls whose" value={name} options={filterNames} onChange={setName} />
      <span className="field">
        <label htmlFor={id}>is exactly</label>
        <input id={id} value={value} placeholder="empty: has none" onChange={(event) => setValue(event.target.value)} />
      </span>
      <button type="submit">Filter</button>
    </form>
  );
}

function FindCall({ onFind }: { readonly onFind: (id: string) => void }) {
  const [text, setText] = useState('');
  const id = useId();
  function find(event: FormEvent): void {
    event.preventDefault();
    if (text.trim() !== '') onFind(text.trim());
  }
  return (
    <form className="spend-form spend-find" onSubmit={find}>
      <span className="field">
        <label htmlFor={id}>A call by any id</label>
        <input id={id} value={text} placeholder="errorId, completion or call" onChange={(event) => setText(event.target.value)} />
      </span>
      <button type="submit">Find</button>
    </form>
  );
}
