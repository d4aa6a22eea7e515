/** Limits of fields that ask a model, independent of the caller. */
import { wholeNumber } from '../../kinds/numbers.ts';
import { section } from '../../kinds/section.ts';
import { oneOf } from '../../kinds/texts.ts';
import { budgetList } from './budget-section.ts';

const fieldSharings = ['everyone', 'team', 'caller'] as const;

export const fieldLimitsSection = section('fieldLimits.<coordinate>', {
  /**
   * Who shares the limits: all callers, the callers of one team (a caller without a team is alone), or each caller alone. Nobody is told what is
   * left of a budget that everyone shares.
   */
  sharedBy: oneOf(fieldSharings, { plural: 'Sharings', default: 'everyone' }),
  /** Maximum cost of the field's calls. A call that serves several fields counts for each by its share, as in the ledger. */
  budgets: budgetList({ otherwise: 'no limit' }),
  /** Maximum number of model calls of the field per minute. */
  callsPerMinute: wholeNumber({ otherwise: 'no limit' }),
  /** Maximum number of input and output tokens of the field's calls per minute. */
  tokensPerMinute: wholeNumber({ max: 50_000_000, otherwise: 'no limit' }),
  /** Maximum number of the field's calls at the same time. */
  concurrency: wholeNumber({ otherwise: 'no limit' }),
});
