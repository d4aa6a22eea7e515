import { describe, expect, it } from 'vitest';
import { decimalOf, nanoUsdOf } from '../../src/core/money.ts';
import { post } from '../server/http-client.ts';
import { ledgerOf, newKey } from './asking.ts';
import { counting, scripted } from './scripted.ts';

const dimensions = ['COORDINATE', 'OPERATION', 'CLIENT', 'PRINCIPAL', 'USER', 'TEAM', 'ROUTE', 'DEPLOYMENT', 'MODEL', 'OUTCOME', 'CACHE'];
const zones = ['UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/Los_Angeles', 'Europe/Berlin'];

const report = `query ($input: AiUsageInput!) { aiUsage(input: $input) { endCursor
  rows { calls operations usage { cost { amount } } } total { calls operations failures usage { cost { amount } } latency { p95Ms } } } }`;
const call = `query ($id: ID!) { aiCall(id: $id) { id completionId outcome errorId operation client team principalName
  attempts { deployment outcome } uses { coordinate } usage { cost { amount } } refusedBy { guardrail on } } }`;
const list = `query ($input: AiCallsInput!) { aiCalls(input: $input) { calls { id team usage { cost { amount } } } endCursor } }`;

/** Two teams ask from three clients, by named and unnamed operations; the vendor fails once. */
async function used() {
  const { gateway, upstream } = await scripted();
  const secrets = {
    search: (await newKey(gateway, { name: 'search web', team: 'search' })).secret,
    ads: (await newKey(gateway, { name: 'ads web', team: 'ads' })).secret,
  };
  const told: { team: 'search' | 'ads'; cost: number; callId: string; errorId: string | null }[] = [];
  for (let index = 0; index < 12; index += 1) {
    const team = index % 3 === 0 ? 'ads' : 'search';
    const fails = index === 7;
    upstream.plays(fails ? { status: 500, pieces: ['{}'] } : counting(10 + index, 20 + index));
    const name = index % 4 === 0 ? '' : `Page${index % 4}`;
    const query = `query ${name} { completion(input: { prompt: { text: "Question ${index}" } }) { ... on Completion { id } ... on Failure { errorId } } }`;
    const response = await post(
      gateway.url,
      { query },
      { authorization: `Bearer ${secrets[team]}`, ...(index % 5 === 0 ? {} : { 'apollographql-client-name': `client-${index % 3}` }) },
    );
    const { data, extensions } = (await response.json()) as {
      readonly data: { readonly completion: { readonly errorId?: string } };
      readonly extensions: { readonly usage: { readonly calls: readonly { readonly callId: string; readonly cost: string }[] } };
    };
    for (const { callId, cost } of extensions.usage.calls)
      told.push({ team, cost: nanoUsdOf(cost) ?? Number.NaN, callId, errorId: data.completion.errorId ?? null });
  }
  await ledgerOf(gateway);
  const now = Date.now();
  const range = { from: new Date(now - 40 * 86_400_000).toISOString(), to: new Date(now + 60_000).toISOString() };
  return { gateway, secrets, told, range };
}

describe('reports of usage', () => {
  it('reports of usage have one total, by any dimension, in any time zone and on every page: what the answers said they cost', async () => {
    const { gateway, secrets, told, range } = await used();
    const sum = told.filter(({ team }) => team === 'search').reduce((total, { cost }) => total + cost, 0);
    expect(sum).toBeGreaterThan(0);
    const by = [
      ...dimensions.map((dimension) => ({ groupBy: [dimension] })),
      { groupBy: ['OPERATION', 'COORDINATE', 'MODEL'], orderBy: 'COST' },
      ...zones.map((timeZone) => ({ groupBy: ['OPERATION'], interval: 'DAY', timeZone })),
    ];
    // Users stand in the rows alone, of which a report covers 31 days.
    const of = ({ groupBy }: { readonly groupBy: readonly string[] }) =>
      groupBy.includes('USER') ? { ...range, from: new Date(Date.parse(range.to) - 30 * 86_400_000).toISOString() } : range;
    for (const asked of by) {
      let rows = 0;
      let after: string | null = null;
      do {
        const input = { ...of(asked), ...asked, first: 2, after };
        const { data, errors } = await gateway.ask(report, { input }, { key: secrets.search });
        expect(errors).toBeUndefined();
        const { total, rows: page, endCursor } = data.aiUsage;
        expect(total).toMatchObject({ calls: 8, operations: 8, failures: 1, usage: { cost: { amount: decimalOf(sum) } } });
        expect(total.latency.p95Ms).toBeGreaterThanOrEqual(0);
        for (const row of page) rows += nanoUsdOf(row.usage.cost?.amount ?? '0') ?? Number.NaN;
        after = endCursor;
      } while (after !== null);
      expect([asked, rows]).toEqual([asked, sum]);
    }

    const everybody = { ...range, first: 100 };
    const listed = (await gateway.ask(list, { input: everybody }, { key: secrets.search })).data.aiCalls.calls;
    expect(new Set(listed.map(({ team }: { readonly team: string }) => team))).toEqual(new Set(['search']));
    const costs = listed.map(({ usage }: { usage: { cost: { amount: string } } }) => nanoUsdOf(usage.cost.amount));
    expect(costs.reduce((total: number, cost: number) => total + cost, 0)).toBe(sum);

    // A call is found by what its caller saw, and another team's is as one that is not there.
    const failed = told.find(({ errorId }) => errorId !== null);
    const [mine] = told.filter(({ team, errorId }) => team === 'search' && errorId === null);
    const found = await gateway.ask(call, { id: mine?.callId }, { key: secrets.search });
    expect(found.data.aiCall).toMatchObject({
      ...{ id: mine?.callId, completionId: mine?.callId, outcome: 'OK', errorId: null, principalName: 'search web' },
      ...{ attempts: [{ deployment: 'scripted', outcome: 'OK' }], uses: [{ coordinate: 'Query.completion' }], refusedBy: null },
    });
    expect((await gateway.ask(call, { id: failed?.errorId }, { key: secrets.search })).data.aiCall).toMatchObject({
      id: failed?.callId,
      errorId: failed?.errorId,
      outcome: 'MODEL_UNAVAILABLE',
      attempts: [{ deployment: 'scripted', outcome: 'MODEL_UNAVAILABLE' }],
    });
    const bytes = async (id: string | null | undefined) =>
      (await post(gateway.url, { query: call, variables: { id } }, { authorization: `Bearer ${secrets.ads}` })).text();
    const none = await bytes('01940000-0000-7000-8000-000000000000');
    expect(JSON.parse(none)).toEqual({ data: { aiCall: null } });
    expect(await bytes(mine?.callId)).toBe(none);
    expect(await bytes(failed?.errorId)).toBe(none);
    const without = await gateway.ask(call, { id: mine?.callId }, { key: (await newKey(gateway, { scopes: ['ai:use'] })).secret });
    expect(without.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});
