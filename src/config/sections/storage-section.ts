import { constantOr } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { flag, text } from '../kinds/texts.ts';

const folder = 'a path, or null to keep everything in memory';

export const storageSection = section('storage', {
  /** Where everything is kept, beside the configuration; null: in memory, gone at the end. */
  folder: constantOr(null, text({ accepted: folder, default: '.fieldgate' }), folder),
  /** Days for which rows of usage are kept. */
  usageDays: wholeNumber({
    unit: 'days',
    accepted: 'a whole number of days above 0; leave it out to keep all',
    otherwise: 'for ever',
  }),
  /**
   * Starts although the master key of the folder was lost or exchanged: what it sealed (stored completions) stays closed.
   * Take it out again after one start.
   */
  acceptLostMasterKey: flag({ default: false }),
  /**
   * A call whose process died is booked with an estimate; the rest of what it might have cost stays held in its budgets for so
   * many hours, until somebody has compared it with the vendor's bill. 0 frees it at once.
   */
  lostHoldHours: wholeNumber({ min: 0, max: 31 * 24, unit: 'hours', default: 24 }),
});
