/**
 * The most an operation can cost, before it runs: lists, aliases, fragments and conditions counted.
 *
 * A document is compiled once: only AI fields remain, each with the lists above it. Variables then cost a few
 * multiplications. Without this, `products(first: 100) { summary }` is a denial-of-wallet tool.
 */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { finished, type Paced } from '../core/turns/paced.ts';
import { turnsOf } from '../core/turns/turns.ts';
import { coercedArguments, coercedVariables, hasVariables } from '../graphql/quote/coerce-values.ts';
import { type Fragments, fragmentsOf, unfoldedFields } from '../graphql/quote/unfolded-fields.ts';
import { type Amount, type ListSize, sizeOf, type Variables } from './list-size.ts';

/** The most that one use of an AI field can take. */
export interface Ceiling {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** At the dearest deployment of its route; null: unpriced. */
  readonly cost: NanoUsd | null;
  /** Requests to models that the one use makes. Default 1. */
  readonly calls?: number;
}

export interface QuoteRules {
  /** The ceiling of one use of the field, by coordinate and argument values; null for a field that asks no model. */
  readonly ceilingOf: (coordinate: string) => ((args: Readonly<Record<string, unknown>>) => Ceiling) | null;
  /** What `@listSize` says of the field; null where it says nothing. */
  readonly listSizeOf: (coordinate: string) => ListSize | null;
  /** Members assumed of a list that says nothing of its size. */
  readonly assumedListSize: number;
}

export interface QuotedUse {
  readonly coordinate: string;
  /** Response keys from the root, such as `products.summary`. */
  readonly path: string;
  readonly calls: number;
  readonly cost: NanoUsd | null;
}

export interface Quote {
  /** Null when one of the fields is unpriced. */
  readonly cost: NanoUsd | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly depth: number;
  readonly fields: readonly QuotedUse[];
}

interface CompiledUse {
  readonly coordinate: string;
  readonly path: string;
  /** Sizes of the lists above it, and 0 for a condition that leaves it out. */
  readonly factors: readonly Amount[];
  readonly ceiling: (variables: Variables) => Ceiling;
}

/** Fragments inside fragments multiply: a document that unfolds to more fields than this is refused before it is walked. */
export const maxUnfoldedFields = 20_000;
/** Fields of an interface count for each type that has them, and conditions for each field below them: walked work, in fields. */
const maxWalked = 2 * maxUnfoldedFields;

/** Fields that send long texts take long to price: of so many input tokens each in a turn of its own. */
const inputTokensPerTurn = 8_192;

/** At once where little is priced. */
export type CompiledQuote = (variables: Variables) => Quote | Promise<Quote>;

/** For a document that validates. `operationName` null: the only operation. COST_LIMIT_EXCEEDED when its fragments unfold without end. */
export function compileQuote(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
  rules: QuoteRules,
): CompiledQuote {
  const operation = operationOf(document, operationName);
  const fragments = fragmentsOf(document);
  const root = operation === null ? null : schema.getRootType(operation.operation);
  if (operation === null || root === null || root === undefined)
    return () => ({ cost: 0, inputTokens: 0, outputTokens: 0, depth: 0, fields: [] });
  if (unfoldedFields(operation, fragments) > maxUnfoldedFields) throw tooManyFields();
  const declared = operation.variableDefinitions ?? [];
  const { uses, depth } = compile(schema, root, operation.selectionSet, fragments, rules);
  return (variables) => finished(evaluate(uses, depth, coercedVariables(schema, declared, variables)));
}

function* evaluate(uses: readonly CompiledUse[], depth: number, variables: Variables): Paced<Quote> {
  const turns = turnsOf({ unitsPerTurn: inputTokensPerTurn });
  let cost: NanoUsd | null = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  const fields: QuotedUse[] = [];
  for (const use of uses) {
    let calls = 1;
    for (const factor of use.factors) calls = countable(calls * factor(variables));
    if (calls === 0) continue;
    const ceiling = use.ceiling(variables);
    const turn = turns.spend(ceiling.inputTokens);
    if (turn !== null) yield turn;
    const most = ceiling.cost === null ? null : countable(calls * ceiling.cost);
    cost = cost === null || most === null ? null : countable(cost + most);
    inputTokens = countable(inputTokens + calls * ceiling.inputTokens);
    outputTokens = countable(outputTokens + calls * ceiling.outputTokens);
    fields.push({ coordinate: use.coordinate, path: use.path, calls: countable(calls * (ceiling.calls ?? 1)), cost: most });
  }
  return { cost, inputTokens, outputTokens, depth, fields };
}

/** Lists in lists of two billion are more than can be counted: beyond 2^53 - 1, which no limit reaches, it is that number. */
const countable = (amount: number): number => Math.min(Number.MAX_SAFE_INTEGER, amount);

interface Above {
  readonly path: string;
  readonly depth: number;
  readonly factors: readonly Amount[];
  /** Sizes that a field above gave to fields by name. */
  readonly sized: ReadonlyMap<string, Amount>;
}

function compile(
  schema: GraphQLSchema,
  root: GraphQLType,
  selection: SelectionSetNode,
  fragments: Fragments,
  rules: QuoteRules,
): { readonly uses: readonly CompiledUse[]; readonly depth: number } {
  const uses: CompiledUse[] = [];
  let deepest = 0;
  let walked = 0;
  const walk = (fields: number): void => {
    walked += fields;
    if (walked > maxWalked) throw tooManyFields();
  };

  function visitSet(type: GraphQLType, set: SelectionSetNode, above: Above): void {
    for (const node of set.selections) {
      walk(1 + (above.factors.length >> 3));
      const conditions = conditionsOf(node.directives ?? []);
      const within = conditions.length === 0 ? above : { ...above, factors: [...above.factors, ...conditions] };
      if (node.kind === 'Field') visitField(type, node, within);
      else {
        const fragment = node.kind === 'InlineFragment' ? node : fragments.get(node.name.value);
        const condition = fragment?.typeCondition?.name.value;
        const target = condition === undefined ? type : schema.getType(condition);
        if (fragment !== undefined && target !== undefined && target !== null) visitSet(target, fragment.selectionSet, within);
      }
    }
  }

  function visitField(type: GraphQLType, node: FieldNode, above: Above): void {
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
    if (field === undefined || !(isObjectType(type) || isInterfaceType(type))) return;
    const depth = above.depth + 1;
    deepest = Math.max(deepest, depth);
    const path = above.path === '' ? (node.alias ?? node.name).value : `${above.path}.${(node.alias ?? node.name).value}`;
    const coordinates = isObjectType(type)
      ? [`${type.name}.${field.name}`]
      : [type, ...schema.getPossibleTypes(type)].map(({ name }) => `${name}.${field.name}`);
    walk(coordinates.length >> 2);
    for (const coordinate of coordinates) {
      const ceiling = rules.ceilingOf(coordinate);
      if (ceiling !== null) uses.push({ coordinate, path, factors: above.factors, ceiling: ceilingWith(ceiling, field, node) });
    }
    const inner = getNamedType(field.type);
    if (!isCompositeType(inner) || node.selectionSet === undefined) return;
    const { size, sized } = sizeOf(field, node, {
      declared: coordinates.map(rules.listSizeOf).find((rule) => rule !== null) ?? null,
      sized: above.sized,
      assumed: rules.assumedListSize,
    });
    visitSet(inner, node.selectionSet, { path, depth, factors: size === null ? above.factors : [...above.factors, size], sized });
  }

  visitSet(root, selection, { path: '', depth: 0, factors: [], sized: new Map() });
  return { uses, depth: deepest };
}

const tooManyFields = (): GatewayError =>
  new GatewayError(
    'COST_LIMIT_EXCEEDED',
    `With its fragments unfolded the operation has more than ${maxUnfoldedFields} fields. Ask for fewer at a time.`,
  );

/** Argument values are read once when no variable is in them, and when they are first needed. */
function ceilingWith(
  ceiling: (args: Variables) => Ceiling,
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: Variables) => Ceiling {
  const read = (variables: Variables): Ceiling => {
    const args = coercedArguments(field, node, variables);
    return args === null ? nothing : ceiling(args);
  };
  if (hasVariables(node)) return read;
  let fixed: Ceiling | null = null;
  return () => {
    fixed ??= read({});
    return fixed;
  };
}

const nothing: Ceiling = { inputTokens: 0, outputTokens: 0, cost: 0, calls: 0 };

function conditionsOf(directives: FieldNode['directives'] & {}): Amount[] {
  return directives.flatMap(({ name, arguments: args }) => {
    const value = args?.find((argument) => argument.name.value === 'if')?.value;
    if ((name.value !== 'include' && name.value !== 'skip') || value === undefined) return [];
    const wanted = name.value === 'include';
    if (value.kind === 'Variable') return [(variables: Variables) => (variables[value.name.value] === wanted ? 1 : 0)];
    return [() => (value.kind === 'BooleanValue' && value.value === wanted ? 1 : 0)];
  });
}

function operationOf(document: DocumentNode, name: string | null): OperationDefinitionNode | null {
  const operations = document.definitions.filter((node) => node.kind === 'OperationDefinition');
  return (name === null ? operations[0] : operations.find((node) => node.name?.value === name)) ?? null;
}
