import { describe, expect, it } from 'vitest';
import { context, gateway, principal, says } from './fakes.ts';

const create = `mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret
  key { id name team scopes routes monthlyBudget requestsPerMinute callsPerMinute madeBy createdAt expiresAt revokedAt } } }`;
const wanted = { name: 'Search page', team: 'search', scopes: ['ai:use'] };

describe('aiViewer and aiRoutes', () => {
  it('aiViewer and aiRoutes show who asks, what may be used and what is left', async () => {
    const { data } = await gateway(says()).ask(
      '{ aiViewer { principal team scopes routes budgets { name per timeZone limit { amount } spent { amount } held { amount } resetsAt forecast { amount } warnings { at isReached } } } }',
      {},
      context(principal({ routes: ['default'] })),
    );
    expect(data).toEqual({
      aiViewer: {
        principal: 'key:ada',
        team: 'search',
        scopes: ['ai:use', 'ai:ingest', 'ai:keys', 'ai:usage'],
        routes: ['default'],
        budgets: [
          {
            name: 'key:ada',
            per: 'MONTH',
            timeZone: 'Europe/Berlin',
            limit: { amount: '5' },
            spent: { amount: '1' },
            held: { amount: '0' },
            resetsAt: '2026-12-01T00:00:00.000Z',
            forecast: { amount: '2' },
            warnings: [{ at: 0.2, isReached: true }],
          },
        ],
      },
    });
  });

  it('aiViewer and aiRoutes show the routes of the caller, with prices as decimals', async () => {
    const { data } = await gateway(says()).ask(
      '{ aiRoutes { name description deployments { id capabilities inputPerMillion outputPerMillion healthy } } }',
    );
    expect(data).toMatchObject({
      aiRoutes: [
        { name: 'default', deployments: [{ id: 'fake/one', inputPerMillion: '0.15', outputPerMillion: '2', healthy: true }] },
        { name: 'embedding', description: null, deployments: [{ inputPerMillion: null, healthy: false }] },
      ],
    });
  });

  it('aiViewer and aiRoutes are open to the anonymous caller of development, and to no other without credentials', async () => {
    const anonymous = (scopes: readonly string[]) => context(principal({ id: 'anonymous', kind: 'anonymous', scopes, limits: [] }));
    const { ask } = gateway(says());
    expect((await ask('{ aiViewer { principal } }', {}, anonymous(['ai:use']))).data).toEqual({ aiViewer: { principal: 'anonymous' } });
    expect((await ask('{ aiViewer { principal } }', {}, anonymous([]))).errors?.[0]).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect((await ask('{ aiKeys { id } }', {}, anonymous(['ai:use']))).errors?.[0]).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });
});

describe('keys', () => {
  it('keys are issued with their secret once, listed without it, and revoked', async () => {
    const { ask } = gateway(says());
    const { data } = await ask(create, {
      input: { ...wanted, monthlyBudget: '25.50', requestsPerMinute: 60, callsPerMinute: 600, expiresAt: '2999-01-01T00:00:00+01:00' },
    });
    expect(data).toMatchObject({
      createAiKey: {
        secret: 'fg_k0_secret',
        key: {
          ...wanted,
          routes: null,
          monthlyBudget: '25.5',
          requestsPerMinute: 60,
          callsPerMinute: 600,
          madeBy: 'ada',
          expiresAt: '2998-12-31T23:00:00.000Z',
          revokedAt: null,
        },
      },
    });
    await ask(create, { input: wanted });
    expect((await ask('{ aiKeys { id } }')).data).toEqual({ aiKeys: [{ id: 'k1' }, { id: 'k0' }] });
    expect((await ask('mutation { revokeAiKey(id: "k0") { id revokedAt } }')).data).toEqual({
      revokeAiKey: { id: 'k0', revokedAt: '2026-11-23T00:00:00.000Z' },
    });
    expect((await ask('mutation { revokeAiKey(id: "k9") { id } }')).data).toEqual({ revokeAiKey: null });
  });

  it('keys are not made and not rotated with a short-lived token of their own, whose end they would outlive', async () => {
    const { ask } = gateway(says());
    await ask(create, { input: wanted });
    const held = context(principal({ token: 'tok' }));
    const rotate = 'mutation { rotateAiKey(id: "k0", overlapSeconds: 0) { secret } }';
    for (const { errors } of [await ask(create, { input: wanted }, held), await ask(rotate, {}, held)])
      expect(errors).toMatchObject([
        { message: expect.stringContaining('A token makes no keys and rotates none'), extensions: { code: 'FORBIDDEN' } },
      ]);
    expect((await ask(rotate)).errors).toBeUndefined();
  });

  it('keys never have more than the key that issues them', async () => {
    const { ask } = gateway(says());
    const scoped = await ask(create, { input: { ...wanted, scopes: ['ai:use', 'ai:usage:all'] } });
    expect(scoped.errors?.[0]).toMatchObject({
      message: expect.stringContaining('You can give: ai:use'),
      extensions: { code: 'FORBIDDEN' },
    });
    const narrow = context(principal({ routes: ['default'] }));
    const routed = await ask(create, { input: { ...wanted, routes: ['embedding'] } }, narrow);
    expect(routed.errors?.[0]?.message).toContain('Routes: default.');
    expect((await ask(create, { input: wanted }, narrow)).data).toMatchObject({ createAiKey: { key: { routes: ['default'] } } });
  });

  it('keys are those of the own team, unless the caller administers every team', async () => {
    const { ask } = gateway(says());
    await ask(create, { input: wanted });
    const stranger = context(principal({ team: 'shop', scopes: ['ai:use', 'ai:keys'] }));
    expect((await ask('{ aiKeys { id } }', {}, stranger)).data).toEqual({ aiKeys: [] });
    expect((await ask('mutation { revokeAiKey(id: "k0") { id } }', {}, stranger)).data).toEqual({ revokeAiKey: null });
    expect((await ask(create, { input: wanted }, stranger)).errors?.[0]).toMatchObject({
      message: expect.stringContaining('to your own team alone, to yours: shop. The scope ai:keys:all is for every team.'),
      extensions: { code: 'FORBIDDEN' },
    });
    expect((await ask('{ aiKeys { revokedAt } }')).data).toEqual({ aiKeys: [{ revokedAt: null }] });

    const all = context(principal({ team: 'platform', scopes: ['ai:use', 'ai:keys:all'] }));
    expect((await ask(create, { input: wanted }, all)).data).toMatchObject({ createAiKey: { key: { team: 'search' } } });
    expect((await ask('mutation { revokeAiKey(id: "k0") { id } }', {}, all)).data).toEqual({ revokeAiKey: { id: 'k0' } });
  });

  it.each<[string, object, string]>([
    ['an empty name', { name: ' ' }, '1 to 100 characters'],
    ['a team with a space', { team: 'a b' }, 'letters, digits'],
    ['no scopes', { scopes: [] }, 'You can give:'],
    ['a negative budget', { monthlyBudget: '-1' }, 'US dollars from 0'],
    ['no requests', { requestsPerMinute: 0 }, 'from 1 to'],
    ['no calls', { callsPerMinute: 0 }, 'from 1 to'],
    ['an expiry that is past', { expiresAt: '2020-01-01T00:00:00Z' }, 'in the future'],
  ])('keys are refused for %s with a sentence', async (_, input, sentence) => {
    const { errors } = await gateway(says()).ask(create, { input: { ...wanted, ...input } });
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining(sentence), extensions: { code: 'BAD_REQUEST' } });
  });

  it('keys take only a real moment as expiry', async () => {
    const { errors } = await gateway(says()).ask(create, { input: { ...wanted, expiresAt: 'tomorrow' } });
    expect(errors?.[0]?.message).toContain('RFC 3339');
  });
});
