/**
 * Computes a text that two JSON values share exactly when they are equal, whatever the order of their keys. `enum`, `const`
 * and `uniqueItems` compare by it, so that a list of n items costs n look-ups instead of n² comparisons.
 *
 * Unlike in JSON, `Infinity` (the value of `1e400`) has a text of its own.
 */
export function valueKey(value: unknown): string {
  const key = keyInTurns(value, { spend() {}, isDue: () => false }).next();
  return key.done === true ? key.value : '';
}

/** The same, for a value that may be large: yields when others should have their turn. */
export function* keyInTurns(value: unknown, work: { spend(steps: number): void; isDue(): boolean }): Generator<null, string> {
  if (typeof value === 'string') {
    work.spend(1 + (value.length >> 7));
    return JSON.stringify(value);
  }
  work.spend(1);
  if (typeof value !== 'object' || value === null) return String(value);
  if (work.isDue()) yield null;
  if (Array.isArray(value)) {
    const keys: string[] = [];
    for (const item of value) keys.push(yield* keyInTurns(item, work));
    return `[${keys.join(',')}]`;
  }
  const names = Object.keys(value).sort();
  work.spend(names.length);
  const keys: string[] = [];
  for (const name of names) keys.push(`${JSON.stringify(name)}:${yield* keyInTurns((value as Record<string, unknown>)[name], work)}`);
  return `{${keys.join(',')}}`;
}
