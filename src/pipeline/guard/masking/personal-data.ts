/**
 * The detectors of personal data, in one table, in the order in which overlapping finds are decided.
 *
 * They are our own because the available packages raise more false alarms than finds and can be stopped by a crafted text.
 * Every detector is linear: it starts at a rare character or prefix, looks a bounded distance, and verifies a checksum, a
 * numbering plan or a range before it reports a find. Order numbers, dates, versions and UUIDs are not reported.
 */
import type { Paced } from '../../../core/turns/paced.ts';
import type { Turns } from '../../../core/turns/turns.ts';
import { isUnusual, normalizeText } from '../normalize-text.ts';
import { cardNumbers, ibans } from './bank-numbers.ts';
import { emailAddresses } from './email-addresses.ts';
import { networkAddresses } from './network-addresses.ts';
import { type PhoneChecks, type PhoneOptions, phoneNumbers } from './phone-numbers.ts';
import { privateKeys, secrets, secretTrace } from './secrets.ts';
import { joinSpans, type Span } from './span.ts';
import { stretchesOf } from './stretches.ts';
import { unescapeText } from './unescaped.ts';

export interface Find extends Span {
  readonly kind: Kind;
}

export interface DetectorOptions {
  /** ISO 3166 codes of countries whose national telephone numbers count too; North America always does. */
  readonly phoneCountries?: readonly string[];
  /** How many numbers may still be looked up in the numbering plans; counted down. Default: 20,000 in one text. */
  readonly phoneChecks?: PhoneChecks;
}

/** LITERAL: text that looks like one of our own placeholders, which must not be mistaken for one on the way back. */
const kinds = ['LITERAL', 'SECRET', 'EMAIL', 'IBAN', 'CARD', 'SSN', 'IP', 'PHONE'] as const;
export type Kind = (typeof kinds)[number];

const literal = new RegExp(`<(?:${kinds.join('|')})_\\d{1,9}>`, 'g');
/** Area 000, 666 and 900-999, group 00 and serial 0000 were never issued (SSA). */
const socialSecurity = /(?<![A-Za-z\d.-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![A-Za-z\d-]|\.\d)/g;

const matches = (text: string, pattern: RegExp): Span[] =>
  [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));

/** Telephone numbers have a detector that waits for its turns. */
const detectors: Readonly<Record<Exclude<Kind, 'PHONE'>, (text: string) => Span[]>> = {
  LITERAL: (text) => matches(text, literal),
  SECRET: secrets,
  EMAIL: emailAddresses,
  IBAN: ibans,
  CARD: cardNumbers,
  SSN: (text) => matches(text, socialSecurity),
  IP: networkAddresses,
};

/** What stands in every text in which the detector finds something: others are not asked, as most are not about any text. */
const traces: Readonly<Record<Kind, RegExp>> = {
  LITERAL: /</,
  SECRET: secretTrace,
  EMAIL: /@/,
  IBAN: /\d/,
  CARD: /\d/,
  SSN: /\d/,
  IP: /\d/,
  PHONE: /\d/,
};

/** `a@b.io` and `<IP_1>` are the shortest. */
const shortestFind = 6;
/** What beginning a search costs, in characters searched. */
const unitsPerSearch = 256;
/** What searching a text costs that needs no look into the numbering plans. */
export const unitsToSearch = (characters: number): number => unitsPerSearch + characters;

/** Beyond them the shape of a number is enough. */
export const maxPhoneChecks = 20_000;

/** In order of the text, without overlaps; found as it is written, as a reader sees it, and with its escapes decoded. */
export function* findPersonalData(
  text: string,
  turns: Turns,
  { phoneCountries = [], phoneChecks = { left: maxPhoneChecks } }: DetectorOptions = {},
): Paced<Find[]> {
  const phones: PhoneOptions = { countries: phoneCountries, checks: phoneChecks };
  if (text.length < shortestFind) return [];
  // A private key is the one thing that is longer than a stretch.
  const keys = privateKeys(text);
  const rest = keys.length === 0 ? text : blanked(text, keys);
  const finds: Find[] = keys.map((span) => ({ ...span, kind: 'SECRET' }));
  for (const { from, to, start, end } of stretchesOf(rest)) {
    const stretch = rest.slice(start, end);
    for (const find of hasTraces(stretch) ? yield* allReadings(stretch, turns, phones) : []) {
      const at = start + find.start;
      if (at >= from && at < to) finds.push({ kind: find.kind, start: at, end: start + find.end });
    }
    const wait = turns.spend(unitsToSearch(end - start));
    if (wait !== null) yield wait;
  }
  return joinSpans(finds);
}

/** Longer texts are searched in stretches. */
const maxPlainUnits = 4_096;

/** Whether a short text has nothing that a detector may find; false for one that must be searched. */
export const isPlain = (text: string): boolean => text.length <= maxPlainUnits && (text.length < shortestFind || !hasTraces(text));

/** The shortest token of `secrets.ts` has a run of so many letters, digits, `_` and `-`. */
const shortestToken = 13;
const [apart, inToken, digit, suspect, inKeyFrame] = [0, 1, 2, 3, 4];
/** What each unit below 128 is a trace of. Those that are suspect stand in addresses, escapes, or `whsec_`. */
const traceOf = Uint8Array.from({ length: 128 }, (_, unit) => {
  const char = String.fromCharCode(unit);
  if (/\d/.test(char)) return digit;
  if (/[@%&\\_]/.test(char)) return suspect;
  if (char === '-') return inKeyFrame;
  return /[A-Za-z]/.test(char) ? inToken : apart;
});
/** Beside a digit that stands alone: no number that is looked for has a digit with these on both sides. */
const besideLoneDigit = /[\s,;!?)"']/;

/**
 * Whether a detector may find anything, told in one pass, so that most texts are spared the detectors: an `@`, an escape, `://`, a long
 * token, `--`, a digit beside something else than a space, or characters that are not what they seem. A new detector needs its trace
 * here.
 */
function hasTraces(text: string): boolean {
  let run = 0;
  let isAscii = true;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const trace = unit < 128 ? traceOf[unit] : apart;
    if (trace === apart) {
      run = 0;
      if (unit >= 128) isAscii = false;
      else if (unit === 0x3a && text.startsWith('//', at + 1)) return true;
      continue;
    }
    if (trace === suspect || (trace === inKeyFrame && text.charCodeAt(at + 1) === unit)) return true;
    if (trace === digit && !(isLone(text, at - 1) && isLone(text, at + 1))) return true;
    run += 1;
    if (run >= shortestToken) return true;
  }
  return !isAscii && isUnusual(text);
}

const isLone = (text: string, neighbour: number): boolean => {
  const char = text.charAt(neighbour);
  return char === '' || besideLoneDigit.test(char);
};

/** As it is written, as a reader sees it, and with its escapes decoded. */
function* allReadings(text: string, turns: Turns, phones: PhoneOptions): Paced<Find[]> {
  const finds = yield* findsIn(text, turns, phones);
  const plain = normalizeText(text);
  const originalOf = ({ start, end }: Span): Span =>
    plain === null ? { start, end } : { start: plain.original(start), end: plain.original(end - 1) + 1 };
  if (plain !== null) for (const find of yield* findsIn(plain.text, turns, phones)) finds.push({ kind: find.kind, ...originalOf(find) });
  const decoded = unescapeText(plain?.text ?? text);
  if (decoded === null) return finds;
  for (const find of yield* findsIn(decoded.text, turns, phones)) finds.push({ kind: find.kind, ...originalOf(decoded.original(find)) });
  return finds;
}

/** What one detector has claimed is blank for those after it. */
function* findsIn(text: string, turns: Turns, phones: PhoneOptions): Paced<Find[]> {
  const finds: Find[] = [];
  let rest = text;
  for (const kind of kinds) {
    if (!traces[kind].test(rest)) continue;
    const spans = joinSpans(kind === 'PHONE' ? yield* phoneNumbers(rest, turns, phones) : detectors[kind](rest));
    if (spans.length === 0) continue;
    rest = blanked(rest, spans);
    for (const span of spans) finds.push({ ...span, kind });
  }
  return finds;
}

const blanks = '\0'.repeat(512);
const blanksOf = (length: number): string => (length <= blanks.length ? blanks.slice(0, length) : '\0'.repeat(length));

function blanked(text: string, spans: readonly Span[]): string {
  const pieces: string[] = [];
  let from = 0;
  for (const { start, end } of spans) {
    pieces.push(text.slice(from, start), blanksOf(end - start));
    from = end;
  }
  return pieces.join('') + text.slice(from);
}
