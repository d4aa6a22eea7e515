/** A text to copy. Where the browser gives no clipboard (no permission, plain HTTP), the text is selected and the reader is told the keys. */
import { useId, useRef, useState } from 'react';
import { announce } from './toasts.tsx';

export interface CopyFieldProps {
  readonly label: string;
  readonly text: string;
  /** In a line of text, without its label. */
  readonly isSmall?: boolean;
}

export function CopyField({ label, text, isSmall = false }: CopyFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const [isSelected, setSelected] = useState(false);

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      announce(`${label} copied.`);
    } catch {
      field.current?.select();
      field.current?.focus();
      setSelected(true);
    }
  }

  return (
    <span className={isSmall ? 'copy copy-small' : 'copy'}>
      <label htmlFor={id} className={isSmall ? 'unseen' : ''}>
        {label}
      </label>
      <span className="copy-row">
        <input
          ref={field}
          id={id}
          value={text}
          readOnly
          size={Math.min(60, text.length)}
          spellCheck={false}
          onFocus={(event) => event.target.select()}
        />
        <button type="button" onClick={() => void copy()} aria-label={`Copy ${label.toLowerCase()}`}>
          Copy
        </button>
      </span>
      {isSelected && <span role="status">It is selected: press Ctrl-C (on a Mac ⌘-C).</span>}
    </span>
  );
}
