import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { complete, eventually, newKey, prompt, stream, until } from './asking.ts';
import { hanging, openUpstream, saying, scripted, scriptedConfig, waiting } from './scripted.ts';
import { ask, attach, type Event, transports } from './streams.ts';

const team = 'shop';
const backendScopes = ['ai:use', 'ai:usage', 'ai:act-as', 'ai:keys'];

async function withBackend(changes: Partial<GatewayConfig> = {}) {
  const { gateway, upstream } = await scripted(changes);
  const { secret: key, id } = await newKey(gateway, { team, scopes: backendScopes });
  return { gateway, upstream, key, id };
}

interface Token {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: string;
  readonly user: string | null;
}

const create = 'mutation ($input: CreateAiTokenInput!) { createAiToken(input: $input) { id token: secret expiresAt user } }';

async function newToken(gateway: TestGateway, key: string, input: object = {}, headers: Record<string, string> = {}): Promise<Token> {
  const { data, errors } = await gateway.ask(create, { input: { ttlSeconds: 600, ...input } }, { key, headers });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.createAiToken;
}

const refusalOf = async (gateway: TestGateway, key: string | null, input: object, headers: Record<string, string> = {}) =>
  (await gateway.ask(create, { input: { ttlSeconds: 600, ...input } }, { key, headers })).errors?.[0];

const viewer = '{ aiViewer { principal user team scopes routes } }';
const viewerOf = async (gateway: TestGateway, key: string): Promise<Event> => (await gateway.ask(viewer, {}, { key })).data.aiViewer;

const revokeToken = async (gateway: TestGateway, key: string, id: string): Promise<Event> =>
  (await gateway.ask('mutation ($id: ID!) { revokeAiToken(id: $id) { id key revokedAt } }', { id }, { key })).data?.revokeAiToken ?? null;

const revokeUser = (gateway: TestGateway, key: string, input: object) =>
  gateway.ask('mutation ($input: RevokeAiUserInput!) { revokeAiUser(input: $input) { id } }', { input }, { key });

const tokenRevoked = { code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The token was revoked, /), retryable: false };

describe('a short-lived token', () => {
  it('A token asks as the user that it is for, with what his backend may hand on', async () => {
    const { gateway, key, id } = await withBackend();
    const made = await newToken(gateway, key, { user: 'ann' });
    expect(made).toMatchObject({ token: expect.stringMatching(/^fgt_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}$/), user: 'ann' });
    expect(made.token).toContain(made.id);
    expect(await viewerOf(gateway, made.token)).toEqual({
      principal: expect.stringMatching(new RegExp(`^key:${id}:u_`)),
      user: 'ann',
      team,
      scopes: ['ai:use', 'ai:usage'],
      routes: expect.arrayContaining(['default']),
    });
  });

  it('A key exchanges itself for a token of its own scopes, but for that to act for others; it may ask for fewer, and for fewer routes', async () => {
    const { gateway, key, id } = await withBackend();
    const { token } = await newToken(gateway, key);
    expect(await viewerOf(gateway, token)).toMatchObject({
      principal: `key:${id}`,
      user: null,
      scopes: ['ai:use', 'ai:usage', 'ai:keys'],
    });
    const narrow = await newToken(gateway, key, { scopes: ['ai:use'], routes: ['embedding'] });
    expect(await viewerOf(gateway, narrow.token)).toMatchObject({ scopes: ['ai:use'], routes: ['embedding'] });
    expect(await complete(gateway, prompt('Hi'), { key: narrow.token })).toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each<[string, object, string]>([
    ['a scope that the key has not', { scopes: ['ai:ingest'] }, 'FORBIDDEN'],
    ['the scope to act for others', { scopes: ['ai:act-as'] }, 'FORBIDDEN'],
    ['a scope that administers, for a user', { user: 'ann', scopes: ['ai:keys'] }, 'FORBIDDEN'],
    ['no scopes', { scopes: [] }, 'BAD_REQUEST'],
    ['a route that there is not', { routes: ['nowhere'] }, 'BAD_REQUEST'],
    ['no time', { ttlSeconds: 0 }, 'BAD_REQUEST'],
    ['more than a day', { ttlSeconds: 86_401 }, 'BAD_REQUEST'],
    ['a user with a space in his id', { user: 'ann bob' }, 'BAD_REQUEST'],
    ['a user with an empty id', { user: '' }, 'BAD_REQUEST'],
  ])('A token with %s is refused', async (_, input, code) => {
    const { gateway, key } = await withBackend();
    expect(await refusalOf(gateway, key, input)).toMatchObject({ extensions: { code } });
  });

  it('Neither tokens, nor keys without the scope for a user, nor callers without a key make tokens; and a token makes no keys', async () => {
    const { gateway, key } = await withBackend();
    const { token } = await newToken(gateway, key);
    const { secret } = await newKey(gateway, { team, scopes: ['ai:use'] });
    const forbidden = (message: string) => ({ extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining(message) });
    expect(await refusalOf(gateway, token, {})).toMatchObject(forbidden('Tokens are made by virtual keys'));
    expect(await refusalOf(gateway, secret, { user: 'ann' })).toMatchObject(forbidden('One with the scope ai:act-as may'));
    expect(await refusalOf(gateway, null, {})).toMatchObject(forbidden('Tokens are made by virtual keys'));
    const keys = 'mutation { createAiKey(input: { name: "n", team: "shop", scopes: ["ai:use"] }) { secret } }';
    expect((await gateway.ask(keys, {}, { key: token })).errors?.[0]).toMatchObject(forbidden('A token makes no keys'));
  });

  it('A token is for the user that the header AI-User names, and a token may not send that header', async () => {
    const { gateway, key } = await withBackend();
    const ann = await newToken(gateway, key, {}, { 'AI-User': 'ann' });
    expect(ann.user).toBe('ann');
    expect(await refusalOf(gateway, key, { user: 'bob' }, { 'AI-User': 'ann' })).toMatchObject({ extensions: { code: 'BAD_REQUEST' } });
    for (const { token } of [ann, await newToken(gateway, key)]) {
      const { errors } = await gateway.ask(viewer, {}, { key: token, headers: { 'AI-User': 'bob' } });
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    }
  });

  it('A token never outlives its key, has no scope that its key has lost, and ends with it', async () => {
    const { gateway } = await withBackend();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { id, secret } = await newKey(gateway, { team, scopes: backendScopes, expiresAt });
    const made = await newToken(gateway, secret, { user: 'ann', ttlSeconds: 3_600 });
    expect(Date.parse(made.expiresAt)).toBe(Date.parse(expiresAt));
    const change = 'mutation ($id: ID!, $input: UpdateAiKeyInput!) { updateAiKey(id: $id, input: $input) { id } }';
    expect((await gateway.ask(change, { id, input: { scopes: ['ai:use', 'ai:act-as'] } })).errors).toBeUndefined();
    expect((await viewerOf(gateway, made.token)).scopes).toEqual(['ai:use']);
    await gateway.ask('mutation ($id: ID!) { revokeAiKey(id: $id) { id } }', { id });
    const { status, errors } = await gateway.ask(viewer, {}, { key: made.token });
    expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it.each([
    ['is none of ours', 'fgt_000000000000_0000000000000000000000000000000000000000000'],
    ['has no form', 'fgt_x'],
  ])('What looks like a token and %s is refused, also where tokens of others are accepted', async (_, token) => {
    const { gateway } = await scripted({ anonymous: { acceptForeignTokens: true } });
    const { status, errors } = await gateway.ask('{ aiRoutes { name } }', {}, { key: token });
    expect([status, errors?.[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('What may be spent with a token is bounded by its own budget too, and the next token has another', async () => {
    const { gateway, upstream, key } = await withBackend();
    const asked = async (token: string) => {
      upstream.plays(saying('Hello'));
      return complete(gateway, prompt(`Hi ${crypto.randomUUID()}`), { key: token });
    };
    const small = await newToken(gateway, key, { user: 'ann', budget: '0.000001' });
    expect(await asked(small.token)).toMatchObject({ code: 'BUDGET_EXCEEDED', budget: { name: `token:${small.id}` } });
    const enough = await newToken(gateway, key, { user: 'ann', budget: '0.5' });
    expect(await asked(enough.token)).toMatchObject({ text: 'Hello' });
    expect((await revokeToken(gateway, key, enough.id)).id).toBe(enough.id);
    expect(await refusalOf(gateway, key, { budget: '-1' })).toMatchObject({ extensions: { code: 'BAD_REQUEST' } });
  });

  it('The tokens of two users never meet: what one began, the other neither sees, cancels nor rates; his next token does', async () => {
    const { gateway, upstream, key } = await withBackend();
    const [ann, bob] = [await newToken(gateway, key, { user: 'ann' }), await newToken(gateway, key, { user: 'bob' })];
    upstream.plays(saying('Secret'));
    const { id } = await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key: ann.token });
    const looks = async (token: string) =>
      (await gateway.ask('query ($id: ID!) { completionById(id: $id) { text } }', { id }, { key: token })).data.completionById;
    expect(await looks(bob.token)).toBeNull();
    const others = 'mutation ($id: ID!) { cancelCompletion(id: $id) { id } rateCompletion(id: $id, score: 1) { score } }';
    expect((await gateway.ask(others, { id }, { key: bob.token })).data).toEqual({ cancelCompletion: null, rateCompletion: null });
    const next = await newToken(gateway, key, { user: 'ann' });
    expect(await looks(next.token)).toEqual({ text: 'Secret' });
    const acting = await gateway.ask(
      'query ($id: ID!) { completionById(id: $id) { text } }',
      { id },
      { key, headers: { 'AI-User': 'ann' } },
    );
    expect(acting.data.completionById).toEqual({ text: 'Secret' });
    upstream.plays(saying('Another'));
    expect((await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key: bob.token })).text).toBe('Another');
  });

  it('Kept answers are shared in the team, and by each user alone where the team says so', async () => {
    for (const [cacheSharing, calls] of [
      ['team', 1],
      ['principal', 2],
    ] as const) {
      const upstream = await openUpstream();
      const { providers, deployments, routes } = scriptedConfig(upstream);
      const cached = { ...routes, default: { deployments: ['scripted'], attempts: 1, cacheSeconds: 60 } };
      const gateway = await startGateway({ providers, deployments, routes: cached, teams: { shop: { cacheSharing } } });
      const { secret: key } = await newKey(gateway, { team, scopes: backendScopes });
      upstream.plays(saying('One'), saying('Two'));
      for (const user of ['ann', 'ann', 'bob']) {
        const { token } = await newToken(gateway, key, { user });
        await complete(gateway, prompt('The same.'), { key: token });
      }
      expect(upstream.requests).toHaveLength(calls);
    }
  });

  it('Calls in flight are shared in the team, and by no two users where each has kept answers of his own', async () => {
    for (const [cacheSharing, calls] of [
      ['team', 1],
      ['principal', 2],
    ] as const) {
      const gate = newGate();
      const { gateway, upstream } = await scripted({ teams: { shop: { cacheSharing } } });
      const { secret: key } = await newKey(gateway, { team, scopes: backendScopes });
      upstream.plays(waiting(gate, 'One'), waiting(gate, 'Two'));
      const tokens = [await newToken(gateway, key, { user: 'ann' }), await newToken(gateway, key, { user: 'bob' })];
      const asking = tokens.map(({ token }) => stream(gateway, prompt('The same.'), { key: token }));
      await Promise.all(asking.map((reading) => until(reading, 'TextDelta')));
      expect(upstream.requests).toHaveLength(calls);
      gate.open();
      for (const reading of asking) await until(reading, 'CompletionFinished');
    }
  });

  it('A token works at another gateway on the folder, and after a restart', async () => {
    const upstream = await openUpstream();
    const config = { ...scriptedConfig(upstream), storage: { folder: temporaryFolder() } };
    const [one, two] = [await startGateway(config), await startGateway(config)];
    const { secret: key } = await newKey(one, { team, scopes: backendScopes });
    const { token } = await newToken(one, key, { user: 'ann' });
    const here = await viewerOf(one, token);
    expect(await viewerOf(two, token)).toEqual(here);
    await one.close();
    await two.close();
    expect(await viewerOf(await startGateway(config), token)).toEqual(here);
  });
});

describe('a short-lived token that ends', () => {
  it.each(transports)(
    'A token that expires ends the delivery over %s with an event that says so; the run goes on, and the next token of its user follows it',
    async (_, over) => {
      const { gateway, upstream, key } = await withBackend();
      const gate = newGate();
      upstream.plays(waiting(gate, 'One ', 'two'));
      const brief = await newToken(gateway, key, { user: 'ann', ttlSeconds: 2 });
      const events: Event[] = [];
      for await (const { event } of over(gateway, { key: brief.token, variables: ask('Count.', { idempotencyKey: 'count' }) }))
        events.push(event);
      const last = events.at(-1);
      expect(last).toMatchObject({
        __typename: 'CompletionFailed',
        failure: { code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The token expired at /) },
      });
      expect(upstream.requests[0]?.cut()).toBe(false);
      gate.open();
      const cursor = events.findLast(({ __typename }) => __typename !== 'CompletionFailed').cursor;
      const next = await newToken(gateway, key, { user: 'ann' });
      const rest: Event[] = [];
      const again = { key: next.token, query: attach, variables: { id: last.completionId, after: cursor } };
      for await (const { event } of over(gateway, again)) rest.push(event);
      expect(rest.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'One two' } });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it.each(transports)('What a token began ends over %s when the token is revoked, with an event that says so', async (_, over) => {
    const { gateway, upstream, key, id: keyId } = await withBackend();
    upstream.plays(hanging('One ', 'two'));
    const { id, token } = await newToken(gateway, key, { user: 'ann' });
    const events: Event[] = [];
    for await (const { event } of over(gateway, { key: token, variables: ask('Count.', { idempotencyKey: 'count' }) })) {
      events.push(event);
      if (event.__typename !== 'TextDelta' || !event.text.endsWith('two')) continue;
      expect(await revokeToken(gateway, key, id)).toEqual({ id, key: keyId, revokedAt: expect.any(String) });
    }
    expect(events.at(-1)).toMatchObject({ __typename: 'CompletionFailed', failure: tokenRevoked });
    const request = await upstream.nextRequest();
    await request.closed;
    expect(request.cut()).toBe(true);
    expect((await gateway.ask(viewer, {}, { key: token })).status).toBe(401);
    expect((await gateway.ask(viewer, {}, { key })).errors).toBeUndefined();
  });

  it('What a token began goes on after the expiry of the token, and is still ended by its revocation', async () => {
    const { gateway, upstream, key } = await withBackend();
    upstream.plays(hanging('One '));
    const { id, token } = await newToken(gateway, key, { user: 'ann', ttlSeconds: 2 });
    const reading = stream(gateway, prompt('Count.', { idempotencyKey: 'count' }), { key: token });
    const { failure, completionId } = await until(reading, 'CompletionFailed');
    expect(failure.message).toMatch(/^The token expired/);
    const request = await upstream.nextRequest();
    expect(request.cut()).toBe(false);
    await revokeToken(gateway, key, id);
    await request.closed;
    const next = await newToken(gateway, key, { user: 'ann' });
    const state = await eventually(
      'the run has ended',
      async () =>
        (await gateway.ask('query ($id: ID!) { completionById(id: $id) { status } }', { id: completionId }, { key: next.token })).data
          .completionById,
      (found) => found?.status === 'FAILED',
    );
    expect(state).toEqual({ status: 'FAILED' });
  });

  it('A token that another gateway on the folder revokes ends what it began here', async () => {
    const upstream = await openUpstream();
    upstream.plays(hanging('One'));
    const config = { ...scriptedConfig(upstream), storage: { folder: temporaryFolder() } };
    const [one, two] = [await startGateway(config), await startGateway(config)];
    const { secret: key } = await newKey(one, { team, scopes: backendScopes });
    const { id, token } = await newToken(one, key, { user: 'ann' });
    const reading = stream(one, prompt('Count.'), { key: token });
    await until(reading, 'TextDelta');
    expect((await revokeToken(two, key, id)).id).toBe(id);
    expect((await until(reading, 'CompletionFailed')).failure).toMatchObject(tokenRevoked);
    await eventually(
      'the token is refused here',
      () => one.ask(viewer, {}, { key: token }),
      ({ status }) => status === 401,
    );
  });

  it('A token may be revoked by itself, its key and administrators, and by nobody else', async () => {
    const { gateway, key } = await withBackend();
    const [mine, other] = [await newToken(gateway, key, { user: 'ann' }), await newToken(gateway, key, { user: 'ann' })];
    const stranger = await newKey(gateway, { team: 'other', scopes: ['ai:use', 'ai:keys', 'ai:act-as'] });
    const colleague = await newKey(gateway, { team, scopes: ['ai:use', 'ai:act-as'] });
    const administrator = await newKey(gateway, { team, scopes: ['ai:use', 'ai:keys'] });
    for (const nobody of [other.token, stranger.secret, colleague.secret]) expect(await revokeToken(gateway, nobody, mine.id)).toBeNull();
    expect(await viewerOf(gateway, mine.token)).toMatchObject({ user: 'ann' });
    expect(await revokeToken(gateway, mine.token, mine.id)).toMatchObject({ id: mine.id });
    expect(await revokeToken(gateway, administrator.secret, other.id)).toMatchObject({ id: other.id });
    expect(await revokeToken(gateway, key, '000000000000')).toBeNull();
  });
});

describe('a user who is revoked', () => {
  it('What runs for a user ends when he is revoked, whoever began it; others and new tokens of his go on', async () => {
    const { gateway, upstream, key } = await withBackend();
    const { token } = await newToken(gateway, key, { user: 'ann' });
    const bob = await newToken(gateway, key, { user: 'bob' });
    const running = [];
    for (const as of [{ key: token }, { key, headers: { 'AI-User': 'ann' } }, { key: bob.token }]) {
      upstream.plays(hanging('One'));
      const reading = stream(gateway, prompt(`Question ${running.length}.`), as);
      await until(reading, 'TextDelta');
      running.push(reading);
    }
    const { data } = await revokeUser(gateway, key, { user: 'ann' });
    expect(data.revokeAiUser.id).toMatch(/^u_/);
    const [byToken, byHeader] = running;
    for (const reading of [byToken, byHeader]) {
      const { failure } = await until(reading as (typeof running)[number], 'CompletionFailed');
      expect(failure).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The (user|token) was revoked, /) });
    }
    expect(upstream.requests[2]?.cut()).toBe(false);
    expect((await gateway.ask(viewer, {}, { key: token })).status).toBe(401);
    expect(await viewerOf(gateway, bob.token)).toMatchObject({ user: 'bob' });
    const next = await newToken(gateway, key, { user: 'ann' });
    expect(await viewerOf(gateway, next.token)).toMatchObject({ user: 'ann' });
    upstream.plays(saying('Again'));
    expect(await complete(gateway, prompt('Hi again'), { key: next.token })).toMatchObject({ text: 'Again' });
    await running[2]?.return(undefined);
  });

  it('Users are revoked by keys of their team that may act for them, not by their tokens or other teams', async () => {
    const { gateway, key } = await withBackend();
    const { token } = await newToken(gateway, key, { user: 'ann' });
    expect((await revokeUser(gateway, token, { user: 'ann' })).errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    const stranger = await newKey(gateway, { team: 'other', scopes: ['ai:act-as'] });
    expect((await revokeUser(gateway, stranger.secret, { user: 'ann' })).errors).toBeUndefined();
    expect(await viewerOf(gateway, token)).toMatchObject({ user: 'ann' });
    expect((await revokeUser(gateway, key, { user: 'ann', issuer: 'login' })).errors?.[0]).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
      message: expect.stringContaining('ai:keys:all'),
    });
    expect((await revokeUser(gateway, gateway.developmentKey ?? '', { user: 'ann', issuer: 'login' })).errors?.[0]).toMatchObject({
      extensions: { code: 'BAD_REQUEST' },
      message: expect.stringContaining('There is no issuer "login"'),
    });
  });
});
