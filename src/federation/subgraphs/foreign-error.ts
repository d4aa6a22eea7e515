/** Reduces errors of remote subgraphs to what a client may see, and to what it costs little to hand on. */
import { GraphQLError } from 'graphql';

/** Errors of one answer that are handed on. Each is made, placed, logged and sent by itself. */
const maxErrors = 1_000;
const maxMessageLength = 4_000;
/** Of a code and an errorId. */
const maxNameLength = 200;
const maxPathLength = 200;
const maxRetryAfterMs = 24 * 3_600_000;

/** The errors of one answer: those to which the subgraph gives no errorId share one, under which the log has them. */
export function foreignErrors(subgraph: string, errors: readonly unknown[]): readonly GraphQLError[] {
  const errorId = crypto.randomUUID();
  const more = errors.length - maxErrors;
  return errors
    .slice(0, maxErrors)
    .map((error, index) =>
      foreignError(
        subgraph,
        error,
        errorId,
        index === maxErrors - 1 && more > 0 ? ` (${more} more errors of this answer are not shown.)` : '',
      ),
    );
}

/** Of another team's error the client sees the message, the code and whether to retry; never a body, a stack or a URL of ours. */
function foreignError(subgraph: string, error: unknown, errorId: string, note: string): GraphQLError {
  const { message, path, extensions } = recordOf(error);
  return new GraphQLError(`${shortened(message, maxMessageLength) ?? 'The subgraph failed.'}${note}`, {
    extensions: { code: 'SUBGRAPH_ERROR', subgraph, errorId, ...keptOf(recordOf(extensions)) },
    ...(Array.isArray(path) ? { path: path.slice(0, maxPathLength).filter(isStep) } : {}),
  });
}

function keptOf({ code, errorId, retryable, retryAfterMs }: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = {
    code: shortened(code, maxNameLength),
    errorId: shortened(errorId, maxNameLength),
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterMs:
      typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) ? Math.min(maxRetryAfterMs, Math.max(0, retryAfterMs)) : undefined,
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const isStep = (part: unknown): part is string | number => typeof part === 'string' || typeof part === 'number';

function shortened(text: unknown, max: number): string | undefined {
  if (typeof text !== 'string') return undefined;
  return text.length <= max ? text : `${text.slice(0, max)}…`;
}

export function subgraphError(name: string, what: string, code: string, retryable: boolean, cause?: unknown): GraphQLError {
  const error = new GraphQLError(`The subgraph "${name}" ${what}`, {
    extensions: { code, subgraph: name, errorId: crypto.randomUUID(), retryable },
  });
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** Of an answer with which an operation would gather more objects than it may. */
export const tooManyObjects = (name: string, max: number): GraphQLError =>
  subgraphError(
    name,
    `has more for this operation than it may gather: ${max} objects of all subgraphs together. Ask for shorter lists, or for fewer lists inside lists.`,
    'COST_LIMIT_EXCEEDED',
    false,
  );
