import { beforeAll, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import { type Double, double } from '../doubles.ts';
import { startGateway, type TestGateway } from '../harness.ts';
import { ledgerOf, newKey } from './asking.ts';
import { counting, openUpstream, scriptedConfig } from './scripted.ts';
import { type Teams, teams } from './teams.ts';

/** One use: 10 tokens in at 1,000 nano-dollars, 2 out at 2,000. It can cost more: 50 out. */
const cost = 14_000;
const usd = (nano: number): string => (nano / 1e9).toFixed(9);

const about = (id: string) => ({ id, description: `about ${id}` });
const ids = Array.from({ length: 50 }, (_, index) => String(index));
const shop = {
  sdl: `type Query { products(first: Int = 10): [Product!]! } type Product @key(fields: "id") { id: ID! description: String! }`,
  resolvers: { Query: { products: (_: unknown, { first }: { first: number }) => ids.slice(0, first).map(about) } },
};
const bounds = 'maxInputTokens: 500, maxOutputTokens: 50';
const fields = `extend type Product @key(fields: "id") { id: ID! description: String!
  summary: String @completion(prompt: "Sum up {description}", ${bounds}) @requiresScopes(scopes: [["ai:use"]])
  same: String @completion(prompt: "Sum up {description}", ${bounds}) @requiresScopes(scopes: [["ai:use"]])
  title: String @completion(prompt: "A title for {description}", ${bounds}) @requiresScopes(scopes: [["ai:use"]]) }`;

const sums = (): Double =>
  double('model', async function* (_, { report }) {
    yield { type: 'text', text: 'A sum.' };
    report({ freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 });
    yield { type: 'finish', reason: 'stop' };
  });

const withLimits = (fieldLimits: NonNullable<GatewayConfig['fieldLimits']>): Promise<Teams> =>
  teams({ remote: { shop }, fields, provider: sums(), config: { fieldLimits } });

/** By field, in nano-dollars. */
async function spentOn(gateway: TestGateway): Promise<Readonly<Record<string, number>>> {
  const rows = await ledgerOf(gateway, gateway.developmentKey, ['COORDINATE']);
  return Object.fromEntries(rows.map(({ key, usage }) => [key.coordinate, Math.round(Number(usage.cost.amount) * 1e9)]));
}
const budgetOf = async ({ storage }: TestGateway, name: string): Promise<readonly [number, number]> => {
  const [state] = await storage.limits.budgets([{ kind: 'budget', name, per: 'day', most: 1 }]);
  return [state?.spent ?? Number.NaN, state?.held ?? Number.NaN];
};

describe('a budget of a field', () => {
  it('a budget of a field refuses that field alone, is never overspent, and is what the ledger says of the field', async () => {
    const limit = 300_000;
    const { gateway } = await withLimits({ 'Product.summary': { budgets: [{ per: 'day', most: usd(limit) }] } });
    const { data, errors } = await gateway.ask('{ products(first: 50) { id summary title } }');
    const summaries = data.products.filter(({ summary }: { summary: string | null }) => summary !== null).length;
    expect(summaries).toBeGreaterThan(0);
    expect(summaries).toBeLessThan(50);
    expect(data.products.every(({ title }: { title: string | null }) => title === 'A sum.')).toBe(true);
    expect(errors).toHaveLength(50 - summaries);
    for (const { path, message, extensions } of errors ?? []) {
      expect(path?.at(-1)).toBe('summary');
      expect(extensions.code).toBe('BUDGET_EXCEEDED');
      expect(message).toContain(`the budget "field:Product.summary" has too little left of ${Number(usd(limit))} a day. `);
      expect(message).toContain('starts anew at');
    }
    const spent = await spentOn(gateway);
    expect(spent).toEqual({ 'Product.summary': summaries * cost, 'Product.title': 50 * cost });
    expect(await budgetOf(gateway, 'field:Product.summary')).toEqual([spent['Product.summary'], 0]);
  });

  it('a budget of a field bears the share of the field where one call serves several', async () => {
    const budgets = [{ per: 'day', most: '5.00' }] as const;
    const { gateway } = await withLimits({ 'Product.summary': { budgets }, 'Product.same': { budgets } });
    await gateway.ask('{ products(first: 7) { summary same again: summary } }');
    const spent = await spentOn(gateway);
    expect(spent['Product.summary']).toBeGreaterThan(0);
    for (const coordinate of ['Product.summary', 'Product.same'])
      expect(await budgetOf(gateway, `field:${coordinate}`)).toEqual([spent[coordinate] ?? 0, 0]);
  });
});

describe('limits of a field for each team, and each caller', () => {
  let gateway: TestGateway;
  let keys: readonly string[] = [];
  beforeAll(async () => {
    const upstream = await openUpstream();
    upstream.plays(counting(10, 90));
    const fieldLimits = {
      'Query.completion': { sharedBy: 'team', budgets: [{ per: 'day', most: '0.0003' }] },
      'Mutation.complete': { sharedBy: 'caller', callsPerMinute: 1 },
    } as const;
    gateway = await startGateway({ ...scriptedConfig(upstream), fieldLimits });
    const made = await Promise.all(['search', 'search', 'shop'].map((team) => newKey(gateway, { team })));
    keys = made.map(({ secret }) => secret);
  });
  const completed = async (key: string | undefined, operation: string, text: string) => {
    const document = `${operation} ($input: CompletionInput!) { answer: ${operation === 'query' ? 'completion' : 'complete'}(input: $input) { __typename ... on Failure { message } } }`;
    const { data } = await gateway.ask(document, { input: { prompt: { text } } }, { key: key ?? null });
    return data.answer as { readonly __typename: string; readonly message?: string };
  };

  it('a budget that a field has for each team is used up by one team alone', async () => {
    const [first, colleague, other] = keys;
    expect((await completed(first, 'query', 'one')).__typename).toBe('Completion');
    const refused = await completed(colleague, 'query', 'two');
    expect(refused.message).toContain('"field:Query.completion:team:search" has 0.00011 left of 0.0003 a day');
    expect((await completed(other, 'query', 'three')).__typename).toBe('Completion');
  });

  it('a rate that a field has for each caller is used up by one caller alone, and counts no other field', async () => {
    const [first, colleague] = keys;
    expect((await completed(first, 'mutation', 'four')).__typename).toBe('Completion');
    expect(await completed(first, 'mutation', 'five')).toMatchObject({ __typename: 'RateLimited' });
    expect((await completed(colleague, 'mutation', 'six')).__typename).toBe('Completion');
  });
});
