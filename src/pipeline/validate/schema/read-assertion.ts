/**
 * Reads the keywords of a caller's JSON Schema that say something of a value by themselves: types, numbers, texts, names, members. They hold no
 * schemas; `read-schema.ts` reads those that do.
 */
import type { JsonSchema } from '../../../core/request/json-schema.ts';
import { valueKey } from '../value-key.ts';
import type { SchemaLimits } from './schema-limits.ts';
import { listRules, numberRules, objectRules, type SchemaNode, type TypeName, textRules, valueRules } from './schema-node.ts';
import { type Pattern, patternOf } from './schema-pattern.ts';
import type { RefuseSchema } from './schema-refusal.ts';

const typeNames: readonly string[] = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'] satisfies TypeName[];
/** Names in a message are cut: they come from outside. */
export const shown = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
export const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Each throws what `refuse` makes, where the value at the place is not of its kind. `at` is the place in the schema, a JSON pointer. */
export interface AssertionReader {
  /** Reads one keyword of this kind into the node. `raw` is the schema that it stands in. */
  read(node: SchemaNode, raw: JsonSchema, kind: string, keyword: string, value: unknown, at: string): void;
  patternAt(value: unknown, at: string): Pattern;
  namesAt(value: unknown, at: string): readonly string[];
  objectAt(value: unknown, at: string): JsonSchema;
  bounded(amount: number, max: number, of: string, at: string): void;
  /** All that were read, each once. */
  patterns(): readonly Pattern[];
}

export function assertionReader(limits: SchemaLimits, refuse: RefuseSchema): AssertionReader {
  const patterns = new Map<string, Pattern>();
  let patternsWeight = 0;
  return { read, patternAt, namesAt, objectAt, bounded, patterns: () => [...patterns.values()] };

  function read(node: SchemaNode, raw: JsonSchema, kind: string, keyword: string, value: unknown, at: string): void {
    switch (kind) {
      case 'type':
        node.types = typesAt(value, raw['nullable'], at);
        break;
      case 'members': {
        if (!Array.isArray(value) || value.length === 0)
          throw refuse(at, 'it must be a list of the values that are allowed, with at least one.');
        bounded(value.length, limits.maxMembers, 'members', at);
        const rules = valueRules(node);
        rules.enum = new Set(value.map(valueKey));
        rules.containers ||= value.some((member) => typeof member === 'object' && member !== null);
        break;
      }
      case 'value':
        valueRules(node).const = valueKey(value);
        valueRules(node).containers ||= typeof value === 'object' && value !== null;
        break;
      case 'count':
        if (!Number.isSafeInteger(value) || (value as number) < 0)
          throw refuse(at, `it is ${shown(String(value))}. A whole number from 0 would be accepted.`);
        putNumber(node, keyword, value as number);
        break;
      case 'number':
        if (typeof value !== 'number' || !Number.isFinite(value))
          throw refuse(
            at,
            `it is ${shown(String(value))}. A number would be accepted${keyword.startsWith('exclusive') ? '; true and false were draft 04' : ''}.`,
          );
        putNumber(node, keyword, value);
        break;
      case 'divisor':
        if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
          throw refuse(at, `it is ${shown(String(value))}. A number above 0 would be accepted.`);
        numberRules(node).multipleOf = value;
        break;
      case 'flag':
        if (typeof value !== 'boolean') throw refuse(at, `${kindOf(value)} stands there. true or false would be accepted.`);
        if (keyword === 'uniqueItems') listRules(node).uniqueItems = value;
        else if (raw['type'] === undefined)
          throw refuse(at, 'nullable goes with a type. A type beside it, or "null" among the types, would be accepted.');
        break;
      case 'pattern':
        textRules(node).pattern = patternAt(value, at);
        break;
      case 'names':
        objectRules(node).required = namesAt(value, at);
        break;
    }
  }

  function typesAt(value: unknown, nullable: unknown, at: string): readonly TypeName[] {
    const types = [value].flat();
    if (
      types.length === 0 ||
      !types.every((type) => typeof type === 'string' && typeNames.includes(type)) ||
      new Set(types).size < types.length
    )
      throw refuse(
        at,
        `it is ${shown(JSON.stringify(value) ?? '')}. One of ${typeNames.join(', ')}, or a list of them, would be accepted.`,
      );
    const known = types as TypeName[];
    return nullable === true && !known.includes('null') ? [...known, 'null'] : known;
  }

  function patternAt(value: unknown, at: string): Pattern {
    if (typeof value !== 'string') throw refuse(at, `${kindOf(value)} stands there. A regular expression as text would be accepted.`);
    const known = patterns.get(value);
    if (known !== undefined) return known;
    const pattern = patternOf(value);
    patterns.set(value, pattern);
    const { weight } = pattern.size;
    patternsWeight += weight;
    if (weight > limits.maxPatternWeight)
      throw refuse(
        at,
        `its repetitions, written out, are more than ${limits.maxPatternWeight} instructions. A pattern with smaller counts, or minLength and maxLength beside a simple one, would be accepted.`,
      );
    if (patternsWeight > limits.maxPatternsWeight)
      throw refuse(
        at,
        `all patterns together, written out, are more than ${limits.maxPatternsWeight} instructions. Fewer different patterns, or smaller counts in them, would be accepted.`,
      );
    return pattern;
  }

  function namesAt(value: unknown, at: string): readonly string[] {
    if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
      throw refuse(at, 'it must be a list of names of properties.');
    bounded(value.length, limits.maxMembers, 'members', at);
    return [...new Set(value)];
  }

  function objectAt(value: unknown, at: string): JsonSchema {
    if (!isObject(value)) throw refuse(at, `${kindOf(value)} stands there. An object with a member for each name would be accepted.`);
    return value;
  }

  function bounded(amount: number, max: number, of: string, at: string): void {
    if (amount > max) throw refuse(at, `it has ${amount} ${of}. Up to ${max} would be accepted.`);
  }
}

function putNumber(node: SchemaNode, keyword: string, value: number): void {
  if (keyword === 'minLength' || keyword === 'maxLength') textRules(node)[keyword] = value;
  else if (keyword === 'minItems' || keyword === 'maxItems' || keyword === 'minContains' || keyword === 'maxContains')
    listRules(node)[keyword] = value;
  else if (keyword === 'minProperties' || keyword === 'maxProperties') objectRules(node)[keyword] = value;
  else numberRules(node)[keyword as 'minimum'] = value;
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
