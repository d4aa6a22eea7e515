/**
 * Budget accounts: the amounts spent and held in one window. All functions run inside a transaction, and all accounts are
 * checked before the first write.
 */
import { GatewayError } from '../../core/errors.ts';
import { decimalOf, type NanoUsd } from '../../core/money.ts';
import type { Statements } from '../database/database.ts';
import type { BudgetLimit, Window } from './windows.ts';

export interface Account {
  readonly name: string;
  readonly per: BudgetLimit['per'];
  readonly start: number;
}

export interface Reservation {
  readonly budget: BudgetLimit;
  readonly window: Window;
  readonly amount: NanoUsd;
}

export const accountOf = ({ name, per }: BudgetLimit, window: Window): Account => ({ name, per, start: window.start });

const isSame = (a: Account, b: Account): boolean => a.name === b.name && a.per === b.per && a.start === b.start;

const place = (account: Account) => [account.name, account.per, account.start] as const;

export async function balanceOf(statements: Statements, account: Account): Promise<{ readonly spent: NanoUsd; readonly held: NanoUsd }> {
  const [row] = await statements.all('select spent, held from accounts where name = $1 and per = $2 and window_start = $3', place(account));
  return { spent: Number(row?.['spent'] ?? 0), held: Number(row?.['held'] ?? 0) };
}

/** What is given back in the same transaction: it counts as free already. */
export interface Freed {
  readonly accounts: readonly Account[];
  readonly amount: NanoUsd;
}

/** Holds every amount for the owner, or throws BUDGET_EXCEEDED for the first that does not fit, having held none. */
export async function reserve(
  tx: Statements,
  owner: string,
  reservations: readonly Reservation[],
  now: number,
  freed: Freed | null = null,
): Promise<void> {
  const wanted = reservations.filter(({ amount }) => amount > 0);
  await checkRoom(tx, wanted, now, freed);
  for (const { budget, window, amount } of wanted) {
    const account = accountOf(budget, window);
    await tx.run(addToAccount, [...place(account), 0, amount]);
    await tx.run(addToHolding, [owner, ...place(account), amount]);
  }
}

/** Throws BUDGET_EXCEEDED for the first amount that does not fit. */
export async function checkRoom(
  statements: Statements,
  reservations: readonly Reservation[],
  now: number,
  freed: Freed | null = null,
): Promise<void> {
  for (const { budget, window, amount } of reservations) {
    if (amount === 0) continue;
    const account = accountOf(budget, window);
    const { spent, held: heldNow } = await balanceOf(statements, account);
    const held = heldNow - (freed?.accounts.some((other) => isSame(account, other)) === true ? freed.amount : 0);
    if (spent + held + amount > budget.most) throw exceeded(budget, window, spent, held, amount, now);
  }
}

/** Gives back what the owner holds. Nothing changes when it was given back already, because the owner was taken for dead. */
export async function free(tx: Statements, owner: string, account: Account, amount: NanoUsd): Promise<void> {
  if (amount === 0) return;
  const changed = await tx.run(
    'update holdings set amount = amount - $5 where owner = $1 and name = $2 and per = $3 and window_start = $4 and amount >= $5',
    [owner, ...place(account), amount],
  );
  if (changed > 0) await tx.run(addToAccount, [...place(account), 0, -amount]);
}

export async function spend(tx: Statements, account: Account, amount: NanoUsd): Promise<void> {
  if (amount !== 0) await tx.run(addToAccount, [...place(account), amount, 0]);
}

/** Holds what no owner does any more: see `lost-draws.ts`. A negative amount frees. */
export async function holdWithoutOwner(tx: Statements, account: Account, amount: NanoUsd): Promise<void> {
  if (amount !== 0) await tx.run(addToAccount, [...place(account), 0, amount]);
}

/** Gives back all that the owner holds, whatever for. */
export async function freeAll(tx: Statements, owner: string): Promise<void> {
  await tx.run(
    `update accounts set held = held - (select h.amount from holdings h where h.owner = $1
       and h.name = accounts.name and h.per = accounts.per and h.window_start = accounts.window_start)
     where exists (select 1 from holdings h where h.owner = $1
       and h.name = accounts.name and h.per = accounts.per and h.window_start = accounts.window_start)`,
    [owner],
  );
  await tx.run('delete from holdings where owner = $1', [owner]);
}

/** Forgets windows that began before, which nobody asks for any more. */
export async function forgetAccounts(tx: Statements, before: number): Promise<void> {
  await tx.run('delete from accounts where window_start < $1 and held = 0', [before]);
  await tx.run('delete from holdings where window_start < $1 and amount = 0', [before]);
}

const addToAccount = `insert into accounts (name, per, window_start, spent, held) values ($1, $2, $3, $4, $5)
  on conflict (name, per, window_start) do update set spent = accounts.spent + excluded.spent, held = accounts.held + excluded.held`;

const addToHolding = `insert into holdings (owner, name, per, window_start, amount) values ($1, $2, $3, $4, $5)
  on conflict (owner, name, per, window_start) do update set amount = holdings.amount + excluded.amount`;

function exceeded(
  { name, per, most }: BudgetLimit,
  window: Window,
  spent: NanoUsd,
  held: NanoUsd,
  amount: NanoUsd,
  now: number,
): GatewayError {
  const left = Math.max(0, most - spent - held);
  const waiting = held > 0 ? ` (${decimalOf(held)} is held for calls that still run, or were lost in a crash)` : '';
  return new GatewayError(
    'BUDGET_EXCEEDED',
    `This can cost up to ${decimalOf(amount)} US dollars, and the budget "${name}" has ${decimalOf(left)} left of ${decimalOf(most)} a ${per}${waiting}. ` +
      `Less text or a smaller maxOutputTokens may fit; the budget starts anew at ${new Date(window.end).toISOString()}.`,
    { limit: name, retryAfterMs: window.end - now },
  );
}
