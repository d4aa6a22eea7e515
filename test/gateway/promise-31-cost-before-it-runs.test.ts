import { describe, expect, it } from 'vitest';
import { double } from '../doubles.ts';
import { plainConfig, startGateway } from '../harness.ts';
import { saying, scripted } from './scripted.ts';

const long = 'word '.repeat(1_000);
const asked = (prompt: string): string =>
  `{ completion(input: { prompt: ${prompt} }) { ... on Completion { text } ... on Failure { code } } }`;

/** One part or message may stand for a list of one (GraphQL, Input Coercion of lists). */
const ways: readonly (readonly [how: string, query: string, variables: object])[] = [
  ['as text', asked(`{ text: "${long}" }`), {}],
  ['as a list of messages', asked(`{ messages: [{ role: USER, content: [{ text: "${long}" }] }] }`), {}],
  ['as one message', asked(`{ messages: { role: USER, content: { text: "${long}" } } }`), {}],
  ['as a variable', `query ($m: MessageInput!) ${asked('{ messages: [$m] }')}`, { m: { role: 'USER', content: { text: long } } }],
  [
    'as a variable for a list',
    `query ($m: [MessageInput!]!) ${asked('{ messages: $m }')}`,
    { m: { role: 'USER', content: { text: long } } },
  ],
  ['as a default', `query ($m: [MessageInput!] = { role: USER, content: { text: "${long}" } }) ${asked('{ messages: $m }')}`, {}],
];

describe('the cost of an operation is known before it runs', () => {
  it.each(ways)(
    'the cost of an operation is known before it runs, and one beyond what an operation may cost asks no model, its prompt written %s',
    async (_, query, variables) => {
      const { gateway, upstream } = await scripted({ graph: { maxCostPerOperation: '0.001' } });
      upstream.plays(saying('Hi'));
      const { errors } = await gateway.ask(query, variables);
      expect(errors).toMatchObject([{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }]);
      expect(upstream.requests).toHaveLength(0);
    },
  );

  it('the cost of an operation is known before it runs: as many texts as are embedded, one or a list of one', async () => {
    const vectors = double('vectors', async function* () {
      yield { type: 'embedding', index: 0, vector: new Float32Array([1]) };
      yield { type: 'finish', reason: 'stop' };
    });
    const gateway = await startGateway({
      providers: { ...plainConfig.providers, vectors },
      deployments: {
        ...plainConfig.deployments,
        vectors: { provider: 'vectors', model: 'v', capabilities: ['embedding'], price: { input: 1, output: 0 } },
      },
      routes: { ...plainConfig.routes, embedding: { deployments: ['vectors'] } },
      graph: { maxCostPerOperation: '0.0001' },
    });
    for (const texts of [`["${long}"]`, `"${long}"`]) {
      const { errors } = await gateway.ask(`{ embedding(input: { texts: ${texts} }) { ... on Embedding { dimensions } } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }]);
    }
    expect(vectors.asked).toEqual([]);
  });
});
