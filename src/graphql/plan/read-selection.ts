/**
 * Makes a function of a selection: it reads the selected fields of a value at once, where graphql-js would look at types, directives
 * and fragments again for each value.
 *
 * Only what goes well is read here. Whatever does not (a resolver throws or returns a promise, a value is null that must not be)
 * throws {@link cannotRead}, and graphql-js answers in its own words: see `operation-plan.ts`.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { plainFields } from './plain-fields.ts';

/** Reads the selected fields of a value. Throws {@link cannotRead}, or what a resolver throws. */
export type Read = (value: unknown, context: unknown) => unknown;

/** The error has no message, because nobody sees it. */
const cannotRead = new Error();

export interface Source {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
}

/** Maximum number of fields of a plan, counted for each member of a union, so that a plan does not weigh far more than its document. */
const maxFields = 200;

/** Null when the document selects something that plans do not read. The document must be valid. */
export function readerOf(type: GraphQLOutputType, nodes: readonly FieldNode[], source: Source): Read | null {
  let left = maxFields;

  function ofType(type: GraphQLOutputType, nodes: readonly FieldNode[]): Read | null {
    if (isNonNullType(type)) {
      const read = ofType(type.ofType, nodes);
      return read === null ? null : (value, context) => read(value, context) ?? refuse();
    }
    const read = ofNullable(type, nodes);
    return read === null ? null : (value, context) => (value === null || value === undefined ? null : read(value, context));
  }

  function ofNullable(type: GraphQLOutputType, nodes: readonly FieldNode[]): Read | null {
    if (isListType(type)) {
      const read = ofType(type.ofType, nodes);
      return read === null ? null : (value, context) => (Array.isArray(value) ? value.map((item) => read(item, context)) : refuse());
    }
    if (isLeafType(type)) return (value) => (isOdd(value) ? refuse() : (type.serialize(value) ?? refuse()));
    if (isObjectType(type)) return type.isTypeOf ? null : ofObject(type, nodes);
    if (!isAbstractType(type)) return null;
    const { resolveType } = type;
    if (!resolveType) return null;
    const members = new Map<unknown, Read>();
    for (const member of source.schema.getPossibleTypes(type)) {
      const read = member.isTypeOf ? null : ofObject(member, nodes);
      if (read === null) return null;
      members.set(member.name, read);
    }
    return (value, context) => (members.get(resolveType(value, context, noInfo, type)) ?? refuse)(value, context);
  }

  function ofObject(type: GraphQLObjectType, nodes: readonly FieldNode[]): Read | null {
    const keys: string[] = [];
    const reads: Read[] = [];
    const fields = fieldsIn(type, nodes, source);
    if (fields === null) return null;
    for (const [key, of] of fields) {
      left -= 1;
      const read = left < 0 ? null : ofField(type, of);
      if (read === null) return null;
      keys.push(key);
      reads.push(read);
    }
    return (value, context) => {
      if (isOdd(value)) refuse();
      const result: Record<string, unknown> = {};
      for (let index = 0; index < keys.length; index += 1) result[keys[index] as string] = (reads[index] as Read)(value, context);
      return result;
    };
  }

  function ofField(type: GraphQLObjectType, nodes: readonly FieldNode[]): Read | null {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') return () => type.name;
    const field = plainFields.has(`${type.name}.${name}`) ? type.getFields()[name] : undefined;
    const read = field === undefined ? null : ofType(field.type, nodes);
    if (field === undefined || read === null) return null;
    const { resolve } = field;
    if (resolve === undefined) return (parent, context) => read((parent as Readonly<Record<string, unknown>>)[name], context);
    return (parent, context) => read(resolve(parent, {}, context, noInfo), context);
  }

  return ofType(type, nodes);
}

/** Stands in for `info`, which plain resolvers do not read. A resolver that reads it fails here, and graphql-js calls it then. */
const noInfo = undefined as never;

function refuse(): never {
  throw cannotRead;
}

/** Whether graphql-js would throw, call or wait for the value instead of reading it. */
const isOdd = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && (value instanceof Error || 'then' in value));

/** The nodes of each response key. Null where a directive decides whether a field is there. */
function fieldsIn(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  { schema, document }: Source,
): ReadonlyMap<string, readonly FieldNode[]> | null {
  const fields = new Map<string, FieldNode[]>();
  const entered = new Set<string>();

  const isFor = (condition: string | undefined): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const named = schema.getType(condition);
    return isAbstractType(named) && schema.isSubType(named, type);
  };

  function collect({ selections }: SelectionSetNode): boolean {
    for (const selection of selections) {
      if (selection.directives !== undefined && selection.directives.length > 0) return false;
      if (selection.kind === 'Field') {
        const key = (selection.alias ?? selection.name).value;
        fields.set(key, [...(fields.get(key) ?? []), selection]);
        continue;
      }
      let fragment:
        | (Pick<FragmentDefinitionNode, 'selectionSet'> & { readonly typeCondition?: FragmentDefinitionNode['typeCondition'] | undefined })
        | undefined;
      if (selection.kind === 'InlineFragment') fragment = selection;
      else if (!entered.has(selection.name.value)) {
        entered.add(selection.name.value);
        fragment = document.definitions.find((one) => one.kind === 'FragmentDefinition' && one.name.value === selection.name.value) as
          | FragmentDefinitionNode
          | undefined;
      }
      if (fragment !== undefined && isFor(fragment.typeCondition?.name.value) && !collect(fragment.selectionSet)) return false;
    }
    return true;
  }

  for (const { selectionSet } of nodes) if (selectionSet !== undefined && !collect(selectionSet)) return null;
  return fields;
}
