/** Says what the guards of a route would do with a text, by sending it through the guard step itself: no model is asked. */
import type { Call } from '../core/call/call.ts';
import { asGatewayError, GatewayError } from '../core/errors.ts';
import { completionRequest } from '../core/request/request.ts';
import { type Guardrail, maskingName } from './guard/guardrail.ts';
import { guarded } from './guard.ts';

export interface TriedGuards {
  /** One for each guardrail of the side, in their order. */
  readonly verdicts: readonly TriedVerdict[];
  /** The text as models would get it; null: nothing of it is masked, or nothing is masked on this side. */
  readonly maskedText: string | null;
}

export interface TriedVerdict {
  readonly guardrail: string;
  /** `failed`: it could not check the text, which is refused for that. */
  readonly outcome: 'allowed' | 'blocked' | 'failed';
  /** What a caller would be told; null: it is allowed. */
  readonly message: string | null;
}

export interface GuardsToTry {
  readonly guardrails: readonly Guardrail[];
  /** Whether the route masks personal data. */
  readonly isMasked: boolean;
  readonly phoneCountries: readonly string[];
}

/** `input`: a prompt of that text; `output`: an answer. Rejects where the call's signal fires. */
export async function tryGuards(text: string, on: 'input' | 'output', guards: GuardsToTry, call: Call): Promise<TriedGuards> {
  const { phoneCountries, isMasked } = guards;
  const verdicts: TriedVerdict[] = [];
  let maskedText: string | null = null;

  async function sent(guardrails: readonly Guardrail[], mask: boolean): Promise<void> {
    const { whole } = guarded({ guardrails: () => guardrails, mask: () => mask, phoneCountries });
    const ask = whole(async (request) => {
      const [part] = request.kind === 'completion' ? (request.messages[0]?.content ?? []) : [];
      if (mask && part?.type === 'text' && part.text !== text) maskedText = part.text;
      return {
        chunks:
          on === 'input'
            ? []
            : [
                { type: 'text', text },
                { type: 'finish', reason: 'stop' },
              ],
      };
    });
    await ask(completionRequest(on === 'input' ? text : ''), call);
  }

  async function judged(guardrail: string, send: () => Promise<void>): Promise<TriedVerdict> {
    try {
      await send();
      return { guardrail, outcome: 'allowed', message: null };
    } catch (cause) {
      const error = asGatewayError(cause);
      if (!(error instanceof GatewayError) || error.code !== 'GUARDRAIL_BLOCKED') throw cause;
      return { guardrail, outcome: error.retryable ? 'failed' : 'blocked', message: error.message };
    }
  }

  for (const guardrail of guards.guardrails) {
    if (guardrail.on.includes(on)) verdicts.push(await judged(guardrail.name, () => sent([guardrail], false)));
  }
  if (isMasked && on === 'input') verdicts.push(await judged(maskingName, () => sent([], true)));
  return { verdicts, maskedText };
}
