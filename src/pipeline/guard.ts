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

import type { Batch } from '../core/batch.ts';
import type { Call, Handler, Principal, Step, WholeHandler } from '../core/call/call.ts';
import type { Answer } from '../core/call/collect-answer.ts';
import { GatewayError } from '../core/errors.ts';
import type { ModelRequest } from '../core/request/request.ts';
import { eachAnswer } from '../core/restart.ts';
import { throwIfAborted, untilAborted } from '../core/turns/abort.ts';
import { type Clock, systemClock } from '../core/turns/clock.ts';
import { finishPaced } from '../core/turns/paced.ts';
import { type Turns, turnsOf } from '../core/turns/turns.ts';
import type { Guardrail } from './guard/guardrail.ts';
import type * as MaskedRequest from './guard/masking/masked-request.ts';
import type { isPlain as IsPlain } from './guard/masking/personal-data.ts';
import type { pseudonyms as Pseudonyms } from './guard/masking/pseudonyms.ts';
import type * as Restored from './guard/masking/restored-output.ts';
import { checkAnswer } from './guard/output/answer-check.ts';
import { checkOutput, defaultHoldBackBytes, defaultHoldBackMs } from './guard/output/checked-output.ts';
import type { OutputCheck } from './guard/output/checked-windows.ts';
import { plainTexts } from './guard/plain-texts.ts';
import { readingsOf } from './guard/request-readings.ts';
import { checkText } from './guard/verdicts.ts';

export interface GuardOptions {
  /** The guardrails of the route, and further ones of the principal's team or organisation. */
  readonly guardrails: (route: string, principal: Pick<Principal, 'guardrails'>) => readonly Guardrail[];
  /** Whether personal data is masked on its way to the route's models. Embeddings of masked text find less. */
  readonly mask: (route: string, kind: ModelRequest['kind']) => boolean;
  /** Maximum length of the part of an answer that waits for the end of its sentence, in bytes of UTF-8. */
  readonly holdBackBytes?: number;
  /** How long text waits for the end of its sentence that no guardrail can be in the middle of. */
  readonly holdBackMs?: number;
  readonly clock?: Clock;
  /** ISO 3166 codes of countries whose national telephone numbers are masked too; North America's always are. */
  readonly phoneCountries?: readonly string[];
  /** Throws BUDGET_EXCEEDED, before any work, for a call that its budgets cannot pay; null: they can, or it may cost nothing. */
  readonly refuseSpent?: (request: ModelRequest, call: Call) => Promise<void> | null;
  /** The turns of one call; a unit is a character. */
  readonly turns?: (signal: AbortSignal) => Turns;
}

/** Characters that are searched in one turn: some 1 to 2 ms of work. */
const unitsPerTurn = 4_096;

/** Throws GUARDRAIL_BLOCKED, with the guardrail and the side in its details. A guardrail that fails refuses. */
export function guarded(options: GuardOptions): Step {
  const guardOf = (request: ModelRequest, { route, principal }: Call): Guard | null => {
    const guardrails = options.guardrails(route, principal);
    const mask = options.mask(route, request.kind);
    return guardrails.length === 0 && !mask ? null : { guardrails, mask, options };
  };
  return {
    stream: (next) => (request, call) => {
      const guard = guardOf(request, call);
      return guard === null ? next(request, call) : guardedStream(next, request, call, guard);
    },
    whole: (next) => (request, call) => {
      const guard = guardOf(request, call);
      return guard === null ? next(request, call) : guardedAnswer(next, request, call, guard);
    },
  };
}

interface Guard {
  readonly guardrails: readonly Guardrail[];
  readonly mask: boolean;
  readonly options: GuardOptions;
}

/** A request that may go on. */
interface Admitted {
  readonly request: ModelRequest;
  /** Gives the values for its placeholders; null: it has none. */
  readonly masked: { readonly values: ReadonlyMap<string, string>; readonly restore: Masking } | null;
  /** How its answer is checked; null: the answer is not checked. */
  readonly check: OutputCheck | null;
  readonly turns: Turns;
  /** Whether the text of the answer is JSON or plain text. */
  readonly form: 'json' | 'plain';
}

async function* guardedStream(next: Handler, request: ModelRequest, call: Call, guard: Guard): AsyncGenerator<Batch> {
  const { masked, check, turns, form, request: admitted } = await admittedRequest(request, call, guard);
  const batches = next(admitted, call);
  const checked = check === null ? batches : eachAnswer(batches, (answer) => checkOutput(answer, check));
  yield* masked === null ? checked : eachAnswer(checked, (answer) => masked.restore.restoreOutput(answer, masked.values, form, turns));
}

async function guardedAnswer(next: WholeHandler, request: ModelRequest, call: Call, guard: Guard): Promise<Answer> {
  const { masked, check, turns, form, request: admitted } = await admittedRequest(request, call, guard);
  try {
    const answer = await next(admitted, call);
    if (check !== null && !isAllowed(answer, check.guardrails)) {
      await checkAnswer(answer, check);
      for (const guardrail of check.guardrails) answer.allowedBy?.add(guardrail);
    }
    const restored = masked === null ? answer : masked.restore.restoredAnswer(answer, masked.values, form, turns);
    return restored instanceof Promise ? await restored : restored;
  } catch (error) {
    throw masked !== null && error instanceof GatewayError ? masked.restore.restoredError(error, masked.values) : error;
  }
}

/** Whether it is a kept answer that all of them have allowed before, and would again. */
const isAllowed = ({ allowedBy }: Answer, guardrails: readonly Guardrail[]): boolean =>
  allowedBy !== undefined && guardrails.every((guardrail) => guardrail.pure === true && allowedBy.has(guardrail));

/** Checks the prompt, and masks it where its route masks. */
async function admittedRequest(request: ModelRequest, call: Call, { guardrails, mask, options }: Guard): Promise<Admitted> {
  throwIfAborted(call.signal);
  const paid = options.refuseSpent?.(request, call) ?? null;
  if (paid !== null) await untilAborted(paid, call.signal);
  const turns = (options.turns ?? defaultTurns)(call.signal);
  const texts = plainTexts(request);
  const { onInput, onOutput, needsWhole } = sidesOf(guardrails);
  if (onInput.length > 0) {
    const readings = texts === null ? finishPaced(readingsOf(request, turns)) : [texts.join('\n')];
    for (const text of readings instanceof Promise ? await readings : readings) {
      const wait = checkText(text, onInput, 'input', call);
      if (wait !== null) await wait;
    }
  }
  const form = isJson(request) ? 'json' : 'plain';
  const whole = form === 'json' || needsWhole;
  const { holdBackBytes = defaultHoldBackBytes, holdBackMs = defaultHoldBackMs, clock = systemClock } = options;
  const check = onOutput.length === 0 ? null : { guardrails: onOutput, call, turns, whole, holdBackBytes, holdBackMs, clock };
  if (!mask) return { request, masked: null, check, turns, form };
  const restore = loadedMasking ?? (await masking());
  if (texts?.every(restore.isPlain) === true) return { request, masked: null, check, turns, form };
  const found = restore.pseudonyms(turns, options);
  const isPlainTexts = texts !== null && request.kind === 'completion';
  const finding = finishPaced(isPlainTexts ? restore.maskPlainTexts(request, found) : restore.maskRequest(request, found, turns));
  const masked = finding instanceof Promise ? await finding : finding;
  return { request: masked, masked: found.values.size === 0 ? null : { values: found.values, restore }, check, turns, form };
}

interface Sides {
  readonly onInput: readonly Guardrail[];
  readonly onOutput: readonly Guardrail[];
  /** Whether one of the output guardrails checks only whole answers. */
  readonly needsWhole: boolean;
}

/** Made once for the guardrails of a route, whose list stays the same object from call to call. */
const knownSides = new WeakMap<readonly Guardrail[], Sides>();

function sidesOf(guardrails: readonly Guardrail[]): Sides {
  const known = knownSides.get(guardrails);
  if (known !== undefined) return known;
  const onOutput = guardrails.filter(({ on }) => on.includes('output'));
  const sides: Sides = {
    onInput: guardrails.filter(({ on }) => on.includes('input')),
    onOutput,
    needsWhole: onOutput.some(({ window }) => window === 'whole'),
  };
  knownSides.set(guardrails, sides);
  return sides;
}

interface Masking {
  readonly isPlain: typeof IsPlain;
  readonly pseudonyms: typeof Pseudonyms;
  readonly maskRequest: typeof MaskedRequest.maskRequest;
  readonly maskPlainTexts: typeof MaskedRequest.maskPlainTexts;
  readonly restoreOutput: typeof Restored.restoreOutput;
  readonly restoredAnswer: typeof Restored.restoredAnswer;
  readonly restoredError: typeof Restored.restoredError;
}

let loading: Promise<Masking> | null = null;
let loadedMasking: Masking | null = null;

/** Imported when a route masks: the numbering plans of the telephone detector take 19 MB. */
function masking(): Promise<Masking> {
  loading ??= Promise.all([
    import('./guard/masking/personal-data.ts'),
    import('./guard/masking/pseudonyms.ts'),
    import('./guard/masking/masked-request.ts'),
    import('./guard/masking/restored-output.ts'),
  ]).then(([{ isPlain }, { pseudonyms }, { maskRequest, maskPlainTexts }, restored]) => {
    loadedMasking = { isPlain, pseudonyms, maskRequest, maskPlainTexts, ...restored };
    return loadedMasking;
  });
  return loading;
}

const defaultTurns = (signal: AbortSignal): Turns => turnsOf({ unitsPerTurn, signal });

const isJson = (request: ModelRequest): boolean => request.kind === 'completion' && request.output.format === 'json';
