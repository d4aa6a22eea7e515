/**
 * Extracts the words for programs from a vendor's error body, such as `type: invalid_request_error`. Sentences are left out.
 */

const names = ['type', 'code', 'status', 'param', 'reason'] as const;
const isWord = /^[\w.[\]-]{1,64}$/;
/** A longer body is not an error object that anyone documented. */
const maxBodyLength = 64 * 1024;

/** In the order of the names; empty where the body is not JSON, or has none. */
export function machineWords(body: string): readonly string[] {
  if (body.length > maxBodyLength) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return [];
  }
  const outer = objectOf(Array.isArray(parsed) ? parsed[0] : parsed);
  const inner = { ...outer, ...objectOf(outer['error']) };
  return names.flatMap((name) => {
    const value = inner[name];
    const text = typeof value === 'number' ? String(value) : value;
    return typeof text === 'string' && isWord.test(text) ? [`${name}: ${text}`] : [];
  });
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
