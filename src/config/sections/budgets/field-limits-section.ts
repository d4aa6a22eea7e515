/** Limits of fields that ask a model, whoever asks. */
import { wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { oneOf } from '../../kinds/texts.ts';
import { budgetList } from './budget-section.ts';

const fieldSharings = ['everyone', 'team', 'caller'] as const;

export const fieldLimitsSection = section('fieldLimits.<coordinate>', {
  /**
   * Who uses them up together: all callers, those of one team (a caller without a team by itself), or each caller alone. What is left of
   * a budget of everyone is told to nobody.
   */
  sharedBy: oneOf(fieldSharings, { plural: 'Sharings', default: 'everyone' }),
  /** What the calls of the field may cost. A call that serves several fields counts for each by its share, as in the ledger. */
  budgets: budgetList({ otherwise: 'no limit' }),
  /** Model calls of the field a minute. */
  callsPerMinute: wholeNumber({ otherwise: 'no limit' }),
  /** Tokens of input and output that its calls may use in a minute. */
  tokensPerMinute: wholeNumber({ max: 50_000_000, otherwise: 'no limit' }),
  /** Its calls at one time. */
  concurrency: wholeNumber({ otherwise: 'no limit' }),
});
