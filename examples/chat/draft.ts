import { useCallback, useState } from 'react';

const nameOf = (id: string): string => `draft:${id}`;

/** A text that outlasts a reload of this tab. */
export function useDraft(id: string): readonly [string, (draft: string) => void] {
  const [draft, setDraft] = useState(() => sessionStorage.getItem(nameOf(id)) ?? '');
  const change = useCallback(
    (text: string) => {
      setDraft(text);
      if (text === '') sessionStorage.removeItem(nameOf(id));
      else sessionStorage.setItem(nameOf(id), text);
    },
    [id],
  );
  return [draft, change];
}
