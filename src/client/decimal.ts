/** Amounts of money are decimal text, exact to nine places. As numbers they are wrong: `0.1 + 0.2`. */

const decimal = /^(-?)(\d+)(?:\.(\d+))?$/;

interface Scaled {
  readonly units: bigint;
  readonly places: number;
}

function scaled(text: string): Scaled {
  const [, sign, whole, fraction = ''] = decimal.exec(text) ?? [];
  if (whole === undefined) throw new RangeError(`"${text}" is no decimal number, such as "0.000123".`);
  return { units: BigInt(`${sign}${whole}${fraction}`), places: fraction.length };
}

function textOfUnits(units: bigint, places: number): string {
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0');
  const point = digits.length - places;
  const text = `${digits.slice(0, point)}.${digits.slice(point)}`.replace(/\.?0+$/, '');
  return units < 0n ? `-${text}` : text;
}

/**
 * The exact sum.
 *
 * @example
 * ```ts
 * import { addDecimal } from 'fieldgate/client';
 *
 * addDecimal('0.1', '0.2'); // '0.3'
 * ```
 */
export function addDecimal(...amounts: readonly string[]): string {
  const all = amounts.map(scaled);
  const places = Math.max(0, ...all.map((one) => one.places));
  const sum = all.reduce((total, one) => total + one.units * 10n ** BigInt(places - one.places), 0n);
  return places === 0 ? String(sum) : textOfUnits(sum, places);
}

/**
 * The amount in the words of a place, with every digit that it has and at least two: a call may cost less than a cent.
 *
 * @example
 * ```ts
 * import { formatMoney } from 'fieldgate/client';
 *
 * formatMoney('0.0003995', 'USD', 'en'); // '$0.0003995'
 * ```
 */
export function formatMoney(amount: string, currency = 'USD', locale?: string): string {
  const { places } = scaled(amount);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: 2,
    maximumFractionDigits: Math.max(2, places),
  });
  // As text, Intl keeps every digit; the standard library's types know numbers alone.
  return format.format(amount as never);
}
