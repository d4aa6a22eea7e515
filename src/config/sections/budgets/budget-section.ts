/** Amounts that may be used in a period. */
import { isTimeZone } from '../../../storage/limits/calendar.ts';
import { listOf } from '../../kinds/composed.ts';
import { amount } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { type DefaultOptions, needed } from '../../kinds/setting.ts';
import { oneOf, text, usd } from '../../kinds/texts.ts';

/** A name of the IANA time zone database. */
export const timeZone = <const D extends string | undefined = undefined>(options: DefaultOptions<D> = {}) =>
  text({ ...options, accepted: 'a time zone, such as Europe/Berlin or UTC', fits: isTimeZone });

export const budgetSection = section('budgets.<n>', {
  /**
   * The period of the amount: a day, a week (from Monday), a month of the calendar in `timeZone`, or `total`, which never ends. A call counts in
   * the period in which it began.
   */
  per: needed(oneOf(['day', 'week', 'month', 'total'], { plural: 'Periods' })),
  /** Maximum cost in the period. Further calls are refused before they are made. */
  most: needed(usd('5.00')),
  /** Parts of the budget at which operators are warned, each once per period: in `/metrics`, in `aiViewer`, and by `telemetry.budgetWebhook`. */
  warnAt: listOf(amount({ min: 0.01, max: 1 }), { default: [] }),
});

/** All budgets apply. Two budgets of the same period are a mistake, because only the smaller one would count. */
export function budgetList(options: DefaultOptions<undefined>) {
  const list = listOf(budgetSection, options);
  const mistakes: typeof list.mistakes = (path, value, place) => {
    const found = list.mistakes(path, value, place);
    return found.length > 0 ? found : samePeriods(path, value as readonly { readonly per: string }[]);
  };
  return { ...list, mistakes };
}

const samePeriods = (path: string, budgets: readonly { readonly per: string }[]): readonly string[] =>
  [...Map.groupBy(budgets.keys(), (index) => budgets[index]?.per)].flatMap(([per, [first, ...more]]) =>
    more.map((index) => `${path}.${index}.per is "${per}", which that of ${path}.${first} is too. One budget a period is accepted.`),
  );
