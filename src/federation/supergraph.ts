/**
 * The engines behind one function: turns a supergraph's SDL and the subgraphs of this process into a schema that answers for
 * the whole graph. With a planner, operations on it are run as a whole (`engine/execution.ts`); without one, by its resolvers.
 */
import { type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import { checkServable } from './compose/servable.ts';
import type { EngineOptions } from './engine/engine-options.ts';
import { graphsOf } from './engine/join.ts';
import type { OpenPlanner } from './engine/plan/planner.ts';
import { plannedSchema } from './engine/planned-schema.ts';
import { completed } from './engine/stitching/completed.ts';
import { stitchedSchema } from './engine/stitching/stitched-schema.ts';

export interface SupergraphOptions extends EngineOptions {
  readonly supergraphSdl: string;
  /** Of `loadPlanner`. Null or absent: the portable engine, which stitches. */
  readonly openPlanner?: OpenPlanner | null;
}

/** BAD_REQUEST, with a sentence, for a supergraph that cannot be served faithfully. */
export function supergraphSchema({ supergraphSdl, openPlanner = null, ...options }: SupergraphOptions): GraphQLSchema {
  const supergraph = completed(parsed(supergraphSdl));
  checkServable(supergraph, graphsOf(supergraph), options.local ?? {});
  return openPlanner === null ? stitchedSchema(supergraph, options) : plannedSchema(supergraph, openPlanner, options);
}

function parsed(sdl: string): DocumentNode {
  try {
    return parse(sdl, { noLocation: true });
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', 'The supergraph is not valid GraphQL SDL. `fieldgate compose` makes one that is.', {}, { cause });
  }
}
