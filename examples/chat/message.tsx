/** One message: a question, or an answer with its tool calls, its sources beside it, and how it ended. */
import { memo, type ReactNode, useCallback, useId } from 'react';
import type { ChatMessage } from '../../src/client/react/hooks.ts';
import { Markdown } from '../../src/client/react/markdown/answer-markdown.tsx';
import { formatMoney } from '../../src/client/sdk.ts';
import { Retry } from './retry.tsx';

interface MessageProps {
  readonly message: ChatMessage;
  /** Null: it is not the last one. */
  readonly onRetry: (() => void) | null;
}

type Answered = Extract<ChatMessage, { readonly role: 'assistant' }>;

const notes: Readonly<Record<string, string>> = {
  connecting: 'Thinking…',
  reconnecting: 'The connection is gone. It goes on by itself.',
  stopping: 'Stopping…',
  cancelled: 'Stopped.',
};

/** Messages that have ended are the same objects, and are not shown again while the last one grows. */
export const Message = memo(function Message({ message, onRetry }: MessageProps) {
  if (message.role === 'user')
    return (
      <article className="question" aria-label="You">
        <p dir="auto">{message.text}</p>
      </article>
    );
  return <AnswerView message={message} onRetry={onRetry} />;
});

function AnswerView({ message, onRetry }: { readonly message: Answered; readonly onRetry: (() => void) | null }) {
  const { text, status, failure, toolCalls, citations } = message;
  const id = useId();
  const idOf = useCallback((marker: string): string => `${id}-${marker.replace(/\D/g, '')}`, [id]);
  const markers = citations.map(({ marker }) => marker).join();
  const marker = useCallback(
    (mark: string): ReactNode =>
      markers.split(',').includes(mark) ? (
        <button
          type="button"
          className="marker"
          aria-label={`Source ${mark.slice(1, -1)}`}
          onClick={() => document.getElementById(idOf(mark))?.focus()}
        >
          {mark.slice(1, -1)}
        </button>
      ) : (
        mark
      ),
    [markers, idOf],
  );
  const note = notes[status];
  const isThinking = status === 'connecting' || (status === 'streaming' && text === '' && toolCalls.length === 0);
  return (
    <article className="answer" aria-label="Answer" aria-busy={status === 'streaming'}>
      <div className="said">
        {toolCalls.map((call) => (
          <details key={call.id} className="tool">
            <summary>
              <code>{call.name}</code>{' '}
              {call.result === null ? (call.call === null ? 'is being written' : 'runs') : call.result.isError ? 'failed' : 'ran'}
            </summary>
            <pre>{call.argumentsText || '{}'}</pre>
            {call.result !== null && <pre>{JSON.stringify(call.result.content, null, 2)}</pre>}
          </details>
        ))}
        {text !== '' && <Markdown text={text} marker={marker} />}
        {isThinking ? (
          <p className="note thinking">
            <span aria-hidden="true" /> Thinking…
          </p>
        ) : (
          note !== undefined && <p className="note">{note}</p>
        )}
        {status === 'failed' && failure !== null && (
          <div className="failure">
            <p>{failure.message}</p>
            {failure.errorId !== '' && (
              <p className="note">
                Reference <code>{failure.errorId}</code>
              </p>
            )}
            {onRetry !== null && <Retry key={failure.errorId} failure={failure} onRetry={onRetry} />}
          </div>
        )}
        {status === 'cancelled' && onRetry !== null && (
          <button type="button" onClick={onRetry}>
            Ask again
          </button>
        )}
        <Cost message={message} />
      </div>
      {citations.length > 0 && (
        <aside aria-label="Sources">
          <ol className="sources">
            {citations.map(({ marker: mark, quote, passage }) => (
              <li key={mark} id={idOf(mark)} tabIndex={-1}>
                <span className="number">{mark.slice(1, -1)}</span>
                <blockquote dir="auto">{quote}</blockquote>
                <cite>{passage?.source.title ?? passage?.source.id ?? 'the graph'}</cite>
              </li>
            ))}
          </ol>
        </aside>
      )}
    </article>
  );
}

function Cost({ message: { usage, provenance } }: { readonly message: Answered }) {
  if (usage === null || provenance === null) return null;
  const cost = usage.cost === null ? 'price unknown' : formatMoney(usage.cost.amount, usage.cost.currency, 'en');
  return (
    <p className="note cost">
      {provenance.model} · {usage.totalTokens} tokens · {cost}
    </p>
  );
}
