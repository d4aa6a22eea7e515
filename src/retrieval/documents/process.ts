/** The gateway's side of one process that reads sources; `document-worker.ts` is the other side. */
import { fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { GatewayError } from '../../core/errors.ts';
import { abortError } from '../../core/turns/abort.ts';
import { workerEnvironment } from '../../core/worker-environment.ts';
import type { ReadSource } from '../ingestion/read-source.ts';
import type { SourceContent } from './read-document.ts';
import { maxMegabytes, type ReadReply, type ReadRequest } from './reading.ts';

export interface DocumentProcess {
  /** One at a time. Throws BAD_REQUEST with a sentence about the source for what cannot be read within the bounds. */
  read(source: SourceContent, maxPassages: number, signal: AbortSignal): Promise<ReadSource>;
  /** Whether the process can read another source. */
  isWell(): boolean;
  sourcesRead(): number;
  end(): void;
}

const maxMs = 60_000;
const workerFile = new URL(import.meta.url.endsWith('.ts') ? './document-worker.ts' : './document-worker.js', import.meta.url);

export function startDocumentProcess(): DocumentProcess {
  const worker = fork(workerFile, {
    env: workerEnvironment(),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  giveWay(worker.pid);
  let well = true;
  let read = 0;
  let fail: (error: unknown) => void = () => {};
  const broken = (cause: unknown): void => {
    well = false;
    fail(unreadable(cause));
  };
  worker.on('error', broken);
  worker.once('exit', (code, ending) => broken(`the process ended with ${code ?? ending}`));

  /** An idle process does not keep the gateway alive. */
  const waitFor = (busy: boolean): void => {
    if (busy) worker.ref();
    else worker.unref();
    if (busy) worker.channel?.ref();
    else worker.channel?.unref();
  };

  return {
    isWell: () => well,
    sourcesRead: () => read,
    end() {
      well = false;
      worker.kill('SIGKILL');
    },
    async read(source, maxPassages, signal) {
      waitFor(true);
      read += 1;
      const { promise, resolve, reject } = Promise.withResolvers<ReadReply>();
      fail = reject;
      const giveUp = (error: GatewayError): void => {
        well = false;
        reject(error);
      };
      const onAbort = (): void => giveUp(abortError(signal));
      const timer = setTimeout(() => giveUp(tookTooLong()), maxMs);
      signal.addEventListener('abort', onAbort, { once: true });
      worker.once('message', resolve);
      try {
        if (signal.aborted) onAbort();
        else if (!well) broken('the process has ended');
        else {
          worker.send({ source, maxPassages } satisfies ReadRequest, (error) => {
            if (error !== null) broken(error);
          });
        }
        const reply = await promise;
        if (reply.kind === 'read') return reply.read;
        throw reply.kind === 'refused' ? new GatewayError('BAD_REQUEST', reply.message) : unreadable(reply.message);
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        worker.off('message', resolve);
        fail = () => {};
        waitFor(false);
      }
    },
  };
}

/** Gives the process a low priority: requests come first where there are fewer processors than work. */
function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process has ended already, or this system has no priorities.
  }
}

const tookTooLong = (): GatewayError =>
  new GatewayError('BAD_REQUEST', `It could not be read within ${maxMs / 1_000} seconds. Split it or simplify it.`);
const unreadable = (cause: unknown): GatewayError =>
  new GatewayError('BAD_REQUEST', `It could not be read: it is broken, or takes more than ${maxMegabytes} MB of memory.`, {}, { cause });
