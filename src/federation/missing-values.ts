/**
 * Says whose fault it is where a field that is never null has no value: no subgraph had the object. graphql-js reports it as an error
 * without a code, which would be shown as a fault of the gateway.
 */
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { localFieldsIn } from './engine/local-fields.ts';

/** As graphql-js 16 words it. */
const sentence = /^Cannot return null for non-nullable field (\w+\.\w+)\.$/;

interface Part {
  readonly errors?: readonly GraphQLError[];
}

/**
 * The result, or the deferred parts in it, with such errors in words of ours; `tell` is called once a field. A null of the local subgraph is
 * a fault of the gateway.
 */
export function withMissingValues(schema: GraphQLSchema, result: ExecutionResult, tell: (error: GraphQLError) => void): ExecutionResult {
  const increments: readonly Part[] = 'incremental' in result && Array.isArray(result.incremental) ? result.incremental : [];
  if (![result, ...increments].some(isMissingSome)) return result;
  const local = localFieldsIn(schema);
  if (local === null) return result;
  const ids = new Map<string, string>();

  function shown(error: GraphQLError): GraphQLError {
    const coordinate = coordinateOf(error);
    if (coordinate === null || local?.alone.has(coordinate) || local?.ofEntities.has(coordinate)) return error;
    const known = ids.get(coordinate);
    const errorId = known ?? crypto.randomUUID();
    ids.set(coordinate, errorId);
    const missing = new GraphQLError(`No subgraph has "${coordinate}" of this object, and it is never null.`, {
      nodes: error.nodes ?? null,
      path: error.path ?? null,
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', errorId, retryable: false },
    });
    if (known === undefined) tell(missing);
    return missing;
  }

  const shownIn = <T extends Part>(part: T): T => (isMissingSome(part) ? { ...part, errors: part.errors?.map(shown) ?? [] } : part);
  return increments.length === 0 ? shownIn(result) : ({ ...shownIn(result), incremental: increments.map(shownIn) } as ExecutionResult);
}

const isMissingSome = ({ errors }: Part): boolean => errors?.some((error) => coordinateOf(error) !== null) === true;

function coordinateOf({ originalError }: GraphQLError): string | null {
  if (originalError === undefined || originalError instanceof GraphQLError) return null;
  return sentence.exec(originalError.message)?.[1] ?? null;
}
