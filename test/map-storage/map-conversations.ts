/** Conversations in Maps. They end with the process, so nothing is left to recover. */
import {
  type BegunTurn,
  type ConversationRecord,
  type Conversations,
  conversationBounds,
  type TurnRecord,
} from '../../src/storage/conversations/conversations.ts';

interface Held {
  record: ConversationRecord;
  turns: (TurnRecord & { readonly key: string | null })[];
}

export function mapConversations(now: () => number, keptMs = 30 * 86_400_000): Conversations {
  const held = new Map<string, Held>();
  const of = (id: string, owner: string): Held | null => {
    const one = held.get(id);
    return one === undefined || one.record.owner !== owner || one.record.expiresAt <= now() ? null : one;
  };
  const ofOwner = (owner: string): readonly ConversationRecord[] =>
    [...held.values()].map(({ record }) => record).filter((record) => record.owner === owner && record.expiresAt > now());
  const isRetry = ({ key, status }: Held['turns'][number], turn: BegunTurn): boolean =>
    key !== null && key === turn.key && status !== 'COMPLETED';
  return {
    async create({ id, owner, title, now: at }) {
      if (ofOwner(owner).length >= conversationBounds.ofOwner) return false;
      const record = { id, owner, title, createdAt: at, updatedAt: at, expiresAt: at + Math.min(86_400_000, keptMs), running: null };
      held.set(id, { record, turns: [] });
      return true;
    },
    find: async (id, owner) => of(id, owner)?.record ?? null,
    async list(owner, { first, after }) {
      const newest = ofOwner(owner).toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1));
      const behind = after === null ? 0 : newest.findIndex(({ id }) => id === after.id) + 1;
      return newest.slice(behind, behind + first);
    },
    async rename(id, owner, title) {
      const one = of(id, owner);
      if (one !== null) one.record = { ...one.record, title, updatedAt: now() };
      return one?.record ?? null;
    },
    delete: async (id, owner) => of(id, owner) !== null && held.delete(id),
    async turns(id, owner, page) {
      const turns = (of(id, owner)?.turns ?? []).map(({ key: _, ...turn }) => turn);
      if ('from' in page) return turns.filter(({ place }) => place >= page.from);
      return turns.filter(({ place }) => place < (page.before ?? Number.POSITIVE_INFINITY)).slice(-page.last);
    },
    async outline(id, owner) {
      const one = of(id, owner);
      return one === null
        ? null
        : one.turns.map(({ place, completionId, status, opensWith, tokens }) => ({ place, completionId, status, opensWith, tokens }));
    },
    async begin(turn) {
      const one = of(turn.conversation, turn.owner);
      if (one === null) return { outcome: 'none' };
      if (one.record.running !== null) return { outcome: 'running' };
      const last = one.turns.at(-1);
      const before =
        last !== undefined && (last.completionId === turn.replaces || isRetry(last, turn)) ? one.turns.slice(0, -1) : one.turns;
      if (turn.key !== null && before.some(({ key }) => key === turn.key)) return { outcome: 'used' };
      const place = before.length + 1;
      if (place > conversationBounds.turns) return { outcome: 'full' };
      const { completionId, asked, askedTokens: tokens, opensWith, key, now: at } = turn;
      one.turns = [...before, { place, status: 'RUNNING', opensWith, tokens, completionId, asked, answer: null, beganAt: at, key }];
      const { title } = one.record;
      one.record = { ...one.record, title: title ?? turn.title, running: completionId, updatedAt: at, expiresAt: at + keptMs };
      return { outcome: 'begun', place };
    },
    async end({ conversation, owner, completionId, status, answer, answerTokens, now: at }) {
      const one = held.get(conversation);
      if (one === undefined || one.record.owner !== owner || one.record.running !== completionId) return;
      one.record = { ...one.record, running: null, updatedAt: at, expiresAt: at + keptMs };
      one.turns = one.turns.map((turn) =>
        turn.completionId === completionId ? { ...turn, status, answer, tokens: turn.tokens + answerTokens } : turn,
      );
    },
    recover: async () => 0,
    async expire(at) {
      for (const [id, { record }] of held) if (record.expiresAt <= at) held.delete(id);
    },
    close: async () => {},
  };
}
