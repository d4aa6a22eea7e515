/** What an operation has used, call by call: `extensions.usage` of its result. */
import type { Settlement } from '../core/call/call.ts';
import type { CacheStatus } from '../core/call/usage-row.ts';
import { decimalOf, type NanoUsd, totalTokensOf, type Usage } from '../core/money.ts';

/** One entry of `extensions.usage.calls`. Money is decimal text in US dollars. */
export interface CallUsage {
  readonly callId: string;
  readonly coordinate: string;
  readonly paths: readonly (readonly (string | number)[])[];
  readonly model: string | null;
  readonly route: string;
  readonly cache: CacheStatus;
  readonly usage: Usage | null;
  readonly cost: string | null;
  readonly savedCost: string;
  readonly latencyMs: number;
}

export interface UsageExtension {
  /** Sum over all calls; null when one of them is unpriced. */
  readonly cost: string | null;
  readonly totalTokens: number;
  readonly calls: readonly CallUsage[];
}

/** Read when the operation has settled: before that the gateway does not know where in the response an entity will stand. */
export type PathsOf = () => readonly (readonly (string | number)[])[];

export interface SettledCall {
  readonly callId: string;
  readonly coordinate: string;
  readonly paths: PathsOf;
  readonly route: string;
  readonly settlement: Settlement;
}

export interface OperationUsage {
  add(call: SettledCall): void;
  /** All that the operation has used. Null when no call was settled since `extension` was called last. */
  extension(): UsageExtension | null;
  /** How far the inputs of its fields were read: `graphql/call/field-turns.ts` writes it. Null: none was. */
  reading: object | null;
}

/**
 * Each event of a stream repeats the calls of the events before it, at most so many: its last event then has all calls of an answer,
 * the search and the text. Of older calls only the sums stay, or a subscription whose every event asks a model would grow without end.
 */
const maxRepeatedAnswers = 16;

interface Sums {
  readonly cost: NanoUsd | null;
  readonly totalTokens: number;
}

const nothing: Sums = { cost: 0, totalTokens: 0 };

export const operationUsage = (): OperationUsage => new UsageOfOperation();

/** A class, since each operation has one: its methods are made once. */
class UsageOfOperation implements OperationUsage {
  reading: object | null = null;
  #older: Sums = nothing;
  #told: readonly SettledCall[] = [];
  #fresh: SettledCall[] = [];

  add(call: SettledCall): void {
    this.#fresh.push(call);
  }

  extension(): UsageExtension | null {
    if (this.#fresh.length === 0) return null;
    const keptFrom = Math.max(0, this.#told.length - maxRepeatedAnswers);
    if (keptFrom > 0) this.#older = sumsOf(this.#older, this.#told.slice(0, keptFrom));
    this.#told = this.#told.length === 0 ? this.#fresh : [...this.#told.slice(keptFrom), ...this.#fresh];
    this.#fresh = [];
    return extensionOf(this.#older, this.#told);
  }
}

function sumsOf(start: Sums, calls: readonly SettledCall[]): Sums {
  return calls.reduce<Sums>(
    ({ cost, totalTokens }, { settlement }) => ({
      cost: cost === null || settlement.cost === null ? null : cost + settlement.cost,
      totalTokens: totalTokens + (settlement.usage === null ? 0 : totalTokensOf(settlement.usage)),
    }),
    start,
  );
}

function extensionOf(older: Sums, calls: readonly SettledCall[]): UsageExtension {
  const { cost, totalTokens } = sumsOf(older, calls);
  return {
    cost: cost === null ? null : decimalOf(cost),
    totalTokens,
    calls: calls.map(({ callId, coordinate, route, settlement, paths }) => ({
      callId,
      coordinate,
      route,
      paths: paths(),
      model: settlement.model,
      cache: settlement.cache,
      usage: settlement.usage,
      cost: settlement.cost === null ? null : decimalOf(settlement.cost),
      savedCost: decimalOf(settlement.savedCost),
      latencyMs: settlement.latencyMs,
    })),
  };
}
