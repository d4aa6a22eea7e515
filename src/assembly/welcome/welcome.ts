/** Builds the queries that a new user of the gateway sees first. Each of them runs as it stands. */
import { type DocumentNode, type GraphQLSchema, parse, print, visit } from 'graphql';
import type { GatewayConfig } from '../../config/config.ts';
import type { AiField } from '../../fields/ai-field.ts';
import { entityQuery } from './entity-query.ts';

export interface FirstQuery {
  readonly says: string;
  readonly query: string;
}

/** What the queries are made of. */
export interface Asking {
  readonly config: GatewayConfig;
  readonly fields: readonly AiField[];
  /** The graph as it is served; null while there is none. */
  readonly schema: GraphQLSchema | null;
}

/** Whether more than the configuration is needed to know what may be asked. */
export const needsGraph = ({ config: { graph = {} }, fields }: Pick<Asking, 'config' | 'fields'>): boolean =>
  graph.ai !== false && fields.length > 0;

/**
 * Three that fit the graph: AI fields on its entities and answers, where the graph has what they need, and always a completion. One query
 * where there is no AI.
 */
export function firstQueries({ config, fields, schema }: Asking): readonly FirstQuery[] {
  const { documents = [], graph = {} } = config;
  if (graph.ai === false)
    return [{ says: 'what there is to ask', query: 'query Fields { __schema { queryType { fields { name description } } } }' }];
  const collection = documents[0]?.collection;
  const entities = schema === null ? null : entityQuery(schema, fields);
  return [
    entities === null
      ? { says: 'what there is', query: 'query Routes { aiRoutes { name description deployments { id capabilities } } }' }
      : { says: `AI fields on your entities: ${entities.coordinates.join(', ')}`, query: entities.query },
    collection === undefined
      ? {
          says: 'vectors',
          query:
            'query Vectors { embedding(input: { texts: ["kettle"] }) { ... on Embedding { dimensions provenance { model } } ... on Failure { message } } }',
        }
      : {
          says: `an answer from the documents of "${collection}", with citations`,
          query: `query Answer { aiAnswer(input: { collection: "${collection}", question: "How long can I return a product?" }) { ... on AiAnswer { text citations { marker quote } } ... on NoAnswer { message } ... on Failure { message } } }`,
        },
    {
      says: 'a completion that grows before your eyes (over SSE, WebSocket or multipart)',
      query:
        'subscription Tokens { completionStream(delivery: SNAPSHOT, input: { prompt: { text: "Summarise in forty words: A gateway answers the questions of many teams over one graph. It counts what each field costs, and refuses what a budget does not allow. It streams what models say while they say it. A stream that broke goes on where it was, without a second call of the model." } }) { seq ... on CompletionSnapshot { completion { text } } ... on CompletionFinished { completion { text } } ... on CompletionFailed { failure { message } } } }',
    },
  ];
}

/** The same as documents for an editor, laid out over lines. `keyless`: whether callers here need no key. */
export function firstDocuments(asking: Asking, { keyless }: { readonly keyless: boolean }): readonly string[] {
  const hints = [
    keyless ? 'Ctrl-Enter runs it. No key is needed here.' : 'Ctrl-Enter runs it. It needs a key: the address that',
    ...(keyless ? [] : ['`fieldgate serve` prints for GraphiQL brings one along.']),
    'Another goes under Headers, below:',
    '{ "Authorization": "Bearer fg_..." }',
  ];
  return firstQueries(asking).map(
    ({ says, query }) => `${[says, '', ...hints].map((line) => `# ${line}`.trim()).join('\n')}\n\n${print(overLines(query))}\n`,
  );
}

const paneWidth = 60;

/** Writes long texts as block strings with line breaks, because an editor's pane is narrow. */
function overLines(query: string): DocumentNode {
  return visit(parse(query), {
    StringValue: (node) => (node.value.length <= paneWidth ? undefined : { ...node, block: true, value: wrapped(node.value) }),
  });
}

const wrapped = (text: string): string => text.replaceAll(/(.{1,60})(?:\s+|$)/g, '$1\n').trimEnd();
