import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Row } from '../database/database.ts';
import type { Seal } from '../state/seal.ts';
import type { Identities, TokenRecord } from './identities.ts';
import { notedUsers, putUser } from './noted-users.ts';

/** Number of ids in one statement. The SQL text is the same for any number of ids, so it is prepared once. */
const idsPerRead = 64;
const rowsPerDelete = 500;

export interface IdentitiesOptions {
  readonly database: Database;
  readonly seal: Pick<Seal, 'pseudonym'>;
  readonly now?: () => number;
}

export function openIdentities({ database, seal, now = Date.now }: IdentitiesOptions): Identities {
  const commit = commitOrRefuse(database, 'Tokens and users cannot be written at the moment, so nothing was changed.');
  const noted = notedUsers(database, now);
  /** Counts the revocations of this process: `data_version` does not show what the same connection wrote. */
  let changes = 0;

  async function inPieces(sql: string, ids: readonly string[]): Promise<readonly Row[]> {
    const found: Row[] = [];
    for (let start = 0; start < ids.length; start += idsPerRead) {
      const some = ids.slice(start, start + idsPerRead);
      found.push(...(await database.all(sql, [...some, ...Array<string>(idsPerRead - some.length).fill('')])));
    }
    return found;
  }

  async function deleteInPieces(sql: string, before: number): Promise<void> {
    for (let deleted = rowsPerDelete; deleted === rowsPerDelete; ) deleted = await database.run(sql, [before, rowsPerDelete]);
  }

  return {
    pseudonymOf: (realm, name) => `u_${seal.pseudonym(JSON.stringify([realm, name]))}`,
    note: noted.note,
    async findUser(id) {
      const [row] = await database.all('select * from end_users where id = $1', [id]);
      if (row === undefined) return null;
      return { id, realm: String(row['realm']), name: String(row['name']), revokedAt: numberOrNull(row, 'revoked_at') };
    },
    async usersNamed(name) {
      await noted.flush();
      return (await database.all(`select id from end_users where name = $1 and name <> ''`, [name])).map((row) => String(row['id']));
    },
    async userNames(ids) {
      await noted.flush();
      const rows = await inPieces(namesOfUsers, [...new Set(ids)]);
      return new Map(rows.filter((row) => row['name'] !== '').map((row) => [String(row['id']), String(row['name'])]));
    },
    async revokeUser({ id, realm, name }, at) {
      await commit(async (tx) => {
        await tx.run(revokeUser, [id, realm, name, at]);
        await tx.run('update short_lived_tokens set revoked_at = coalesce(revoked_at, $2) where end_user = $1', [id, at]);
      });
      changes += 1;
    },
    async eraseUser({ id, realm }, at) {
      const tokens = await commit(async (tx) => {
        await tx.run(revokeUser, [id, realm, '', at]);
        await tx.run(`update end_users set name = '', erased_at = $2 where id = $1`, [id, at]);
        return tx.run('delete from short_lived_tokens where end_user = $1', [id]);
      });
      noted.forget(id);
      changes += 1;
      return tokens;
    },
    async erasedSince(time) {
      const rows = await database.all('select id, erased_at from end_users where erased_at >= $1', [time]);
      return rows.map((row) => ({ id: String(row['id']), at: Number(row['erased_at']) }));
    },
    async putToken(token, user, maxInForce) {
      return commit(async (tx) => {
        const [full] = await tx.all(
          'select 1 from short_lived_tokens where key_id = $1 and expires_at > $2 and revoked_at is null limit 1 offset $3',
          [token.keyId, token.createdAt, maxInForce - 1],
        );
        if (full !== undefined) return false;
        if (user !== null) await tx.run(putUser, [user.id, user.realm, user.name, token.createdAt]);
        await tx.run(putToken, [
          token.id,
          token.secretHash,
          token.keyId,
          token.user,
          JSON.stringify(token.scopes),
          token.routes === null ? null : JSON.stringify(token.routes),
          token.createdAt,
          token.expiresAt,
          token.revokedAt,
          token.budget,
        ]);
        return true;
      });
    },
    async findToken(id) {
      const [row] = await database.all('select * from short_lived_tokens where id = $1', [id]);
      return row === undefined ? null : tokenOf(row);
    },
    async revokeToken(id, at) {
      const revoked = await commit(async (tx) => {
        await tx.run('update short_lived_tokens set revoked_at = coalesce(revoked_at, $2) where id = $1', [id, at]);
        const [row] = await tx.all('select * from short_lived_tokens where id = $1', [id]);
        return row === undefined ? null : tokenOf(row);
      });
      changes += 1;
      return revoked;
    },
    async revocations(kind, ids) {
      const rows = await inPieces(kind === 'user' ? revokedUsers : revokedTokens, ids);
      return rows.map((row) => ({ id: String(row['id']), revokedAt: numberOrNull(row, 'revoked_at') }));
    },
    version: () => String(changes),
    async expire(tokensBefore, usersBefore) {
      await deleteInPieces(deleteTokens, tokensBefore);
      if (usersBefore !== null) await deleteInPieces(deleteUsers, usersBefore);
    },
    close: noted.flush,
  };
}

const someIds = Array.from({ length: idsPerRead }, (_, index) => `$${index + 1}`).join(', ');
const namesOfUsers = `select id, name from end_users where id in (${someIds})`;
const revokedUsers = `select id, revoked_at from end_users where id in (${someIds})`;
const revokedTokens = `select id, revoked_at from short_lived_tokens where id in (${someIds})`;

/** A second revocation in the same millisecond gets a later time, so that what began between the two ends too. */
const revokeUser = `insert into end_users (id, realm, name, seen_at, revoked_at) values ($1, $2, $3, $4, $4)
  on conflict (id) do update set revoked_at =
    case when coalesce(end_users.revoked_at, 0) >= excluded.revoked_at then end_users.revoked_at + 1 else excluded.revoked_at end`;

const putToken = `insert into short_lived_tokens (id, secret_hash, key_id, end_user, scopes, routes, created_at, expires_at, revoked_at,
    budget)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;

const deleteTokens = `delete from short_lived_tokens where id in
  (select id from short_lived_tokens where expires_at < $1 order by expires_at limit $2)`;
const deleteUsers = `delete from end_users where id in
  (select id from end_users where seen_at < $1 and coalesce(revoked_at, 0) < $1 limit $2)`;

const numberOrNull = (row: Row, column: string): number | null => (row[column] === null ? null : Number(row[column]));

function tokenOf(row: Row): TokenRecord {
  return {
    id: String(row['id']),
    secretHash: String(row['secret_hash']),
    keyId: String(row['key_id']),
    user: row['end_user'] === null ? null : String(row['end_user']),
    scopes: JSON.parse(String(row['scopes'])) as string[],
    routes: row['routes'] === null ? null : (JSON.parse(String(row['routes'])) as string[]),
    budget: numberOrNull(row, 'budget'),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    revokedAt: numberOrNull(row, 'revoked_at'),
  };
}
