import { setImmediate } from 'node:timers/promises';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Double, double } from '../doubles.ts';
import { type Gate, newGate } from '../raw-upstream.ts';
import { post } from '../server/http-client.ts';
import { eventually, newKey } from './asking.ts';
import { promptOf, type Teams, teams } from './teams.ts';

const ids = Array.from({ length: 50 }, (_, index) => String(index));
interface Asking {
  readonly headers: Readonly<Record<string, string | undefined>>;
}

describe('federated queries batch entities, and share nothing that is not theirs to share', () => {
  let graph: Teams;
  let provider: Double;
  /** What the reviews team's subgraph waits for, and how often it was reached. */
  let gate: Gate;
  let modelGate: Gate;
  let waiting = 0;
  beforeAll(async () => {
    provider = double('model', async function* (request) {
      await modelGate.opened;
      yield { type: 'text', text: `said of ${promptOf(request)}` };
      yield { type: 'finish', reason: 'stop' };
    });
    graph = await teams({
      remote: {
        products: {
          sdl: 'type Query { products: [Product!]! mine: [Product!]! } type Product @key(fields: "id") { id: ID! name: String! maker: Maker! } type Maker @key(fields: "id") { id: ID! }',
          resolvers: {
            Query: {
              products: () => ids.map((id) => ({ id, name: `Product ${id}`, maker: { id: String(Number(id) % 5) } })),
              mine: () => ids.slice(0, 2).map((id) => ({ id, name: `Product ${id}`, maker: { id } })),
            },
          },
        },
        reviews: {
          sdl: `type Query { slow: String } type Product @key(fields: "id") { id: ID! stars: Int note: String reviews: [Review!]! } type Review @key(fields: "id") { id: ID! }
            type Maker @key(fields: "id") { id: ID! rank: Int }`,
          resolvers: {
            Query: {
              slow: async (_: unknown, __: unknown, { headers }: Asking) => {
                waiting += 1;
                await gate.opened;
                return `for ${headers['x-shop-user']}`;
              },
            },
            Product: {
              stars: ({ id }: { id: string }) => Number(id) % 5,
              note: async ({ id }: { id: string }, _: unknown, { headers }: Asking) => {
                waiting += 1;
                await gate.opened;
                return `${id} for ${headers['x-shop-user']}`;
              },
              reviews: ({ id }: { id: string }) => ['a', 'b'].map((part) => ({ id: `${id}${part}` })),
            },
            Maker: { rank: ({ id }: { id: string }) => Number(id) },
          },
        },
        texts: {
          sdl: 'type Review @key(fields: "id") { id: ID! text: String! }',
          resolvers: { Review: { text: ({ id }: { id: string }) => `text ${id}` } },
        },
      },
      fields: `extend type Product @key(fields: "id") { id: ID! name: String!
        summary: String @completion(prompt: "Sum up {name}", maxInputTokens: 400, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`,
      provider,
      config: { graph: { forwardHeaders: ['x-shop-user'] } },
    });
  });
  const entityFetches = (name: string): readonly number[] =>
    (graph.subgraphs[name]?.asked ?? [])
      .filter(({ query }) => query.includes('_entities'))
      .map(({ variables }) => Object.values(variables).reduce<number>((sum, one) => sum + (Array.isArray(one) ? one.length : 0), 0));
  beforeEach(() => {
    gate = newGate();
    modelGate = newGate();
    waiting = 0;
    for (const { asked } of Object.values(graph.subgraphs)) asked.length = 0;
  });

  it('a list of fifty is one request for its entities, whatever is asked of them, and one more for each further level', async () => {
    const { data, errors } = await graph.gateway.ask(
      '{ products { name stars s: stars ... on Product { reviews { text } } maker { rank } } }',
    );
    expect(errors).toBeUndefined();
    expect(data.products[49]).toMatchObject({ stars: 4, s: 4, reviews: [{ text: 'text 49a' }, { text: 'text 49b' }], maker: { rank: 4 } });
    expect(graph.subgraphs['products']?.asked).toHaveLength(1);
    // Products and their makers together: each maker once.
    expect(entityFetches('reviews')).toEqual([55]);
    expect(entityFetches('texts')).toEqual([100]);
  });

  const told = (
    query: string,
    user: string,
    { key = graph.gateway.developmentKey, signal }: { key?: string | null; signal?: AbortSignal } = {},
  ) =>
    post(graph.gateway.url, { query }, { authorization: `Bearer ${key}`, 'x-shop-user': user }, signal).then((response) => response.json());

  it('two callers who ask the same at once are two requests, each under its own headers', async () => {
    const asking = ['ada', 'bo', 'ada'].map((user) => told('{ slow mine { note } }', user));
    await eventually(
      'all three are asked',
      () => waiting,
      (count) => count === 9,
    );
    gate.open();
    const answers = (await Promise.all(asking)) as { data: { slow: string; mine: { note: string }[] } }[];
    expect(answers.map(({ data }) => [data.slow, ...data.mine.map(({ note }) => note)])).toEqual(
      ['ada', 'bo', 'ada'].map((user) => [`for ${user}`, `0 for ${user}`, `1 for ${user}`]),
    );
    const users = (graph.subgraphs['reviews']?.asked ?? []).map(({ headers }) => headers['x-shop-user']);
    expect(users.sort()).toEqual(['ada', 'ada', 'ada', 'ada', 'bo', 'bo']);
  });

  it('one caller’s leaving does not end what another of the same key is waiting for', async () => {
    const leaving = new AbortController();
    const left = told('{ slow mine { note } }', 'ada', { signal: leaving.signal });
    await eventually(
      'the first is under way',
      () => waiting,
      (count) => count === 3,
    );
    const staying = told('{ slow mine { note } }', 'ada');
    await eventually(
      'the second is under way',
      () => waiting,
      (count) => count === 6,
    );
    leaving.abort();
    await expect(left).rejects.toThrow();
    gate.open();
    await expect(staying).resolves.toEqual({ data: { slow: 'for ada', mine: [{ note: '0 for ada' }, { note: '1 for ada' }] } });
  });

  it('the call of a model that two callers share goes on when the one who asked first leaves', async () => {
    const leaving = new AbortController();
    const before = provider.asked.length;
    const left = told('{ mine { summary } }', 'ada', { signal: leaving.signal });
    await eventually(
      'the models are asked',
      () => provider.asked.length - before,
      (count) => count === 2,
    );
    const staying = told('{ mine { summary } }', 'ada');
    await eventually(
      'the second has its products',
      () => graph.subgraphs['products']?.asked.length,
      (count) => count === 2,
    );
    for (let turn = 0; turn < 50; turn += 1) await setImmediate();
    leaving.abort();
    await expect(left).rejects.toThrow();
    modelGate.open();
    const { data, errors } = (await staying) as { data: unknown; errors?: unknown };
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ mine: ids.slice(0, 2).map((id) => ({ summary: expect.stringContaining(`Product ${id}`) })) });
    expect(provider.asked.length - before).toBe(2);
    expect(provider.aborted()).toBe(0);
  });

  it('calls of models are shared within one team and its permissions alone', async () => {
    const { secret: colleague } = await newKey(graph.gateway, { scopes: ['ai:use'] });
    const { secret: other } = await newKey(graph.gateway, { scopes: ['ai:use'], team: 'other' });
    const before = provider.asked.length;
    const asking = [colleague, colleague, other].map((key) => told('{ mine { summary } }', 'x', { key }));
    await eventually(
      'both teams have asked',
      () => provider.asked.length - before,
      (count) => count >= 4,
    );
    await eventually(
      'all have their products',
      () => graph.subgraphs['products']?.asked.length,
      (count) => count === 3,
    );
    modelGate.open();
    for (const answer of await Promise.all(asking)) expect(answer).not.toHaveProperty('errors');
    expect(provider.asked.length - before).toBe(4);
  });
});
