/** Values that were parsed as JavaScript has numbers, and how to read them again as they were written. */
import { maybeInexact, parseExact } from './raw-number.ts';

const sources = new WeakMap<object, () => unknown>();

/** Remembers `value`, which stands at the path in the JSON of `text`, where numbers of the text may have been rounded. */
export function noteSource(value: object | null, text: string, path: readonly string[]): void {
  if (value === null || !maybeInexact.test(text)) return;
  sources.set(value, () => path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], parseExact(text)));
}

/** Reads the value with numbers as `parseExact` has them; null: nothing of it was rounded. */
export const exactSource = (value: object): (() => unknown) | null => sources.get(value) ?? null;
