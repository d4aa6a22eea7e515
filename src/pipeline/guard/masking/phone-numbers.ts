/**
 * Finds telephone numbers: candidates by shape, confirmed by libphonenumber's numbering plans.
 *
 * International numbers need their `+`. Numbers without `+` are recognised in the North American grouping (3-3-4, always
 * with separators) and in the grouping of the countries that the operator names. Plain runs of digits are not reported,
 * because they are order numbers far more often than telephone numbers.
 */
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { Span } from './span.ts';

const international = /(?<![A-Za-z\d+])\+\(?[1-9](?:[ .\-/()]{0,2}\d){6,16}(?!\d)/g;
const northAmerican = /(?<![A-Za-z\d.+-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![A-Za-z\d-]|\.\d)/g;
const national = /(?<![A-Za-z\d.+/-])\(?0\d{1,5}\)?(?: ?[-/] ?| )\d{2,8}(?: \d{2,8}){0,4}(?![A-Za-z\d/-]|\.\d)/g;
const maxTrims = 4;

/** Numbers that may still be looked up, at some 10 microseconds each. */
export interface PhoneChecks {
  left: number;
}

/**
 * `countries`: ISO 3166 codes, such as `DE`, whose national numbers (with their leading 0 and separators) count too.
 * When no `checks` are left, whatever has the shape of a number counts as one.
 */
export function phoneNumbers(
  text: string,
  countries: readonly string[] = [],
  checks: PhoneChecks = { left: Number.POSITIVE_INFINITY },
): Span[] {
  const isValid = (number: string, country?: CountryCode): boolean => {
    if (checks.left <= 0) return true;
    checks.left -= 1;
    return parsePhoneNumberFromString(number, country)?.isValid() ?? false;
  };
  const spans: Span[] = [];
  for (const match of text.matchAll(international)) {
    const number = longestValid(match[0], isValid);
    if (number !== null) spans.push({ start: match.index, end: match.index + number.length });
  }
  for (const match of text.matchAll(northAmerican)) {
    if (isValid(match[0], 'US')) spans.push({ start: match.index, end: match.index + match[0].length });
  }
  const supported = countries.filter((country) => isSupportedCountry(country));
  if (supported.length === 0) return spans;
  for (const match of text.matchAll(national)) {
    if (supported.some((country) => isValid(match[0], country))) {
      spans.push({ start: match.index, end: match.index + match[0].length });
    }
  }
  return spans;
}

/** The shape may have run on into the next number: groups are taken off its end until the rest is a telephone number. */
function longestValid(candidate: string, isValid: (number: string) => boolean): string | null {
  let rest = candidate;
  for (let trims = 0; trims <= maxTrims; trims += 1) {
    if (isValid(rest)) return rest;
    const shorter = rest.replace(/[ .\-/()]+\d+$/, '');
    if (shorter === rest) return null;
    rest = shorter;
  }
  return null;
}
