/** Makes the plans of the documents in use for a graph that takes over, so that its first callers need not wait for them. */
import type { GraphQLSchema } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import { withDeadline } from '../core/stream.ts';
import { engineIn } from './engine/execution.ts';

/** The operations that ran last: some hundred are most of what applications send. */
const maxOperations = 200;
/** Milliseconds for all of them. The graph before is served meanwhile. */
const maxMs = 2_000;

/** What of a graph has plans. */
export interface PlannedGraph {
  readonly schema: GraphQLSchema;
  readonly contracts: ReadonlyMap<string, GraphQLSchema>;
}

/** Resolves with how many were made; never rejects. `from` null: nothing is in use. */
export async function makePlansAhead(from: PlannedGraph | null, to: PlannedGraph, signal: AbortSignal | null): Promise<number> {
  if (from === null) return 0;
  const deadline = withDeadline(
    signal,
    maxMs,
    () => new GatewayError('TIMEOUT', 'The plans that are left are made when they are asked for.'),
  );
  let made = 0;
  try {
    made += await makeFor(from.schema, to.schema, deadline.signal);
    for (const [name, schema] of to.contracts) made += await makeFor(from.contracts.get(name), schema, deadline.signal);
    return made;
  } finally {
    deadline.end();
  }
}

async function makeFor(from: GraphQLSchema | undefined, to: GraphQLSchema, signal: AbortSignal): Promise<number> {
  const recent = from === undefined ? [] : (engineIn(from)?.recent() ?? []);
  return engineIn(to)?.makeAhead(recent.slice(0, maxOperations), signal) ?? 0;
}
