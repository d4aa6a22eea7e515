/** Checks the operator's AI fields against the configuration. Each mistake has its file and line, the cause, and the remedy. */
import { Kind, type TypeNode } from 'graphql';
import type { GatewayConfig } from '../../config/config.ts';
import { completionRequest } from '../../core/request/request.ts';
import { type AiField, type Mistake, mistakeText } from '../../fields/ai-field.ts';
import type { FieldsRead } from '../../fields/read-fields.ts';
import type { Capability } from '../../providers/provider.ts';
import { can, namesOf, roomFor } from '../../routing/fit.ts';
import type { Deployment, Route } from '../../routing/route.ts';
import { routesOf } from '../routes.ts';

export function fieldMistakes(config: GatewayConfig, read: FieldsRead): readonly string[] {
  const routes = routesOf(config);
  const mistakes: readonly Mistake[] = read.fields.flatMap((field) =>
    fieldSentences(field, [...Object.keys(config.collections ?? {}), ...read.indexes.map(({ name }) => name)], routes).map((sentence) => ({
      place: field.place,
      message: `${field.coordinate}: ${sentence}`,
    })),
  );
  // What the subgraphs say of their fields is known once they have been read.
  return [...mistakes.map(mistakeText), ...(namesSubgraphs(config) ? [] : unknownClasses(config, read, []))];
}

const namesSubgraphs = ({ graph = {} }: GatewayConfig): boolean => graph.supergraph !== undefined || (graph.subgraphs ?? []).length > 0;

/** Rejects a rule about a class that no field has: it would hold nothing back. `others`: the SDL of the other subgraphs. */
export function unknownClasses(
  { rules = [] }: GatewayConfig,
  { dataClasses }: Pick<FieldsRead, 'dataClasses'>,
  others: readonly string[],
): readonly string[] {
  const known = [...new Set([...dataClasses(others).values()].flat())].sort();
  return rules.flatMap((rule, index) =>
    (rule.dataClasses ?? [])
      .filter((name) => !known.includes(name))
      .map(
        (name) =>
          `rules.${index}.dataClasses has ${JSON.stringify(name)}, which no field has. Classes of fields that prompts read: ${listed(known)}.`,
      ),
  );
}

function fieldSentences(field: AiField, collections: readonly string[], routes: ReadonlyMap<string, Route>): readonly string[] {
  switch (field.kind) {
    case 'completion': {
      const { route, maxInputTokens, maxOutputTokens, type } = field;
      const found = routeSentence(route, isText(type) ? ['completion'] : ['completion', 'json'], routes);
      return found === null ? roomSentences(route, maxInputTokens, maxOutputTokens, routes) : [found];
    }
    case 'embedding':
      return present(routeSentence(field.route, ['embedding'], routes));
    case 'answer': {
      const known = collections.includes(field.collection)
        ? null
        : `There is no collection "${field.collection}". Collections: ${listed(collections)}.`;
      return present(known, routeSentence(field.route, ['completion'], routes));
    }
    case 'similar':
      return [];
  }
}

function routeSentence(name: string, needs: readonly Capability[], routes: ReadonlyMap<string, Route>): string | null {
  const fits = ({ deployments }: Route): boolean => deployments.some((deployment) => can(deployment, needs));
  const route = routes.get(name);
  if (route !== undefined && fits(route)) return null;
  const fitting = listed([...routes.values()].filter(fits).map((each) => each.name));
  return route === undefined
    ? `There is no route "${name}". Routes that fit: ${fitting}.`
    : `Route "${name}" has no deployment for ${namesOf(needs)}. Routes that have one: ${fitting}.`;
}

/** A bound that no deployment has room for would let through what the model then refuses. */
function roomSentences(name: string, maxInputTokens: number, maxOutputTokens: number, routes: ReadonlyMap<string, Route>): string[] {
  const request = completionRequest([], { maxOutputTokens });
  const room = ({ deployments }: { readonly deployments: readonly Deployment[] }): number =>
    Math.max(...deployments.map((deployment) => roomFor(request, deployment) ?? Number.POSITIVE_INFINITY));
  const route = routes.get(name);
  const most = route === undefined ? Number.POSITIVE_INFINITY : room(route);
  if (maxInputTokens <= most) return [];
  return [
    `maxInputTokens is ${maxInputTokens}, and route "${name}" has room for ${Math.max(0, most)} beside maxOutputTokens: ${maxOutputTokens}. Lower one of them.`,
  ];
}

/** Whether the answer is text, as for a plain String; all other types are answered as JSON. */
const isText = (type: TypeNode): boolean => (type.kind === Kind.NON_NULL_TYPE ? isText(type.type) : isNamed(type, 'String'));
const isNamed = (type: TypeNode, name: string): boolean => type.kind === Kind.NAMED_TYPE && type.name.value === name;

const listed = (names: readonly string[]): string => names.join(', ') || 'none';
const present = (...sentences: readonly (string | null)[]): string[] => sentences.filter((sentence) => sentence !== null);

/** A note for operators who serve AI fields on entities of teams whose SDL the configuration does not name. */
export function unknownGuards(config: GatewayConfig, { reads }: Pick<FieldsRead, 'reads'>): readonly string[] {
  const { graph = {} } = config;
  const [first] = [...reads].filter(([, of]) => of.size > 0);
  if (namesSubgraphs(config) || graph.ai === false || first === undefined) return [];
  return [
    `graph.subgraphs names no subgraph, so what guards ${[...first[1]][0]}, which ${first[0]} reads, is not known, and ${first[0]} does not inherit it. Where a router's composition then says MISSING_TRANSITIVE_AUTH_REQUIREMENTS, name the owner's SDL: graph.subgraphs: [{ name, url, sdl: 'products.graphql' }].`,
  ];
}
