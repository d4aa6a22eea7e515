/** Objects and lists of a JSON text are counted before it is parsed: a million empty ones stop the event loop for a while. */
import { GatewayError } from '../core/errors.ts';

/** No request of a person or a program is near it; parsing as many takes some 10 ms. */
const maxJsonObjects = 100_000;

const [quote, backslash, brace, bracket] = [...'"\\{['].map((character) => character.charCodeAt(0));

/** Throws BAD_REQUEST. */
export function checkJsonSize(json: Uint8Array): void {
  // Each takes two bytes at least.
  if (json.length <= 2 * maxJsonObjects) return;
  let objects = 0;
  let inText = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inText = false;
    } else if (byte === quote) inText = true;
    else if (byte === brace || byte === bracket) objects += 1;
  }
  if (objects > maxJsonObjects)
    throw new GatewayError(
      'BAD_REQUEST',
      `The request has ${objects} objects and lists; this gateway accepts at most ${maxJsonObjects}. Send it in parts.`,
    );
}
