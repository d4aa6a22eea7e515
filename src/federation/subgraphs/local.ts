/** A subgraph in this process: graphql-js itself, on the gateway's own context. */
import { execute, type GraphQLResolveInfo, type GraphQLSchema, OperationTypeNode, subscribe } from 'graphql';
import { isAsyncIterable, mapStream } from '../../core/stream.ts';
import { placeErrors } from '../engine/place-errors.ts';
import { flat } from '../engine/stitching/flat.ts';
import type { SubgraphExecutor, SubgraphResult } from './engine-request.ts';

/** Root value of a local execution: on whose behalf it runs. */
export class LocalRoot {
  readonly info: GraphQLResolveInfo | null;

  constructor(info: GraphQLResolveInfo | null) {
    this.info = info;
  }
}

export function localExecutor(schema: GraphQLSchema): SubgraphExecutor {
  return async (request) => {
    const args = {
      schema,
      document: flat(request.document),
      variableValues: request.variables ?? {},
      contextValue: request.context,
      rootValue: new LocalRoot(request.info ?? null),
    };
    if (request.operationType !== OperationTypeNode.SUBSCRIPTION)
      return placeErrors(request, (await execute(args)) as SubgraphResult, schema);
    const events = await subscribe(args);
    return isAsyncIterable(events)
      ? mapStream(events, (event) => placeErrors(request, event as SubgraphResult, schema))
      : placeErrors(request, events as SubgraphResult, schema);
  };
}
