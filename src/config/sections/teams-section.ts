import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { usd } from '../kinds/texts.ts';

/** Limits shared by all keys of a team. */
export const teamSection = section('teams.<name>', {
  /** What all its calls of one day (UTC) may cost. */
  dailyBudget: usd('25.00', { otherwise: 'no limit' }),
  /** What all its calls of one calendar month (UTC) may cost. */
  monthlyBudget: usd('25.00', { otherwise: 'no limit' }),
  /**
   * Operations a minute (queries, mutations, quotes, ingestions, subscriptions), each counted once before it runs. Model calls
   * are held to the same number, counted apart, until `callsPerMinute` is given.
   */
  requestsPerMinute: wholeNumber({ otherwise: 'no limit' }),
  /** Model calls a minute: an operation with ten AI fields may make ten, one without makes none. */
  callsPerMinute: wholeNumber({ otherwise: '`requestsPerMinute`' }),
  /** Calls at one time. */
  concurrency: wholeNumber({ otherwise: 'no limit' }),
});
