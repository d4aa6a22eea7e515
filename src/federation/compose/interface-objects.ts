/** Finds `@interfaceObject` types whose interface has no key. No request could reach their fields. */
import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';

interface Service {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

export interface KeylessInterface {
  readonly type: string;
  /** Subgraphs that have the interface, and subgraphs that have it as an object. */
  readonly subgraphs: readonly string[];
}

export function keylessInterfaces(services: readonly Service[]): readonly KeylessInterface[] {
  const objects = new Map<string, string[]>();
  const interfaces = new Map<string, { readonly subgraphs: string[]; hasKey: boolean }>();
  for (const { name: subgraph, typeDefs } of services) {
    for (const definition of typeDefs.definitions) {
      if (definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION) {
        const type = definition.name.value;
        if (has(definition.directives, 'interfaceObject')) objects.set(type, [...(objects.get(type) ?? []), subgraph]);
      } else if (definition.kind === Kind.INTERFACE_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_EXTENSION) {
        const known = interfaces.get(definition.name.value) ?? { subgraphs: [], hasKey: false };
        known.subgraphs.push(subgraph);
        known.hasKey ||= has(definition.directives, 'key');
        interfaces.set(definition.name.value, known);
      }
    }
  }
  return [...objects].flatMap(([type, subgraphs]) => {
    const declared = interfaces.get(type);
    return declared === undefined || declared.hasKey ? [] : [{ type, subgraphs: [...new Set([...declared.subgraphs, ...subgraphs])] }];
  });
}

const has = (directives: readonly ConstDirectiveNode[] = [], name: string): boolean =>
  directives.some((directive) => directive.name.value === name || directive.name.value === `federation__${name}`);

export const refusedKeyless = (type: string): string =>
  `"${type}" has an @interfaceObject, but the interface "${type}" has no @key in any subgraph, so that nothing could ask for its fields.`;
export const remedyForKeyless = 'Give the interface a @key, and its types the same one.';
