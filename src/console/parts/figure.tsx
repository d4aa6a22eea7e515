/** A number with its name. Money is decimal text from the gateway to the page, and is never a number of JavaScript in between. */
import type { ReactNode } from 'react';
import { formatMoney } from '../../client/decimal.ts';
import { shortened } from './decimal-text.ts';

export interface FigureProps {
  readonly label: string;
  readonly children: ReactNode;
  /** What it is of, or what it is compared with. */
  readonly note?: ReactNode;
}

export function Figure({ label, children, note }: FigureProps) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>
        <span className="figure-value">{children}</span>
        {note !== undefined && <span className="figure-note">{note}</span>}
      </dd>
    </div>
  );
}

/** Figures beside each other. */
export const Figures = ({ children }: { readonly children: ReactNode }) => <dl className="figures">{children}</dl>;

export interface MoneyProps {
  /** Null: not known, which is not 0. */
  readonly amount: string | null | undefined;
  readonly currency?: string;
}

/** Every digit stands in the title; large amounts are shown to the cent, small ones with four digits that are not 0. */
export function Money({ amount, currency = 'USD' }: MoneyProps) {
  if (amount === null || amount === undefined) return <span title="The price is not known.">unknown</span>;
  return (
    <data value={amount} title={formatMoney(amount, currency)}>
      {formatMoney(shortened(amount), currency)}
    </data>
  );
}

const counts = new Intl.NumberFormat();

export const Count = ({ of }: { readonly of: number | null | undefined }) => (
  <>{of === null || of === undefined ? '–' : counts.format(of)}</>
);

/** Milliseconds for the eye. */
export const msText = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);
