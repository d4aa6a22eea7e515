import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gateway, type TestGateway } from '../gateway.ts';

/** Two roots and an entity's field that `next` takes over from `past`, under one label. */
const moving = (label: string, labelsOn: readonly string[] = []): Promise<TestGateway> =>
  gateway({
    remote: {
      past: {
        sdl: 'type Query { price: String offer: String user: User } type User @key(fields: "id") { id: ID! name: String }',
        resolvers: { Query: { price: () => 'past', offer: () => 'past', user: () => ({ id: 'u' }) }, User: { name: () => 'past' } },
      },
      next: {
        sdl: `type Query {
            price: String @override(from: "past", label: "${label}")
            offer: String @override(from: "past", label: "${label}")
          }
          type User @key(fields: "id") { id: ID! name: String @override(from: "past", label: "${label}") }`,
        resolvers: { Query: { price: () => 'next', offer: () => 'next' }, User: { name: () => 'next' } },
      },
    },
    options: { overrideLabels: labelsOn },
  });

/** Who answered the three fields of each operation. */
async function answers(graph: TestGateway, operations: number): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for (let asked = 0; asked < operations; asked += 1) {
    const { data, errors } = await graph.queryOnce('{ price offer user { name } }', {});
    expect(errors).toBeUndefined();
    const { price, offer, user } = data as unknown as { price: string; offer: string; user: { name: string } };
    found.push([price, offer, user.name]);
  }
  return found;
}

describe('progressive @override', () => {
  const open: TestGateway[] = [];
  afterAll(async () => {
    for (const graph of open) await graph.close();
  });

  describe('by percent(50)', () => {
    let graph: TestGateway;
    beforeAll(async () => {
      graph = await moving('percent(50)');
      open.push(graph);
    });

    it('progressive @override by percent(50) answers every operation, from one subgraph for all of its fields, and gives both subgraphs their share', async () => {
      const found = await answers(graph, 40);
      for (const owners of found) expect(new Set(owners).size).toBe(1);
      // Fewer than two of forty tosses of a coin: once in 10^10 runs.
      for (const owner of ['past', 'next']) expect(found.filter(([first]) => first === owner).length).toBeGreaterThan(1);
    });
  });

  it.each([
    ['percent(0)', [], 'past'],
    ['percent(100)', [], 'next'],
    ['new-prices', [], 'past'],
    ['new-prices', ['new-prices'], 'next'],
    ['new-prices', ['other'], 'past'],
  ] as const)(
    'progressive @override under the label %s, with %j turned on, is answered by the subgraph "%s" alone',
    async (label, on, owner) => {
      const graph = await moving(label, on);
      open.push(graph);
      // With a coin, one of 2^9 runs would pass.
      const found = await answers(graph, 10);
      expect(new Set(found.flat())).toEqual(new Set([owner]));
    },
  );
});
