/** Counts the objects and lists of a JSON text before it is parsed, because a million empty ones would block the event loop. */
import { GatewayError } from '../../core/errors.ts';
import { limitTable } from '../server-limits.ts';

const quote = 0x22;
const backslash = 0x5c;
const brace = 0x7b;
const bracket = 0x5b;

/** Throws BAD_REQUEST. */
export function checkJsonSize(json: Buffer, maxJsonObjects: number = limitTable.maxJsonObjects.default): void {
  // Each takes two bytes at least.
  if (json.length <= 2 * maxJsonObjects) return;
  let objects = 0;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === quote) at = endOfString(json, at + 1);
    else if (byte === brace || byte === bracket) objects += 1;
  }
  if (objects > maxJsonObjects)
    throw new GatewayError(
      'BAD_REQUEST',
      `The request has ${objects} objects and lists; this gateway accepts at most ${maxJsonObjects}. Send it in parts, or have its operator raise server.limits.maxJsonObjects.`,
    );
}

/** Bytes looked at one by one before native code searches for the end: its call costs as much, and most strings are short. */
const nearBytes = 64;

/** Where the closing quote of a string stands whose text begins at `from`; the length of the JSON where it has none. */
function endOfString(json: Buffer, from: number): number {
  let nearEnd = from + nearBytes;
  let at = from;
  while (at < json.length) {
    if (at >= nearEnd) {
      const found = json.indexOf(quote, at);
      if (found === -1) return json.length;
      let slash = found;
      while (slash > at && json[slash - 1] === backslash) slash -= 1;
      if ((found - slash) % 2 === 0) return found;
      at = found + 1;
      nearEnd = at + nearBytes;
      continue;
    }
    if (json[at] === quote) return at;
    at += json[at] === backslash ? 2 : 1;
  }
  return json.length;
}
