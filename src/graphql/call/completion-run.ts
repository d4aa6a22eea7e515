/**
 * Runs a root completion as a run: the handler is its source, its events are the subscription, its end is the query's
 * answer.
 */
import type { CompletionRequest } from '../../core/request/request.ts';
import { estimateInputInTurns, type InputEstimate } from '../../core/request/tokens.ts';
import { turnIfLarge } from '../../core/turns/large-value.ts';
import { callFor } from '../../operations/field-call.ts';
import { checkLength, chooseRoute } from '../../operations/route-choice.ts';
import type { BeginRun, Run } from '../../runs/run.ts';
import type { CompletionInput } from '../generated.ts';
import type { Asker } from './asker.ts';
import { cachePolicyOf, idempotencyKeyOf, tagsOf } from './call-input.ts';
import { completionRequestOf } from './completion-request.ts';

export interface HowToRun {
  /** Continues when nobody reads. */
  readonly detached?: boolean;
  /** Somebody watches it grow: see `Call.live`. */
  readonly live?: boolean;
}

/** A completion that is ready to begin: all that can be refused has been. */
export interface PreparedRun {
  readonly route: string;
  /** As estimated: what it took to read. */
  readonly inputTokens: number;
  /** Throws CONTEXT_TOO_LONG, IDEMPOTENCY_CONFLICT and RESUME_EXPIRED. */
  start(how: HowToRun): Promise<Run>;
}

/** Throws BAD_REQUEST and FORBIDDEN, with what would have been accepted. Returns a Promise only for a long input. */
export function preparedCompletion(asker: Asker, input: CompletionInput): PreparedRun | Promise<PreparedRun> {
  const { services, context } = asker;
  const route = chooseRoute(services.routes(), context.principal, input.route ?? 'default', 'completion');
  const request: CompletionRequest = completionRequestOf(input, route, services, context.principal);
  const idempotencyKey = idempotencyKeyOf(input.idempotencyKey);
  const settings = { route: route.name, cache: cachePolicyOf(input.cache), tags: tagsOf(input.tags) };
  const { idempotencyKey: _, ...asked } = input;
  const estimate = estimateInputInTurns(request);
  const prepared = ({ total }: InputEstimate): PreparedRun => ({
    route: route.name,
    inputTokens: total,
    async start({ detached = false, live = false }) {
      checkLength(request, route);
      const begin: BeginRun = {
        principal: context.principal,
        idempotencyKey,
        input: { kind: 'completion', ...asked },
        route: route.name,
        detached,
        source: (run) => services.handle.stream(request, callFor(asker, { ...settings, ...run, live })),
      };
      // It has just been read.
      const turn = turnIfLarge(request);
      if (turn !== null) await turn;
      return services.runs.start(begin);
    },
  });
  return estimate instanceof Promise ? estimate.then(prepared) : prepared(estimate);
}
