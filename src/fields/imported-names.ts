import { type DocumentNode, Kind, valueFromASTUntyped } from 'graphql';

/** The names that a subgraph gives to directives that it imports under another name: its names, by ours. */
export function importedNames({ definitions }: DocumentNode): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) continue;
    for (const link of definition.directives ?? []) {
      const imports = link.name.value === 'link' ? link.arguments?.find(({ name }) => name.value === 'import')?.value : undefined;
      const all = imports === undefined ? [] : valueFromASTUntyped(imports);
      for (const one of Array.isArray(all) ? (all as readonly unknown[]) : []) {
        const { name, as } = (typeof one === 'object' && one !== null ? one : {}) as { readonly name?: unknown; readonly as?: unknown };
        if (typeof name === 'string' && typeof as === 'string') names.set(name.replace(/^@/, ''), as.replace(/^@/, ''));
      }
    }
  }
  return names;
}
