/** Finds numbers that have a checksum: IBAN (ISO 13616, mod 97) and payment cards (ISO 7812, Luhn). */
import type { Span } from './span.ts';

/** Length by country: the IBAN registry of SWIFT, release 99. */
const ibanLengths: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 ' +
    'GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 ' +
    'MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 ' +
    'TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const ibanShape = /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}/g;

export function ibans(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(ibanShape)) {
    const length = ibanLengths[match[0].slice(0, 2)];
    if (length === undefined) continue;
    const end = endOfCharacters(match[0], length);
    if (end === null || /[A-Za-z0-9]/.test(text.charAt(match.index + end))) continue;
    if (mod97(match[0].slice(0, end).replaceAll(' ', '')) === 1) spans.push({ start: match.index, end: match.index + end });
  }
  return spans;
}

/** Where the `count`-th character that is not a space ends; null when there are fewer. */
function endOfCharacters(text: string, count: number): number | null {
  let seen = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charAt(at) !== ' ') seen += 1;
    if (seen === count) return at + 1;
  }
  return null;
}

function mod97(iban: string): number {
  let rest = 0;
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/**
 * As cards are printed: in one run, in fours, or as American Express (4-6-5) and Diners Club (4-6-4) print theirs. A name may
 * stand before it (`pay_4111111111111111`), but no letter or digit; a point or a line behind a digit makes it part of another number.
 */
const cardShape =
  /(?<![A-Za-z\d+]|(?<![A-Za-z_])[.-])(?:\d{4}([ ._/-])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ ._/-])\d{6}\2\d{4,5}|\d{13,19})(?![A-Za-z\d]|[._-]\d)/g;
/** Issuers by prefix, with the lengths that each has: a run of digits of another length is not a card. */
const issuers: readonly (readonly [name: string, prefix: RegExp, lengths: readonly number[]])[] = [
  ['Visa', /^4/, [13, 16, 19]],
  ['Mastercard', /^(5[1-5]|2(2[2-9]|[3-6]|7[01]|720))/, [16]],
  ['American Express', /^3[47]/, [15]],
  ['Diners Club', /^3(0[0-5]|[689])/, [14, 16]],
  ['Discover', /^6(011|4[4-9]|5)/, [16, 19]],
  ['JCB', /^35(2[89]|[3-8])/, [16, 19]],
  ['UnionPay', /^62/, [16, 17, 18, 19]],
  ['Maestro', /^(50|5[6-8]|6[37])/, [16, 18, 19]],
];

export function cardNumbers(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(cardShape)) {
    const digits = match[0].replace(/\D/g, '');
    if (!issuers.some(([, prefix, lengths]) => prefix.test(digits) && lengths.includes(digits.length)) || !luhn(digits)) continue;
    spans.push({ start: match.index, end: match.index + match[0].length });
  }
  return spans;
}

function luhn(digits: string): boolean {
  let sum = 0;
  for (let back = 0; back < digits.length; back += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - back));
    const doubled = back % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && /[1-9]/.test(digits);
}
