/** What every store of conversations keeps. The factory gives an empty one with a clock; conversations are kept for `keptMs`, below a day. */
import { expect, it } from 'vitest';
import type { BegunTurn, Conversations, EndedTurn, TurnBegin } from '../../src/storage/conversations/conversations.ts';

export interface ConversationsFixture {
  readonly conversations: Conversations;
  readonly clock: { time: number };
  readonly keptMs: number;
}

const ann = 'key:a:u_ann';
const begun = (change: Partial<BegunTurn> = {}): BegunTurn => ({
  conversation: 'talk',
  owner: ann,
  completionId: 'c1',
  asked: '[{"text":"Hällo 🦆"}]',
  askedTokens: 5,
  opensWith: 'user',
  key: null,
  replaces: null,
  title: 'Hällo 🦆',
  now: 0,
  ...change,
});
const ended = (change: Partial<EndedTurn> = {}): EndedTurn => ({
  conversation: 'talk',
  owner: ann,
  completionId: 'c1',
  status: 'COMPLETED',
  answer: '{"text":"Hi."}',
  answerTokens: 3,
  now: 0,
  ...change,
});

export function conversationsContract(open: () => Promise<ConversationsFixture>): void {
  async function opened(title: string | null = null) {
    const fixture = await open();
    await fixture.conversations.create({ id: 'talk', owner: ann, title, now: 0 });
    return fixture;
  }

  it('a store of conversations gives a conversation to its owner alone, by every question', async () => {
    const { conversations } = await opened('Ours');
    await conversations.begin(begun());
    expect(await conversations.find('talk', ann)).toMatchObject({ id: 'talk', owner: ann, title: 'Ours', createdAt: 0, running: 'c1' });
    for (const other of ['key:a:u_bob', 'key:a', 'key:b:u_ann']) {
      expect(await conversations.find('talk', other)).toBeNull();
      expect(await conversations.list(other, { first: 9, after: null })).toEqual([]);
      expect(await conversations.turns('talk', other, { last: 9, before: null })).toEqual([]);
      expect(await conversations.outline('talk', other)).toBeNull();
      expect(await conversations.rename('talk', other, 'Mine')).toBeNull();
      expect(await conversations.delete('talk', other)).toBe(false);
      expect(await conversations.begin(begun({ owner: other, completionId: 'c2' }))).toEqual({ outcome: 'none' });
      await conversations.end(ended({ owner: other }));
    }
    expect(await conversations.find('talk', ann)).toMatchObject({ title: 'Ours', running: 'c1' });
  });

  it('a store of conversations keeps what was asked and answered, in order, and how each turn ended', async () => {
    const { conversations } = await opened();
    expect(await conversations.begin(begun({ now: 7 }))).toEqual({ outcome: 'begun', place: 1 });
    expect(await conversations.turns('talk', ann, { last: 9, before: null })).toEqual([
      { place: 1, status: 'RUNNING', opensWith: 'user', tokens: 5, completionId: 'c1', asked: begun().asked, answer: null, beganAt: 7 },
    ]);
    await conversations.end(ended());
    await conversations.begin(begun({ completionId: 'c2', opensWith: 'tool' }));
    await conversations.end(ended({ completionId: 'c2', status: 'CANCELLED', answer: '{"text":"Ha"}' }));
    expect(await conversations.turns('talk', ann, { from: 2 })).toMatchObject([
      { place: 2, status: 'CANCELLED', opensWith: 'tool', tokens: 8, answer: '{"text":"Ha"}' },
    ]);
    expect(await conversations.outline('talk', ann)).toEqual([
      { place: 1, completionId: 'c1', status: 'COMPLETED', opensWith: 'user', tokens: 8 },
      { place: 2, completionId: 'c2', status: 'CANCELLED', opensWith: 'tool', tokens: 8 },
    ]);
  });

  it('a store of conversations gives turns by pages from the newest on, each page oldest first', async () => {
    const { conversations } = await opened();
    for (let turn = 1; turn <= 5; turn += 1) {
      await conversations.begin(begun({ completionId: `c${turn}` }));
      await conversations.end(ended({ completionId: `c${turn}` }));
    }
    const places = async (before: number | null): Promise<readonly number[]> =>
      (await conversations.turns('talk', ann, { last: 2, before })).map(({ place }) => place);
    expect(await places(null)).toEqual([4, 5]);
    expect(await places(4)).toEqual([2, 3]);
    expect(await places(2)).toEqual([1]);
    expect(await places(1)).toEqual([]);
  });

  it('a store of conversations lets one turn of many that begin at once begin, and the next one after its end', async () => {
    const { conversations } = await opened();
    const asked = ['a', 'b', 'c'].map((completionId) => conversations.begin(begun({ completionId })));
    const outcomes = (await Promise.all(asked)).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['begun', 'running', 'running']);
    await conversations.end(ended({ completionId: 'nobody' }));
    expect(await conversations.begin(begun({ completionId: 'd' }))).toEqual({ outcome: 'running' });
    await conversations.end(ended({ completionId: ['a', 'b', 'c'][outcomes.indexOf('begun')] ?? '' }));
    expect(await conversations.begin(begun({ completionId: 'd' }))).toEqual({ outcome: 'begun', place: 2 });
  });

  it('a store of conversations lets a retry with the same key take the place of a last turn that was not answered whole, and of no other', async () => {
    const { conversations } = await opened();
    const turn = async (completionId: string, key: string, status: EndedTurn['status']): Promise<TurnBegin> => {
      const outcome = await conversations.begin(begun({ completionId, key }));
      await conversations.end(ended({ completionId, status }));
      return outcome;
    };
    expect(await turn('c1', 'k', 'FAILED')).toEqual({ outcome: 'begun', place: 1 });
    expect(await turn('c2', 'k', 'COMPLETED')).toEqual({ outcome: 'begun', place: 1 });
    expect(await turn('c3', 'k', 'COMPLETED')).toEqual({ outcome: 'used' });
    expect(await turn('c4', 'other', 'FAILED')).toEqual({ outcome: 'begun', place: 2 });
    expect(await turn('c5', 'k', 'COMPLETED')).toEqual({ outcome: 'used' });
    expect(await conversations.turns('talk', ann, { from: 1 })).toMatchObject([{ completionId: 'c2' }, { completionId: 'c4' }]);
  });

  it('a store of conversations puts a turn in the place of the last one where it is told to, and of no other', async () => {
    const { conversations } = await opened();
    for (const completionId of ['c1', 'c2']) {
      await conversations.begin(begun({ completionId, key: completionId }));
      await conversations.end(ended({ completionId }));
    }
    expect(await conversations.begin(begun({ completionId: 'c3', key: 'c1', replaces: 'c2' }))).toEqual({ outcome: 'used' });
    expect(await conversations.begin(begun({ completionId: 'c3', replaces: 'c2' }))).toEqual({ outcome: 'begun', place: 2 });
    expect(await conversations.turns('talk', ann, { from: 1 })).toMatchObject([
      { completionId: 'c1' },
      { completionId: 'c3', answer: null },
    ]);
    await conversations.end(ended({ completionId: 'c3' }));
    expect(await conversations.begin(begun({ completionId: 'c4', replaces: 'c1' }))).toEqual({ outcome: 'begun', place: 3 });
  });

  it('a store of conversations lists them by pages, the one with the newest turn first', async () => {
    const { conversations } = await opened('first');
    await conversations.create({ id: 'b', owner: ann, title: 'second', now: 0 });
    await conversations.create({ id: 'c', owner: ann, title: 'third', now: 1 });
    await conversations.begin(begun({ now: 2 }));
    const first = await conversations.list(ann, { first: 2, after: null });
    expect(first.map(({ id }) => id)).toEqual(['talk', 'c']);
    expect((await conversations.list(ann, { first: 2, after: first[1] ?? null })).map(({ id }) => id)).toEqual(['b']);
  });

  it('a store of conversations takes the title of the first turn where there was none, and a new name', async () => {
    const { conversations } = await opened();
    await conversations.create({ id: 'named', owner: ann, title: 'Mine', now: 0 });
    expect(await conversations.find('talk', ann)).toMatchObject({ title: null });
    await conversations.begin(begun());
    await conversations.begin(begun({ conversation: 'named', completionId: 'c2' }));
    expect(await conversations.find('talk', ann)).toMatchObject({ title: 'Hällo 🦆' });
    expect(await conversations.find('named', ann)).toMatchObject({ title: 'Mine' });
    expect(await conversations.rename('talk', ann, 'Ducks')).toMatchObject({ title: 'Ducks', running: 'c1' });
  });

  it('a store of conversations deletes one with its turns, also while it is being answered', async () => {
    const { conversations } = await opened();
    await conversations.begin(begun());
    expect(await conversations.delete('talk', ann)).toBe(true);
    await conversations.end(ended());
    expect(await conversations.find('talk', ann)).toBeNull();
    await conversations.create({ id: 'talk', owner: ann, title: null, now: 0 });
    expect(await conversations.outline('talk', ann)).toEqual([]);
  });

  it('a store of conversations keeps one for the set time after its last turn, and then neither shows nor goes on with it', async () => {
    const { conversations, clock, keptMs } = await opened();
    clock.time = keptMs - 1;
    await conversations.begin(begun({ now: clock.time }));
    await conversations.end(ended({ now: clock.time }));
    await conversations.expire(keptMs + 1);
    clock.time = 2 * keptMs - 2;
    expect(await conversations.find('talk', ann)).toMatchObject({ expiresAt: 2 * keptMs - 1 });
    clock.time = 2 * keptMs - 1;
    expect(await conversations.find('talk', ann)).toBeNull();
    expect(await conversations.begin(begun({ completionId: 'c2', now: clock.time }))).toEqual({ outcome: 'none' });
    await conversations.expire(clock.time);
    clock.time = 0;
    expect(await conversations.find('talk', ann)).toBeNull();
  });
}
