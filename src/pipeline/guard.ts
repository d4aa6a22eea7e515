/**
 * The guard step: checks and then masks the prompt; checks the answer window by window and then restores masked values.
 *
 * Input guardrails see the prompt as the caller wrote it, because the forbidden text may be the masked text. Output
 * guardrails see the answer as the model wrote it, before masked values are restored. The verdict is therefore the same for
 * every caller of a cached answer, never refuses a caller's own data, and sends no caller's data to a guardrail that calls a
 * service.
 *
 * The guard is outside the cache, so cached answers are checked by today's rules. A call whose budgets are spent is refused
 * before any of this work. Long texts are read in slices, and other requests are served between two slices.
 */

import type { Call, Handler, Step } from '../core/call/call.ts';
import { streamStep } from '../core/call/step.ts';
import type { Chunk } from '../core/chunk.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { eachAnswer } from '../core/restart.ts';
import { throwIfAborted, untilAborted } from '../core/turns/abort.ts';
import { finishPaced } from '../core/turns/paced.ts';
import { type Turns, turnsOf } from '../core/turns/turns.ts';
import { checkedOutput, defaultHoldBackBytes } from './guard/checked-output.ts';
import type { Guardrail } from './guard/guardrail.ts';
import type { maskedRequest as MaskedRequest } from './guard/masking/masked-request.ts';
import type { pseudonyms as Pseudonyms } from './guard/masking/pseudonyms.ts';
import type { restoredOutput as RestoredOutput } from './guard/masking/restored-output.ts';
import { readingsOf } from './guard/request-readings.ts';
import { checkText } from './guard/verdicts.ts';

export interface GuardOptions {
  readonly guardrails: (route: string) => readonly Guardrail[];
  /** Whether personal data is masked on its way to the route's models. Embeddings of masked text find less. */
  readonly mask: (route: string, kind: ModelRequest['kind']) => boolean;
  /** The most of an answer that waits for the end of its sentence, in bytes of UTF-8. */
  readonly holdBackBytes?: number;
  /** ISO 3166 codes of countries whose national telephone numbers are masked too; North America's always are. */
  readonly phoneCountries?: readonly string[];
  /** Throws BUDGET_EXCEEDED, before any work, for a call that its budgets cannot pay; null: they can, or it may cost nothing. */
  readonly refuseSpent?: (request: ModelRequest, call: Call) => Promise<void> | null;
  /** Of one call; a unit is a character. */
  readonly turns?: (signal: AbortSignal) => Turns;
}

/** Some 1 to 2 ms of work. */
const unitsPerTurn = 4_096;

/** Throws GUARDRAIL_BLOCKED, with the guardrail and the side in its details. A guardrail that fails refuses. */
export function guarded(options: GuardOptions): Step {
  return streamStep((next) => (request, call) => {
    const guardrails = options.guardrails(call.route);
    const mask = options.mask(call.route, request.kind);
    return guardrails.length === 0 && !mask ? next(request, call) : guardedCall(next, request, call, guardrails, mask, options);
  });
}

async function* guardedCall(
  next: Handler,
  request: ModelRequest,
  call: Call,
  guardrails: readonly Guardrail[],
  mask: boolean,
  options: GuardOptions,
): AsyncGenerator<Chunk> {
  throwIfAborted(call.signal);
  const paid = options.refuseSpent?.(request, call) ?? null;
  if (paid !== null) await untilAborted(paid, call.signal);
  const turns = (options.turns ?? defaultTurns)(call.signal);
  const onInput = guardrails.filter(({ on }) => on.includes('input'));
  if (onInput.length > 0) {
    for (const text of await finishPaced(readingsOf(request, turns))) await checkText(text, onInput, 'input', call);
  }
  const onOutput = guardrails.filter(({ on }) => on.includes('output'));
  const check = (chunks: ReturnType<Handler>): ReturnType<Handler> =>
    onOutput.length === 0
      ? chunks
      : eachAnswer(chunks, (answer) =>
          checkedOutput(answer, {
            guardrails: onOutput,
            call,
            turns,
            whole: isJson(request) || onOutput.some(({ window }) => window === 'whole'),
            holdBackBytes: options.holdBackBytes ?? defaultHoldBackBytes,
          }),
        );
  if (!mask) {
    yield* check(next(request, call));
    return;
  }
  const { pseudonyms, maskedRequest, restoredOutput } = await masking();
  const found = pseudonyms(turns, options);
  const masked = await finishPaced(maskedRequest(request, found, turns));
  const chunks = check(next(masked, call));
  const form = isJson(request) ? 'json' : 'plain';
  yield* found.values.size === 0 ? chunks : eachAnswer(chunks, (answer) => restoredOutput(answer, found.values, form, turns));
}

interface Masking {
  readonly pseudonyms: typeof Pseudonyms;
  readonly maskedRequest: typeof MaskedRequest;
  readonly restoredOutput: typeof RestoredOutput;
}

let loaded: Promise<Masking> | null = null;

/** Imported when a route masks: the numbering plans of the telephone detector take 19 MB. */
function masking(): Promise<Masking> {
  loaded ??= Promise.all([
    import('./guard/masking/pseudonyms.ts'),
    import('./guard/masking/masked-request.ts'),
    import('./guard/masking/restored-output.ts'),
  ]).then(([{ pseudonyms }, { maskedRequest }, { restoredOutput }]) => ({ pseudonyms, maskedRequest, restoredOutput }));
  return loaded;
}

const defaultTurns = (signal: AbortSignal): Turns => turnsOf({ unitsPerTurn, signal });

const isJson = (request: ModelRequest): boolean => request.kind === 'completion' && request.output.format === 'json';
