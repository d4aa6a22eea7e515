/**
 * Refuses requests in which a header that decides about caller, content or cost occurs twice. A proxy that checks one of
 * them and a gateway that obeys the other would disagree unnoticed.
 *
 * Headers that are lists by definition (`Accept`, `X-Forwarded-For`, `Sec-WebSocket-Protocol`) are excluded. Node itself
 * refuses two `Content-Length` headers, and `Content-Length` beside `Transfer-Encoding`.
 */
import { GatewayError } from '../../core/errors.ts';

const decisive: ReadonlySet<string> = new Set([
  'host',
  'authorization',
  'ai-user',
  'ai-session',
  'ai-agent',
  'content-type',
  'content-encoding',
  'content-length',
  'origin',
  'last-event-id',
  'sec-fetch-site',
  'sec-fetch-mode',
]);
/** Headers of the gateway itself: `x-fieldgate-quote`, `x-fieldgate-plan`, `x-fieldgate-router`. */
const ownPrefix = 'x-fieldgate-';

/** `rawHeaders` has names and values in turn, as they came. Throws BAD_REQUEST for a header that occurs twice. */
export function refuseRepeatedHeaders(rawHeaders: readonly string[]): void {
  const seen: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? '';
    if (!decisive.has(name) && !name.startsWith(ownPrefix)) continue;
    if (seen.includes(name)) throw new GatewayError('BAD_REQUEST', `The request has more than one ${spelt(name)} header. Send one.`);
    seen.push(name);
  }
}

const spelt = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
