import { describe, expect, it } from 'vitest';
import { withoutValues } from '../../src/telemetry/refusal-text.ts';

describe('a refusal in the log', () => {
  it.each([
    ['Cannot query field "secret" on type "Product".', 'Cannot query field "secret" on type "Product".'],
    ['Variable "$id" got invalid value "Jane Doe, Berlin"; a text.', 'Variable "$id" got invalid value …; a text.'],
    ['Expected a number, found jane@example.org.', 'Expected a number, found …'],
    ['There is no route "my private words, all of them".', 'There is no route "…".'],
    ['Got {"name":"Jane",\n"age":3} instead.', 'Got {…} instead.'],
    ['An unpaired " stays.', 'An unpaired " stays.'],
  ])('a refusal in the log keeps the names and not the words of a caller: %s', (sentence, kept) => {
    expect(withoutValues(sentence)).toBe(kept);
  });
});
