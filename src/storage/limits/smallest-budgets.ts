import type { BudgetLimit, Limit } from '../../core/call/hold.ts';

const budgets = new WeakMap<readonly Limit[], readonly BudgetLimit[]>();

/**
 * The budgets among the limits, each account once, with its smallest amount. The result is cached by the list, which stays the same object from
 * call to call.
 */
export function budgetsOf(limits: readonly Limit[]): readonly BudgetLimit[] {
  const known = budgets.get(limits);
  if (known !== undefined) return known;
  const found = smallestBudgets(limits);
  budgets.set(limits, found);
  return found;
}

function smallestBudgets(limits: readonly Limit[]): readonly BudgetLimit[] {
  const budgets = new Map<string, BudgetLimit>();
  for (const limit of limits) {
    if (limit.kind !== 'budget') continue;
    const id = `${limit.per} ${limit.name}`;
    const known = budgets.get(id);
    if (known === undefined || limit.most < known.most) budgets.set(id, limit);
  }
  return [...budgets.values()];
}
