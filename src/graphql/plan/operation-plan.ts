/**
 * Executes the operations that clients send all day (one field that asks a model, and plain fields of its answer) by a plan that is
 * made once a document. All others are left to graphql-js.
 *
 * The plan calls the field's own resolver, behind its own rule, and reads the answer. When anything does not go well, the operation is
 * executed by graphql-js with what the resolver has given: errors, their paths and their order are always those of graphql-js, and
 * nobody is asked twice.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FieldNode,
  type GraphQLField,
  GraphQLObjectType,
  type GraphQLResolveInfo,
  GraphQLSchema,
  getArgumentValues,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import { directResolver } from '../../access/direct-resolver.ts';
import { withCode } from '../ai-schema.ts';
import { plannedRoots } from './plain-fields.ts';
import { type Read, readerOf } from './read-selection.ts';

export interface PlannedRun {
  readonly context: unknown;
  /** Variables, coerced by the declarations of the schema. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What graphql-js executes when the plan cannot answer. */
  readonly fallback: () => ExecutionArgs;
}

export type OperationPlan = (run: PlannedRun) => Promise<ExecutionResult>;

const plans = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, OperationPlan | null>>();

/**
 * Null: graphql-js executes the operation. Every field of `schema` must be resolved in this process, and the document must be valid. Returns the
 * same plan each time.
 */
export function planOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): OperationPlan | null {
  const known = plans.get(schema)?.get(operation);
  if (known !== undefined) return known;
  const ofSchema = plans.get(schema) ?? new WeakMap<OperationDefinitionNode, OperationPlan | null>();
  plans.set(schema, ofSchema);
  const plan = makePlan(schema, document, operation);
  ofSchema.set(operation, plan);
  return plan;
}

function makePlan(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): OperationPlan | null {
  const { selections } = operation.selectionSet;
  const [node] = selections;
  if (operation.operation === 'subscription' || (operation.directives ?? []).length > 0) return null;
  if (selections.length !== 1 || node?.kind !== Kind.FIELD || (node.directives ?? []).length > 0) return null;
  const type = schema.getRootType(operation.operation);
  const field = type?.getFields()[node.name.value];
  if (!type || field === undefined || !plannedRoots.has(`${type.name}.${field.name}`)) return null;
  const read = readerOf(field.type, [node], { schema, document });
  return read === null ? null : planFor({ schema, document, operation, type, field, node, read });
}

interface Planned {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly type: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
  readonly read: Read;
}

function planFor({ schema, document, operation, type, field, node, read }: Planned): OperationPlan {
  const key = (node.alias ?? node.name).value;
  const resolve = directResolver(field);
  const fragments = Object.fromEntries(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
  const path = { prev: undefined, key, typename: type.name };
  const fieldNodes = [node];
  const readArguments = argumentReader(field, node);
  return async ({ context, variables, fallback }) => {
    let given: unknown;
    try {
      const info: GraphQLResolveInfo = {
        fieldName: field.name,
        fieldNodes,
        returnType: field.type,
        parentType: type,
        path,
        schema,
        fragments,
        rootValue: undefined,
        operation,
        variableValues: variables,
      };
      given = await resolve(undefined, readArguments(variables), context, info);
    } catch (error) {
      return replay(fallback, () => {
        throw error;
      });
    }
    try {
      return { data: { [key]: read(given, context) } };
    } catch {
      return replay(fallback, () => given);
    }
  };
}

type Values = Readonly<Record<string, unknown>>;

/** Arguments that are variables are taken as they are, because variables are coerced. All others are coerced by graphql-js. */
function argumentReader(field: GraphQLField<unknown, unknown>, node: FieldNode): (variables: Values) => Record<string, unknown> {
  const nodes = node.arguments ?? [];
  const given = nodes.flatMap(({ name, value }) => (value.kind === Kind.VARIABLE ? [[name.value, value.name.value] as const] : []));
  const others = field.args.filter(({ name }) => !given.some(([argument]) => argument === name));
  const isPlain =
    given.length === nodes.length && others.every((argument) => argument.defaultValue === undefined && !isNonNullType(argument.type));
  return (variables) => {
    if (!isPlain || given.some(([, variable]) => variables[variable] == null)) return getArgumentValues(field, node, variables);
    const values: Record<string, unknown> = {};
    for (const [argument, variable] of given) values[argument] = variables[variable];
    return values;
  };
}

/** The value that the resolver of the field has returned. */
class Given {
  readonly read: () => unknown;
  constructor(read: () => unknown) {
    this.read = read;
  }
}

async function replay(fallback: PlannedRun['fallback'], given: () => unknown): Promise<ExecutionResult> {
  const args = fallback();
  return execute({ ...args, schema: replaying(args.schema), rootValue: new Given(given) });
}

const schemas = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** The same schema, with root fields that return the values that their resolvers have returned. */
function replaying(schema: GraphQLSchema): GraphQLSchema {
  const known = schemas.get(schema);
  if (known !== undefined) return known;
  const config = schema.toConfig();
  const made = new GraphQLSchema({
    ...config,
    query: replayingType(config.query),
    mutation: replayingType(config.mutation),
    types: config.types.filter((type) => type !== config.query && type !== config.mutation),
    assumeValid: true,
  });
  schemas.set(schema, made);
  return made;
}

function replayingType<T extends GraphQLObjectType | null | undefined>(type: T): T | GraphQLObjectType {
  if (!type) return type;
  const config = type.toConfig();
  const fields = Object.fromEntries(
    Object.entries(config.fields).map(([name, field]) => [name, { ...field, resolve: withCode((given) => (given as Given).read()) }]),
  );
  return new GraphQLObjectType({ ...config, fields });
}
