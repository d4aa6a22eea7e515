/**
 * Decides whether an answer for one JSON Schema also answers a smaller one, and extracts that part.
 *
 * The decision uses the two schemas alone and is conservative: the schemas must be equal except that objects have fewer
 * properties, at any depth, also in lists and alternatives. Alternatives are matched by `__typename`, or when exactly one of
 * them is an object. A schema with references, or an object that allows unnamed properties, is only answered by itself.
 */
import type { JsonSchema } from '../../core/request/json-schema.ts';

/** Extracts the part of a value, also of a value that is still growing. */
export type Projection = (value: unknown) => unknown;

/** Null when an answer to `fuller` need not be one to `asked`. */
export function partOf(fuller: JsonSchema, asked: JsonSchema): Projection | null {
  return refersElsewhere(fuller) || refersElsewhere(asked) ? null : part(fuller, asked, jsonEquality());
}

type Equality = (a: unknown, b: unknown) => boolean;

/** Each pair of parts is compared once: schemas in schemas would be compared again at every level. */
function jsonEquality(): Equality {
  const known = new WeakMap<object, Map<object, boolean>>();
  const equal: Equality = (a, b) => {
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
    const before = known.get(a)?.get(b);
    if (before !== undefined) return before;
    const names = Object.keys(a);
    const result =
      Array.isArray(a) === Array.isArray(b) &&
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && equal((a as JsonSchema)[name], (b as JsonSchema)[name]));
    known.set(a, (known.get(a) ?? new Map<object, boolean>()).set(b, result));
    return result;
  };
  return equal;
}

const refersElsewhere = (schema: JsonSchema): boolean => /"\$(ref|dynamicRef|recursiveRef)":/.test(JSON.stringify(schema));

const whole: Projection = (value) => value;
/** Keywords that mean the same for a part as for the whole. */
const ofAnything = ['type', 'title', 'description', '$schema'];

function part(fuller: unknown, asked: unknown, equal: Equality): Projection | null {
  if (equal(fuller, asked)) return whole;
  if (!isObject(fuller) || !isObject(asked)) return null;
  if ('properties' in fuller)
    return differsIn(['properties', 'required'], ['additionalProperties']) ? partOfObject(fuller, asked, equal) : null;
  if ('items' in fuller) return differsIn(['items'], ['minItems', 'maxItems']) ? partOfList(fuller, asked, equal) : null;
  if ('anyOf' in fuller) return differsIn(['anyOf'], []) ? partOfAlternatives(fuller, asked, equal) : null;
  return null;

  /** Whether both schemas have only these keywords, and differ at most in the first. */
  function differsIn(keywords: readonly string[], beside: readonly string[]): boolean {
    const same = [...ofAnything, ...beside];
    return [...Object.keys(fuller as object), ...Object.keys(asked as object)].every(
      (keyword) =>
        keywords.includes(keyword) || (same.includes(keyword) && equal((fuller as JsonSchema)[keyword], (asked as JsonSchema)[keyword])),
    );
  }
}

function partOfObject(fuller: JsonSchema, asked: JsonSchema, equal: Equality): Projection | null {
  const more = fuller['properties'];
  const fewer = asked['properties'];
  if (!isObject(more) || !isObject(fewer) || asked['additionalProperties'] !== false) return null;
  const names = Object.keys(fewer);
  if (!names.every((name) => Object.hasOwn(more, name) && isRequired(fuller, name) === isRequired(asked, name))) return null;
  const parts = names.map((name) => [name, part(more[name], fewer[name], equal)] as const);
  if (parts.some(([, take]) => take === null)) return null;
  return (value) =>
    isObject(value)
      ? Object.fromEntries(parts.flatMap(([name, take]) => (Object.hasOwn(value, name) ? [[name, take?.(value[name])]] : [])))
      : value;
}

const isRequired = ({ required }: JsonSchema, name: string): boolean => Array.isArray(required) && required.includes(name);

function partOfList(fuller: JsonSchema, asked: JsonSchema, equal: Equality): Projection | null {
  const take = part(fuller['items'], asked['items'], equal);
  return take === null ? null : (value) => (Array.isArray(value) ? value.map(take) : value);
}

function partOfAlternatives(fuller: JsonSchema, asked: JsonSchema, equal: Equality): Projection | null {
  const [from, to] = [fuller['anyOf'], asked['anyOf']];
  if (!Array.isArray(from) || !Array.isArray(to) || from.length !== to.length) return null;
  const parts = from.map((option: unknown, index) => ({ option, take: part(option, to[index], equal) }));
  const objects = parts.filter(({ option }) => mayBeObject(option));
  if (parts.some(({ option, take }) => take === null || (take !== whole && !mayBeObject(option)))) return null;
  const [only] = objects;
  if (objects.length === 1 && only !== undefined) return (value) => (isObject(value) ? only.take?.(value) : value);
  const byType = new Map(objects.map(({ option, take }) => [typenameOf(option), take]));
  if (byType.has(null) || byType.size < objects.length) return null;
  // While the type of a growing object is unknown, none of its fields can be read.
  return (value) => (isObject(value) ? (byType.get(nameOf(value['__typename']))?.(value) ?? {}) : value);
}

const isObject = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

function mayBeObject(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  const types = [schema['type']].flat();
  return types.includes('object') || !types.every((type) => typeof type === 'string');
}

function typenameOf(schema: unknown): string | null {
  const properties = isObject(schema) ? schema['properties'] : null;
  const typename = isObject(properties) ? properties['__typename'] : null;
  return isObject(typename) ? nameOf(typename['const']) : null;
}

const nameOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
