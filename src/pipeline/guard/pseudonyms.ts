/**
 * Personal data out, placeholders in: `<EMAIL_1>`, numbered by first appearance over the whole request, equal values
 * with equal numbers. Two callers whose prompts differ only in such values send the same text, so a cached answer
 * serves both, and each restores it with its own map.
 *
 * Text that already looks like a placeholder becomes one itself (`<LITERAL_1>`), so restoring is exact: every
 * placeholder of the map stands for one value, and anything else is the model's own words.
 */
import { type DetectorOptions, findPersonalData, type Kind } from './personal-data.ts';

interface Pseudonyms {
  mask(text: string): string;
  /** Placeholder to value; grows with every text masked. */
  readonly values: ReadonlyMap<string, string>;
}

export function pseudonyms(options: DetectorOptions = {}): Pseudonyms {
  const values = new Map<string, string>();
  const placeholders = new Map<string, string>();
  const counts = new Map<Kind, number>();

  const placeholderOf = (kind: Kind, value: string): string => {
    const known = placeholders.get(value);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    const placeholder = `<${kind}_${count}>`;
    counts.set(kind, count);
    placeholders.set(value, placeholder);
    values.set(placeholder, value);
    return placeholder;
  };

  return {
    values,
    mask(text) {
      let masked = '';
      let from = 0;
      for (const { start, end, kind } of findPersonalData(text, options)) {
        masked += text.slice(from, start) + placeholderOf(kind, text.slice(start, end));
        from = end;
      }
      return masked + text.slice(from);
    },
  };
}
