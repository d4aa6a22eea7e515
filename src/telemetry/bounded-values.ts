/** Where a label's further values are counted together. */
const otherValues = 'other';

/**
 * Values of a label, bounded: those that are known and the first `most` others keep their names, all further ones are `other`.
 * Without a bound, a label that callers fill would make this process, and each Prometheus that reads it, grow without limit.
 */
export function boundValues({
  known = [],
  most = 0,
}: {
  readonly known?: Iterable<string>;
  readonly most?: number;
}): (value: string) => string {
  const named = new Set(known);
  const full = named.size + most;
  return (value) => {
    if (named.has(value)) return value;
    if (named.size >= full) return otherValues;
    named.add(value);
    return value;
  };
}
