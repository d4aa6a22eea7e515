/**
 * Executes operations: those on a supergraph with the engine that its schema brings along, which runs them as a whole; all others
 * with graphql-js, without a layer around it, because envelop and the executor of graphql-tools took a sixth of the time of a kept
 * answer. There, operations with `@defer` need that executor: `yoga.ts` is loaded for the first of them.
 */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  specifiedRules,
  validate,
} from 'graphql';
import { dropSource, takeExact } from '../core/json/exact-source.ts';
import { isAsyncIterable } from '../core/stream.ts';
import { exactVariables } from '../federation/engine/exact-variables.ts';
import { engineIn } from '../federation/engine/execution.ts';
import { planOf } from '../graphql/plan/operation-plan.ts';
import { isResolvedHere } from '../graphql/resolved-here.ts';
import type { OperationContext } from '../operations/context.ts';
import { takingCoerced } from './document/coerced-variables.ts';
import { deferOnlyInQueries, withDefer } from './document/defer-rule.ts';
import { measuresOf } from './document/document-measures.ts';
import { subscribeWithCursors, withCursors } from './document/event-cursor.ts';
import { answerFlat } from './document/flat-events.ts';
import type { ExecuteDeferring } from './yoga.ts';

export interface EngineArguments {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** The variables as execution has them: defaults are filled in, and one value stands for a list of one. */
  readonly coerced: Readonly<Record<string, unknown>>;
}

/** One operation bound to the schema of the moment it began in. */
export interface Bound {
  readonly schema: GraphQLSchema;
  validate(document: DocumentNode): readonly GraphQLError[];
  execute(args: EngineArguments): Promise<ExecutionResult | AsyncIterable<ExecutionResult>>;
}

export type Engine = (context: OperationContext, document: DocumentNode) => Bound;

/** The schema that the document runs on: asked once per operation, so it may change at any time. `contract`: see `OperationContext`. */
export type SchemaFor = (document: DocumentNode, contract?: string | null) => GraphQLSchema;

export function graphqlEngine(schemaFor: SchemaFor): Engine {
  let deferring: Promise<ExecuteDeferring> | null = null;
  const executeDeferring: ExecuteDeferring = async (args) => {
    deferring ??= import('./yoga.ts').then(({ yogaExecute }) => yogaExecute());
    return (await deferring)(args);
  };
  return (context, document) => {
    const schema = withDefer(schemaFor(document, context.contract));
    return {
      schema,
      validate: (document) => validationErrors(schema, document),
      execute({ document, operation, operationName, variables, coerced }) {
        const { incremental, introspects } = measuresOf(document, operation);
        const given = { operationName, contextValue: context };
        const isOurs = isResolvedHere(schema);
        const read = variables === null ? null : exactOf(variables, isOurs);
        const here = isOurs && !introspects && !incremental;
        const args = () =>
          here
            ? { ...given, ...takingCoerced(schema, document, operation), variableValues: coerced }
            : {
                ...given,
                schema,
                document,
                variableValues: isOurs ? variables : exactVariables(schema, operation, read, variables ?? {}),
              };
        const engine = engineIn(schema);
        if (engine !== null) {
          const exact = exactVariables(schema, operation, read, coerced);
          const running = engine.run({ schema, document, operation, variables: coerced, exact, context });
          return isSubscription(operation)
            ? running.then((result) => (isAsyncIterable(result) ? withCursors(result, args()) : result))
            : running;
        }
        if (isSubscription(operation)) {
          const subscription = args();
          return subscribeWithCursors(subscription, here ? answerFlat(subscription) : null);
        }
        const plan = here ? planOf(schema, document, operation) : null;
        if (plan !== null) return plan({ context, variables: coerced, fallback: args });
        return incremental ? executeDeferring(args()) : executed(args());
      },
    };
  };
}

/** Only other teams' subgraphs get the variables as the client wrote them. */
function exactOf(variables: object, isOurs: boolean): unknown {
  if (!isOurs) return takeExact(variables);
  dropSource(variables);
  return null;
}

const isSubscription = ({ operation }: OperationDefinitionNode): boolean => operation === 'subscription';

/** Rejects when the operation cannot be executed at all. */
const executed = async (args: ExecutionArgs): Promise<ExecutionResult> => execute(args);

const rules = [...specifiedRules, deferOnlyInQueries];
const validated = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, readonly GraphQLError[]>>();

/** The same errors each time: a document is validated once for a schema. */
function validationErrors(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  const known = validated.get(schema)?.get(document);
  if (known !== undefined) return known;
  const ofSchema = validated.get(schema) ?? new WeakMap<DocumentNode, readonly GraphQLError[]>();
  validated.set(schema, ofSchema);
  const errors = validate(schema, document, rules);
  ofSchema.set(document, errors);
  return errors;
}
