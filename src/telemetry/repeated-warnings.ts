/** Limits a warning that repeats while a state lasts: it is logged at once, and then now and then with its count. */
import { LRUCache } from 'lru-cache';

export type Warn = (sentence: string, fields: Readonly<Record<string, unknown>>) => void;

const usualEveryMs = 60_000;
/** Sentences remembered at most, the oldest forgotten first. */
const maxSentences = 1_000;

/** The same sentence once in `everyMs`, with `repeated`: how often it was held back since it was last said. */
export function repeatedSeldom(
  warn: Warn,
  {
    everyMs = usualEveryMs,
    monotonicMs = () => performance.now(),
  }: { readonly everyMs?: number; readonly monotonicMs?: () => number } = {},
): Warn {
  const told = new LRUCache<string, { readonly at: number; repeated: number }>({ max: maxSentences });
  return (sentence, fields) => {
    const known = told.peek(sentence);
    if (known !== undefined && monotonicMs() - known.at < everyMs) {
      known.repeated += 1;
      return;
    }
    told.set(sentence, { at: monotonicMs(), repeated: 0 });
    warn(sentence, known === undefined || known.repeated === 0 ? fields : { ...fields, repeated: known.repeated });
  };
}
