/**
 * Finds telephone numbers: candidates by shape, confirmed by libphonenumber's numbering plans.
 *
 * International numbers need their `+`. Numbers without `+` are recognised in the North American grouping (3-3-4, always
 * with separators) and in the grouping of the countries that the operator names. Plain runs of digits are not reported,
 * because they are order numbers far more often than telephone numbers.
 */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Paced } from '../../../core/turns/paced.ts';
import type { Turns } from '../../../core/turns/turns.ts';
import type { Span } from './span.ts';

const international = /(?<![A-Za-z\d+])\+\(?[1-9](?:[ .\-/()]{0,2}\d){6,16}(?!\d)/g;
const northAmerican = /(?<![A-Za-z\d.+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![A-Za-z\d-]|\.\d)/g;
const national = /(?<![A-Za-z\d.+/-])\(?0\d{1,5}\)?(?: ?[-/] ?| )\d{2,8}(?: \d{2,8}){0,4}(?![A-Za-z\d/-]|\.\d)/g;
const maxTrims = 4;
/** What a telephone number has at least. Shorter rests of a number are not looked up, as a failed reading takes longest. */
const minDigits = 7;

/** What looking up one number costs, in characters searched. */
const unitsPerCheck = 256;

/** Numbers that may still be looked up, at some 10 microseconds each. */
export interface PhoneChecks {
  left: number;
}

export interface PhoneOptions {
  /** ISO 3166 codes, such as `DE`, whose national numbers (with their leading 0 and separators) count too. */
  readonly countries: readonly string[];
  /** When none are left, whatever has the shape of a number counts as one. */
  readonly checks: PhoneChecks;
}

/** Each number that is looked up is counted before the next is. */
export function* phoneNumbers(text: string, turns: Turns, { countries, checks }: PhoneOptions): Paced<Span[]> {
  function* isValid(number: string, country?: CountryCode): Paced<boolean> {
    if (checks.left <= 0) return true;
    checks.left -= 1;
    const wait = turns.spend(unitsPerCheck);
    if (wait !== null) yield wait;
    return parsePhoneNumberFromString(number, country)?.isValid() ?? false;
  }

  /** The shape may have run on into the next number: groups are taken off its end until the rest is a telephone number. */
  function* longestValid(candidate: string): Paced<string | null> {
    let rest = candidate;
    for (let trims = 0; trims <= maxTrims; trims += 1) {
      if (yield* isValid(rest)) return rest;
      const shorter = rest.replace(/[ .\-/()]+\d+$/, '');
      if (shorter === rest || shorter.replace(/\D/g, '').length < minDigits) return null;
      rest = shorter;
    }
    return null;
  }

  function* isValidInAny(number: string, supported: readonly CountryCode[]): Paced<boolean> {
    for (const country of supported) if (yield* isValid(number, country)) return true;
    return false;
  }

  const spans: Span[] = [];
  for (const match of text.matchAll(international)) {
    const number = yield* longestValid(match[0]);
    if (number !== null) spans.push({ start: match.index, end: match.index + number.length });
  }
  const inNorthAmerica: readonly CountryCode[] = ['US'];
  const shapes = [
    { shape: northAmerican, in: inNorthAmerica },
    { shape: national, in: countries.filter((country) => isSupportedCountry(country)) },
  ];
  for (const { shape, in: supported } of shapes) {
    if (supported.length === 0) continue;
    for (const match of text.matchAll(shape))
      if (yield* isValidInAny(match[0], supported)) spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}
