/**
 * Refuses requests in which a header that decides about caller, content or cost occurs twice. A proxy that checks one of
 * them and a gateway that obeys the other would disagree unnoticed.
 *
 * Headers that are lists by definition (`Accept`, `X-Forwarded-For`, `Sec-WebSocket-Protocol`) are excluded. Node itself
 * refuses two `Content-Length` headers, and `Content-Length` beside `Transfer-Encoding`.
 */
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../core/errors.ts';

const decisive = [
  'host',
  'authorization',
  'content-type',
  'content-encoding',
  'content-length',
  'origin',
  'last-event-id',
  'sec-fetch-site',
  'sec-fetch-mode',
];
/** Of the gateway itself: `x-fieldgate-quote`, `x-fieldgate-router`. */
const ownPrefix = 'x-fieldgate-';

/** Throws BAD_REQUEST. */
export function refuseRepeatedHeaders({ headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>): void {
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    if (values.length > 1 && (name.startsWith(ownPrefix) || decisive.includes(name)))
      throw new GatewayError('BAD_REQUEST', `The request has more than one ${spelt(name)} header. Send one.`);
  }
}

const spelt = (name: string): string => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
