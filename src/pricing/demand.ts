/**
 * What an operation demands of subgraphs at most, by the weights of the cost specification (`@cost`, `@listSize`): each object of a result
 * counts 1 and each plain value 0 where the schema gives no other weight, a mutation 10 more, and lists multiply.
 *
 * An operation is compiled once: what weighs something remains, each with the lists above it. Variables then cost a few multiplications.
 */
import { GatewayError, refuseAgain } from '../core/errors.ts';
import { finishPaced, type Paced } from '../core/turns/paced.ts';
import { turnsOf } from '../core/turns/turns.ts';
import type { Amount } from './list-size.ts';
import type { FieldArguments, PriceTree, Variables } from './price-tree.ts';
import { type ListRules, type WalkedField, walkTree } from './walk-tree.ts';

export interface DemandRules extends ListRules {
  /** Weight of one member of the field's result. */
  readonly weightOf: (coordinate: string) => number;
  /** Weights of arguments, by name: they count where they are given. */
  readonly argumentWeightsOf: (coordinate: string) => ReadonlyMap<string, ArgumentWeight>;
  /** Arguments of which exactly one must be given; empty: there is no such rule. */
  readonly slicingArgumentsOf: (coordinate: string) => readonly string[];
}

export interface ArgumentWeight {
  readonly own: number;
  /** Of the input fields in a coerced value; null: none has a weight. */
  readonly ofFields: ((value: unknown) => number) | null;
}

export interface Demand {
  readonly total: number;
  /** Path of the field that demands most by itself, such as `products.reviews`; null: nothing weighs anything. */
  readonly heaviest: string | null;
}

interface WeighedField {
  readonly path: string;
  readonly factors: readonly Amount[];
  /** Weight of the field's result times the size of its own list, and the weights of its arguments. */
  readonly weight: (variables: Variables) => number;
}

interface Compiled {
  readonly weighed: readonly WeighedField[];
  /** Throw BAD_REQUEST. */
  readonly checks: readonly ((variables: Variables) => void)[];
}

/** Fields that are read in one turn of the event loop. */
const fieldsPerTurn = 4_096;

/** `variables`: coerced. Throws COST_LIMIT_EXCEEDED for fragments without end, BAD_REQUEST where not exactly one slicing argument is given. */
export type DemandOf = (variables: Variables) => Demand | Promise<Demand>;

export function compileDemand(tree: PriceTree, rules: DemandRules): DemandOf {
  const compiled = finishPaced(compile(tree, rules));
  if (!(compiled instanceof Promise)) return (variables) => evaluate(compiled, variables);
  compiled.catch(() => {});
  return async (variables) => evaluate(await compiled.catch(refuseAgain), variables);
}

function* compile(tree: PriceTree, rules: DemandRules): Paced<Compiled> {
  const weighed: WeighedField[] = [];
  const checks: ((variables: Variables) => void)[] = [];
  yield* walkTree(tree, rules, turnsOf({ unitsPerTurn: fieldsPerTurn }), (field) => {
    const weight = weightOf(field, rules);
    if (weight !== null) weighed.push({ path: field.path, factors: field.above.factors, weight });
    const check = slicingCheck(field, rules);
    if (check !== null) checks.push(check);
  });
  return { weighed, checks };
}

/** For a field of an interface, the heaviest of its types counts. */
function weightOf({ node, size }: WalkedField, rules: DemandRules): WeighedField['weight'] | null {
  const ofResult = Math.max(0, ...node.coordinates.map(rules.weightOf));
  const ofArguments = node.coordinates.flatMap((coordinate) => [...rules.argumentWeightsOf(coordinate)]);
  if (ofResult === 0 && ofArguments.length === 0) return null;
  return (variables) => {
    let total = size === null ? ofResult : ofResult * size(variables);
    /** Coerced once, where a value is looked into. */
    let values: Variables | null | undefined;
    for (const [name, { own, ofFields }] of ofArguments) {
      if (!isGiven(node.arguments, name, variables)) continue;
      total += own;
      if (ofFields === null) continue;
      if (values === undefined) values = node.arguments.coerce(variables);
      total += ofFields(values?.[name]);
    }
    return total;
  };
}

function slicingCheck({ node, path, above }: WalkedField, rules: DemandRules): Compiled['checks'][number] | null {
  const slicing = node.coordinates.map(rules.slicingArgumentsOf).find((names) => names.length > 0);
  if (slicing === undefined) return null;
  return (variables) => {
    if (above.factors.some((factor) => factor(variables) === 0)) return;
    const given = slicing.filter((name) => isGiven(node.arguments, name, variables) || hasDefault(node.arguments, name));
    if (given.length === 1) return;
    const what = given.length === 0 ? 'none of them' : given.join(' and ');
    throw new GatewayError(
      'BAD_REQUEST',
      `${path} needs exactly one of the arguments ${slicing.join(', ')}, which say how long its list can be. The operation gives ${what}.`,
    );
  };
}

function isGiven(args: FieldArguments, name: string, variables: Variables): boolean {
  const given = args.named(name)?.given;
  if (given === undefined || given.kind === 'absent') return false;
  const value = given.kind === 'variable' ? variables[given.name] : given.value;
  return value !== undefined && value !== null;
}

function hasDefault(args: FieldArguments, name: string): boolean {
  const { byDefault, given } = args.named(name) ?? {};
  return given?.kind === 'absent' && byDefault !== undefined && byDefault !== null;
}

function evaluate({ weighed, checks }: Compiled, variables: Variables): Demand {
  for (const check of checks) check(variables);
  let total = 0;
  let most = 0;
  let heaviest: string | null = null;
  for (const { path, factors, weight } of weighed) {
    let demand = weight(variables);
    for (const factor of factors) demand *= factor(variables);
    total = Math.min(Number.MAX_SAFE_INTEGER, total + demand);
    if (demand <= most) continue;
    most = demand;
    heaviest = path;
  }
  return { total, heaviest };
}
