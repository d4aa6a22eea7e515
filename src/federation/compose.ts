/** Composes subgraphs off the main thread, and only when one of them has changed. */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { abortError } from '../core/abort.ts';
import { GatewayError } from '../core/errors.ts';
import type { Composition, Subgraph } from './composition.ts';
import type { CompositionProblem } from './composition-problem.ts';

export type { Composition, CompositionProblem, Subgraph };

export interface Composer {
  /** The composition of these subgraphs; the same object as last time when none has changed. CANCELLED when the signal fires. */
  compose(subgraphs: readonly Subgraph[], signal: AbortSignal): Promise<Composition>;
}

/** `own`: name of the AI subgraph among them; null without one. */
export function composer({ own = null }: { readonly own?: string | null } = {}): Composer {
  let last: { readonly hash: string; readonly composed: Composition } | null = null;
  return {
    async compose(subgraphs, signal) {
      const hash = hashOf(subgraphs);
      if (last?.hash === hash) return last.composed;
      const composed = await inWorker(subgraphs, own, signal);
      last = { hash, composed };
      return composed;
    },
  };
}

/** Order does not matter. */
function hashOf(subgraphs: readonly Subgraph[]): string {
  const sorted = subgraphs.map(({ name, url, sdl }) => JSON.stringify([name, url, sdl])).sort();
  return createHash('sha256').update(sorted.join('\n')).digest('hex');
}

/** A problem as one sentence of a log or of `fieldgate check`. */
export function sentenceOf({ code, message, remedy }: CompositionProblem): string {
  const sentence = /[.!?]$/.test(message) ? message : `${message}.`;
  return `${code}: ${sentence}${remedy === null ? '' : ` ${remedy}`}`;
}

const workerFile = new URL(import.meta.url.endsWith('.ts') ? './compose-worker.ts' : './compose-worker.js', import.meta.url);

function inWorker(subgraphs: readonly Subgraph[], own: string | null, signal: AbortSignal): Promise<Composition> {
  if (signal.aborted) return Promise.reject(abortError(signal));
  const worker = new Worker(workerFile, { workerData: { subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, sdl })), own } });
  return new Promise<Composition>((resolve, reject) => {
    const stop = (): void => reject(abortError(signal));
    signal.addEventListener('abort', stop, { once: true });
    worker.once('message', (composed: Composition) => resolve(composed));
    worker.once('error', (cause) => reject(new GatewayError('INTERNAL', 'The composer of subgraphs failed.', {}, { cause })));
    worker.once('exit', () => reject(new GatewayError('INTERNAL', 'The composer of subgraphs ended without an answer.')));
  }).finally(() => worker.terminate());
}
