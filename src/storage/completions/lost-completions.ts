import type { Database, Row } from '../database/database.ts';
import type { LostUsage } from './completions.ts';

/**
 * What the ledger has for a completion whose process died: the rows of the call with the completion's id. Null when nothing was sent to a model.
 */
export async function lostUsage(database: Database, callId: string): Promise<LostUsage | null> {
  const [row] = await database.all(
    `select count(*) as found, count(r.cost) as priced, sum(r.fresh_input) as fresh, sum(r.cache_read) as cache_read,
       sum(r.cache_write) as cache_write, sum(r.output) as output, sum(r.reasoning) as reasoning, sum(r.cost) as cost,
       max(r.estimated) as estimated, max(r.attempts) as attempts, max(k.deployment) as deployment, max(k.provider) as provider,
       max(k.model) as model
     from usage_rows r join usage_keys k on k.id = r.key_id where r.call_id = $1`,
    [callId],
  );
  if (row === undefined || Number(row['found']) === 0) return null;
  const number = (column: string): number => Number(row[column] ?? 0);
  return {
    usage: {
      freshInputTokens: number('fresh'),
      cacheReadTokens: number('cache_read'),
      cacheWriteTokens: number('cache_write'),
      outputTokens: number('output'),
      reasoningTokens: number('reasoning'),
    },
    cost: number('priced') < number('found') ? null : number('cost'),
    estimated: number('estimated') > 0,
    attempts: number('attempts'),
    deployment: nameIn(row, 'deployment'),
    provider: nameIn(row, 'provider'),
    model: nameIn(row, 'model'),
  };
}

/** `usage_keys` stores an absent name as the empty string. */
const nameIn = (row: Row, column: string): string | null => (row[column] === null || row[column] === '' ? null : String(row[column]));
