import { describe, expect, it, onTestFinished } from 'vitest';
import { conversationBounds } from '../../../src/storage/conversations/conversations.ts';
import { openConversations } from '../../../src/storage/conversations/sql-conversations.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { masterKey, sealWith } from '../../../src/storage/state/seal.ts';
import { conversationsContract } from '../../contracts/conversations.ts';

const keptMs = 1_000;

function open() {
  const clock = { time: 0 };
  const database = openSqlite(':memory:', migrations);
  onTestFinished(() => database.close());
  const living = new Set(['me']);
  const owner = { id: () => 'me', living: async () => living };
  const conversations = openConversations({ database, seal: sealWith(masterKey(null)), owner, keptMs, now: () => clock.time });
  onTestFinished(() => conversations.close());
  return { conversations, clock, database, living, keptMs };
}

const turn = {
  conversation: 'talk',
  owner: 'key:a',
  completionId: 'c1',
  replaces: null,
  askedTokens: 1,
  opensWith: 'user' as const,
  now: 0,
};

describe('conversations in SQL', () => {
  conversationsContract(async () => open());

  it('conversations in SQL keep neither title, nor question, nor answer, nor idempotency key readable', async () => {
    const { conversations, database } = open();
    await conversations.create({ id: 'talk', owner: 'key:a', title: 'canary', now: 0 });
    await conversations.begin({ ...turn, asked: 'canary', key: 'canary', title: 'canary' });
    await conversations.end({ ...turn, status: 'COMPLETED', answer: 'canary', answerTokens: 1 });
    const rows = [...(await database.all('select * from conversations')), ...(await database.all('select * from conversation_turns'))];
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toMatch(/canary|Y2FuYXJ5/);
  });

  it('conversations in SQL do not open at another place than their own', async () => {
    const { conversations, database } = open();
    await conversations.create({ id: 'talk', owner: 'key:a', title: 'private', now: 0 });
    await conversations.begin({ ...turn, asked: '["private"]', key: null, title: '' });
    await database.run(`update conversations set principal = 'key:b'`);
    expect(await conversations.find('talk', 'key:b')).toMatchObject({ title: null });
    expect(await conversations.turns('talk', 'key:b', { from: 1 })).toMatchObject([{ asked: '[]' }]);
  });

  it('conversations in SQL end the turn of a process that died as failed, and leave those of the living', async () => {
    const { conversations, living } = open();
    await conversations.create({ id: 'talk', owner: 'key:a', title: null, now: 0 });
    await conversations.begin({ ...turn, asked: '[]', key: null, title: '' });
    expect(await conversations.recover()).toBe(0);
    living.clear();
    expect(await conversations.recover()).toBe(1);
    expect(await conversations.find('talk', 'key:a')).toMatchObject({ running: null });
    expect(await conversations.outline('talk', 'key:a')).toMatchObject([{ status: 'FAILED' }]);
    expect(await conversations.begin({ ...turn, completionId: 'c2', asked: '[]', key: null, title: '' })).toMatchObject({ place: 2 });
  });

  it('conversations in SQL take no turn beyond the bytes of one conversation, and count what is replaced no more', async () => {
    const { conversations } = open();
    await conversations.create({ id: 'talk', owner: 'key:a', title: null, now: 0 });
    const long = { ...turn, asked: 'x'.repeat(conversationBounds.bytes / 2), key: null, title: '' };
    const answered = { ...turn, status: 'COMPLETED' as const, answer: '{}', answerTokens: 1 };
    expect(await conversations.begin(long)).toMatchObject({ outcome: 'begun' });
    await conversations.end(answered);
    expect(await conversations.begin({ ...long, completionId: 'c2' })).toEqual({ outcome: 'full' });
    expect(await conversations.begin({ ...long, completionId: 'c2', replaces: 'c1' })).toMatchObject({ outcome: 'begun', place: 1 });
  });
});
