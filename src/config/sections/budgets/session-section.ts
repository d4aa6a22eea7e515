/** Limits of one session: one piece of work of an agent. */
import { listOf } from '../../kinds/composed.ts';
import { amount, wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { usd } from '../../kinds/texts.ts';

const week = 7 * 24 * 60;

/** A session is named by the header `AI-Session` or by the token. Requests without a name share one session of their principal. */
export const sessionSection = section('session', {
  /** Maximum cost of the session's calls. */
  amount: usd('2.00', { otherwise: 'no limit' }),
  /** Maximum number of input and output tokens of the session's calls. A call that could use more than what is left is refused. */
  tokens: wholeNumber({ otherwise: 'no limit' }),
  /** Maximum number of operations in the session, which are the turns of an agent. */
  turns: wholeNumber({ otherwise: 'no limit' }),
  /** Maximum number of model calls in the session, answers from the cache included. */
  calls: wholeNumber({ otherwise: 'no limit' }),
  /** Duration of the session from its first operation. Later, the same name is a new session. */
  minutes: wholeNumber({ max: week, unit: 'minutes', default: 240 }),
  /** Parts of `amount` at which operators are warned. */
  warnAt: listOf(amount({ min: 0.01, max: 1 }), { default: [] }),
});
