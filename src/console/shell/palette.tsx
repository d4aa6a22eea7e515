/** Ctrl-K: goes to a page, and finds what the pages know: keys, teams, routes, fields, ids. A combobox over a list, in a native dialog. */
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { navigate } from '../location/hash-location.ts';
import { useHref } from '../location/time-zone.ts';
import type { Found, PageEntry } from '../page-entry.ts';
import { Modal } from '../parts/modal.tsx';
import { useViewer } from '../session/viewer.tsx';

const maxShown = 12;

export interface PaletteProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly pages: readonly PageEntry[];
}

export const Palette = ({ isOpen, onClose, pages }: PaletteProps) => (
  <Modal title="Find" isOpen={isOpen} onClose={onClose} className="palette">
    <Finder pages={pages} onClose={onClose} />
  </Modal>
);

function Finder({ pages, onClose }: Omit<PaletteProps, 'isOpen'>) {
  const all = useFound(pages);
  const hrefTo = useHref();
  const id = useId();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const shown = matching(all, text).slice(0, maxShown);
  const chosen = shown[Math.min(at, shown.length - 1)];

  function open(found: Found | undefined): void {
    if (found === undefined) return;
    const [path = '', query = ''] = found.path.split('?');
    navigate(hrefTo(path, Object.fromEntries(new URLSearchParams(query))).slice(1));
    onClose();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setAt((before) => (Math.min(before, shown.length - 1) + step + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      open(chosen);
    }
  }

  return (
    <>
      <input
        type="text"
        role="combobox"
        aria-label="A page, key, team, route, field or id"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={chosen && `${id}-${shown.indexOf(chosen)}`}
        aria-autocomplete="list"
        placeholder="A page, key, team, route, field or id"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label="Found" tabIndex={-1} className="palette-list">
        {shown.map((found, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the combobox, which keeps the focus.
          <div
            key={`${found.path} ${found.name}`}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={found === chosen}
            onClick={() => open(found)}
            onPointerMove={() => setAt(index)}
          >
            <span>{found.name}</span>
            <span className="palette-about">{found.about}</span>
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className="palette-none">Nothing that you may see has this name.</p>}
    </>
  );
}

/** Pages at once, what they know as it comes. */
function useFound(pages: readonly PageEntry[]): readonly Found[] {
  const viewer = useViewer();
  const [known, setKnown] = useState<readonly Found[]>([]);
  useEffect(() => {
    const asking = new AbortController();
    setKnown([]);
    for (const { find } of pages)
      find?.(viewer, asking.signal).then(
        (found) => !asking.signal.aborted && setKnown((before) => [...before, ...found]),
        () => {},
      );
    return () => asking.abort();
  }, [pages, viewer]);
  return [...pages.map(({ name, path }) => ({ name, about: 'page', path })), ...known];
}

/** Every word must stand in the name or in what it is; names that begin with the text come first. */
function matching(all: readonly Found[], text: string): readonly Found[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const [first = ''] = words;
  return all
    .filter(({ name, about, path }) => words.every((word) => `${name} ${about} ${path}`.toLowerCase().includes(word)))
    .toSorted((a, b) => Number(b.name.toLowerCase().startsWith(first)) - Number(a.name.toLowerCase().startsWith(first)));
}
