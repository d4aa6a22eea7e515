import { beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness.ts';

const long = 'n'.repeat(1_900_000);
const keys = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'x']));
const unused = Array.from({ length: 1_000 }, (_, index) => `$v${index}: Int`).join();
const embedding = 'query ($input: EmbeddingInput!) { embedding(input: $input) { ... on Failure { message } } }';
const completion = 'query ($input: CompletionInput!) { completion(input: $input) { ... on Failure { message } } }';
const prompt = { text: 'Hi.' };
const tools = Array.from({ length: 1_000 }, (_, index) => ({ name: `${'t'.repeat(50)}${index}`, parameters: {} }));

describe('a refusal', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });

  it.each<[of: string, says: RegExp, query: string, variables?: object]>([
    ['the name of an operation, once for each of a thousand mistakes', /at most 1000/, `query ${long}(${unused}) { __typename }`],
    ['the name of a field', /at most 1000/, `{ ${long} }`],
    ['the name of a fragment', /at most 1000/, `{ ...${long} }`],
    ['the name of an argument', /at most 1000/, `{ aiRoutes(${long}: 1) { name } }`],
    ['the name of a member', /at most 10000/, embedding, { input: { texts: ['a'], [long]: 1 } }],
    [
      'a literal of the wrong type',
      /^Int cannot represent/,
      `{ embedding(input: { texts: ["a"], dimensions: "${long}" }) { __typename } }`,
    ],
    ['a value of the wrong type', /^Variable "\$input" got invalid value/, embedding, { input: { texts: ['a'], dimensions: long } }],
    ['the name of a route', /Routes for embeddings: embedding\.$/, embedding, { input: { texts: ['a'], route: long } }],
    ['the name of a template', /This gateway has no templates/, completion, { input: { prompt: { template: { id: long } } } }],
    [
      'the name of a tool',
      /is not among the tools: t+0, .* and 990 more\.$/,
      completion,
      { input: { prompt, tools, toolChoice: { tool: long } } },
    ],
    [
      'thousands of provider options',
      /and 8,990 more are not allowed.*allows none\.$/,
      completion,
      { input: { prompt, providerOptions: keys(9_000) } },
    ],
    ['thousands of tags', /^tags has 9000 members\. At most 16/, completion, { input: { prompt, tags: keys(9_000) } }],
    ['a tag', /is not text/, completion, { input: { prompt, tags: { ['n'.repeat(9_000)]: 1 } } }],
  ])('a refusal does not repeat %s: it is short, and says what would be accepted', async (_, says, query, variables = {}) => {
    const { data, errors } = await gateway.ask(query, variables);
    const message = errors?.[0]?.message ?? data.embedding?.message ?? data.completion?.message;
    expect(message).toMatch(says);
    expect(JSON.stringify({ data, errors }).length).toBeLessThan(6_000);
  });
});
