/** Errors of the subgraph face, as a router may see them. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { asGatewayError, type GatewayError } from '../core/errors.ts';

export const graphqlError = (error: GatewayError): GraphQLError => new GraphQLError(error.message, { originalError: error });

/** Our own errors as they are; those of graphql about the document too; anything else masked, with an id for the log. */
export function formattedOf(
  formatted: GraphQLFormattedError,
  error: unknown,
  mask: (error: unknown) => GraphQLFormattedError,
): GraphQLFormattedError {
  const original = originalOf(error);
  if (original === null) {
    const { extensions: { stacktrace: _stacktrace, ...extensions } = {}, ...rest } = formatted;
    return { ...rest, extensions };
  }
  const { locations, path: at } = formatted;
  return { ...mask(original), ...(locations === undefined ? {} : { locations }), ...(at === undefined ? {} : { path: at }) };
}

/** What was thrown beneath the layers of graphql; null for an error of graphql's own. */
function originalOf(error: unknown): unknown {
  let current: unknown = error;
  while (current instanceof GraphQLError) {
    if (current.originalError === undefined || current.originalError === null) return null;
    current = current.originalError;
  }
  return current;
}

export function masked(error: unknown, onError: ((error: GatewayError) => void) | undefined): GraphQLFormattedError {
  const original = originalOf(error);
  if (original === null && error instanceof GraphQLError) return error.toJSON();
  const own = asGatewayError(original);
  if (own.code === 'INTERNAL') onError?.(own);
  const { retryAfterMs } = own.details;
  const { locations, path: at } = error instanceof GraphQLError ? error.toJSON() : {};
  return {
    message: own.message,
    ...(locations === undefined ? {} : { locations }),
    ...(at === undefined ? {} : { path: at }),
    extensions: { code: own.code, errorId: own.errorId, retryable: own.retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  };
}
