/** Reads `@listSize` from the supergraph: how long the schema's author says a list can be. */
import { type ConstDirectiveNode, Kind, parse, valueFromASTUntyped } from 'graphql';
import type { ListSize } from '../../pricing/list-size.ts';
import { costNames, isNamed } from './declared-weights.ts';

/** `_entities` returns one member per representation that the router sends. No supergraph declares this field. */
const entities: ListSize = { assumedSize: null, slicingArguments: ['representations'], sizedFields: [] };

/** What `@listSize` says of a coordinate in the supergraph that is served now. `supergraphSdl` returns null before one is composed. */
export function listSizesOf(graph: { supergraphSdl(): string | null }): (coordinate: string) => ListSize | null {
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
  const document = parse(supergraphSdl, { noLocation: true });
  const names = costNames(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const directive = field.directives?.find(isNamed('listSize', names));
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
