/**
 * What a client selected, by the type that an object turns out to have. Made of the document once for each set of values that its
 * `@skip`, `@include` and `@defer` depend on.
 */
import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isScalarType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isOf } from '../merge/fetch-shape.ts';
import type { DataKeys } from '../plan/client-fields.ts';
import { type Conditions, conditionOf, isIncluded } from '../plan/conditions.ts';
import type { Written } from '../plan/written-operation.ts';

export interface ResponseField {
  readonly responseKey: string;
  /** In the engine's data. */
  readonly dataKey: string;
  readonly name: string;
  readonly coordinate: string;
  readonly type: GraphQLOutputType;
  readonly isNullable: boolean;
  /** Whether it is one value of a scalar, and no list: any value is passed on. */
  readonly isScalar: boolean;
  readonly nodes: readonly FieldNode[];
  readonly inner: ResponseShape;
}

/** A fragment under `@defer`. */
export interface DeferredPart {
  readonly label: string | null;
  readonly directive: DirectiveNode;
  readonly shape: ResponseShape;
}

export interface ResponseKeys {
  /** Of the engine's data, without what is deferred, joined by dots: `products.stock`. */
  readonly keys: ReadonlySet<string>;
  readonly isDeferring: boolean;
}

export interface ResponseObject {
  readonly fields: readonly ResponseField[];
  readonly deferred: readonly DeferredPart[];
}

export interface ResponseShape {
  /** Of an object of this type; `typeName` may be an interface's where no subgraph said more. */
  of(typeName: string): ResponseObject;
  /** What is selected here and further in, of all types. */
  below(): ResponseKeys;
}

interface Source extends Written {
  readonly schema: GraphQLSchema;
  readonly conditions: Conditions;
  readonly dataKeys: DataKeys;
}

export function responseShape(source: Source): ResponseShape {
  return shapeOf(source, [source.operation.selectionSet], []);
}

function shapeOf(source: Source, sets: readonly SelectionSetNode[], path: readonly string[]): ResponseShape {
  const known = new Map<string, ResponseObject>();
  let keys: ResponseKeys | null = null;
  return {
    below() {
      keys ??= keysOf(source, sets, path);
      return keys;
    },
    of(typeName) {
      let object = known.get(typeName);
      if (object === undefined) {
        object = objectOf(source, typeName, sets, path);
        known.set(typeName, object);
      }
      return object;
    },
  };
}

function objectOf(source: Source, typeName: string, sets: readonly SelectionSetNode[], path: readonly string[]): ResponseObject {
  const type = source.schema.getType(typeName);
  const fields = new Map<string, FieldNode[]>();
  const deferred = new Map<DirectiveNode, SelectionSetNode[]>();
  if (!isObjectType(type) && !isInterfaceType(type)) return { fields: [], deferred: [] };
  const entered = new Set<string>();
  const collect = (selections: readonly SelectionNode[]): void => {
    for (const selection of selections) {
      if (!isIncluded(selection.directives, source.conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const nodes = fields.get(key);
        if (nodes === undefined) fields.set(key, [selection]);
        else nodes.push(selection);
        continue;
      }
      const defer = activeDefer(selection.directives, source.conditions);
      if (selection.kind === Kind.FRAGMENT_SPREAD && defer === null) {
        if (entered.has(selection.name.value)) continue;
        entered.add(selection.name.value);
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : source.fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      if (fragment === undefined || (condition !== undefined && !isOf(source.schema, type, condition))) continue;
      if (defer === null) collect(fragment.selectionSet.selections);
      else deferred.set(defer, [...(deferred.get(defer) ?? []), fragment.selectionSet]);
    }
  };
  for (const { selections } of sets) collect(selections);
  return {
    fields: [...fields].map(([key, nodes]) => fieldOf(source, type as GraphQLObjectType, key, nodes, path)),
    deferred: [...deferred].map(([directive, inner]) => ({ label: labelOf(directive), directive, shape: shapeOf(source, inner, path) })),
  };
}

function fieldOf(
  source: Source,
  type: GraphQLObjectType,
  responseKey: string,
  nodes: readonly FieldNode[],
  path: readonly string[],
): ResponseField {
  const [node] = nodes;
  if (node === undefined) throw new Error('A field has a node.');
  const name = node.name.value;
  const definition = type.getFields()[name];
  const fieldType = definition?.type ?? typenameType(source.schema);
  const sets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
  const dataKey = source.dataKeys(node);
  return {
    responseKey,
    dataKey,
    name,
    coordinate: `${type.name}.${name}`,
    type: fieldType,
    isNullable: !isNonNullType(fieldType),
    isScalar: isScalarType(getNullableType(fieldType)),
    nodes,
    inner: isCompositeType(getNamedType(fieldType)) ? shapeOf(source, sets, [...path, dataKey]) : noFields,
  };
}

const noFields: ResponseShape = {
  of: () => ({ fields: [], deferred: [] }),
  below: () => ({ keys: new Set(), isDeferring: false }),
};

function keysOf({ conditions, fragments, dataKeys }: Source, sets: readonly SelectionSetNode[], at: readonly string[]): ResponseKeys {
  const keys = new Set<string>();
  const entered = new Set<string>();
  let isDeferring = false;
  const visit = ({ selections }: SelectionSetNode, path: readonly string[]): void => {
    for (const selection of selections) {
      if (!isIncluded(selection.directives, conditions)) continue;
      if (selection.kind === Kind.FIELD) {
        const own = [...path, dataKeys(selection)];
        if (selection.name.value !== '__typename') keys.add(own.join('.'));
        if (selection.selectionSet !== undefined) visit(selection.selectionSet, own);
        continue;
      }
      if (activeDefer(selection.directives, conditions) !== null) {
        isDeferring = true;
        continue;
      }
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const place = [...path, `...${selection.name.value}`].join('.');
        if (entered.has(place)) continue;
        entered.add(place);
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (fragment !== undefined) visit(fragment.selectionSet, path);
    }
  };
  for (const set of sets) visit(set, at);
  return { keys, isDeferring };
}

/** `__typename` is answered by its name alone. */
const typenameType = (schema: GraphQLSchema): GraphQLOutputType => schema.getType('String') as GraphQLOutputType;

/** `@defer(if: false)` is none. */
function activeDefer(directives: readonly DirectiveNode[] | undefined, conditions: Conditions): DirectiveNode | null {
  const defer = directives?.find(({ name }) => name.value === 'defer');
  return defer === undefined || conditionOf(defer.arguments, conditions) === false ? null : defer;
}

function labelOf({ arguments: args }: DirectiveNode): string | null {
  const value = args?.find(({ name }) => name.value === 'label')?.value;
  return value?.kind === Kind.STRING ? value.value : null;
}
