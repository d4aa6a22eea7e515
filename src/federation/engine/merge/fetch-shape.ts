/**
 * What one request to a subgraph selects, by the type that an object turns out to have. It is used to check the answer and to merge it into the
 * data. Made once per plan.
 */
import {
  type FragmentDefinitionNode,
  type GraphQLLeafType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import type { FetchNodePathSegment, OutputRewrite } from '../plan/plan-nodes.ts';

export interface ShapeField {
  /** Key in the subgraph's answer. */
  readonly key: string;
  /** Key in the data. It differs when the planner renames the field. */
  readonly as: string;
  readonly coordinate: string;
  readonly type: GraphQLOutputType;
  /** True for fields under `@skip` or `@include`, which the subgraph evaluates. */
  readonly mayBeMissing: boolean;
  /** `@skip` or `@include` may leave it out. */
  readonly isConditional: boolean;
  /** The type of the value, where it is one and no list; null: an object, or a list. */
  readonly leaf: GraphQLLeafType | null;
  /** Null for leaves. */
  readonly inner: FetchShape | null;
}

export interface FetchShape {
  readonly type: GraphQLNamedType | null;
  fieldsOf(typeName: string): readonly ShapeField[];
}

interface Part {
  readonly set: SelectionSetNode;
  readonly conditional: boolean;
}

interface Rename {
  readonly path: readonly FetchNodePathSegment[];
  readonly to: string;
}

export interface ShapeSource {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

export function fetchShape(
  source: ShapeSource,
  type: GraphQLNamedType | null,
  set: SelectionSetNode,
  rewrites: readonly OutputRewrite[] = [],
): FetchShape {
  const renames = rewrites.flatMap((one) => ('KeyRenamer' in one ? [{ path: one.KeyRenamer.path, to: one.KeyRenamer.renameKeyTo }] : []));
  return shapeOf(source, type, [{ set, conditional: false }], renames);
}

function shapeOf(source: ShapeSource, type: GraphQLNamedType | null, parts: readonly Part[], renames: readonly Rename[]): FetchShape {
  const known = new Map<string, readonly ShapeField[]>();
  return {
    type,
    fieldsOf(typeName) {
      let fields = known.get(typeName);
      if (fields === undefined) {
        fields = fieldsFor(source, source.schema.getType(typeName) ?? type, parts, renames);
        known.set(typeName, fields);
      }
      return fields;
    },
  };
}

interface Found {
  readonly name: string;
  conditional: boolean;
  readonly parts: Part[];
}

function fieldsFor(
  source: ShapeSource,
  type: GraphQLNamedType | null,
  parts: readonly Part[],
  renames: readonly Rename[],
): readonly ShapeField[] {
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  const found = new Map<string, Found>();
  for (const { set, conditional } of parts) collect(source, type, set, conditional, found);
  const own = renamesAt(source.schema, type, renames);
  // `__typename` is merged separately.
  return [...found].flatMap(([key, { name, conditional, parts: inner }]): readonly ShapeField[] => {
    const definition = type.getFields()[name];
    if (name === '__typename' || definition === undefined) return [];
    const below = own.filter(({ path: [first] }) => first !== undefined && 'Key' in first && first.Key === key);
    const named = getNamedType(definition.type);
    const nullable = getNullableType(definition.type);
    return [
      {
        key,
        as: below.find(({ path }) => path.length === 1)?.to ?? key,
        coordinate: `${type.name}.${name}`,
        type: definition.type,
        mayBeMissing: conditional || !isNonNullType(definition.type),
        isConditional: conditional,
        leaf: isLeafType(nullable) ? nullable : null,
        inner: isCompositeType(named)
          ? shapeOf(
              source,
              named,
              inner,
              below.filter(({ path }) => path.length > 1).map(({ path, to }) => ({ path: path.slice(1), to })),
            )
          : null,
      },
    ];
  });
}

/** The renames that apply to the type, from the next key on. */
function renamesAt(schema: GraphQLSchema, type: GraphQLNamedType, renames: readonly Rename[]): readonly Rename[] {
  return renames.flatMap(({ path, to }) => {
    const [first, ...rest] = path;
    if (first === undefined || !('TypenameEquals' in first)) return [{ path, to }];
    return first.TypenameEquals.some((name) => isOf(schema, type, name)) ? renamesAt(schema, type, [{ path: rest, to }]) : [];
  });
}

function collect(
  source: ShapeSource,
  type: GraphQLNamedType,
  { selections }: SelectionSetNode,
  outer: boolean,
  into: Map<string, Found>,
): void {
  for (const selection of selections) {
    const conditional = outer || (selection.directives ?? []).some(({ name }) => name.value === 'skip' || name.value === 'include');
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      const known = into.get(key) ?? { name: selection.name.value, conditional: true, parts: [] };
      known.conditional &&= conditional;
      if (selection.selectionSet !== undefined) known.parts.push({ set: selection.selectionSet, conditional });
      into.set(key, known);
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : source.fragments.get(selection.name.value);
    const condition = inner?.typeCondition?.name.value;
    if (inner !== undefined && (condition === undefined || isOf(source.schema, type, condition)))
      collect(source, type, inner.selectionSet, conditional, into);
  }
}

/** Whether an object of the type is also of the named type. */
export function isOf(schema: GraphQLSchema, type: GraphQLNamedType, name: string): boolean {
  if (type.name === name) return true;
  const named = schema.getType(name);
  return isAbstractType(named) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(named, type);
}
