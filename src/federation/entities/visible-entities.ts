/**
 * Asks the entity's own subgraphs whether a caller may see an entity, because only they know: by its key, under the caller's
 * own headers, and for the fields to be shown. An entity that is null or has an error is not visible.
 */
import { buildSchema, type DocumentNode, GraphQLError, OperationTypeNode, parse } from 'graphql';
import type { EntityRef } from '../../core/chunk.ts';
import { type ErrorCode, GatewayError } from '../../core/errors.ts';
import { throwIfAborted } from '../../core/turns/abort.ts';
import type { Authorize } from '../authorization.ts';
import { type Requirement, requirementsOf } from '../engine/join.ts';
import type { SubgraphExecutor, SubgraphResult } from '../subgraphs/engine-request.ts';
import { type FetchOptions, remoteExecutor } from '../subgraphs/fetch.ts';
import { collectTogether } from './asked-together.ts';
import { coordinatesOf, type EntityResolver, entityResolvers, type IndexedType } from './entity-resolvers.ts';

export interface VisibleEntitiesOptions {
  /** The supergraph that is served now. Null: none. */
  readonly supergraphSdl: () => string | null;
  /** Use the options of the supergraph itself, so that a caller sees what a query would show. */
  readonly fetch?: FetchOptions;
  /**
   * Decides about `@authenticated` and `@requiresScopes` of everything that is read. Without it, fields with these directives are visible to
   * nobody.
   */
  readonly authorize?: Authorize;
}

export type Fields = Readonly<Record<string, unknown>>;

/**
 * Returns for each reference, in order: null, or the key and the wanted fields that the caller may see. Throws SUBGRAPH_UNAVAILABLE or TIMEOUT when
 * a subgraph cannot be asked.
 */
export type VisibleEntities = (
  wanted: IndexedType,
  refs: readonly EntityRef[],
  context: unknown,
  signal: AbortSignal,
) => Promise<readonly (Fields | null)[]>;

interface Judge extends EntityResolver {
  readonly document: DocumentNode;
  readonly execute: SubgraphExecutor;
}

interface Plan {
  readonly judges: readonly Judge[];
  readonly requirements: readonly Requirement[];
}

/** The caller's context with the signal of this question. A detached answer outlives the operation that asked for it. */
interface Asking {
  readonly context: unknown;
  readonly signal: AbortSignal;
}

export function visibleEntities({ supergraphSdl, fetch = {}, authorize }: VisibleEntitiesOptions): VisibleEntities {
  const { clientHeaders, onExtensions } = fetch;
  const asking: FetchOptions = {
    ...fetch,
    signal: (context) => (context as Asking).signal,
    ...(clientHeaders === undefined ? {} : { clientHeaders: (context) => clientHeaders((context as Asking).context) }),
    ...(onExtensions === undefined
      ? {}
      : { onExtensions: (name, extensions, context) => onExtensions(name, extensions, (context as Asking).context) }),
  };
  const planned = planner(asking);

  return collectTogether(async (wanted, refs, context, signal) => {
    throwIfAborted(signal);
    if (refs.length === 0) return [];
    const sdl = supergraphSdl();
    if (sdl === null) throw new GatewayError('SUBGRAPH_UNAVAILABLE', 'The graph is not composed yet, so nobody can say who may see what.');
    const { judges, requirements } = planned(sdl, wanted);
    if (requirements.some((requirement) => authorize === undefined || authorize(context, requirement) !== null))
      return refs.map(() => null);
    if (judges.length === 0) {
      throw new GatewayError(
        'INTERNAL',
        `No subgraph can say who may see a ${wanted.typeName}: one must resolve it by @key(fields: "${wanted.key}").`,
      );
    }
    const verdicts = await Promise.all(judges.map((judge) => ask(judge, wanted, refs, { context, signal })));
    return refs.map(({ key }, index) => {
      const seen = verdicts.map((entities) => entities[index] ?? null);
      return seen.includes(null) ? null : Object.assign({}, ...seen, key);
    });
  });
}

/** Plans for the supergraph that is served, dropped together with it. */
function planner(fetch: FetchOptions): (sdl: string, wanted: IndexedType) => Plan {
  let known: { readonly sdl: string; readonly supergraph: DocumentNode; readonly plans: Map<string, Plan> } | null = null;
  return (sdl, wanted) => {
    if (known?.sdl !== sdl) known = { sdl, supergraph: parse(sdl, { noLocation: true }), plans: new Map() };
    const { supergraph, plans } = known;
    const name = JSON.stringify([wanted.typeName, wanted.key, wanted.selection, wanted.from]);
    let plan = plans.get(name);
    if (plan === undefined) {
      const requirements = requirementsOf(supergraph);
      plan = {
        judges: entityResolvers(supergraph, wanted, ({ url }) => url.startsWith('local://')).map((resolver) =>
          judgeOf(resolver, wanted, fetch),
        ),
        requirements: coordinatesOf(supergraph, wanted).flatMap((coordinate) => requirements.get(coordinate) ?? []),
      };
      plans.set(name, plan);
    }
    return plan;
  };
}

/** Errors keep their places without the subgraph's schema: an error of any field makes its entity invisible. */
const noTypes = buildSchema('type Query { nothing: Boolean }');

function judgeOf(resolver: EntityResolver, { typeName, key }: IndexedType, fetch: FetchOptions): Judge {
  const { graph, selection } = resolver;
  const asked = selection === '' ? key : selection;
  const document = parse(
    `query FieldgateVisible($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on ${typeName} { ${asked} } } }`,
    { noLocation: true },
  );
  return { ...resolver, document, execute: remoteExecutor(graph.name, graph.url, noTypes, fetch) };
}

async function ask(
  judge: Judge,
  { typeName }: IndexedType,
  refs: readonly EntityRef[],
  asking: Asking,
): Promise<readonly (Fields | null)[]> {
  const { graph, key, document, execute } = judge;
  const representations = refs.map((ref) => ({ __typename: typeName, ...Object.fromEntries(key.map((name) => [name, ref.key[name]])) }));
  const result = await execute({ document, variables: { representations }, operationType: OperationTypeNode.QUERY, context: asking });
  throwIfAborted(asking.signal);
  const entities = (result as SubgraphResult).data?.['_entities'];
  const list: readonly unknown[] = Array.isArray(entities) ? entities : [];
  const errors = list.map((entity) => errorIn(entity));
  checkAnswered(graph.name, errors);
  return refs.map((_, index) => {
    const entity = list[index] as Fields | null | undefined;
    return entity === null || entity === undefined || errors[index] !== null || entity['__typename'] !== typeName ? null : entity;
  });
}

/** Codes that `../subgraphs/fetch.ts` gives when a subgraph did not answer. */
const unanswered: ReadonlySet<unknown> = new Set<ErrorCode>(['SUBGRAPH_UNAVAILABLE', 'TIMEOUT']);

/** Throws when the subgraph has not answered at all: one error then stands in place of all entities. */
function checkAnswered(name: string, errors: readonly (Error | null)[]): void {
  const [first = null] = errors;
  const code = first instanceof GraphQLError ? first.extensions['code'] : null;
  const isWhole = first !== null && errors.every((error) => error === first) && (errors.length > 1 || unanswered.has(code));
  if (errors.length > 0 && !isWhole) return;
  throw new GatewayError(
    unanswered.has(code) ? (code as ErrorCode) : 'SUBGRAPH_UNAVAILABLE',
    `The subgraph "${name}" did not say which entities the caller may see, so none is shown. Ask again later.`,
    {},
    { cause: first },
  );
}

/** The first error anywhere in the value, where `../engine/place-errors.ts` has put it. */
function errorIn(value: unknown): Error | null {
  if (value instanceof Error) return value;
  if (typeof value !== 'object' || value === null) return null;
  for (const inner of Object.values(value)) {
    const error = errorIn(inner);
    if (error !== null) return error;
  }
  return null;
}
