/** What narrows a page. Each filter that is on can be taken off by itself; all of them stand in the address. */
import { type ReactNode, useId } from 'react';

export interface ActiveFilter {
  readonly label: string;
  readonly onRemove: () => void;
}

export interface FilterBarProps {
  readonly children: ReactNode;
  readonly active?: readonly ActiveFilter[];
}

export function FilterBar({ children, active = [] }: FilterBarProps) {
  return (
    <search className="filters">
      <div className="filter-fields">{children}</div>
      {active.length > 0 && (
        <ul className="filter-chips" aria-label="Filters that are on">
          {active.map(({ label, onRemove }) => (
            <li key={label}>
              {label}
              <button type="button" className="quiet" aria-label={`Remove the filter ${label}`} onClick={onRemove}>
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
    </search>
  );
}

export interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (string | { readonly value: string; readonly label: string })[];
  readonly onChange: (value: string) => void;
}

/** A native select with its label. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => {
          const { value: of, label: shown } = typeof option === 'string' ? { value: option, label: option } : option;
          return (
            <option key={of} value={of}>
              {shown}
            </option>
          );
        })}
      </select>
    </span>
  );
}

export interface TextFilterProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}

export function TextFilter({ label, value, placeholder, onChange }: TextFilterProps) {
  const id = useId();
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="search" value={value} placeholder={placeholder} onChange={(event) => onChange(event.target.value)} />
    </span>
  );
}
