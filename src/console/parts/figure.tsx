/** A number with its name. Money is decimal text from the gateway to the page, and is never a number of JavaScript in between. */
import type { ReactNode } from 'react';
import { formatMoney } from '../../client/decimal.ts';

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

/** Decimal text cut for the eye: to cents from one unit on, else to four digits behind the zeros. It is rounded half up, as text. */
export function shortened(amount: string): string {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  const places = /[1-9]/.test(whole) ? 2 : zeros + 4;
  if (fraction.length <= places) return amount;
  const kept = BigInt(whole + fraction.slice(0, places)) + ((fraction[places] ?? '0') >= '5' ? 1n : 0n);
  const digits = String(kept).padStart(places + 1, '0');
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const counts = new Intl.NumberFormat();

export const Count = ({ of }: { readonly of: number | null | undefined }) => (
  <>{of === null || of === undefined ? '–' : counts.format(of)}</>
);

/** Milliseconds for the eye. */
export const msText = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`);

/** A part of a whole, both as decimal text: 0 to 1, to the thousandth. Null where the whole is 0. */
export function shareOf(part: string, whole: string): number | null {
  const [a, b] = [nanos(part), nanos(whole)];
  return b === 0n ? null : Number((a * 1_000n) / b) / 1_000;
}

function nanos(amount: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  return BigInt(`${sign}${whole}${fraction.slice(0, 9).padEnd(9, '0')}`);
}
