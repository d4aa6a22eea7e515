/**
 * Runs a root completion. When somebody can come back to it, it is a run whose events feed the subscription. Otherwise the whole answer is asked
 * for at once.
 */

import type { Said } from '../../core/batch.ts';
import { completionOf } from '../../core/call/collect-answer.ts';
import type { CompletionRequest } from '../../core/request/request.ts';
import { estimateInputInTurns, type InputEstimate } from '../../core/request/tokens.ts';
import { turnIfLarge } from '../../core/turns/large-value.ts';
import { callFor } from '../../operations/field-call.ts';
import { checkLength, chooseRoute } from '../../operations/route-choice.ts';
import type { Run, RunSource, RunState } from '../../runs/run.ts';
import { type ConversationTurn, historyRoom, newMessages, openTurn } from '../conversations/conversation-turn.ts';
import { withHistory } from '../conversations/model-history.ts';
import type { AiConversationInput, CompletionInput } from '../generated.ts';
import type { Asker } from './asker.ts';
import { cachePolicyOf, idempotencyKeyOf, tagsOf } from './call-input.ts';
import { completionRequestOf } from './completion-request.ts';

export interface HowToRun {
  /** The completion continues when nobody reads it. */
  readonly detached?: boolean;
  /** A reader watches the answer while it grows: see `Call.live`. */
  readonly live?: boolean;
}

/** A completion that is ready to start: its input was accepted. */
export interface PreparedRun {
  readonly route: string;
  /** Estimated tokens of the input. They also measure the work of reading it. */
  readonly inputTokens: number;
  /** Throws CONTEXT_TOO_LONG, IDEMPOTENCY_CONFLICT and RESUME_EXPIRED. */
  start(how: HowToRun): Promise<Run>;
  /** Returns the whole answer. Opens a run only when an idempotency key lets the caller come back. Throws the failure. */
  answer(): Promise<RunState>;
}

/** Throws BAD_REQUEST and FORBIDDEN with what would have been accepted. Returns a Promise only for a long input. */
export function prepareCompletion(asker: Asker, input: CompletionInput): PreparedRun | Promise<PreparedRun> {
  const { services, context } = asker;
  const route = chooseRoute(services.routes(), context.principal, input.route ?? 'default', 'completion');
  const request: CompletionRequest = completionRequestOf(input, route, services, context.principal);
  const idempotencyKey = idempotencyKeyOf(input.idempotencyKey);
  const settings = { route: route.name, cache: cachePolicyOf(input.cache), tags: withPrompt(tagsOf(input.tags), input.prompt, services) };
  const { idempotencyKey: _, ...asked } = input;
  const estimate = estimateInputInTurns(request);
  const { conversation = null } = input;
  const opened = async (of: AiConversationInput): Promise<ConversationTurn> => {
    const messages = newMessages(input.prompt, request);
    await estimate;
    return openTurn(asker, of, { messages, key: idempotencyKey, room: historyRoom(request, route) });
  };
  /** Null: the completion may start at once. Otherwise a long input was read, and other requests are served first. */
  function checked(): Promise<void> | null {
    checkLength(request, route);
    return turnIfLarge(request);
  }
  function source(run: Parameters<RunSource>[0], live: boolean, turn: ConversationTurn | null): AsyncIterable<Said> {
    const ask = (of: CompletionRequest) => services.handle.stream(of, callFor(asker, { ...settings, ...run, live }));
    if (turn === null) return ask(request);
    return turn.answer(run.id, (history) => ask({ ...request, messages: withHistory(request.messages, history) }));
  }
  async function start({ detached = false, live = false }: HowToRun, turn: ConversationTurn | null): Promise<Run> {
    const wait = checked();
    if (wait !== null) await wait;
    return services.runs.start({
      principal: context.principal,
      idempotencyKey,
      input: { kind: 'completion', ...asked },
      route: route.name,
      detached,
      source: (run) => source(run, live, turn),
      ...(turn === null ? {} : { ending: turn.ended }),
    });
  }
  async function answer(turn: ConversationTurn | null): Promise<RunState> {
    if (idempotencyKey !== null || turn !== null) return endOf(await start({}, turn), context.signal);
    const wait = checked();
    if (wait !== null) await wait;
    return services.runs.answer({
      principal: context.principal,
      route: route.name,
      signal: context.signal,
      ask: (answering) => services.handle.whole(request, callFor(asker, { ...settings, ...answering })).then(completionOf),
    });
  }
  const prepared = ({ total }: InputEstimate, turn: ConversationTurn | null = null): PreparedRun => ({
    ...{ route: route.name, inputTokens: total },
    start: (how) => start(how, turn),
    answer: () => answer(turn),
  });
  if (conversation !== null) return opened(conversation).then(async (turn) => prepared(await estimate, turn));
  return estimate instanceof Promise ? estimate.then((found) => prepared(found)) : prepared(estimate);
}

/** Waits for the end of the run. Throws its failure. */
export async function endOf(run: Run, signal: AbortSignal): Promise<RunState> {
  const state = await run.ended(signal);
  if (state.failure !== null) throw state.failure;
  return state;
}

/** Adds a tag by which reports tell prompts apart. It replaces a tag of the same name that the caller sent. */
function withPrompt(tags: Tags, { template }: CompletionInput['prompt'], { templates }: Asker['services']): Tags {
  const name = template ? (templates.nameOf?.(template.id, template.version ?? null) ?? null) : null;
  return name === null ? tags : { ...tags, prompt: name };
}

type Tags = Readonly<Record<string, string>>;
