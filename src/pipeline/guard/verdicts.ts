/** Asks guardrails about a text and turns a refusal into GUARDRAIL_BLOCKED. A guardrail that fails refuses (fail closed). */

import type { Call } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';
import { throwIfAborted, untilAborted } from '../../core/turns/abort.ts';
import type { Guardrail } from './guardrail.ts';

/** All are asked at once; of several that refuse, the first in their order is named. */
export async function checkText(text: string, guardrails: readonly Guardrail[], on: 'input' | 'output', call: Call): Promise<void> {
  if (text === '' || guardrails.length === 0) return;
  const refusals = await untilAborted(Promise.all(guardrails.map((guardrail) => refusalOf(guardrail, text, on, call))), call.signal);
  const first = refusals.find((refusal) => refusal !== null);
  if (first !== undefined && first !== null) throw first;
}

async function refusalOf(guardrail: Guardrail, text: string, on: 'input' | 'output', call: Call): Promise<GatewayError | null> {
  const details = { guardrail: guardrail.name, on };
  try {
    const verdict = await guardrail.check(text, call);
    if (verdict.action === 'allow') return null;
    if (verdict.action === 'block') return new GatewayError('GUARDRAIL_BLOCKED', verdict.message, details);
    throw new TypeError('The verdict is neither allow nor block.');
  } catch (cause) {
    throwIfAborted(call.signal);
    const what = on === 'input' ? 'prompt' : 'answer';
    return new GatewayError(
      'GUARDRAIL_BLOCKED',
      `The guardrail "${guardrail.name}" could not check the ${what}, so the ${what} was refused. The same request may pass once it works again.`,
      { ...details, retryable: true },
      { cause },
    );
  }
}
