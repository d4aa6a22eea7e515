/** Reads fields of a vendor's JSON, whatever stands there. */
export type JsonObject = Readonly<Record<string, unknown>>;

const nothing: JsonObject = {};

/** The value as an object; an empty one for everything else, lists too. */
export const objectOf = (value: unknown): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : nothing;

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The value as text; empty for everything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The value as a count; null for everything that is not a finite number. */
export const countOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** The JSON of a text; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value as JSON; empty for what is nested too deep to be written. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
