/** What is spent of a budget, what running calls hold of it, and what is left: in words, and as a bar. */
import { shareOf } from './decimal-text.ts';
import { Money } from './figure.tsx';

export interface ShownBudget {
  readonly name: string;
  readonly per: string;
  readonly limit: { readonly amount: string; readonly currency: string };
  readonly spent: { readonly amount: string };
  readonly held: { readonly amount: string };
  readonly forecast: { readonly amount: string } | null;
}

const periods: Readonly<Record<string, string>> = { DAY: 'a day', WEEK: 'a week', MONTH: 'a month', TOTAL: 'in all', SESSION: 'a session' };
const percent = (share: number): string => `${Math.min(100, Math.max(0, share * 100))}%`;

export function BudgetMeter({ budget, label }: { readonly budget: ShownBudget; readonly label?: string }) {
  const { limit, spent, held, forecast, per, name } = budget;
  const used = shareOf(spent.amount, limit.amount) ?? 1;
  const holding = shareOf(held.amount, limit.amount) ?? 0;
  const tone = used >= 1 ? 'bad' : used >= 0.8 ? 'warn' : 'good';
  return (
    <div className="budget">
      <span className="budget-text">
        {label !== undefined && <span className="budget-name">{label} </span>}
        <Money amount={spent.amount} currency={limit.currency} /> of <Money amount={limit.amount} currency={limit.currency} />{' '}
        {periods[per] ?? per.toLowerCase()}
      </span>
      <span
        className="budget-bar"
        role="img"
        aria-label={`${name}: ${Math.round(used * 100)} % spent, ${Math.round(holding * 100)} % held`}
      >
        <span className={`budget-spent budget-${tone}`} style={{ width: percent(used) }} />
        <span className="budget-held" style={{ width: percent(Math.min(holding, 1 - Math.min(1, used))) }} />
      </span>
      <span className="hint">
        {/[1-9]/.test(held.amount) && (
          <>
            held: <Money amount={held.amount} currency={limit.currency} />{' '}
          </>
        )}
        {forecast !== null && (
          <>
            by its end, at this pace: <Money amount={forecast.amount} currency={limit.currency} />
          </>
        )}
      </span>
    </div>
  );
}
