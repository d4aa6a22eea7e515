/** Stores the ledger's rows in the database and rolls them up by the hour. Times are milliseconds since 1970, UTC. */
import { createHash } from 'node:crypto';
import type { UsageRow } from '../../core/call/usage-row.ts';
import { turnsOf } from '../../core/turns/turns.ts';
import type { Row, SqlValue, Statements } from '../database/database.ts';
import type { RowOwner } from './ledger.ts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * Columns of `usage_keys`, in the order of the identity. A new one goes to the end: where it is empty, the identity is the one that the key
 * had before the column was there.
 */
export const keyColumns = [
  'coordinate',
  'operation',
  'client',
  'principal',
  'team',
  'route',
  'deployment',
  'provider',
  'model',
  'outcome',
  'cache',
  'organisation',
  'agent',
] as const satisfies readonly (keyof UsageRow)[];

/** Those that keys have had from the beginning. */
const firstColumns = 11;

const sums = [
  'calls',
  'fresh_input',
  'cache_read',
  'cache_write',
  'output',
  'reasoning',
  'estimated',
  'priced',
  'cost',
  'saved_cost',
] as const;

/** One call may have served thousands of fields: others have their turn within its transaction. */
const maxRowsPerTurn = 1_000;

/**
 * Stores what is not stored yet: (callId, use) is a row's identity, so a replay changes nothing. A LOST row gives way to
 * the real one, should that come after all.
 */
export async function storeUsageRows(tx: Statements, rows: readonly UsageRow[]): Promise<void> {
  const hours = new Map<string, HourSum>();
  const keys = new Set<bigint>();
  const turns = turnsOf({ unitsPerTurn: maxRowsPerTurn });
  for (const row of rows) {
    const wait = turns.spend(1);
    if (wait !== null) await wait;
    const keyId = keyIdOf(row);
    if (!(await inserted(tx, row, keyId, keys)) && !(await foundAfterLoss(tx, row, keyId, keys, hours))) continue;
    addTo(hours, row, keyId, 1);
  }
  for (const sum of hours.values()) await tx.run(addHour, [sum.hour, sum.keyId, dayOf(sum.hour), monthOf(sum.hour), ...sum.sums]);
}

/** What the ledger says a call cost; null when it has no row. Unpriced rows count as 0. */
export async function storedCost(statements: Statements, callId: string): Promise<number | null> {
  const [row] = await statements.all('select count(*) as found, sum(cost) as cost from usage_rows where call_id = $1', [callId]);
  return Number(row?.['found'] ?? 0) === 0 ? null : Number(row?.['cost'] ?? 0);
}

export async function isStoredCall(statements: Statements, callId: string, { principal, user }: RowOwner): Promise<boolean> {
  const sql = `select 1 from usage_rows r join usage_keys k on k.id = r.key_id
    where r.call_id = $1 and k.principal = $2 and coalesce(r.end_user, '') = $3 limit 1`;
  return (await statements.all(sql, [callId, principal, user ?? ''])).length > 0;
}

async function inserted(tx: Statements, row: UsageRow, id: bigint, keys: Set<bigint>): Promise<boolean> {
  if (!keys.has(id)) {
    await tx.run(addKey, [id, ...keyOf(row)]);
    keys.add(id);
  }
  return (await tx.run(addRow, [row.callId, row.use, whole(row.time), id, row.documentId, ...valuesOf(row)])) > 0;
}

async function foundAfterLoss(tx: Statements, row: UsageRow, id: bigint, keys: Set<bigint>, hours: Map<string, HourSum>): Promise<boolean> {
  if (row.outcome === 'LOST') return false;
  const [lost] = await tx.all(`${selectRow} where r.call_id = $1 and r.use = $2 and k.outcome = 'LOST'`, [row.callId, row.use]);
  if (lost === undefined) return false;
  const before = usageRowOf(lost);
  addTo(hours, before, keyIdOf(before), -1);
  await tx.run('delete from usage_rows where call_id = $1 and use = $2', [row.callId, row.use]);
  return inserted(tx, row, id, keys);
}

const addKey = `insert into usage_keys (id, ${keyColumns.join(', ')})
  values (${[...Array(keyColumns.length + 1).keys()].map((index) => `$${index + 1}`).join(', ')}) on conflict do nothing`;

const addRow = `insert into usage_rows (call_id, use, time, key_id, document_id, fresh_input, cache_read, cache_write, output, reasoning,
    estimated, cost, saved_cost, attempts, latency_ms, first_token_ms, tags, end_user, session)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) on conflict do nothing`;

const addHour = `insert into usage_hours (hour, key_id, day, month, ${sums.join(', ')})
  values ($1, $2, $3, $4, ${sums.map((_, index) => `$${index + 5}`).join(', ')})
  on conflict (hour, key_id) do update set ${sums.map((sum) => `${sum} = usage_hours.${sum} + excluded.${sum}`).join(', ')}`;

/** `r` is the row, `k` its key, whose id no JavaScript number holds. */
const selectRow = `select r.call_id, r.use, r.time, r.document_id, r.fresh_input, r.cache_read, r.cache_write, r.output, r.reasoning,
    r.estimated, r.cost, r.saved_cost, r.attempts, r.latency_ms, r.first_token_ms, r.tags, r.end_user, r.session, ${keyColumns.map((column) => `k.${column}`).join(', ')}
  from usage_rows r join usage_keys k on k.id = r.key_id`;

interface HourSum {
  readonly hour: number;
  readonly keyId: bigint;
  readonly sums: number[];
}

function addTo(hours: Map<string, HourSum>, row: UsageRow, keyId: bigint, sign: 1 | -1): void {
  const hour = startOf(row.time, hourMs);
  const known = hours.get(`${hour}:${keyId}`) ?? { hour, keyId, sums: sums.map(() => 0) };
  hours.set(`${hour}:${keyId}`, known);
  const { usage } = row;
  const added = [
    1,
    usage.freshInputTokens,
    usage.cacheReadTokens,
    usage.cacheWriteTokens,
    usage.outputTokens,
    usage.reasoningTokens,
    row.estimated ? 1 : 0,
    row.cost === null ? 0 : 1,
    row.cost ?? 0,
    row.savedCost,
  ];
  for (const [index, value] of added.entries()) known.sums[index] = (known.sums[index] ?? 0) + sign * whole(value);
}

function valuesOf(row: UsageRow): SqlValue[] {
  const { usage } = row;
  return [
    ...[usage.freshInputTokens, usage.cacheReadTokens, usage.cacheWriteTokens, usage.outputTokens, usage.reasoningTokens].map(whole),
    row.estimated ? 1 : 0,
    row.cost === null ? null : whole(row.cost),
    whole(row.savedCost),
    whole(row.attempts),
    whole(row.latencyMs),
    row.timeToFirstTokenMs === null ? null : whole(row.timeToFirstTokenMs),
    JSON.stringify(row.tags),
    // A row that an older version wrote as an object has none.
    row.user ?? null,
    row.session ?? null,
  ];
}

function usageRowOf(row: Row): UsageRow {
  const number = (column: string): number => Number(row[column]);
  const numberOrNull = (column: string): number | null => (row[column] === null ? null : Number(row[column]));
  const text = (column: string): string => String(row[column]);
  const textOrNull = (column: string): string | null => (row[column] === null || row[column] === '' ? null : text(column));
  return {
    time: number('time'),
    callId: text('call_id'),
    use: number('use'),
    coordinate: text('coordinate'),
    operation: textOrNull('operation'),
    client: textOrNull('client'),
    documentId: textOrNull('document_id'),
    principal: text('principal'),
    team: textOrNull('team'),
    organisation: textOrNull('organisation'),
    route: text('route'),
    deployment: textOrNull('deployment'),
    provider: textOrNull('provider'),
    model: textOrNull('model'),
    usage: {
      freshInputTokens: number('fresh_input'),
      cacheReadTokens: number('cache_read'),
      cacheWriteTokens: number('cache_write'),
      outputTokens: number('output'),
      reasoningTokens: number('reasoning'),
    },
    estimated: number('estimated') === 1,
    cost: numberOrNull('cost'),
    savedCost: number('saved_cost'),
    cache: text('cache') as UsageRow['cache'],
    attempts: number('attempts'),
    outcome: text('outcome') as UsageRow['outcome'],
    latencyMs: number('latency_ms'),
    timeToFirstTokenMs: numberOrNull('first_token_ms'),
    tags: JSON.parse(text('tags')) as UsageRow['tags'],
    user: textOrNull('end_user'),
    agent: textOrNull('agent'),
    session: textOrNull('session'),
  };
}

const keyOf = (row: UsageRow): string[] => keyColumns.map((column) => row[column] ?? '');

function keyIdOf(row: UsageRow): bigint {
  const identity = keyOf(row);
  while (identity.length > firstColumns && identity.at(-1) === '') identity.pop();
  return createHash('sha256').update(JSON.stringify(identity)).digest().readBigInt64BE();
}

/** A number that no database refuses: a ledger row is never lost for being odd. */
const whole = (value: number): number => (Number.isFinite(value) ? Math.round(value) : 0);

export const startOf = (time: number, lengthMs: number): number => Math.floor(time / lengthMs) * lengthMs;

export const dayOf = (time: number): number => startOf(time, dayMs);

export function monthOf(time: number): number {
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}
