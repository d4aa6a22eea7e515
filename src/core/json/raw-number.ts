/** Numbers that JavaScript would round, kept as the text that they came in. `JSON.stringify` writes them as they are. */

/** Functions of the runtime that the compiler's library does not declare yet. */
interface RawJson {
  rawJSON(text: string): object;
  isRawJSON(value: unknown): boolean;
}
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const raw = JSON as unknown as RawJson;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

export const isRawNumber = (value: unknown): boolean => raw.isRawJSON(value);

/**
 * Sixteen digits, or a point among them, since all that is longer than what 2^53 has may be inexact; or an exponent beyond those that JavaScript has.
 * A row of points, as people write it, is no number.
 */
export const maybeInexact = /(?=[\d.]{16})(?:\d{16}|\d{1,15}\.\d)|\d[eE][+-]?\d{3}/;

/** As JSON.parse, but for numbers that would not be written as they came. */
export function parseExact(text: string): unknown {
  if (!maybeInexact.test(text)) return JSON.parse(text) as unknown;
  return parse(text, (_, value, { source }) =>
    typeof value === 'number' && source !== undefined && maybeInexact.test(source) && String(value) !== source
      ? raw.rawJSON(source)
      : value,
  );
}
