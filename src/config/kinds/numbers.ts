/** Settings that are numbers. A text of digits is refused. */
import { type DefaultOptions, leafOf, mustBe, type Setting } from './setting.ts';

export interface NumberOptions<D> extends DefaultOptions<D> {
  /** Default 1. */
  readonly min?: number;
  readonly max?: number;
  readonly unit?: string;
  /** Words that replace the description of the bounds. */
  readonly accepted?: string;
}

export function wholeNumber<const D extends number | undefined = undefined>(options: NumberOptions<D> = {}): Setting<number, D, false> {
  const { min = 1, max = Number.MAX_SAFE_INTEGER, unit, accepted = bounded(min, options.max, unit) } = options;
  const facts = { type: 'whole number', ...(unit === undefined ? {} : { unit }), accepted };
  return leafOf(facts, options, (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? null : mustBe(accepted),
  );
}

function bounded(min: number, max: number | undefined, unit: string | undefined): string {
  const number = unit === undefined ? 'a whole number' : `a whole number of ${unit}`;
  if (max !== undefined) return `${number} from ${min} to ${max}`;
  return min === 0 ? `${number}, 0 or more` : `${number} above ${min - 1}`;
}

/** Node's timers cannot wait longer: a larger delay fires at once. */
const maxDelayMs = 2 ** 31 - 1;

/** A delay of a timer, in whole milliseconds. */
export const milliseconds = <const D extends number | undefined = undefined>(options: NumberOptions<D> = {}): Setting<number, D, false> =>
  withinTimer(wholeNumber({ ...options, unit: 'milliseconds' }), maxDelayMs, 'milliseconds');

/** A delay of a timer, in seconds with fractions. */
export const seconds = <const D extends number | undefined = undefined>(options: NumberOptions<D> = {}): Setting<number, D, false> =>
  withinTimer(amount({ ...options, unit: 'seconds' }), Math.floor(maxDelayMs / 1_000), 'seconds');

function withinTimer<D>(setting: Setting<number, D, false>, max: number, unit: string): Setting<number, D, false> {
  return {
    ...setting,
    mistakes: (path, value, place) => {
      const found = setting.mistakes(path, value, place);
      return found.length === 0 && typeof value === 'number' && value > max
        ? [`${path} is ${value}. It must be at most ${max} ${unit}, which are 24 days.`]
        : found;
    },
  };
}

/** A number, fractions included, from `min` (default 0). */
export function amount<const D extends number | undefined = undefined>(options: NumberOptions<D> = {}): Setting<number, D, false> {
  const {
    min = 0,
    max = Number.MAX_VALUE,
    unit,
    accepted = options.max === undefined ? '0 or more' : `a number from ${min} to ${max}`,
  } = options;
  const facts = { type: 'number', ...(unit === undefined ? {} : { unit }), accepted };
  return leafOf(facts, options, (value) => (typeof value === 'number' && value >= min && value <= max ? null : mustBe(accepted)));
}
