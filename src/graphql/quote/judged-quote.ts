/**
 * The most that an operation can cost, field by field, before it runs: the answer to `Query.aiQuote`.
 *
 * The sum is the one that admission judges by. Beside it stands why the operation would not run: a missing scope, a refused
 * input, more than one operation may cost, a budget that has less left.
 */
import { type DocumentNode, type GraphQLSchema, getArgumentValues, getOperationAST, type OperationDefinitionNode } from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { refusal, rulesOf } from '../../access/rules.ts';
import { ownLimits, type Principal } from '../../core/call/call.ts';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import type { NanoUsd } from '../../core/money.ts';
import { costRefusal } from '../../pricing/cost-limit.ts';
import type { Quote } from '../../pricing/quote.ts';
import { maxUnfoldedFields } from '../../pricing/walk-tree.ts';
import type { BudgetState } from '../../storage/limits/limits.ts';
import { refuse } from '../refuse.ts';
import type { Services } from '../services.ts';
import { type QuoteWork, quoteDesk, refuseToRun } from './quote-work.ts';
import { priceTreeOf } from './read-price-tree.ts';
import { rootPricers } from './root-pricers.ts';
import { countUnfoldedFields, fragmentsOf } from './unfolded-fields.ts';

export interface QuoteAsked {
  readonly document: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  /** The contract that the caller is limited to. Default, and null: the whole graph. */
  readonly contract?: string | null;
  /** The schema of the AI subgraph, for its rules. */
  readonly schema: GraphQLSchema;
}

export interface JudgedQuote extends Quote {
  /** Demand on subgraphs. Null: nothing bounds it, or it cannot be counted. */
  readonly demand: number | null;
  readonly allowed: boolean;
  readonly reason: string | null;
}

/** `work` is shared by all quotes of one request. */
export async function quoteOf(asked: QuoteAsked, services: Services, work: QuoteWork = quoteDesk()({})): Promise<JudgedQuote> {
  const { principal, variables, operationName } = asked;
  const schema = services.graph(asked.contract ?? null) ?? asked.schema;
  const document = await work.document(asked.document, schema);
  const operation = getOperationAST(document, operationName);
  if (operation === null || operation === undefined) {
    refuse('operationName names no operation of the document. Name one of them, or send a document with one operation.');
  }
  await work.inTurn(() => {
    const fields = countUnfoldedFields(operation, fragmentsOf(document));
    // An operation that unfolds without end is refused as it would be when it ran.
    work.spend({ fields: fields > maxUnfoldedFields ? 0 : fields, variables });
  });
  const quote = await work.inTurn(async () => {
    try {
      return await services.quote(schema, document, operation.name?.value ?? null, variables, principal);
    } catch (error) {
      return refuseToRun(error);
    }
  });
  const demand = await work.inTurn(() => demandOf(services.demand(schema, document, operation.name?.value ?? null, variables)));
  const coordinates = [...new Set(quote.fields.map(({ coordinate }) => coordinate))];
  const reason =
    coordinates.map((coordinate) => scopeReason(coordinate, asked)).find((found) => found !== null) ??
    (await inputReason(document, operation, schema, asked, services, work)) ??
    demand.reason ??
    costRefusal(quote, services.maxCostPerOperation)?.message ??
    budgetReason(quote.cost, principal, await services.limits.budgets(ownLimits(principal)));
  return { ...quote, demand: demand.total, allowed: reason === null, reason };
}

async function demandOf(
  judging: ReturnType<Services['demand']>,
): Promise<{ readonly total: number | null; readonly reason: string | null }> {
  try {
    const judged = await judging;
    return { total: judged?.total ?? null, reason: judged?.refusal?.message ?? null };
  } catch (error) {
    return { total: null, reason: asGatewayError(error).message };
  }
}

function scopeReason(coordinate: string, { schema, principal }: QuoteAsked): string | null {
  const rule = rulesOf(schema).get(coordinate);
  return rule === undefined ? null : (refusal(coordinate, rule, principal)?.message ?? null);
}

/** The refusal of the first root field that would refuse its caller or its arguments. Each field is read in its own turn of the event loop. */
async function inputReason(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  asked: QuoteAsked,
  services: Services,
  work: QuoteWork,
): Promise<string | null> {
  const { variables, principal } = asked;
  const root = schema.getRootType(operation.operation);
  if (root === null || root === undefined) throw new GatewayError('BAD_REQUEST', `The graph has no ${operation.operation}s.`);
  // The arguments were already coerced for the price.
  const coerced = priceTreeOf(schema, document, operation.name?.value ?? null).coerceVariables(variables);
  for (const [path, [node]] of collectFields(schema, Object.fromEntries(fragmentsOf(document)), coerced, root, operation.selectionSet)) {
    const field = node === undefined ? undefined : root.getFields()[node.name.value];
    if (node === undefined || field === undefined) continue;
    const coordinate = `${root.name}.${field.name}`;
    const refused = scopeReason(coordinate, asked);
    if (refused !== null) return refused;
    const price = rootPricers[coordinate];
    if (price === undefined) continue;
    try {
      await work.inTurn(() => {
        const priced = price(getArgumentValues(field, node, coerced), services, principal);
        return typeof priced === 'function' ? priced(principal) : priced;
      });
    } catch (error) {
      return `${path}: ${asGatewayError(error).message}`;
    }
  }
  return null;
}

/**
 * A budget that the caller shares with others is compared as a whole, not with what is left of it. Otherwise repeated quotes would reveal what the
 * others have spent.
 */
function budgetReason(cost: NanoUsd | null, { limits }: Principal, budgets: readonly BudgetState[]): string | null {
  const all = limits.filter((limit) => limit.kind === 'budget');
  if (cost === null) {
    return all.length === 0 ? null : 'The price of a model is unknown and a budget applies. The operator must set a price.';
  }
  const small = all.find(({ isShared, most }) => isShared === true && most < cost);
  if (small !== undefined) return `The budget "${small.name}" is smaller than what this can cost.`;
  const short = budgets.find(({ limit, spent, held }) => limit - spent - held < cost);
  return short === undefined ? null : `The budget "${short.name}" has less left than this can cost.`;
}
