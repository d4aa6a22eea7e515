/**
 * Adds back the directives that clients may use in queries, which are those that every team's subgraph defines.
 *
 * The composer requires them of the subgraph in this process as well, although it defines none, and removes them.
 */
import {
  type ConstValueNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  type InputValueDefinitionNode,
  Kind,
  parse,
  print,
  specifiedDirectives,
} from 'graphql';

interface Service {
  readonly url: string;
  readonly typeDefs: DocumentNode;
}

const ofQueries = /^(QUERY|MUTATION|SUBSCRIPTION|FIELD|FRAGMENT_DEFINITION|FRAGMENT_SPREAD|INLINE_FRAGMENT|VARIABLE_DEFINITION)$/;
/** The gateway's own. */
const own = new Set([...specifiedDirectives.map(({ name }) => name), 'defer', 'stream']);

export function withQueryDirectives(supergraphSdl: string, services: readonly Service[]): string {
  const teams = services.filter(({ url }) => !url.startsWith('local://'));
  if (teams.length === services.length) return supergraphSdl;
  const [first = [], ...others] = teams.map(({ typeDefs }) => queryDirectivesOf(typeDefs));
  const shared = first.flatMap((directive) =>
    sharedBy([directive, ...others.flatMap((all) => all.filter(named(directive)))], teams.length),
  );
  if (shared.length === 0) return supergraphSdl;
  const known = queryDirectivesOf(parse(supergraphSdl, { noLocation: true }));
  const missing = shared.filter((directive) => !known.some(named(directive)));
  return [supergraphSdl, ...missing.map((directive) => print(directive))].join('\n\n');
}

const named =
  ({ name }: DirectiveDefinitionNode) =>
  (other: DirectiveDefinitionNode): boolean =>
    other.name.value === name.value;

function queryDirectivesOf({ definitions }: DocumentNode): readonly DirectiveDefinitionNode[] {
  return definitions.flatMap((definition) =>
    definition.kind === Kind.DIRECTIVE_DEFINITION &&
    !own.has(definition.name.value) &&
    definition.locations.some(({ value }) => ofQueries.test(value))
      ? [definition]
      : [],
  );
}

/** With the places and arguments that all of them have, and the first default; none unless all teams define it. */
function sharedBy(definitions: readonly DirectiveDefinitionNode[], teams: number): readonly DirectiveDefinitionNode[] {
  const [first] = definitions;
  if (first === undefined || definitions.length < teams) return [];
  const locations = first.locations.filter(
    ({ value }) => ofQueries.test(value) && definitions.every((other) => other.locations.some((place) => place.value === value)),
  );
  const args = (first.arguments ?? []).flatMap((argument): readonly InputValueDefinitionNode[] => {
    const all = definitions.flatMap((other) => (other.arguments ?? []).filter(({ name }) => name.value === argument.name.value));
    if (all.length < teams) return [];
    const defaultValue: ConstValueNode | undefined = all.find((other) => other.defaultValue !== undefined)?.defaultValue;
    return [defaultValue === undefined ? argument : { ...argument, defaultValue }];
  });
  return locations.length === 0 ? [] : [{ ...first, locations, arguments: args }];
}
