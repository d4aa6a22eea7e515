/** One conversation: what was said, and where the next question is written. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { OpenOptions } from '../../src/client/chat/kept-chats.ts';
import { type Chat, type ChatMessage, type ChatOptions, useChat } from '../../src/client/react/hooks.ts';
import { Announcer } from './announcer.tsx';
import { Composer } from './composer.tsx';
import { useDraft } from './draft.ts';
import { useFollowEnd } from './follow-end.ts';
import { client, kept } from './gate.ts';
import { Message } from './message.tsx';
import { runTool } from './tools.ts';

interface ConversationProps {
  readonly id: string;
  readonly options: OpenOptions;
  /** Sent as soon as it is open. */
  readonly first: string | null;
  readonly onChange: () => void;
  readonly onMissing: () => void;
  readonly children?: ReactNode;
}

/** Reads what the gateway has of it. */
export function Conversation(props: ConversationProps) {
  const { id, options, onMissing } = props;
  const [opened, setOpened] = useState<ChatOptions | null>(null);
  const [error, setError] = useState('');
  const asked = useRef(options);
  useEffect(() => {
    let left = false;
    kept
      .open(id, asked.current)
      .then((found) => {
        if (left) return;
        if (found === null) onMissing();
        else setOpened(found);
      })
      .catch((reason: Error) => {
        if (!left) setError(reason.message);
      });
    return () => {
      left = true;
    };
  }, [id, onMissing]);
  if (error !== '')
    return (
      <p className="failure" role="alert">
        {error}
      </p>
    );
  return opened === null ? <p className="note thinking loading">Loading…</p> : <Opened {...props} chat={opened} />;
}

/** Tools of this page: each call is made once, also under StrictMode. */
const made = new Set<string>();

function makeCalls(message: ChatMessage | undefined, addToolResult: Chat['addToolResult']): void {
  if (message?.role !== 'assistant' || message.status !== 'completed') return;
  for (const { id, name, call, result } of message.toolCalls) {
    if (call === null || result !== null || made.has(id)) continue;
    made.add(id);
    addToolResult(runTool(id, name, call.arguments));
  }
}

function Opened({ id, first, chat, onChange, children }: ConversationProps & { readonly chat: ChatOptions }) {
  const { messages, status, send, stop, retry, addToolResult } = useChat(client, chat);
  const [draft, setDraft] = useDraft(id);
  /** The question whose answer has not begun. */
  const [sending, setSending] = useState<string | null>(null);
  const list = useRef<HTMLElement>(null);
  const last = messages.at(-1);
  const hasText = last?.text !== '';
  const isAnswering = /^(connecting|streaming|reconnecting|stopping)$/.test(status);
  const hasBegun = status !== 'connecting' && !(status === 'reconnecting' && last?.text === '');
  const { onScroll, toEnd, isAway } = useFollowEnd(list, messages);

  function ask(text: string): void {
    const question = text.trim();
    if (question === '' || !send(question)) return;
    setSending(question);
    toEnd();
  }
  useEffect(() => {
    if (first !== null) ask(first);
  }, [first]);
  useEffect(() => {
    if (sending === null || !hasBegun) return;
    setSending(null);
    // An answer that never began leaves the draft.
    if (status !== 'failed' || last?.text !== '') setDraft('');
  }, [sending, hasBegun, status, last, setDraft]);
  useEffect(() => makeCalls(last, addToolResult), [last, addToolResult]);
  useEffect(() => onChange(), [isAnswering, hasText, onChange]);

  const shown = sending === null ? messages : messages.slice(0, -2);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it */}
      <section ref={list} className="log" role="log" aria-live="off" aria-label="Conversation" tabIndex={0} onScroll={onScroll}>
        <div className="messages">
          {shown.length === 0 && sending === null && <p className="note empty">Nothing has been said yet.</p>}
          {shown.map((message) => (
            <Message key={message.id} message={message} onRetry={message === last ? retry : null} />
          ))}
        </div>
      </section>
      {isAway && (
        <button type="button" className="to-end" onClick={toEnd}>
          Newest
        </button>
      )}
      <Composer
        draft={sending ?? draft}
        onDraft={setDraft}
        isSending={sending !== null}
        isAnswering={isAnswering}
        takesFocus={first !== null}
        onSend={() => ask(draft)}
        onStop={() => void stop().catch(() => {})}
      >
        {children}
      </Composer>
      <Announcer messages={messages} status={status} />
    </>
  );
}
