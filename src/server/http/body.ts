import type { IncomingMessage } from 'node:http';
import { type Gathered, gatherBytes } from '../../core/byte-buffer.ts';
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
  // The client may have left while it was authenticated.
  if (request.destroyed) throw gone();
  if (request.complete) {
    const body: Buffer = request.read() ?? Buffer.alloc(0);
    if (body.length > maxBodyBytes) throw tooLarge(maxBodyBytes, null);
    return body;
  }
  return new Promise((resolve, reject) => {
    /** Most bodies come in one piece. */
    let first: Buffer | null = null;
    let body: Gathered | null = null;
    let over = false;
    const timer = setTimeout(() => fail(tooSlow(bodyTimeoutMs)), bodyTimeoutMs);
    const onData = (piece: Buffer): void => {
      const length = (body?.length ?? first?.length ?? 0) + piece.length;
      if (length > maxBodyBytes) fail(tooLarge(maxBodyBytes, null));
      else if (first === null) first = piece;
      else {
        body ??= gathered(first);
        body.add(piece);
      }
    };
    const onEnd = (): void => {
      if (over) return;
      over = true;
      letGo();
      resolve(body?.bytes() ?? first ?? Buffer.alloc(0));
    };
    const onClose = (): void => {
      if (!over) fail(gone());
    };
    function fail(refusal: HttpRefusal): void {
      over = true;
      letGo();
      reject(refusal);
    }
    /** A request lives as long as its answer, which may be a stream of hours; its listeners hold the body. */
    function letGo(): void {
      clearTimeout(timer);
      request.off('data', onData).off('end', onEnd).off('close', onClose);
    }
    // A request that breaks off is closed, too.
    request.on('data', onData).on('end', onEnd).on('close', onClose);
  });
}

function gathered(first: Buffer): Gathered {
  const body = gatherBytes();
  body.add(first);
  return body;
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
