import { describe, expect, it } from 'vitest';
import { hanging, saying, waiting } from '../gateway/scripted.ts';
import { whenOver } from '../harness.ts';
import { newGate, rawUpstream } from '../raw-upstream.ts';
import { perRound } from '../rounds.ts';
import { post } from '../server/http-client.ts';
import { type ChildGateway, configFolder, startChild } from './child-gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

async function ask({ url, developmentKey }: ChildGateway, query: string, variables: object = {}, key = developmentKey): Promise<Data> {
  const response = await post(url, { query, variables }, { authorization: `Bearer ${key}` });
  const answer: Data = await response.json();
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  return answer;
}

/** Nano-dollars for a token. */
const outputPrice = 2_000;
const nano = (amount: string): number => Math.round(Number(amount) * 1e9);

/** Each call has an operation name of its own, which the ledger keeps, and says it in its prompt, which the vendor sees. */
const nameIn = (text: string): string => /call_\d+_\d+/.exec(text)?.[0] ?? '';

async function usageByOperation(gateway: ChildGateway, key: string): Promise<ReadonlyMap<string, Data>> {
  const { data } = await ask(
    gateway,
    `{ aiUsage(input: { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: [OPERATION, OUTCOME], first: 1000 }) {
      rows { key calls usage { estimated cost { amount } } } } }`,
    {},
    key,
  );
  return new Map(data.aiUsage.rows.map((row: Data) => [row.key.operation, row]));
}

describe('the ledger survives kill -9', () => {
  it('every call that reached a provider has one row after the restart, at an estimate; what else it may have cost stays held', {
    timeout: 240_000,
  }, async () => {
    const upstream = await rawUpstream();
    whenOver(() => upstream.close());
    const folder = configFolder(upstream.url);
    let gateway = await startChild(folder);
    const { data: created } = await ask(
      gateway,
      'mutation { createAiKey(input: { name: "k", team: "t", scopes: ["ai:use", "ai:usage"], monthlyBudget: "100" }) { secret } }',
    );
    if (created === undefined) throw new Error(gateway.output());
    const key: string = created.createAiKey.secret;

    // When the n-th request of a round has arrived upstream, the gateway is killed: under load, each time elsewhere.
    let unended = 0;
    for (const [round, killAfter] of perRound([17], [1, 17, 40, 3, 25, 60, 9, 33, 2, 50]).entries()) {
      const before = upstream.requests.length;
      const gate = newGate();
      upstream.plays(
        ...Array.from(
          { length: 12 },
          (_, index) => [saying('Hi'), waiting(gate, 'Half', ' and half'), hanging('Half')][index % 3] ?? saying('Hi'),
        ),
        saying('Hi'),
      );
      const calls = Array.from({ length: 60 }, (_, call) => {
        const name = `call_${round}_${call}`;
        const query = `query ${name} { completion(input: { prompt: { text: "${name}" } }) { __typename } }`;
        return ask(gateway, query, {}, key).then(
          () => 'answered',
          () => 'cut',
        );
      });
      while (upstream.requests.length < before + killAfter) await upstream.nextRequest();
      gateway.process.kill('SIGKILL');
      expect(await gateway.exited).toBe('SIGKILL');
      gate.open();
      expect(await Promise.all(calls)).toContain('cut');

      gateway = await startChild(folder);
      // Two of three among the first twelve were never answered to their end.
      unended += Array.from({ length: Math.min(12, upstream.requests.length - before) }, (_, index) => index).filter(
        (index) => index % 3 > 0,
      ).length;
      const reached = upstream.requests.map(({ body }) => nameIn(body));
      const rows = await usageByOperation(gateway, key);
      expect(reached.filter((name) => !rows.has(name))).toEqual([]);
      const knowsAnswers = [...rows.values()].some((row) => row.key.outcome === 'OK');
      for (const [name, row] of rows) {
        expect({ name, calls: row.calls }).toEqual({ name, calls: 1 });
        expect(row.key.outcome).toMatch(/^(OK|LOST)$/);
        if (row.key.outcome === 'LOST') expect(row.usage.estimated).toBe(true);
        expect(nano(row.usage.cost.amount)).toBeGreaterThan(0);
        // The answers that the ledger knows have 2 tokens; before it knows any, a lost call is booked with all of its 100.
        if (knowsAnswers && name.startsWith(`call_${round}_`)) expect(nano(row.usage.cost.amount)).toBeLessThan(100 * outputPrice);
      }

      const { data } = await ask(gateway, '{ aiViewer { budgets { spent { amount } held { amount } } } }', {}, key);
      const [budget] = data.aiViewer.budgets;
      const spent = nano(budget.spent.amount);
      expect(spent).toBe([...rows.values()].reduce((sum, row) => sum + nano(row.usage.cost.amount), 0));
      // Whatever the provider counts of the maximum that each call asked for has room. Others had ended, and only their rows were lost.
      const lost = [...rows.values()].filter((row) => row.key.outcome === 'LOST');
      const lostCost = lost.reduce((sum, row) => sum + nano(row.usage.cost.amount), 0);
      expect(lostCost + nano(budget.held.amount)).toBeGreaterThanOrEqual((unended * 100 + (lost.length - unended) * 2) * outputPrice);
      expect(nano(budget.held.amount)).toBeLessThan(lost.length * 101 * outputPrice);
    }
    expect([...(await usageByOperation(gateway, key)).values()].map((row) => row.key.outcome)).toContain('LOST');
  });
});
