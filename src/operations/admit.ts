/**
 * Judges an operation as a whole, before it runs: the maximum that it can cost, and whether that is allowed.
 *
 * AI fields on entities multiply by lists, so their whole cost is reserved at once, and the operation is refused at once. Operations
 * whose AI fields are all at the root reserve nothing here: each field draws for itself, and a spent budget is then data in
 * its result union.
 */
import type { Principal } from '../core/call/call.ts';
import { GatewayError, refuseAgain } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { costRefusal } from '../pricing/cost-limit.ts';
import { compileDemand, type DemandOf, type DemandRules } from '../pricing/demand.ts';
import type { PriceTree, Variables } from '../pricing/price-tree.ts';
import type { QuoteRules } from '../pricing/priced-uses.ts';
import { type CompiledQuote, compileQuote, type Quote } from '../pricing/quote.ts';
import type { OperationHold } from './operation-hold.ts';

/** An operation with the values of its variables. */
export interface PricedOperation {
  readonly tree: PriceTree;
  readonly variables: Variables;
}

export interface Admission {
  /** The maximum that the operation can cost. Compiled once per tree. */
  quote(tree: PriceTree, variables: Variables, caller?: Principal | null): Quote | Promise<Quote>;
  /** Maximum demand of the operation on subgraphs. Null: nothing bounds it. Rejects when the demand cannot be counted. */
  demand(tree: PriceTree, variables: Variables): Promise<JudgedDemand> | null;
  /**
   * Null: the operation may run, and what it needs is reserved. Throws COST_LIMIT_EXCEEDED and BUDGET_EXCEEDED. With `quoteOnly`
   * it returns the quote: the client asked for that in place of the run.
   */
  admit(operation: PricedOperation, asking: Asking): Quote | null | Promise<Quote | null>;
}

export interface JudgedDemand {
  readonly total: number;
  /** COST_LIMIT_EXCEEDED; null: it is allowed. */
  readonly refusal: GatewayError | null;
}

interface Asking {
  readonly caller?: Principal;
  readonly hold: OperationHold;
  readonly quoteOnly: boolean;
}

export interface AdmissionOptions {
  readonly rules: QuoteRules;
  /** Null: no limit but the budgets. */
  readonly maxCostPerOperation: NanoUsd | null;
  /** What an operation may demand of subgraphs, by the weights of their schemas. Null, and the default: anything. */
  readonly demand?: { readonly rules: DemandRules; readonly max: number } | null;
  /** Coordinates of the AI fields on entities. */
  readonly entityFields: ReadonlySet<string>;
}

export function admission({ rules, maxCostPerOperation, demand = null, entityFields }: AdmissionOptions): Admission {
  const isEntityField = (coordinate: string): boolean => entityFields.has(coordinate);
  const compiled = new WeakMap<PriceTree, CompiledQuote>();
  const judgeDemand = demand === null ? null : demandJudge(demand.rules, demand.max);

  function compile(tree: PriceTree): CompiledQuote {
    const known = compiled.get(tree);
    if (known !== undefined) return known;
    const made = compileOrRefuse(tree, rules);
    compiled.set(tree, made);
    return made;
  }

  async function judged(
    of: CompiledQuote,
    variables: Variables,
    reserves: boolean,
    { caller, hold, quoteOnly }: Asking,
  ): Promise<Quote | null> {
    const quoted = await of.quote(variables, caller);
    if (quoteOnly) return quoted;
    if (quoted.fields.length === 0) return null;
    const refused = costRefusal(quoted, maxCostPerOperation);
    if (refused !== null) throw refused;
    if (reserves && quoted.cost !== null && quoted.fields.some(({ coordinate }) => isEntityField(coordinate)))
      await hold.reserve(quoted.cost);
    return null;
  }

  function admitted({ tree, variables }: PricedOperation, asking: Asking): null | Promise<Quote | null> {
    const of = compile(tree);
    const decide = (asks: boolean): null | Promise<Quote | null> => {
      const reserves = asking.hold.budgeted && asks;
      return !asking.quoteOnly && !reserves && maxCostPerOperation === null ? null : judged(of, variables, reserves, asking);
    };
    const asks = of.asks(isEntityField);
    return asks instanceof Promise ? asks.then(decide) : decide(asks);
  }

  return {
    quote: (tree, variables, caller) => compile(tree).quote(variables, caller),
    demand: (tree, variables) => judgeDemand?.(tree, variables) ?? null,
    admit(operation, asking) {
      const judging = judgeDemand?.(operation.tree, operation.variables) ?? null;
      if (judging === null) return admitted(operation, asking);
      return judging.then(({ refusal }) => {
        if (refusal !== null) throw refusal;
        return admitted(operation, asking);
      });
    },
  };
}

/** Throws what `DemandOf` throws. */
function demandJudge(rules: DemandRules, max: number): (tree: PriceTree, variables: Variables) => Promise<JudgedDemand> {
  const compiled = new WeakMap<PriceTree, DemandOf>();
  return async (tree, variables) => {
    const of = compiled.get(tree) ?? compileDemand(tree, rules);
    compiled.set(tree, of);
    const { total, heaviest } = await of(tree.coerceVariables(variables));
    if (total <= max) return { total, refusal: null };
    const message = `The operation demands ${total} of the subgraphs, by the weights of their schemas, and ${max} is allowed. ${heaviest} demands most. Ask for shorter lists, or for fewer fields at a time.`;
    return { total, refusal: new GatewayError('COST_LIMIT_EXCEEDED', message) };
  };
}

/** A refusal is remembered like a price: an operation that unfolds without end is counted once. */
function compileOrRefuse(tree: PriceTree, rules: QuoteRules): CompiledQuote {
  try {
    return compileQuote(tree, rules);
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { quote: () => refuseAgain(error), asks: () => refuseAgain(error) };
  }
}
