/**
 * What the composer leaves out of a supergraph. An `@interfaceObject` type's `@external` fields become fields that its
 * subgraph seems to resolve, so the engine asks it for what it does not know; the joins say whose they are.
 */
import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  print,
} from 'graphql';
import { directivesOf, graphsOf } from './join.ts';

interface Service {
  readonly name: string;
  readonly typeDefs: DocumentNode;
}

export function mended(supergraphSdl: string, services: readonly Service[]): string {
  const objects = services.flatMap((service) =>
    typesOf(service.typeDefs).flatMap((type) => (has(type, 'interfaceObject') ? [{ service, type }] : [])),
  );
  if (!objects.some(({ type }) => type.fields?.some((field) => has(field, 'external')))) return supergraphSdl;
  const supergraph = parse(supergraphSdl, { noLocation: true });
  const idOf = new Map(graphsOf(supergraph).map(({ id, name }) => [name, id]));

  const joined = (typeName: string, field: FieldDefinitionNode): FieldDefinitionNode => {
    const name = field.name.value;
    const missing = objects.filter(({ service, type }) => {
      const own = type.name.value === typeName ? type.fields?.find((other) => other.name.value === name) : undefined;
      const id = idOf.get(service.name);
      return own !== undefined && has(own, 'external') && !directivesOf(field, 'join__field').some(({ graph }) => graph === id);
    });
    if (missing.length === 0) return field;
    const externals = missing.flatMap(({ service }) => idOf.get(service.name) ?? []);
    const hasJoins = directivesOf(field, 'join__field').length > 0;
    const others = hasJoins
      ? []
      : services.filter((service) => defines(service, typeName, name)).flatMap((service) => idOf.get(service.name) ?? []);
    const joins = [
      ...externals.map((id) => joinField(id, true)),
      ...others.filter((id) => !externals.includes(id)).map((id) => joinField(id, false)),
    ];
    return { ...field, directives: [...(field.directives ?? []), ...joins] };
  };

  return print({
    ...supergraph,
    definitions: supergraph.definitions.map((definition) =>
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? { ...definition, fields: (definition.fields ?? []).map((field) => joined(definition.name.value, field)) }
        : definition,
    ),
  });
}

function typesOf(document: DocumentNode): readonly ObjectTypeDefinitionNode[] {
  return document.definitions.flatMap((definition) =>
    /^(Object|Interface)Type(Definition|Extension)$/.test(definition.kind) ? [definition as ObjectTypeDefinitionNode] : [],
  );
}

const defines = ({ typeDefs }: Service, type: string, field: string): boolean =>
  typesOf(typeDefs).some((other) => other.name.value === type && other.fields?.some(({ name }) => name.value === field) === true);

const has = (node: { readonly directives?: readonly ConstDirectiveNode[] }, name: string): boolean =>
  node.directives?.some((directive) => directive.name.value.replace(/^federation__/, '') === name) === true;

function joinField(graph: string, external: boolean): ConstDirectiveNode {
  const named = (value: string) => ({ kind: Kind.NAME, value }) as const;
  return {
    kind: Kind.DIRECTIVE,
    name: named('join__field'),
    arguments: [
      { kind: Kind.ARGUMENT, name: named('graph'), value: { kind: Kind.ENUM, value: graph } },
      ...(external ? [{ kind: Kind.ARGUMENT, name: named('external'), value: { kind: Kind.BOOLEAN, value: true } } as const] : []),
    ],
  };
}
