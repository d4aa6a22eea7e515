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
  const receipt = new Receipt(receiver);
  dispatcher.dispatch(options, receipt);
  return receipt;
}

/** A body on its way through its decompression. */
interface Decoded {
  readonly written: Readable;
  readonly read: Readable;
}

/** What undici tells of one answer. A class, since each call of a model has one: its methods are made once. */
class Receipt implements Dispatcher.DispatchHandler, Receiving {
  readonly #receiver: Receiver;
  readonly #turns = turnsOf({ unitsPerTurn: bytesPerTurn });
  #controller: Dispatcher.DispatchController | null = null;
  #isOver = false;
  #decoded: Decoded | null = null;
  /** By its receiver. */
  #isPaused = false;
  /** Others have their turn. */
  #isWaiting = false;

  constructor(receiver: Receiver) {
    this.#receiver = receiver;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // A request that was given up while it waited still gets a connection. It is ended before it writes.
    if (this.#isOver) controller.abort(new Error('The request was given up.'));
    else this.#receiver.sent?.();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // Nobody reads them a second time, and a silent stream would keep each as a buffer of its own.
    controller.rawHeaders = null;
    if (status < 200 || this.#isOver) return;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined) this.#decoded = this.#decode(String(encoding));
    this.#receiver.began(status, headers);
  }

  onResponseData(_: unknown, bytes: Buffer): void {
    if (this.#decoded === null) this.#received(bytes);
    else this.#decoded.written.push(bytes);
  }

  onResponseEnd(): void {
    // It would pause the next answer on this connection.
    this.#controller = null;
    if (this.#decoded === null) this.#ended();
    else this.#decoded.written.push(null);
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#decoded === null) this.#failed(error);
    else this.#decoded.written.destroy(error);
  }

  cancel(): void {
    this.#isOver = true;
    this.#decoded?.read.destroy();
    this.#controller?.abort(new Error('The request was given up.'));
  }

  pause(): void {
    this.#isPaused = true;
    this.#stop();
  }

  resume(): void {
    this.#isPaused = false;
    this.#goOn();
  }

  #received(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#receiver.received(bytes);
    const wait = this.#turns.spend(bytes.length);
    if (wait === null || this.#isOver) return;
    this.#isWaiting = true;
    this.#stop();
    void wait.then(() => {
      this.#isWaiting = false;
      this.#goOn();
    });
  }

  #ended(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver.ended();
  }

  #failed(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#receiver.failed(error);
  }

  #stop(): void {
    this.#decoded?.read.pause();
    this.#controller?.pause();
  }

  #goOn(): void {
    if (this.#isPaused || this.#isWaiting || this.#isOver) return;
    this.#decoded?.read.resume();
    this.#controller?.resume();
  }

  #decode(encoding: string): Decoded | null {
    const written = new Readable({ read() {} });
    const read = decodeBody(written, encoding);
    if (read === written) return null;
    read.on('data', (bytes: Uint8Array) => this.#received(bytes));
    read.on('end', () => this.#ended());
    read.on('error', (error) => this.#failed(error));
    return { written, read };
  }
}
