/** Accounts in the database: the amounts spent and held of a budget in one window, or slots held, and how much each process holds. */
import type { BudgetLimit, Period, QuotaLimit } from '../../core/call/hold.ts';
import { GatewayError } from '../../core/errors.ts';
import { decimalOf, type NanoUsd } from '../../core/money.ts';
import type { Row, Statements } from '../database/database.ts';
import type { Window } from './calendar.ts';
import { perWords, resetsInMs } from './windows.ts';

export interface Account {
  readonly name: string;
  readonly per: Period | 'slots' | `${Period} ${QuotaLimit['of']}`;
  readonly start: number;
}

/** The account of the present window, by budget. */
const present = new WeakMap<BudgetLimit, Account>();

export function accountOf(budget: BudgetLimit, { start }: Window): Account {
  const known = present.get(budget);
  if (known?.start === start) return known;
  const account = { name: budget.name, per: budget.per, start };
  present.set(budget, account);
  return account;
}

const place = (account: Account) => [account.name, account.per, account.start] as const;

/** What the owner holds of an account according to the database, and what has been booked in the owner's name. */
export async function holdingOf(statements: Statements, owner: string, account: Account): Promise<Holding> {
  const [row] = await statements.all(selectHolding, [owner, ...place(account)]);
  const number = (column: string): number => Number(row?.[column] ?? 0);
  return { spent: number('spent'), held: number('held'), amount: number('amount'), booked: number('booked'), freed: number('freed') };
}

export interface Holding {
  readonly spent: NanoUsd;
  /** Held by all owners together. */
  readonly held: NanoUsd;
  /** Held by this owner. */
  readonly amount: NanoUsd;
  /** Sum of the owner's settlements that are booked, and of what they freed. */
  readonly booked: NanoUsd;
  readonly freed: NanoUsd;
}

/** False: the owner was taken for dead. What it held is free or will be freed, and it may neither hold nor give back anything. */
export async function isInForce(statements: Statements, owner: string): Promise<boolean> {
  const [row] = await statements.all('select 1 from owners where id = $1 and condemned = 0', [owner]);
  return row !== undefined;
}

/** Adds to what the owner holds of the account. A negative amount gives back. */
export async function holdMore(tx: Statements, owner: string, account: Account, amount: NanoUsd): Promise<void> {
  if (amount === 0) return;
  await tx.run(addToAccount, [...place(account), 0, amount]);
  await tx.run(addToHolding, [owner, ...place(account), amount, 0, 0]);
}

/** Owners that hold some of the account, this process included. */
export async function holdersOf(statements: Statements, account: Account): Promise<readonly string[]> {
  const rows = await statements.all(selectHolders, place(account));
  return rows.map((row) => String(row['owner']));
}

/** Forgets the holding when nothing is held and everything that was settled is booked. Returns whether it did. */
export async function forgetHolding(
  tx: Statements,
  owner: string,
  { account, settled, freed }: { readonly account: Account; readonly settled: NanoUsd; readonly freed: NanoUsd },
): Promise<boolean> {
  const [row] = await tx.all(`select amount, booked, freed from holdings where ${isHolding}`, [owner, ...place(account)]);
  if (row === undefined) return settled === 0;
  if (Number(row['amount']) !== 0 || Number(row['booked']) !== settled || Number(row['freed']) !== freed) return false;
  await tx.run(`delete from holdings where ${isHolding}`, [owner, ...place(account)]);
  return true;
}

export const accountIn = (row: Row): Account => ({
  name: String(row['name']),
  per: String(row['per']) as Account['per'],
  start: Number(row['window_start']),
});

/** Sum of the settlements of one account: `cost` is spent, and `freed` is no longer held by the owner. */
export interface AccountSum {
  readonly account: Account;
  readonly cost: NanoUsd;
  readonly freed: NanoUsd;
}

export async function bookSum(tx: Statements, owner: string, { account, cost, freed }: AccountSum): Promise<void> {
  await tx.run(addToAccount, [...place(account), cost, -freed]);
  await tx.run(addToHolding, [owner, ...place(account), -freed, cost, freed]);
}

/** Returns one sum per account. */
export function sumsOf(
  settlements: readonly { readonly accounts: readonly Account[]; readonly cost: NanoUsd; readonly freed: NanoUsd }[],
): readonly AccountSum[] {
  const sums = new Map<string, AccountSum>();
  for (const { accounts, cost, freed } of settlements) {
    for (const account of accounts) {
      const known = sums.get(idOf(account));
      sums.set(idOf(account), { account, cost: (known?.cost ?? 0) + cost, freed: (known?.freed ?? 0) + freed });
    }
  }
  return [...sums.values()];
}

export function idOf(account: Account): string {
  const known = ids.get(account);
  if (known !== undefined) return known;
  const id = `${account.per} ${account.start} ${account.name}`;
  ids.set(account, id);
  return id;
}

const ids = new WeakMap<Account, string>();

export async function spend(tx: Statements, account: Account, amount: NanoUsd): Promise<void> {
  if (amount !== 0) await tx.run(addToAccount, [...place(account), amount, 0]);
}

/** Adds to what is held without an owner: see `lost-draws.ts`. A negative amount frees. */
export async function holdWithoutOwner(tx: Statements, account: Account, amount: NanoUsd): Promise<void> {
  if (amount !== 0) await tx.run(addToAccount, [...place(account), 0, amount]);
}

/** Frees everything that the owner holds. */
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

/** Deletes the accounts of windows that began before that time. Accounts without a window (`total`) stay. */
export async function forgetAccounts(tx: Statements, before: number): Promise<void> {
  await tx.run(`delete from accounts where window_start < $1 and held = 0 and per not like 'total%'`, [before]);
  await tx.run(`delete from holdings where window_start < $1 and amount = 0 and per not like 'total%'`, [before]);
  await tx.run('delete from recalls where window_start < $1', [before]);
}

/** Deletes the accounts of sessions that began before that time. They are deleted earlier than others, because there are so many. */
export async function forgetSessionAccounts(tx: Statements, before: number): Promise<void> {
  await tx.run(`delete from accounts where per like 'session%' and window_start < $1 and held = 0`, [before]);
  await tx.run(`delete from holdings where per like 'session%' and window_start < $1 and amount = 0`, [before]);
}

const addToAccount = `insert into accounts (name, per, window_start, spent, held) values ($1, $2, $3, $4, $5)
  on conflict (name, per, window_start) do update set spent = accounts.spent + excluded.spent, held = accounts.held + excluded.held`;

const addToHolding = `insert into holdings (owner, name, per, window_start, amount, booked, freed) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (owner, name, per, window_start) do update set
    amount = holdings.amount + excluded.amount, booked = holdings.booked + excluded.booked, freed = holdings.freed + excluded.freed`;

const isHolding = 'owner = $1 and name = $2 and per = $3 and window_start = $4';
const selectHolders = 'select owner from holdings where name = $1 and per = $2 and window_start = $3 and amount > 0';

const selectHolding = `select a.spent, a.held, h.amount, h.booked, h.freed from accounts a left join holdings h
  on h.owner = $1 and h.name = a.name and h.per = a.per and h.window_start = a.window_start
  where a.name = $2 and a.per = $3 and a.window_start = $4`;

/** `held`: the amount that this and other processes hold, so that no call may draw it. */
export function exceeded(
  { name, per, most, isShared = false }: BudgetLimit,
  window: Window,
  { spent, held }: { readonly spent: NanoUsd; readonly held: NanoUsd },
  amount: NanoUsd,
  now: number,
): GatewayError {
  const left = Math.max(0, most - spent - held);
  const waiting = held > 0 ? ` (${decimalOf(held)} is held for calls that still run, or were lost in a crash)` : '';
  const has = isShared ? 'too little' : `${decimalOf(left)}`;
  const resets = resetsInMs(window, now);
  return new GatewayError(
    'BUDGET_EXCEEDED',
    `This can cost up to ${decimalOf(amount)} US dollars, and the budget "${name}" has ${has} left of ${decimalOf(most)} ${perWords[per]}${isShared ? '' : waiting}. ` +
      `Less text or a smaller maxOutputTokens may fit; the budget ${resets === null ? 'never starts anew' : `starts anew at ${new Date(window.end).toISOString()}`}.`,
    { limit: name, per, ...(resets === null ? {} : { retryAfterMs: resets }) },
  );
}
