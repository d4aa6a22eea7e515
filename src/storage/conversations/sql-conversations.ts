import { createHash } from 'node:crypto';
import { commitOrRefuse } from '../database/commit-or-refuse.ts';
import type { Database, Row, Statements } from '../database/database.ts';
import { groupCommit } from '../database/group-commit.ts';
import type { Owner } from '../state/owner.ts';
import type { Seal } from '../state/seal.ts';
import {
  type BegunTurn,
  type ConversationRecord,
  type Conversations,
  conversationBounds,
  type EndedTurn,
  type TurnBegin,
  type TurnOutline,
  type TurnRecord,
  type TurnStatus,
} from './conversations.ts';

const dayMs = 24 * 3_600_000;
const tryAgainEveryMs = 1_000;

export interface ConversationsOptions {
  readonly database: Database;
  readonly seal: Seal;
  readonly owner: Pick<Owner, 'id' | 'living'>;
  /** How long a conversation is kept after its last turn. */
  readonly keptMs: number;
  readonly now?: () => number;
}

const columns = 'id, principal, title, created_at, updated_at, expires_at, running';
const outlineColumns = 'place, completion_id, status, opens_with, asked_tokens + answer_tokens as tokens';

export function openConversations({ database, seal, owner, keptMs, now = Date.now }: ConversationsOptions): Conversations {
  const changed = commitOrRefuse(database, 'The conversation could not be stored at the moment, so nothing was changed.');
  const begun = commitOrRefuse(database, 'This turn cannot be recorded at the moment, so no model was asked. Ask again in a moment.');
  const commit = groupCommit(database);

  function recordOf(row: Row): ConversationRecord {
    const [id, principal] = [String(row['id']), String(row['principal'])];
    const title = row['title'] === null ? null : seal.open(String(row['title']), placeOf('title', id, principal));
    return {
      id,
      owner: principal,
      title,
      createdAt: Number(row['created_at']),
      updatedAt: Number(row['updated_at']),
      expiresAt: Number(row['expires_at']),
      running: row['running'] === null ? null : String(row['running']),
    };
  }

  async function find(id: string, principal: string, from: Statements = database): Promise<ConversationRecord | null> {
    const [row] = await from.all(`select ${columns} from conversations where id = $1 and principal = $2 and expires_at > $3`, [
      id,
      principal,
      now(),
    ]);
    return row === undefined ? null : recordOf(row);
  }

  function turnOf(row: Row, conversation: string, principal: string): TurnRecord {
    const open = (kind: string, column: string): string | null =>
      row[column] === null ? null : seal.open(String(row[column]), placeOf(kind, conversation, principal, String(row['completion_id'])));
    return {
      ...outlineOf(row),
      asked: open('asked', 'asked') ?? '[]',
      answer: open('answer', 'answer'),
      beganAt: Number(row['began_at']),
    };
  }

  const waiting = new Set<EndedTurn>();
  let trying: Promise<void> | null = null;
  const store = (ended: EndedTurn): Promise<void> => {
    const { conversation, owner: principal, completionId } = ended;
    const answer = seal.close(ended.answer, placeOf('answer', conversation, principal, completionId));
    return commit((tx) => storeEnded(tx, ended, answer, keptMs));
  };
  const storeWaiting = async (): Promise<void> => {
    for (const ended of waiting) {
      await store(ended);
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
    create({ id, owner: principal, title, now: at }) {
      const sealed = title === null ? null : seal.close(title, placeOf('title', id, principal));
      return changed(async (tx) => {
        const [row] = await tx.all('select count(*) as found from conversations where principal = $1', [principal]);
        if (Number(row?.['found']) >= conversationBounds.ofOwner) return false;
        await tx.run(
          `insert into conversations (id, principal, title, created_at, updated_at, expires_at, bytes, running, owner)
           values ($1, $2, $3, $4, $4, $5, 0, null, null)`,
          [id, principal, sealed, at, at + Math.min(dayMs, keptMs)],
        );
        return true;
      });
    },
    find: (id, principal) => find(id, principal),
    async list(principal, { first, after }) {
      const behind = after === null ? '' : 'and (updated_at < $4 or (updated_at = $4 and id < $5))';
      const rows = await database.all(
        `select ${columns} from conversations where principal = $1 and expires_at > $2 ${behind} order by updated_at desc, id desc limit $3`,
        [principal, now(), first, ...(after === null ? [] : [after.updatedAt, after.id])],
      );
      return rows.map(recordOf);
    },
    rename(id, principal, title) {
      const sealed = seal.close(title, placeOf('title', id, principal));
      return changed(async (tx) => {
        await tx.run('update conversations set title = $3, updated_at = $4 where id = $1 and principal = $2', [
          id,
          principal,
          sealed,
          now(),
        ]);
        return find(id, principal, tx);
      });
    },
    delete(id, principal) {
      return changed(async (tx) => {
        const deleted = await tx.run('delete from conversations where id = $1 and principal = $2', [id, principal]);
        if (deleted > 0) await tx.run('delete from conversation_turns where conversation = $1', [id]);
        return deleted > 0;
      });
    },
    async turns(id, principal, page) {
      if ((await find(id, principal)) === null) return [];
      const all = 'select * from (select *, asked_tokens + answer_tokens as tokens from conversation_turns where conversation = $1';
      const rows =
        'from' in page
          ? await database.all(`${all} and place >= $2) t order by place`, [id, page.from])
          : await database.all(`${all} and place < $2 order by place desc limit $3) t order by place`, [
              id,
              page.before ?? Number.MAX_SAFE_INTEGER,
              page.last,
            ]);
      return rows.map((row) => turnOf(row, id, principal));
    },
    async outline(id, principal) {
      if ((await find(id, principal)) === null) return null;
      const rows = await database.all(`select ${outlineColumns} from conversation_turns where conversation = $1 order by place`, [id]);
      return rows.map(outlineOf);
    },
    begin(turn) {
      const { conversation, owner: principal, completionId } = turn;
      const asked = seal.close(turn.asked, placeOf('asked', conversation, principal, completionId));
      const title = seal.close(turn.title, placeOf('title', conversation, principal));
      const digest = turn.key === null ? null : digestOf(principal, turn.key);
      return begun((tx) => storeBegun(tx, turn, { asked, title, digest, process: owner.id(), keptMs }));
    },
    async end(turn) {
      await store(turn).catch(() => waiting.add(turn));
    },
    async recover() {
      const owners = await database.all('select distinct owner from conversations where owner is not null');
      if (owners.length === 0) return 0;
      const living = await owner.living();
      const dead = owners.map((row) => String(row['owner'])).filter((id) => !living.has(id));
      let cut = 0;
      for (const id of dead) cut += await database.tx((tx) => cutOff(tx, id));
      return cut;
    },
    async expire(at) {
      await database.tx(async (tx) => {
        await tx.run('delete from conversation_turns where conversation in (select id from conversations where expires_at <= $1)', [at]);
        await tx.run('delete from conversations where expires_at <= $1', [at]);
      });
    },
    async close() {
      clearInterval(timer);
      await tryAgain();
      await tryAgain();
    },
  };
}

interface Sealed {
  readonly asked: string;
  readonly title: string;
  readonly digest: string | null;
  readonly process: string;
  readonly keptMs: number;
}

async function storeBegun(tx: Statements, turn: BegunTurn, { asked, title, digest, process, keptMs }: Sealed): Promise<TurnBegin> {
  const { conversation, owner, completionId, now } = turn;
  const [found] = await tx.all('select running, bytes from conversations where id = $1 and principal = $2 and expires_at > $3', [
    conversation,
    owner,
    now,
  ]);
  if (found === undefined) return { outcome: 'none' };
  if (found['running'] !== null) return { outcome: 'running' };
  const [last] = await tx.all(
    `select place, status, digest, completion_id, length(asked) + coalesce(length(answer), 0) as bytes from conversation_turns
     where conversation = $1 order by place desc limit 1`,
    [conversation],
  );
  const isRetry = digest !== null && last?.['digest'] === digest && last['status'] !== 'COMPLETED';
  const replaced = last !== undefined && (last['completion_id'] === turn.replaces || isRetry) ? last : null;
  const place = Number(replaced?.['place'] ?? Number(last?.['place'] ?? 0) + 1);
  const more = asked.length - Number(replaced?.['bytes'] ?? 0);
  if (digest !== null) {
    const [used] = await tx.all('select place from conversation_turns where conversation = $1 and digest = $2 and place < $3 limit 1', [
      conversation,
      digest,
      place,
    ]);
    if (used !== undefined) return { outcome: 'used' };
  }
  if (place > conversationBounds.turns || Number(found['bytes']) + more > conversationBounds.bytes) return { outcome: 'full' };
  await tx.run('delete from conversation_turns where conversation = $1 and place = $2', [conversation, place]);
  await tx.run(
    `insert into conversation_turns
       (conversation, place, completion_id, digest, opens_with, asked, asked_tokens, status, answer, answer_tokens, began_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'RUNNING', null, 0, $8)`,
    [conversation, place, completionId, digest, turn.opensWith, asked, turn.askedTokens, now],
  );
  await tx.run(
    `update conversations set running = $2, owner = $3, updated_at = $4, expires_at = $5, bytes = bytes + $6, title = coalesce(title, $7)
     where id = $1`,
    [conversation, completionId, process, now, now + keptMs, more, title],
  );
  return { outcome: 'begun', place };
}

async function storeEnded(tx: Statements, ended: EndedTurn, answer: string, keptMs: number): Promise<void> {
  const { conversation, owner, completionId, status, answerTokens, now } = ended;
  const held = await tx.run(
    `update conversations set running = null, owner = null, updated_at = $4, expires_at = $5, bytes = bytes + $6
     where id = $1 and principal = $2 and running = $3`,
    [conversation, owner, completionId, now, now + keptMs, answer.length],
  );
  if (held === 0) return;
  await tx.run(
    'update conversation_turns set status = $3, answer = $4, answer_tokens = $5 where conversation = $1 and completion_id = $2',
    [conversation, completionId, status, answer, answerTokens],
  );
}

async function cutOff(tx: Statements, process: string): Promise<number> {
  await tx.run(
    `update conversation_turns set status = 'FAILED'
     where status = 'RUNNING' and conversation in (select id from conversations where owner = $1)`,
    [process],
  );
  return tx.run('update conversations set running = null, owner = null where owner = $1', [process]);
}

const outlineOf = (row: Row): TurnOutline => ({
  place: Number(row['place']),
  completionId: String(row['completion_id']),
  status: String(row['status']) as TurnStatus,
  opensWith: row['opens_with'] === 'tool' ? 'tool' : 'user',
  tokens: Number(row['tokens']),
});

const placeOf = (kind: string, ...of: readonly string[]): string => JSON.stringify([`conversation ${kind}`, ...of]);

const digestOf = (principal: string, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify(['conversation', principal, key]))
    .digest('base64url');
