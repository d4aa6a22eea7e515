/** Reduces errors of remote subgraphs to what a client may see. */
import { GraphQLError } from 'graphql';

/** The errors of one answer: those to which the subgraph gives no errorId share one, under which the log has them. */
export function foreignErrors(subgraph: string, errors: readonly unknown[]): readonly GraphQLError[] {
  const errorId = crypto.randomUUID();
  return errors.map((error) => foreignError(subgraph, error, errorId));
}

/** Of another team's error the client sees the message, the code and whether to retry; never a body, a stack or a URL of ours. */
function foreignError(subgraph: string, error: unknown, errorId: string): GraphQLError {
  const { message, path, extensions } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const given = (typeof extensions === 'object' && extensions !== null ? extensions : {}) as Record<string, unknown>;
  const kept = ['code', 'errorId', 'retryable', 'retryAfterMs'].flatMap((key) => {
    const value = given[key];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[key, value] as const] : [];
  });
  return new GraphQLError(typeof message === 'string' ? message : 'The subgraph failed.', {
    extensions: { code: 'SUBGRAPH_ERROR', subgraph, errorId, ...Object.fromEntries(kept) },
    ...(Array.isArray(path) ? { path: path.filter((part) => typeof part === 'string' || typeof part === 'number') } : {}),
  });
}

export function subgraphError(name: string, what: string, code: string, retryable: boolean, cause?: unknown): GraphQLError {
  const error = new GraphQLError(`The subgraph "${name}" ${what}`, {
    extensions: { code, subgraph: name, errorId: crypto.randomUUID(), retryable },
  });
  if (cause !== undefined) error.cause = cause;
  return error;
}
