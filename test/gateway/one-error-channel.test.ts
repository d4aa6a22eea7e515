import { beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { newKey } from './asking.ts';
import { openUpstream, saying, scriptedConfig } from './scripted.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

const failure = '__typename ... on Failure { code message }';
const event = `__typename ... on CompletionFailed { failure { ${failure} } }`;

/** The roots that take a completion's input, and how each is asked. */
const completions: Readonly<Record<string, (input: string) => string>> = {
  completion: (input) => `query { it: completion(input: ${input}) { ${failure} } }`,
  complete: (input) => `mutation { it: complete(input: ${input}) { ${failure} } }`,
  startCompletion: (input) => `mutation { it: startCompletion(input: ${input}) { ${failure} } }`,
  completionStream: (input) => `subscription { it: completionStream(input: ${input}) { ${event} } }`,
};
/** A completion that is started is judged as it runs, beyond what its input says by itself: see the last test. */
const { startCompletion: started = () => '', ...watched } = completions;
const answers: Readonly<Record<string, (input: string) => string>> = {
  aiAnswer: (input) => `query { it: aiAnswer(input: ${input}) { ${failure} } }`,
  aiAnswerStream: (input) => `subscription { it: aiAnswerStream(input: ${input}) { ${event} } }`,
};
const searches: typeof answers = { aiSearch: (input) => `query { it: aiSearch(input: ${input}) { ${failure} } }` };
const embeddings: typeof answers = { embedding: (input) => `query { it: embedding(input: ${input}) { ${failure} } }` };

const hi = 'prompt: { text: "Hi." }';
const question = 'question: "How long?"';

/** Each with the roots at which one can make it, the input, and its code. */
const mistakes: readonly (readonly [mistake: string, at: typeof answers, input: string, code: string])[] = [
  ['an empty prompt', completions, '{ prompt: { text: "" } }', 'BAD_REQUEST'],
  ['a prompt without messages', completions, '{ prompt: { messages: [] } }', 'BAD_REQUEST'],
  ['a route that is not there, for a key of some routes', completions, `{ ${hi} route: "none" }`, 'FORBIDDEN'],
  ['a template that is not there', completions, '{ prompt: { template: { id: "none" } } }', 'BAD_REQUEST'],
  ['too many strings to stop at', completions, `{ ${hi} stop: [${'"a" '.repeat(17)}] }`, 'BAD_REQUEST'],
  ['a schema that is none', watched, `{ ${hi} output: { format: JSON, schema: { type: "nothing" } } }`, 'BAD_REQUEST'],
  ['no output tokens', completions, `{ ${hi} maxOutputTokens: 0 }`, 'BAD_REQUEST'],
  ['a route of others', completions, `{ ${hi} route: "others" }`, 'FORBIDDEN'],
  ['a collection that is not there', answers, `{ collection: "none" ${question} }`, 'BAD_REQUEST'],
  ['a collection of others', answers, `{ collection: "others" ${question} }`, 'BAD_REQUEST'],
  ['a collection to write alone', answers, `{ collection: "inbox" ${question} }`, 'BAD_REQUEST'],
  ['an empty question', answers, '{ collection: "documents" question: "" }', 'BAD_REQUEST'],
  ['a collection that is not there', searches, '{ collection: "none" query: "x" }', 'BAD_REQUEST'],
  ['a collection of others', searches, '{ collection: "others" query: "x" }', 'BAD_REQUEST'],
  ['a collection to write alone', searches, '{ collection: "inbox" query: "x" }', 'BAD_REQUEST'],
  ['an empty query', searches, '{ collection: "documents" query: "" }', 'BAD_REQUEST'],
  ['no texts', embeddings, '{ texts: [] }', 'BAD_REQUEST'],
  ['a route that is not there, for a key of some routes', embeddings, '{ texts: ["x"] route: "none" }', 'FORBIDDEN'],
  ['a route of others', embeddings, '{ texts: ["x"] route: "others" }', 'FORBIDDEN'],
];

describe('the same mistake', () => {
  let gateway: TestGateway;
  let key: string;
  beforeAll(async () => {
    const upstream = await openUpstream();
    upstream.plays(saying('Hi.'));
    const config = scriptedConfig(upstream);
    gateway = await startGateway({
      ...config,
      routes: { ...config.routes, others: { deployments: ['scripted'] } },
      collections: { documents: {}, others: { readers: ['somebody'], writers: ['somebody'] }, inbox: { readers: ['somebody'] } },
    });
    ({ secret: key } = await newKey(gateway, { scopes: ['ai:use'], routes: ['default', 'embedding'] }));
  });

  async function asked(query: string): Promise<Data> {
    if (!query.startsWith('subscription'))
      return (await (await post(gateway.url, { query }, { authorization: `Bearer ${key}` })).json()) as Data;
    const response = await post(gateway.url, { query }, { accept: 'text/event-stream', authorization: `Bearer ${key}` });
    let last: Data = null;
    for await (const { event: name, data } of eventsOf(response)) if (name === 'next') last = JSON.parse(data);
    return last;
  }

  it.each(
    mistakes.flatMap(([mistake, at, input, code]) => Object.entries(at).map(([root, ask]) => ({ mistake, root, query: ask(input), code }))),
  )(
    'the same mistake is a failure as data with the same code everywhere, also as the last event of a stream: $mistake at $root',
    async ({ query, code }) => {
      const { data, errors } = await asked(query);
      expect(errors).toBeUndefined();
      expect((data.it.failure ?? data.it).code).toBe(code);
    },
  );

  it('the same mistake in a document is an error of GraphQL everywhere', async () => {
    for (const ask of [completions, answers, searches, embeddings].flatMap((roots) => Object.values(roots))) {
      const { data, errors } = await asked(ask('{ nothing: 1 }'));
      expect(data ?? null).toBeNull();
      expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_REQUEST' } });
    }
  });

  it('the same mistake of a completion that was started is its failure with the same code, for whoever looks at it', async () => {
    const input = `{ ${hi} output: { format: JSON, schema: { type: "nothing" } } }`;
    const { data } = await asked(started(input).replace(failure, '... on Completion { id }'));
    const state = `query { it: completionById(id: "${data.it.id}") { status failure { ${failure} } } }`;
    const seen = async (): Promise<Data> => (await asked(state)).data.it;
    await expect.poll(async () => (await seen()).status).toBe('FAILED');
    expect((await seen()).failure.code).toBe('BAD_REQUEST');
  });
});
