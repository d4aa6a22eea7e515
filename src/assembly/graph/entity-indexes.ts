/** Turns the operator's `@indexed` types into what retrieval needs: plain functions and texts, with the graph behind them. */
import { type FieldNode, Kind, parse, type SelectionSetNode } from 'graphql';
import type { Handlers } from '../../core/call/call.ts';
import { entityPages } from '../../federation/entities/entity-pages.ts';
import { visibleEntities } from '../../federation/entities/visible-entities.ts';
import type { Graph } from '../../federation/graph.ts';
import type { EntityIndex } from '../../fields/ai-field.ts';
import type { FieldsRead } from '../../fields/read-fields.ts';
import { holesOf, renderPlain } from '../../fields/template.ts';
import { serviceOf } from '../../operations/keyless-principals.ts';
import { ownOperation } from '../../operations/open.ts';
import type { Entities, EntityIndexOptions, Fields } from '../../retrieval/entities/entities.ts';
import { openEntities } from '../../retrieval/entities/open-entities.ts';
import type { IngestCallMaker } from '../../retrieval/ingestion/source.ts';
import type { Storage } from '../../storage/storage.ts';
import { embeddingOf } from '../routes.ts';
import { embeddingRoute } from './index-mistakes.ts';
import { type AccessParts, accessTo } from './subgraph-fetch.ts';

export interface IndexParts extends AccessParts {
  readonly read: FieldsRead;
  readonly storage: Pick<Storage, 'passages' | 'jobs' | 'limits'>;
  readonly handle: Handlers;
  readonly callFor: IngestCallMaker;
  /** The graph. It is known after the indexes, because its own subgraph needs them. */
  readonly graph: () => Pick<Graph, 'schema' | 'supergraphSdl'>;
  /**
   * The gateway's own headers as a client of the subgraphs, through the same allow-list. The gateway indexes what subgraphs show for these
   * headers.
   */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Indexes extends Entities {
  /** Null when there is no such index. */
  embeddingRoute(index: string): string | null;
}

export function openIndexes(parts: IndexParts): Indexes {
  const { config, read, storage, handle, callFor, graph, headers = {}, log } = parts;
  const principal = serviceOf('indexes');
  const entities = openEntities({
    indexes: read.indexes.map((index) => ({ ...indexedOf(index), embeddingRoute, ...embeddingOf(config, embeddingRoute) })),
    passages: storage.passages,
    jobs: storage.jobs,
    handle,
    callFor,
    principal,
    page: entityPages({
      schema: () => graph().schema(),
      contextFor: (signal) => ({ ...ownOperation(principal, storage.limits, signal), headers }),
    }),
    visible: visibleEntities({ ...accessTo(parts), supergraphSdl: () => graph().supergraphSdl() }),
    onFailure: (err, index) => log.warn('an index of entities is not as fresh as the graph', { index, err }),
  });
  return { ...entities, embeddingRoute: (index) => (entities.has(index) ? embeddingRoute : null) };
}

export function indexedOf({ name, typeName, key, text, from }: EntityIndex): Omit<EntityIndexOptions, 'embeddingRoute' | 'embeddingModel'> {
  const keyTree = treeOf(key);
  return {
    name,
    typeName,
    key,
    from,
    selection: selectionText(holesOf(text)),
    keyOf: (entity) => picked(entity, keyTree),
    textOf: (entity) => renderPlain(text, {}, entity),
  };
}

/** Makes a selection, such as `name brand { country }`, of the paths that a template reads. */
function selectionText(paths: readonly (readonly string[])[]): string {
  const heads = [...new Set(paths.flatMap(([head]) => head ?? []))];
  return heads
    .map((head) => {
      const inner = selectionText(paths.flatMap(([first, ...rest]) => (first === head && rest.length > 0 ? [rest] : [])));
      return inner === '' ? head : `${head} { ${inner} }`;
    })
    .join(' ');
}

function treeOf(key: string): SelectionSetNode | undefined {
  const [definition] = parse(`{ ${key} }`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet : undefined;
}

/** The selected fields and nothing else; null when one of them has no value. */
function picked(value: unknown, tree: SelectionSetNode | undefined): Fields | null {
  const fields = (tree?.selections ?? []).filter((selection): selection is FieldNode => selection.kind === Kind.FIELD);
  const entries = fields.map(({ name, selectionSet }) => {
    const inner: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name.value) : null;
    return [name.value, selectionSet === undefined ? (inner ?? null) : picked(inner, selectionSet)] as const;
  });
  return entries.some(([, inner]) => inner === null) ? null : Object.fromEntries(entries);
}
