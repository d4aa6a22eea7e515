import { maxUsd, type NanoUsd, nanoUsdOf } from '../../../core/money.ts';
import { refuse } from '../../refuse.ts';

/** A budget as it came; null: none. Throws BAD_REQUEST with the name of the input. */
export function accountAmount(name: string, text: string | null | undefined): NanoUsd | null {
  if (text === null || text === undefined) return null;
  const amount = nanoUsdOf(text);
  if (amount === null) refuse(`${name} is "${text}". It must be US dollars from 0 to ${maxUsd} with at most nine places, such as "25.00".`);
  return amount;
}
