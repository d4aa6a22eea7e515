/**
 * Where the embedded provider works: on the event loop what takes a few milliseconds, all else in a thread with bounds on time and
 * memory. What is looked for in a text takes as long as the text times what the caller's schema asks for, and that has no end.
 *
 * One thread for all, kept for a while; of what waits for it the lightest is next.
 */
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../../core/errors.ts';
import type { CompletionRequest } from '../../core/request/request.ts';
import { abortError, throwIfAborted } from '../../core/turns/abort.ts';
import { workerEnvironment } from '../../core/worker-environment.ts';
import type { Reply } from './reply.ts';
import { doneOf, type Outcome, type Work } from './work.ts';

/** Characters, times what is looked for in them, that take up to some 10 ms. */
const maxInlineUnits = 16_384;
/** A schema asks for one thing more with so many characters of it. */
const unitsPerProperty = 32;
const maxMs = 5_000;
const idleMs = 10_000;
const maxMegabytes = 256;
const threadFile = new URL(import.meta.url.endsWith('.ts') ? './embedded-thread.ts' : './embedded-thread.js', import.meta.url);

interface Waiting {
  readonly units: number;
  readonly begin: () => void;
}

const waiting = new Set<Waiting>();
let busy = false;
let thread: Worker | null = null;
let idle: NodeJS.Timeout | undefined;

export function replyFor(request: CompletionRequest, signal: AbortSignal): Promise<Reply> {
  return workedOut({ kind: 'reply', request }, unitsOf(request), signal) as Promise<Reply>;
}

export function vectorOf(text: string, dimensions: number, signal: AbortSignal): Promise<Float32Array> {
  return workedOut({ kind: 'vector', text, dimensions }, text.length, signal) as Promise<Float32Array>;
}

function unitsOf({ messages, tools, toolChoice, output }: CompletionRequest): number {
  const text = messages.reduce((sum, { content }) => sum + JSON.stringify(content).length, 0);
  const called = toolChoice.type === 'tool' || toolChoice.type === 'required' ? tools.map(({ parameters }) => parameters) : [];
  const schemas = output.format === 'json' && output.schema !== null ? [output.schema, ...called] : called;
  const properties = schemas.reduce((sum, schema) => sum + JSON.stringify(schema).length / unitsPerProperty, 0);
  return text * Math.max(1, properties);
}

async function workedOut(work: Work, units: number, signal: AbortSignal): Promise<Outcome> {
  throwIfAborted(signal);
  if (units <= maxInlineUnits) return doneOf(work);
  await turn(units, signal);
  try {
    return await inThread(work, signal);
  } finally {
    busy = false;
    next();
  }
}

function turn(units: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      waiting.delete(one);
      reject(abortError(signal));
    };
    const one: Waiting = {
      units,
      begin() {
        signal.removeEventListener('abort', leave);
        resolve();
      },
    };
    signal.addEventListener('abort', leave, { once: true });
    waiting.add(one);
    next();
  });
}

function next(): void {
  if (busy || waiting.size === 0) return;
  const lightest = [...waiting].reduce((least, one) => (one.units < least.units ? one : least));
  waiting.delete(lightest);
  busy = true;
  lightest.begin();
}

async function inThread(work: Work, signal: AbortSignal): Promise<Outcome> {
  clearTimeout(idle);
  thread ??= newThread();
  const worker = thread;
  const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
  const onAbort = (): void => reject(abortError(signal));
  const onEnd = (cause: unknown): void => reject(tooMuch(cause));
  const timer = setTimeout(() => onEnd(`it took longer than ${maxMs} ms`), maxMs);
  worker.once('message', resolve);
  worker.once('error', onEnd);
  worker.once('exit', onEnd);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    throwIfAborted(signal);
    worker.ref();
    worker.postMessage(work);
    const outcome = await promise;
    worker.unref();
    idle = setTimeout(() => end(worker), idleMs).unref();
    return outcome;
  } catch (error) {
    end(worker);
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    worker.off('message', resolve);
    worker.off('error', onEnd);
    worker.off('exit', onEnd);
  }
}

function newThread(): Worker {
  const worker = new Worker(threadFile, {
    env: workerEnvironment(),
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
  });
  worker.on('error', () => end(worker));
  worker.on('exit', () => end(worker));
  return worker;
}

function end(worker: Worker): void {
  if (thread === worker) thread = null;
  void worker.terminate();
}

const tooMuch = (cause: unknown): GatewayError =>
  new GatewayError(
    'BAD_REQUEST',
    `The embedded provider did not get through this text within ${maxMs / 1_000} seconds and ${maxMegabytes} MB. A shorter text, or a schema that asks for less, would be accepted.`,
    { phase: 'before-content', retryable: false },
    { cause },
  );
