/** Checks the keywords that concern one value alone: its type and size, and everything about strings and numbers. */
import type { CheckWork } from './check-work.ts';
import type { Issues, Place } from './issues.ts';
import { formats } from './schema/formats.ts';
import type { NumberRules, SchemaNode, TextRules, TypeName } from './schema/schema-node.ts';
import { valueKey } from './value-key.ts';

/** What the guard puts in the place of personal data; it has no format and matches no pattern until it is restored. */
const placeholder = /^<[A-Z]+_\d{1,9}>$/;

export interface Checking {
  readonly work: CheckWork;
  /** Strings may be placeholders. */
  readonly masked: boolean;
}

/** False with its issues; with `issues` null the first that is wrong is enough. */
export function fitsByItself(node: SchemaNode, value: unknown, place: Place | null, issues: Issues | null, checking: Checking): boolean {
  checking.work.spend(1);
  if (node.never) return fails(issues, place, 'boolean schema is false');
  let fits = true;
  const { types, values, numbers, texts } = node;
  if (types !== null && !types.some((type) => isOfType(value, type))) fits = fails(issues, place, `must be ${types.join(',')}`);
  if (values !== null && (typeof value !== 'object' || value === null)) fits = isMember(node, valueKey(value), place, issues) && fits;
  if (texts !== null && typeof value === 'string') fits = textFits(texts, value, place, issues, checking) && fits;
  if (numbers !== null && isNumber(value)) fits = numberFits(numbers, value, place, issues) && fits;
  return fits;
}

/** Whether `enum` and `const` have the value with that key. */
export function isMember({ values }: SchemaNode, key: string, place: Place | null, issues: Issues | null): boolean {
  if (values === null) return true;
  let fits = true;
  if (values.enum !== null && !values.enum.has(key)) fits = fails(issues, place, 'must be equal to one of the allowed values');
  if (values.const !== null && values.const !== key) fits = fails(issues, place, 'must be equal to constant');
  return fits;
}

export function fails(issues: Issues | null, place: Place | null, message: string): false {
  issues?.add(place, message);
  return false;
}

/** `1e400` is read as Infinity, which is not a number of JSON. */
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

function isOfType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
      return typeof value === type;
    case 'number':
      return isNumber(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
}

function numberFits(rules: NumberRules, value: number, place: Place | null, issues: Issues | null): boolean {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = rules;
  let fits = true;
  if (minimum !== null && value < minimum) fits = fails(issues, place, `must be >= ${minimum}`);
  if (maximum !== null && value > maximum) fits = fails(issues, place, `must be <= ${maximum}`);
  if (exclusiveMinimum !== null && value <= exclusiveMinimum) fits = fails(issues, place, `must be > ${exclusiveMinimum}`);
  if (exclusiveMaximum !== null && value >= exclusiveMaximum) fits = fails(issues, place, `must be < ${exclusiveMaximum}`);
  if (multipleOf !== null && !isMultiple(value, multipleOf)) fits = fails(issues, place, `must be multiple of ${multipleOf}`);
  return fits;
}

/** As ajv counts, quotients of 1e21 and more included, which are written with an exponent. */
function isMultiple(value: number, of: number): boolean {
  const quotient = value / of;
  return quotient === Number.parseInt(String(quotient), 10);
}

function textFits(rules: TextRules, text: string, place: Place | null, issues: Issues | null, { work, masked }: Checking): boolean {
  work.spend(text.length >> 7);
  const { minLength, maxLength, pattern, format } = rules;
  let fits = true;
  const length = minLength === null && maxLength === null ? 0 : codePoints(text);
  if (minLength !== null && length < minLength) fits = fails(issues, place, `must NOT have fewer than ${minLength} characters`);
  if (maxLength !== null && length > maxLength) fits = fails(issues, place, `must NOT have more than ${maxLength} characters`);
  if (masked && placeholder.test(text)) return fits;
  if (pattern !== null && !work.matches(pattern, text)) fits = fails(issues, place, `must match pattern "${pattern.source}"`);
  const test = format !== null && Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (test !== undefined && !test(text)) fits = fails(issues, place, `must match format "${format}"`);
  return fits;
}

function codePoints(text: string): number {
  let pairs = 0;
  for (let at = 0; at < text.length - 1; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00) {
      pairs += 1;
      at += 1;
    }
  }
  return text.length - pairs;
}
