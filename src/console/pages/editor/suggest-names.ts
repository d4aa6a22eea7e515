/** Which names fit where the reader writes: fields, arguments, values, types, directives. It reads what stands before, however wrong it is. */
import type { EditorSchemaQuery, InputFragment, NamedFragment } from './editor.generated.ts';
import { readTokens, type TextToken } from './read-tokens.ts';

export type Schema = EditorSchemaQuery['__schema'];
type Type = Schema['types'][number];
type Field = NonNullable<Type['fields']>[number];

export interface Suggestion {
  readonly name: string;
  /** Its type, or what it is. */
  readonly about: string;
  readonly description: string | null;
}

export interface Suggestions {
  /** What a suggestion replaces, as offsets into the text. */
  readonly from: number;
  readonly to: number;
  /** Those that begin with what is written come first. */
  readonly options: readonly Suggestion[];
}

/** Something open that the text has not closed yet. */
type Place =
  | { readonly in: 'selection'; readonly type: string | null }
  | {
      readonly in: 'inputs';
      readonly inputs: readonly InputFragment[];
      readonly used: Set<string>;
      key: InputFragment | null;
      isValue: boolean;
    }
  | { readonly in: 'list'; readonly of: InputFragment | null }
  | { readonly in: 'variables' };

const maxShown = 40;
const directiveOfDefer: Suggestion = { name: 'defer', about: 'directive', description: 'Answers this part later, when the rest is there.' };

export function suggestNames(text: string, at: number, schema: Schema): Suggestions | null {
  const before = readTokens(text.slice(0, at));
  const last = before.at(-1);
  if (last !== undefined && last.end === at && /comment|string|number/.test(last.kind)) return null;
  const isBegun = last?.kind === 'name' && last.end === at;
  const from = isBegun ? last.start : at;
  const to = at + (/^\w*/.exec(text.slice(at))?.[0].length ?? 0);
  const prefix = text.slice(from, at).toLowerCase();
  const tokens = (isBegun ? before.slice(0, -1) : before).filter(({ kind }) => kind !== 'comment');
  const fitting = namesAt(tokens, text, schema).filter(({ name }) => name.toLowerCase().includes(prefix));
  const options = fitting.toSorted((a, b) => rank(a, prefix) - rank(b, prefix)).slice(0, maxShown);
  return options.length === 0 ? null : { from, to, options };
}

const rank = ({ name }: Suggestion, prefix: string): number =>
  (name.toLowerCase().startsWith(prefix) ? 0 : 1) + (name.startsWith('__') ? 2 : 0);

function namesAt(tokens: readonly TextToken[], text: string, schema: Schema): readonly Suggestion[] {
  const { place, pending } = placeBehind(tokens, schema);
  const [before, last] = [tokens.at(-2)?.text, tokens.at(-1)?.text];
  if (last === '@')
    return [
      ...schema.directives.filter(isOfOperations).map(({ name, description }) => ({ name, about: 'directive', description })),
      ...(schema.directives.some(({ name }) => name === 'defer') ? [] : [directiveOfDefer]),
    ];
  if (last === '$') return place?.in === 'variables' ? [] : variablesOf(text);
  if (last === 'on' && (before === '...' || place === null)) return typesWithin(place?.in === 'selection' ? place.type : null, schema);
  if (place === null) return last === undefined || last === '}' ? beginnings(schema) : [];
  switch (place.in) {
    case 'selection':
      if (last === '...') return [{ name: 'on', about: 'a type', description: 'Selects fields of one type.' }, ...fragmentsOf(text)];
      return [
        ...fieldsOf(place.type, schema).map(fieldShown),
        { name: '__typename', about: 'String!', description: 'The name of the type.' },
      ];
    case 'inputs':
      if (place.isValue) return valuesOf(place.key, schema);
      return place.inputs.filter(({ name }) => !place.used.has(name)).map(inputShown);
    case 'list':
      return valuesOf(place.of, schema);
    case 'variables':
      return last === ':' || last === '[' || pending !== null ? inputTypes(schema) : [];
  }
}

/** Walks through what is written. `pending`: the type that the next `{` selects from. */
function placeBehind(tokens: readonly TextToken[], schema: Schema): { readonly place: Place | null; readonly pending: string | null } {
  const open: Place[] = [];
  let pending: string | null = null;
  let args: readonly InputFragment[] = [];
  for (const [index, { text, kind }] of tokens.entries()) {
    const place = open.at(-1) ?? null;
    const before = tokens[index - 1]?.text;
    if (kind === 'name' && before === '@') args = schema.directives.find(({ name }) => name === text)?.args ?? [];
    else if (place === null) {
      if (kind === 'name') pending = rootOf(text, schema) ?? (before === 'on' ? text : pending);
      if (text === '(') open.push({ in: 'variables' });
      if (text === '{') open.push({ in: 'selection', type: pending ?? schema.queryType.name });
    } else if (place.in === 'selection') {
      if (text === '}') {
        open.pop();
        pending = null;
      } else if (text === '{') open.push({ in: 'selection', type: pending });
      else if (text === '(') open.push(inputsOf(args));
      else if (text === '...') pending = place.type;
      else if (text === ':') pending = null;
      else if (kind === 'name' && before === 'on' && tokens[index - 2]?.text === '...') pending = text;
      else if (kind === 'name' && !(before === '...')) {
        const field = fieldsOf(place.type, schema).find(({ name }) => name === text);
        pending = field === undefined ? null : plainName(field.type);
        args = field?.args ?? [];
      }
    } else if (place.in === 'variables') {
      if (text === ')') open.pop();
    } else if (text === ')' || text === '}' || text === ']') open.pop();
    else if (text === '[' || text === '{') {
      const of = place.in === 'list' ? place.of : place.key;
      if (place.in === 'inputs') place.isValue = false;
      open.push(
        text === '[' ? { in: 'list', of } : inputsOf(typeNamed(of === null ? null : plainName(of.type), schema)?.inputFields ?? []),
      );
    } else if (place.in === 'inputs') {
      if (text === ':') place.isValue = true;
      else if (place.isValue) place.isValue = text === '$';
      else if (kind === 'name') {
        place.key = place.inputs.find(({ name }) => name === text) ?? null;
        place.used.add(text);
      }
    }
  }
  return { place: open.at(-1) ?? null, pending };
}

const inputsOf = (inputs: readonly InputFragment[]): Place => ({ in: 'inputs', inputs, used: new Set(), key: null, isValue: false });

function rootOf(keyword: string, { queryType, mutationType, subscriptionType }: Schema): string | null {
  const roots: Readonly<Record<string, string | null | undefined>> = {
    query: queryType.name,
    mutation: mutationType?.name,
    subscription: subscriptionType?.name,
  };
  return Object.hasOwn(roots, keyword) ? (roots[keyword] ?? null) : null;
}

const typeNamed = (name: string | null, { types }: Schema): Type | undefined => types.find((type) => type.name === name);
const fieldsOf = (type: string | null, schema: Schema): readonly Field[] => typeNamed(type, schema)?.fields ?? [];

interface Wrapped {
  readonly kind?: string;
  readonly name?: string | null;
  readonly ofType?: Wrapped | null;
}

const plainName = (type: Wrapped): string | null => (type.ofType ? plainName(type.ofType) : (type.name ?? null));

/** As it is written: `[Product!]`. */
function typeText({ kind, name, ofType }: Wrapped): string {
  if (!ofType) return name ?? '';
  return kind === 'LIST' ? `[${typeText(ofType)}]` : `${typeText(ofType)}!`;
}

const isOfOperations = ({ locations }: Schema['directives'][number]): boolean =>
  locations.some((one) => /^(QUERY|MUTATION|SUBSCRIPTION|FIELD|FRAGMENT_SPREAD|INLINE_FRAGMENT|FRAGMENT_DEFINITION)$/.test(one));

const fieldShown = ({ name, type, description }: Field): Suggestion => ({ name, about: typeText(type as NamedFragment), description });
const inputShown = ({ name, type, description }: InputFragment): Suggestion => ({ name, about: typeText(type), description });

function valuesOf(input: InputFragment | null, schema: Schema): readonly Suggestion[] {
  const name = input === null ? null : plainName(input.type);
  const values = typeNamed(name, schema)?.enumValues ?? [];
  if (name === 'Boolean') return ['true', 'false'].map((value) => ({ name: value, about: 'Boolean', description: null }));
  return values.map((value) => ({ name: value.name, about: name ?? '', description: value.description }));
}

function typesWithin(type: string | null, schema: Schema): readonly Suggestion[] {
  const known = typeNamed(type, schema);
  const names = type === null ? schema.types.map(({ name }) => name) : [type, ...(known?.possibleTypes ?? []).map(({ name }) => name)];
  return names.flatMap((name) => {
    const of = typeNamed(name, schema);
    return name === null || !/^(OBJECT|INTERFACE|UNION)$/.test(of?.kind ?? '') ? [] : [{ name, about: 'type', description: null }];
  });
}

const inputTypes = ({ types }: Schema): readonly Suggestion[] =>
  types.flatMap(({ kind, name }) =>
    name !== null && /^(SCALAR|ENUM|INPUT_OBJECT)$/.test(kind)
      ? [{ name, about: kind.toLowerCase().replace('_', ' '), description: null }]
      : [],
  );

function beginnings({ mutationType, subscriptionType }: Schema): readonly Suggestion[] {
  const all = [
    { name: 'query', about: 'reads', description: null },
    ...(mutationType === null ? [] : [{ name: 'mutation', about: 'changes', description: null }]),
    ...(subscriptionType === null ? [] : [{ name: 'subscription', about: 'follows', description: null }]),
  ];
  return [...all, { name: 'fragment', about: 'fields to use again', description: null }];
}

const variablesOf = (text: string): readonly Suggestion[] =>
  [...new Map([...text.matchAll(/\$(\w+)\s*:\s*([\w![\]]+)/g)].map(([, name = '', about = '']) => [name, about]))].map(([name, about]) => ({
    name,
    about,
    description: null,
  }));

const fragmentsOf = (text: string): readonly Suggestion[] =>
  [...text.matchAll(/\bfragment\s+(\w+)\s+on\s+(\w+)/g)].map(([, name = '', about = '']) => ({
    name,
    about: `fragment on ${about}`,
    description: null,
  }));
