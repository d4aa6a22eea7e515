/** Masks the errors of every result that leaves, at its top level and in its increments. */
import { type ExecutionResult, GraphQLError, locatedError } from 'graphql';
import { type ErrorCode, errorTable, GatewayError } from '../core/errors.ts';
import { exactPath } from '../federation/engine/place-errors.ts';
import type { Log } from '../telemetry/log.ts';
import { withoutValues } from '../telemetry/refusal-text.ts';
import { keepCursor } from './document/event-cursor.ts';

export type MaskError = (error: unknown) => GraphQLError;

export interface Masking {
  error(error: unknown): GraphQLError;
  result(result: ExecutionResult): ExecutionResult;
}

interface Increment {
  readonly errors?: readonly GraphQLError[];
}

export function openMasking(maskError: MaskError, log: Log): Masking {
  function error(thrown: unknown): GraphQLError {
    if (isRequestError(thrown)) {
      const refused = asBadRequest(thrown);
      log.info('a document was refused', {
        errorId: refused.extensions['errorId'],
        code: 'BAD_REQUEST',
        why: withoutValues(refused.message),
      });
      return refused;
    }
    const masked = maskError(thrown);
    if (masked.extensions['code'] === 'INTERNAL') {
      log.error('a bug was masked', { errorId: masked.extensions['errorId'], path: masked.path, err: causeOf(thrown) });
    }
    return atExactPath(masked, thrown);
  }

  function masked<T extends Increment>(part: T): T {
    return part.errors === undefined ? part : { ...part, errors: part.errors.flatMap(unfolded).map(error) };
  }

  function result(from: ExecutionResult): ExecutionResult {
    const increments = incrementsOf(from);
    if (from.errors === undefined && !increments?.some(({ errors }) => errors !== undefined)) return from;
    const to = masked(from);
    return keepCursor(from, increments === null ? to : { ...to, incremental: increments.map(masked) });
  }

  return { error, result };
}

/** The stitching engine throws several errors of one field as one AggregateError, which graphql-js keeps as one. */
const unfolded = (error: GraphQLError): readonly GraphQLError[] =>
  error.originalError instanceof AggregateError
    ? error.originalError.errors.map((each: unknown) => locatedError(each, error.nodes, error.path))
    : [error];

/** Gives the error the path where a value became null inside a subgraph, not the path of the null that clients see. */
function atExactPath(masked: GraphQLError, thrown: unknown): GraphQLError {
  const path = thrown instanceof GraphQLError ? exactPath(thrown) : undefined;
  if (path === undefined || path === (thrown as GraphQLError).path) return masked;
  return new GraphQLError(masked.message, { nodes: masked.nodes ?? null, path, extensions: masked.extensions });
}

const incrementsOf = (result: ExecutionResult): readonly Increment[] | null =>
  'incremental' in result && Array.isArray(result.incremental) ? result.incremental : null;

/** Whether graphql-js itself says it about the document or its variables, for the caller to read. Yoga adds `http` to what it validated. */
const isRequestError = (error: unknown): error is GraphQLError =>
  error instanceof GraphQLError &&
  error.path === undefined &&
  (error.originalError === undefined || error.originalError instanceof GraphQLError) &&
  (error.extensions['code'] === undefined || 'http' in error.extensions);

function asBadRequest(error: GraphQLError): GraphQLError {
  const { nodes, source, positions } = error;
  const { errorId, message } = new GatewayError('BAD_REQUEST', error.message);
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code: 'BAD_REQUEST', errorId, retryable: false },
  });
}

const causeOf = (error: unknown): unknown => {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  return original instanceof GatewayError ? (original.cause ?? original) : original;
};

/** HTTP status of a result without data, by the code of its first error. */
export function statusOfErrors(errors: readonly GraphQLError[]): number {
  const code = errors[0]?.extensions['code'];
  return typeof code === 'string' && code in errorTable ? errorTable[code as ErrorCode].status : 500;
}
