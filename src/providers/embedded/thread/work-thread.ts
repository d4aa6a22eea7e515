/** A thread that works something out, with bounds on time and memory. One that has nothing to do is kept for a while. */
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../../../core/errors.ts';
import { abortError } from '../../../core/turns/abort.ts';
import { workerEnvironment } from '../../../core/worker-environment.ts';
import type { Outcome, Work } from './work.ts';

const maxMs = 5_000;
const idleMs = 10_000;
const maxMegabytes = 256;
const threadFile = new URL(import.meta.url.endsWith('.ts') ? './embedded-thread.ts' : './embedded-thread.js', import.meta.url);

export interface Run {
  /** Resolves when the thread has started and begins. */
  readonly begun: Promise<void>;
  /** Rejects with BAD_REQUEST for what has no end within the bounds, and with `abortError`. */
  readonly outcome: Promise<Outcome>;
  /** Ends it: the outcome never comes. */
  stop(): void;
}

let idle: { readonly worker: Worker; readonly timer: NodeJS.Timeout } | null = null;

export function runInThread(work: Work, signal: AbortSignal): Run {
  const worker = takeWorker();
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const onAbort = (): void => failed(abortError(signal));
  const onEnd = (cause: unknown): void => failed(tooMuch(cause));
  const timer = setTimeout(() => onEnd(`it took longer than ${maxMs} ms`), maxMs);
  let over = false;

  function letGo(): boolean {
    if (over) return false;
    over = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    worker.off('message', told);
    worker.off('error', onEnd);
    worker.off('exit', onEnd);
    return true;
  }
  function told(outcome: Outcome | null): void {
    if (outcome === null) begin();
    else if (letGo()) {
      keep(worker);
      resolve(outcome);
    }
  }
  function failed(error: GatewayError): void {
    if (!letGo()) return;
    void worker.terminate();
    reject(error);
  }

  worker.on('message', told);
  worker.on('error', onEnd);
  worker.on('exit', onEnd);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  else worker.postMessage(work);
  return {
    begun,
    outcome: promise,
    stop() {
      if (letGo()) void worker.terminate();
    },
  };
}

function takeWorker(): Worker {
  if (idle === null) return newWorker();
  const { worker, timer } = idle;
  clearTimeout(timer);
  idle = null;
  worker.ref();
  return worker;
}

function newWorker(): Worker {
  const worker = new Worker(threadFile, {
    env: workerEnvironment(),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
  });
  const forget = (): void => {
    if (idle?.worker !== worker) return;
    clearTimeout(idle.timer);
    idle = null;
  };
  worker.on('error', forget);
  worker.on('exit', forget);
  return worker;
}

/** One is kept: a second one is needed only while somebody's work takes long. */
function keep(worker: Worker): void {
  if (idle !== null) return void worker.terminate();
  worker.unref();
  const timer = setTimeout(() => {
    idle = null;
    void worker.terminate();
  }, idleMs).unref();
  idle = { worker, timer };
}

const tooMuch = (cause: unknown): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The embedded provider did not get through this text within ${maxMs / 1_000} seconds and ${maxMegabytes} MB. A shorter text, or a schema that asks for less, would be accepted.`,
    { phase: 'before-content', retryable: false },
    { cause },
  );
