/** Logs the failure of a subgraph for the operators: the errorId that the caller sees, beside its cause. */
import type { GraphQLError } from 'graphql';

export interface SubgraphFailure {
  readonly subgraph: string;
  /** Those that the caller may see. A subgraph may give ids of its own; at most {@link maxErrorIds} of them stand here. */
  readonly errorIds: readonly string[];
  readonly code: string;
  /** As the caller sees it, shortened. */
  readonly message: string;
  /** Errors of the one answer: its message is that of the first. */
  readonly errors: number;
  /** What the network or the answer said; null where the subgraph itself answered with the errors. */
  readonly cause: unknown;
}

const maxErrorIds = 20;
const maxMessageLength = 300;

export function failureOfErrors(subgraph: string, errors: readonly GraphQLError[]): SubgraphFailure {
  const [first] = errors;
  const ids = errors.flatMap(({ extensions }) => (typeof extensions['errorId'] === 'string' ? [extensions['errorId']] : []));
  return {
    subgraph,
    errorIds: [...new Set(ids)].slice(0, maxErrorIds),
    code: String(first?.extensions['code'] ?? 'SUBGRAPH_ERROR'),
    message: (first?.message ?? '').slice(0, maxMessageLength),
    errors: errors.length,
    cause: first?.cause ?? null,
  };
}
