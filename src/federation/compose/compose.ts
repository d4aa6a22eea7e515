/**
 * Composes subgraphs in a separate process, and only when one of them has changed. A large graph therefore does not block
 * the gateway while it is composed, and leaves no memory behind: a thread would keep 10 to 30 MB.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { GatewayError } from '../../core/errors.ts';
import { abortError } from '../../core/turns/abort.ts';
import { workerEnvironment } from '../../core/worker-environment.ts';
import type { Composing } from './compose-worker.ts';
import type { Composition, Subgraph } from './composition.ts';
import type { CompositionProblem } from './composition-problem.ts';

export type { Composition, CompositionProblem, Subgraph };

/** Composes subgraphs into one supergraph. `createGateway` accepts another composer: a program elsewhere, or one that may block its own process. */
export interface Composer {
  /**
   * Composes these subgraphs. Returns the same object as the last time when none has changed. Throws CANCELLED when the signal fires, and TIMEOUT
   * after a minute.
   */
  compose(subgraphs: readonly Subgraph[], signal: AbortSignal): Promise<Composition>;
}

/** Composes in a separate process. */
export function composer(): Composer {
  let last: { readonly hash: string; readonly composed: Composition } | null = null;
  return {
    async compose(subgraphs, signal) {
      const hash = hashOf(subgraphs);
      if (last?.hash === hash) return last.composed;
      const composed = await inProcess(subgraphs, signal);
      last = { hash, composed };
      return composed;
    },
  };
}

/** The order of the subgraphs does not matter. */
function hashOf(subgraphs: readonly Subgraph[]): string {
  const sorted = subgraphs.map(({ name, url, sdl }) => JSON.stringify([name, url, sdl])).sort();
  return createHash('sha256').update(sorted.join('\n')).digest('hex');
}

/** A problem as one sentence, for a log or for `fieldgate check`. */
export function sentenceOf({ code, message, remedy }: CompositionProblem): string {
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  return `${code}: ${sentence}${remedy === null ? '' : ` ${remedy}`}`;
}

/** Composing thirty subgraphs takes about 3 s. */
const maxMs = 60_000;

const workerFile = new URL(import.meta.url.endsWith('.ts') ? './compose-worker.ts' : './compose-worker.js', import.meta.url);

function inProcess(subgraphs: readonly Subgraph[], signal: AbortSignal): Promise<Composition> {
  if (signal.aborted) return Promise.reject(abortError(signal));
  const worker = fork(workerFile, { env: workerEnvironment(), execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const asked: Composing = { subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, sdl })) };
  const { promise, resolve, reject } = Promise.withResolvers<Composition>();
  const broken = (cause: unknown): void => reject(new GatewayError('INTERNAL', 'The composer of subgraphs failed.', {}, { cause }));
  const onAbort = (): void => reject(abortError(signal));
  const timer = setTimeout(
    () => reject(new GatewayError('TIMEOUT', `The subgraphs could not be composed within ${maxMs / 1_000} seconds.`)),
    maxMs,
  );
  signal.addEventListener('abort', onAbort, { once: true });
  worker.once('message', (composed: Composition) => {
    resolve(composed);
    // It ends by itself, and leaves what Node has compiled for the next one: a killed process does not.
    worker.disconnect();
  });
  worker.on('error', broken);
  worker.once('exit', (code, ending) => broken(`It ended with ${code ?? ending}, without an answer.`));
  worker.send(asked, (error) => {
    if (error !== null) broken(error);
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    if (worker.connected) worker.kill('SIGKILL');
  });
}
