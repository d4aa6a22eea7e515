/**
 * A conversation that lives in the page: its messages, the answer that is being written, and what of both must outlast a reload.
 *
 * Kept is which completion answers which message, not its text: a reload reads the completion again from its first event, and another tab
 * reads it too. Neither asks a model.
 */
import type { CompletionSoFar, ToolCallSoFar } from '../assemble.ts';
import type { CompletionInput, MessageInput } from '../completion-input.ts';
import type { Client } from '../create-client.ts';
import type { Answer, AnswerSnapshot, AnswerStatus, Leaving } from '../live-answer.ts';
import { historyOf, type KeptMessage, type ToolResult, type Turn } from './history.ts';

export type { ToolResult } from './history.ts';

export type ChatMessage =
  | { readonly id: string; readonly role: 'user'; readonly text: string }
  | (Pick<CompletionSoFar, 'text' | 'parts' | 'citations' | 'object' | 'usage' | 'provenance' | 'failure'> & {
      readonly id: string;
      readonly role: 'assistant';
      readonly status: AnswerStatus;
      readonly toolCalls: readonly (ToolCallSoFar & { readonly result: ToolResult | null })[];
    });

export interface ChatSnapshot {
  readonly messages: readonly ChatMessage[];
  /** Of the last answer; `idle` before the first. */
  readonly status: AnswerStatus;
}

/** What is asked of each turn beside its messages; `system` stands before them. */
export type ChatInput = Omit<CompletionInput, 'prompt' | 'idempotencyKey'> & { readonly system?: string | undefined };

export interface ChatOptions {
  /** Names the chat in the storage and to other tabs. */
  readonly chatId: string;
  readonly input?: ChatInput | (() => ChatInput);
  /**
   * Asks a turn in another way: of documents, by a template. The key must go on. `replaces`: the completion of a turn that is asked again.
   * Default: `complete`, in the background.
   */
  readonly ask?: (messages: readonly MessageInput[], idempotencyKey: string, replaces?: string) => Answer;
  /** Default: sessionStorage. Null: nothing outlasts the page. */
  readonly storage?: Pick<Storage, 'getItem' | 'setItem'> | null | undefined;
  /** What becomes of the answer when nobody looks at the chat. Default: `follow`. */
  readonly leaving?: Leaving;
}

export interface Chat {
  readonly snapshot: () => ChatSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  /** False, and nothing is sent, while the answer before is still written. */
  send(text: string): boolean;
  /** The answer goes on in the same message when each of its calls has a result. */
  addToolResult(result: ToolResult): void;
  stop(): Promise<void>;
  /** Asks the last turn again, under a new key. */
  retry(): void;
}

interface Kept {
  /** Rises with each change: the newest of all tabs holds. */
  readonly revision: number;
  readonly messages: readonly KeptMessage[];
}

const newKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');
const isEnded = ({ status }: AnswerSnapshot): boolean => /^(completed|failed|cancelled)$/.test(status);

export function createChat(
  client: Client,
  { chatId, input = {}, ask, storage = globalThis.sessionStorage, leaving = 'follow' }: ChatOptions,
): Chat {
  const name = `fieldgate:${chatId}`;
  const listeners = new Set<() => void>();
  const answers = new Map<string, { readonly answer: Answer; leave: (() => void) | null }>();
  let tabs: BroadcastChannel | null = null;
  let kept: Kept = { revision: 0, messages: [] };
  let shown: ChatSnapshot | null = null;

  function changed(): void {
    shown = null;
    for (const listener of [...listeners]) listener();
  }

  function keep(messages: readonly KeptMessage[], revision = kept.revision + 1): void {
    kept = { revision, messages };
    try {
      storage?.setItem(name, JSON.stringify(kept));
    } catch {
      // The storage is full or forbidden: a reload does not go on.
    }
    follow();
    changed();
  }
  function keepAndTell(messages: readonly KeptMessage[]): void {
    keep(messages);
    tabs?.postMessage(kept);
  }

  const lastTurn = (): Turn | undefined => {
    const last = kept.messages.at(-1);
    return last?.role === 'assistant' ? last.turns.at(-1) : undefined;
  };

  /** The last message with other turns. */
  function withTurns(change: (turns: readonly Turn[]) => readonly Turn[]): void {
    const last = kept.messages.at(-1);
    if (last?.role === 'assistant') keepAndTell([...kept.messages.slice(0, -1), { ...last, turns: change(last.turns) }]);
  }
  const withTurn = (turn: Turn): void => withTurns((turns) => [...turns.slice(0, -1), turn]);

  function asked({ key, id, replaces }: Turn): Answer {
    if (id !== undefined) return client.resume({ id }, { leaving });
    const { system, ...rest } = typeof input === 'function' ? input() : input;
    const messages = historyOf(kept.messages, system);
    if (ask !== undefined) return ask(messages, key, replaces);
    return client.complete({ ...rest, prompt: { messages }, idempotencyKey: key }, { leaving, background: true });
  }

  /** Reads the turn that has not ended, while somebody looks at the chat. */
  function follow(): void {
    const turn = lastTurn();
    if (turn === undefined || turn.ended !== undefined || listeners.size === 0) return;
    const { key } = turn;
    const entry = answers.get(key) ?? { answer: asked(turn), leave: null };
    answers.set(key, entry);
    const look = (): void => {
      const now = lastTurn();
      if (now?.key !== key || now.ended !== undefined) return;
      const snapshot = entry.answer.snapshot();
      if (isEnded(snapshot)) {
        entry.leave?.();
        answers.delete(key);
        withTurn({ ...now, id: snapshot.id, ended: snapshot });
      } else if (snapshot.id !== '' && now.id === undefined) withTurn({ ...now, id: snapshot.id });
      else changed();
    };
    if (entry.leave !== null) return;
    entry.leave = entry.answer.subscribe(look);
    // It may have ended while nobody looked.
    if (isEnded(entry.answer.snapshot())) look();
  }

  function view(message: KeptMessage): ChatMessage {
    if (message.role === 'user') return message;
    const { id, role, turns } = message;
    const seen = turns.flatMap((turn) => turn.ended ?? answers.get(turn.key)?.answer.snapshot() ?? []);
    const results = turns.flatMap((turn) => turn.results ?? []);
    const { object = null, usage = null, provenance = null, failure = null, status = 'connecting' } = seen.at(-1) ?? {};
    return {
      ...{ id, role, object, usage, provenance, failure, status },
      text: seen.map(({ text }) => text).join(''),
      parts: seen.flatMap(({ parts }) => parts),
      citations: seen.flatMap(({ citations }) => citations),
      toolCalls: seen
        .flatMap(({ toolCalls }) => toolCalls)
        .map((call) => ({ ...call, result: results.find(({ callId }) => callId === call.id) ?? null })),
    };
  }

  /** A tab that has the chat open tells what it knows; from then on each tells the others. */
  function meet(): void {
    if (globalThis.BroadcastChannel === undefined) return;
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }: MessageEvent<Kept | null>) => {
      if (data === null) channel.postMessage(kept);
      else if (data.revision > kept.revision) keep(data.messages, data.revision);
    };
    channel.postMessage(null);
    tabs = channel;
  }

  const stored = storage?.getItem(name);
  if (stored) kept = JSON.parse(stored) as Kept;

  return {
    snapshot() {
      if (shown === null) {
        const messages = kept.messages.map(view);
        const last = messages.at(-1);
        shown = { messages, status: last?.role === 'assistant' ? last.status : 'idle' };
      }
      return shown;
    },
    subscribe(listener) {
      const own = (): void => listener();
      if (listeners.size === 0) meet();
      listeners.add(own);
      follow();
      return () => {
        listeners.delete(own);
        if (listeners.size > 0) return;
        tabs?.close();
        tabs = null;
        // Who follows an answer to its end is told of it, too.
        if (leaving === 'follow') return;
        for (const entry of answers.values()) {
          entry.leave?.();
          entry.leave = null;
        }
      };
    },
    send(text) {
      const before = lastTurn();
      if (before !== undefined && before.ended === undefined) return false;
      const key = newKey();
      keepAndTell([...kept.messages, { id: `${key}-user`, role: 'user', text }, { id: key, role: 'assistant', turns: [{ key }] }]);
      return true;
    },
    addToolResult(result) {
      const turn = lastTurn();
      if (turn?.ended === undefined) return;
      const results = [...(turn.results ?? []).filter(({ callId }) => callId !== result.callId), result];
      const isWhole = turn.ended.toolCalls.every(({ id }) => results.some(({ callId }) => callId === id));
      withTurns((turns) => [...turns.slice(0, -1), { ...turn, results }, ...(isWhole ? [{ key: newKey() }] : [])]);
    },
    async stop() {
      const turn = lastTurn();
      if (turn !== undefined && turn.ended === undefined) await answers.get(turn.key)?.answer.cancel();
    },
    retry() {
      const ended = lastTurn()?.ended;
      if (ended) withTurn({ key: newKey(), replaces: ended.id });
    },
  };
}
