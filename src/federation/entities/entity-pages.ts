/** Reads all entities of a root list, page by page, through the whole graph. It sends one request per page, and one more. */
import {
  type ExecutionResult,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isListType,
  isObjectType,
  isRequiredArgument,
  parse,
} from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { throwIfAborted, untilAborted } from '../../core/turns/abort.ts';
import { runOn } from '../engine/execution.ts';
import { exactPath } from '../engine/place-errors.ts';
import type { IndexedType } from './entity-resolvers.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface EntityPage {
  readonly entities: readonly Fields[];
  /** Position of the next page, which only the pager reads. Null: this is the last page. */
  readonly next: string | null;
  /** Whether errors hid entities of this page. Missing entities are then not taken for deleted ones. */
  readonly partial: boolean;
}

export interface EntityPagesOptions {
  /** The schema that is served now. Null: none. */
  readonly schema: () => GraphQLSchema | null;
  /** Makes the context of a new operation of the gateway itself. */
  readonly contextFor: (signal: AbortSignal) => unknown;
  /** Number of entities per page. Default: 100. */
  readonly pageSize?: number;
}

/** The list contains what the principal of the context may see. Anything else is not indexed. */
export function entityPages({ schema, contextFor, pageSize = 100 }: EntityPagesOptions) {
  return async (index: IndexedType, after: string | null, signal: AbortSignal): Promise<EntityPage> => {
    throwIfAborted(signal);
    const current = schema();
    if (current === null) throw new GatewayError('SUBGRAPH_UNAVAILABLE', 'The graph is not composed yet, so there is nothing to index.');
    const paging = pagingOf(current, index, pageSize);
    const { query, variables } = paging.request(after);
    const operation = { schema: current, document: parse(query), variableValues: variables, contextValue: contextFor(signal) };
    const result = await untilAborted(runOn(operation), signal);
    const root = result.data?.[index.from];
    if (root === null || root === undefined) {
      throw new GatewayError(
        'SUBGRAPH_UNAVAILABLE',
        `The graph did not answer "${index.from}", so ${index.typeName} is not indexed now.`,
        {},
        { cause: result.errors?.[0] },
      );
    }
    const items = paging.itemsOf(root);
    const broken = brokenItems(result.errors ?? []);
    const entities = items.filter((item, at) => isOf(item, index.typeName) && !broken.has(at)) as Fields[];
    return { entities, next: paging.next(root, items, after), partial: (result.errors ?? []).length > 0 };
  };
}

const isOf = (item: unknown, typeName: string): boolean =>
  typeof item === 'object' && item !== null && Reflect.get(item, '__typename') === typeName;

/** Positions of items with an error: the first index in the error's path at that level. */
function brokenItems(errors: NonNullable<ExecutionResult['errors']>): ReadonlySet<number> {
  return new Set(errors.flatMap((error) => (exactPath(error) ?? []).find((part) => typeof part === 'number') ?? []));
}

interface Paging {
  request(after: string | null): { readonly query: string; readonly variables: Fields };
  itemsOf(root: unknown): readonly unknown[];
  next(root: unknown, items: readonly unknown[], after: string | null): string | null;
}

type Field = GraphQLField<unknown, unknown>;

function pagingOf(schema: GraphQLSchema, { from, typeName, key, selection }: IndexedType, pageSize: number): Paging {
  const field = schema.getQueryType()?.getFields()[from];
  if (field === undefined)
    throw new GatewayError('BAD_REQUEST', `@indexed from: there is no field Query.${from}. Name a root list of ${typeName}.`);
  const entity = `{ __typename ... on ${typeName} { ${key} ${selection} } }`;
  const connection = connectionOf(field, entity, typeName);
  const has = (name: string): boolean => field.args.some((arg) => arg.name === name);
  const sized = (['first', 'limit', 'pageSize', 'perPage'] as const).find(has);
  const request = (cursor: Readonly<Record<string, unknown>>): { readonly query: string; readonly variables: Fields } => {
    const variables: Fields = { ...(sized === undefined ? {} : { [sized]: pageSize }), ...cursor };
    return { query: queryOf(field, variables, connection.selection), variables };
  };
  const { itemsOf } = connection;

  if (connection.isRelay && has('after')) {
    return {
      itemsOf,
      request: (after) => request(after === null ? {} : { after }),
      next: (root) => endCursorOf(root),
    };
  }
  const offset = (['offset', 'skip'] as const).find(has);
  if (offset !== undefined) {
    return {
      itemsOf,
      request: (after) => request({ [offset]: Number(after ?? 0) }),
      next: (_, items, after) => (items.length === 0 ? null : String(Number(after ?? 0) + items.length)),
    };
  }
  const page = field.args.find(({ name }) => name === 'page');
  if (page !== undefined) return { itemsOf, ...numberedPages(page, request) };
  if (has('after')) {
    const name = soleField(key, field, typeName);
    return {
      itemsOf,
      request: (after) => request(after === null ? {} : { after: JSON.parse(after) as unknown }),
      next(_, items) {
        const last = items.findLast((item) => isOf(item, typeName)) as Fields | undefined;
        return last === undefined ? null : JSON.stringify(last[name] ?? null);
      },
    };
  }
  return { itemsOf, request: () => request({}), next: () => null };
}

/**
 * Pages by number, counted from the argument's default or from 1, until a page is empty or says `hasNextPage: false`. A short page is not taken for
 * the last one, because a list may leave out what the gateway may not see.
 */
function numberedPages(
  { name, defaultValue }: GraphQLArgument,
  request: (cursor: Fields) => ReturnType<Paging['request']>,
): Omit<Paging, 'itemsOf'> {
  const first = typeof defaultValue === 'number' ? defaultValue : 1;
  const numberOf = (after: string | null): number => (after === null ? first : Number(after));
  return {
    request: (after) => request({ [name]: numberOf(after) }),
    next: (root, items, after) => (items.length === 0 || pageInfoOf(root)['hasNextPage'] === false ? null : String(numberOf(after) + 1)),
  };
}

/** Where the items are in the field's answer: the answer itself, `nodes` or `edges { node }` of a connection, or its only list of the type. */
function connectionOf(
  field: Field,
  entity: string,
  typeName: string,
): { readonly isRelay: boolean; readonly selection: string; readonly itemsOf: (root: unknown) => readonly unknown[] } {
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
  if (isListType(getNullableType(field.type))) return { isRelay: false, selection: entity, itemsOf: listOf };
  const type = getNamedType(field.type);
  const fields = isObjectType(type) ? type.getFields() : {};
  const pageType = getNamedType(fields['pageInfo']?.type);
  const told = ['hasNextPage', 'endCursor'].filter((name) => isObjectType(pageType) && pageType.getFields()[name] !== undefined);
  const isRelay = told.includes('endCursor');
  const pageInfo = told.length > 0 ? ` pageInfo { ${told.join(' ')} }` : '';
  const lists = Object.values(fields).filter(({ type }) => isListType(getNullableType(type)) && getNamedType(type).name === typeName);
  for (const name of ['nodes', 'items', 'edges', ...lists.map((list) => list.name)]) {
    if (fields[name] === undefined) continue;
    const isEdges = name === 'edges';
    return {
      isRelay,
      selection: `{ ${name} ${isEdges ? `{ node ${entity} }` : entity}${pageInfo} }`,
      itemsOf(root) {
        const list = listOf((root as Fields)[name]);
        return isEdges ? list.map((edge) => (edge as Fields | null)?.['node'] ?? null) : list;
      },
    };
  }
  throw new GatewayError(
    'BAD_REQUEST',
    `@indexed from: Query.${field.name} is no list. A list, or a connection with nodes or edges, would be accepted.`,
  );
}

function queryOf(field: Field, variables: Fields, selection: string): string {
  const missing = field.args.filter((arg) => isRequiredArgument(arg) && !Object.hasOwn(variables, arg.name)).map(({ name }) => name);
  if (missing.length > 0) {
    throw new GatewayError(
      'BAD_REQUEST',
      `@indexed from: Query.${field.name} wants ${missing.join(', ')}, which an index has not. Name a list without it.`,
    );
  }
  const used = field.args.filter(({ name }) => Object.hasOwn(variables, name));
  const declared = used.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const passed = used.map(({ name }) => `${name}: $${name}`).join(', ');
  return `query FieldgateIndex${declared === '' ? '' : `(${declared})`} { ${field.name}${passed === '' ? '' : `(${passed})`} ${selection} }`;
}

const pageInfoOf = (root: unknown): Fields => ((root as Fields)['pageInfo'] ?? {}) as Fields;

function endCursorOf(root: unknown): string | null {
  const { hasNextPage, endCursor } = pageInfoOf(root);
  return hasNextPage === true && typeof endCursor === 'string' ? endCursor : null;
}

/** A list that continues after an entity names the entity by its key, which must then be one field. */
function soleField(key: string, field: Field, typeName: string): string {
  const name = key.trim();
  if (/^\w+$/.test(name)) return name;
  throw new GatewayError(
    'BAD_REQUEST',
    `@indexed from: Query.${field.name} goes on after one value, and the key of ${typeName} is "${name}". A key of one field, an offset, or a connection would be accepted.`,
  );
}
