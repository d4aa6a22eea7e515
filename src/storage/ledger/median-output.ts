/** The median of output tokens of a deployment on a route, to estimate calls whose usage is unknown. */
import type { UsageRow } from '../../core/call/usage-row.ts';
import type { Statements } from '../database/database.ts';

/** Only the last rows of the ledger are read, so the cost does not grow with the ledger. */
const maxRows = 5_000;
/** Estimate when the ledger has no answer yet: about one page of text, in tokens. */
const tokensOfOneAnswer = 500;

/** Median tokens of the deployment on the route; without answers, of the route; without those, a fixed estimate. */
export async function medianOutput(tx: Statements, of: Pick<UsageRow, 'route' | 'deployment'> | undefined): Promise<number> {
  if (of === undefined) return tokensOfOneAnswer;
  const answers = await tx.all(answersOf, [of.route, maxRows]);
  const own = answers.filter((row) => row['deployment'] === of.deployment);
  const outputs = (own.length > 0 ? own : answers).map((row) => Number(row['output'])).sort((a, b) => a - b);
  return outputs[Math.floor(outputs.length / 2)] ?? tokensOfOneAnswer;
}

/** A call that served several fields has one row per field. */
const answersOf = `select max(k.deployment) as deployment, sum(r.output + r.reasoning) as output
  from (select call_id, key_id, output, reasoning from usage_rows order by time desc limit $2) r join usage_keys k on k.id = r.key_id
  where k.route = $1 and k.outcome = 'OK' and k.cache in ('MISS', 'BYPASS') group by r.call_id`;
