/**
 * Every string of a request, wherever it stands: the whole request is walked, names of properties included, so that a field
 * that is added to it is checked and masked without a change here. Left out are only the words of our own types (`role`,
 * `type` and their kin), which no caller writes.
 *
 * How a string may be masked follows from how it is read:
 * - `prose`: words, values, names of properties. A placeholder stands for them both ways.
 * - `id`: links a tool's result to its call. A placeholder without brackets, since vendors accept only letters, digits, `_` and `-`.
 * - `file`: base64; text in it is masked, other bytes (pictures, PDF) are neither read nor changed.
 * - `fixed`, `reference`, `pattern`, `opaque`: another text would mean something else (names of tools, media types, vendor
 *   parameters; addresses and pointers; regular expressions; vendors' signed parts). Personal data in them refuses the request.
 */
import { GatewayError } from '../../core/errors.ts';
import type { ModelRequest } from '../../core/request/request.ts';
import type { Paced } from '../../core/turns/paced.ts';
import type { Turns } from '../../core/turns/turns.ts';

export type Reading = 'prose' | 'id' | 'file' | 'fixed' | 'reference' | 'pattern' | 'opaque';

/** Where a string stands, from the inside out. */
export interface Place {
  readonly above: Place | null;
  readonly key: string | number;
  readonly depth: number;
}

export interface RequestString {
  readonly text: string;
  readonly reading: Reading;
  readonly place: Place;
  /** The object that it is a property of, or that has the list it is in. */
  readonly holder: object;
}

export interface RequestVisitor {
  /** Returns the string to put in its place: at once, where nothing must be waited for. */
  string(found: RequestString): string | Paced<string>;
  /** A number in JSON of the caller; `fixed` where only a number can stand. */
  number(value: number, fixed: boolean, place: Place): Paced<unknown>;
  /** JSON of the caller (arguments, schemas, parameters) that has been walked, unless it is empty. */
  json?(value: object): void;
}

interface Rule {
  readonly strings: Reading | 'ours';
  readonly names: Reading | 'ours';
  readonly numbers: 'ours' | 'free' | 'fixed';
  inside(key: string, holder: object): Rule;
}

const always = (reading: Reading | 'ours'): Rule => {
  const rule: Rule = { strings: reading, names: 'ours', numbers: 'ours', inside: () => rule };
  return rule;
};
const constant = always('ours');
const id = always('id');
const file = always('file');
const fixed = always('fixed');
const reference = always('reference');
const opaque = always('opaque');

const json: Rule = { strings: 'prose', names: 'prose', numbers: 'free', inside: () => json };
/** Keywords with values that an answer must equal, so that numbers stay numbers. */
const schemaValue: Rule = { strings: 'prose', names: 'prose', numbers: 'fixed', inside: () => schemaValue };
const parameters: Rule = { strings: 'fixed', names: 'fixed', numbers: 'fixed', inside: () => parameters };

const schema: Rule = {
  strings: 'prose',
  names: 'prose',
  numbers: 'fixed',
  inside(key) {
    switch (key) {
      case 'properties':
      case 'dependentSchemas':
      case 'dependentRequired':
      case 'dependencies':
        return members;
      case 'patternProperties':
        return patternMembers;
      case '$defs':
      case 'definitions':
        return definitions;
      case 'enum':
      case 'const':
      case 'default':
      case 'example':
      case 'examples':
        return schemaValue;
      case 'pattern':
        return schemaPattern;
      case '$ref':
      case '$dynamicRef':
      case '$recursiveRef':
      case '$id':
      case '$schema':
      case '$anchor':
      case '$dynamicAnchor':
        return schemaReference;
      default:
        return schema;
    }
  },
};
/** Keywords whose members are named by the caller: a member called `pattern` is a schema, too. */
const members: Rule = { ...schema, inside: () => schema };
const patternMembers: Rule = { ...schema, names: 'pattern', inside: () => schema };
const definitions: Rule = { ...schema, names: 'reference', inside: () => schema };
const schemaPattern: Rule = { ...schema, strings: 'pattern' };
const schemaReference: Rule = { ...schema, strings: 'reference' };

/** The fields of our own types. */
const ownNames = new Set(
  (
    'kind messages role content type text url base64 mediaType name id arguments opaque callId isError maxInputTokens maxOutputTokens ' +
    'temperature topP stop seed tools description parameters toolChoice output format schema providerOptions texts dimensions'
  ).split(' '),
);

const own: Rule = {
  strings: 'prose',
  names: 'prose',
  numbers: 'ours',
  inside(key, holder) {
    switch (key) {
      case 'kind':
      case 'role':
      case 'type':
      case 'format':
        return constant;
      case 'id':
      case 'callId':
        return id;
      case 'name':
        return 'mediaType' in holder ? own : fixed;
      case 'mediaType':
        return fixed;
      case 'url':
        return reference;
      case 'base64':
        return file;
      case 'opaque':
        return opaque;
      case 'arguments':
        return json;
      case 'content':
        return 'role' in holder ? own : json;
      case 'parameters':
      case 'schema':
        return schema;
      case 'providerOptions':
        return parameters;
      default:
        return own;
    }
  },
};

const maxDepth = 256;

/**
 * The request with what the visitor puts in place of each string; the same object where nothing was changed. Throws BAD_REQUEST for JSON
 * that is nested without end.
 */
export function* mapRequest(request: ModelRequest, visitor: RequestVisitor, turns: Turns): Paced<ModelRequest> {
  const wait = turns.spend(1);
  if (wait !== null) yield wait;
  const walk: Walk = { visitor, turns };
  return (yield* mapMembers(request, own, { above: null, key: '', depth: 0 }, walk)) as ModelRequest;
}

interface Walk {
  readonly visitor: RequestVisitor;
  readonly turns: Turns;
}

/** Whether the value has no string of the caller's, as most fields of our own types. */
function isOurs(value: unknown, { strings, numbers }: Rule): boolean {
  if (typeof value === 'string') return value === '' || strings === 'ours';
  if (typeof value === 'number') return numbers === 'ours';
  if (typeof value !== 'object' || value === null) return true;
  for (const _ in value) return false;
  return true;
}

function* mapValue(value: unknown, rule: Rule, place: Place, holder: object, walk: Walk): Paced<unknown> {
  const { visitor } = walk;
  if (typeof value === 'string') {
    const mapped = visitor.string({ text: value, reading: rule.strings as Reading, place, holder });
    return typeof mapped === 'string' ? mapped : yield* mapped;
  }
  if (typeof value === 'number') return yield* visitor.number(value, rule.numbers === 'fixed', place);
  if (place.depth > maxDepth) throw tooDeep(place);
  return Array.isArray(value) ? yield* mapItems(value, rule, place, holder, walk) : yield* mapMembers(value as object, rule, place, walk);
}

function* mapItems(items: readonly unknown[], rule: Rule, place: Place, holder: object, walk: Walk): Paced<readonly unknown[]> {
  let changed: unknown[] | null = null;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    const wait = walk.turns.spend(1);
    if (wait !== null) yield wait;
    if (isOurs(item, rule)) continue;
    const mapped = yield* mapValue(item, rule, below(place, index), holder, walk);
    if (mapped === item) continue;
    changed ??= [...items];
    changed[index] = mapped;
  }
  return changed ?? items;
}

function* mapMembers(holder: object, rule: Rule, place: Place, walk: Walk): Paced<object> {
  const { visitor, turns } = walk;
  const members = holder as Readonly<Record<string, unknown>>;
  const keys = Object.keys(members);
  let changed: [string, unknown][] | null = null;
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    const item = members[key];
    const wait = turns.spend(1);
    if (wait !== null) yield wait;
    const inner = rule.inside(key, holder);
    let name = key;
    if (rule.names !== 'ours' && !(rule === own && ownNames.has(key))) {
      const mapped = visitor.string({ text: key, reading: rule.names, place: below(place, key), holder });
      name = typeof mapped === 'string' ? mapped : yield* mapped;
    }
    const value = isOurs(item, inner) ? item : yield* mapValue(item, inner, below(place, key), holder, walk);
    if (name !== key || value !== item) changed ??= keys.slice(0, index).map((before) => [before, members[before]]);
    changed?.push([name, value]);
    if (rule === own && inner !== own && isFilled(item)) visitor.json?.(item);
  }
  return changed === null ? holder : Object.fromEntries(changed);
}

const isFilled = (item: unknown): item is object => typeof item === 'object' && item !== null && Object.keys(item).length > 0;

const below = (above: Place, key: string | number): Place => ({ above, key, depth: above.depth + 1 });

/** As a JSON pointer (RFC 6901): `/tools/0/name`. */
export function pointerOf(place: Place): string {
  const segments: string[] = [];
  for (let at: Place | null = place; at?.above != null; at = at.above) {
    segments.unshift(String(at.key).replaceAll('~', '~0').replaceAll('/', '~1'));
  }
  return segments.map((segment) => `/${segment}`).join('');
}

const tooDeep = (place: Place): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The request nests its JSON deeper than ${maxDepth} levels below ${pointerOf(place).split('/').slice(0, 4).join('/')}, which is the most that is read.`,
  );
