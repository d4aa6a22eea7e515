import type { IncomingMessage } from 'node:http';
import { gatherBytes } from '../../core/byte-buffer.ts';
import type { ServerLimits } from '../server-limits.ts';
import { HttpRefusal } from './refusal.ts';

type BodyLimits = Pick<ServerLimits, 'maxBodyBytes' | 'bodyTimeoutMs'>;

/**
 * The whole body, at once where it has come already, and never more than the limit in memory. Throws 413, or 408 and then closes the
 * connection; `respond.ts` lets a refused body run out.
 */
export function readBody(request: IncomingMessage, { maxBodyBytes, bodyTimeoutMs }: BodyLimits): Buffer | Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > maxBodyBytes) throw tooLarge(maxBodyBytes, announced);
  // It may have gone while it was asked who sends the request.
  if (request.destroyed) throw gone();
  if (request.complete) {
    const body: Buffer = request.read() ?? Buffer.alloc(0);
    if (body.length > maxBodyBytes) throw tooLarge(maxBodyBytes, null);
    return body;
  }
  return new Promise((resolve, reject) => {
    const body = gatherBytes();
    const timer = setTimeout(() => fail(tooSlow(bodyTimeoutMs)), bodyTimeoutMs);
    const onData = (piece: Buffer): void => {
      if (body.length + piece.length > maxBodyBytes) fail(tooLarge(maxBodyBytes, null));
      else body.add(piece);
    };
    const onEnd = (): void => {
      stop();
      resolve(body.bytes());
    };
    const onGone = (): void => fail(gone());
    function stop(): void {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
    }
    function fail(refusal: HttpRefusal): void {
      stop();
      reject(refusal);
    }
    request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  });
}

const gone = (): HttpRefusal => new HttpRefusal(400, 'The connection ended before the body did.', { Connection: 'close' }, 'CANCELLED');

const tooLarge = (max: number, announced: number | null): HttpRefusal =>
  new HttpRefusal(
    413,
    `The body has ${announced ?? `more than ${max}`} bytes; this gateway accepts at most ${max}, files in base64 included. Its operator can raise server.limits.maxBodyBytes.`,
  );

const tooSlow = (ms: number): HttpRefusal =>
  new HttpRefusal(
    408,
    `The body did not arrive within ${ms / 1000} s, which is the longest this gateway waits for one.`,
    { Connection: 'close' },
    'TIMEOUT',
  );
