/**
 * Builds the ledger rows of one call: one row per use. The shares of usage and cost add up exactly to the totals of the
 * call.
 */
import { type Call, credentialOf, type Settlement } from '../core/call/call.ts';
import type { UsageRow } from '../core/call/usage-row.ts';
import type { GatewayError } from '../core/errors.ts';
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

/**
 * The rows of a call that has ended, with what is known of it at its end alone: what counts for its operation, which is counted once, its
 * attempts, and why it failed.
 */
export function endedRows(call: Call, time: number, settlement: Settlement, failure: GatewayError | null): UsageRow[] {
  const rows = usageRows(call, time, settlement);
  const { attempts } = settlement;
  const wentWell = failure === null && attempts.length < 2;
  return rows.map((row, use) => ({
    ...row,
    countsAs: countOf(call.operation, row.coordinate),
    ...(wentWell ? {} : { errorId: failure?.errorId ?? null, ...(use > 0 ? {} : { tried: attempts, refusedBy: refusedBy(failure) }) }),
  }));
}

function refusedBy(failure: GatewayError | null): NonNullable<UsageRow['refusedBy']> | null {
  const { guardrail, on } = failure?.details ?? {};
  return guardrail === undefined || on === undefined ? null : { guardrail, on };
}

/** Coordinates whose rows were made, by the operation. Most have one: a set is made for the second. */
const counted = new WeakMap<Call['operation'], string | Set<string>>();

function countOf(operation: Call['operation'], coordinate: string): 'operation' | 'field' | null {
  const known = counted.get(operation);
  if (known === undefined) {
    counted.set(operation, coordinate);
    return 'operation';
  }
  if (typeof known === 'string') {
    if (known === coordinate) return null;
    counted.set(operation, new Set([known, coordinate]));
    return 'field';
  }
  if (known.has(coordinate)) return null;
  known.add(coordinate);
  return 'field';
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
