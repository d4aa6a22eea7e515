/** Refuses impossible session caps with a sentence. */
import type { SessionCaps } from '../../core/call/call.ts';
import { GatewayError } from '../../core/errors.ts';

const maxWarnings = 10;
const maxSessionMinutes = 7 * 24 * 60;

/** `path` stands before the names of the parts in refusals. */
export function checkSession({ minutes, warnAt, ...caps }: SessionCaps, path = 'session'): void {
  for (const part of ['tokens', 'turns', 'calls'] as const) {
    const number = caps[part];
    if (number !== null && !(Number.isSafeInteger(number) && number > 0))
      refuse(`${path}.${part} is ${number}. It must be a whole number above 0; leave it out for no cap.`);
  }
  if (!(Number.isSafeInteger(minutes) && minutes > 0 && minutes <= maxSessionMinutes))
    refuse(`${path}.minutes is ${minutes}. It must be a whole number from 1 to ${maxSessionMinutes}.`);
  const odd = warnAt.find((part) => !(part >= 0.01 && part <= 1));
  if (odd !== undefined) refuse(`${path}.warnAt has ${odd}. Parts from 0.01 to 1 are accepted.`);
  if (warnAt.length > maxWarnings) refuse(`${path}.warnAt has ${warnAt.length} parts. At most ${maxWarnings} are accepted.`);
}

function refuse(sentence: string): never {
  throw new GatewayError('BAD_REQUEST', sentence);
}
