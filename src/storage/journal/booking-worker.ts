/**
 * Books lines of the journal in a thread of its own once there are many lines; a process with few lines saves the memory of a thread. A thread that
 * failed is replaced later. Line numbers show what it has booked, so nothing is booked twice.
 */
import { Worker } from 'node:worker_threads';
import { type ErrorCode, type ErrorDetails, GatewayError } from '../../core/errors.ts';
import { workerEnvironment } from '../../core/worker-environment.ts';
import type { Booked } from './book-lines.ts';

export type ThreadOrder =
  | { readonly kind: 'book'; readonly owner: string; readonly texts: readonly string[] }
  | { readonly kind: 'checkpoint' };

/** `isReady`: the thread takes orders from now on. `isCopied`: the checkpoint is over. Otherwise the message answers an order to book. */
export interface BookingAnswer {
  readonly isReady?: true;
  readonly isCopied?: true;
  readonly booked?: Booked;
  readonly failure?: BookingFailure;
}

export interface BookingFailure {
  readonly message: string;
  readonly code?: ErrorCode;
  readonly details?: ErrorDetails;
}

export interface BookingWorker {
  /** Must not be called again before it has resolved. */
  book(owner: string, texts: readonly string[]): Promise<Booked>;
  /** Copies the write-ahead log into the database, except pages that a reader still needs. Resolves when that is over; never rejects. */
  checkpoint(): Promise<void>;
  /** Ends the thread. Lines that come later are booked in the calling thread. */
  close(): Promise<void>;
}

export interface BookingOptions {
  /** Path of the database file. */
  readonly file: string;
  /** Books lines in the calling thread. */
  readonly here: (owner: string, texts: readonly string[]) => Promise<Booked>;
  /** Number of lines that the calling thread books before a thread is started. */
  readonly linesBefore?: number;
}

const threadFile = new URL(import.meta.url.endsWith('.ts') ? './booking-thread.ts' : './booking-thread.js', import.meta.url);
const maxMegabytes = 64;

export function openBookingWorker({ file, here, linesBefore = 200 }: BookingOptions): BookingWorker {
  let thread: Worker | null = null;
  let isReady = false;
  let asked: PromiseWithResolvers<Booked> | null = null;
  let copying: PromiseWithResolvers<void> | null = null;
  let lines = 0;
  let closed = false;

  const failed = (from: Worker, error: Error): void => {
    if (thread !== from) return;
    thread = null;
    isReady = false;
    lines = 0;
    asked?.reject(error);
    asked = null;
    copied();
  };
  const copied = (): void => {
    copying?.resolve();
    copying = null;
  };
  const answered = ({ isReady: ready, isCopied, booked, failure }: BookingAnswer): void => {
    if (ready === true) isReady = true;
    else if (isCopied === true) copied();
    else {
      if (booked !== undefined) asked?.resolve(booked);
      else if (failure !== undefined) asked?.reject(errorOf(failure));
      asked = null;
    }
  };
  const start = (): Worker => {
    const fresh = new Worker(threadFile, {
      workerData: { file },
      env: workerEnvironment(),
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
    });
    thread = fresh;
    fresh.unref();
    fresh.on('message', answered);
    fresh.on('error', (error) => failed(fresh, error));
    fresh.on('exit', (code) => failed(fresh, new Error(`The thread that stores rows ended with ${code}.`)));
    return fresh;
  };

  return {
    async book(owner, texts) {
      lines += texts.length;
      if (thread === null && !closed && lines >= linesBefore) start();
      if (thread === null || !isReady || closed) return here(owner, texts);
      const on = thread;
      asked = Promise.withResolvers<Booked>();
      // The process must not exit while it waits for the thread.
      on.ref();
      on.postMessage({ kind: 'book', owner, texts } satisfies ThreadOrder);
      return asked.promise.finally(() => on.unref());
    },
    async checkpoint() {
      if (closed || copying !== null) return copying?.promise;
      copying = Promise.withResolvers<void>();
      (thread ?? start()).postMessage({ kind: 'checkpoint' } satisfies ThreadOrder);
      return copying.promise;
    },
    async close() {
      closed = true;
      const ending = thread;
      if (asked !== null) await asked.promise.catch(() => {});
      thread = null;
      await ending?.terminate();
    },
  };
}

function errorOf({ message, code, details = {} }: BookingFailure): Error {
  return code === undefined ? new Error(message) : new GatewayError(code, message, details);
}
