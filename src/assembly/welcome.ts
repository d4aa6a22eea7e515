/** Queries for whoever has just started the gateway: each works as it stands. */
import { parse, print } from 'graphql';
import type { GatewayConfig } from '../config.ts';

export interface FirstQuery {
  readonly says: string;
  readonly query: string;
}

/** Three that fit the configuration: AI fields on entities and answers where there is what they need, and always a completion. One without AI. */
export function firstQueries({ documents = [], graph = {} }: GatewayConfig): readonly FirstQuery[] {
  if (graph.ai === false)
    return [{ says: 'what there is to ask', query: 'query Fields { __schema { queryType { fields { name description } } } }' }];
  const collection = documents[0]?.collection;
  const onEntities = (graph.subgraphs ?? []).some(({ run }) => run !== undefined) && (graph.fields ?? []).length > 0;
  return [
    onEntities
      ? {
          says: 'AI fields on entities of two other teams',
          query: 'query Shop { products(first: 3) { name summary(words: 15) reviews { stars feeling topics } } }',
        }
      : { says: 'what there is', query: 'query Routes { aiRoutes { name description deployments { id capabilities } } }' },
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
      says: 'a completion, token by token (over SSE, WebSocket or multipart)',
      query:
        'subscription Tokens { completionStream(input: { prompt: { text: "Summarise in ten words: A gateway answers questions of many teams. It counts what each field costs, and streams what models say." } }) { seq ... on TextDelta { text } ... on CompletionFinished { completion { text } } ... on CompletionFailed { failure { message } } } }',
    },
  ];
}

/** The same as documents for an editor, laid out over lines. `keyless`: whether whoever opens it here may ask without a key. */
export function firstDocuments(config: GatewayConfig, { keyless }: { readonly keyless: boolean }): readonly string[] {
  const hints = [
    keyless ? 'Ctrl-Enter runs it. No key is needed here;' : 'Ctrl-Enter runs it. It needs a key;',
    'one goes under Headers, below:',
    '{ "Authorization": "Bearer fg_..." }',
  ];
  return firstQueries(config).map(
    ({ says, query }) => `${[says, '', ...hints].map((line) => `# ${line}`.trim()).join('\n')}\n\n${print(parse(query))}\n`,
  );
}
