/** Parts of the sentences about mistakes in a configuration. */

const maxShownLength = 200;

/** Shows a value as it is written in the file: a text in quotes, a number without. */
export function showValue(value: unknown): string {
  const text = written(value);
  return text.length <= maxShownLength ? text : `${text.slice(0, maxShownLength)}…`;
}

function written(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'function') return 'a function';
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'an object that cannot be shown';
  }
}

export const listNames = (names: Iterable<string>): string => [...names].join(', ') || 'none';

/** The configuration's own value under a name. A name such as `constructor` must not be found on the prototype of objects. */
export const ownValue = <T>(record: Readonly<Record<string, T>> = {}, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** The values that occur more than once, each once. */
export const repeated = <T>(values: readonly T[]): readonly T[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];
