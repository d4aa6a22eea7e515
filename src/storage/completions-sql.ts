import { createHash } from 'node:crypto';
import type { Completions } from './completions.ts';
import type { Database } from './database.ts';
import type { Seal } from './seal.ts';

const claimMs = 24 * 3_600_000;

export interface CompletionsOptions {
  readonly database: Database;
  readonly seal: Seal;
  readonly now?: () => number;
}

export function openCompletions({ database, seal, now = Date.now }: CompletionsOptions): Completions {
  return {
    claim: ({ principal, key, inputHash, completionId, now: at }) =>
      database.tx(async (tx) => {
        const digest = digestOf(principal, key);
        await tx.run('delete from idempotency where digest = $1 and expires_at <= $2', [digest, at]);
        const fresh = await tx.run(
          'insert into idempotency (digest, input_hash, completion_id, expires_at) values ($1, $2, $3, $4) on conflict do nothing',
          [digest, inputHash, completionId, at + claimMs],
        );
        if (fresh > 0) return { fresh: true, completionId, sameInput: true };
        const [row] = await tx.all('select completion_id, input_hash from idempotency where digest = $1', [digest]);
        return { fresh: false, completionId: String(row?.['completion_id']), sameInput: row?.['input_hash'] === inputHash };
      }),
    async unclaim(principal, key) {
      await database.run('delete from idempotency where digest = $1', [digestOf(principal, key)]);
    },
    async save({ id, principal, body, expiresAt }) {
      await database.run(
        `insert into completions (id, principal, body, expires_at) values ($1, $2, $3, $4)
         on conflict (id) do update set body = excluded.body, expires_at = excluded.expires_at where completions.principal = excluded.principal`,
        [id, principal, seal.close(body, placeOf('completion', id, principal)), expiresAt],
      );
    },
    async find(id, principal) {
      const [row] = await database.all('select body, expires_at from completions where id = $1 and principal = $2 and expires_at > $3', [
        id,
        principal,
        now(),
      ]);
      const body = row === undefined ? null : seal.open(String(row['body']), placeOf('completion', id, principal));
      return body === null ? null : { id, principal, body, expiresAt: Number(row?.['expires_at']) };
    },
    async rate(id, principal, score, comment) {
      await database.run(
        `insert into completion_ratings (completion_id, principal, score, comment, rated_at) values ($1, $2, $3, $4, $5)
         on conflict (completion_id, principal) do update set score = excluded.score, comment = excluded.comment, rated_at = excluded.rated_at`,
        [id, principal, score, comment === null ? null : seal.close(comment, placeOf('rating', id, principal)), now()],
      );
    },
    async expire(at) {
      await database.run('delete from completions where expires_at <= $1', [at]);
      await database.run('delete from idempotency where expires_at <= $1', [at]);
    },
  };
}

const placeOf = (kind: string, id: string, principal: string): string => JSON.stringify([kind, id, principal]);

const digestOf = (principal: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([principal, key]))
    .digest('base64url');
