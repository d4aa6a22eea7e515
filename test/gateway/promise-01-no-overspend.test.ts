import { describe, expect, it } from 'vitest';
import { startGateway, temporaryFolder } from '../harness.ts';
import { budgetOf, complete, eventually, ledgerOf, newKey, prompt, stream } from './asking.ts';
import { counting, openUpstream, scripted, scriptedConfig } from './scripted.ts';

describe('concurrent calls never overspend a budget', () => {
  it('whoever of a team asks, reads to the end or leaves', async () => {
    const { gateway, upstream } = await scripted({ teams: { search: { monthlyBudget: '0.002' } } });
    upstream.plays(counting(10, 90));
    const keys = await Promise.all([1, 2, 3].map((name) => newKey(gateway, { name: `key ${name}` })));
    const secretOf = (index: number): string => keys[index % keys.length]?.secret ?? '';

    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const key = secretOf(index);
        const input = prompt(`Question ${index}`);
        if (index % 3 !== 0) return (await complete(gateway, input, { key })).__typename as string;
        const client = new AbortController();
        const { value: first } = await stream(gateway, input, { key, signal: client.signal }).next();
        client.abort();
        return (first.__typename as string).replace('CompletionStarted', 'left');
      }),
    );

    expect(outcomes).toContain('Completion');
    expect(outcomes).toContain('BudgetExceeded');
    const { limit, spent } = await eventually(
      'nothing is held',
      () => budgetOf(gateway, secretOf(0)),
      ({ held }) => held === 0,
    );
    expect(limit).toBe(2_000_000);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(limit);
    const rows = await ledgerOf(gateway, secretOf(0));
    expect(rows.reduce((sum, row) => sum + Math.round(Number(row.usage.cost.amount) * 1e9), 0)).toBe(spent);
  });

  it('concurrent calls never overspend a budget across replicas on one store', async () => {
    const upstream = await openUpstream();
    upstream.plays(counting(10, 90));
    const config = { ...scriptedConfig(upstream), teams: { search: { monthlyBudget: '0.001' } }, storage: { folder: temporaryFolder() } };
    const replicas = [await startGateway(config), await startGateway(config)];
    const [one] = replicas;
    if (one === undefined) throw new Error('There is no replica.');
    const { secret: key } = await newKey(one, {});

    const kinds = await Promise.all(
      replicas.flatMap((replica) =>
        Array.from({ length: 12 }, async (_, index) => (await complete(replica, prompt(`Question ${index}`), { key })).__typename),
      ),
    );

    expect(new Set(kinds)).toEqual(new Set(['Completion', 'BudgetExceeded']));
    for (const replica of replicas) {
      // What the other has settled is held, as this one sees it, until it is booked.
      const { spent } = await eventually(
        'nothing is held',
        () => budgetOf(replica, key),
        ({ held }) => held === 0,
      );
      expect(spent).toBe(190_000 * kinds.filter((kind) => kind === 'Completion').length);
      expect(spent).toBeLessThanOrEqual(1_000_000);
    }
  });

  it('concurrent calls never overspend a budget by more than the error of one request, when a vendor counts more than it was allowed', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 400));
    const { secret: key } = await newKey(gateway, { monthlyBudget: '0.002' });
    const kinds: string[] = [];
    for (let call = 0; call < 6; call += 1) kinds.push((await complete(gateway, prompt(`Question ${call}`), { key })).__typename);
    expect(kinds).toEqual(['Completion', 'Completion', 'Completion', 'BudgetExceeded', 'BudgetExceeded', 'BudgetExceeded']);
    const { limit, spent } = await budgetOf(gateway, key);
    expect(spent).toBe(3 * 810_000);
    expect(spent).toBeLessThanOrEqual(limit + 810_000);
  });
});
