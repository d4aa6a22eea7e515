/** Where data is kept: lasting data, and answers that may be reused. */
import type { AnswerStore } from '../../pipeline/cache/cache-store.ts';
import type { StorageOpener } from '../../storage/storage.ts';
import { constantOr, isObject, makeValue } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { type SectionOf, type Setting, settingOf } from '../kinds/setting.ts';
import { flag, text } from '../kinds/texts.ts';
import { showValue } from '../mistake-sentences.ts';

const folder = 'a path, or null to keep everything in memory';

export const storageSection = section('storage', {
  /** Folder of all data, relative to the configuration. Null: data is in memory, and is lost at the end. */
  folder: constantOr(null, text({ accepted: folder, default: '.fieldgate' }), folder),
  /** Number of days for which usage rows are kept. */
  usageDays: wholeNumber({
    unit: 'days',
    accepted: 'a whole number of days above 0; leave it out to keep all',
    otherwise: 'for ever',
  }),
  /** Number of days for which a conversation is kept after its last turn: its questions, its answers and its title. */
  conversationDays: wholeNumber({ max: 3_650, unit: 'days', default: 30 }),
  /**
   * Starts although the master key of the folder was lost or replaced. What that key sealed (stored completions, conversations) stays unreadable.
   * Remove the setting after one start.
   */
  acceptLostMasterKey: flag({ default: false }),
  /**
   * A call whose process died is booked with an estimate. The rest of its maximum cost stays held in its budgets for this number of hours, so that
   * an operator can compare it with the vendor's bill. 0: it is not held.
   */
  lostHoldHours: wholeNumber({ min: 0, max: 31 * 24, unit: 'hours', default: 24 }),
});

const opened = 'a storage with open(), such as embedded({ folder: "/var/lib/fieldgate" })';

export const isStorageOpener = (value: unknown): value is StorageOpener => isObject(value) && typeof value['open'] === 'function';

/** The settings of the embedded storage, or a function that opens another one. */
export const storage: Setting<StorageOpener | SectionOf<typeof storageSection.table>, undefined, false> = settingOf(
  { type: 'object or storage', accepted: `${storageSection.facts.accepted}, or ${opened}`, within: [storageSection] },
  {},
  (path, value, place) => {
    if (isStorageOpener(value)) return value.mistakes ?? [];
    return isObject(value)
      ? storageSection.mistakes(path, value, place)
      : [`${path} is ${showValue(value)}. It must be ${storageSection.facts.accepted}, or ${opened}.`];
  },
);

const answerStore = makeValue<AnswerStore>(
  'Keyv',
  'a Keyv, such as new Keyv({ store: new KeyvRedis(address) })',
  (value) => isObject(value) && ['get', 'set', 'on'].every((method) => typeof value[method] === 'function'),
);

export const cacheSection = section('cache', {
  /**
   * A Keyv of your own, over any of its adapters; gateways that share one share their answers, each within its teams and
   * permissions. It is yours to close. One that is slow or fails counts as empty: no call waits longer than 50 ms for it. Whoever can
   * read it can read answers. Without it: in memory, 64 MiB.
   */
  store: { ...answerStore, facts: { ...answerStore.facts, otherwise: 'in memory' } },
});
