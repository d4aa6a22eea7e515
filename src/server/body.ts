import type { IncomingMessage } from 'node:http';
import { gathered } from '../core/gathered.ts';
import type { ServerLimits } from './limits.ts';
import { HttpRefusal } from './refusal.ts';

const patienceMs = 5_000;

type BodyLimits = Pick<ServerLimits, 'bodyBytes' | 'bodyTimeoutMs'>;

/** The whole body, never more than the limit in memory. Throws 413, or 408 and then closes the connection. */
export function readBody(request: IncomingMessage, { bodyBytes, bodyTimeoutMs }: BodyLimits): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bodyBytes) {
    discard(request);
    return Promise.reject(tooLarge(bodyBytes, announced));
  }
  return new Promise((resolve, reject) => {
    const body = gathered();
    const timer = setTimeout(() => fail(tooSlow(bodyTimeoutMs)), bodyTimeoutMs);
    const onData = (piece: Buffer): void => {
      if (body.length + piece.length > bodyBytes) fail(tooLarge(bodyBytes, null));
      else body.add(piece);
    };
    const onEnd = (): void => {
      stop();
      resolve(body.bytes());
    };
    const onGone = (): void =>
      fail(new HttpRefusal(400, 'The connection ended before the body did.', { Connection: 'close' }, 'CANCELLED'));
    function stop(): void {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    }
    function fail(refusal: HttpRefusal): void {
      stop();
      discard(request);
      reject(refusal);
    }
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

/** Lets a refused body run out unread for a while: a connection closed on top of unread bytes takes the answer with it. */
function discard(request: IncomingMessage): void {
  const cut = setTimeout(() => request.socket.destroy(), patienceMs);
  request.on('error', () => {}).on('close', () => clearTimeout(cut));
  request.resume();
}

const tooLarge = (most: number, announced: number | null): HttpRefusal =>
  new HttpRefusal(413, `The body has ${announced ?? `more than ${most}`} bytes; this gateway accepts at most ${most}.`);

const tooSlow = (ms: number): HttpRefusal =>
  new HttpRefusal(
    408,
    `The body did not arrive within ${ms / 1000} s, which is the longest this gateway waits for one.`,
    { Connection: 'close' },
    'TIMEOUT',
  );
