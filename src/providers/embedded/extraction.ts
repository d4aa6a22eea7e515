/**
 * Extracts a JSON value for a schema from a text. Every string is a span of the text or an enum member that occurs in it;
 * every number and boolean is stated in it. A value that is not found is null where the schema allows it, and missing where
 * it is optional. A required value that is not found is null as well, and validation then reports INVALID_OUTPUT. Nothing is
 * invented.
 */
import type { JsonSchema } from '../../core/request/json-schema.ts';
import { booleanFor, findLabelled, numbersFor, numbersIn, valuesFor } from './fields-in-text.ts';
import { materialOf } from './material.ts';
import { allowsNull, descriptionOf, isInRange, maxDepth, resolveSchema, typesOf } from './schema-reading.ts';
import type { Task } from './task.ts';
import { type ListScope, listFor, onlySaying, partsOf, statementsFor } from './text/lists.ts';
import { spansFor } from './text/spans.ts';
import { nameStems, stemsOf } from './text/words.ts';

interface Scope extends ListScope {
  readonly root: JsonSchema;
  readonly depth: number;
}

/** Undefined where the material has no value for it. */
type Found = unknown;

export function extractValue(schema: JsonSchema | null, task: Task): unknown {
  const material = materialOf(task.sources.length > 0 ? task.sources : [{ name: null, text: task.said }]);
  const scope: Scope = { root: schema ?? {}, task, material, labelled: findLabelled(material), name: '', alone: true, depth: 0 };
  const found = valueFor(schema ?? { type: ['string', 'null'] }, scope);
  if (found !== undefined) return found;
  return schema !== null && typesOf(resolveSchema(schema, scope.root)).includes('object')
    ? objectFor(resolveSchema(schema, scope.root), scope).value
    : null;
}

function valueFor(written: unknown, scope: Scope): Found {
  if (scope.depth > maxDepth || typeof written !== 'object' || written === null) return undefined;
  const schema = resolveSchema(written as JsonSchema, scope.root);
  const members = 'const' in schema ? [schema['const']] : schema['enum'];
  if (Array.isArray(members)) return memberIn(members, scope);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches)) {
    for (const branch of branches) {
      const found = valueFor(branch, scope);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const type of typesOf(schema)) {
    const found = typed(type, schema, scope);
    if (found !== undefined) return found;
  }
  return undefined;
}

function typed(type: string, schema: JsonSchema, scope: Scope): Found {
  const stems = nameStems(scope.name);
  switch (type) {
    case 'object': {
      const { value, found } = objectFor(schema, scope);
      return found ? value : undefined;
    }
    case 'array':
      return arrayFor(schema, scope);
    case 'string':
      return spansFor(
        { name: scope.name, description: descriptionOf(schema), schema, alone: scope.alone },
        scope.material,
        scope.labelled,
        scope.task,
      )[0];
    case 'integer':
    case 'number':
      return numbersOf(scope, descriptionOf(schema)).find((value) => isInRange(value, schema, type));
    case 'boolean':
      return booleanFor(stems.length > 0 ? stems : stemsOf(descriptionOf(schema)), scope.material, scope.labelled) ?? undefined;
    default:
      return undefined;
  }
}

function objectFor(schema: JsonSchema, scope: Scope): { readonly value: Record<string, unknown>; readonly found: boolean } {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, unknown>);
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const entries: [string, unknown][] = [];
  let found = false;
  for (const [name, property] of properties) {
    const value = valueFor(property, { ...scope, name, alone: properties.length === 1, depth: scope.depth + 1 });
    if (value !== undefined) {
      found = true;
      entries.push([name, value]);
    } else if (allowsNull(property, scope.root)) entries.push([name, null]);
    else if (required.includes(name)) entries.push([name, emptyFor(property, scope)]);
  }
  return { value: Object.fromEntries(entries), found };
}

/** The value for a required property that was not found: an empty list, or null. */
function emptyFor(property: unknown, scope: Scope): unknown {
  if (typeof property !== 'object' || property === null || scope.depth > maxDepth) return null;
  const schema = resolveSchema(property as JsonSchema, scope.root);
  const types = typesOf(schema);
  if (types[0] === 'array') return [];
  if (types[0] === 'object' && schema['properties'] !== undefined) return objectFor(schema, { ...scope, depth: scope.depth + 1 }).value;
  return null;
}

/** The member that the text names most often; of equals the first named. Underscores stand for spaces or hyphens. */
function memberIn(members: readonly unknown[], scope: Scope): Found {
  const texts = scope.material.sources.map(({ text }) => text);
  const stated = valuesFor(nameStems(scope.name), scope.labelled);
  for (const where of [stated, texts]) {
    const counted = members.flatMap((member) => {
      if (typeof member !== 'string' && typeof member !== 'number') return [];
      const places = where.flatMap((text) => [...text.matchAll(literally(String(member)))].map(({ index }) => index));
      return places.length === 0 ? [] : [{ member, count: places.length, first: Math.min(...places) }];
    });
    counted.sort((a, b) => b.count - a.count || a.first - b.first);
    if (counted[0] !== undefined) return counted[0].member;
  }
  return undefined;
}

function literally(member: string): RegExp {
  const words = member
    .split(/[\s_-]+/)
    .filter((word) => word !== '')
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  if (words.length === 0) return /(?!)/g;
  return new RegExp(`(?<![\\p{L}\\p{N}_])${words.join('[\\s_-]+')}(?![\\p{L}\\p{N}_])`, 'giu');
}

function numbersOf({ name, material, labelled }: Scope, description: string): number[] {
  const own = nameStems(name);
  const named = numbersFor(own, material, labelled);
  return named.length > 0 || description === '' ? named : numbersFor(stemsOf(description), material, labelled);
}

function arrayFor(schema: JsonSchema, scope: Scope): Found {
  const items = schema['items'];
  if (typeof items !== 'object' || items === null || Array.isArray(items)) return undefined;
  const most = typeof schema['maxItems'] === 'number' ? schema['maxItems'] : null;
  const item = resolveSchema(items as JsonSchema, scope.root);
  const found = itemsFor(item, { ...scope, depth: scope.depth + 1 }, most, descriptionOf(schema));
  const distinct = schema['uniqueItems'] === true ? [...new Map(found.map((value) => [JSON.stringify(value), value])).values()] : found;
  const kept = most === null ? distinct : distinct.slice(0, most);
  return kept.length === 0 ? undefined : kept;
}

function itemsFor(item: JsonSchema, scope: Scope, most: number | null, description: string): unknown[] {
  const members = item['enum'];
  if (Array.isArray(members)) return members.filter((member) => memberIn([member], scope) !== undefined);
  const type = typesOf(item)[0];
  if (type === 'object') return objectsIn(item, scope);
  const listed = listFor(scope, description);
  if (type === 'number' || type === 'integer') {
    const stated = valuesFor(nameStems(scope.name), scope.labelled).flatMap((value) => numbersIn(value).map((found) => found.value));
    return stated.filter((value) => isInRange(value, item, type));
  }
  if (type !== 'string') return [];
  const texts = listed.length > 0 ? listed : statementsFor(scope, most, description);
  return texts.flatMap((text) =>
    spansFor({ name: '', description: '', schema: item, alone: false }, onlySaying(text), [{ stems: [''], value: text }], scope.task)
      .concat(sized(text, item))
      .slice(0, 1),
  );
}

/** The text itself where the schema of the item accepts it as it is. */
function sized(text: string, { maxLength, minLength, pattern, format }: JsonSchema): string[] {
  const length = [...text].length;
  if (pattern !== undefined || format !== undefined) return [];
  if ((typeof maxLength === 'number' && length > maxLength) || (typeof minLength === 'number' && length < minLength)) return [];
  return [text];
}

/** One object for each row of a table, item of a list, or source; else one for the whole text. Kept when all it requires was found. */
function objectsIn(schema: JsonSchema, scope: Scope): unknown[] {
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const objects = partsOf(scope).flatMap(({ material, labelled }) => {
    const { value, found } = objectFor(schema, { ...scope, material, labelled, name: '' });
    return found && required.every((name) => value[String(name)] !== null && value[String(name)] !== undefined) ? [value] : [];
  });
  return objects;
}
