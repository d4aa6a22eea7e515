import { Session } from 'node:inspector/promises';
import { describe, expect, it } from 'vitest';
import { says } from '../doubles.ts';
import { teams } from '../gateway/teams.ts';

const products = {
  sdl: 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! name: String! }',
  resolvers: { Query: { products: () => [{ id: '1', name: 'Kettle' }] }, Product: {} },
};
const fields = `extend type Product @key(fields: "id") { id: ID! name: String!
  summary: String @completion(prompt: "Sum up {name}", maxInputTokens: 400, maxOutputTokens: 50) }`;

const asked = [
  '{ products { id summary } }',
  '{ completion(input: { prompt: { text: "Hi" } }) { ... on Completion { text } ... on Failure { message } } }',
  '{ embedding(input: { texts: ["kettle"] }) { ... on Embedding { dimensions } ... on Failure { message } } }',
  '{ aiRoutes { name } aiQuote(document: "{ products { summary } }") { __typename } }',
];

describe('the rooms that put a gateway together', () => {
  it('the rooms that put a gateway together run no function of theirs while operations are answered', async () => {
    const { gateway } = await teams({ remote: { products }, fields, provider: says('A kettle.') });
    const answerAll = async (): Promise<unknown[]> => {
      const answers = [];
      for (const query of asked) answers.push(await gateway.ask(query));
      return answers;
    };
    for (const answer of await answerAll()) expect(JSON.stringify(answer)).not.toMatch(/"(errors|message)"/);
    const session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await answerAll();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    session.disconnect();
    const called = (room: string) =>
      result
        .filter(({ url }) => url.includes(`/src/${room}`))
        .flatMap(({ url, functions }) =>
          functions
            .filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0)
            .map(({ functionName }) => `${url.replace(/.*\/src\//, '')} ${functionName}`),
        );
    expect(called('operations/')).not.toEqual([]);
    expect(called('assembly/')).toEqual([]);
  });
});
