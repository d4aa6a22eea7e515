/**
 * Answers events of a subscription without executing it: those of which only plain values are selected, as of every piece of text that a
 * model writes.
 *
 * What is selected of a type is determined once for an operation. An event that has anything else in a selected field than a text, a number
 * or a boolean, and an operation with directives, are left to graphql-js.
 */
import {
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  getOperationAST,
  isAbstractType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';

/** The result for an event of the source; null: the event must be executed. */
export type AnswerFlat = (event: unknown) => ExecutionResult | null;

type AnswerArgs = Pick<ExecutionArgs, 'schema' | 'document' | 'operationName' | 'contextValue'>;

/** Null when no event of this operation can be answered without execution. It is not for schemas that ask other servers. */
export function answerFlat({ schema, document, operationName, contextValue }: AnswerArgs): AnswerFlat | null {
  const operation = getOperationAST(document, operationName);
  const selected = operation === null || operation === undefined ? null : selectedOf(schema, document, operation);
  if (selected === null) return null;
  const { name, key } = selected;
  return (source) => {
    const event = isRecord(source) ? source[name] : undefined;
    const data = isRecord(event) ? selected.valuesOf(event, contextValue) : null;
    return data === null ? null : { data: { [key]: data } };
  };
}

/** The one field of a subscription, and what an operation selects of its events. */
interface Selected {
  readonly schema: GraphQLSchema;
  readonly name: string;
  /** In the response. */
  readonly key: string;
  valuesOf(event: Values, context: unknown): Values | null;
}

type Values = Readonly<Record<string, unknown>>;

const known = new WeakMap<OperationDefinitionNode, { readonly schema: GraphQLSchema; readonly selected: Selected | null }>();

function selectedOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Selected | null {
  const before = known.get(operation);
  if (before?.schema === schema) return before.selected;
  const selected = readSelected(schema, document, operation);
  known.set(operation, { schema, selected });
  return selected;
}

function readSelected(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Selected | null {
  const type = schema.getSubscriptionType();
  const definitions = document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION);
  if (type == null || [operation, ...definitions].some((one) => hasDirectives(one.selectionSet))) return null;
  const fragments = Object.fromEntries(definitions.map((one) => [one.name.value, one]));
  const [root, ...others] = fieldsOf(schema, fragments, type, [operation.selectionSet]);
  if (root === undefined || others.length > 0) return null;
  const field = type.getFields()[root.name];
  const named = field === undefined ? null : getNamedType(field.type);
  if (field === undefined || !isPlain(field) || getNullableType(field.type) !== named) return null;
  const plans = new Map<string, Plan | null>();
  const planOf = (typeName: string): Plan | null => {
    const plan = plans.get(typeName);
    if (plan !== undefined) return plan;
    const made = planFor(schema, typeName, named, fieldsOf(schema, fragments, schema.getType(typeName), root.sets));
    plans.set(typeName, made);
    return made;
  };
  return {
    schema,
    name: root.name,
    key: root.key,
    valuesOf(event, context) {
      const typeName = typeNameOf(named, event, context);
      const plan = typeName === null ? null : planOf(typeName);
      return plan === null ? null : valuesBy(plan, event);
    },
  };
}

/** What is selected of one type. */
type Plan = readonly { readonly key: string; readonly name: string; readonly type: GraphQLLeafType | null; readonly typeName: string }[];

interface CollectedField {
  readonly key: string;
  readonly name: string;
  readonly sets: readonly SelectionSetNode[];
}

function fieldsOf(
  schema: GraphQLSchema,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  type: unknown,
  sets: readonly SelectionSetNode[],
): readonly CollectedField[] {
  if (!isObjectType(type)) return [];
  const selections = sets.flatMap((set) => set.selections);
  const collected = collectFields(schema, fragments, {}, type, { kind: Kind.SELECTION_SET, selections });
  return [...collected].flatMap(([key, [first, ...rest]]) => {
    if (first === undefined) return [];
    const nodes = [first, ...rest];
    return [{ key, name: first.name.value, sets: nodes.flatMap(({ selectionSet }) => selectionSet ?? []) }];
  });
}

function planFor(
  schema: GraphQLSchema,
  typeName: string,
  declared: GraphQLOutputType | null,
  fields: readonly CollectedField[],
): Plan | null {
  const type = schema.getType(typeName);
  if (!isObjectType(type) || (isAbstractType(declared) ? !schema.isSubType(declared, type) : declared !== type)) return null;
  const plan = fields.map(({ key, name }) => {
    const leaf = name === '__typename' ? null : leafOf(type, name);
    return leaf === undefined || key === '__proto__' ? null : { key, name, type: leaf, typeName };
  });
  return plan.every((one) => one !== null) ? plan : null;
}

/** Undefined: the field has parts, or is resolved by code. */
function leafOf(type: GraphQLObjectType, name: string): GraphQLLeafType | undefined {
  const field = type.getFields()[name];
  const leaf = field === undefined || !isPlain(field) ? null : getNullableType(field.type);
  return isLeafType(leaf) ? leaf : undefined;
}

function valuesBy(plan: Plan, event: Values): Values | null {
  const values: Record<string, unknown> = {};
  try {
    for (const { key, name, type, typeName } of plan) {
      if (type === null) {
        values[key] = typeName;
        continue;
      }
      const value = event[name];
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
      values[key] = type.serialize(value);
      if (values[key] == null) return null;
    }
  } catch {
    // graphql-js makes the error, with its place.
    return null;
  }
  return values;
}

/** As graphql-js does it, of types that say it at once. */
function typeNameOf(declared: GraphQLOutputType | null, event: Values, context: unknown): string | null {
  if (isObjectType(declared)) return declared.isTypeOf == null ? declared.name : null;
  if (!isAbstractType(declared) || declared.resolveType == null) return null;
  try {
    const name: unknown = declared.resolveType(event, context, undefined as never, declared);
    return typeof name === 'string' ? name : null;
  } catch {
    return null;
  }
}

const isPlain = ({ resolve }: GraphQLField<unknown, unknown>): boolean => resolve === undefined || resolve === defaultFieldResolver;

const hasDirectives = ({ selections }: SelectionSetNode): boolean =>
  selections.some(
    (one) =>
      (one.directives?.length ?? 0) > 0 || ('selectionSet' in one && one.selectionSet !== undefined && hasDirectives(one.selectionSet)),
  );

const isRecord = (value: unknown): value is Values => typeof value === 'object' && value !== null;
