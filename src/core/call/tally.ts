import { addUsage, type NanoUsd, noUsage, type Usage } from '../money.ts';
import type { AttemptFact, CacheFact, Fact, Settlement } from './call.ts';
import type { Outcome } from './usage-row.ts';

export interface Tally {
  add(fact: Fact): void;
  settled(outcome: Outcome, latencyMs: number, timeToFirstTokenMs: number | null): Settlement;
}

/** Ends of attempts that were refused here, before anything was asked. */
const neverAsked: ReadonlySet<Outcome> = new Set(['BUDGET_EXCEEDED', 'COST_LIMIT_EXCEEDED', 'UNPRICED']);

/** Adds up the facts of one call. The provider, model and deployment are those of the attempt that answered, else of the last that was asked. */
export const tally = (): Tally => new TallyOfCall();

/** A class, since each call has one: its methods are made once. */
class TallyOfCall implements Tally {
  readonly #attempts: AttemptFact[] = [];
  #cache: CacheFact = bypassed;

  add(fact: Fact): void {
    if (fact.type === 'attempt') this.#attempts.push(fact);
    else if (fact.type === 'cache') this.#cache = fact;
  }

  settled(outcome: Outcome, latencyMs: number, timeToFirstTokenMs: number | null): Settlement {
    const attempts = this.#attempts;
    const { answeredBy, status } = this.#cache;
    const sent = attempts.filter((attempt) => attempt.usage !== null);
    const by = sent.findLast((attempt) => attempt.outcome === 'OK') ?? sent.at(-1) ?? answeredBy;
    const named = by ?? attempts.findLast((attempt) => !neverAsked.has(attempt.outcome)) ?? null;
    return {
      usage: by === null ? null : usageOf(sent),
      estimated: sent.some((attempt) => attempt.estimated),
      cost: sumOf(sent),
      savedCost: answeredBy?.cost ?? 0,
      cache: status,
      attempts: attempts.map(({ deployment, outcome: ended, latencyMs: took }) => ({ deployment, outcome: ended, latencyMs: took })),
      deployment: named?.deployment ?? null,
      provider: named?.provider ?? null,
      model: named?.model ?? null,
      outcome,
      latencyMs,
      timeToFirstTokenMs,
    };
  }
}

const bypassed: CacheFact = { type: 'cache', status: 'BYPASS', answeredBy: null };

/** Most calls are sent once. */
function usageOf(sent: readonly AttemptFact[]): Usage {
  const [only] = sent;
  if (sent.length === 1) return only?.usage ?? noUsage;
  return sent.reduce((sum, { usage }) => addUsage(sum, usage ?? noUsage), noUsage);
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
