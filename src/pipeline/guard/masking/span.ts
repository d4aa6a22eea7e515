/** A piece of a text as UTF-16 offsets. `end` is the offset after the last character. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** In order of the text; those that overlap become one, of the kind of the one that begins first or is longer. */
export function joinSpans<T extends Span>(spans: readonly T[]): T[] {
  const joined: T[] = [];
  const inOrder = spans.every((span, index) => index === 0 || span.start >= (spans[index - 1]?.end ?? 0));
  for (const span of inOrder ? spans : [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1);
    if (last === undefined || span.start >= last.end) joined.push(span);
    else if (span.end > last.end) joined[joined.length - 1] = { ...last, end: span.end };
  }
  return joined;
}
