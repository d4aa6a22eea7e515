/** `fieldgate/ai-sdk`: `useChat` of the AI SDK, and all that stands on it, over a gateway, with stop and resume. */
import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai';
import type { CompletionInput } from '../completion-input.ts';
import type { Client } from '../create-client.ts';
import type { Answer } from '../live-answer.ts';
import { answerChunks } from './answer-chunks.ts';
import { chunksOfMessage, messagesOf } from './ui-messages.ts';

/** What is asked of each turn beside its messages. A system prompt stands at the route (`routes.<name>.system`), where nobody reads or replaces it. */
export type TurnInput = Omit<CompletionInput, 'prompt' | 'idempotencyKey'>;

export interface FieldgateChatTransportOptions {
  readonly client: Pick<Client, 'complete' | 'resume'>;
  /** Route, tools, limits. A function is handed the `body` of `sendMessage` and `regenerate`. */
  readonly input?: TurnInput | ((body: Readonly<Record<string, unknown>>) => TurnInput);
  /** What `stop()` does. Default: `cancel`, at the provider too. */
  readonly onStop?: 'cancel' | 'detach';
  /** Where the running answer of each chat is noted, so that a reload goes on with it. Default: sessionStorage. Null: nowhere. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null;
}

interface Noted {
  readonly input: CompletionInput;
  /** Once it is known, the input is not needed. */
  readonly id?: string;
  /** The message that the answer goes on with, after a tool's result. */
  readonly message?: UIMessage | undefined;
}

/** By chat: what its last request reads. */
const latest: Record<string, Answer> = {};
const nameOf = (chatId: string): string => `fieldgate:${chatId}`;

/**
 * @example
 * ```ts
 * import { useChat } from '@ai-sdk/react';
 * import { FieldgateChatTransport } from 'fieldgate/ai-sdk';
 * import { createClient } from 'fieldgate/client';
 *
 * const client = createClient({ url: '/graphql' });
 * const transport = new FieldgateChatTransport({ client });
 * export const useAssistant = () => useChat({ id: 'assistant', transport, resume: true });
 * ```
 */
export class FieldgateChatTransport<Message extends UIMessage = UIMessage> implements ChatTransport<Message> {
  /** A resumed stream has the whole message, from its first event. */
  readonly resumeStreamIsReplay = true;
  readonly #options: FieldgateChatTransportOptions;

  constructor({ storage = globalThis.sessionStorage, ...options }: FieldgateChatTransportOptions) {
    this.#options = { ...options, storage };
  }

  async sendMessages({
    chatId,
    messages,
    abortSignal,
    body = {},
  }: Parameters<ChatTransport<Message>['sendMessages']>[0]): Promise<ReadableStream<UIMessageChunk>> {
    const { input } = this.#options;
    const turn = typeof input === 'function' ? input(body as Readonly<Record<string, unknown>>) : input;
    const last = messages.at(-1);
    const prompt = { messages: messagesOf(messages) };
    const idempotencyKey = crypto.getRandomValues(new Uint32Array(4)).join('-');
    const message = last?.role === 'assistant' ? last : undefined;
    return this.#read(chatId, abortSignal, { input: { ...turn, prompt, idempotencyKey }, message });
  }

  async reconnectToStream({
    chatId,
    abortSignal,
  }: Parameters<ChatTransport<Message>['reconnectToStream']>[0]): Promise<ReadableStream<UIMessageChunk> | null> {
    const noted = this.#options.storage?.getItem(nameOf(chatId));
    return noted ? this.#read(chatId, abortSignal, JSON.parse(noted) as Noted, true) : null;
  }

  #read(chatId: string, signal: AbortSignal | undefined, noted: Noted, replay = false): ReadableStream<UIMessageChunk> {
    const { client, onStop, storage } = this.#options;
    const { id = '', input, message } = noted;
    const answer = id ? client.resume({ id }) : client.complete(input, { background: true });
    let known = id;
    const note = (what: Partial<Noted>): void => {
      try {
        storage?.setItem(nameOf(chatId), JSON.stringify(what));
      } catch {
        // The storage is full or forbidden: a reload does not go on.
      }
    };
    note(noted);
    latest[chatId] = answer;
    signal?.addEventListener('abort', async () => {
      await null;
      // A resume that takes the place of another ends it by the signal of `stop()`, and has begun by now (StrictMode resumes twice).
      if (onStop !== 'detach' && latest[chatId] === answer) await answer.cancel().catch(() => {});
      answer.detach();
    });
    const leave = answer.subscribe(() => {
      const { id: now, status } = answer.snapshot();
      if (now !== known) note({ id: now, message });
      known = now;
      // Completed, failed or cancelled.
      if (!/ed$/.test(status)) return;
      storage?.removeItem(nameOf(chatId));
      leave();
    });
    return answerChunks(answer, message && (replay ? chunksOfMessage(message) : [{ type: 'start' }]));
  }
}
