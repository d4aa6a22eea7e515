/** A subgraph in this process: graphql-js itself, on the gateway's own context. */
import { execute, type GraphQLResolveInfo, type GraphQLSchema, OperationTypeNode, subscribe } from 'graphql';
import { isAsyncIterable, mapStream } from '../../core/stream.ts';
import { placeErrors } from '../engine/place-errors.ts';
import { flat } from '../engine/stitching/flat.ts';
import type { EntityPaths, SubgraphExecutor, SubgraphRequest, SubgraphResult } from './engine-request.ts';

/** Root value of a local execution: on whose behalf it runs. */
export class LocalRoot {
  readonly info: GraphQLResolveInfo | null;
  /** Null: the engine has no entities' paths to give. */
  readonly entityPaths: EntityPaths | null;

  constructor({ info, entityPaths }: Pick<SubgraphRequest, 'info' | 'entityPaths'>) {
    this.info = info ?? null;
    this.entityPaths = entityPaths ?? null;
  }
}

export function localExecutor(schema: GraphQLSchema): SubgraphExecutor {
  return async (request) => {
    const args = {
      schema,
      document: request.text === undefined ? flat(request.document) : request.document,
      variableValues: request.variables ?? {},
      contextValue: request.context,
      rootValue: new LocalRoot(request),
    };
    const settled = (result: SubgraphResult): SubgraphResult =>
      request.isUnsettled === true ? result : placeErrors(request, result, schema);
    if (request.operationType !== OperationTypeNode.SUBSCRIPTION) return settled((await execute(args)) as SubgraphResult);
    const events = await subscribe(args);
    return isAsyncIterable(events) ? mapStream(events, (event) => settled(event as SubgraphResult)) : settled(events as SubgraphResult);
  };
}
