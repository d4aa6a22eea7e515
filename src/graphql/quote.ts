/** `aiQuote`: what an operation can cost at most, and whether the caller could run it now, with the reason where not. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { type AccessRules, refusal, rulesOf } from '../access/rules.ts';
import type { Principal } from '../core/call.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { compileQuote, type Quote, type QuoteRules } from '../fields/quote.ts';
import type { BudgetState } from '../storage/limits.ts';
import { refuse } from './refuse.ts';
import { rootCeilings, rootPricer } from './root-ceilings.ts';
import type { Services } from './services.ts';

export interface QuoteAsked {
  readonly document: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  /** The AI schema, with its rules. */
  readonly schema: GraphQLSchema;
}

/** The graph as callers see it, and how its AI fields are priced. */
export interface QuotedGraph {
  readonly schema: GraphQLSchema;
  readonly rules: QuoteRules;
}

export async function quoteOf(
  asked: QuoteAsked,
  services: Services,
): Promise<Quote & { readonly allowed: boolean; readonly reason: string | null }> {
  const { operationName, principal } = asked;
  const graph = services.quotedGraph?.() ?? { schema: asked.schema, rules: rootRules(services) };
  const document = checkedDocument(asked.document, graph.schema);
  const operation = getOperationAST(document, operationName);
  if (operation === null || operation === undefined) {
    refuse('operationName names no operation of the document. Name one of them, or send a document with one operation.');
  }
  const roots = rootFields(asked, graph.schema, document, operation);
  const quote = compileQuote(graph.schema, document, operationName, graph.rules)(asked.variables);
  const rules = rulesOf(asked.schema);
  const reason =
    accessReason([...roots.map(({ coordinate }) => coordinate), ...quote.fields.map(({ coordinate }) => coordinate)], rules, principal) ??
    inputReason(roots, services, principal) ??
    budgetReason(quote.cost, await services.limits.budgets(principal.limits));
  return { ...quote, allowed: reason === null, reason };
}

const rootRules = (services: Services): QuoteRules => ({
  ceilingOf: rootCeilings(services),
  listSizeOf: () => null,
  assumedListSize: 100,
});

function checkedDocument(text: string, schema: GraphQLSchema): DocumentNode {
  try {
    const document = parse(text, { maxTokens: 10_000 });
    const [error] = validate(schema, document, undefined, { maxErrors: 1 });
    if (error !== undefined) throw error;
    return document;
  } catch (error) {
    if (error instanceof GraphQLError) refuse(`The document cannot be quoted, because it cannot run: ${error.message}`);
    throw error;
  }
}

interface RootField {
  readonly coordinate: string;
  readonly path: string;
  readonly args: Readonly<Record<string, unknown>>;
}

function rootFields(
  { variables }: QuoteAsked,
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly RootField[] {
  const root = schema.getRootType(operation.operation);
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (root === null || root === undefined || coerced === undefined) {
    throw new GatewayError('BAD_REQUEST', errors?.[0]?.message ?? `The graph has no ${operation.operation}s.`);
  }
  const fragments = Object.fromEntries(
    document.definitions.flatMap((node) => (node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node]] : [])),
  );
  return [...collectFields(schema, fragments, coerced, root, operation.selectionSet)].flatMap(([path, [node]]) => {
    const field = node === undefined ? undefined : root.getFields()[node.name.value];
    if (node === undefined || field === undefined) return [];
    return [{ coordinate: `${root.name}.${field.name}`, path, args: getArgumentValues(field, node, coerced) }];
  });
}

function accessReason(coordinates: readonly string[], rules: AccessRules, principal: Principal): string | null {
  for (const coordinate of coordinates) {
    const rule = rules.get(coordinate);
    const refused = rule === undefined ? null : refusal(coordinate, rule, principal);
    if (refused !== null) return refused.message;
  }
  return null;
}

function inputReason(roots: readonly RootField[], services: Services, principal: Principal): string | null {
  for (const { coordinate, path, args } of roots) {
    try {
      rootPricer(coordinate)?.(args, services, principal);
    } catch (error) {
      return `${path}: ${asGatewayError(error).message}`;
    }
  }
  return null;
}

function budgetReason(cost: NanoUsd | null, budgets: readonly BudgetState[]): string | null {
  if (cost === null) {
    return budgets.length === 0 ? null : 'The price of a model is unknown and a budget applies. The operator must set a price.';
  }
  const short = budgets.find(({ limit, spent, held }) => limit - spent - held < cost);
  return short === undefined ? null : `The budget "${short.name}" has less left than this can cost.`;
}
