/** A subgraph in this process: graphql itself, on the gateway's own context. */
import { execute, type GraphQLResolveInfo, type GraphQLSchema, OperationTypeNode, subscribe } from 'graphql';
import { placed } from '../engine/place-errors.ts';
import { flat } from '../engine/stitching/flat.ts';
import type { SubgraphExecutor, SubgraphRequest, SubgraphResult } from './engine-request.ts';

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
    if (request.operationType !== OperationTypeNode.SUBSCRIPTION) return placed(request, (await execute(args)) as SubgraphResult, schema);
    const events = await subscribe(args);
    return Symbol.asyncIterator in events ? placedEvents(request, events, schema) : placed(request, events as SubgraphResult, schema);
  };
}

/** Event by event without a generator: a reader that leaves must reach the source at once, also while it waits. */
function placedEvents(
  request: SubgraphRequest,
  events: AsyncGenerator<unknown>,
  schema: GraphQLSchema,
): AsyncIterableIterator<SubgraphResult> {
  return {
    async next() {
      const event = await events.next();
      return event.done === true
        ? { done: true, value: undefined }
        : { done: false, value: placed(request, event.value as SubgraphResult, schema) };
    },
    async return() {
      await events.return(undefined);
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
