/**
 * The maximum that an operation can cost, before it runs: lists, aliases, fragments and conditions counted.
 *
 * An operation is compiled once: only AI fields remain, each with the lists above it. Variables then cost a few
 * multiplications. Without this, `products(first: 100) { summary }` is a denial-of-wallet tool.
 */
import type { Principal } from '../core/call/call.ts';
import { refuseAgain } from '../core/errors.ts';
import { decimalOf, type NanoUsd } from '../core/money.ts';
import { awaited, finishPaced, type Paced } from '../core/turns/paced.ts';
import { turnsOf } from '../core/turns/turns.ts';
import type { PriceTree, Variables } from './price-tree.ts';
import { type PricedUses, pricedUsesOf, type QuoteRules } from './priced-uses.ts';

export interface QuotedUse {
  readonly coordinate: string;
  /** Response keys from the root, such as `products.summary`. */
  readonly path: string;
  /** Where the field stands in the document, from 1 on; null: the operation has no text. */
  readonly line: number | null;
  readonly column: number | null;
  readonly calls: number;
  readonly cost: NanoUsd | null;
}

export interface Quote {
  /** Sum over all fields; null when one of them is unpriced. */
  readonly cost: NanoUsd | null;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly depth: number;
  readonly fields: readonly QuotedUse[];
}

/** Fields that send long texts take long to price: after so many input tokens the event loop gets a turn. */
const inputTokensPerTurn = 8_192;
/** The price of a field that sends nothing takes as long as so many tokens. */
const inputTokensPerUse = 4;
/** Fields that are read in one turn of the event loop, those of an interface once for each type. */
const fieldsPerTurn = 4_096;

/** An operation whose AI fields are known. Promises are for operations that send long texts or have thousands of fields. */
export interface CompiledQuote {
  /** Without a `caller`, nobody asks. */
  quote(variables: Variables, caller?: Principal | null): Quote | Promise<Quote>;
  /** Whether one of its AI fields is such a one. */
  asks(isSuch: (coordinate: string) => boolean): boolean | Promise<boolean>;
}

/** Throws COST_LIMIT_EXCEEDED for an operation whose fragments unfold without end. */
export function compileQuote(tree: PriceTree, rules: QuoteRules): CompiledQuote {
  const read = finishPaced(pricedUsesOf(tree, rules, turnsOf({ unitsPerTurn: fieldsPerTurn })));
  const price = (found: PricedUses, given: Variables, caller: Principal | null = null) =>
    finishPaced(evaluate(found, tree.coerceVariables(given), caller));
  const among = ({ uses }: PricedUses, isSuch: (coordinate: string) => boolean) => uses.some(({ coordinate }) => isSuch(coordinate));
  if (!(read instanceof Promise))
    return { quote: (variables, caller) => price(read, variables, caller), asks: (isSuch) => among(read, isSuch) };
  read.catch(() => {});
  return {
    quote: async (variables, caller) => price(await read.catch(refuseAgain), variables, caller),
    asks: async (isSuch) => among(await read.catch(refuseAgain), isSuch),
  };
}

function* evaluate({ uses, depth }: PricedUses, variables: Variables, caller: Principal | null): Paced<Quote> {
  const turns = turnsOf({ unitsPerTurn: inputTokensPerTurn });
  let cost: NanoUsd | null = 0;
  let inputTokens = 0;
  let outputTokens = 0;
  const fields: QuotedUse[] = [];
  for (const use of uses) {
    let calls = 1;
    for (const factor of use.factors) calls = countable(calls * factor(variables));
    if (calls === 0) continue;
    const found = use.ceiling(variables);
    const ceiling = yield* awaited(typeof found === 'function' ? found(caller) : found);
    const turn = turns.spend(inputTokensPerUse + ceiling.inputTokens);
    if (turn !== null) yield turn;
    const maxCost = ceiling.cost === null ? null : countable(calls * ceiling.cost);
    cost = cost === null || maxCost === null ? null : countable(cost + maxCost);
    inputTokens = countable(inputTokens + calls * ceiling.inputTokens);
    outputTokens = countable(outputTokens + calls * ceiling.outputTokens);
    const { coordinate, path, place } = use;
    const { line, column } = place ?? { line: null, column: null };
    fields.push({ coordinate, path, line, column, calls: countable(calls * (ceiling.calls ?? 1)), cost: maxCost });
  }
  return { cost, inputTokens, outputTokens, depth, fields };
}

/** Lists in lists of two billion are more than can be counted: beyond 2^53 - 1, which no limit reaches, it is that number. */
const countable = (amount: number): number => Math.min(Number.MAX_SAFE_INTEGER, amount);

/** The quote as JSON for people and scripts: money is decimal text in US dollars. */
export function quoteAsJson(quote: Quote): Readonly<Record<string, unknown>> {
  const dollars = (cost: NanoUsd | null): string | null => (cost === null ? null : decimalOf(cost));
  return { ...quote, cost: dollars(quote.cost), fields: quote.fields.map((field) => ({ ...field, cost: dollars(field.cost) })) };
}
