/**
 * The most that an operation can cost, field by field, before it runs.
 *
 * Every AI field of the operation's root becomes the very request that it would send, and `services.ceiling` prices it
 * at the dearest deployment of its route. What cannot run (a refused input, a missing scope) is told as the reason.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  validate,
} from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { refusal, rulesOf } from '../access/rules.ts';
import type { Principal } from '../core/call.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { completionRequest } from '../core/request.ts';
import type { BudgetState } from '../storage/limits.ts';
import { checkLength, routeFor } from './call.ts';
import { completionRequestOf } from './completion-request.ts';
import type { AiAnswerInput, AiSearchInput, CompletionInput, EmbeddingInput } from './generated.ts';
import { refuse } from './refuse.ts';
import { embeddingRequestOf } from './resolvers/embedding.ts';
import type { Ceiling, Services } from './services.ts';

export interface QuoteAsked {
  readonly document: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly principal: Principal;
  readonly schema: GraphQLSchema;
}

export interface QuotedField {
  readonly coordinate: string;
  readonly path: string;
  readonly calls: number;
  /** Null: a deployment is unpriced. */
  readonly cost: NanoUsd | null;
}

export interface Quote {
  readonly cost: NanoUsd | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly depth: number;
  readonly fields: readonly QuotedField[];
  readonly allowed: boolean;
  readonly reason: string | null;
}

export async function quoteOf(asked: QuoteAsked, services: Services): Promise<Quote> {
  const { principal, schema } = asked;
  const document = checkedDocument(asked);
  const operation = getOperationAST(document, asked.operationName);
  if (operation === null || operation === undefined) {
    refuse('operationName names no operation of the document. Name one of them, or send a document with one operation.');
  }
  const rules = rulesOf(schema);
  const fragments = fragmentsOf(document);
  const fields: QuotedField[] = [];
  const reasons: string[] = [];
  const all: Ceiling[] = [];
  for (const { coordinate, path, args } of rootFields(asked, operation, fragments)) {
    const rule = rules.get(coordinate);
    const refused = rule === undefined ? null : refusal(coordinate, rule, principal);
    if (refused !== null) reasons.push(refused.message);
    const price = prices[coordinate];
    if (price === undefined) continue;
    try {
      const ceilings = price(args, services, principal);
      all.push(...ceilings);
      fields.push({ coordinate, path, calls: ceilings.length, cost: sumOf(ceilings) });
    } catch (error) {
      reasons.push(`${path}: ${asGatewayError(error).message}`);
      fields.push({ coordinate, path, calls: 0, cost: 0 });
    }
  }
  const cost = sumOf(all);
  const reason = reasons[0] ?? budgetReason(cost, await services.limits.budgets(principal.limits));
  return {
    cost,
    inputTokens: all.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: all.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    depth: depthOf(operation.selectionSet, fragments),
    fields,
    allowed: reason === null,
    reason,
  };
}

const sumOf = (ceilings: readonly Ceiling[]): NanoUsd | null =>
  ceilings.reduce<NanoUsd | null>((sum, { cost }) => (sum === null || cost === null ? null : sum + cost), 0);

function budgetReason(cost: NanoUsd | null, budgets: readonly BudgetState[]): string | null {
  if (cost === null) {
    return budgets.length === 0 ? null : 'The price of a model is unknown and a budget applies. The operator must set a price.';
  }
  const short = budgets.find(({ limit, spent, held }) => limit - spent - held < cost);
  return short === undefined ? null : `The budget "${short.name}" has less left than this can cost.`;
}

function checkedDocument({ document, schema }: QuoteAsked): DocumentNode {
  try {
    const parsed = parse(document, { maxTokens: 10_000 });
    const [error] = validate(schema, parsed, undefined, { maxErrors: 1 });
    if (error !== undefined) throw error;
    return parsed;
  } catch (error) {
    if (error instanceof GraphQLError) refuse(`The document cannot be quoted, because it cannot run: ${error.message}`);
    throw error;
  }
}

type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

const fragmentsOf = (document: DocumentNode): Fragments =>
  Object.fromEntries(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );

interface RootField {
  readonly coordinate: string;
  readonly path: string;
  readonly args: Readonly<Record<string, unknown>>;
}

function rootFields({ schema, variables }: QuoteAsked, operation: OperationDefinitionNode, fragments: Fragments): readonly RootField[] {
  const root = schema.getRootType(operation.operation);
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (root === null || root === undefined || coerced === undefined) {
    throw new GatewayError('BAD_REQUEST', errors?.[0]?.message ?? `The graph has no ${operation.operation}s.`);
  }
  const collected = collectFields(schema, fragments, coerced, root, operation.selectionSet);
  return [...collected]
    .flatMap(([path, [node]]) => (node === undefined ? [] : [rootField(root, path, node, coerced)]))
    .filter((field) => field !== null);
}

function rootField(root: GraphQLObjectType, path: string, node: FieldNode, variables: Record<string, unknown>): RootField | null {
  const field = root.getFields()[node.name.value];
  if (field === undefined) return null;
  return { coordinate: `${root.name}.${field.name}`, path, args: getArgumentValues(field, node, variables) };
}

/** Levels of fields: `{ a { b } }` is 2. A fragment adds none. */
function depthOf(selections: SelectionSetNode | undefined, fragments: Fragments): number {
  const depths = (selections?.selections ?? []).map((selection) => {
    if (selection.kind === Kind.FIELD) return 1 + depthOf(selection.selectionSet, fragments);
    return depthOf(
      selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments[selection.name.value]?.selectionSet,
      fragments,
    );
  });
  return Math.max(0, ...depths);
}

type Pricer = (args: Readonly<Record<string, unknown>>, services: Services, principal: Principal) => readonly Ceiling[];

const completionPrice: Pricer = (args, services, principal) => {
  const input = args['input'] as CompletionInput;
  const route = routeFor(services, principal, input.route ?? 'default', 'completion');
  const request = completionRequestOf(input, route, services, principal);
  checkLength(request, route);
  return [services.ceiling(route.name, request, 0)];
};

/** The question's embedding; none for a collection that is not there. */
function questionPrice(collection: string, question: string, services: Services): readonly Ceiling[] {
  const route = services.embeddingRoute(collection);
  return route === null ? [] : [services.ceiling(route, { kind: 'embedding', texts: [question], dimensions: null }, 0)];
}

const answerPrice: Pricer = (args, services, principal) => {
  const { collection, question, first, maxOutputTokens = null, ...input } = args['input'] as AiAnswerInput;
  const route = routeFor(services, principal, input.route ?? 'default', 'completion');
  const request = completionRequest(question, { maxOutputTokens });
  const passages = services.answerTokens(first ?? 8);
  return [...questionPrice(collection, question, services), services.ceiling(route.name, request, passages)];
};

const prices: Readonly<Record<string, Pricer>> = {
  'Query.completion': completionPrice,
  'Mutation.complete': completionPrice,
  'Mutation.startCompletion': completionPrice,
  'Subscription.completionStream': completionPrice,
  'Query.embedding': (args, services, principal) => {
    const input = args['input'] as EmbeddingInput;
    const route = routeFor(services, principal, input.route ?? 'embedding', 'embedding');
    return [services.ceiling(route.name, embeddingRequestOf(input), 0)];
  },
  'Query.aiSearch': (args, services) => {
    const { collection, query } = args['input'] as AiSearchInput;
    return questionPrice(collection, query, services);
  },
  'Query.aiAnswer': answerPrice,
  'Subscription.aiAnswerStream': answerPrice,
};
