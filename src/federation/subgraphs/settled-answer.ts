/** Turns what a subgraph answered into what the engine reads: data, with each error at its place. */
import type { GraphQLError, GraphQLSchema } from 'graphql';
import { placeErrors } from '../engine/place-errors.ts';
import { checkShape } from './answer-shape.ts';
import type { SubgraphRequest, SubgraphResult } from './engine-request.ts';
import { subgraphError } from './foreign-error.ts';

interface Settling {
  readonly name: string;
  readonly request: SubgraphRequest;
  readonly schema: GraphQLSchema;
  /** Called with errors that nobody has told yet, for the log. */
  readonly tell: (errors: readonly GraphQLError[]) => void;
  /** Adds what the subgraph was not asked for. */
  readonly restored?: (result: SubgraphResult) => SubgraphResult;
}

/** `answer` null: there was nothing to ask for. */
export function settledAnswer(settling: Settling, answer: SubgraphResult | null): SubgraphResult {
  const { name, request, schema, tell, restored = (result) => result } = settling;
  const { data = null, errors = [] } = answer ?? {};
  const given = answer !== null && data === null && errors.length === 0 ? [saidNothing(name)] : errors;
  tell(given);
  const placed = placeErrors(request, restored({ data, errors: given }), schema);
  if (placed.data !== null && placed.data !== undefined) tell(checkShape(name, request, placed.data, schema));
  return placed;
}

const saidNothing = (name: string): GraphQLError => subgraphError(name, 'gave neither data nor an error.', 'SUBGRAPH_UNAVAILABLE', false);
