import { buildSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { priceTreeOf } from '../../src/graphql/quote/read-price-tree.ts';
import type { ListSize } from '../../src/pricing/list-size.ts';
import type { PriceNode } from '../../src/pricing/price-tree.ts';
import type { QuoteRules } from '../../src/pricing/priced-uses.ts';
import { compileQuote, type Quote } from '../../src/pricing/quote.ts';

const schema = buildSchema(`
  type Product { name: String summary(words: Int = 40): String reviews(limit: Int = 3): [Review!]! }
  type Review { sentiment: String product: Product }
  type Page { items: [Product!]! }
  interface Thing { summary: String }
  type Query { products(first: Int): [Product!]! top: [Product!]! page(first: Int!): Page product: Product poem(text: String!): String grid(first: Int): [[Product!]!]! }
`);
const listSizes: Record<string, ListSize> = {
  'Query.top': { assumedSize: 5, slicingArguments: [], sizedFields: [] },
  'Query.page': { assumedSize: null, slicingArguments: ['first'], sizedFields: ['items'] },
};
const rules: QuoteRules = {
  ceilingOf: (coordinate) => {
    if (coordinate === 'Product.summary') return () => ({ inputTokens: 100, outputTokens: 10, cost: 1_000 });
    if (coordinate === 'Review.sentiment') return () => ({ inputTokens: 50, outputTokens: 1, cost: 7 });
    if (coordinate === 'Query.poem') return ({ text }) => ({ inputTokens: String(text).length, outputTokens: 1, cost: null });
    return null;
  },
  listSizeOf: (coordinate) => listSizes[coordinate] ?? null,
  assumedListSize: 100,
};
const quote = (text: string, variables: Record<string, unknown> = {}, name: string | null = null) =>
  compileQuote(priceTreeOf(schema, parse(text), name), rules).quote(variables) as Quote;

describe('the quote of an operation', () => {
  it('the quote of an operation multiplies an AI field by the lists above it', () => {
    expect(quote('{ products(first: 20) { summary reviews(limit: 4) { sentiment } } }')).toEqual({
      cost: 20 * 1_000 + 80 * 7,
      inputTokens: 20 * 100 + 80 * 50,
      outputTokens: 20 * 10 + 80,
      depth: 3,
      fields: [
        { coordinate: 'Product.summary', path: 'products.summary', line: 1, column: 25, calls: 20, cost: 20_000 },
        { coordinate: 'Review.sentiment', path: 'products.reviews.sentiment', line: 1, column: 53, calls: 80, cost: 560 },
      ],
    });
  });

  it.each([
    ['a variable', 'query($n: Int) { products(first: $n) { summary } }', { n: 7 }, 7],
    ["a variable's default", 'query($n: Int = 9) { products(first: $n) { summary } }', {}, 9],
    ['an argument default', '{ product { reviews { product { summary } } } }', {}, 3],
    ['@listSize(assumedSize:)', '{ top { summary } }', {}, 5],
    ['@listSize(sizedFields:)', '{ page(first: 12) { items { summary } } }', {}, 12],
    ['the assumed size', '{ products { summary } }', {}, 100],
    ['lists inside lists', '{ grid(first: 3) { summary } }', {}, 300],
    ['aliases', '{ product { a: summary b: summary(words: 3) } }', {}, 2],
    ['fragments', '{ product { ...F ... on Product { s: summary } } } fragment F on Product { summary }', {}, 2],
    [
      'conditions',
      'query($yes: Boolean!) { product { summary @include(if: $yes) s: summary @skip(if: $yes) t: summary @skip(if: true) } }',
      { yes: true },
      1,
    ],
    ['the operation that is named', 'query A { product { summary } } query B { product { a: summary b: summary } }', {}, 1],
  ])('the quote of an operation counts %s', (_, text, variables, calls) => {
    const { fields } = quote(text, variables, text.startsWith('query A') ? 'A' : null);
    expect(fields.reduce((sum, field) => sum + field.calls, 0)).toBe(calls);
  });

  it('the quote of an operation refuses fragments that unfold without end before walking them', () => {
    const bomb = Array.from({ length: 30 }, (_, n) => `fragment F${n} on Product { a${n}: name ...F${n + 1} ...F${n + 1} }`).join(' ');
    expect(() => quote(`{ product { ...F0 } } ${bomb} fragment F30 on Product { summary }`)).toThrow(/more than 20000 fields/);
  });

  it('the quote of an operation stays a number that can be counted, however large the lists', () => {
    const most = 2_147_483_647;
    const text = 'query ($n: Int!) { products(first: $n) { summary reviews(limit: $n) { product { reviews(limit: $n) { sentiment } } } } }';
    const quoted = quote(text, { n: most });
    const countable = Number.MAX_SAFE_INTEGER;
    expect(quoted).toMatchObject({
      cost: countable,
      inputTokens: countable,
      fields: [{ calls: most }, { calls: countable, cost: countable }],
    });
  });

  it('the quote of an operation is of unknown cost where one field is unpriced, with its arguments counted', () => {
    expect(quote('query($t: String!) { poem(text: $t) product { summary } }', { t: '12345' })).toMatchObject({
      cost: null,
      inputTokens: 105,
    });
  });
});

describe('the quote of as many fields as are accepted', () => {
  const fields = Array.from({ length: 98 }, (_, index) => `a${index}: summary`).join(' ');
  const largest = `{ product { ${'...All '.repeat(196)} } } fragment All on Product { ${fields} }`;

  it('the quote of as many fields as are accepted is read and priced in slices, between which others are served', async () => {
    let turns = 0;
    let over = false;
    const next = (): void => {
      turns += 1;
      if (!over) setImmediate(next);
    };
    setImmediate(next);
    const quoted = await quote(largest);
    over = true;
    expect(quoted).toMatchObject({ cost: 98 * 196 * 1_000, depth: 2 });
    expect(turns).toBeGreaterThan(8);
  });

  it('the quote of as many fields as are accepted coerces the same large variables once, whoever asks', () => {
    const tree = priceTreeOf(schema, parse('query ($n: Int = 9) { products(first: $n) { summary } }'), null);
    const given = { beside: Array.from({ length: 2_001 }, () => null) };
    expect(tree.coerceVariables(given)).toBe(tree.coerceVariables(given));
    expect(tree.coerceVariables(given)).toEqual({ n: 9 });
  });

  it('the quote of as many fields as are accepted reads a fragment once, however often it is spread', () => {
    const nodes = new Set<PriceNode>();
    let visits = 0;
    const visit = (selections: Iterable<PriceNode>): void => {
      for (const node of selections) {
        visits += 1;
        nodes.add(node);
        if (node.kind === 'group') visit(node.selections);
        else if (node.result !== null) visit(node.result.selections);
      }
    };
    visit(priceTreeOf(schema, parse(largest), null).selections);
    expect({ visits, nodes: nodes.size }).toEqual({ visits: 1 + 196 + 98 * 196, nodes: 1 + 196 + 98 });
  });
});

describe('the quote of fields that send long texts', () => {
  it('the quote of fields that send long texts prices each in a turn of its own, and says at once what short ones cost', async () => {
    let turn = 0;
    let over = false;
    const next = (): void => {
      turn += 1;
      if (!over) setImmediate(next);
    };
    setImmediate(next);
    const pricedIn: number[] = [];
    const long: QuoteRules = {
      ...rules,
      ceilingOf: () => () => {
        pricedIn.push(turn);
        return { inputTokens: 50_000, outputTokens: 1, cost: 1 };
      },
    };
    const text = `query ($t: String!) { ${Array.from({ length: 30 }, (_, index) => `a${index}: poem(text: $t)`).join(' ')} }`;
    const priced = await compileQuote(priceTreeOf(schema, parse(text), null), long).quote({ t: 'x' });
    over = true;
    expect(priced.cost).toBe(30);
    expect(new Set(pricedIn).size).toBe(30);
    expect(quote('{ poem(text: "x") }')).not.toBeInstanceOf(Promise);
  });
});
