/**
 * Composes the SDL of subgraphs into a supergraph's SDL, or returns every reason why they do not compose. It blocks its
 * process for 0.2 to 3 seconds.
 */
import { composeServices } from '@theguild/federation-composition';
import { type DocumentNode, GraphQLError, parse } from 'graphql';
import { mended } from '../engine/stitching/mended.ts';
import { objectNames } from '../engine/stitching/object-names.ts';
import { withQueryDirectives } from '../subgraphs/query-directives.ts';
import type { CompositionProblem } from './composition-problem.ts';
import { connectorsIn, refusedConnectors, remedyForConnectors } from './connectors.ts';
import { withPlainFieldSets } from './field-sets.ts';
import { keylessInterfaces, refusedKeyless, remedyForKeyless } from './interface-objects.ts';
import { clashesOf } from './name-clashes.ts';

export interface Subgraph {
  readonly name: string;
  /** `http(s)://...`, or `local://name` for a schema of this process. */
  readonly url: string;
  readonly sdl: string;
}

export type Composition =
  | { readonly ok: true; readonly supergraphSdl: string }
  | { readonly ok: false; readonly problems: readonly CompositionProblem[] };

/** Lists all clashes of names between the subgraph of this process and the others at once. */
export function composition(subgraphs: readonly Subgraph[]): Composition {
  if (subgraphs.length === 0) {
    return { ok: false, problems: [problem('NO_SUBGRAPHS', 'There is no subgraph to compose. Give one by URL or by SDL file.', [])] };
  }
  const parsed = subgraphs.map((subgraph) => ({ ...subgraph, typeDefs: parsedSdl(subgraph) }));
  const broken = parsed.flatMap(({ typeDefs }) => ('code' in typeDefs ? [typeDefs] : []));
  const services = parsed.flatMap(({ name, url, typeDefs }) => ('code' in typeDefs ? [] : [{ name, url, typeDefs }]));
  const refused = [...services.flatMap(connectorsOf), ...services.flatMap(typesLikeObjects), ...keylessOf(services)];
  const own = subgraphs.find(({ url }) => url.startsWith('local://'))?.name ?? null;
  const clashes = own === null ? [] : clashesOf(services, own);
  if (broken.length + refused.length > 0) return { ok: false, problems: [...broken, ...refused, ...clashes] };
  const result = composeServices(services.map((service) => ({ ...service, typeDefs: withPlainFieldSets(service.typeDefs) })));
  if (result.errors === undefined)
    return { ok: true, supergraphSdl: withQueryDirectives(mended(result.supergraphSdl, services), services) };
  const known = new Set(clashes.flatMap(({ coordinates }) => coordinates));
  const found = result.errors.map((error) => readable(error, services)).filter(({ coordinates }) => !coordinates.some((c) => known.has(c)));
  return { ok: false, problems: [...clashes, ...found] };
}

function problem(code: string, message: string, subgraphs: readonly string[], rest: Partial<CompositionProblem> = {}): CompositionProblem {
  return { code, message, subgraphs, coordinates: [], remedy: null, ...rest };
}

function parsedSdl({ name, sdl }: Subgraph): DocumentNode | CompositionProblem {
  try {
    return parse(sdl, { noLocation: true });
  } catch (error) {
    const place = error instanceof GraphQLError ? error.locations?.[0] : undefined;
    const where = place === undefined ? '' : ` (line ${place.line}, column ${place.column})`;
    const why = error instanceof Error ? error.message : 'it is not GraphQL';
    return problem('INVALID_GRAPHQL', `The SDL of the subgraph "${name}" cannot be read${where}: ${why}`, [name]);
  }
}

/** Types named like members of `Object.prototype`. The composer keeps types in plain objects and would find those members. */
function typesLikeObjects({ name, typeDefs }: { readonly name: string; readonly typeDefs: DocumentNode }): readonly CompositionProblem[] {
  const coordinates = typeDefs.definitions.flatMap((definition) =>
    'name' in definition && definition.name !== undefined && objectNames.has(definition.name.value) ? [definition.name.value] : [],
  );
  if (coordinates.length === 0) return [];
  const message = `A type cannot have a name that every JavaScript object has: ${coordinates.join(', ')}.`;
  return [problem('NAME_OF_EVERY_OBJECT', message, [name], { coordinates, remedy: 'Another name would be accepted.' })];
}

function connectorsOf({ name, typeDefs }: { readonly name: string; readonly typeDefs: DocumentNode }): readonly CompositionProblem[] {
  const coordinates = connectorsIn(typeDefs);
  if (coordinates === null) return [];
  const message = `In the subgraph "${name}": ${refusedConnectors(coordinates)}`;
  return [problem('CONNECTORS_NOT_SUPPORTED', message, [name], { coordinates, remedy: remedyForConnectors })];
}

const keylessOf = (services: readonly { readonly name: string; readonly typeDefs: DocumentNode }[]): readonly CompositionProblem[] =>
  keylessInterfaces(services).map(({ type, subgraphs }) =>
    problem('INTERFACE_OBJECT_WITHOUT_KEY', refusedKeyless(type), subgraphs, { coordinates: [type], remedy: remedyForKeyless }),
  );

const remedies: Readonly<Record<string, string>> = {
  INVALID_FIELD_SHARING: 'Mark the field @shareable in every subgraph that resolves it, or move it with @override.',
  FIELD_TYPE_MISMATCH: 'Give the field one type in all subgraphs, or rename one of them.',
  TYPE_KIND_MISMATCH: 'Rename one of the two types.',
  SATISFIABILITY_ERROR: 'Give the type a @key that both subgraphs resolve, or mark the field @shareable where it is needed.',
  MISSING_TRANSITIVE_AUTH_REQUIREMENTS: 'A field that @requires others carries their @authenticated and @requiresScopes too.',
  UNKNOWN_FEDERATION_LINK_VERSION: 'Link federation v2.9 or older.',
  INVALID_LINK_DIRECTIVE_USAGE: 'Link federation v2.9 or older.',
  EXTERNAL_MISSING_ON_BASE: 'Define the field in another subgraph, or remove @external.',
  EXTERNAL_UNUSED: 'Use the field in a @key, @requires or @provides, or remove it.',
  KEY_INVALID_FIELDS: 'Name fields of the type in @key(fields:).',
  REQUIRES_INVALID_FIELDS: 'Name fields of the type in @requires(fields:).',
  REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: 'Add the argument everywhere, or make it optional.',
  NO_QUERIES: 'One subgraph at least has fields of Query.',
};

const scalars = new Set(['Int', 'Float', 'String', 'Boolean', 'ID']);

function readable(error: GraphQLError, services: readonly { readonly name: string }[]): CompositionProblem {
  const code = typeof error.extensions['code'] === 'string' ? error.extensions['code'] : 'COMPOSITION_FAILED';
  const mentioned = [...error.message.matchAll(/"([^"]+)"|\[([\w-]+)\]/g)].map((match) => match[1] ?? match[2] ?? '');
  const subgraphs = services.map(({ name }) => name).filter((name) => mentioned.includes(name));
  const coordinates = [...new Set(mentioned.filter((text) => !scalars.has(text) && /^[A-Z_]\w*(\.\w+(\(\w+:\))?)?$/.test(text)))];
  return { code, message: error.message, subgraphs, coordinates, remedy: remedies[code] ?? null };
}
