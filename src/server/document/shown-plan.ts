/**
 * Shows the query plan of an operation to callers who may see it: which subgraph is asked for what, after what, and what the AI
 * fields among it can cost. A request asks for it by a header, as for a quote.
 */
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Scope } from '../../access/scopes.ts';
import { GatewayError } from '../../core/errors.ts';
import { engineIn, type OperationToRun } from '../../federation/engine/execution.ts';
import { localFieldsIn } from '../../federation/engine/local-fields.ts';
import type { DescribedFetch, DescribedField } from '../../federation/engine/steps/describe-steps.ts';
import type { OperationContext } from '../../operations/context.ts';
import type { ShownQuote } from '../../operations/open.ts';
import { keepCursor } from './event-cursor.ts';

/** `include`: in `extensions.queryPlan`, beside the result. `only`: in place of it, and nothing runs. */
export type PlanAsked = 'include' | 'only';

const planHeader = 'x-fieldgate-plan';
const scope: Scope = 'ai:plan';

/** Null: it does not ask. Throws FORBIDDEN without the scope, and BAD_REQUEST for a header that says something else. */
export function planAsked({ principal }: Pick<OperationContext, 'principal'>, headers: Readonly<Record<string, string>>): PlanAsked | null {
  const asked = headers[planHeader];
  if (asked === undefined) return null;
  if (!principal.scopes.includes(scope))
    throw new GatewayError('FORBIDDEN', `Query plans are for callers with the scope "${scope}". Leave out the header ${planHeader}.`);
  if (asked === 'include' || asked === 'only') return asked;
  throw new GatewayError('BAD_REQUEST', `The header ${planHeader} is "${asked.slice(0, 40)}". "include" or "only" would be accepted.`);
}

/** What an AI field among what is asked can cost, as `extensions.quote` shows it. */
interface QuotedField {
  readonly path: string;
  readonly coordinate: string;
  readonly calls: number;
  /** Decimal text, in US dollars; null: its price is unknown. */
  readonly cost: string | null;
}

interface ShownFetch extends Omit<DescribedFetch, 'fields'> {
  /** The AI fields that it asks for, with what they can cost at most; absent for other subgraphs. */
  readonly aiFields?: readonly QuotedField[];
}

export interface ShownPlan {
  /**
   * What runs the operation. `stitching`: which subgraph is asked for what is decided while it runs. `none`: this process answers it
   * alone, without a plan.
   */
  readonly engine: 'planner' | 'stitching' | 'none';
  readonly fetches: readonly ShownFetch[];
  /** Of the whole operation. */
  readonly quote: ShownQuote;
}

/** `operation.context` null: for a caller who may have everything. */
export async function shownPlan(schema: GraphQLSchema, operation: OperationToRun, quote: ShownQuote): Promise<ShownPlan> {
  const engine = engineIn(schema);
  const fetches = engine === null ? null : await engine.describe(operation);
  if (fetches === null) return { engine: localFieldsIn(schema) === null ? 'none' : 'stitching', fetches: [], quote };
  const quoted = (quote['fields'] ?? []) as readonly QuotedField[];
  return {
    engine: 'planner',
    fetches: fetches.map(({ fields, ...fetch }) => {
      if (fields === null) return fetch;
      const asked = new Set(fields.map(keyOf));
      return { ...fetch, aiFields: quoted.filter((one) => asked.has(keyOf(one))) };
    }),
    quote,
  };
}

const keyOf = ({ path, coordinate }: DescribedField): string => `${path} ${coordinate}`;

type Finish = (result: ExecutionResult) => ExecutionResult;

/** Puts the plan on the first result. */
export function withPlan(plan: ShownPlan | null, finish: Finish): Finish {
  if (plan === null) return finish;
  let isShown = false;
  return (result) => {
    const finished = finish(result);
    if (isShown) return finished;
    isShown = true;
    return keepCursor(result, { ...finished, extensions: { ...finished.extensions, queryPlan: plan } });
  };
}
