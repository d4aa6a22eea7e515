import { createHash } from 'node:crypto';
import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Statements } from '../database/database.ts';
import { groupCommit } from '../database/group-commit.ts';
import type { Owner } from '../state/owner.ts';
import type { Seal } from '../state/seal.ts';
import type { CompletionProgress, Completions, EndedCompletion } from './completions.ts';
import { lostUsage } from './lost-completions.ts';
import { ratingTotals } from './ratings.ts';

/** A claim on an idempotency key, and a stored completion, last one day: the contract of `idempotencyKey`. */
const dayMs = 24 * 3_600_000;
const tryAgainEveryMs = 1_000;

export interface CompletionsOptions {
  readonly database: Database;
  readonly seal: Seal;
  readonly owner: Pick<Owner, 'id' | 'living'>;
  readonly now?: () => number;
}

export function openCompletions({ database, seal, owner, now = Date.now }: CompletionsOptions): Completions {
  const begun = commitOrRefuse(
    database,
    'This completion cannot be recorded at the moment, so it was not started. The same idempotencyKey may be used again.',
  );
  const rated = commitOrRefuse(database, 'The rating could not be stored at the moment.');
  const commit = groupCommit(database);
  const sealed = (body: string, id: string, principal: string): string => seal.close(body, placeOf('completion', id, principal));

  const waiting = new Set<EndedCompletion>();
  let trying: Promise<void> | null = null;
  /** Writes each waiting completion by itself, the oldest first. Stops at the first one that cannot be written now. */
  const storeWaiting = async (): Promise<void> => {
    for (const ended of waiting) {
      const { id, principal } = ended;
      const body = sealed(ended.body, id, principal);
      await commit((tx) => storeEnded(tx, ended, body));
      waiting.delete(ended);
    }
  };
  const tryAgain = (): Promise<void> => {
    trying ??= storeWaiting()
      .catch(() => {})
      .finally(() => {
        trying = null;
      });
    return trying;
  };
  const timer = setInterval(() => void tryAgain(), tryAgainEveryMs);
  timer.unref();

  return {
    begin({ id, principal, body, claim, now: at }) {
      const stub = sealed(body, id, principal);
      return begun(async (tx) => {
        const known = claim === null ? null : await claimed(tx, digestOf(principal, claim.key), claim.inputHash, id, at);
        if (known !== null) return known;
        await tx.run(`insert into completions (id, principal, body, expires_at, progress, owner) values ($1, $2, $3, $4, 'running', $5)`, [
          id,
          principal,
          stub,
          at + dayMs,
          owner.id(),
        ]);
        return { fresh: true, completionId: id, sameInput: true };
      });
    },
    async save(ended) {
      const body = sealed(ended.body, ended.id, ended.principal);
      await commit((tx) => storeEnded(tx, ended, body)).catch(() => waiting.add(ended));
    },
    async release(completionId) {
      await begun((tx) => tx.run('delete from idempotency where completion_id = $1', [completionId]));
    },
    async withKey(key, principal) {
      const [row] = await database.all('select completion_id from idempotency where digest = $1 and expires_at > $2', [
        digestOf(principal, key),
        now(),
      ]);
      return row === undefined ? null : String(row['completion_id']);
    },
    async find(id, principal) {
      const [row] = await database.all(
        'select body, expires_at, progress from completions where id = $1 and principal = $2 and expires_at > $3',
        [id, principal, now()],
      );
      if (row === undefined) return null;
      const body = seal.open(String(row['body']), placeOf('completion', id, principal));
      const progress = String(row['progress']) as CompletionProgress;
      if (body === null) return null;
      const lost = progress === 'cut' ? await lostUsage(database, id) : null;
      return { id, principal, body, expiresAt: Number(row['expires_at']), progress, lost };
    },
    async rate(id, principal, score, comment) {
      const hidden = comment === null ? null : seal.close(comment, placeOf('rating', id, principal));
      await rated((tx) =>
        tx.run(
          `insert into completion_ratings (completion_id, principal, score, comment, rated_at) values ($1, $2, $3, $4, $5)
           on conflict (completion_id, principal) do update set score = excluded.score, comment = excluded.comment, rated_at = excluded.rated_at`,
          [id, principal, score, hidden, now()],
        ),
      );
    },
    ratings: (query) => ratingTotals(database, query),
    async recover() {
      const owners = await database.all(`select distinct owner from completions where owner is not null`);
      if (owners.length === 0) return 0;
      const living = await owner.living();
      const dead = owners.map((row) => String(row['owner'])).filter((id) => !living.has(id));
      let cut = 0;
      for (const id of dead) cut += await database.tx((tx) => cutOff(tx, id));
      return cut;
    },
    async expire(at) {
      await database.run('delete from completions where expires_at <= $1', [at]);
      await database.run('delete from idempotency where expires_at <= $1', [at]);
    },
    async close() {
      clearInterval(timer);
      await tryAgain();
      await tryAgain();
    },
  };
}

/** Returns null when the key was free; it is claimed now. */
async function claimed(tx: Statements, digest: string, inputHash: string, completionId: string, now: number) {
  await tx.run('delete from idempotency where digest = $1 and expires_at <= $2', [digest, now]);
  const fresh = await tx.run(
    'insert into idempotency (digest, input_hash, completion_id, expires_at) values ($1, $2, $3, $4) on conflict do nothing',
    [digest, inputHash, completionId, now + dayMs],
  );
  if (fresh > 0) return null;
  const [row] = await tx.all('select completion_id, input_hash from idempotency where digest = $1', [digest]);
  return { fresh: false, completionId: String(row?.['completion_id']), sameInput: row?.['input_hash'] === inputHash };
}

async function storeEnded(tx: Statements, { id, principal, expiresAt, freesKey }: EndedCompletion, body: string): Promise<void> {
  const stored = await tx.run(
    `insert into completions (id, principal, body, expires_at, progress, owner) values ($1, $2, $3, $4, 'ended', null)
     on conflict (id) do update set body = excluded.body, expires_at = excluded.expires_at, progress = 'ended', owner = null
     where completions.principal = excluded.principal`,
    [id, principal, body, expiresAt],
  );
  if (stored > 0 && freesKey) await tx.run('delete from idempotency where completion_id = $1', [id]);
}

async function cutOff(tx: Statements, owner: string): Promise<number> {
  await tx.run('delete from idempotency where completion_id in (select id from completions where owner = $1)', [owner]);
  return tx.run(`update completions set progress = 'cut', owner = null where owner = $1`, [owner]);
}

const placeOf = (kind: string, id: string, principal: string): string => JSON.stringify([kind, id, principal]);

const digestOf = (principal: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([principal, key]))
    .digest('base64url');
