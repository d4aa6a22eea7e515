/**
 * A JSON value for a schema, out of a text: every string is a span of the text or an enum member that stands in it,
 * every number and boolean is stated there. What is not found is null where the schema allows it and missing where it
 * may be; where it must be there, it is null all the same, and validation says INVALID_OUTPUT. Nothing is invented.
 */
import type { JsonSchema } from '../../core/json-schema.ts';
import { booleanFor, cellsOf, type Labelled, labelledIn, numbersFor, numbersIn, valuesFor } from './fields-in-text.ts';
import { type Material, materialOf } from './material.ts';
import { rankFor, worthOf } from './rank.ts';
import { spansFor } from './spans.ts';
import { keywords } from './summary.ts';
import { type Task, wantedBy } from './task.ts';
import type { Unit } from './units.ts';
import { nameStems, stemsOf } from './words.ts';

interface Scope {
  readonly root: JsonSchema;
  readonly task: Task;
  readonly material: Material;
  readonly labelled: readonly Labelled[];
  readonly name: string;
  /** The only property of its object. */
  readonly alone: boolean;
  readonly depth: number;
}

const mostDepth = 10;
const usualItems = 3;

/** Undefined: the material has nothing for it. */
type Found = unknown;

export function extracted(schema: JsonSchema | null, task: Task): unknown {
  const material = materialOf(task.sources.length > 0 ? task.sources : [{ name: null, text: task.said }]);
  const scope: Scope = { root: schema ?? {}, task, material, labelled: labelledIn(material), name: '', alone: true, depth: 0 };
  const found = valueFor(schema ?? { type: ['string', 'null'] }, scope);
  if (found !== undefined) return found;
  return schema !== null && typesOf(resolved(schema, scope)).includes('object') ? objectFor(resolved(schema, scope), scope).value : null;
}

function valueFor(written: unknown, scope: Scope): Found {
  if (scope.depth > mostDepth || typeof written !== 'object' || written === null) return undefined;
  const schema = resolved(written as JsonSchema, scope);
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
        { name: scope.name, description: describing(schema), schema, alone: scope.alone },
        scope.material,
        scope.labelled,
        scope.task,
      )[0];
    case 'integer':
    case 'number':
      return numbersOf(scope, describing(schema)).find((value) => inRange(value, schema, type));
    case 'boolean':
      return booleanFor(stems.length > 0 ? stems : stemsOf(describing(schema)), scope.material, scope.labelled) ?? undefined;
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
    } else if (allowsNull(property, scope)) entries.push([name, null]);
    else if (required.includes(name)) entries.push([name, emptyFor(property, scope)]);
  }
  return { value: Object.fromEntries(entries), found };
}

/** What stands for a required value that was not found: nothing was listed, nothing is known. */
function emptyFor(property: unknown, scope: Scope): unknown {
  if (typeof property !== 'object' || property === null || scope.depth > mostDepth) return null;
  const schema = resolved(property as JsonSchema, scope);
  const types = typesOf(schema);
  if (types[0] === 'array') return [];
  if (types[0] === 'object' && schema['properties'] !== undefined) return objectFor(schema, { ...scope, depth: scope.depth + 1 }).value;
  return null;
}

function allowsNull(property: unknown, scope: Scope): boolean {
  if (typeof property !== 'object' || property === null) return property === true;
  const schema = resolved(property as JsonSchema, scope);
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(null);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches))
    return branches.some((branch) => allowsNull(branch, { ...scope, depth: scope.depth + 1 }) && scope.depth < mostDepth);
  const type = schema['type'];
  return (
    type === 'null' ||
    (Array.isArray(type) && type.includes('null')) ||
    (type === undefined && !('properties' in schema) && !('const' in schema))
  );
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

function inRange(value: number, { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf }: JsonSchema, type: string): boolean {
  if (type === 'integer' && !Number.isInteger(value)) return false;
  if (typeof minimum === 'number' && value < minimum) return false;
  if (typeof maximum === 'number' && value > maximum) return false;
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) return false;
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) return false;
  return typeof multipleOf !== 'number' || multipleOf <= 0 || Number.isInteger(value / multipleOf);
}

function arrayFor(schema: JsonSchema, scope: Scope): Found {
  const items = schema['items'];
  if (typeof items !== 'object' || items === null || Array.isArray(items)) return undefined;
  const most = typeof schema['maxItems'] === 'number' ? schema['maxItems'] : null;
  const item = resolved(items as JsonSchema, scope);
  const found = itemsFor(item, { ...scope, depth: scope.depth + 1 }, most, describing(schema));
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
    return stated.filter((value) => inRange(value, item, type));
  }
  if (type !== 'string') return [];
  const texts = listed.length > 0 ? listed : statementsFor(scope, most, description);
  return texts.flatMap((text) =>
    spansFor({ name: '', description: '', schema: item, alone: false }, onlySaying(text), [{ stems: [''], value: text }], scope.task)
      .concat(sized(text, item))
      .slice(0, 1),
  );
}

/** The text itself where the schema of the item leaves it as it is. */
function sized(text: string, { maxLength, minLength, pattern, format }: JsonSchema): string[] {
  const length = [...text].length;
  if (pattern !== undefined || format !== undefined) return [];
  if ((typeof maxLength === 'number' && length > maxLength) || (typeof minLength === 'number' && length < minLength)) return [];
  return [text];
}

const onlySaying = (text: string): Material => materialOf([{ name: null, text }]);

const topics = /(keywords?|tags?|topics?|keyphrases?|terms)$/i;
const anyList =
  /^(items?|points?|list|bullets?|features?|steps?|highlights?|key_?points?|takeaways?|facts?|sentences?|quotes?|results?|values?|answers?)$/i;

/** A list that the text itself has for the name: behind its label, under its heading, or the only one there is. */
function listFor({ name, labelled, material }: Scope, description: string): string[] {
  const stems = nameStems(name);
  const stated = valuesFor(stems, labelled)[0];
  if (stated !== undefined) {
    return stated
      .split(/\s*[,;]\s*(?:and\s+)?|\s+and\s+/)
      .map((part) => part.replace(/[.\s]+$/, '').trim())
      .filter((part) => part !== '');
  }
  const lists = [
    ...Map.groupBy(
      material.units.filter(({ kind }) => kind === 'item'),
      ({ block, source }) => `${source}/${block}`,
    ).values(),
  ];
  const leading = (list: readonly Unit[]): readonly string[] => {
    const first = list[0];
    if (first === undefined) return [];
    const before = material.units[material.units.indexOf(first) - 1];
    return [...material.headingStems(first), ...(before !== undefined && /:$/.test(before.text) ? before.stems : [])];
  };
  const named = lists.find((list) => stems.length > 0 && stems.some((stem) => leading(list).includes(stem)));
  const wanted = [...stems, ...stemsOf(description)];
  const only =
    lists.length === 1 && (anyList.test(name) || leading(lists[0] ?? []).some((stem) => wanted.includes(stem))) ? lists[0] : undefined;
  return (named ?? only ?? []).map(({ raw }) => raw);
}

function statementsFor({ name, material, task, alone }: Scope, most: number | null, description: string): string[] {
  const count = wantedBy(description).sentences ?? task.wanted.sentences ?? usualItems;
  const many = Math.min(most ?? count, count);
  if (topics.test(name)) return keywords(material, most ?? Math.max(count, 5));
  if (anyList.test(name) || name === '' || alone) {
    const worth = worthOf(material.prose, []);
    const order = material.prose.map((unit, index) => ({ unit, worth: worth[index] ?? 0 })).sort((a, b) => b.worth - a.worth);
    return order
      .slice(0, many)
      .sort((a, b) => a.unit.source - b.unit.source || a.unit.start - b.unit.start)
      .map(({ unit }) => unit.raw);
  }
  const stems = nameStems(name);
  return rankFor([...stems, ...stemsOf(description)], material.statements, material.headingStems)
    .filter(({ unit, coverage }) => coverage >= 0.5 || stems.some((stem) => unit.stems.includes(stem)))
    .slice(0, many)
    .map(({ unit }) => unit.raw);
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

/** Names that ask for a part as a whole. */
const wholeNames = stemsOf('text content quote review comment body sentence item entry');

interface Part {
  readonly material: Material;
  readonly labelled: readonly Labelled[];
}

function partsOf({ material, labelled }: Scope): Part[] {
  const rows = material.units.filter(({ kind }) => kind === 'row');
  const [head, ...body] = rows;
  if (head !== undefined && body.length > 0) {
    const labels = cellsOf(head.raw).map(nameStems);
    return body.map(({ raw }) => ({
      material: onlySaying(raw),
      labelled: cellsOf(raw).flatMap((value, index) => (value === '' ? [] : [{ stems: labels[index] ?? [], value }])),
    }));
  }
  const items = material.units.filter(({ kind }) => kind === 'item');
  const texts =
    items.length > 1 ? items.map(({ raw }) => raw) : material.sources.length > 1 ? material.sources.map(({ text }) => text) : [];
  if (texts.length === 0) return [{ material, labelled }];
  return texts.map((text) => {
    const part = onlySaying(text);
    return { material: part, labelled: [...labelledIn(part), ...wholeNames.map((stem) => ({ stems: [stem], value: text.trim() }))] };
  });
}

const describing = (schema: JsonSchema): string => (typeof schema['description'] === 'string' ? schema['description'] : '');

/** Types in the order of the schema, `null` left out; guessed from other keywords when there is none. */
function typesOf(schema: JsonSchema): string[] {
  const type = schema['type'];
  if (typeof type === 'string') return type === 'null' ? [] : [type];
  if (Array.isArray(type)) return type.filter((each): each is string => typeof each === 'string' && each !== 'null');
  if ('properties' in schema) return ['object'];
  return 'items' in schema ? ['array'] : ['string'];
}

/** With its local reference followed and the parts of `allOf` laid over each other. */
function resolved(schema: JsonSchema, scope: Scope, left = mostDepth): JsonSchema {
  let merged: JsonSchema = schema;
  const reference = schema['$ref'];
  if (typeof reference === 'string' && left > 0) {
    const { $ref: _, ...rest } = schema;
    merged = { ...resolved(pointed(scope.root, reference), scope, left - 1), ...rest };
  }
  const parts = merged['allOf'];
  if (!Array.isArray(parts) || left === 0) return merged;
  const { allOf: _, ...rest } = merged;
  return parts.reduce<JsonSchema>((sum, part) => laidOver(sum, resolved(part as JsonSchema, scope, left - 1)), rest);
}

function laidOver(one: JsonSchema, other: JsonSchema): JsonSchema {
  return {
    ...one,
    ...other,
    ...('properties' in one || 'properties' in other
      ? { properties: { ...(one['properties'] as object | undefined), ...(other['properties'] as object | undefined) } }
      : {}),
    ...('required' in one || 'required' in other
      ? { required: [...((one['required'] as unknown[] | undefined) ?? []), ...((other['required'] as unknown[] | undefined) ?? [])] }
      : {}),
  };
}

function pointed(root: JsonSchema, reference: string): JsonSchema {
  if (!reference.startsWith('#')) return {};
  let node: unknown = root;
  for (const segment of reference.slice(1).split('/').slice(1)) {
    if (typeof node !== 'object' || node === null) return {};
    node = (node as Record<string, unknown>)[segment.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return typeof node === 'object' && node !== null ? (node as JsonSchema) : {};
}
