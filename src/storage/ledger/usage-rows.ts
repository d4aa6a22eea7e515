/** Stores the ledger's rows in the database, and adds them to the roll-ups. Times are milliseconds since 1970, UTC. */
import { createHash } from 'node:crypto';
import type { UsageRow } from '../../core/call/usage-row.ts';
import { turnsOf } from '../../core/turns/turns.ts';
import type { Row, SqlValue, Statements } from '../database/database.ts';
import type { RowOwner } from './ledger.ts';
import { type RollUpSums, rollUpSums, whole } from './roll-ups.ts';

/**
 * Columns of `usage_keys`, in the order in which they make the identity. A new column is added at the end: while it is empty, the identity is the
 * same as before the column existed.
 */
const keyColumns = [
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

/** Number of columns that keys have had from the beginning. */
const firstColumns = 11;

/** One call may have served thousands of fields. After this number of rows, other work runs before the transaction goes on. */
const maxRowsPerTurn = 1_000;

/**
 * Stores the rows that are not stored yet. (callId, use) is a row's identity, so storing a row twice changes nothing. A row that was booked as LOST
 * is replaced by the real row if that one comes after all.
 */
export async function storeUsageRows(tx: Statements, rows: readonly UsageRow[]): Promise<void> {
  const rollUps = rollUpSums();
  const keys = new Set<bigint>();
  const turns = turnsOf({ unitsPerTurn: maxRowsPerTurn });
  for (const row of rows) {
    const wait = turns.spend(1);
    if (wait !== null) await wait;
    const keyId = keyIdOf(row);
    if (!(await inserted(tx, row, keyId, keys)) && !(await foundAfterLoss(tx, row, keyId, keys, rollUps))) continue;
    rollUps.add(row, keyId, 1);
  }
  await rollUps.store(tx);
}

/** Cost of a call in the ledger. Null when it has no row. Rows without a price count as 0. */
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

async function foundAfterLoss(tx: Statements, row: UsageRow, id: bigint, keys: Set<bigint>, rollUps: RollUpSums): Promise<boolean> {
  if (row.outcome === 'LOST') return false;
  const [lost] = await tx.all(`${selectRow} where r.call_id = $1 and r.use = $2 and k.outcome = 'LOST'`, [row.callId, row.use]);
  if (lost === undefined) return false;
  const before = usageRowOf(lost);
  rollUps.add(before, keyIdOf(before), -1);
  await tx.run('delete from usage_rows where call_id = $1 and use = $2', [row.callId, row.use]);
  return inserted(tx, row, id, keys);
}

const addKey = `insert into usage_keys (id, ${keyColumns.join(', ')})
  values (${[...Array(keyColumns.length + 1).keys()].map((index) => `$${index + 1}`).join(', ')}) on conflict do nothing`;

const addRow = `insert into usage_rows (call_id, use, time, key_id, document_id, fresh_input, cache_read, cache_write, output, reasoning,
    estimated, cost, saved_cost, attempts, latency_ms, first_token_ms, tags, end_user, session, counts, error_id, details)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) on conflict do nothing`;

/** `r` is the row, `k` its key. The id of the key is larger than a JavaScript number can hold. */
export const selectRow = `select r.call_id, r.use, r.time, r.document_id, r.fresh_input, r.cache_read, r.cache_write, r.output, r.reasoning,
    r.estimated, r.cost, r.saved_cost, r.attempts, r.latency_ms, r.first_token_ms, r.tags, r.end_user, r.session, r.counts, r.error_id, r.details, ${keyColumns.map((column) => `k.${column}`).join(', ')}
  from usage_rows r join usage_keys k on k.id = r.key_id`;

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
    // A row that an earlier version wrote as an object has no user.
    row.user ?? null,
    row.session ?? null,
    row.countsAs === undefined ? null : { operation: 2, field: 1, none: 0 }[row.countsAs ?? 'none'],
    row.errorId ?? null,
    detailsOf(row),
  ];
}

/** Details of a call as JSON, in its first row: its attempts and the guard that refused it. Null for a call with one good attempt. */
function detailsOf({ use, tried = [], refusedBy = null }: UsageRow): string | null {
  const [only] = tried;
  const isPlain = tried.length === 0 || (tried.length === 1 && only?.outcome === 'OK');
  return use > 0 || (isPlain && refusedBy === null) ? null : JSON.stringify({ tried, refusedBy });
}

export function usageRowOf(row: Row): UsageRow {
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
    ...(row['counts'] === null ? {} : { countsAs: ([null, 'field', 'operation'] as const)[number('counts')] ?? null }),
    errorId: textOrNull('error_id'),
    ...(row['details'] === null ? {} : (JSON.parse(text('details')) as Pick<UsageRow, 'tried' | 'refusedBy'>)),
  };
}

const keyOf = (row: UsageRow): string[] => keyColumns.map((column) => row[column] ?? '');

function keyIdOf(row: UsageRow): bigint {
  const identity = keyOf(row);
  while (identity.length > firstColumns && identity.at(-1) === '') identity.pop();
  return createHash('sha256').update(JSON.stringify(identity)).digest().readBigInt64BE();
}
