/** Conversations as their owner reads and changes them. */

import { newCallId } from '../../core/call/call-id.ts';
import { emptyCompletion } from '../../core/chunk.ts';
import { GatewayError } from '../../core/errors.ts';
import type { ContentPart, Message } from '../../core/request/request.ts';
import type { RunState } from '../../runs/run.ts';
import { type ConversationRecord, conversationBounds, type TurnRecord } from '../../storage/conversations/conversations.ts';
import { answerIn, askedIn } from '../conversations/stored-turn.ts';
import type { MessageRole, Resolvers } from '../generated.ts';
import { checkWhole, refuse } from '../refuse.ts';
import type { MessageView } from '../result-views.ts';
import type { Services } from '../services.ts';

const maxTitle = 200;
const roles: Readonly<Record<Message['role'], MessageRole>> = { system: 'SYSTEM', user: 'USER', assistant: 'ASSISTANT', tool: 'TOOL' };

export function conversationResolvers({ conversations, runs, now }: Services): Resolvers {
  /** Messages of a turn as they are now. An answer that is being written is read from its run if the run is in this process. */
  async function messagesOf(turn: TurnRecord, principal: Parameters<typeof runs.state>[1]): Promise<readonly MessageView[]> {
    const { place, beganAt, completionId: id } = turn;
    const answer = answerIn(turn) ?? (await runs.state(id, principal)) ?? { ...running, id };
    return [...askedIn(turn), answer].map((said) => ({ turn: place, beganAt, said }));
  }

  return {
    Query: {
      aiConversation: (_, { id }, { principal }) => conversations.find(id, principal.id),
      async aiConversations(_, { first, after }, { principal }) {
        checkWhole('first', first, 1, 100);
        const page = await conversations.list(principal.id, { first: first + 1, after: placeOf(after) });
        const shown = page.slice(0, first);
        return { conversations: shown, endCursor: page.length > first ? cursorOf(shown.at(-1)) : null };
      },
    },
    Mutation: {
      async createAiConversation(_, { title }, { principal }) {
        // All anonymous callers are one principal, so each would read what the others said.
        if (principal.authenticated === false)
          throw new GatewayError('UNAUTHENTICATED', 'A conversation belongs to somebody: send a key, or a token of a login.');
        const [id, owner, at] = [newCallId(), principal.id, now()];
        const made = await conversations.create({ id, owner, title: title == null ? null : titled(title), now: at });
        const found = made ? await conversations.find(id, owner) : null;
        if (found !== null) return found;
        throw new GatewayError(
          'RATE_LIMITED',
          `You have ${conversationBounds.ofOwner} conversations, and may have no more. Delete one with deleteAiConversation first.`,
          { limit: 'conversations', retryable: false },
        );
      },
      renameAiConversation: (_, { id, title }, { principal }) => conversations.rename(id, principal.id, titled(title)),
      async deleteAiConversation(_, { id }, { principal }) {
        const found = await conversations.find(id, principal.id);
        const deleted = await conversations.delete(id, principal.id);
        if (found?.running != null) await (await runs.find(found.running, principal))?.cancel().catch(() => {});
        return deleted;
      },
    },
    AiConversation: {
      createdAt: ({ createdAt }) => timeOf(createdAt),
      updatedAt: ({ updatedAt }) => timeOf(updatedAt),
      expiresAt: ({ expiresAt }) => timeOf(expiresAt),
      isRunning: ({ running: completion }) => completion !== null,
      messages({ id }, { last, before }, { principal, usage }) {
        checkWhole('last', last, 1, 100);
        return inReadingTurn(usage, async () => {
          const turns = await conversations.turns(id, principal.id, { last, before: before ?? null });
          const read = (await Promise.all(turns.map((turn) => messagesOf(turn, principal)))).flat();
          return { read, length: turns.reduce((sum, { asked, answer }) => sum + asked.length + (answer?.length ?? 0), 0) };
        });
      },
    },
    AiMessage: {
      role: ({ said }) => ('role' in said ? roles[said.role] : 'ASSISTANT'),
      text: ({ said }) => ('role' in said ? textIn(said) : said.completion.text),
      content: ({ said }) => ('role' in said ? said.content.map(asSent) : null),
      completion: ({ said }) => ('role' in said ? null : said),
      createdAt: ({ beganAt }) => timeOf(beganAt),
    },
  };
}

/** Maximum number of characters of JSON that one operation reads of conversations. One conversation fits into it. */
const maxRead = 32 << 20;

interface Reading {
  length: number;
  last: Promise<unknown>;
}

const readings = new WeakMap<object, Reading>();

/** Reads the conversations of one operation one after another, because a hundred at once would fill the memory. Throws BAD_REQUEST. */
function inReadingTurn<T>(operation: object, read: () => Promise<{ readonly read: T; readonly length: number }>): Promise<T> {
  const reading = readings.get(operation) ?? { length: 0, last: Promise.resolve() };
  readings.set(operation, reading);
  const turn = reading.last.then(async () => {
    if (reading.length > maxRead)
      refuse('This operation reads too much of conversations. Ask for fewer of them at a time, or for fewer turns.');
    const { read: found, length } = await read();
    reading.length += length;
    return found;
  });
  reading.last = turn.catch(() => {});
  return turn;
}

/** State of an answer that another process is writing. */
const running: Omit<RunState, 'id'> = { status: 'RUNNING', completion: emptyCompletion, failure: null, settlement: null, route: null };

const timeOf = (time: number): string => new Date(time).toISOString();

function titled(title: string): string {
  const trimmed = title.trim();
  if (trimmed === '' || trimmed.length > maxTitle) refuse(`title must have 1 to ${maxTitle} characters.`);
  return trimmed;
}

const textIn = ({ content }: Message): string => content.flatMap((part) => (part.type === 'text' ? part.text : [])).join('\n');

/** The part in the form of ContentPartInput. */
function asSent(part: ContentPart): object {
  switch (part.type) {
    case 'text':
      return { text: part.text };
    case 'image':
      return { image: 'url' in part ? { url: part.url } : { mediaType: part.mediaType } };
    case 'file':
      return { file: { mediaType: part.mediaType, name: part.name } };
    case 'tool-result':
      return { toolResult: { callId: part.callId, content: part.content, isError: part.isError } };
    case 'tool-call':
      return { toolCall: { id: part.id, name: part.name, arguments: part.arguments } };
    case 'reasoning':
      return { reasoning: { text: part.text } };
  }
}

const cursorOf = (last: ConversationRecord | undefined): string | null =>
  last === undefined ? null : Buffer.from(`${last.updatedAt}:${last.id}`).toString('base64url');

function placeOf(cursor: string | null | undefined): Pick<ConversationRecord, 'id' | 'updatedAt'> | null {
  if (cursor == null) return null;
  const [, updatedAt, id] = /^(\d{1,15}):(.+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (updatedAt === undefined || id === undefined) return refuse('after is not one of ours. Send the `endCursor` of a page unchanged.');
  return { id, updatedAt: Number(updatedAt) };
}
