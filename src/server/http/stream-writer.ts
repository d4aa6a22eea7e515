import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { ExecutionResult } from 'graphql';
import { GatewayError } from '../../core/errors.ts';
import { withDeadline } from '../../core/stream.ts';
import type { ResultStream } from '../result-stream.ts';
import type { ServerLimits } from '../server-limits.ts';
import { type AnswerHeaderLines, answersVaryBy } from './respond.ts';

/** How results look on the wire. */
export interface StreamFormat {
  readonly headers: Readonly<Record<string, string>>;
  /** The head is sent with the first result, or with the first heartbeat: by then headers of subgraphs' answers may be known. */
  readonly isLate?: true;
  readonly head: string;
  /** Empty: none is sent. */
  readonly heartbeat: string;
  result(result: ExecutionResult): string;
  readonly end: string;
}

type StreamLimits = Pick<ServerLimits, 'heartbeatMs' | 'writeIdleMs'>;

/**
 * Writes a stream to its end. Pulls the next result only when the last has left our buffer, so a reader who stalls stops
 * the source; one who stalls for longer than `writeIdleMs` is disconnected, since it holds upstream open. `onWrite` says
 * when the next result may be sent.
 */
export async function writeStream(
  response: ServerResponse,
  results: ResultStream,
  format: StreamFormat,
  limits: StreamLimits,
  onWrite: () => Promise<void> | null = () => null,
  answerHeaders: () => AnswerHeaderLines = () => [],
): Promise<void> {
  let begun: Framing | null = null;
  const begin = (): Framing => {
    if (begun !== null) return begun;
    for (const [name, value] of answerHeaders()) response.appendHeader(name, value);
    response.writeHead(200, format.headers);
    begun = framing(response);
    response.write(begun.framed(format.head));
    return begun;
  };
  if (format.isLate !== true) begin();
  const heartbeat = setInterval(() => {
    const { framed } = begin();
    // A chunk without bytes would end the answer.
    if (format.heartbeat !== '' && !response.writableNeedDrain) response.write(framed(format.heartbeat));
  }, limits.heartbeatMs);
  try {
    for (;;) {
      if (response.writableNeedDrain && !(await drained(response, limits.writeIdleMs))) return;
      const step = await results.next();
      if (response.destroyed) return;
      if (step.done === true) break;
      response.write(begin().framed(format.result(step.value)));
      const turn = onWrite();
      if (turn !== null) await turn;
      heartbeat.refresh();
    }
    const { framed, last } = begin();
    response.end(framed(format.end) + last);
  } finally {
    clearInterval(heartbeat);
    await results.return(undefined);
  }
}

interface Framing {
  framed(text: string): string;
  readonly last: string;
}

const unframed: Framing = { framed: (text) => text, last: '' };
const chunked: Framing = { framed: (text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`, last: '0\r\n\r\n' };

/**
 * Frames the chunks of HTTP/1.1 (RFC 9112 §7.1) as one text each: node hands the socket four pieces, which takes longer than all else that
 * a small event costs there. HTTP/1.0 has no chunks.
 */
function framing(response: ServerResponse): Framing {
  if (!response.chunkedEncoding) return unframed;
  response.chunkedEncoding = false;
  return chunked;
}

/** False when the client has gone, or was cut off because it reads nothing. */
export async function drained(response: ServerResponse, writeIdleMs: number): Promise<boolean> {
  const deadline = withDeadline(null, writeIdleMs, () => new GatewayError('CANCELLED', 'The client reads nothing.'));
  const onClose = (): void => deadline.abort(new GatewayError('CANCELLED', 'The client closed the connection.'));
  response.once('close', onClose);
  try {
    if (response.destroyed) return false;
    await once(response, 'drain', { signal: deadline.signal });
    return true;
  } catch {
    response.destroy();
    return false;
  } finally {
    deadline.end();
    response.off('close', onClose);
  }
}

const streamHeaders = { Vary: answersVaryBy, 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no', Connection: 'keep-alive' };

/** graphql-sse, distinct connections mode. `id:` is the place to resume from, sent back by clients as Last-Event-ID. */
export const sse = (cursorOf: (result: object) => string | null): StreamFormat => ({
  headers: { 'Content-Type': 'text/event-stream; charset=utf-8', ...streamHeaders },
  head: ':\n\n',
  heartbeat: ':\n\n',
  result(result) {
    const cursor = cursorOf(result);
    // A line break would end the field, a NUL makes browsers ignore it, and an empty id makes them forget the last one.
    const id = cursor === null || cursor === '' || /[\r\n\0]/.test(cursor) ? '' : `id: ${cursor}\n`;
    return `${id}event: next\ndata: ${JSON.stringify(result)}\n\n`;
  },
  end: 'event: complete\ndata:\n\n',
});

/** Apollo's protocol for subscriptions over HTTP: each part but the heartbeat is `{ "payload": result }`. */
export const multipartSubscription: StreamFormat = {
  headers: { 'Content-Type': 'multipart/mixed;boundary="graphql";subscriptionSpec=1.0', ...streamHeaders },
  head: '\r\n--graphql',
  heartbeat: part('{}', 'graphql'),
  result: (result) => part(JSON.stringify({ payload: result }), 'graphql'),
  end: '--\r\n',
};

/** Incremental delivery as graphql-tools executes it and Apollo Client and urql read it (2022-08-24). */
export const multipartIncremental: StreamFormat = {
  headers: { 'Content-Type': 'multipart/mixed;boundary="-";deferSpec=20220824', ...streamHeaders },
  isLate: true,
  head: '\r\n---',
  heartbeat: '',
  result: (result) => part(JSON.stringify(result), '-'),
  end: '--\r\n',
};

/** Writes a part with the boundary behind it, because readers wait for the boundary before they take the part. */
function part(body: string, boundary: string): string {
  return `\r\nContent-Type: application/json; charset=utf-8\r\n\r\n${body}\r\n--${boundary}`;
}
