/**
 * Makes the Call of one request to a model, for the fields of an operation that ask for its answer.
 *
 * A field asks with its coordinate and its paths, so a door of any protocol can ask: a REST route as well as a GraphQL resolver. The Call
 * goes on to `runs/` (the log of a completion) and to `pipeline/pipeline.ts` (the steps, numbered). When the pipeline settles it, its
 * usage goes into the operation's usage, shared among the fields.
 */
import type { CachePolicy, Call, Fact, Settlement, Use } from '../core/call/call.ts';
import { newCallId } from '../core/call/call-id.ts';
import type { GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import { monotonicMs } from '../core/turns/monotonic.ts';
import type { RouteFor } from '../routing/routing-rules.ts';
import type { OperationContext } from './context.ts';
import { holdOfFields, type LimitsOfField, limitsOfUses } from './limits/field-limits.ts';
import type { HoldShare } from './operation-hold.ts';
import { shareSettlement } from './shared-settlement.ts';
import type { PathsOf } from './usage.ts';

/** A field, as operations know it. */
export interface AskingField {
  /** Such as `Product.summary`. */
  readonly coordinate: string;
  /** Where in the client's response the field stands: more than once where one entity stands in several places. */
  readonly paths: PathsOf;
}

/** What a Call needs of the gateway. */
export interface CallSource {
  routes(): Iterable<{ readonly name: string; readonly totalMs: number }>;
  /** Default: no field has limits of its own. */
  readonly limitsOfField?: LimitsOfField;
  /** What the rules of the operator leave of a route. Default: there are none. */
  readonly routeFor?: RouteFor;
}

/** The field that asks, and the operation that it belongs to. */
export interface Asker {
  readonly services: CallSource;
  readonly context: OperationContext;
  readonly field: AskingField;
}

/** A field that a call serves, and its share of the call's cost relative to the other fields. */
export interface Asking {
  readonly field: AskingField;
  readonly weight: number;
}

export interface CallSettings {
  readonly id?: string;
  readonly route: string;
  readonly cache: CachePolicy;
  readonly tags: Readonly<Record<string, string>>;
  /** Ends the call earlier than its deadline. */
  readonly signal: AbortSignal;
  /** See `Call.abort`. */
  readonly abort?: (reason: GatewayError) => void;
  /** All fields that the call serves. Default: the asker alone. */
  readonly askers?: readonly Asking[];
  /** Somebody watches the answer grow. */
  readonly live?: boolean;
  /** See `Call.shown`. */
  readonly shown?: () => boolean;
  readonly onceInOperation?: boolean;
  /** Amount reserved per field, in nano-USD. The unused part is given back when the call settles. Default 0. */
  readonly reserved?: NanoUsd;
  /** What the call draws on. Default: a share of the operation's hold. */
  readonly share?: HoldShare;
  readonly report?: (fact: Fact) => void;
}

/** A call that other fields of its operation may join while it lasts. */
export interface JoinableCall {
  readonly call: Call;
  /** The fields bear their shares of the call from now on. False, and without effect, once it is settled. */
  join(askers: readonly Asking[]): boolean;
}

const usualTotalMs = 60_000;

const noLimits: LimitsOfField = () => null;

export const callFor = (asker: Asker, settings: CallSettings): Call => joinableCallFor(asker, settings).call;

export function joinableCallFor({ services, context, field }: Asker, settings: CallSettings): JoinableCall {
  const { route, signal, reserved = 0 } = settings;
  const askers: Asking[] = [];
  const uses: Use[] = [];
  const share = settings.share ?? context.hold.share();
  let settled = false;
  const { principal } = context;
  const limitsOf = services.limitsOfField ?? noLimits;
  const isLimitedElsewhere = ({ field: { coordinate } }: Asking): boolean =>
    limitsOf(coordinate, principal) !== null && !uses.some((use) => use.coordinate === coordinate);
  /** By the rules of the operator: what they leave of the route depends on what the fields send. */
  const goElsewhere = (more: readonly Asking[]): boolean => {
    const { routeFor } = services;
    const others = more.filter(({ field: { coordinate } }) => !uses.some((use) => use.coordinate === coordinate));
    if (routeFor === undefined || others.length === 0) return false;
    try {
      return routeFor({ route, principal, uses }) !== routeFor({ route, principal, uses: [...uses, ...others.map(useOf)] });
    } catch {
      // Their own call is refused, in the words of the rule.
      return true;
    }
  };
  const join = (more: readonly Asking[]): boolean => {
    // The budgets of a further field would have to be drawn on before the call began.
    if (settled || (uses.length > 0 && (more.some(isLimitedElsewhere) || goElsewhere(more)))) return false;
    askers.push(...more);
    uses.push(...more.map(useOf));
    return true;
  };
  join(settings.askers ?? [{ field, weight: 1 }]);
  const fieldLimits = limitsOfUses(uses, principal, limitsOf);
  const call: Call = {
    id: settings.id ?? newCallId(),
    uses,
    operation: context.operation,
    principal,
    route,
    cache: settings.cache,
    live: settings.live ?? false,
    onceInOperation: settings.onceInOperation ?? false,
    hold: fieldLimits === null ? share.hold : holdOfFields(share.hold, uses, principal, limitsOf),
    tags: settings.tags,
    deadlineMs: monotonicMs() + totalMsOf(route, services),
    signal,
    report(fact) {
      settings.report?.(fact);
      if (fact.type !== 'settled') return;
      settled = true;
      const left = reserved * askers.length - share.drawn();
      if (left > 0) void context.hold.giveBack(left).catch(() => {});
      addUsage(askers, fact.settlement, fact.callId, route, context);
    },
  };
  const { shown, abort } = settings;
  if (abort !== undefined && fieldLimits === null && shown === undefined) return { call: { ...call, abort }, join };
  const more = {
    ...(shown === undefined ? {} : { shown }),
    ...(fieldLimits === null ? {} : { fieldLimits }),
    ...(abort === undefined ? {} : { abort }),
  };
  return { call: { ...call, ...more }, join };
}

const useOf = ({ field: { coordinate }, weight }: Asking): Use => ({ coordinate, weight });

function totalMsOf(route: string, services: CallSource): number {
  for (const { name, totalMs } of services.routes()) if (name === route) return totalMs;
  return usualTotalMs;
}

/** One entry for each coordinate, with the paths of all its fields. */
function addUsage(askers: readonly Asking[], settlement: Settlement, callId: string, route: string, { usage }: OperationContext): void {
  const [only] = askers;
  if (only !== undefined && askers.length === 1) {
    usage.add({ callId, coordinate: only.field.coordinate, paths: only.field.paths, route, settlement });
    return;
  }
  const byField = [...Map.groupBy(askers, ({ field }) => field.coordinate)];
  const settlements = shareSettlement(
    settlement,
    byField.map(([, of]) => of.reduce((sum, { weight }) => sum + weight, 0)),
  );
  for (const [index, [coordinate, of]] of byField.entries()) {
    const paths: PathsOf = () => [...new Map(of.flatMap(({ field }) => field.paths()).map((path) => [path.join('.'), path])).values()];
    usage.add({ callId, coordinate, paths, route, settlement: settlements[index] ?? settlement });
  }
}

/** Keeps the settlement that a call reports. */
export function settlementKeeper(): { readonly report: (fact: Fact) => void; readonly settlement: () => Settlement | null } {
  let settlement: Settlement | null = null;
  return {
    report: (fact) => {
      if (fact.type === 'settled') settlement = fact.settlement;
    },
    settlement: () => settlement,
  };
}
