/**
 * Asks for a root completion: as a run, whose events are the subscription, where somebody can come back to it; else for the whole answer
 * at once.
 */
import { completionOf } from '../../core/call/collect-answer.ts';
import type { CompletionRequest } from '../../core/request/request.ts';
import { estimateInputInTurns, type InputEstimate } from '../../core/request/tokens.ts';
import { turnIfLarge } from '../../core/turns/large-value.ts';
import { callFor } from '../../operations/field-call.ts';
import { checkLength, chooseRoute } from '../../operations/route-choice.ts';
import type { Run, RunState } from '../../runs/run.ts';
import type { CompletionInput } from '../generated.ts';
import type { Asker } from './asker.ts';
import { cachePolicyOf, idempotencyKeyOf, tagsOf } from './call-input.ts';
import { completionRequestOf } from './completion-request.ts';

export interface HowToRun {
  /** The completion goes on while nobody reads. */
  readonly detached?: boolean;
  /** Somebody watches the answer grow: see `Call.live`. */
  readonly live?: boolean;
}

/** A completion that is ready to begin: its input was not refused. */
export interface PreparedRun {
  readonly route: string;
  /** Estimated tokens of the input. Reading it took as much work. */
  readonly inputTokens: number;
  /** Throws CONTEXT_TOO_LONG, IDEMPOTENCY_CONFLICT and RESUME_EXPIRED. */
  start(how: HowToRun): Promise<Run>;
  /** The whole answer. Opens a run only where an idempotency key says how to come back. Throws the failure. */
  answer(): Promise<RunState>;
}

/** Throws BAD_REQUEST and FORBIDDEN, with what would have been accepted. Returns a Promise only for a long input. */
export function prepareCompletion(asker: Asker, input: CompletionInput): PreparedRun | Promise<PreparedRun> {
  const { services, context } = asker;
  const route = chooseRoute(services.routes(), context.principal, input.route ?? 'default', 'completion');
  const request: CompletionRequest = completionRequestOf(input, route, services, context.principal);
  const idempotencyKey = idempotencyKeyOf(input.idempotencyKey);
  const settings = { route: route.name, cache: cachePolicyOf(input.cache), tags: tagsOf(input.tags) };
  const { idempotencyKey: _, ...asked } = input;
  const estimate = estimateInputInTurns(request);
  /** Null: the completion may begin at once. Otherwise a long input was read, and others have their turn first. */
  function checked(): Promise<void> | null {
    checkLength(request, route);
    return turnIfLarge(request);
  }
  async function start({ detached = false, live = false }: HowToRun): Promise<Run> {
    const turn = checked();
    if (turn !== null) await turn;
    return services.runs.start({
      principal: context.principal,
      idempotencyKey,
      input: { kind: 'completion', ...asked },
      route: route.name,
      detached,
      source: (run) => services.handle.stream(request, callFor(asker, { ...settings, ...run, live })),
    });
  }
  async function answer(): Promise<RunState> {
    if (idempotencyKey !== null) return endOf(await start({}), context.signal);
    const turn = checked();
    if (turn !== null) await turn;
    return services.runs.answer({
      principal: context.principal,
      route: route.name,
      signal: context.signal,
      ask: (answering) => services.handle.whole(request, callFor(asker, { ...settings, ...answering })).then(completionOf),
    });
  }
  const prepared = ({ total }: InputEstimate): PreparedRun => ({ route: route.name, inputTokens: total, start, answer });
  return estimate instanceof Promise ? estimate.then(prepared) : prepared(estimate);
}

/** The run's end. Throws its failure. */
export async function endOf(run: Run, signal: AbortSignal): Promise<RunState> {
  const state = await run.ended(signal);
  if (state.failure !== null) throw state.failure;
  return state;
}
