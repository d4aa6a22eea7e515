/** `fieldgate/conversations`: conversations that the gateway keeps, and their chats. A chat of one sends what is new, and is the same on each device. */
import {
  conversationList,
  conversationMessages,
  createConversation,
  deleteConversation,
  renameConversation,
} from '../completion-documents.ts';
import type { Completion, Growing } from '../completion-events.ts';
import type { AiConversationInput, MessageInput } from '../completion-input.ts';
import type { Client } from '../create-client.ts';
import type { Answer, AnswerStatus } from '../live-answer.ts';
import type { Document } from '../typed-document.ts';
import type { ChatInput, ChatOptions } from './create-chat.ts';
import type { KeptMessage, ToolResult, Turn } from './history.ts';

export interface Conversation {
  readonly id: string;
  /** Null before the first turn, where it was given none. */
  readonly title: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly expiresAt: string;
  /** Its last turn is being answered. */
  readonly isRunning: boolean;
}

export interface ConversationPage {
  readonly conversations: readonly Conversation[];
  /** Null on the last page. */
  readonly endCursor: string | null;
}

/** What is new in a turn, and where it goes. All of it must go on. */
export interface ConversationTurn {
  readonly conversation: AiConversationInput;
  readonly idempotencyKey: string;
  /** The question, or the results of tools. */
  readonly messages: readonly MessageInput[];
  /** The text of the question; empty behind tools. */
  readonly text: string;
}

export interface OpenOptions {
  /** What is asked of each turn beside what is new in it. */
  readonly input?: ChatInput | (() => ChatInput);
  /** Asks a turn in another way: of documents. Default: `complete`, in the background. */
  readonly ask?: (turn: ConversationTurn) => Answer;
  /** Default: sessionStorage. */
  readonly storage?: ChatOptions['storage'];
  /** Of at most so many turns. Default 50. */
  readonly last?: number;
}

export interface Conversations {
  /** The one with the newest turn first. */
  list(page?: { readonly first?: number; readonly after?: string | null }): Promise<ConversationPage>;
  create(title?: string): Promise<Conversation>;
  /** Null: there is none. */
  rename(id: string, title: string): Promise<Conversation | null>;
  /** False: there was none. */
  delete(id: string): Promise<boolean>;
  /** Options for `useChat` and `createChat`: what was said before is in the chat. Null: there is no such conversation. */
  open(id: string, options?: OpenOptions): Promise<(ChatOptions & { readonly conversation: Conversation }) | null>;
}

interface KeptByGateway extends Conversation {
  readonly messages: readonly {
    readonly role: Growing<'USER' | 'ASSISTANT' | 'TOOL'>;
    readonly text: string;
    readonly content: unknown;
    readonly completion: Completion | null;
  }[];
}

/**
 * The caller's conversations.
 *
 * @example
 * ```ts
 * import { createClient } from 'fieldgate/client';
 * import { conversations } from 'fieldgate/conversations';
 *
 * const kept = conversations(createClient({ url: '/graphql' }));
 * const { id } = await kept.create();
 * const options = await kept.open(id); // for useChat(client, options)
 * ```
 */
export function conversations(client: Client): Conversations {
  async function ask<Data>(document: string, variables: object = {}): Promise<Data> {
    const { data, errors } = await client.query(document as Document<Record<string, Data>, object>, variables);
    if (errors[0] !== undefined) throw new Error(errors[0].message);
    return Object.values(data)[0] as Data;
  }

  return {
    list: ({ first = 30, after = null } = {}) => ask<ConversationPage>(conversationList, { first, after }),
    create: (title) => ask<Conversation>(createConversation, { title }),
    rename: (id, title) => ask<Conversation | null>(renameConversation, { id, title }),
    delete: (id) => ask<boolean>(deleteConversation, { id }),
    async open(id, { input = {}, ask: askTurn, storage = globalThis.sessionStorage, last = 50 } = {}) {
      const found = await ask<KeptByGateway | null>(conversationMessages, { id, last });
      if (found === null) return null;
      const { messages, ...conversation } = found;
      const known = keptOf(messages);
      return {
        conversation,
        ...{ chatId: `conversation:${id}`, input },
        storage: storage && {
          setItem: (name, value) => storage.setItem(name, value),
          getItem(name) {
            const here = JSON.parse(storage.getItem(name) ?? 'null') as { revision: number; messages: KeptMessage[] } | null;
            if (here !== null && isUnderWay(here.messages)) return JSON.stringify(here);
            // What was loaded later is newer than what other tabs know.
            return JSON.stringify({ revision: Math.max(here?.revision ?? 0, Date.parse(conversation.updatedAt)), messages: known });
          },
        },
        ask(all, idempotencyKey, replaces) {
          const { system: _, ...rest } = typeof input === 'function' ? input() : input;
          const newest = all.slice(-1);
          const turn = { conversation: { id, replaces }, idempotencyKey, messages: newest, text: textIn(newest) };
          if (askTurn !== undefined) return askTurn(turn);
          const prompt = { messages: [...all.filter(({ role }) => role === 'SYSTEM'), ...newest] };
          return client.complete(
            { ...rest, conversation: turn.conversation, prompt, idempotencyKey },
            { background: true, leaving: 'follow' },
          );
        },
      };
    },
  };
}

const textIn = (messages: readonly MessageInput[]): string =>
  messages.flatMap(({ content }) => content.map((part) => ('text' in part ? part.text : ''))).join('');

function isUnderWay(messages: readonly KeptMessage[]): boolean {
  const last = messages.at(-1);
  return last?.role === 'assistant' && last.turns.at(-1)?.ended === undefined;
}

/** An answer that is being written is read from the gateway. */
function keptOf(messages: KeptByGateway['messages']): KeptMessage[] {
  const all: KeptMessage[] = [];
  for (const { role, text, content, completion } of messages) {
    const last = all.at(-1);
    const turns = last?.role === 'assistant' ? last.turns : [];
    if (completion !== null) {
      if (last?.role === 'assistant') all.pop();
      all.push({ id: turns[0]?.key ?? completion.id, role: 'assistant', turns: [...turns, turnOf(completion)] });
    } else if (role === 'USER') all.push({ id: `user-${all.length}`, role: 'user', text });
    else if (last?.role === 'assistant') {
      const results = (content as readonly { readonly toolResult: ToolResult }[]).map(({ toolResult }) => toolResult);
      all[all.length - 1] = { ...last, turns: [...turns.slice(0, -1), { ...(turns.at(-1) as Turn), results }] };
    }
  }
  return all;
}

function turnOf(completion: Completion): Turn {
  const { id, parts, status } = completion;
  if (status === 'RUNNING') return { key: id, id };
  const calls = parts.flatMap((part) => (part.__typename === 'ToolCallPart' ? [part.call] : []));
  const toolCalls = calls.map((call) => ({ id: call.id, name: call.name, argumentsText: JSON.stringify(call.arguments), call }));
  return { key: id, id, ended: { ...completion, toolCalls, seq: 0, cursor: null, status: status.toLowerCase() as AnswerStatus } };
}
