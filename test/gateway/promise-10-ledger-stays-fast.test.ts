import { describe, expect, it } from 'vitest';
import type { UsageRow } from '../../src/core/call/usage-row.ts';
import { noUsage } from '../../src/core/money.ts';
import { startGateway } from '../harness.ts';
import { ledgerOf } from './asking.ts';

const hourMs = 3_600_000;
const thisHour = Math.floor(Date.now() / hourMs) * hourMs;

const row = (call: number, coordinate: string, time: number = thisHour): UsageRow => ({
  time,
  callId: `call-${call}`,
  use: 0,
  coordinate,
  operation: null,
  client: null,
  documentId: null,
  principal: 'key:a',
  team: 'development',
  organisation: null,
  route: 'default',
  deployment: 'd',
  provider: 'p',
  model: 'm',
  usage: { ...noUsage, freshInputTokens: 1 },
  estimated: false,
  cost: 3,
  savedCost: 0,
  cache: 'MISS',
  attempts: 1,
  outcome: 'OK',
  latencyMs: 5,
  timeToFirstTokenMs: 1,
  tags: {},
  user: null,
});

describe('the ledger stays fast', () => {
  it('the ledger stays fast because whole quarters of an hour and days are read from roll-ups, written as it goes: one for each key, however many calls', async () => {
    const gateway = await startGateway();
    const { ledger, database } = gateway.storage;
    await ledger.append(Array.from({ length: 3_000 }, (_, call) => row(call, `Query.f${call % 3}`)));
    const asked = await ledgerOf(gateway, undefined, ['COORDINATE']);
    expect(asked.map(({ key, calls, usage }) => [key.coordinate, calls, usage.cost.amount])).toEqual([
      ['Query.f0', 1000, '0.000003'],
      ['Query.f1', 1000, '0.000003'],
      ['Query.f2', 1000, '0.000003'],
    ]);
    expect(await database.all('select count(*) as sums from usage_quarters')).toEqual([{ sums: 3 }]);

    // What the roll-ups hold is all that whole quarters need: the answer is the same without the rows.
    await database.run('delete from usage_rows');
    const input = { from: new Date(thisHour).toISOString(), to: new Date(thisHour + hourMs).toISOString(), groupBy: ['TEAM'] };
    const { data } = await gateway.ask('query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { calls } } }', { input });
    expect(data.aiUsage.rows).toEqual([{ calls: 3000 }]);
  });

  it('the ledger stays fast, and pages by key: each row once, also while more is written', async () => {
    const gateway = await startGateway();
    const { ledger } = gateway.storage;
    const names = Array.from({ length: 25 }, (_, index) => `Query.f${String(index).padStart(2, '0')}`);
    await ledger.append(names.map((name, call) => row(call, name)));
    const seen: string[] = [];
    let after: string | null = null;
    let pages = 0;
    do {
      await ledger.flush();
      const input = { from: new Date(thisHour).toISOString(), to: new Date(thisHour + hourMs).toISOString(), first: 10, after };
      const { data } = await gateway.ask('query ($input: AiUsageInput!) { aiUsage(input: $input) { endCursor rows { key } } }', { input });
      for (const { key } of data.aiUsage.rows) seen.push(key.coordinate);
      after = data.aiUsage.endCursor;
      pages += 1;
      await ledger.append([row(1_000 + pages, 'Query.f00')]);
    } while (after !== null);
    expect(seen).toEqual(names);
    expect(pages).toBe(3);
  });

  it('the ledger stays fast, and what is older than it must be is dropped by the day, roll-ups and all', async () => {
    const gateway = await startGateway();
    const { ledger, database } = gateway.storage;
    await ledger.append([row(1, 'Query.old', thisHour - 25 * hourMs), row(2, 'Query.new')]);
    await ledger.flush();
    expect(await ledger.deleteBefore(thisHour)).toBe(1);
    expect(await database.all('select k.coordinate as name from usage_days h join usage_keys k on k.id = h.key_id')).toEqual([
      { name: 'Query.new' },
    ]);
    expect(await ledgerOf(gateway, undefined, ['COORDINATE'])).toMatchObject([{ key: { coordinate: 'Query.new' } }]);
  });
});
