import { addUsage, type NanoUsd, noUsage } from '../money.ts';
import type { AttemptFact, CacheFact, Fact, Settlement } from './call.ts';
import type { Outcome } from './usage-row.ts';

export interface Tally {
  add(fact: Fact): void;
  settled(outcome: Outcome, latencyMs: number, timeToFirstTokenMs: number | null): Settlement;
}

/** Ends of attempts that were refused here, before anything was asked. */
const neverAsked: ReadonlySet<Outcome> = new Set(['BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED']);

/** Adds up the facts of one call. The provider, model and deployment are those of the attempt that answered, else of the last that was asked. */
export function tally(): Tally {
  const attempts: AttemptFact[] = [];
  let cache: CacheFact = { type: 'cache', status: 'BYPASS', answeredBy: null };
  return {
    add(fact) {
      if (fact.type === 'attempt') attempts.push(fact);
      else if (fact.type === 'cache') cache = fact;
    },
    settled(outcome, latencyMs, timeToFirstTokenMs) {
      const sent = attempts.filter((attempt) => attempt.usage !== null);
      const by = sent.findLast((attempt) => attempt.outcome === 'OK') ?? sent.at(-1) ?? cache.answeredBy;
      const named = by ?? attempts.findLast((attempt) => !neverAsked.has(attempt.outcome)) ?? null;
      return {
        usage: by === null ? null : sent.reduce((sum, attempt) => addUsage(sum, attempt.usage ?? noUsage), noUsage),
        estimated: sent.some((attempt) => attempt.estimated),
        cost: sumOf(sent),
        savedCost: cache.answeredBy?.cost ?? 0,
        cache: cache.status,
        attempts: attempts.map(({ deployment, outcome: ended, latencyMs: took }) => ({ deployment, outcome: ended, latencyMs: took })),
        deployment: named?.deployment ?? null,
        provider: named?.provider ?? null,
        model: named?.model ?? null,
        outcome,
        latencyMs,
        timeToFirstTokenMs,
      };
    },
  };
}

/** Null when one of them was sent at an unknown price: a sum that leaves it out would look cheap. */
function sumOf(sent: readonly AttemptFact[]): NanoUsd | null {
  let sum = 0;
  for (const { cost } of sent) {
    if (cost === null) return null;
    sum += cost;
  }
  return sum;
}
