/** `fieldgate explain`: what applies to an operation for a key, and why: scopes, routes, rules, guards and limits. */
import { getVariableValues } from 'graphql';
import { principalOfKeyId } from '../../access/authenticate.ts';
import { openTeamBook } from '../../access/teams/team-book.ts';
import { declaredTeams } from '../../assembly/caller-limits.ts';
import { explainFields } from '../../assembly/graph/explained-fields.ts';
import { isDevelopment } from '../../config/config.ts';
import { GatewayError } from '../../core/errors.ts';
import { createGateway } from '../../gateway.ts';
import { quoteOf } from '../../graphql/quote/judged-quote.ts';
import { silentLog } from '../../telemetry/log.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { lastingStorage } from '../open-state.ts';
import { readOperationFile } from '../operation-file.ts';
import { explanationText } from '../text/explanation-text.ts';
import { withSubgraphs } from '../with-subgraphs.ts';

export async function explain(args: Arguments): Promise<void> {
  const { text, operation, operationName, variables } = readOperationFile(args);
  const id = args.keyId;
  if (id === null) throw new GatewayError('BAD_REQUEST', 'explain needs the key that asks: --key ID. `fieldgate keys list` shows the ids.');
  const { config, folder, fields } = await soundConfig(args);
  const storage = await lastingStorage(config).open({ folder, now: Date.now, warn: () => {} });
  try {
    const teams = openTeamBook(declaredTeams(config), storage.directory);
    const key = publicId(id);
    const principal = await principalOfKeyId(key, { keys: storage.keys, teams, development: isDevelopment(config) });
    const told = await withSubgraphs(config.graph?.subgraphs ?? [], folder, async () => {
      const gateway = await createGateway({ ...config, storage: { folder: null } }, { folder, loopback: true, log: silentLog });
      try {
        const { reasons } = await gateway.graph.refresh();
        const schema = gateway.graph.schema();
        const own = gateway.aiSchema;
        if (schema === null) throw new GatewayError('BAD_REQUEST', reasons.join('\n'));
        if (own === null)
          throw new GatewayError('BAD_REQUEST', 'graph.ai is false: no field of this graph asks a model, so nothing applies.');
        // The budgets of the gateway that runs, not those of this one.
        const services = { ...gateway.services, limits: storage.limits };
        const quote = await quoteOf({ document: text, operationName, variables, principal, schema: own }, services);
        const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables });
        const explained = explainFields(
          quote.fields,
          { operation, variables: coerced, schema, own },
          { config, read: fields.read, others: gateway.graph.others(), principal },
        );
        return explanationText({ principal, quote, fields: explained, budgets: await storage.limits.budgets(principal.limits) });
      } finally {
        await gateway.close();
      }
    });
    process.stdout.write(`${told}\n`);
  } finally {
    await storage.close();
  }
}

/** A whole key is a secret, which does not belong in a shell's history: its id is enough. */
function publicId(text: string): string {
  if (!text.startsWith('fg_')) return text;
  throw new GatewayError('BAD_REQUEST', `--key takes the public id of the key, which is its middle part: ${text.split('_')[1] ?? ''}.`);
}
