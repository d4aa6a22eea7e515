/**
 * A ledger row as a list of its values, without the names of its fields: half the bytes of the row as an object, and half the work to write
 * and to read it.
 */
import type { UsageRow } from '../../core/call/usage-row.ts';
import { noUsage, type Usage } from '../../core/money.ts';

/** Fields in the order in which they are written. A new field is added at the end, so that lists of earlier versions stay readable. */
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

/** Omitted where nothing differs from the default, as in most rows. '' means unknown. */
function laterOf({ countsAs, errorId = null, tried = [], refusedBy = null }: UsageRow): readonly unknown[] {
  const hasMore = errorId !== null || tried.length > 1 || refusedBy !== null;
  return hasMore ? [countsAs === undefined ? '' : countsAs, errorId, tried, refusedBy] : countsAs === undefined ? [] : [countsAs];
}

/** Reads a row from its list of values, without checking it. Any other value, such as a row of an earlier version, is returned unchanged. */
export function rowFrom(values: unknown): unknown {
  if (!Array.isArray(values)) return values;
  const row = Object.fromEntries(names.map((name, at) => [name, values[at]]));
  // Earlier versions had none of these fields.
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
