/**
 * A field becomes a Call. A request has been through these files before it gets here, in order:
 *
 *   server/       HTTP or WebSocket -> an operation within its limits, with one AbortSignal
 *   access/       authenticate: headers -> Principal
 *   operations/context.ts        who asks, until when, on which Hold
 *   federation/   operation -> the AI subgraph (or straight here, when the whole operation is ours)
 *   access/shield.ts, rules.ts    the field's scopes against the principal
 *   graphql/resolvers/        the field's arguments, through completion-request.ts and its kin -> ModelRequest
 *
 * and goes on to runs/ (the log of a completion) and pipeline/pipeline.ts (the steps, numbered).
 */
import type { GraphQLResolveInfo } from 'graphql';
import type { CachePolicy, Call, Fact, Principal, Settlement, Use } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { NanoUsd } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { estimateInputTokens } from '../core/request/tokens.ts';
import { countingHold } from '../graphql/call/counting-hold.ts';
import type { RouteView, Services } from '../graphql/services.ts';
import type { OperationContext } from './context.ts';
import { sharedSettlement } from './shared-settlement.ts';
import type { PathsOf } from './usage.ts';

/** The field that asks. */
export interface Asker {
  readonly services: Services;
  readonly context: OperationContext;
  readonly info: Pick<GraphQLResolveInfo, 'parentType' | 'fieldName' | 'path'>;
}

const coordinateOf = (info: Asker['info']): string => `${info.parentType.name}.${info.fieldName}`;

/** A field that a call serves, and its share of what the call costs, beside those of the others. */
export interface Asking {
  readonly info: Asker['info'];
  readonly weight: number;
}

export interface CallSettings {
  readonly id?: string;
  readonly route: string;
  readonly cache: CachePolicy;
  readonly tags: Readonly<Record<string, string>>;
  /** Ends the call earlier than its deadline. */
  readonly signal: AbortSignal;
  /** All fields that the call serves; the asker alone when absent. */
  readonly askers?: readonly Asking[];
  /** Somebody watches the answer grow. */
  readonly live?: boolean;
  /** See `Call.shown`. */
  readonly shown?: () => boolean;
  readonly onceInOperation?: boolean;
  /** What the operation's hold has reserved for each asker. When the call is settled, what it has not drawn of that goes back. Default 0. */
  readonly reserved?: NanoUsd;
  readonly report?: (fact: Fact) => void;
}

/** A call that other fields of its operation may join while it lasts. */
export interface JoinableCall {
  readonly call: Call;
  /** They bear their shares of the call from now on. False, and without effect, once it is settled. */
  join(askers: readonly Asking[]): boolean;
}

export const callFor = (asker: Asker, settings: CallSettings): Call => joinableCallFor(asker, settings).call;

/** The Call of one request to a model. What it used goes into the operation's usage, at the paths of the fields that asked. */
export function joinableCallFor({ services, context, info }: Asker, settings: CallSettings): JoinableCall {
  const { route, signal, reserved = 0 } = settings;
  const totalMs = services.routes().find(({ name }) => name === route)?.totalMs ?? 60_000;
  const id = settings.id ?? crypto.randomUUID();
  const askers: Asking[] = [];
  const uses: Use[] = [];
  const { hold, drawn } = countingHold(context.hold);
  let settled = false;
  const join = (more: readonly Asking[]): boolean => {
    if (settled) return false;
    askers.push(...more);
    uses.push(...more.map((asker) => ({ coordinate: coordinateOf(asker.info), weight: asker.weight })));
    return true;
  };
  join(settings.askers ?? [{ info, weight: 1 }]);
  const call: Call = {
    id,
    uses,
    operation: context.operation,
    principal: context.principal,
    route,
    cache: settings.cache,
    live: settings.live ?? false,
    ...(settings.shown === undefined ? {} : { shown: settings.shown }),
    onceInOperation: settings.onceInOperation ?? false,
    hold,
    tags: settings.tags,
    deadlineMs: services.now() + totalMs,
    signal,
    report(fact) {
      settings.report?.(fact);
      if (fact.type !== 'settled') return;
      settled = true;
      const left = reserved * askers.length - drawn();
      if (left > 0) void hold.giveBack(left).catch(() => {});
      const byField = [...Map.groupBy(askers, (asker) => coordinateOf(asker.info))];
      const settlements = sharedSettlement(
        fact.settlement,
        byField.map(([, of]) => of.reduce((sum, { weight }) => sum + weight, 0)),
      );
      for (const [index, [coordinate, of]] of byField.entries()) {
        const found = of.map((asker) => services.pathsOf(asker.info));
        const paths: PathsOf = () => [...new Map(found.flatMap((each) => each()).map((path) => [path.join('.'), path])).values()];
        context.usage.add({ callId: fact.callId, coordinate, paths, route, settlement: settlements[index] ?? fact.settlement });
      }
    },
  };
  return { call, join };
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

export const mayUse = (principal: Principal, route: string): boolean => principal.routes === null || principal.routes.includes(route);

/** The route of that name. BAD_REQUEST with the names that would do; where only this principal may not, FORBIDDEN, and UNAUTHENTICATED without a key. */
export function routeFor(services: Services, principal: Principal, name: string, kind: ModelRequest['kind']): RouteView {
  const routes = services.routes();
  const can = (route: RouteView): boolean => route.deployments.some(({ capabilities }) => capabilities.includes(kind));
  const usable = routes.filter((route) => mayUse(principal, route.name) && can(route)).map((route) => route.name);
  const remedy = usable.length === 0 ? `You have no route for ${kind}s.` : `Routes for ${kind}s: ${usable.join(', ')}.`;
  const route = routes.find((candidate) => candidate.name === name);
  if (route === undefined) throw new GatewayError('BAD_REQUEST', `There is no route "${name}". ${remedy}`);
  if (!mayUse(principal, name)) {
    if (principal.kind !== 'anonymous') throw new GatewayError('FORBIDDEN', `You may not use the route "${name}". ${remedy}`);
    throw new GatewayError('UNAUTHENTICATED', `The route "${name}" needs a key: send "Authorization: Bearer <key>". ${remedy}`);
  }
  if (!can(route)) throw new GatewayError('BAD_REQUEST', `The route "${name}" has no model for ${kind}s. ${remedy}`);
  return route;
}

/** CONTEXT_TOO_LONG when the request is longer than its own bound, or than any model of the route can read. */
export function checkLength(request: ModelRequest, route: RouteView): void {
  // An embedding is estimated with others of its operation, in one call.
  const tokens = request.kind === 'completion' ? estimateInputTokens(request) : 0;
  const bound = request.kind === 'completion' ? request.maxInputTokens : null;
  if (bound !== null && tokens > bound) {
    throw new GatewayError('CONTEXT_TOO_LONG', `The input is about ${tokens} tokens long, and maxInputTokens allows ${bound}.`);
  }
  const windows = route.deployments.map(({ contextWindow }) => contextWindow ?? Number.POSITIVE_INFINITY);
  const widest = Math.max(...windows);
  const longest = request.kind === 'embedding' ? Math.max(...request.texts.map((text) => Buffer.byteLength(text) / 8)) : tokens;
  if (longest > widest) {
    throw new GatewayError(
      'CONTEXT_TOO_LONG',
      `The input is about ${Math.ceil(longest)} tokens long, and the models of route "${route.name}" read at most ${widest}.`,
    );
  }
}
