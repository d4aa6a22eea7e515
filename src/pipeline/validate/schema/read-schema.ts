/**
 * Reads a caller's JSON Schema: every keyword is known, every number is bounded, every reference resolves.
 *
 * The schema is data from outside and stays data: no part of it becomes code, and only the keywords of `schema-keywords.ts`
 * are read. Both dialects are read as one: `prefixItems` of 2020-12 and the `items` list of draft 07.
 */
import { followPointer, type JsonSchema } from '../../../core/request/json-schema.ts';
import { valueKey } from '../value-key.ts';
import { keywordKinds, keywordRefusal } from './schema-keywords.ts';
import type { SchemaLimits } from './schema-limits.ts';
import {
  emptyNode,
  listRules,
  numberRules,
  objectRules,
  type SchemaNode,
  sameValueRules,
  type TypeName,
  textRules,
  valueRules,
} from './schema-node.ts';
import { type Pattern, patternOf } from './schema-pattern.ts';
import { refuseEndless } from './schema-references.ts';
import type { RefuseSchema } from './schema-refusal.ts';

export interface ReadSchema {
  readonly root: SchemaNode;
  readonly subschemas: number;
  /** Each once. */
  readonly patterns: readonly Pattern[];
  /** All names that `properties` has anywhere: they are the caller's words, others in an answer are the model's. */
  readonly names: ReadonlySet<string>;
  /** Whether some subschema asks which parts of a value others have looked at. */
  readonly asksUnevaluated: boolean;
}

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);
const typeNames: readonly string[] = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'] satisfies TypeName[];
const segment = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
/** Names in a message are cut: they come from outside. */
const shown = (name: string): string => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);

interface Unread {
  readonly raw: JsonSchema;
  readonly node: SchemaNode;
  /** Where `#` leads from here: the nearest schema around it that has an `$id`. */
  readonly base: JsonSchema;
}

export function readSchema(schema: JsonSchema, limits: SchemaLimits, refuse: RefuseSchema): ReadSchema {
  const nodes = new Map<JsonSchema, SchemaNode>();
  const unread: Unread[] = [];
  const references: (Unread & { readonly reference: string })[] = [];
  const byId = new Map<string, JsonSchema>();
  const patterns = new Map<string, Pattern>();
  const names = new Set<string>();
  let patternsWeight = 0;
  let subschemas = 0;
  let asksUnevaluated = false;

  const root = nodeOf(schema, '', schema);
  for (let more = true; more; ) {
    for (let next = unread.pop(); next !== undefined; next = unread.pop()) readNode(next);
    const open = references.splice(0);
    more = open.length > 0;
    for (const { raw, node, base, reference } of open) sameValueRules(node).reference = target(reference, `${node.at}/$ref`, base, raw);
  }
  refuseEndless(nodes.values(), limits.maxBranchesExpanded, refuse);
  return { root, subschemas, patterns: [...patterns.values()], names, asksUnevaluated };

  function nodeOf(raw: unknown, at: string, base: JsonSchema): SchemaNode {
    if (typeof raw !== 'boolean' && !isObject(raw))
      throw refuse(at, `${kindOf(raw)} stands there. A schema, which is an object, true or false, would be accepted.`);
    const known = typeof raw === 'boolean' ? undefined : nodes.get(raw);
    if (known !== undefined) return known;
    subschemas += 1;
    if (subschemas > limits.maxSubschemas)
      throw refuse('', `it has more than ${limits.maxSubschemas} subschemas. Up to ${limits.maxSubschemas} would be accepted.`);
    const node = emptyNode(at);
    if (typeof raw === 'boolean') node.never = !raw;
    else {
      nodes.set(raw, node);
      unread.push({ raw, node, base: typeof raw['$id'] === 'string' ? raw : base });
    }
    return node;
  }

  function readNode(place: Unread): void {
    const { raw, node, base } = place;
    for (const keyword of Object.keys(raw)) {
      const at = `${node.at}/${segment(keyword)}`;
      const kind = keywordKinds.get(keyword);
      const value = raw[keyword];
      switch (kind) {
        case undefined: {
          const refusal = keywordRefusal(keyword);
          if (refusal !== null) throw refuse(at, refusal);
          break;
        }
        case 'data':
          if (keyword === 'contentEncoding' || keyword === 'contentMediaType') textRules(node).encoded = true;
          break;
        case 'schema':
          putSchema(node, keyword, nodeOf(value, at, base));
          break;
        case 'schemas':
          putSchemas(node, keyword, schemasIn(value, at, base, keyword === 'prefixItems' ? limits.maxSubschemas : limits.maxBranches));
          break;
        case 'schemas-by-name':
          putSchemasByName(
            node,
            keyword,
            Object.entries(objectAt(value, at)).map(([name, inner]) => [name, nodeOf(inner, `${at}/${segment(name)}`, base)] as const),
          );
          break;
        case 'items':
          if (Array.isArray(value)) {
            if ('prefixItems' in raw) throw refuse(at, 'it is a list, and there are prefixItems. One of the two would be accepted.');
            listRules(node).prefixItems = schemasIn(value, at, base, limits.maxSubschemas);
            if ('additionalItems' in raw) listRules(node).items = nodeOf(raw['additionalItems'], `${node.at}/additionalItems`, base);
          } else listRules(node).items = nodeOf(value, at, base);
          break;
        case 'dependencies':
          readDependencies(place, Object.entries(objectAt(value, at)), at);
          break;
        case 'names-by-name':
          readDependencies(place, Object.entries(objectAt(value, at)), at);
          break;
        case 'reference':
          if (typeof value !== 'string')
            throw refuse(at, `${kindOf(value)} stands there. A text such as "#/$defs/node" would be accepted.`);
          references.push({ ...place, reference: value });
          break;
        case 'text':
          if (typeof value !== 'string') throw refuse(at, `${kindOf(value)} stands there. A text would be accepted.`);
          if (keyword === 'format') textRules(node).format = value;
          else name(keyword === '$anchor' ? `#${value}` : value, raw, at);
          break;
        default:
          readAssertion(node, raw, kind, keyword, value, at);
      }
    }
  }

  /** Of `dependencies` and `dependentRequired`. */
  function readDependencies({ node, base }: Unread, entries: readonly (readonly [string, unknown])[], at: string): void {
    const rules = objectRules(node);
    const lists = entries.filter(([, needed]) => Array.isArray(needed));
    const schemas = entries.filter(([, needed]) => !Array.isArray(needed));
    const within = (name: string): string => `${at}/${segment(name)}`;
    if (schemas.length > 0 && at.endsWith('/dependentRequired'))
      throw refuse(within(schemas[0]?.[0] ?? ''), 'it must be a list of names of properties.');
    rules.dependentRequired = [
      ...rules.dependentRequired,
      ...lists.map(([name, needed]) => [name, namesAt(needed, within(name))] as const),
    ];
    rules.dependentSchemas = [
      ...rules.dependentSchemas,
      ...schemas.map(([name, inner]) => [name, nodeOf(inner, within(name), base)] as const),
    ];
  }

  function readAssertion(node: SchemaNode, raw: JsonSchema, kind: string, keyword: string, value: unknown, at: string): void {
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

  function schemasIn(value: unknown, at: string, base: JsonSchema, max: number): readonly SchemaNode[] {
    if (!Array.isArray(value) || value.length === 0) throw refuse(at, 'it must be a list of schemas, with at least one.');
    bounded(value.length, max, 'members', at);
    return value.map((each, index) => nodeOf(each, `${at}/${index}`, base));
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

  function putSchemasByName(node: SchemaNode, keyword: string, schemas: readonly (readonly [string, SchemaNode])[]): void {
    if (keyword === 'properties') {
      objectRules(node).properties = new Map(schemas);
      for (const [name] of schemas) names.add(name);
    } else if (keyword === 'patternProperties')
      objectRules(node).patternProperties = schemas.map(([pattern, inner]) => [patternAt(pattern, inner.at), inner]);
    else if (keyword === 'dependentSchemas') objectRules(node).dependentSchemas = [...objectRules(node).dependentSchemas, ...schemas];
  }

  function putSchema(node: SchemaNode, keyword: string, inner: SchemaNode): void {
    if (keyword === 'unevaluatedItems' || keyword === 'unevaluatedProperties') asksUnevaluated = true;
    if (keyword === 'additionalProperties' || keyword === 'propertyNames' || keyword === 'unevaluatedProperties')
      objectRules(node)[keyword] = inner;
    else if (keyword === 'contains' || keyword === 'unevaluatedItems') listRules(node)[keyword] = inner;
    else if (keyword === 'not' || keyword === 'if') sameValueRules(node)[keyword] = inner;
    else if (keyword === 'then') sameValueRules(node).whenValid = inner;
    else if (keyword === 'else') sameValueRules(node).whenInvalid = inner;
  }

  function name(id: string, raw: JsonSchema, at: string): void {
    const other = byId.get(id);
    if (other !== undefined && other !== raw)
      throw refuse(at, `there is another ${shown(id)} in the schema. Names that differ would be accepted.`);
    byId.set(id, raw);
  }

  function target(reference: string, at: string, base: JsonSchema, from: JsonSchema): SchemaNode {
    const [id = '', pointer = ''] = reference.split('#', 2);
    const document = id === '' ? base : byId.get(id);
    const named = byId.get(reference);
    const found =
      named ?? (document !== undefined && (pointer === '' || pointer.startsWith('/')) ? followPointer(document, `#${pointer}`) : undefined);
    if (found === undefined) {
      throw refuse(
        at,
        document === undefined
          ? `${shown(reference)} lies outside the schema, and remote references are not fetched. A $ref such as "#/$defs/node" would be accepted.`
          : `there is nothing at ${shown(reference)}. A $ref to a place in the schema would be accepted.`,
      );
    }
    if (found === from && Object.keys(from).length === 1)
      throw refuse(at, 'it refers to itself without end. A schema beside it would be accepted.');
    return nodeOf(found, reference.startsWith('#/') ? reference.slice(1) : at, document ?? base);
  }
}

function putSchemas(node: SchemaNode, keyword: string, schemas: readonly SchemaNode[]): void {
  if (keyword === 'prefixItems') listRules(node).prefixItems = schemas;
  else if (keyword === 'allOf' || keyword === 'anyOf' || keyword === 'oneOf') sameValueRules(node)[keyword] = schemas;
}

function putNumber(node: SchemaNode, keyword: string, value: number): void {
  if (keyword === 'minLength' || keyword === 'maxLength') textRules(node)[keyword] = value;
  else if (keyword === 'minItems' || keyword === 'maxItems' || keyword === 'minContains' || keyword === 'maxContains')
    listRules(node)[keyword] = value;
  else if (keyword === 'minProperties' || keyword === 'maxProperties') objectRules(node)[keyword] = value;
  else numberRules(node)[keyword as 'minimum'] = value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
}
