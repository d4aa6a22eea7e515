/** Refuses, by name, constructs that this gateway could not serve faithfully. */
import { type DocumentNode, type GraphQLSchema, Kind } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { directivesOf, type JoinedGraph, outputTypesOf } from '../engine/join.ts';
import { connectorsIn, refusedConnectors, remedyForConnectors } from './connectors.ts';
import { refusedKeyless, remedyForKeyless } from './interface-objects.ts';

/** Throws BAD_REQUEST with a sentence. `local`: schemas of this process, by URL or name of their subgraph. */
export function checkServable(
  supergraph: DocumentNode,
  graphs: readonly JoinedGraph[],
  local: Readonly<Record<string, GraphQLSchema>>,
): void {
  const refused = [
    ...withoutGraphs(graphs),
    ...withoutAddress(graphs, local),
    ...withoutAi(graphs, local),
    ...connectors(supergraph),
    ...objectsOfKeylessInterfaces(supergraph),
    ...fromContext(supergraph),
  ];
  const [first] = refused;
  if (first !== undefined) throw new GatewayError('BAD_REQUEST', first);
}

const withoutGraphs = (graphs: readonly JoinedGraph[]): readonly string[] =>
  graphs.length > 0 ? [] : ['This SDL is no supergraph: it has no enum join__Graph. `fieldgate compose` makes one of subgraphs.'];

function withoutAddress(graphs: readonly JoinedGraph[], local: Readonly<Record<string, GraphQLSchema>>): readonly string[] {
  return graphs
    .filter(({ name, url }) => local[url] === undefined && local[name] === undefined && !/^https?:\/\//.test(url))
    .map(({ name, url }) => {
      const given = url === '' ? 'no URL' : `the URL "${url}"`;
      return `The subgraph "${name}" has ${given}: an http:// or https:// URL would be accepted.`;
    });
}

function withoutAi(graphs: readonly JoinedGraph[], local: Readonly<Record<string, GraphQLSchema>>): readonly string[] {
  return Object.keys(local)
    .filter((key) => !graphs.some(({ name, url }) => name === key || url === key))
    .map(
      (key) =>
        `The supergraph has no subgraph with the URL ${key}, so its AI fields are missing. Compose it with \`fieldgate compose\`, or set \`ai: false\` to serve it as it is.`,
    );
}

function connectors(supergraph: DocumentNode): readonly string[] {
  const used = connectorsIn(supergraph);
  return used === null ? [] : [`${refusedConnectors(used)} ${remedyForConnectors}`];
}

/** Without a key, no entity can be requested for their fields: the fields would be null without an error. */
function objectsOfKeylessInterfaces(supergraph: DocumentNode): readonly string[] {
  return outputTypesOf(supergraph).flatMap((type) => {
    const joined = directivesOf(type, 'join__type');
    const ofObjects = joined.filter(({ isInterfaceObject }) => isInterfaceObject === true);
    const isInterface = (type.kind as string) === Kind.INTERFACE_TYPE_DEFINITION;
    const isKeyless = joined.every((one) => ofObjects.includes(one) || one['key'] === undefined);
    return isInterface && ofObjects.length > 0 && isKeyless ? [`${refusedKeyless(type.name.value)} ${remedyForKeyless}`] : [];
  });
}

function fromContext(supergraph: DocumentNode): readonly string[] {
  const contextual = outputTypesOf(supergraph).flatMap((type) =>
    (type.fields ?? [])
      .filter((field) => directivesOf(field, 'join__field').some(({ contextArguments }) => contextArguments !== undefined))
      .map((field) => `${type.name.value}.${field.name.value}`),
  );
  return contextual.length === 0 ? [] : [`@fromContext is not served by this gateway: ${contextual.join(', ')}. Use @requires.`];
}
