import { GatewayError } from '../../core/errors.ts';
import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Row, Statements } from '../database/database.ts';
import type { KeyRecord, Keys } from './keys.ts';

/** As many as one statement asks for: it has the same text for any number of them, so it is prepared once. */
const idsPerRead = 64;

export function openKeys(database: Database): Keys {
  const commit = commitOrRefuse(database, 'Keys cannot be written at the moment, so nothing was changed.');
  /** Changes of this process: its database may read with the connection that wrote them. */
  let changes = 0;
  return {
    async put(key) {
      await commit(async (tx) => {
        if (key.madeBy !== null) await checkMaker(tx, key.madeBy);
        await tx.run(putKey, [
          key.id,
          key.secretHash,
          key.name,
          key.team,
          JSON.stringify(key.scopes),
          key.routes === null ? null : JSON.stringify(key.routes),
          key.monthlyBudget,
          key.requestsPerMinute,
          key.createdAt,
          key.expiresAt,
          key.revokedAt,
          key.callsPerMinute,
          key.madeBy,
          key.development ? 1 : 0,
        ]);
      });
      changes += 1;
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
        expiresAt: numberOrNull(row, 'expires_at'),
        revokedAt: numberOrNull(row, 'revoked_at'),
        development: Number(row['development']) === 1,
      }));
    },
    async version() {
      const [row] = await database.all(seenCommits);
      return `${changes} ${row?.['data_version']}`;
    },
    async revoke(id, at) {
      const revoked = await commit(async (tx) => {
        await tx.run(revokeFamily, [id, at]);
        const [row] = await tx.all('select * from virtual_keys where id = $1', [id]);
        return row === undefined ? null : keyOf(row);
      });
      changes += 1;
      return revoked;
    },
  };
}

async function checkMaker(tx: Statements, id: string): Promise<void> {
  const [maker] = await tx.all('select revoked_at from virtual_keys where id = $1', [id]);
  if (maker !== undefined && maker['revoked_at'] === null) return;
  throw new GatewayError('UNAUTHENTICATED', 'The key that makes this one was revoked, so it makes none. A key in force would be accepted.');
}

/** A number that other connections' commits change, whatever they wrote. SQLite alone; a database that many write to needs a row for it. */
const seenCommits = 'pragma data_version';

const putKey = `insert into virtual_keys
    (id, secret_hash, name, team, scopes, routes, monthly_budget, requests_per_minute, created_at, expires_at, revoked_at,
     calls_per_minute, made_by, development)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
  on conflict (id) do update set secret_hash = excluded.secret_hash, name = excluded.name, team = excluded.team,
    scopes = excluded.scopes, routes = excluded.routes, monthly_budget = excluded.monthly_budget,
    requests_per_minute = excluded.requests_per_minute, created_at = excluded.created_at, expires_at = excluded.expires_at,
    revoked_at = excluded.revoked_at, calls_per_minute = excluded.calls_per_minute, made_by = excluded.made_by,
    development = excluded.development`;

const standingOfSome = `select id, expires_at, revoked_at, development from virtual_keys
  where id in (${Array.from({ length: idsPerRead }, (_, index) => `$${index + 1}`).join(', ')})`;

const revokeFamily = `with recursive family(id) as (
    select id from virtual_keys where id = $1
    union select made.id from virtual_keys made join family on made.made_by = family.id)
  update virtual_keys set revoked_at = coalesce(revoked_at, $2) where id in (select id from family)`;

const numberOrNull = (row: Row, column: string): number | null => (row[column] === null ? null : Number(row[column]));

function keyOf(row: Row): KeyRecord {
  return {
    id: String(row['id']),
    secretHash: String(row['secret_hash']),
    name: String(row['name']),
    team: String(row['team']),
    scopes: JSON.parse(String(row['scopes'])) as string[],
    routes: row['routes'] === null ? null : (JSON.parse(String(row['routes'])) as string[]),
    monthlyBudget: numberOrNull(row, 'monthly_budget'),
    requestsPerMinute: numberOrNull(row, 'requests_per_minute'),
    callsPerMinute: numberOrNull(row, 'calls_per_minute'),
    madeBy: row['made_by'] === null ? null : String(row['made_by']),
    development: Number(row['development']) === 1,
    createdAt: Number(row['created_at']),
    expiresAt: numberOrNull(row, 'expires_at'),
    revokedAt: numberOrNull(row, 'revoked_at'),
  };
}
