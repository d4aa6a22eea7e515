import { describe, expect, it } from 'vitest';
import { operationUsage, type SettledCall } from '../../src/operations/usage.ts';

const call = (callId: string): SettledCall => ({
  callId,
  coordinate: 'Note.gist',
  paths: () => [['noteAdded', 'gist']],
  route: 'default',
  settlement: {
    model: 'm',
    cache: 'MISS',
    usage: { freshInputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 },
    cost: 1_000_000,
    estimated: false,
    savedCost: 0,
    attempts: [],
    deployment: 'm',
    provider: 'p',
    outcome: 'OK',
    latencyMs: 1,
    timeToFirstTokenMs: null,
  },
});

describe('the usage of an operation', () => {
  it('the usage of an operation is told once, and again with all of it when there is more', () => {
    const usage = operationUsage();
    expect(usage.extension()).toBeNull();
    usage.add(call('search'));
    expect(usage.extension()).toMatchObject({ cost: '0.001', totalTokens: 5, calls: [{ callId: 'search' }] });
    expect(usage.extension()).toBeNull();
    usage.add(call('text'));
    expect(usage.extension()).toMatchObject({ cost: '0.002', totalTokens: 10, calls: [{ callId: 'search' }, { callId: 'text' }] });
  });

  it('the usage of an operation lists every call of a query, however many', () => {
    const usage = operationUsage();
    for (let n = 0; n < 500; n += 1) usage.add(call(`call-${n}`));
    expect(usage.extension()?.calls).toHaveLength(500);
  });

  it('the usage of an operation of a subscription that asks a model for every event keeps the sum of all, and the calls of late', () => {
    const usage = operationUsage();
    let last: ReturnType<typeof usage.extension> = null;
    for (let n = 1; n <= 1_000; n += 1) {
      usage.add(call(`call-${n}`));
      last = usage.extension();
    }
    expect(last).toMatchObject({ cost: '1', totalTokens: 5_000 });
    expect(last?.calls.length).toBeLessThan(20);
    expect(last?.calls.at(-1)).toMatchObject({ callId: 'call-1000' });
  });
});
