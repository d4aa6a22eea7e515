import { commitOrRefuse } from './commit-or-refuse.ts';
import type { Database, Row } from './database.ts';
import type { KeyRecord, Keys } from './keys.ts';

export function openKeys(database: Database): Keys {
  const commit = commitOrRefuse(database, 'Keys cannot be written at the moment, so nothing was changed. Try again in a moment.');
  return {
    async put(key) {
      const values = [
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
      ];
      await commit((tx) => tx.run(putKey, values));
    },
    async find(id) {
      const [row] = await database.all('select * from virtual_keys where id = $1', [id]);
      return row === undefined ? null : keyOf(row);
    },
    async list() {
      return (await database.all('select * from virtual_keys order by created_at, id')).map(keyOf);
    },
    revoke: (id, at) =>
      commit(async (tx) => {
        await tx.run('update virtual_keys set revoked_at = coalesce(revoked_at, $2) where id = $1', [id, at]);
        const [row] = await tx.all('select * from virtual_keys where id = $1', [id]);
        return row === undefined ? null : keyOf(row);
      }),
  };
}

const putKey = `insert into virtual_keys
    (id, secret_hash, name, team, scopes, routes, monthly_budget, requests_per_minute, created_at, expires_at, revoked_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  on conflict (id) do update set secret_hash = excluded.secret_hash, name = excluded.name, team = excluded.team,
    scopes = excluded.scopes, routes = excluded.routes, monthly_budget = excluded.monthly_budget,
    requests_per_minute = excluded.requests_per_minute, created_at = excluded.created_at, expires_at = excluded.expires_at,
    revoked_at = excluded.revoked_at`;

function keyOf(row: Row): KeyRecord {
  const numberOrNull = (column: string): number | null => (row[column] === null ? null : Number(row[column]));
  return {
    id: String(row['id']),
    secretHash: String(row['secret_hash']),
    name: String(row['name']),
    team: String(row['team']),
    scopes: JSON.parse(String(row['scopes'])) as string[],
    routes: row['routes'] === null ? null : (JSON.parse(String(row['routes'])) as string[]),
    monthlyBudget: numberOrNull('monthly_budget'),
    requestsPerMinute: numberOrNull('requests_per_minute'),
    createdAt: Number(row['created_at']),
    expiresAt: numberOrNull('expires_at'),
    revokedAt: numberOrNull('revoked_at'),
  };
}
