/** `fieldgate/react`: hooks over a client. They need no provider, start nothing in an effect, and are right under StrictMode. */
import { useCallback, useState, useSyncExternalStore } from 'react';
import { emptyCompletion } from '../assemble.ts';
import { type Chat, type ChatOptions, type ChatSnapshot, createChat } from '../chat/create-chat.ts';
import type { AiAnswerInput, CompletionInput } from '../completion-input.ts';
import type { Client } from '../create-client.ts';
import type { Answer, AnswerSnapshot } from '../live-answer.ts';

export type { Chat, ChatInput, ChatMessage, ChatOptions, ChatSnapshot, ToolResult } from '../chat/create-chat.ts';

const nothing: AnswerSnapshot = { ...emptyCompletion, status: 'idle' };
const noAnswer = { subscribe: () => () => {}, snapshot: () => nothing };

/** The answer as it grows; the component renders at most every 50 ms. Null: no answer yet. */
export function useCompletion(answer: Answer | null): AnswerSnapshot {
  const { subscribe, snapshot } = answer ?? noAnswer;
  return useSyncExternalStore(subscribe, snapshot, noAnswer.snapshot);
}

/** Its text alone, for a component that renders when nothing else does. */
export function useCompletionText(answer: Answer | null): string {
  const { subscribe, snapshot } = answer ?? noAnswer;
  const text = (): string => snapshot().text;
  return useSyncExternalStore(subscribe, text, () => '');
}

export interface AskedAnswer extends AnswerSnapshot {
  /** A completion, or an answer from documents where there is a `question`. Call it in an event. */
  readonly ask: (input: CompletionInput | AiAnswerInput) => void;
  readonly stop: () => Promise<void>;
}

/**
 * One answer at a time.
 *
 * @example
 * ```tsx
 * import { createClient } from 'fieldgate/client';
 * import { useAnswer } from 'fieldgate/react';
 *
 * const client = createClient({ url: '/graphql' });
 * export function Search() {
 *   const { text, citations, ask } = useAnswer(client);
 *   return <button onClick={() => ask({ collection: 'handbook', question: 'How long is the trial?' })}>{text}</button>;
 * }
 * ```
 */
export function useAnswer(client: Client): AskedAnswer {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const ask = useCallback(
    (input: CompletionInput | AiAnswerInput) => setAnswer('question' in input ? client.answer(input) : client.complete(input)),
    [client],
  );
  const stop = useCallback(async () => answer?.cancel(), [answer]);
  return { ...useCompletion(answer), ask, stop };
}

const chats = new WeakMap<Client, Map<string, Chat>>();
const noMessages: ChatSnapshot = { messages: [], status: 'idle' };

/** One chat for all components, however often they are mounted: it is the same after a switch to another and back. */
function chatOf(client: Client, options: ChatOptions): Chat {
  const open = chats.get(client) ?? new Map<string, Chat>();
  chats.set(client, open);
  const chat = open.get(options.chatId) ?? createChat(client, options);
  open.set(options.chatId, chat);
  return chat;
}

/**
 * A chat that goes on after a reload, in another tab and across lost connections. The options of its first use hold.
 *
 * @example
 * ```tsx
 * import { createClient } from 'fieldgate/client';
 * import { useChat } from 'fieldgate/react';
 *
 * const client = createClient({ url: '/graphql' });
 * export function Assistant() {
 *   const { messages, send } = useChat(client, { chatId: 'assistant' });
 *   return <button onClick={() => send('Hello.')}>{messages.map(({ text }) => text)}</button>;
 * }
 * ```
 */
export function useChat(client: Client, options: ChatOptions): ChatSnapshot & Omit<Chat, 'snapshot' | 'subscribe'> {
  const { subscribe, snapshot, ...chat } = chatOf(client, options);
  return { ...useSyncExternalStore(subscribe, snapshot, () => noMessages), ...chat };
}
