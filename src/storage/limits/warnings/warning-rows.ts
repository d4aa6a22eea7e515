/** Warnings in the database. Each warning has one row, which is kept until the warning was sent. */
import type { Period } from '../../../core/call/hold.ts';
import type { Row, Statements } from '../../database/database.ts';
import type { Account } from '../accounts.ts';
import type { BudgetWarning, DueWarning } from './budget-warnings.ts';

/** Returns false when the warning already exists. */
export async function insertWarning(tx: Statements, account: Account, warning: BudgetWarning): Promise<boolean> {
  const { id, name, timeZone, at, limit, spent, periodBegin, periodEnd, reachedAt } = warning;
  const rows = await tx.all(insert, [
    ...[id, name, account.per, account.start, at],
    ...[timeZone, limit, spent, periodBegin, periodEnd, reachedAt, reachedAt],
  ]);
  return rows.length > 0;
}

const insert = `insert into budget_warnings
    (id, name, per, window_start, part, time_zone, amount, spent, period_begin, period_end, reached_at, due_at, failures)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)
  on conflict (name, per, window_start, part) do nothing returning id`;

/** The oldest warnings first. They are due again at `until` unless they are done by then. */
export async function claimWarnings(tx: Statements, now: number, until: number, most: number): Promise<readonly DueWarning[]> {
  const rows = await tx.all('select * from budget_warnings where due_at <= $1 order by reached_at, part, id limit $2', [now, most]);
  for (const row of rows) await tx.run('update budget_warnings set due_at = $2 where id = $1', [String(row['id']), until]);
  return rows.map(warningIn);
}

export async function warningsSince(statements: Statements, time: number, most: number): Promise<readonly BudgetWarning[]> {
  const rows = await statements.all('select * from budget_warnings where reached_at >= $1 order by reached_at, part, id limit $2', [
    time,
    most,
  ]);
  return rows.map(warningIn).map(({ failures: _, ...warning }) => warning);
}

export const endWarning = (tx: Statements, id: string): Promise<unknown> =>
  tx.run('update budget_warnings set due_at = null where id = $1', [id]);

export const delayWarning = (tx: Statements, id: string, dueAt: number): Promise<unknown> =>
  tx.run('update budget_warnings set due_at = $2, failures = failures + 1 where id = $1', [id, dueAt]);

/** Deletes the warnings of periods that ended long ago. Warnings of budgets without a period stay, because they must not be sent again. */
export const forgetWarnings = (tx: Statements, before: number): Promise<unknown> =>
  tx.run(`delete from budget_warnings where reached_at < $1 and per <> 'total'`, [before]);

const warningIn = (row: Row): DueWarning => ({
  id: String(row['id']),
  name: String(row['name']),
  per: String(row['per']) as Period,
  timeZone: String(row['time_zone']),
  at: Number(row['part']),
  limit: Number(row['amount']),
  spent: Number(row['spent']),
  periodBegin: Number(row['period_begin']),
  periodEnd: row['period_end'] === null ? null : Number(row['period_end']),
  reachedAt: Number(row['reached_at']),
  failures: Number(row['failures']),
});
