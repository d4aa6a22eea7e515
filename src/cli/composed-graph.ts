/** Composes the supergraph of a configuration once: `check` validates it and `compose` prints it. */
import { GraphQLObjectType, GraphQLSchema, GraphQLString, validate } from 'graphql';
import { aiSdl, aiSubgraph } from '../assembly/graph/configured-graph.ts';
import { unknownClasses } from '../assembly/graph/fields-check.ts';
import { nameMistakes, placedSentence } from '../assembly/graph/graph-names.ts';
import { subgraphAddresses, subgraphSources } from '../assembly/graph/subgraph-fetch.ts';
import { supergraphReader } from '../assembly/graph/supergraph-source.ts';
import type { GatewayConfig } from '../config/config.ts';
import { pathIn } from '../config/path-in.ts';
import { asGatewayError } from '../core/errors.ts';
import { readManifest } from '../documents/manifest.ts';
import { composer } from '../federation/compose/compose.ts';
import { readSubgraph } from '../federation/compose/sources.ts';
import { unknownSubgraphs } from '../federation/compose/subgraph-addresses.ts';
import { chosenPlanner } from '../federation/engine/choose-engine.ts';
import { localUrl } from '../federation/kept-sources.ts';
import { servedGraph } from '../federation/served-graph.ts';
import { mistakeText } from '../fields/ai-field.ts';
import type { FieldsRead } from '../fields/read-fields.ts';
import { withDefer } from '../server/document/defer-rule.ts';
import { withSubgraphs } from './with-subgraphs.ts';

export interface ComposedGraph {
  /** Null when there are mistakes. */
  readonly supergraphSdl: string | null;
  /** Sentences, all at once. */
  readonly mistakes: readonly string[];
}

interface FromSources extends ComposedGraph {
  /** SDL of the subgraphs beside ours, or the supergraph that was read. */
  readonly others: readonly string[];
}

const sourceMs = 10_000;

export async function composedGraph(config: GatewayConfig, folder: string, read: FieldsRead): Promise<ComposedGraph> {
  const { supergraph, subgraphs = [] } = config.graph ?? {};
  const made: FromSources =
    supergraph === undefined
      ? await withSubgraphs(subgraphs, folder, async (ended) => {
          const graph = await fromSubgraphs(config, folder, read);
          return graph.supergraphSdl === null ? { ...graph, mistakes: [...ended, ...graph.mistakes] } : graph;
        })
      : await attempted(() => supergraphReader(supergraph, folder).read(AbortSignal.timeout(sourceMs)));
  const { supergraphSdl, others } = made;
  if (supergraphSdl === null) return made;
  const mistakes = [...(await servingMistakes(supergraphSdl, { config, folder, read })), ...unknownClasses(config, read, others)];
  return mistakes.length === 0 ? { supergraphSdl, mistakes } : { supergraphSdl: null, mistakes };
}

async function fromSubgraphs(config: GatewayConfig, folder: string, read: FieldsRead): Promise<FromSources> {
  const sources = subgraphSources(config, folder);
  const asked = await Promise.all(
    sources.map((source) =>
      readSubgraph(source, AbortSignal.timeout(sourceMs)).then(
        (sdl) => ({ name: source.name, url: source.url, sdl }),
        (error: unknown) => asGatewayError(error).message,
      ),
    ),
  );
  const unread = asked.filter((answer) => typeof answer === 'string');
  if (unread.length > 0) return { supergraphSdl: null, mistakes: unread, others: [] };
  const others = asked.filter((answer) => typeof answer !== 'string');
  const sdls = others.map(({ sdl }) => sdl);
  const own = config.graph?.ai === false ? null : aiSubgraph;
  const misnamed = own === null ? [] : nameMistakes(read, sdls);
  // Composing misnamed subgraphs would report problems that mislead.
  if (misnamed.length > 0 && others.length > 0) return { supergraphSdl: null, mistakes: misnamed, others: sdls };
  const ours = own === null ? [] : [{ name: own, url: localUrl(own), sdl: aiSdl(read)(sdls) }];
  const composed = await composer().compose([...others, ...ours], new AbortController().signal);
  return composed.ok
    ? { supergraphSdl: composed.supergraphSdl, mistakes: [], others: sdls }
    : { supergraphSdl: null, others: sdls, mistakes: composed.problems.map((problem) => placedSentence(problem, read)) };
}

async function attempted(read: () => Promise<string>): Promise<FromSources> {
  try {
    const supergraphSdl = await read();
    return { supergraphSdl, mistakes: [], others: [supergraphSdl] };
  } catch (error) {
    return { supergraphSdl: null, mistakes: [asGatewayError(error).message], others: [] };
  }
}

/** A schema on which nothing runs. It only fills its place in the supergraph. */
const unasked = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { unasked: { type: GraphQLString } } }) });

interface Checked {
  readonly config: GatewayConfig;
  readonly folder: string;
  readonly read: FieldsRead;
}

/** Why it would not be served as it is, or not with all AI fields and trusted documents. */
async function servingMistakes(supergraphSdl: string, { config, folder, read }: Checked): Promise<readonly string[]> {
  const { graph = {} } = config;
  const addresses = graph.supergraph === undefined ? new Map<string, null>() : subgraphAddresses(config);
  const unknown = unknownSubgraphs(supergraphSdl, addresses.keys());
  if (unknown.length > 0) return unknown;
  try {
    const local = graph.ai === false ? {} : { [localUrl(aiSubgraph)]: unasked };
    const { engine = 'auto', contracts = {}, policies = {} } = graph;
    const openPlanner = await chosenPlanner(engine);
    const options = { engine, addresses, contracts, policies: Object.keys(policies) };
    const { schema } = servedGraph(supergraphSdl, options, { openPlanner, local, log() {} });
    const fieldOf = (type: string, field: string): boolean => {
      const found = schema.getType(type);
      return found !== undefined && 'getFields' in found && found.getFields()[field] !== undefined;
    };
    return [
      ...read.fields
        .filter(({ typeName, fieldName }) => !fieldOf(typeName, fieldName))
        .map(({ place, coordinate }) => ({
          place,
          message: `${coordinate} is not in ${typeof graph.supergraph === 'string' ? graph.supergraph : 'the supergraph'}. Compose it again.`,
        })),
      ...read.indexes
        .filter(({ from }) => !fieldOf('Query', from))
        .map(({ place, name, from }) => ({ place, message: `The index "${name}" is filled from Query.${from}, which the graph has not.` })),
    ]
      .map(mistakeText)
      .concat(documentMistakes(config, folder, schema));
  } catch (error) {
    return [asGatewayError(error).message];
  }
}

/** Documents of apps that are in use, and that a change of the graph has broken. */
function documentMistakes({ graph }: GatewayConfig, folder: string, schema: GraphQLSchema): readonly string[] {
  const withRule = withDefer(schema);
  return (graph?.trustedDocuments?.files ?? []).flatMap((file) =>
    readManifest(pathIn(folder, file)).flatMap(({ id, document }) => {
      const [error] = validate(withRule, document);
      return error === undefined ? [] : [`${file}: the trusted document ${id} does not fit the graph. ${error.message}`];
    }),
  );
}
