/** Where the question is written. The draft outlasts a reload, and stays until its answer has begun. */
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef } from 'react';

interface ComposerProps {
  readonly draft: string;
  readonly onDraft: (draft: string) => void;
  /** The draft is on its way: it cannot be changed any more. */
  readonly isSending: boolean;
  readonly isAnswering: boolean;
  readonly onSend: () => void;
  readonly onStop: () => void;
  /** The question before was written elsewhere on the page. */
  readonly takesFocus?: boolean;
  readonly children?: ReactNode;
}

const maxHeight = 200;

export function Composer({ draft, onDraft, isSending, isAnswering, onSend, onStop, takesFocus = false, children }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(maxHeight, area.scrollHeight)}px`;
  }, [draft]);

  useEffect(() => {
    if (takesFocus) box.current?.focus();
  }, [takesFocus]);

  function onKeyDown(event: KeyboardEvent): void {
    // Enter that ends a composition (Japanese, Chinese, Korean) chooses a word and sends nothing; Safari says so by the code alone.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    onSend();
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <textarea
        ref={box}
        rows={1}
        value={draft}
        readOnly={isSending}
        aria-label="Question"
        placeholder="Ask something"
        enterKeyHint="send"
        dir="auto"
        onChange={(event) => onDraft(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className="below">
        {children}
        {isAnswering ? (
          <button key="stop" type="button" className="main" onClick={onStop}>
            Stop
          </button>
        ) : (
          <button key="send" type="submit" className="main" disabled={draft.trim() === ''}>
            Send
          </button>
        )}
      </div>
    </form>
  );
}
