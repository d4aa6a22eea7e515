/**
 * A ledger row as a list of its values, without the names of its fields: half the bytes of the row as an object, and half the work to write
 * and to read it.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import { noUsage, type Usage } from '../../core/money.ts';

/** In the order in which they are written. A new one goes to the end, so that lists of older versions stay readable. */
const names = [
  ...['time', 'callId', 'use', 'coordinate', 'operation', 'client', 'documentId', 'principal', 'team', 'route'],
  ...['deployment', 'provider', 'model', 'usage', 'estimated', 'cost', 'savedCost', 'cache', 'attempts', 'outcome'],
  ...['latencyMs', 'timeToFirstTokenMs', 'tags', 'organisation', 'user', 'agent', 'session'],
  ...['countsAs', 'errorId', 'tried', 'refusedBy'],
] as readonly (keyof UsageRow)[];

export function valuesOf(row: UsageRow): readonly unknown[] {
  const { usage } = row;
  return [
    row.time,
    row.callId,
    row.use,
    row.coordinate,
    row.operation,
    row.client,
    row.documentId,
    row.principal,
    row.team,
    row.route,
    row.deployment,
    row.provider,
    row.model,
    [usage.freshInputTokens, usage.cacheReadTokens, usage.cacheWriteTokens, usage.outputTokens, usage.reasoningTokens],
    row.estimated,
    row.cost,
    row.savedCost,
    row.cache,
    row.attempts,
    row.outcome,
    row.latencyMs,
    row.timeToFirstTokenMs,
    row.tags,
    row.organisation,
    row.user,
    row.agent ?? null,
    row.session ?? null,
    ...laterOf(row),
  ];
}

/** Left out where there is nothing to say, as most rows have it. An empty text: not known. */
function laterOf({ countsAs, errorId = null, tried = [], refusedBy = null }: UsageRow): readonly unknown[] {
  const hasMore = errorId !== null || tried.length > 1 || refusedBy !== null;
  return hasMore ? [countsAs === undefined ? '' : countsAs, errorId, tried, refusedBy] : countsAs === undefined ? [] : [countsAs];
}

/** What a list of values says of a row; it is not checked. Other values, such as rows of older versions, are given back as they are. */
export function rowFrom(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  const row = Object.fromEntries(names.map((name, at) => [name, values[at]]));
  // Older versions knew none of these.
  const later = (name: string): unknown => row[name] ?? null;
  const added = { organisation: later('organisation'), user: later('user'), agent: later('agent'), session: later('session') };
  const { countsAs, errorId, tried, refusedBy, ...rest } = row;
  return {
    ...rest,
    ...added,
    usage: usageFrom(row['usage']),
    ...(countsAs === undefined || countsAs === '' ? {} : { countsAs }),
    ...(errorId === undefined ? {} : { errorId, tried, refusedBy }),
  };
}

function usageFrom(counts: unknown): unknown {
  if (!Array.isArray(counts)) return counts;
  const [freshInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens] = counts;
  return { ...noUsage, freshInputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } satisfies Usage;
}
