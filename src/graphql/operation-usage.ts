import type { Settlement } from '../core/call.ts';
import { decimalOf, type NanoUsd, totalTokensOf, type Usage } from '../core/money.ts';
import type { CacheStatus } from '../core/usage-row.ts';

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
  /** Null when one of the calls is unpriced. */
  readonly cost: string | null;
  readonly totalTokens: number;
  readonly calls: readonly CallUsage[];
}

/** Asked when the operation has settled: before that the gateway does not know where in the response an entity will stand. */
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
  /** Null when the operation asked nothing of a model. */
  extension(): UsageExtension | null;
}

export function operationUsage(): OperationUsage {
  const calls: SettledCall[] = [];
  return {
    add: (call) => {
      calls.push(call);
    },
    extension: () => (calls.length === 0 ? null : extensionOf(calls)),
  };
}

function extensionOf(calls: readonly SettledCall[]): UsageExtension {
  let cost: NanoUsd | null = 0;
  let totalTokens = 0;
  for (const { settlement } of calls) {
    cost = cost === null || settlement.cost === null ? null : cost + settlement.cost;
    totalTokens += settlement.usage === null ? 0 : totalTokensOf(settlement.usage);
  }
  return {
    cost: cost === null ? null : decimalOf(cost),
    totalTokens,
    calls: calls.map(({ settlement, paths, ...call }) => ({
      ...call,
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
