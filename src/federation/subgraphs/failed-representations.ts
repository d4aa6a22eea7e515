/**
 * Asks a subgraph for no entity whose key another subgraph failed to give: the entity gets that error. The engine would send the error
 * itself as the key, and take for true what is answered to it.
 */
import { GraphQLError } from 'graphql';
import type { SubgraphRequest, SubgraphResult } from './engine-request.ts';
import { representationsOf } from './representations.ts';

interface Asked {
  /** Null: nothing is left to be asked. */
  readonly request: SubgraphRequest | null;
  /** The answer for all representations, with the errors of those that were not asked for. */
  restored(result: SubgraphResult): SubgraphResult;
}

export function withoutFailed(request: SubgraphRequest): Asked {
  const asked = representationsOf(request);
  const failed = new Map(
    (asked?.representations ?? []).flatMap((representation, index) => {
      const error = errorIn(representation);
      return error === null ? [] : [[index, error] as const];
    }),
  );
  if (asked === null || failed.size === 0) return { request, restored: (result) => result };
  const { key, variable, representations } = asked;
  const sent = [...representations.keys()].filter((index) => !failed.has(index));
  const variables = { ...request.variables, [variable]: sent.map((index) => representations[index]) };
  return {
    request: sent.length === 0 ? null : { ...request, variables },
    restored({ data = null, errors = [] }) {
      const found = data?.[key];
      const entities = Array.isArray(found) ? found : [];
      const byIndex = new Map(sent.map((index, at) => [index, entities[at]]));
      const all = representations.map((_, index) => (failed.has(index) ? null : byIndex.get(index)));
      return {
        data: data === null && sent.length > 0 ? null : { ...data, [key]: all },
        errors: [...errors.map((error) => moved(error, sent)), ...[...failed].map(([index, error]) => atEntity(error, index))],
      };
    },
  };
}

const maxDepth = 5;

function errorIn(value: unknown, depth = 0): Error | null {
  if (value instanceof Error) return value;
  if (typeof value !== 'object' || value === null || depth > maxDepth) return null;
  for (const member of Object.values(value)) {
    const error = errorIn(member, depth + 1);
    if (error !== null) return error;
  }
  return null;
}

/** Its path counts the representations that were sent. */
function moved(error: GraphQLError, sent: readonly number[]): GraphQLError {
  const [root, index, ...rest] = error.path ?? [];
  const original = root === '_entities' && typeof index === 'number' ? sent[index] : undefined;
  return original === undefined
    ? error
    : new GraphQLError(error.message, { path: ['_entities', original, ...rest], extensions: error.extensions });
}

const atEntity = (error: Error, index: number): GraphQLError =>
  new GraphQLError(error.message, {
    path: ['_entities', index],
    ...(error instanceof GraphQLError ? { extensions: error.extensions } : { originalError: error }),
  });
