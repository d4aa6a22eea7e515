/** What checks prompts and answers, and how they are held back and masked for it. */
import { defaultHoldBackBytes } from '../../pipeline/guard/checked-output.ts';
import type { Guardrail } from '../../pipeline/guard/guardrail.ts';
import { isPhoneCountry } from '../../pipeline/guard/masking/phone-countries.ts';
import { isObject, listOf, makeValue, routeNames } from '../kinds/composed.ts';
import { wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { text } from '../kinds/texts.ts';

const guardrail = makeValue<Guardrail>(
  'guardrail',
  "a guardrail, such as patternGuard({ name: 'codes', patterns: ['ACME-[0-9]+'] })",
  (value) => isObject(value) && typeof value['name'] === 'string' && Array.isArray(value['on']) && typeof value['check'] === 'function',
  ({ mistakes = [] }) => mistakes,
);

export const guardrailSection = section('guardrails.<n>', {
  /** `patternGuard({ ... })`, or one of your own. */
  guardrail: needed(guardrail),
  /** Routes whose prompts and answers it checks; `*` for all. */
  routes: needed(routeNames()),
});

export const guardSection = section('guard', {
  /**
   * How much of an answer may wait for the end of its sentence before output guardrails see it. More finds what is spread over a
   * long sentence; less shows the answer sooner.
   */
  holdBackBytes: wholeNumber({ min: 64, max: 1024 * 1024, unit: 'bytes', default: defaultHoldBackBytes }),
  /** Countries whose national telephone numbers are masked too: `0171 2345678` with DE. Those of North America, and every number with its `+`, are always masked. */
  phoneCountries: listOf(
    text({
      accepted: 'a country code of two capital letters (ISO 3166) that has telephone numbers, such as DE or GB',
      fits: isPhoneCountry,
    }),
    { default: [] },
  ),
});
