import { beforeAll, describe, expect, it } from 'vitest';
import { double } from '../doubles.ts';
import { type Teams, teams } from './teams.ts';

const shop = {
  sdl: 'type Query { products(first: Int = 10): [Product!]! product: Product! } type Product @key(fields: "id") { id: ID! about: String! like: Product! }',
  resolvers: { Query: { products: () => [], product: () => ({ id: '1', about: 'a lamp' }) } },
};
const fields = `extend type Product @key(fields: "id") { id: ID! about: String!
  summary: String @completion(prompt: "Sum up {about}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`;

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
/** Two spreads of the next in each: 2^depth fields. */
const bomb = (depth: number, salt = ''): string =>
  `{ product { ...F0 } } ${many(depth, (n) => `fragment F${n} on Product { s${salt}${n}: summary ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F${depth} on Product { summary }`;
const nested = (depth: number): string =>
  `{ product { ...F0 } } ${many(depth, (n) => `fragment F${n} on Product { a: like { ...F${n + 1} } b: like { ...F${n + 1} } }`).join(' ')} fragment F${depth} on Product { summary }`;
const inline = (depth: number): string =>
  `{ product { ...F0 } } ${many(depth, (n) => `fragment F${n} on Product { ... { ...F${n + 1} } ... on Product { ...F${n + 1} } }`).join(' ')} fragment F${depth} on Product { summary }`;
const flat = (size: number, salt: number): string => `{ product { ${many(size, (n) => `a${salt}x${n}: summary`).join(' ')} } }`;
const rowsOf = (count: number): string => many(count, (n) => `a${n}: aiQuote(document: $d${n}) { allowed fields { path } }`).join(' ');

describe('the quotes of one request', () => {
  let graph: Teams;
  beforeAll(async () => {
    const provider = double('model', async function* () {
      yield { type: 'text', text: 'A sum.' };
      yield { type: 'finish', reason: 'stop' };
    });
    graph = await teams({ remote: { shop }, fields, provider });
  });

  const quoted = (documents: readonly string[]) =>
    graph.gateway.ask(
      `query (${documents.map((_, n) => `$d${n}: String!`).join(' ')}) { ${rowsOf(documents.length)} }`,
      Object.fromEntries(documents.map((document, n) => [`d${n}`, document])),
    );
  const servesOthers = async (): Promise<void> =>
    expect(await graph.gateway.ask('{ aiQuote(document: "{ product { summary } }") { allowed } }')).toMatchObject({
      data: { aiQuote: { allowed: true } },
    });

  it.each<[string, readonly string[]]>([
    ['one bomb', many(30, () => bomb(200))],
    ['thirty different bombs', many(30, (n) => bomb(60, `x${n}x`))],
    ['bombs of fields in fields', many(30, () => nested(90))],
    ['bombs of inline fragments', many(30, () => inline(120))],
  ])('the quotes of one request are refused when they ask for %s, and others are served', async (_, documents) => {
    const { errors } = await quoted(documents);
    expect(errors?.length).toBeGreaterThan(0);
    for (const { message, extensions } of errors ?? []) {
      expect(['COST_LIMIT_EXCEEDED', 'BAD_REQUEST']).toContain(extensions.code);
      expect(message).toMatch(/more than \d+ (fields|tokens)/);
    }
    await servesOthers();
  });

  it('the quotes of one request may unfold to so many fields together, and not more', async () => {
    const { errors, data } = await quoted(many(30, () => flat(900, 1)));
    expect(data).toBeNull();
    expect(errors?.every(({ message }) => message.includes('more than 20000 fields together'))).toBe(true);
    expect((await quoted(many(20, () => flat(900, 2)))).errors).toBeUndefined();
  });

  it('the quotes of one request may have so many tokens together in documents that differ', async () => {
    const { errors } = await quoted(many(12, (n) => flat(700, n)));
    expect(errors?.some(({ message }) => message.includes('more than 20000 tokens together'))).toBe(true);
    expect((await quoted(many(12, (n) => flat(70, n)))).errors).toBeUndefined();
  });

  it('the quotes of one request may share variables up to the size of a request', async () => {
    const text = 'x'.repeat(200_000);
    const document = 'query ($t: String!) { completion(input: { prompt: { text: $t } }) { __typename } }';
    const ask = (count: number) =>
      graph.gateway.ask(
        `query ($d: String!, $v: JSON) { ${many(count, (n) => `a${n}: aiQuote(document: $d, variables: $v) { allowed }`).join(' ')} }`,
        {
          d: document,
          v: { t: text },
        },
      );
    expect((await ask(3)).errors).toBeUndefined();
    expect((await ask(30)).errors?.[0]).toMatchObject({
      message: expect.stringContaining('characters together'),
      extensions: { code: 'BAD_REQUEST' },
    });
  });

  it('the quotes of one request are what they were for honest clients: each its own answer', async () => {
    const { data, errors } = await quoted(['{ product { summary } }', '{ products(first: 3) { summary } }', '{ product { id } }']);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      a0: { allowed: true, fields: [{ path: 'product.summary' }] },
      a1: { allowed: true, fields: [{ path: 'products.summary' }] },
      a2: { allowed: true, fields: [] },
    });
  });

  it('the quotes of one request are judged by header in the same way', async () => {
    const { errors } = await graph.gateway.ask(bomb(19), {}, { headers: { 'x-fieldgate-quote': 'only' } });
    expect(errors?.[0]?.extensions.code).toMatch(/COST_LIMIT_EXCEEDED|BAD_REQUEST/);
    await servesOthers();
  });
});
