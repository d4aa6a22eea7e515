/**
 * Ids of tool calls as Anthropic accepts them: letters, digits, `_` and `-` alone, each once in a history. Other vendors' ids are
 * changed, those of a call and of its result alike. An id depends on what stands before it alone, so that prompt caches hold.
 */
export interface CallIds {
  /** The id of one more call. */
  ofCall(id: string): string;
  /** The id that the call was given; null when no earlier call has this id. Of several calls with it, the first one without a result. */
  ofResult(id: string): string | null;
}

export function callIds(): CallIds {
  const taken = new Set<string>();
  /** How many copies of an id that is taken were tried. */
  const copies = new Map<string, number>();
  const calls = new Map<string, { readonly written: string[]; answered: number }>();
  const free = (id: string): string => {
    if (!taken.has(id)) return id;
    for (let copy = (copies.get(id) ?? 1) + 1; ; copy += 1) {
      copies.set(id, copy);
      if (!taken.has(`${id}_${copy}`)) return `${id}_${copy}`;
    }
  };
  return {
    ofCall(id) {
      const written = free(id.replace(/[^\w-]/g, '_') || 'call');
      taken.add(written);
      const sameId = calls.get(id);
      if (sameId === undefined) calls.set(id, { written: [written], answered: 0 });
      else sameId.written.push(written);
      return written;
    },
    ofResult(id) {
      const sameId = calls.get(id);
      if (sameId === undefined) return null;
      const written = sameId.written[sameId.answered] ?? sameId.written.at(-1) ?? null;
      sameId.answered += 1;
      return written;
    },
  };
}
