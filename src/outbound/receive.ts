/**
 * Receives an answer as its connection brings it, without a stream in between: half the work of one for an answer that is read to its
 * end anyway. `http-client.ts` offers it as {@link HttpClient.receive}.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { turnsOf } from '../core/turns/turns.ts';
import { decodeBody } from './decode-body.ts';

/** Told what comes, in this order. After `ended` or `failed` nothing more is told, and after `cancel` nothing at all. */
export interface Receiver {
  /** Called when the connection is there and the headers of the request are being written. */
  sent?(): void;
  began(status: number, headers: IncomingHttpHeaders): void;
  /** Decompressed. */
  received(bytes: Uint8Array): void;
  ended(): void;
  failed(error: unknown): void;
}

export interface Receiving {
  /** Ends the request and its connection, also before it has one. */
  cancel(): void;
  /** The connection is not read on until `resume`. One piece more may come. */
  pause(): void;
  resume(): void;
}

/** Small events of this length take some 5 ms. Beyond it other requests have their turn. */
const bytesPerTurn = 32 * 1024;

export function receive(dispatcher: Dispatcher, options: Dispatcher.DispatchOptions, receiver: Receiver): Receiving {
  const turns = turnsOf({ unitsPerTurn: bytesPerTurn });
  let controller: Dispatcher.DispatchController | null = null;
  let over = false;
  let decoded: { readonly written: Readable; readonly read: Readable } | null = null;
  /** By its receiver. */
  let isPaused = false;
  /** Others have their turn. */
  let isWaiting = false;

  const stop = (): void => {
    decoded?.read.pause();
    controller?.pause();
  };
  const goOn = (): void => {
    if (isPaused || isWaiting || over) return;
    decoded?.read.resume();
    controller?.resume();
  };

  const finish = (tell: () => void): void => {
    if (over) return;
    over = true;
    tell();
  };
  const received = (bytes: Uint8Array): void => {
    if (over) return;
    receiver.received(bytes);
    const wait = turns.spend(bytes.length);
    if (wait === null || over) return;
    isWaiting = true;
    stop();
    void wait.then(() => {
      isWaiting = false;
      goOn();
    });
  };
  const decode = (encoding: string): typeof decoded => {
    const written = new Readable({ read() {} });
    const read = decodeBody(written, encoding);
    if (read === written) return null;
    read.on('data', received);
    read.on('end', () => finish(() => receiver.ended()));
    read.on('error', (error) => finish(() => receiver.failed(error)));
    return { written, read };
  };

  dispatcher.dispatch(options, {
    onRequestStart(started) {
      controller = started;
      // One that was given up while it waited gets its connection nevertheless, and is ended before it writes.
      if (over) started.abort(new Error('The request was given up.'));
      else receiver.sent?.();
    },
    onResponseStart(_, status, headers) {
      if (status < 200 || over) return;
      const encoding = headers['content-encoding'];
      if (encoding !== undefined) decoded = decode(String(encoding));
      receiver.began(status, headers);
    },
    onResponseData(_, bytes) {
      if (decoded === null) received(bytes);
      else decoded.written.push(bytes);
    },
    onResponseEnd() {
      // It would pause the next answer on this connection.
      controller = null;
      if (decoded === null) finish(() => receiver.ended());
      else decoded.written.push(null);
    },
    onResponseError(_, error) {
      if (decoded === null) finish(() => receiver.failed(error));
      else decoded.written.destroy(error);
    },
  });
  return {
    cancel() {
      over = true;
      decoded?.read.destroy();
      controller?.abort(new Error('The request was given up.'));
    },
    pause() {
      isPaused = true;
      stop();
    },
    resume() {
      isPaused = false;
      goOn();
    },
  };
}
