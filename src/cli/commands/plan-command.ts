/** `fieldgate plan`: which subgraph of the composed graph is asked for what, and what the AI fields of an operation can cost. */
import { type DocumentNode, type GraphQLError, type GraphQLSchema, getVariableValues, specifiedRules, validate } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { createGateway, type Gateway } from '../../gateway.ts';
import { quoteAsJson } from '../../pricing/quote.ts';
import { withDefer } from '../../server/document/defer-rule.ts';
import { shownPlan } from '../../server/document/shown-plan.ts';
import { chooseSchema } from '../../server/schema-door.ts';
import { silentLog } from '../../telemetry/log.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { type OperationFile, readOperationFile } from '../operation-file.ts';
import { planText } from '../text/plan-text.ts';
import { quoteTable } from '../text/quote-table.ts';
import { withSubgraphs } from '../with-subgraphs.ts';

export async function plan(args: Arguments): Promise<void> {
  const file = readOperationFile(args);
  const { config, folder } = await soundConfig(args);
  const text = await withSubgraphs(config.graph?.subgraphs ?? [], folder, async () => {
    const gateway = await createGateway({ ...config, storage: { folder: null } }, { folder, loopback: true, log: silentLog });
    try {
      const { ready, reasons } = await gateway.graph.refresh();
      if (!ready) throw new GatewayError('BAD_REQUEST', reasons.join('\n'));
      return await planned(file, gateway);
    } finally {
      await gateway.close();
    }
  });
  process.stdout.write(`${text}\n`);
}

async function planned({ document, operation, operationName, variables }: OperationFile, gateway: Gateway): Promise<string> {
  const schema = withDefer(chooseSchema(gateway.graph, gateway.aiSchema)(document));
  refuseInvalid(schema, document);
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables });
  if (errors !== undefined) throw refused(errors, 'Give the variables with --variables FILE.');
  const quote = await gateway.services.quote(schema, document, operationName, variables, null);
  // Of no caller: all that the operation asks for is in the plan.
  const plan = await shownPlan(schema, { document, operation, variables: coerced, context: null }, quoteAsJson(quote));
  return `${planText(plan)}\n\n${quoteTable(quote)}`;
}

function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  const errors = validate(schema, document, specifiedRules);
  if (errors.length > 0) throw refused(errors, 'fieldgate compose prints the graph.');
}

const refused = (errors: readonly GraphQLError[], remedy: string): GatewayError =>
  new GatewayError('BAD_REQUEST', [...errors.map(({ message }) => message), remedy].join('\n'));
