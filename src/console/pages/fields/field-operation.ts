/** Writes an operation that asks for an AI field, from the fields of `Query` that lead to its type. */
import type { FieldEntrancesQuery, FieldRowFragment } from './fields.generated.ts';

/** What an operation needs to know of an AI field. */
type Asked = Pick<FieldRowFragment, 'typeName' | 'fieldName' | 'type' | 'keys' | 'arguments'>;
type Schema = FieldEntrancesQuery['__schema'];
type Entrance = NonNullable<Schema['queryType']['fields']>[number];

interface Named {
  readonly name?: string | null;
  readonly ofType?: Named | null;
}

const nameOf = (type: Named): string | null => (type.ofType ? nameOf(type.ofType) : (type.name ?? null));

const isNeeded = ({ defaultValue, type }: Entrance['args'][number]): boolean => type.kind === 'NON_NULL' && (defaultValue ?? null) === null;

/** Such a type needs a selection. Which of its fields are wanted is the reader's to say. */
const hasFields: readonly string[] = ['OBJECT', 'INTERFACE', 'UNION'];

const plainName = (type: string): string => type.replaceAll(/[![\]]/g, '');

const examples: Readonly<Record<string, string>> = { Int: '1', Float: '1', Boolean: 'true', String: '"…"', ID: '"1"' };

/** `…` stands where the reader has to write something. Null: nothing that the reader may ask for leads to the type. */
export function operationFor(field: Asked, { queryType, types }: Schema): string | null {
  const isObject = types.some(({ name, kind }) => name === plainName(field.type) && hasFields.includes(kind));
  const own = `${field.fieldName}${argumentsText(field)}${isObject ? ' { __typename }' : ''}`;
  if (field.typeName === 'Query') return `query Try {\n  ${own}\n}`;
  const [entrance] = (queryType.fields ?? [])
    .filter(({ type }) => nameOf(type) === field.typeName)
    .toSorted((a, b) => a.args.filter(isNeeded).length - b.args.filter(isNeeded).length);
  if (entrance === undefined) return null;
  const given = entrance.args
    .filter((arg) => isNeeded(arg) || arg.name === 'first')
    .map(({ name }) => `${name}: ${name === 'first' ? '1' : '"…"'}`);
  const keys = [...new Set(field.keys.flatMap((key) => (/^[\w ]+$/.test(key) ? key.split(' ') : [])))];
  return `query Try {\n  ${entrance.name}${given.length === 0 ? '' : `(${given.join(', ')})`} {\n    ${[...keys, own].join('\n    ')}\n  }\n}`;
}

function argumentsText({ arguments: args }: Asked): string {
  const needed = args.filter(({ type, defaultValue }) => type.endsWith('!') && defaultValue === null);
  if (needed.length === 0) return '';
  return `(${needed.map(({ name, type }) => `${name}: ${examples[plainName(type)] ?? '"…"'}`).join(', ')})`;
}
