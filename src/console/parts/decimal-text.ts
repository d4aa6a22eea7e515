/** Money on a page, as decimal text: it is never a number of JavaScript in between. */

/** Decimal text cut for the eye: to cents from one unit on, else to four digits behind the zeros. It is rounded half up, as text. */
export function shortened(amount: string): string {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  const places = /[1-9]/.test(whole) ? 2 : zeros + 4;
  if (fraction.length <= places) return amount;
  const kept = BigInt(whole + fraction.slice(0, places)) + ((fraction[places] ?? '0') >= '5' ? 1n : 0n);
  const digits = String(kept).padStart(places + 1, '0');
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** A part of a whole, both as decimal text: 0 to 1, to the thousandth. Null where the whole is 0. */
export function shareOf(part: string, whole: string): number | null {
  const [a, b] = [nanos(part), nanos(whole)];
  return b === 0n ? null : Number((a * 1_000n) / b) / 1_000;
}

function nanos(amount: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  return BigInt(`${sign}${whole}${fraction.slice(0, 9).padEnd(9, '0')}`);
}
