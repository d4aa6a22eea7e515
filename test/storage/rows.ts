import type { UsageRow } from '../../src/core/call/usage-row.ts';
import { noUsage } from '../../src/core/money.ts';

/** A row of the ledger in which only what a test is about was said. */
export function usageRow(row: Partial<UsageRow> = {}): UsageRow {
  return {
    time: Date.UTC(2026, 10, 5, 12, 30),
    callId: crypto.randomUUID(),
    use: 0,
    coordinate: 'Query.completion',
    operation: null,
    client: null,
    documentId: null,
    principal: 'key:a',
    team: 'search',
    organisation: null,
    route: 'default',
    deployment: 'embedded',
    provider: 'embedded',
    model: 'extractive',
    usage: { ...noUsage, freshInputTokens: 10, outputTokens: 5 },
    estimated: false,
    cost: 100,
    savedCost: 0,
    cache: 'BYPASS',
    attempts: 1,
    outcome: 'OK',
    latencyMs: 12,
    timeToFirstTokenMs: 3,
    tags: {},
    user: null,
    ...row,
  };
}
