/**
 * Builds the ledger rows of one call: one row per use. The shares of usage and cost add up exactly to the totals of the
 * call.
 */
import { type Call, credentialOf, type Settlement } from '../core/call/call.ts';
import type { UsageRow } from '../core/call/usage-row.ts';
import { addUsage, noUsage, shareUsage } from '../core/money.ts';

/** `time`: when the call began, milliseconds since 1970, UTC. */
export function usageRows(call: Call, time: number, settlement: Settlement): UsageRow[] {
  const parts = shareUsage(
    settlement,
    call.uses.map(({ weight }) => weight),
  );
  return call.uses.map(({ coordinate }, use) => ({
    time,
    callId: call.id,
    use,
    coordinate,
    operation: call.operation.name,
    client: call.operation.client,
    documentId: call.operation.documentId,
    principal: credentialOf(call.principal),
    team: call.principal.team,
    organisation: call.principal.organisation ?? null,
    route: call.route,
    deployment: settlement.deployment,
    provider: settlement.provider,
    model: settlement.model,
    usage: parts[use]?.usage ?? noUsage,
    estimated: settlement.estimated,
    cost: parts[use]?.cost ?? null,
    savedCost: parts[use]?.savedCost ?? 0,
    cache: settlement.cache,
    attempts: settlement.attempts.length,
    outcome: settlement.outcome,
    latencyMs: settlement.latencyMs,
    timeToFirstTokenMs: settlement.timeToFirstTokenMs,
    tags: call.tags,
    user: call.principal.user?.id ?? null,
    agent: call.principal.agent ?? null,
    session: call.operation.session ?? null,
  }));
}

/** What a crash would make of one attempt that another call pays for: the same amounts, in that call's name. */
export function rowsPaidBy(call: Call, rows: readonly UsageRow[]): UsageRow[] {
  const [first] = rows;
  if (first === undefined) return [];
  return usageRows(call, first.time, {
    usage: rows.reduce((sum, row) => addUsage(sum, row.usage), noUsage),
    estimated: true,
    cost: rows.some((row) => row.cost === null) ? null : rows.reduce((sum, row) => sum + (row.cost ?? 0), 0),
    savedCost: 0,
    cache: first.cache,
    attempts: [],
    deployment: first.deployment,
    provider: first.provider,
    model: first.model,
    outcome: first.outcome,
    latencyMs: 0,
    timeToFirstTokenMs: null,
  });
}
