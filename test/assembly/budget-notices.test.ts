import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { budgetNotices } from '../../src/assembly/notices/budget-notices.ts';
import type { BudgetLimit } from '../../src/core/call/hold.ts';
import { Secret } from '../../src/core/secret.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { openLog } from '../../src/telemetry/log.ts';
import { type Metrics, openMetrics } from '../../src/telemetry/metrics.ts';
import { newGate, type RawReply, rawUpstream } from '../raw-upstream.ts';
import { usageRow } from '../storage/rows.ts';
import { temporaryFolder } from '../when-over.ts';

const budget: BudgetLimit = {
  kind: 'budget',
  name: 'team:s',
  per: 'month',
  most: 5_000_000_000,
  warnAt: [0.8, 0.9],
  timeZone: 'Europe/Berlin',
};
const patience = { timeout: 30_000 };

async function receiver(...replies: readonly RawReply[]) {
  const server = await rawUpstream();
  server.plays(...replies);
  onTestFinished(() => server.close());
  return server;
}

/** A store with its notices, on a folder, as one process has them. */
async function processWith(url: string, folder = temporaryFolder()) {
  const storage = await openStorage({ folder });
  const lines: Record<string, unknown>[] = [];
  const log = openLog({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  const metrics: Metrics = openMetrics({ routes: [], log });
  const notices = budgetNotices({
    warnings: storage.limits.warnings ?? null,
    webhook: { url, secret: new Secret('shh') },
    ...{ metrics, log, now: Date.now, random: () => 0, timeoutMs: 2_000 },
  });
  notices.start();
  const stop = async (): Promise<void> => {
    await notices.stop();
    await storage.close();
  };
  onTestFinished(stop);
  const spend = async (cost: number): Promise<void> => {
    const callId = crypto.randomUUID();
    const hold = await storage.limits.hold([budget], 0);
    await (await hold.draw({ callId, most: cost, rows: [usageRow({ callId })] })).settle(cost);
  };
  return { storage, notices, metrics, lines, folder, stop, spend };
}

describe('notices of budgets', () => {
  it('notices of budgets are sent until their receiver accepts them, whether it resets, hangs or fails, and then no more', async () => {
    const server = await receiver({ ending: 'reset' }, { pieces: [newGate()] }, { status: 500 }, { status: 200 });
    const { spend, metrics, lines } = await processWith(server.url);
    await spend(4_100_000_000);
    await vi.waitFor(async () => expect(await metrics.text()).toContain('fieldgate_budget_webhooks_total{outcome="accepted"} 1'), patience);
    expect(server.requests).toHaveLength(4);
    expect(new Set(server.requests.map(({ headers }) => headers['x-fieldgate-delivery'])).size).toBe(1);
    expect(server.requests.at(-1)?.json()).toEqual({
      type: 'budget.warning',
      id: server.requests[0]?.headers['x-fieldgate-delivery'],
      budget: 'team:s',
      per: 'month',
      timeZone: 'Europe/Berlin',
      at: 0.8,
      limit: '5',
      spent: '4.1',
      currency: 'USD',
      periodBegin: expect.stringMatching(/T2[23]:00:00\.000Z$/),
      periodEnd: expect.stringMatching(/T2[23]:00:00\.000Z$/),
      reachedAt: expect.any(String),
    });
    const text = await metrics.text();
    expect(text).toContain('fieldgate_budget_warnings_total{account="team",at="0.8"} 1');
    expect(text).toContain('fieldgate_budget_webhooks_total{outcome="failed"} 3');
    expect(lines.filter(({ msg }) => msg === 'a part of a budget is spent')).toMatchObject([{ budget: 'team:s', at: 0.8 }]);
    expect(JSON.stringify(lines)).not.toContain('shh');
    await spend(100_000_000);
    await spend(400_000_000);
    await vi.waitFor(() => expect(server.requests.at(-1)?.json()).toMatchObject({ at: 0.9 }), patience);
    expect(server.requests).toHaveLength(5);
  });

  it('notices of budgets keep no call waiting, however long the receiver does', async () => {
    const gate = newGate();
    const server = await receiver({ pieces: [gate] });
    const { spend } = await processWith(server.url);
    await spend(4_100_000_000);
    await server.nextRequest();
    for (let call = 0; call < 20; call += 1) await spend(1_000);
    gate.open();
  });

  it('notices of budgets that nobody has accepted are sent by the next process, as the same', async () => {
    const server = await receiver({ status: 503 }, { status: 200 });
    const first = await processWith(server.url);
    await first.spend(4_100_000_000);
    await server.nextRequest();
    await first.stop();
    const second = await processWith(server.url, first.folder);
    await vi.waitFor(() => expect(server.requests).toHaveLength(2), patience);
    const [one, two] = server.requests;
    expect(two?.body).toBe(one?.body);
    await second.spend(1_000);
    await second.stop();
    expect(server.requests).toHaveLength(2);
  });
});
