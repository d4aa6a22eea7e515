/**
 * Reads a caller's JSON Schema: every keyword is known, every number is bounded, every reference resolves.
 *
 * The schema is data from outside and stays data: no part of it becomes code, and only the keywords of `schema-keywords.ts`
 * are read. Both dialects are read as one: `prefixItems` of 2020-12 and the `items` list of draft 07.
 */
import { followPointer, type JsonSchema } from '../../../core/request/json-schema.ts';
import { assertionReader, isObject, kindOf, shown } from './read-assertion.ts';
import { keywordKinds, keywordRefusal } from './schema-keywords.ts';
import type { SchemaLimits } from './schema-limits.ts';
import { emptyNode, listRules, objectRules, type SchemaNode, sameValueRules, textRules } from './schema-node.ts';
import type { Pattern } from './schema-pattern.ts';
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

const segment = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

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
  const names = new Set<string>();
  const assertions = assertionReader(limits, refuse);
  const { namesAt, objectAt, bounded, patternAt } = assertions;
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
  return { root, subschemas, patterns: assertions.patterns(), names, asksUnevaluated };

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
          assertions.read(node, raw, kind, keyword, value, at);
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

  function schemasIn(value: unknown, at: string, base: JsonSchema, max: number): readonly SchemaNode[] {
    if (!Array.isArray(value) || value.length === 0) throw refuse(at, 'it must be a list of schemas, with at least one.');
    bounded(value.length, max, 'members', at);
    return value.map((each, index) => nodeOf(each, `${at}/${index}`, base));
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
