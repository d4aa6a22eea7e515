import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Shop, shop } from './shop.ts';

describe('AI fields on the entities of two other teams', () => {
  let graph: Shop;
  beforeAll(async () => {
    graph = await shop();
  });
  beforeEach(() => graph.forget());
  const ask = (query: string, variables = {}) => graph.gateway.ask(query, variables);

  it('a summary, facts by selection, a verdict, a vector and an answer, on a product', async () => {
    await graph.gateway.ask(
      'mutation { ingest(input: { collection: "shop", sources: [{ id: "returns", text: "# Returns\\n\\nYou can return a product within 30 days of delivery." }] }) { id } }',
    );
    const { data, errors } =
      await ask(`{ product(id: "1") { name description summary(words: 12) facts { material warrantyYears } verdict embedding
      answer(question: "Within how many days can I return a product?") { text citations { marker quote } } } }`);
    expect(errors).toBeUndefined();
    const { product } = data;
    expect(product.description).toContain(product.summary.slice(0, 20));
    expect(Object.keys(product.facts)).toEqual(['material', 'warrantyYears']);
    expect(product.verdict).toEqual(expect.any(String));
    expect(Buffer.from(product.embedding, 'base64').length % 4).toBe(0);
    expect(product).toHaveProperty('answer');
  });

  it('a feeling and topics of the enums of the schema, on reviews', async () => {
    const { data, errors } = await ask('{ reviews(first: 20) { body feeling topics } }');
    expect(errors).toBeUndefined();
    for (const { feeling, topics } of data.reviews) {
      expect([null, 'LOVED', 'LIKED', 'DISAPPOINTED']).toContain(feeling);
      for (const topic of topics ?? []) expect(['COMFORT', 'DESIGN', 'DURABILITY', 'VALUE']).toContain(topic);
    }
    expect(data.reviews.filter(({ feeling }: { feeling: unknown }) => feeling !== null).length).toBeGreaterThan(0);
  });

  it('the model is asked for what was selected, whatever the aliases, and for nothing else', async () => {
    const { data } = await ask('{ product(id: "1") { facts { stuff: material ...F } } } fragment F on ProductFacts { __typename care }');
    expect(data.product.facts).toMatchObject({ __typename: 'ProductFacts' });
    expect(Object.keys(data.product.facts)).toEqual(['stuff', '__typename', 'care']);
    const [request] = graph.asked;
    const schema = request?.kind === 'completion' && request.output.format === 'json' ? request.output.schema : null;
    expect(Object.keys((schema?.['properties'] ?? {}) as object)).toEqual(['material', 'care']);
  });

  it('an AI field on the entity of another team reads what it requires, whatever the client calls by that name', async () => {
    const plain = await ask('{ product(id: "1") { verdict summary } }');
    const { data, errors, extensions } = await ask(
      '{ product(id: "1") { id: name description: summary verdict reviews(first: 1) { stars } } }',
    );
    expect(errors).toBeUndefined();
    const { verdict, summary } = plain.data.product;
    expect(data.product).toEqual({
      id: 'Norrland Classic Kettle',
      description: summary,
      verdict,
      reviews: [{ stars: expect.any(Number) }],
    });
    expect(extensions.usage.calls.map(({ paths }: { paths: unknown }) => paths)).toEqual(
      expect.arrayContaining([[['product', 'description']], [['product', 'verdict']]]),
    );
  });

  it('fields that nobody asked for cost nothing', async () => {
    await ask('{ products(first: 5) { id name reviews { id } } }');
    expect(graph.asked).toEqual([]);
  });

  it('the prompt and the instructions are in no supergraph and no introspection', async () => {
    const { data } = await ask(
      `{ __schema { types { name description fields { name description args { name description } } } directives { name description args { name defaultValue } } } }`,
    );
    expect(data.__schema.types.length).toBeGreaterThan(50);
    const shown = JSON.stringify(data) + (graph.gateway.graph.supergraphSdl() ?? '');
    for (const prompt of ['Summarise in', 'How does the reviewer feel', 'You extract facts', 'Extract the facts', 'Which of these does'])
      expect(shown).not.toContain(prompt);
    expect(shown).toContain('What the description says');
  });

  it('unreleased products are seen by those alone whose headers say so', async () => {
    const names = async (headers: Record<string, string>) => {
      const { data } = await graph.gateway.ask('{ products(first: 100) { id summary(words: 4) } }', {}, { headers });
      return data.products.length;
    };
    expect(await names({ 'x-shop-role': 'staff' })).toBeGreaterThanOrEqual(await names({}));
    expect(graph.products[0]?.headers['x-shop-role']).toBe('staff');
    expect(graph.products.every(({ headers }) => headers['authorization'] === undefined)).toBe(true);
  });
});
