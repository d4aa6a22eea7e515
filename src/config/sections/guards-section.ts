/** Guardrails for prompts and answers, how long answers wait for them, and masking. */

import { type Guardrail, isLookback, maxLookback } from '../../pipeline/guard/guardrail.ts';
import { isPhoneCountry } from '../../pipeline/guard/masking/phone-countries.ts';
import { defaultHoldBackBytes, defaultHoldBackMs } from '../../pipeline/guard/output/checked-output.ts';
import { isObject, listOf, makeValue, routeNames } from '../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { text } from '../kinds/texts.ts';

const guardrail = makeValue<Guardrail>(
  'guardrail',
  "a guardrail, such as patternGuard({ name: 'codes', patterns: ['ACME-[0-9]+'] })",
  (value) => isObject(value) && typeof value['name'] === 'string' && Array.isArray(value['on']) && typeof value['check'] === 'function',
  ({ name, lookback, mistakes = [] }) =>
    lookback === undefined || isLookback(lookback)
      ? mistakes
      : [
          ...mistakes,
          `The guardrail "${name}" has the lookback ${JSON.stringify(lookback)}. It must be a whole number from 0 to ${maxLookback}.`,
        ],
);

export const guardrailSection = section('guardrails.<n>', {
  /** `patternGuard({ ... })`, or one of your own. */
  guardrail: needed(guardrail),
  /** Routes whose prompts and answers are checked; `*` for all. */
  routes: needed(routeNames()),
});

export const guardSection = section('guard', {
  /**
   * How many bytes of an answer may wait for the end of their sentence before output guardrails see them. A larger number finds matches in longer
   * sentences; a smaller number shows the answer sooner.
   */
  holdBackBytes: wholeNumber({ min: 64, max: 1024 * 1024, unit: 'bytes', default: defaultHoldBackBytes }),
  /**
   * How long text waits for the end of its sentence, so that code, tables and other text without sentence ends stream too. Text is then released up
   * to the point where no output guardrail can be in the middle of a match. Each guardrail must have a `lookback` for this (`patternGuard` has one
   * where the length of a match has a bound of at most 256); otherwise text waits for its sentence.
   */
  holdBackMs: milliseconds({ min: 0, default: defaultHoldBackMs }),
  /**
   * Countries whose national telephone numbers are masked too: `0171 2345678` with DE. Numbers of North America, and numbers with `+`, are always
   * masked.
   */
  phoneCountries: listOf(
    text({
      accepted: 'a country code of two capital letters (ISO 3166) that has telephone numbers, such as DE or GB',
      fits: isPhoneCountry,
    }),
    { default: [] },
  ),
});
