/**
 * Where an operation is written: a native text field over its own colours, with the price of each line beside it, and names to choose from.
 * CodeMirror would be as large as the whole rest of the console, and the policy of the page blocks its styles.
 */
import { type KeyboardEvent, type ReactNode, useId, useMemo, useRef, useState } from 'react';
import { type Marks, paint } from './paint.ts';
import type { Suggestions } from './suggest-names.ts';

export interface CodeFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** At Ctrl-Enter. */
  readonly onRun: () => void;
  readonly marks: Marks;
  /** What stands beside a line, by its number from 1 on. */
  readonly beside: ReadonlyMap<number, ReactNode>;
  /** The line of the mistake, from 1 on. */
  readonly wrongLine: number | null;
  readonly suggest: (text: string, at: number) => Suggestions | null;
  /** The id of what says how it is used, or what is wrong. */
  readonly describedBy: string;
}

interface Offered extends Suggestions {
  readonly chosen: number;
}

export function CodeField({ label, value, onChange, onRun, marks, beside, wrongLine, suggest, describedBy }: CodeFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [offered, setOffered] = useState<Offered | null>(null);
  /** What has just been chosen is not offered again. */
  const isTaking = useRef(false);
  const id = useId();
  const painted = useMemo(() => paint(value, marks), [value, marks]);
  const lines = value.split('\n');

  function offer(text: string, isAsked: boolean): void {
    const at = field.current?.selectionStart ?? 0;
    const found = isTaking.current ? null : suggest(text, at);
    const isBegun = found !== null && at > found.from;
    const isWhole = found?.options[0]?.name === text.slice(found?.from, at);
    setOffered(found !== null && (isAsked || (isBegun && !isWhole)) ? { ...found, chosen: 0 } : null);
  }

  /** Through the browser, so that its own undo takes it back. */
  function insert(text: string, from: number, to: number): void {
    const element = field.current;
    if (element === null) return;
    element.focus();
    element.setSelectionRange(from, to);
    if (document.execCommand('insertText', false, text)) return;
    element.setRangeText(text, from, to, 'end');
    onChange(element.value);
  }

  function take(index: number): void {
    const option = offered?.options[index];
    if (offered === null || option === undefined) return;
    isTaking.current = true;
    insert(option.name, offered.from, offered.to);
    isTaking.current = false;
    setOffered(null);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.nativeEvent.isComposing) return;
    const { key, currentTarget } = event;
    if (key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      setOffered(null);
      onRun();
    } else if (key === ' ' && event.ctrlKey) offer(currentTarget.value, true);
    else if (offered !== null && (key === 'ArrowDown' || key === 'ArrowUp')) {
      const step = key === 'ArrowDown' ? 1 : offered.options.length - 1;
      setOffered({ ...offered, chosen: (offered.chosen + step) % offered.options.length });
    } else if (offered !== null && key === 'Enter') take(offered.chosen);
    else if (offered !== null && key === 'Escape') setOffered(null);
    else if (key === 'Enter' && !event.shiftKey)
      insert(`\n${indentAt(currentTarget)}`, currentTarget.selectionStart, currentTarget.selectionEnd);
    else return;
    event.preventDefault();
  }

  return (
    <div className="code-field">
      <div className="code-scroll" ref={scroller} onScroll={() => setOffered(null)}>
        <div className="code-gutter" aria-hidden="true">
          {lines.map((_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number.
            <div key={index} className={wrongLine === index + 1 ? 'code-line-wrong' : undefined}>
              <span className="code-beside">{beside.get(index + 1)}</span>
              <span className="code-number">{index + 1}</span>
            </div>
          ))}
        </div>
        <div className="code-body">
          <pre className="code-paint" aria-hidden="true">
            {painted.map(({ text, className, start }) => (
              <span key={`${start} ${className}`} className={className}>
                {text}
              </span>
            ))}
            {'\n'}
          </pre>
          <textarea
            ref={field}
            className="code-text"
            aria-label={label}
            aria-describedby={describedBy}
            aria-invalid={wrongLine !== null}
            aria-autocomplete="list"
            aria-controls={offered === null ? undefined : `${id}-list`}
            aria-activedescendant={offered === null ? undefined : `${id}-${offered.chosen}`}
            value={value}
            wrap="off"
            cols={1}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            onChange={(event) => {
              onChange(event.target.value);
              offer(event.target.value, false);
            }}
            onKeyDown={onKeyDown}
            onBlur={() => setOffered(null)}
            onPointerDown={() => setOffered(null)}
          />
        </div>
      </div>
      {offered !== null && (
        <div className="code-names" style={placeOf(value, offered.from, scroller.current)}>
          <div id={`${id}-list`} role="listbox" aria-label="Names that fit" tabIndex={-1}>
            {offered.options.map(({ name, about }, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the text field, which keeps the focus.
              <div
                key={`${name} ${about}`}
                id={`${id}-${index}`}
                ref={index === offered.chosen ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
                role="option"
                tabIndex={-1}
                aria-selected={index === offered.chosen}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => take(index)}
              >
                <span>{name}</span> <span className="code-about">{about}</span>
              </div>
            ))}
          </div>
          {offered.options[offered.chosen]?.description && (
            <p className="code-description">{offered.options[offered.chosen]?.description}</p>
          )}
        </div>
      )}
    </div>
  );
}

/** The blanks before the line, and two more behind an opening bracket. */
function indentAt({ value, selectionStart }: HTMLTextAreaElement): string {
  const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
  return `${/^[ \t]*/.exec(line)?.[0] ?? ''}${/[{([]\s*$/.test(line) ? '  ' : ''}`;
}

/** Below the word that is written; `ch` is the width of each character. */
function placeOf(text: string, at: number, scroller: HTMLElement | null) {
  const before = text.slice(0, at).split('\n');
  const left = `var(--code-gutter) + 12px + ${before.at(-1)?.length ?? 0}ch - ${scroller?.scrollLeft ?? 0}px`;
  return {
    top: `calc(10px + var(--code-line) * ${before.length} - ${scroller?.scrollTop ?? 0}px)`,
    left: `max(0px, min(${left}, 100% - min(320px, 100%)))`,
  };
}
