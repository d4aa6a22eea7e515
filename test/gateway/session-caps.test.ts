import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import { audience } from '../access/jwt/issuer-rules.ts';
import { startIssuer } from '../access/jwt/issuer-server.ts';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { complete, eventually, ledgerOf, newKey, prompt, stream } from './asking.ts';
import { counting, openUpstream, scripted, scriptedConfig } from './scripted.ts';

type Session = NonNullable<NonNullable<NonNullable<GatewayConfig['teams']>[string]>['session']>;

/** What one call costs: 10 tokens in at 1,000 nano-dollars, 90 out at 2,000. */
const cost = 190_000;
const viewer =
  '{ aiViewer { budgets { name per limit { amount } spent { amount } held { amount } resetsAt } quotas { name of limit used held resetsAt } } }';

async function capped(session: Session) {
  const { gateway, upstream } = await scripted({ teams: { search: { session } } });
  upstream.plays(counting(10, 90));
  const { secret: key, id } = await newKey(gateway, {});
  return { gateway, upstream, key, id };
}
const named = (session: string) => ({ headers: { 'AI-Session': session } });
/** The refusal of the whole operation, or the member of its answer. */
async function asked(gateway: TestGateway, key: string, text: string, headers: Record<string, string> = {}) {
  const document =
    'query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Failure { code message retryable retryAfterMs } } }';
  const { status, data, errors } = await gateway.ask(document, { input: { prompt: { text } } }, { key, headers });
  return { status, errors, answer: data?.completion };
}

describe('caps of a session', () => {
  it('caps of a session in money are never overspent by calls at the same time, and leave other sessions alone', async () => {
    const { gateway, key, id } = await capped({ amount: '0.002' });
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const session = index % 3 === 0 ? named('two') : named('one');
        if (index % 4 !== 0) return (await complete(gateway, prompt(`Question ${index}`), { key, ...session })).__typename as string;
        const client = new AbortController();
        const { value: first } = await stream(gateway, prompt(`Question ${index}`), { key, signal: client.signal, ...session }).next();
        client.abort();
        return first.__typename as string;
      }),
    );
    expect(outcomes).toContain('BudgetExceeded');
    const sums = await Promise.all(
      ['one', 'two'].map(async (session) => {
        const { data } = await eventually(
          'nothing is held',
          () => gateway.ask(viewer, {}, { key, ...named(session) }),
          ({ data: { aiViewer } }) => aiViewer.budgets.every(({ held }: { held: { amount: string } }) => held.amount === '0'),
        );
        const [budget] = data.aiViewer.budgets;
        expect(budget).toMatchObject({ name: `session:key:${id}:${session}`, per: 'SESSION', limit: { amount: '0.002' } });
        const spent = Math.round(Number(budget.spent.amount) * 1e9);
        expect(spent).toBeGreaterThan(0);
        expect(spent).toBeLessThanOrEqual(2_000_000);
        return spent;
      }),
    );
    const rows = await ledgerOf(gateway, key);
    const booked = rows.reduce((sum, row) => sum + Math.round(Number(row.usage.cost.amount) * 1e9), 0);
    expect(sums.reduce((a, b) => a + b)).toBe(booked);
  });

  it('caps of a session in turns refuse the next operation before anything is sent, and say which cap and when it begins anew', async () => {
    const { gateway, upstream, key, id } = await capped({ turns: 3, minutes: 60 });
    for (let turn = 0; turn < 3; turn += 1)
      expect((await asked(gateway, key, `Turn ${turn}`, { 'AI-Session': 's' })).answer.__typename).toBe('Completion');
    const sent = upstream.requests.length;
    const refused = await asked(gateway, key, 'Turn 4', { 'AI-Session': 's' });
    expect(refused.status).toBe(402);
    expect(refused.errors?.[0]).toMatchObject({
      extensions: { code: 'BUDGET_EXCEEDED', retryable: false },
      message: expect.stringMatching(
        new RegExp(`^"session:key:${id}:s" has 0 left of 3 operations a session\\. It starts anew at 20\\d\\d-.*Z\\.$`),
      ),
    });
    expect(upstream.requests.length).toBe(sent);
    // Who has nothing left can read that, as often as he likes, and nothing else beside it.
    const own = () => gateway.ask('{ aiViewer { quotas { of used limit } } }', {}, { key, headers: { 'AI-Session': 's' } });
    for (const _ of [1, 2]) expect((await own()).data.aiViewer.quotas).toEqual([{ of: 'TURNS', used: 3, limit: 3 }]);
    const health = await gateway.ask('{ aiHealth { version } }', {}, { key, headers: { 'AI-Session': 's' } });
    expect(health.data.aiHealth.version).toMatch(/^\d/);
    const quote = await gateway.ask('{ aiQuote(document: "{ __typename }") { allowed } }', {}, { key, headers: { 'AI-Session': 's' } });
    expect(quote.data?.aiQuote).toMatchObject({ allowed: expect.any(Boolean) });
    const more = await gateway.ask('{ aiViewer { team } aiRoutes { name } }', {}, { key, headers: { 'AI-Session': 's' } });
    expect(more.errors).toMatchObject([{ extensions: { code: 'BUDGET_EXCEEDED' } }]);
    expect((await asked(gateway, key, 'Turn 4', { 'AI-Session': 'another' })).answer.__typename).toBe('Completion');
  });

  it('caps of a session in calls and tokens count what was used, cancelled calls too, and hits as calls alone', async () => {
    const { gateway, key, id } = await capped({ calls: 4, tokens: 1_000 });
    const ask = (text: string) => complete(gateway, prompt(text), { key, ...named('s') });
    await Promise.all([ask('one'), ask('two')]);
    const quotas = async () => (await gateway.ask(viewer, {}, { key, ...named('s') })).data.aiViewer.quotas;
    expect(await quotas()).toEqual([
      { name: `session:key:${id}:s`, of: 'TOKENS', limit: 1_000, used: 200, held: 0, resetsAt: expect.any(String) },
      { name: `session:key:${id}:s`, of: 'CALLS', limit: 4, used: 2, held: 0, resetsAt: expect.any(String) },
    ]);
    const tooLong = await complete(gateway, prompt('three', { maxOutputTokens: 900 }), { key, ...named('s') });
    expect(tooLong).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining('has 800 left of 1000 tokens a session. Less text or a smaller maxOutputTokens may fit'),
    });
    expect(await ask('three')).toMatchObject({ __typename: 'Completion' });
    expect(await ask('four')).toMatchObject({ __typename: 'Completion' });
    expect(await ask('five')).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      message: expect.stringContaining('has 0 left of 4 model calls a session'),
    });
  });

  it('caps of a session hold for all that comes without a name, as one session', async () => {
    const { gateway, key, id } = await capped({ turns: 2 });
    expect((await asked(gateway, key, 'one')).answer.__typename).toBe('Completion');
    expect((await asked(gateway, key, 'two', { 'AI-Session': '' })).answer.__typename).toBe('Completion');
    const { errors } = await asked(gateway, key, 'three');
    expect(errors?.[0]?.message).toContain(`"session:key:${id}" has 0 left of 2 operations a session`);
    const odd = await asked(gateway, key, 'four', { 'AI-Session': 'a name with spaces' });
    expect(odd).toMatchObject({ status: 400, errors: [{ message: expect.stringContaining('1 to 128 letters') }] });
  });

  it('a session that is named as a user is another one than his', async () => {
    const { gateway } = await capped({ turns: 3 });
    const { secret: key } = await newKey(gateway, { scopes: ['ai:use', 'ai:act-as'] });
    const ann = { 'AI-User': 'ann' };
    const { data } = await gateway.ask('{ aiViewer { principal } }', {}, { key, headers: ann });
    const pseudonym = data.aiViewer.principal.split(':').at(-1);
    for (const [own, of] of [
      [pseudonym, {}],
      [`${pseudonym}:s`, { 'AI-Session': 's' }],
    ]) {
      const statuses = [];
      for (const text of ['one', 'two', 'three', 'four']) statuses.push((await asked(gateway, key, text, { 'AI-Session': own })).status);
      expect(statuses).toEqual([200, 200, 200, 402]);
      expect((await asked(gateway, key, 'five', { ...ann, ...of })).status).toBe(200);
    }
  });

  it('caps of a session outlive a restart, begin with the first operation, and begin anew when it is over', async () => {
    const upstream = await openUpstream();
    upstream.plays(counting(10, 90));
    const clock = { time: Date.UTC(2026, 10, 5, 12) };
    const config = {
      ...scriptedConfig(upstream),
      teams: { search: { session: { amount: '0.0005', turns: 3, minutes: 30 } } },
      storage: { folder: temporaryFolder() },
    };
    const first = await startGateway(config, { now: () => clock.time });
    const { secret: key } = await newKey(first, {});
    for (const text of ['one', 'two']) expect((await asked(first, key, text, { 'AI-Session': 's' })).answer.__typename).toBe('Completion');
    await first.close();
    clock.time += 20 * 60_000;
    const second = await startGateway(config, { now: () => clock.time });
    const refused = await asked(second, key, 'three', { 'AI-Session': 's' });
    expect(refused.answer).toMatchObject({ __typename: 'BudgetExceeded', retryAfterMs: 10 * 60_000 });
    expect(refused.answer.message).toContain('has 0.00012 left of 0.0005 a session');
    expect((await asked(second, key, 'four', { 'AI-Session': 's' })).errors?.[0]?.message).toContain(
      'has 0 left of 3 operations a session',
    );
    clock.time += 10 * 60_000;
    expect((await asked(second, key, 'five', { 'AI-Session': 's' })).answer.__typename).toBe('Completion');
  });

  it('caps of a session go by the claim of a token where one is configured, whatever the header says', async () => {
    const login = await startIssuer();
    const issuers = { login: { issuer: login.url, audiences: [audience], scopes: ['ai:use'], session: { turns: 1 }, sessionClaim: 'sid' } };
    const { gateway, upstream } = await scripted({ issuers });
    upstream.plays(counting(10, 90));
    const [one, two, none] = await Promise.all([login.sign({ sid: 'one' }), login.sign({ sid: 'two' }), login.sign()]);
    for (const token of [one, two, none]) {
      expect((await asked(gateway, token, `first ${token.slice(-9)}`)).answer.__typename).toBe('Completion');
      expect((await asked(gateway, token, 'second', { 'AI-Session': crypto.randomUUID() })).status).toBe(402);
    }
  });

  it('caps of a session are one across replicas on one store', async () => {
    const upstream = await openUpstream();
    upstream.plays(counting(10, 90));
    const config = {
      ...scriptedConfig(upstream),
      teams: { search: { session: { calls: 5, amount: '1' } } },
      storage: { folder: temporaryFolder() },
    };
    const replicas = [await startGateway(config), await startGateway(config)];
    const [one] = replicas;
    if (one === undefined) throw new Error('There is no replica.');
    const { secret: key } = await newKey(one, {});
    const kinds = await Promise.all(
      replicas.flatMap((replica, at) =>
        Array.from(
          { length: 8 },
          async (_, index) => (await complete(replica, prompt(`Question ${at} ${index}`), { key, ...named('s') })).__typename,
        ),
      ),
    );
    expect(kinds.filter((kind) => kind === 'Completion')).toHaveLength(5);
    const booked = async () => (await ledgerOf(one, key)).find(({ key: { outcome } }) => outcome === 'OK')?.usage.cost.amount;
    await eventually('the rows of both are there', booked, (amount) => amount === String((5 * cost) / 1e9));
  });
});

describe('an agent', () => {
  const usage = `query ($from: DateTime!, $to: DateTime!) {
    aiUsage(input: { from: $from, to: $to, groupBy: [AGENT, SESSION] }) { rows { key calls } }
  }`;

  it('an agent has one account for all its keys, and is a dimension of usage, as sessions are', async () => {
    const { gateway, upstream } = await scripted({ teams: { search: { agents: { 'support-bot': { monthlyBudget: '0.0003' } } } } });
    upstream.plays(counting(10, 90));
    const [first, second] = [await newKey(gateway, { agent: 'support-bot' }), await newKey(gateway, { agent: 'support-bot' })];
    const backend = await newKey(gateway, { scopes: ['ai:use', 'ai:usage', 'ai:act-as'] });
    const asks = (key: string, headers: Record<string, string> = {}) => asked(gateway, key, `Question ${Math.random()}`, headers);
    expect((await asks(first.secret, { 'AI-Session': 'one' })).answer.__typename).toBe('Completion');
    const refusals = [await asks(second.secret), await asks(backend.secret, { 'AI-Agent': 'support-bot' })];
    for (const { answer } of refusals) expect(answer.message).toContain('the budget "agent:search:support-bot" has 0.00011 left of 0.0003');
    expect((await asks(backend.secret, { 'AI-Agent': 'crawler', 'AI-Session': 'two' })).answer.__typename).toBe('Completion');
    const { data: viewer } = await gateway.ask('{ aiViewer { agent budgets { name } } }', {}, { key: second.secret });
    expect(viewer.aiViewer).toEqual({ agent: 'support-bot', budgets: [{ name: 'agent:search:support-bot' }] });
    await gateway.storage.ledger.flush();
    const time = { from: new Date(Date.now() - 3_600_000).toISOString(), to: new Date(Date.now() + 3_600_000).toISOString() };
    const { data } = await gateway.ask(usage, time, { key: backend.secret });
    const answered = data.aiUsage.rows.filter(({ key }: { readonly key: { readonly session: string | null } }) => key.session !== null);
    expect(answered).toEqual([
      { key: { agent: 'crawler', session: 'two' }, calls: 1 },
      { key: { agent: 'support-bot', session: 'one' }, calls: 1 },
    ]);
  });

  it('a key has caps of its own for its sessions, which are changed and removed', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 90));
    const { secret: key, id } = await newKey(gateway, { session: { turns: 1, minutes: 60 } });
    const turn = async () => (await asked(gateway, key, `Question ${Math.random()}`)).status;
    expect([await turn(), await turn()]).toEqual([200, 402]);
    const update =
      'mutation ($id: ID!, $input: UpdateAiKeyInput!) { updateAiKey(id: $id, input: $input) { agent session { turns minutes } } }';
    const change = async (input: object) => (await gateway.ask(update, { id, input }, { key: gateway.developmentKey })).data.updateAiKey;
    expect(await change({ session: { turns: 2, minutes: 60 } })).toEqual({ agent: null, session: { turns: 2, minutes: 60 } });
    expect([await turn(), await turn()]).toEqual([200, 402]);
    expect(await change({ session: null, agent: 'support-bot' })).toEqual({ agent: 'support-bot', session: null });
    expect(await turn()).toBe(200);
  });
});
