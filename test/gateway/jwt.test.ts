import { describe, expect, it } from 'vitest';
import type { GatewayConfig, IssuerConfig } from '../../src/config/config.ts';
import { audience } from '../access/jwt/issuer-rules.ts';
import { type IssuerServer, startIssuer } from '../access/jwt/issuer-server.ts';
import { newGate } from '../raw-upstream.ts';
import { complete, ledgerOf, prompt, stream, until } from './asking.ts';
import { hanging, saying, scripted, waiting } from './scripted.ts';
import { ask, attach, type Event, transports } from './streams.ts';

async function withLogin(issuer: Partial<IssuerConfig> = {}, changes: Partial<GatewayConfig> = {}) {
  const login = await startIssuer();
  const issuers = { login: { issuer: login.url, audiences: [audience], scopes: ['ai:use'], team: 'web', clockSkewSeconds: 0, ...issuer } };
  return { login, ...(await scripted({ issuers, ...changes })) };
}

/** A token that expires so many seconds from now. */
const brief = (login: IssuerServer, seconds: number, claims: object = {}): Promise<string> =>
  login.sign({ exp: Math.ceil(Date.now() / 1_000) + seconds, ...claims });

const viewer = '{ aiViewer { principal team scopes routes budgets { name limit { amount } } } }';

describe('a gateway with a login', () => {
  it('A user of an issuer asks with its token, and the ledger knows who it was', async () => {
    const { login, gateway, upstream } = await withLogin({ monthlyBudgetPerUser: '1.00', routes: ['default'] });
    const token = await login.sign();
    const { data } = await gateway.ask(viewer, {}, { key: token });
    expect(data.aiViewer).toEqual({
      principal: expect.stringMatching(/^jwt:login:u_[\w-]{22}$/),
      team: 'web',
      scopes: ['ai:use'],
      routes: ['default'],
      budgets: [{ name: data.aiViewer.principal, limit: { amount: '1' } }],
    });
    upstream.plays(saying('Hello'));
    expect(await complete(gateway, prompt('Hi'), { key: token })).toMatchObject({ text: 'Hello' });
    const [row] = await ledgerOf(gateway, gateway.developmentKey, ['PRINCIPAL', 'TEAM', 'USER']);
    const [, , user] = data.aiViewer.principal.split(':');
    expect(row).toMatchObject({ key: { principal: 'jwt:login', team: 'web', user }, userName: 'ann', calls: 1 });
  });

  it('What the scopes of a token do not allow is refused, and what they do is not', async () => {
    const { login, gateway } = await withLogin({ scopesClaim: 'groups', scopesByValue: { auditors: ['ai:usage:all'] } });
    const refused = await gateway.ask('{ aiKeys { id } }', {}, { key: await login.sign() });
    expect(refused.errors?.[0]).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
      message: expect.stringContaining('Your token has: ai:use.'),
    });
    const auditor = await login.sign({ sub: 'sue', groups: ['auditors'] });
    expect(await ledgerOf(gateway, auditor)).toEqual([]);
  });

  it('A token makes no keys, whatever its scopes', async () => {
    const { login, gateway } = await withLogin({ scopes: ['ai:use', 'ai:keys'] });
    const { errors } = await gateway.ask(
      'mutation { createAiKey(input: { name: "n", team: "web", scopes: ["ai:use"] }) { secret } }',
      {},
      { key: await login.sign() },
    );
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('A token makes no keys') });
  });

  it('A token that does not hold is refused over HTTP with 401, and closes a WebSocket', async () => {
    const { login, gateway } = await withLogin();
    const token = await login.sign({ aud: 'billing' });
    const answer = await gateway.ask(viewer, {}, { key: token });
    expect(answer).toMatchObject({ status: 401, errors: [{ message: expect.stringContaining('another audience (accepted: fieldgate)') }] });
    const [, overSocket] = transports.find(([name]) => name === 'WebSocket') ?? [];
    await expect(overSocket?.(gateway, { key: token, variables: ask('Hi') }).next()).rejects.toMatchObject({ code: 4403 });
  });

  it('While the keys of the issuer cannot be fetched, its tokens are answered with 503, and virtual keys serve', async () => {
    const { login, gateway } = await withLogin();
    login.answer((response) => response.writeHead(500).end());
    const answer = await gateway.ask(viewer, {}, { key: await login.sign() });
    expect(answer).toMatchObject({ status: 503, errors: [{ extensions: { code: 'MODEL_UNAVAILABLE', retryable: true } }] });
    expect((await gateway.ask(viewer)).errors).toBeUndefined();
  });

  it('Two users of one team neither see, follow, cancel nor rate what the other asked', async () => {
    const { login, gateway, upstream } = await withLogin();
    const [ann, bob] = [await login.sign(), await login.sign({ sub: 'bob' })];
    upstream.plays(saying('Secret'));
    const { id } = await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key: ann });
    const looks = (key: string) => gateway.ask('query ($id: ID!) { completionById(id: $id) { text } }', { id }, { key });
    expect((await looks(ann)).data.completionById).toEqual({ text: 'Secret' });
    expect((await looks(bob)).data.completionById).toBeNull();
    const others = 'mutation ($id: ID!) { cancelCompletion(id: $id) { id } rateCompletion(id: $id, score: 1) { score } }';
    expect((await gateway.ask(others, { id }, { key: bob })).data).toEqual({ cancelCompletion: null, rateCompletion: null });
    upstream.plays(saying('Another'));
    expect((await complete(gateway, prompt('Hi', { idempotencyKey: 'k' }), { key: bob })).text).toBe('Another');
  });

  it('The requests of a user are counted for him alone', async () => {
    const { login, gateway } = await withLogin({ requestsPerMinutePerUser: 1 });
    const [ann, bob] = [await login.sign(), await login.sign({ sub: 'bob' })];
    expect((await gateway.ask(viewer, {}, { key: ann })).errors).toBeUndefined();
    expect((await gateway.ask(viewer, {}, { key: ann })).errors?.[0]).toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
    expect((await gateway.ask(viewer, {}, { key: bob })).errors).toBeUndefined();
  });
});

describe('a user of an issuer who is revoked', () => {
  it('A user of an issuer who is revoked is refused with tokens that were issued before, what runs for him ends, and his next login goes on', async () => {
    const { login, gateway, upstream } = await withLogin({ clockSkewSeconds: 30 });
    const issued = (secondsAgo: number) => login.sign({ iat: Math.floor(Date.now() / 1_000) - secondsAgo });
    const [token, bob] = [await issued(10), await login.sign({ sub: 'bob' })];
    upstream.plays(hanging('One'));
    const reading = stream(gateway, prompt('Count.', { idempotencyKey: 'k' }), { key: token });
    await until(reading, 'TextDelta');
    const { data } = await gateway.ask('mutation { revokeAiUser(input: { user: "ann", issuer: "login" }) { id } }');
    expect(data.revokeAiUser.id).toMatch(/^u_/);
    const { failure } = await until(reading, 'CompletionFailed');
    expect(failure).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The user was revoked, /) });
    await (await upstream.nextRequest()).closed;
    const refused = await gateway.ask(viewer, {}, { key: token });
    expect(refused).toMatchObject({
      status: 401,
      errors: [{ message: expect.stringContaining('was issued before its user was revoked') }],
    });
    expect((await gateway.ask(viewer, {}, { key: bob })).errors).toBeUndefined();
    const next = await login.sign({ iat: Math.floor(Date.now() / 1_000) + 2 });
    expect((await gateway.ask(viewer, {}, { key: next })).errors).toBeUndefined();
  });
});

describe('a token that expires in the middle of an answer', () => {
  // Each waits for the same seconds.
  it.concurrent.each(transports)(
    'A token that expires ends the delivery over %s with an event that says so, and the next token of its user goes on there',
    async (_, over) => {
      const { login, gateway, upstream } = await withLogin();
      const gate = newGate();
      upstream.plays(waiting(gate, 'One ', 'two'));
      const input = ask('Count.', { idempotencyKey: 'count' });
      const events: Event[] = [];
      for await (const { event } of over(gateway, { key: await brief(login, 2), variables: input })) events.push(event);
      const last = events.at(-1);
      expect(last).toMatchObject({
        __typename: 'CompletionFailed',
        failure: { code: 'UNAUTHENTICATED', message: expect.stringMatching(/^The token expired at /) },
      });
      expect(upstream.requests[0]?.cut()).toBe(false);
      gate.open();
      const cursor = events.findLast(({ __typename }) => __typename !== 'CompletionFailed').cursor;
      const rest: Event[] = [];
      const again = { key: await login.sign(), query: attach, variables: { id: last.completionId, after: cursor } };
      for await (const { event } of over(gateway, again)) rest.push(event);
      expect(rest.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'One two' } });
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it('A stream of a virtual key beside it goes on', async () => {
    const { login, gateway, upstream } = await withLogin();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One ', 'two'), saying('Hi'));
    const mine = (async () => {
      const texts: Event[] = [];
      for await (const event of stream(gateway, prompt('Count.'))) texts.push(event);
      return texts;
    })();
    await upstream.nextRequest();
    const token = await brief(login, 1);
    expect(await complete(gateway, prompt('Other'), { key: token })).toMatchObject({ text: 'Hi' });
    gate.open();
    expect((await mine).at(-1)).toMatchObject({ __typename: 'CompletionFinished' });
  });
});
