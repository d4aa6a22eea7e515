/** Asks guardrails about a text and turns a refusal into GUARDRAIL_BLOCKED. A guardrail that fails refuses (fail closed). */

import type { Call } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { throwIfAborted, untilAborted } from '../../core/turns/abort.ts';
import type { Guardrail, Verdict } from './guardrail.ts';

/**
 * All are asked at once; of several that refuse, the first in their order is named. Null: all have answered at once and none refuses,
 * so that there is nothing to wait for. Throws, or rejects with, the refusal.
 */
export function checkText(text: string, guardrails: readonly Guardrail[], on: 'input' | 'output', call: Call): Promise<void> | null {
  if (text === '' || guardrails.length === 0) return null;
  throwIfAborted(call.signal);
  const refusals = guardrails.map((guardrail) => refusalOf(guardrail, text, on, call));
  if (refusals.some((refusal) => refusal instanceof Promise)) {
    return untilAborted(Promise.all(refusals), call.signal).then(throwFirst);
  }
  throwFirst(refusals as readonly (GatewayError | null)[]);
  return null;
}

function throwFirst(refusals: readonly (GatewayError | null)[]): void {
  for (const refusal of refusals) if (refusal !== null) throw refusal;
}

type Refusal = GatewayError | null;

function refusalOf(guardrail: Guardrail, text: string, on: 'input' | 'output', call: Call): Refusal | Promise<Refusal> {
  const judged = (verdict: Verdict): Refusal => {
    if (verdict.action === 'allow') return null;
    if (verdict.action === 'block') return new GatewayError('GUARDRAIL_BLOCKED', verdict.message, { guardrail: guardrail.name, on });
    throw new TypeError('The verdict is neither allow nor block.');
  };
  const failed = (cause: unknown): Refusal => {
    throwIfAborted(call.signal);
    return cannotCheck(guardrail, on, cause);
  };
  try {
    const verdict = guardrail.check(text, call);
    return isPromise(verdict) ? Promise.resolve(verdict).then(judged).catch(failed) : judged(verdict);
  } catch (cause) {
    return failed(cause);
  }
}

const isPromise = (verdict: Verdict | PromiseLike<Verdict>): verdict is PromiseLike<Verdict> =>
  typeof Reflect.get(Object(verdict), 'then') === 'function';

function cannotCheck({ name }: Guardrail, on: 'input' | 'output', cause: unknown): GatewayError {
  const what = on === 'input' ? 'prompt' : 'answer';
  return new GatewayError(
    'GUARDRAIL_BLOCKED',
    `The guardrail "${name}" could not check the ${what}, so the ${what} was refused. The same request may pass once it works again.`,
    { guardrail: name, on, retryable: true },
    { cause },
  );
}
