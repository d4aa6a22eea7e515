/** `fieldgate quote`: the maximum cost of an operation on the composed graph, before it runs. */
import { GatewayError } from '../../core/errors.ts';
import { createGateway } from '../../gateway.ts';
import { type JudgedQuote, quoteOf } from '../../graphql/quote/judged-quote.ts';
import { serviceOf } from '../../operations/keyless-principals.ts';
import { silentLog } from '../../telemetry/log.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { readOperationFile } from '../operation-file.ts';
import { quoteTable } from '../text/quote-table.ts';
import { withSubgraphs } from '../with-subgraphs.ts';

export async function quote(args: Arguments): Promise<void> {
  const { text, operationName, variables } = readOperationFile(args);
  const { config, folder } = await soundConfig(args);
  const quoted = await withSubgraphs(config.graph?.subgraphs ?? [], folder, async () => {
    const gateway = await createGateway({ ...config, storage: { folder: null } }, { folder, loopback: true, log: silentLog });
    try {
      const { reasons } = await gateway.graph.refresh();
      const schema = gateway.graph.schema();
      if (schema === null) throw new GatewayError('BAD_REQUEST', reasons.join('\n'));
      return await quoteOf({ document: text, operationName, variables, principal: serviceOf('quote'), schema }, gateway.services);
    } finally {
      await gateway.close();
    }
  });
  process.stdout.write(`${shown(quoted)}\n`);
  if (!quoted.allowed) process.stderr.write(`It would be refused: ${quoted.reason}\n`);
}

function shown(quoted: JudgedQuote): string {
  const { fields, inputTokens, outputTokens, depth } = quoted;
  const text = quoteTable(quoted);
  return fields.length === 0 ? text : `${text}\n${inputTokens} input tokens, ${outputTokens} output tokens, depth ${depth}.`;
}
