/**
 * Finds Apollo Connectors: fields that Apollo's router itself reads from a REST API (`@connect`, `@source`). This gateway calls GraphQL servers
 * only.
 */
import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql';
import { directivesOf } from '../engine/join.ts';

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] };

const specification = /^https:\/\/specs\.apollo\.dev\/connect\//;

/**
 * Coordinates with a connector, in the SDL of a subgraph or of a supergraph. Null: the SDL does not link the specification of connectors. A
 * supergraph contains directives that it does not know as `@join__directive(name:, args:)`.
 */
export function connectorsIn(document: DocumentNode): readonly string[] | null {
  const isLinked = document.definitions.some((definition) => {
    if (definition.kind !== Kind.SCHEMA_DEFINITION && definition.kind !== Kind.SCHEMA_EXTENSION) return false;
    const links = [
      ...directivesOf(definition, 'link'),
      ...directivesOf(definition, 'join__directive').flatMap(({ name, args }) =>
        name === 'link' ? [args as Readonly<Record<string, unknown>>] : [],
      ),
    ];
    return links.some((link) => specification.test(String(link['url'])));
  });
  if (!isLinked) return null;
  return document.definitions.flatMap((definition) => {
    if (!('name' in definition) || definition.name === undefined || definition.kind === Kind.DIRECTIVE_DEFINITION) return [];
    const type = definition.name.value;
    const fields = ('fields' in definition ? (definition.fields ?? []) : []) as readonly (Annotated & {
      readonly name: { readonly value: string };
    })[];
    return [
      ...(hasConnector(definition as Annotated) ? [type] : []),
      ...fields.filter(hasConnector).map(({ name }) => `${type}.${name.value}`),
    ];
  });
}

function hasConnector(node: Annotated): boolean {
  const names = (node.directives ?? []).map(({ name }) => name.value);
  const joined = directivesOf(node, 'join__directive').map(({ name }) => String(name));
  return [...names, ...joined].some((name) => /^(connect|source)(__\w+)?$/.test(name));
}

export const refusedConnectors = (coordinates: readonly string[]): string =>
  `Apollo Connectors (@connect, @source) are not served by this gateway${coordinates.length === 0 ? '' : `: ${coordinates.join(', ')}`}.`;
export const remedyForConnectors = 'Put a GraphQL subgraph in front of the REST API, or leave them out.';
