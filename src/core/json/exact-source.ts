/** Values that were parsed as JavaScript has numbers, and how to read them again as they were written. */
import { maybeInexact, parseExact } from './raw-number.ts';

const sources = new WeakMap<object, () => unknown>();

/** Remembers `value`, which stands at the path in the JSON of `text`, where numbers of the text may have been rounded. */
export function noteSource(value: object | null, text: string, path: readonly string[]): void {
  if (value === null || !maybeInexact.test(text)) return;
  sources.set(value, () => path.reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>>)[key], parseExact(text)));
}

/**
 * The value with numbers as `parseExact` has them; null: nothing of it was rounded. The source is given up with it, since a stream may keep the value
 * for hours: asked again, the answer is null.
 */
export function takeExact(value: object): unknown {
  const read = sources.get(value) ?? null;
  sources.delete(value);
  return read === null ? null : read();
}

/** Gives up the source of a value that nobody will read exactly. */
export function dropSource(value: object): void {
  sources.delete(value);
}
