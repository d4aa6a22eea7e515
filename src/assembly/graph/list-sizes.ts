import { type ConstDirectiveNode, Kind, parse, valueFromASTUntyped } from 'graphql';
import type { Graph } from '../../federation/graph.ts';
import type { ListSize } from '../../fields/list-size.ts';

/** As long as what the router sends: it stands in no supergraph. */
const entities: ListSize = { assumedSize: null, slicingArguments: ['representations'], sizedFields: [] };

/** What `@listSize` says in the supergraph of the moment, by coordinate. */
export function listSizesOf(graph: Pick<Graph, 'supergraphSdl'>): (coordinate: string) => ListSize | null {
  let read: { readonly sdl: string; readonly sizes: ReadonlyMap<string, ListSize> } | null = null;
  return (coordinate) => {
    if (coordinate === 'Query._entities') return entities;
    const sdl = graph.supergraphSdl();
    if (sdl === null) return null;
    if (read?.sdl !== sdl) read = { sdl, sizes: listSizesIn(sdl) };
    return read.sizes.get(coordinate) ?? null;
  };
}

function listSizesIn(supergraphSdl: string): ReadonlyMap<string, ListSize> {
  const sizes = new Map<string, ListSize>();
  for (const definition of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find(({ name }) => name.value === 'listSize' || name.value.endsWith('__listSize'));
      if (directive !== undefined) sizes.set(`${definition.name.value}.${field.name.value}`, sizeOf(directive));
    }
  }
  return sizes;
}

function sizeOf(directive: ConstDirectiveNode): ListSize {
  const args = Object.fromEntries((directive.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
  const names = (value: unknown): string[] => (Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []);
  return {
    assumedSize: typeof args['assumedSize'] === 'number' ? args['assumedSize'] : null,
    slicingArguments: names(args['slicingArguments']),
    sizedFields: names(args['sizedFields']),
  };
}
