import type { SessionCaps } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Row, SqlValue, Statements } from '../database/database.ts';
import { versionHere } from '../database/identity-version.ts';
import type { KeyRecord, Keys } from './keys.ts';

/** Number of ids in one statement. The SQL text is the same for any number of ids, so it is prepared once. */
const idsPerRead = 64;

export function openKeys(database: Database): Keys {
  const commit = commitOrRefuse(database, 'Keys cannot be written at the moment, so nothing was changed.');
  const here = versionHere(database);
  return {
    async put(key) {
      await commit(async (tx) => {
        if (key.madeBy !== null) await checkMaker(tx, key.madeBy);
        await tx.run(putKey, valuesOf(key));
      });
      here.changed();
    },
    async find(id) {
      const [row] = await database.all('select * from virtual_keys where id = $1', [id]);
      return row === undefined ? null : keyOf(row);
    },
    async list() {
      return (await database.all('select * from virtual_keys order by created_at, id')).map(keyOf);
    },
    async standing(ids) {
      const found: Row[] = [];
      for (let start = 0; start < ids.length; start += idsPerRead) {
        const some = ids.slice(start, start + idsPerRead);
        found.push(...(await database.all(standingOfSome, [...some, ...Array<string>(idsPerRead - some.length).fill('')])));
      }
      return found.map((row) => ({
        id: String(row['id']),
        team: String(row['team']),
        expiresAt: numberOrNull(row, 'ends_at'),
        revokedAt: numberOrNull(row, 'revoked_at'),
        development: Number(row['development']) === 1,
      }));
    },
    async change(id, change) {
      const after = await commit(async (tx) => {
        const [row] = await tx.all('select * from virtual_keys where id = $1', [id]);
        if (row === undefined) return null;
        const before = keyOf(row);
        const next = change(before);
        if (next === before) return before;
        const key = { ...next, id, lastUsedAt: before.lastUsedAt, version: before.version + 1 };
        await tx.run(putKey, valuesOf(key));
        return key;
      });
      here.changed();
      return after;
    },
    async used(times) {
      await commit(async (tx) => {
        for (const [id, time] of times) await tx.run(putUse, [id, time]);
      });
    },
    version: here.version,
    async revoke(id, at, by) {
      const revoked = await commit(async (tx) => {
        await tx.run(revokeFamily, [id, at, by ?? null]);
        const [row] = await tx.all('select * from virtual_keys where id = $1', [id]);
        return row === undefined ? null : keyOf(row);
      });
      here.changed();
      return revoked;
    },
  };
}

async function checkMaker(tx: Statements, id: string): Promise<void> {
  const [maker] = await tx.all('select revoked_at from virtual_keys where id = $1', [id]);
  if (maker !== undefined && maker['revoked_at'] === null) return;
  throw new GatewayError('UNAUTHENTICATED', 'The key that makes this one was revoked, so it makes none. A key in force would be accepted.');
}

const columns = [
  'id',
  'secret_hash',
  'former_hash',
  'former_until',
  'name',
  'team',
  'scopes',
  'routes',
  'monthly_budget',
  'requests_per_minute',
  'calls_per_minute',
  'made_by',
  'development',
  'created_at',
  'created_by',
  'updated_at',
  'updated_by',
  'expires_at',
  'revoked_at',
  'last_used_at',
  'agent',
  'session_caps',
  'version',
];

/** Values in the order of `columns`. */
const valuesOf = (key: KeyRecord): SqlValue[] => [
  key.id,
  key.secretHash,
  key.former?.secretHash ?? null,
  key.former?.until ?? null,
  key.name,
  key.team,
  JSON.stringify(key.scopes),
  key.routes === null ? null : JSON.stringify(key.routes),
  key.monthlyBudget,
  key.requestsPerMinute,
  key.callsPerMinute,
  key.madeBy,
  key.development ? 1 : 0,
  key.createdAt,
  key.createdBy,
  key.updatedAt,
  key.updatedBy,
  key.expiresAt,
  key.revokedAt,
  key.lastUsedAt,
  key.agent,
  key.session === null ? null : JSON.stringify(key.session),
  key.version,
];

const putKey = `insert into virtual_keys (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})
  on conflict (id) do update set ${columns
    .slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`;

const putUse = 'update virtual_keys set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)';

/** A key expires no later than the keys above it, whatever expiry it was given. */
const standingOfSome = `with recursive lineage(id, ancestor) as (
    select id, id from virtual_keys where id in (${Array.from({ length: idsPerRead }, (_, index) => `$${index + 1}`).join(', ')})
    union select lineage.id, child.made_by from lineage join virtual_keys child on child.id = lineage.ancestor where child.made_by is not null)
  select k.id, k.team, k.development, k.revoked_at, min(a.expires_at) as ends_at
  from lineage join virtual_keys k on k.id = lineage.id join virtual_keys a on a.id = lineage.ancestor
  group by k.id, k.team, k.development, k.revoked_at`;

const revokeFamily = `with recursive family(id) as (
    select id from virtual_keys where id = $1
    union select made.id from virtual_keys made join family on made.made_by = family.id)
  update virtual_keys set revoked_at = $2, updated_at = $2, updated_by = coalesce($3, updated_by), version = version + 1
  where id in (select id from family) and revoked_at is null`;

const textOrNull = (row: Row, column: string): string | null => (row[column] === null ? null : String(row[column]));
const numberOrNull = (row: Row, column: string): number | null => (row[column] === null ? null : Number(row[column]));

function keyOf(row: Row): KeyRecord {
  return {
    id: String(row['id']),
    secretHash: String(row['secret_hash']),
    former: row['former_hash'] === null ? null : { secretHash: String(row['former_hash']), until: Number(row['former_until']) },
    name: String(row['name']),
    team: String(row['team']),
    scopes: JSON.parse(String(row['scopes'])) as string[],
    routes: row['routes'] === null ? null : (JSON.parse(String(row['routes'])) as string[]),
    monthlyBudget: numberOrNull(row, 'monthly_budget'),
    requestsPerMinute: numberOrNull(row, 'requests_per_minute'),
    callsPerMinute: numberOrNull(row, 'calls_per_minute'),
    agent: textOrNull(row, 'agent'),
    session: row['session_caps'] === null ? null : (JSON.parse(String(row['session_caps'])) as SessionCaps),
    madeBy: textOrNull(row, 'made_by'),
    development: Number(row['development']) === 1,
    createdAt: Number(row['created_at']),
    createdBy: textOrNull(row, 'created_by'),
    updatedAt: numberOrNull(row, 'updated_at'),
    updatedBy: textOrNull(row, 'updated_by'),
    expiresAt: numberOrNull(row, 'expires_at'),
    revokedAt: numberOrNull(row, 'revoked_at'),
    version: Number(row['version']),
    lastUsedAt: numberOrNull(row, 'last_used_at'),
  };
}
