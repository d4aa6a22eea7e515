/** Forty days of real calls: what each answer said that it cost, what the ledger adds up, and what the page Spend shows are one sum. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decimalOf, nanoUsdOf, noUsage } from '../../../src/core/money.ts';
import { hasBrowser, openBrowser } from '../../client/browser/browser.ts';
import { double } from '../../doubles.ts';
import { newKey } from '../../gateway/asking.ts';
import { plainConfig, startGateway, temporaryFolder } from '../../harness.ts';
import { post } from '../../server/http-client.ts';
import { consoleOf, consolePages, openConsole } from './console-tab.ts';

const dayMs = 86_400_000;
const days = 40;
const teams = ['search', 'shop', 'support'];
const clients = [null, 'web', 'ios', 'android'];
const operations = ['', 'Home', 'Product', 'Cart', 'Search', 'Help'];
const fields = ['f0', 'f1', 'f2', 'f3', 'f4'];
const models = ['small', 'middle', 'large'];
const rounds = 3;

/** Those of the page that cover any time. */
const dimensions = ['screens', 'team', 'principal', 'client', 'coordinate', 'model', 'route', 'agent', 'cache', 'outcome'];
const groupOf = (by: string): readonly string[] => (by === 'screens' ? ['OPERATION', 'COORDINATE', 'MODEL'] : [by.toUpperCase()]);

/** A gateway whose clock the test sets, and whose calls go to the three models in turn; each costs another amount. */
async function openGateway(clock: { time: number }) {
  const folder = temporaryFolder();
  const declared = fields.map(
    (name) => `${name}(n: Int!): String @completion(prompt: "{n}", route: "mixed", maxInputTokens: 50, maxOutputTokens: 90)`,
  );
  writeFileSync(join(folder, 'fields.graphql'), `extend type Query { ${declared.join(' ')} }`);
  let calls = 0;
  const provider = double('model', async function* (_, { report }) {
    calls += 1;
    yield { type: 'text', text: 'Hi.' };
    report({ ...noUsage, freshInputTokens: 1 + (calls % 37), outputTokens: 1 + (calls % 71) });
    yield { type: 'finish', reason: 'stop' };
  });
  let turn = 0;
  const gateway = await startGateway(
    {
      server: { drainMs: 500, pages: await consolePages() },
      providers: { ...plainConfig.providers, model: provider },
      deployments: {
        ...plainConfig.deployments,
        ...Object.fromEntries(
          models.map((model, index) => [
            model,
            { provider: 'model', model, price: { input: 0.003 + index, output: 0.007 + 2 * index }, maxOutputTokens: 100 },
          ]),
        ),
      },
      routes: {
        ...plainConfig.routes,
        mixed: {
          deployments: models,
          strategy: (deployments) => {
            turn += 1;
            return [...deployments.slice(turn % models.length), ...deployments.slice(0, turn % models.length)];
          },
        },
      },
      graph: { fields: ['fields.graphql'] },
    },
    { folder, now: () => clock.time },
  );
  return gateway;
}

describe.skipIf(!hasBrowser)('the page Spend over real calls (in Chromium)', () => {
  it('the page Spend over real calls shows what the answers said that they cost, to the nano-dollar, by each of ten dimensions', async () => {
    const end = Date.now();
    const clock = { time: end - days * dayMs };
    const gateway = await openGateway(clock);
    const keys = await Promise.all(teams.map(async (team) => (await newKey(gateway, { name: team, team, scopes: ['ai:use'] })).secret));
    let said = 0;
    let calls = 0;
    const asked = Array.from({ length: rounds }, () =>
      keys.flatMap((key) => clients.flatMap((client) => operations.map((name) => ({ key, client, name })))),
    ).flat();
    for (const [index, { key, client, name }] of asked.entries()) {
      clock.time += Math.floor((days * dayMs) / asked.length);
      const query = `query ${name} { ${fields.map((field) => `${field}(n: ${index})`).join(' ')} }`;
      const named = client === null ? {} : { 'apollographql-client-name': client };
      const response = await post(gateway.url, { query }, { authorization: `Bearer ${key}`, ...named });
      const { extensions } = (await response.json()) as {
        readonly extensions: { readonly usage: { readonly calls: readonly { readonly cost: string }[] } };
      };
      for (const { cost } of extensions.usage.calls) said += nanoUsdOf(cost) ?? Number.NaN;
      calls += extensions.usage.calls.length;
    }
    clock.time = Date.now();
    await gateway.storage.ledger.flush();
    expect(calls).toBe(rounds * teams.length * clients.length * operations.length * fields.length);

    const range = { from: new Date(end - (days + 1) * dayMs).toISOString(), to: new Date(end + dayMs).toISOString() };
    const report = `query ($input: AiUsageInput!) { aiUsage(input: $input) { endCursor rows { usage { cost { amount } } } total { calls usage { cost { amount } } } } }`;
    for (const by of dimensions) {
      let rows = 0;
      for (let after: string | null | undefined; after !== null; ) {
        const { data } = await gateway.ask(report, { input: { ...range, groupBy: groupOf(by), first: 25, after } });
        expect(data.aiUsage.total).toEqual({ calls, usage: { cost: { amount: decimalOf(said) } } });
        for (const row of data.aiUsage.rows) rows += nanoUsdOf(row.usage.cost.amount) ?? Number.NaN;
        after = data.aiUsage.endCursor;
      }
      expect([by, rows]).toEqual([by, said]);
    }

    const { page, show, faults } = await openConsole(await openBrowser(), consoleOf(gateway), { key: gateway.developmentKey });
    for (const by of dimensions) {
      await show(`/spend?range=90d&by=${by}`);
      const table = page.locator('section[aria-label="Rows"]');
      const total = await page.locator('.figure', { hasText: 'Spent' }).locator('data').first().getAttribute('value');
      const costs = await table
        .locator('tbody td:nth-of-type(2) data')
        .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('value') ?? ''));
      const sum = costs.reduce((all, cost) => all + (nanoUsdOf(cost) ?? Number.NaN), 0);
      expect([by, total, sum]).toEqual([by, decimalOf(said), said]);
    }
    expect(faults).toEqual([]);
  }, 120_000);
});
