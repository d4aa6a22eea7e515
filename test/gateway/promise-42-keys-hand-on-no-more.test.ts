import { describe, expect, it } from 'vitest';
import { keyDesk } from '../../src/access/issue-keys.ts';
import type { TestGateway } from '../harness.ts';
import { budgetOf, complete, newKey, prompt } from './asking.ts';
import { counting, saying, scripted } from './scripted.ts';

interface Made {
  readonly id: string;
  readonly secret: string;
}
// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

const create = 'mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret key { id madeBy expiresAt revokedAt } } }';
const wanted = { name: 'child', team: 'search', scopes: ['ai:use', 'ai:usage', 'ai:keys'] };
const parentScopes = { scopes: ['ai:use', 'ai:usage', 'ai:keys'] };

const asked = (gateway: TestGateway, key: string, input: object = {}): Promise<Data> =>
  gateway.ask(create, { input: { ...wanted, ...input } }, { key });

async function child(gateway: TestGateway, key: string, input: object = {}): Promise<Made & { readonly expiresAt: string | null }> {
  const { data, errors } = await asked(gateway, key, input);
  expect(errors).toBeUndefined();
  return { ...data.createAiKey.key, secret: data.createAiKey.secret };
}

describe('a key that a key makes has no more than its maker', () => {
  it('the calls of a key that a key makes draw on the budgets of all that it comes from, down to the last of them', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 50));
    // A call draws up to 0.0002 of its 100 tokens, and costs 0.00011.
    const root = await newKey(gateway, { ...parentScopes, monthlyBudget: '0.00025' });
    const middle = await child(gateway, root.secret);
    const leaf = await child(gateway, middle.secret, { monthlyBudget: '9.00' });
    expect(await complete(gateway, prompt('One'), { key: leaf.secret })).toMatchObject({ text: 'Hi' });
    for (const { secret } of [root, middle, leaf]) {
      const refused = await complete(gateway, prompt('Another'), { key: secret });
      expect(refused).toMatchObject({ code: 'BUDGET_EXCEEDED', budget: { name: `key:${root.id}`, spent: { amount: '0.00011' } } });
    }
    expect(await budgetOf(gateway, root.secret)).toMatchObject({ spent: 110_000, held: 0 });
    expect(await budgetOf(gateway, leaf.secret)).toMatchObject({ limit: 9e9, spent: 110_000, held: 0 });
    expect(upstream.requests).toHaveLength(1);
  });

  it('what the maker spends is missing to it too, and what its sibling does', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 50));
    const root = await newKey(gateway, { ...parentScopes, monthlyBudget: '0.00025' });
    const [one, two] = [await child(gateway, root.secret), await child(gateway, root.secret)];
    expect(await complete(gateway, prompt('One'), { key: one.secret })).toMatchObject({ text: 'Hi' });
    expect(await complete(gateway, prompt('Two'), { key: two.secret })).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });

  it('the operations of a key that a key makes count to the requests of its maker', async () => {
    const { gateway } = await scripted();
    const root = await newKey(gateway, { ...parentScopes, requestsPerMinute: 3 });
    const made = await child(gateway, root.secret);
    expect((await gateway.ask('{ __typename }', {}, { key: made.secret })).status).toBe(200);
    expect((await gateway.ask('{ __typename }', {}, { key: root.secret })).status).toBe(200);
    expect(await gateway.ask('{ __typename }', {}, { key: made.secret })).toMatchObject({
      status: 429,
      errors: [{ message: expect.stringContaining(`"key:${root.id}" may make 3 requests a minute`) }],
    });
  });

  it('the model calls of a key that a key makes count to the calls of its maker', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const root = await newKey(gateway, { ...parentScopes, callsPerMinute: 1 });
    const made = await child(gateway, root.secret, { callsPerMinute: 50 });
    expect(await complete(gateway, prompt('One'), { key: made.secret })).toMatchObject({ text: 'Hi' });
    expect(await complete(gateway, prompt('Two'), { key: made.secret })).toMatchObject({ code: 'RATE_LIMITED', limit: `key:${root.id}` });
    expect(await complete(gateway, prompt('Three'), { key: root.secret })).toMatchObject({ code: 'RATE_LIMITED', limit: `key:${root.id}` });
  });

  it('a key that a key makes has no scope and no route that its maker has not', async () => {
    const { gateway } = await scripted();
    const root = await newKey(gateway, { ...parentScopes, routes: ['default'] });
    expect((await asked(gateway, root.secret, { scopes: ['ai:use', 'ai:usage:all'] })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await asked(gateway, root.secret, { routes: ['embedding'] })).errors).toHaveLength(1);
    const { secret } = await child(gateway, root.secret);
    const { data } = await gateway.ask('{ aiViewer { routes } }', {}, { key: secret });
    expect(data.aiViewer.routes).toEqual(['default']);
  });

  it('a key that a key makes expires no later than its maker, and with it when nothing is said', async () => {
    const { gateway } = await scripted();
    const [soon, later] = ['2098-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z'];
    const root = await newKey(gateway, { ...parentScopes, expiresAt: soon });
    expect((await child(gateway, root.secret)).expiresAt).toBe(soon);
    expect((await child(gateway, root.secret, { expiresAt: '2097-01-01T00:00:00.000Z' })).expiresAt).toBe('2097-01-01T00:00:00.000Z');
    expect((await asked(gateway, root.secret, { expiresAt: later })).errors).toMatchObject([
      { message: expect.stringContaining(`yours expires at ${soon}`), extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it('a key that a key makes is revoked with its maker, and so is what it has made', async () => {
    const { gateway } = await scripted();
    const root = await newKey(gateway, parentScopes);
    const other = await newKey(gateway, {});
    const middle = await child(gateway, root.secret);
    const leaf = await child(gateway, middle.secret);
    await gateway.ask('mutation ($id: ID!) { revokeAiKey(id: $id) { id } }', { id: root.id });
    for (const { secret } of [root, middle, leaf]) {
      expect(await gateway.ask('{ __typename }', {}, { key: secret })).toMatchObject({
        status: 401,
        errors: [{ message: expect.stringMatching(/^This key was revoked/) }],
      });
    }
    expect((await gateway.ask('{ __typename }', {}, { key: other.secret })).status).toBe(200);
    const { data } = await gateway.ask('{ aiKeys { id madeBy revokedAt } }');
    const shown = data.aiKeys.filter(({ id }: Made) => id === middle.id || id === leaf.id);
    expect(shown.map(({ madeBy }: Data) => madeBy).toSorted()).toEqual([middle.id, root.id].toSorted());
    expect(shown.every(({ revokedAt }: Data) => revokedAt !== null)).toBe(true);
  });

  it('keys that make keys go back no more than eight generations: each call draws on the accounts of all of them', async () => {
    const { gateway } = await scripted();
    const { secret: first } = await keyDesk(gateway.storage.keys).issue({
      ...wanted,
      routes: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      expiresAt: null,
    });
    let key = first;
    for (let generation = 2; generation <= 8; generation += 1) key = (await child(gateway, key)).secret;
    expect((await gateway.ask('{ __typename }', {}, { key })).status).toBe(200);
    expect((await asked(gateway, key)).errors).toMatchObject([
      { message: expect.stringContaining('at most 8 are accepted'), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });
});

describe('a key that the shell makes', () => {
  it('a key that the shell makes comes from no other, and draws on its own accounts alone', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { key, secret } = await keyDesk(gateway.storage.keys).issue({
      ...wanted,
      routes: null,
      monthlyBudget: null,
      requestsPerMinute: null,
      expiresAt: null,
    });
    expect(key).toMatchObject({ madeBy: null, development: false, expiresAt: null });
    const { data } = await gateway.ask('{ aiViewer { budgets { name } } }', {}, { key: secret });
    expect(data.aiViewer.budgets).toEqual([]);
  });
});
