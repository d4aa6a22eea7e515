/** Keeps the plans of operations. Each plan is made once for everything that decides about it, and in advance when another graph takes over. */
import { waitInLine } from '../../../core/turns/turns.ts';
import { withoutDenied } from '../../authorization.ts';
import type { UnplannedOperation } from '../engine-options.ts';
import type { RecentOperation } from '../execution.ts';
import { type Conditions, resolvedConditions } from '../plan/conditions.ts';
import { planCache, type Weighed } from '../plan/plan-cache.ts';
import { type PlanOptions, Unplannable } from '../plan/planner.ts';
import { type PreparedOperation, type Preparing, prepareOperation, textOf } from '../plan/prepare-operation.ts';
import type { Written } from '../plan/written-operation.ts';

export interface KeptPlansOptions extends Preparing {
  readonly drawOverrides: () => PlanOptions;
  /** Called once per document that the planner cannot plan. */
  readonly onUnplanned: (operation: UnplannedOperation) => void;
}

export interface KeptPlans {
  /** `denied`: coordinates that the caller may not have; null: none. Returns null when there is no plan. */
  of(
    written: Written,
    variables: Readonly<Record<string, unknown>>,
    denied: ReadonlyMap<string, unknown> | null,
  ): PreparedOperation | null | Promise<PreparedOperation | null>;
  /** The most recent operation first. */
  recent(): readonly RecentOperation[];
  /**
   * Plans the operations until the signal fires, and resolves with the number of plans. An operation that cannot be planned is skipped. Never
   * rejects.
   */
  makeAhead(operations: readonly RecentOperation[], signal: AbortSignal): Promise<number>;
}

interface Kept {
  readonly prepared: PreparedOperation | null;
  readonly of: RecentOperation;
}

/** Number of documents that are remembered as unplannable. */
const maxUnplanned = 1_000;

export function keptPlans({ drawOverrides, onUnplanned, ...preparing }: KeptPlansOptions): KeptPlans {
  const plans = planCache<Kept>();
  const unplanned = new Set<string>();

  const made = (of: RecentOperation, drawn: PlanOptions): Kept | Promise<Kept> => {
    const { written, conditions, denied } = of;
    const key = [textOf(written), JSON.stringify(conditions), drawn.percentage, ...denied].join('\n');
    return plans.get(key, () => prepared(of, drawn));
  };

  /** Null is kept too: there is no plan. */
  async function prepared(of: RecentOperation, drawn: PlanOptions): Promise<Weighed<Kept>> {
    const { written, conditions, denied } = of;
    try {
      const asked = denied.length === 0 ? written : withoutCoordinates(written, new Set(denied));
      const { value, weight } = await prepareOperation(preparing, written, asked, conditions, drawn);
      return { weight, value: { prepared: value, of } };
    } catch (error) {
      if (!(error instanceof Unplannable)) throw error;
      tell(written, error);
      return { weight: 1_000, value: { prepared: null, of } };
    }
  }

  function withoutCoordinates(written: Written, denied: ReadonlySet<string>): Written {
    const given = { operation: written.operation, fragments: Object.fromEntries(written.fragments) };
    const { operation, fragments } = withoutDenied(preparing.client, given, denied);
    return { operation, fragments: new Map(Object.entries(fragments)) };
  }

  function tell(written: Written, { message, cause }: Unplannable): void {
    const text = textOf(written);
    if (unplanned.has(text)) return;
    if (unplanned.size >= maxUnplanned) unplanned.clear();
    unplanned.add(text);
    onUnplanned({ operationName: written.operation.name?.value ?? null, message, cause });
  }

  return {
    of(written, variables, denied) {
      const conditions: Conditions | null = resolvedConditions(written, variables);
      const kept = made({ written, conditions, denied: denied === null ? [] : [...denied.keys()].sort() }, drawOverrides());
      return kept instanceof Promise ? kept.then((one) => one.prepared) : kept.prepared;
    },
    recent: () => plans.recent().map(({ of }) => of),
    async makeAhead(operations, signal) {
      let count = 0;
      for (const operation of operations) {
        await waitInLine();
        if (signal.aborted) break;
        const isMade = await Promise.resolve(made(operation, drawOverrides())).then(
          ({ prepared }) => prepared !== null,
          () => false,
        );
        if (isMade) count += 1;
      }
      return count;
    },
  };
}
