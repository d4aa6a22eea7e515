/** What may be used in one session: a piece of work of an agent. */
import { listOf } from '../../kinds/composed.ts';
import { amount, wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { usd } from '../../kinds/texts.ts';

const week = 7 * 24 * 60;

/**
 * A session is named by the header `AI-Session` or by the token. What comes without a name is one session of its principal.
 */
export const sessionSection = section('session', {
  /** What its calls may cost. */
  amount: usd('2.00', { otherwise: 'no limit' }),
  /** Tokens of input and output that its calls may use. A call that could use more than is left is refused. */
  tokens: wholeNumber({ otherwise: 'no limit' }),
  /** Operations in it: the turns of an agent. */
  turns: wholeNumber({ otherwise: 'no limit' }),
  /** Model calls in it, answers from the cache included. */
  calls: wholeNumber({ otherwise: 'no limit' }),
  /** How long it lasts, from its first operation on. After that, the same name is a new session. */
  minutes: wholeNumber({ max: week, unit: 'minutes', default: 240 }),
  /** Parts of `amount` at which operators are warned. */
  warnAt: listOf(amount({ min: 0.01, max: 1 }), { default: [] }),
});
