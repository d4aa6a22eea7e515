/**
 * Turns the facts of calls and attempts into metrics, beside the ledger.
 *
 * Labels are words of the schema and the configuration, never of a caller: no operation, client, principal or tag. A call
 * for an unknown route counts as `other`. `aiUsage` answers who asked, because it has rows.
 */
import type { Registry } from 'prom-client';
import type { AttemptFact, Call, SettledFact, Settlement, Step } from '../core/call/call.ts';
import { callStep } from '../core/call/step.ts';
import { shareUsage, type Usage } from '../core/money.ts';
import { boundValues } from './bounded-values.ts';
import type { Log } from './log.ts';
import { countSeries, keyOf, timeSeries } from './series.ts';

/** Boundaries that the OpenTelemetry conventions for generative AI name for durations, and to the first token, in seconds. */
const durations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const firstTokens = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** A schema has as many AI fields as its operators wrote; a field that is renamed at every reload must not make this grow without limit. */
const maxCoordinates = 500;
const nanosPerDollar = 1e9;

const tokenTypes = [
  ['fresh_input', 'freshInputTokens'],
  ['cache_read', 'cacheReadTokens'],
  ['cache_write', 'cacheWriteTokens'],
  ['output', 'outputTokens'],
  ['reasoning', 'reasoningTokens'],
] as const satisfies readonly (readonly [string, keyof Usage])[];

export interface CallMetricsOptions {
  readonly registry: Registry;
  /** Names of the routes there are. */
  readonly routes: Iterable<string>;
  readonly log: Log;
}

export interface CallMetrics {
  /** Tells the metrics what is reported of each call. It stands outside the pipeline, and changes nothing. */
  readonly counted: Step;
  /** Counts the facts that wait. */
  flush(): void;
}

/** Facts wait for the next turn of the event loop, so that no reader waits for their counting. */
export function callMetrics(options: CallMetricsOptions): CallMetrics {
  const { settled, attempted } = counters(options);
  let waiting: { readonly call: Call; readonly fact: SettledFact | AttemptFact }[] = [];

  function flush(): void {
    const facts = waiting;
    waiting = [];
    for (const { call, fact } of facts) {
      if (fact.type === 'settled') settled(call, fact.settlement);
      else attempted(fact);
    }
  }

  function later(): void {
    try {
      flush();
    } catch (err) {
      options.log.error('facts of calls could not be counted', { err });
    }
  }

  return {
    flush,
    counted: callStep((call) => ({
      ...call,
      report(fact) {
        call.report(fact);
        if (fact.type !== 'settled' && fact.type !== 'attempt') return;
        if (waiting.length === 0) setImmediate(later);
        waiting.push({ call, fact });
      },
    })),
  };
}

function counters({ registry, routes }: CallMetricsOptions) {
  const routeOf = boundValues({ known: routes });
  const coordinateOf = boundValues({ most: maxCoordinates });
  const counter = <Label extends string>(name: string, help: string, labels: readonly Label[]) =>
    countSeries({ registry, name, help, labels });
  const histogram = <Label extends string>(name: string, help: string, buckets: readonly number[], labels: readonly Label[]) =>
    timeSeries({ registry, name, help, buckets, labels });

  const calls = counter('fieldgate_calls_total', 'Uses of AI fields that have ended, by how they ended.', [
    'coordinate',
    'route',
    'deployment',
    'outcome',
    'cache',
  ]);
  const tokens = counter('fieldgate_tokens_total', 'Tokens in disjoint classes; estimated where the vendor told none.', [
    'coordinate',
    'deployment',
    'type',
  ]);
  const cost = counter('fieldgate_cost_usd_total', 'US dollars booked.', ['coordinate', 'deployment']);
  const saved = counter('fieldgate_saved_cost_usd_total', 'US dollars that kept and shared answers did not cost again.', ['coordinate']);
  const unpriced = counter('fieldgate_unpriced_calls_total', 'Calls that were sent at an unknown price.', ['deployment']);
  const duration = histogram('fieldgate_call_duration_seconds', 'From the beginning of a call to its end.', durations, ['route', 'cache']);
  const firstToken = histogram(
    'fieldgate_call_time_to_first_token_seconds',
    'From the beginning of a call to its first content.',
    firstTokens,
    ['route', 'cache'],
  );
  const attempts = counter('fieldgate_attempts_total', 'Attempts at deployments that have ended, refused ones included.', [
    'deployment',
    'provider',
    'model',
    'outcome',
  ]);
  const miscounted = counter('fieldgate_miscounted_attempts_total', 'Attempts whose vendor told a count that cannot be true: estimated.', [
    'deployment',
  ]);
  const attemptDuration = histogram('fieldgate_attempt_duration_seconds', 'Of one attempt at one deployment.', durations, ['deployment']);
  const attemptFirstToken = histogram(
    'fieldgate_attempt_time_to_first_token_seconds',
    'From dispatch to the first content of one deployment.',
    firstTokens,
    ['deployment'],
  );

  const cellsOfUse = remembered((coordinate, route, deployment, outcome, cache) => ({
    calls: calls({ coordinate, route, deployment, outcome, cache }),
    tokens: tokenTypes.map(([type, field]) => ({ field, cell: tokens({ coordinate, deployment, type }) })),
    cost: cost({ coordinate, deployment }),
    saved: saved({ coordinate }),
  }));
  const cellsOfCall = remembered((route, deployment, cache) => ({
    unpriced: unpriced({ deployment }),
    duration: duration({ route, cache }),
    firstToken: firstToken({ route, cache }),
  }));
  const cellsOfAttempt = remembered((deployment, provider, model, outcome) => ({
    attempts: attempts({ deployment, provider, model, outcome }),
    miscounted: miscounted({ deployment }),
    duration: attemptDuration({ deployment }),
    firstToken: attemptFirstToken({ deployment }),
  }));

  return {
    settled(call: Call, settlement: Settlement): void {
      const { outcome, cache, usage } = settlement;
      const route = routeOf(call.route);
      const deployment = settlement.deployment ?? '';
      const weights = call.uses.map(({ weight }) => weight);
      const parts = shareUsage(settlement, weights);
      for (const [index, use] of call.uses.entries()) {
        const cells = cellsOfUse(coordinateOf(use.coordinate), route, deployment, outcome, cache);
        cells.calls.value += 1;
        const part = parts[index];
        if (part === undefined) continue;
        for (const { field, cell } of cells.tokens) if (part.usage[field] > 0) cell.value += part.usage[field];
        if (part.cost !== null && part.cost > 0) cells.cost.value += part.cost / nanosPerDollar;
        if (part.savedCost > 0) cells.saved.value += part.savedCost / nanosPerDollar;
      }
      const cells = cellsOfCall(route, deployment, cache);
      if (usage !== null && settlement.cost === null) cells.unpriced.value += 1;
      cells.duration.observe(settlement.latencyMs / 1000);
      if (settlement.timeToFirstTokenMs !== null) cells.firstToken.observe(settlement.timeToFirstTokenMs / 1000);
    },
    attempted({ deployment, provider, model, outcome, latencyMs, timeToFirstTokenMs, usage, miscounted: wrong }: AttemptFact): void {
      const cells = cellsOfAttempt(deployment, provider, model, outcome);
      cells.attempts.value += 1;
      if (wrong === true) cells.miscounted.value += 1;
      if (usage !== null) cells.duration.observe(latencyMs / 1000);
      if (timeToFirstTokenMs !== null) cells.firstToken.observe(timeToFirstTokenMs / 1000);
    },
  };
}

/** Calls `make` once for the same values, and returns its first result from then on. */
function remembered<Values extends readonly string[], T>(make: (...values: Values) => T): (...values: Values) => T {
  const made = new Map<string, T>();
  return (...values) => {
    const key = keyOf(values);
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(...values);
    made.set(key, value);
    return value;
  };
}
