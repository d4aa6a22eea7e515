/** `fieldgate quote`: the maximum cost of an operation on the composed graph, before it runs. */
import { readFileSync } from 'node:fs';
import { getOperationAST, parse } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { decimalOf, type NanoUsd } from '../../core/money.ts';
import { createGateway } from '../../gateway.ts';
import { type JudgedQuote, quoteOf } from '../../graphql/quote/judged-quote.ts';
import { serviceOf } from '../../operations/keyless-principals.ts';
import { silentLog } from '../../telemetry/log.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { formatTable } from '../table.ts';
import { withSubgraphs } from '../with-subgraphs.ts';

export async function quote(args: Arguments): Promise<void> {
  const [file, ...more] = args.rest;
  if (file === undefined || more.length > 0)
    throw new GatewayError('BAD_REQUEST', 'quote takes one file with an operation: fieldgate quote FILE.graphql [--variables FILE].');
  const document = textOf(file);
  const variables = args.variables === null ? {} : variablesIn(args.variables);
  const operationName = operationIn(document, file, args.operation);
  const { config, folder } = await soundConfig(args);
  const quoted = await withSubgraphs(config.graph?.subgraphs ?? [], folder, async () => {
    const gateway = await createGateway({ ...config, storage: { folder: null } }, { folder, loopback: true, log: silentLog });
    try {
      const { reasons } = await gateway.graph.refresh();
      const schema = gateway.graph.schema();
      if (schema === null) throw new GatewayError('BAD_REQUEST', reasons.join('\n'));
      return await quoteOf({ document, operationName, variables, principal: serviceOf('quote'), schema }, gateway.services);
    } finally {
      await gateway.close();
    }
  });
  process.stdout.write(`${shown(quoted)}\n`);
  if (!quoted.allowed) process.stderr.write(`It would be refused: ${quoted.reason}\n`);
}

function shown({ fields, cost, inputTokens, outputTokens, depth }: JudgedQuote): string {
  if (fields.length === 0) return 'The operation asks no model: 0 USD.';
  const rows = fields.map(({ path, coordinate, calls, cost }) => [path, coordinate, String(calls), money(cost)]);
  const calls = fields.reduce((sum, field) => sum + field.calls, 0);
  const totals = ['at most', '', String(calls), money(cost)];
  return `${formatTable(['field', 'coordinate', 'calls', 'USD'], [...rows, totals])}\n${inputTokens} input tokens, ${outputTokens} output tokens, depth ${depth}.`;
}

const money = (cost: NanoUsd | null): string => (cost === null ? 'unknown' : decimalOf(cost));

function operationIn(document: string, file: string, name: string | null): string | null {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(document, { maxTokens: 10_000 });
  } catch (cause) {
    throw new GatewayError(
      'BAD_REQUEST',
      `${file} is no GraphQL: ${cause instanceof Error ? cause.message : 'it cannot be read'}`,
      {},
      { cause },
    );
  }
  if (getOperationAST(parsed, name)) return name;
  const names = parsed.definitions.flatMap((node) => (node.kind === 'OperationDefinition' ? [node.name?.value ?? '(without a name)'] : []));
  const wanted = name === null ? 'Name one of its operations with --operation' : `It has no operation "${name}"`;
  throw new GatewayError('BAD_REQUEST', `${file}: ${wanted}. Operations: ${names.join(', ') || 'none'}.`);
}

function variablesIn(file: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(textOf(file));
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new GatewayError('BAD_REQUEST', `${file} must be a JSON object of variables, such as { "id": "42" }.`);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new GatewayError('BAD_REQUEST', `The file ${file} cannot be read. Give the path of one that is there.`, {}, { cause });
  }
}
