/** Values of options as they are written in the shell. A refusal names the option and says what would be accepted. */
import { GatewayError } from '../../core/errors.ts';
import { type NanoUsd, nanoUsdOf } from '../../core/money.ts';

/** Who changes things from the shell, as records keep it. */
export const byShell = 'shell';

/** `command`: such as `keys create`. */
export function given(command: string, flag: string, value: string | null, what: string): string {
  if (value !== null) return value;
  throw new GatewayError('BAD_REQUEST', `${command} needs ${flag}: ${what}.`);
}

/** Undefined: it was not written, so it stays; null: `none` was, so it is taken away. */
export const removable = <T>(text: string | null, read: (text: string) => T): T | null | undefined =>
  text === null ? undefined : text === 'none' ? null : read(text);

/** Names; null: no bound, written `*`. Undefined: not written. */
export const namesIn = (names: readonly string[] | null): readonly string[] | null | undefined =>
  names === null ? undefined : names.includes('*') ? null : names;

export const amountIn =
  (flag: string) =>
  (text: string): NanoUsd => {
    const amount = nanoUsdOf(text);
    if (amount !== null) return amount;
    throw new GatewayError('BAD_REQUEST', `${flag} is "${text}". It must be US dollars, such as 25.00, or none.`);
  };

export const wholeIn =
  (flag: string, least = 1) =>
  (text: string): number => {
    if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
    throw new GatewayError(
      'BAD_REQUEST',
      `${flag} is "${text}". It must be a whole number from ${least} on${least === 0 ? '' : ', or none'}.`,
    );
  };

/** Milliseconds since 1970, UTC. */
export const timeIn =
  (flag: string) =>
  (text: string): number => {
    const time = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
    if (new Date(time || 0).toISOString().startsWith(text.slice(0, 10))) return time;
    throw new GatewayError('BAD_REQUEST', `${flag} is "${text}". It must be a date in UTC, such as 2027-01-31 or 2027-01-31T18:00Z.`);
  };

export const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
