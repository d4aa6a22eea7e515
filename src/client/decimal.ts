/** Amounts of money are decimal text, exact to nine places. As numbers they are wrong: `0.1 + 0.2`. */

/** Digits before and behind the point. */
function split(amount: string): readonly [string, string] {
  const [, whole, fraction = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  if (!whole) throw new RangeError(`"${amount}" is no decimal number.`);
  return [whole, fraction];
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
  const all = amounts.map(split);
  const places = Math.max(1, ...all.map(([, fraction]) => fraction.length));
  const sum = all.reduce((total, [whole, fraction]) => total + BigInt(whole + fraction.padEnd(places, '0')), 0n);
  const sign = sum < 0n ? '-' : '';
  const digits = String(sum)
    .slice(sign.length)
    .padStart(places + 1, '0');
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
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
  const maximumFractionDigits = Math.max(2, split(amount)[1].length);
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits });
  // As text, Intl keeps every digit; the standard library's types know numbers alone.
  return format.format(amount as never);
}
