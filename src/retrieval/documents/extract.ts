/**
 * Sources are other people's files. What takes a library to unpack, and what is long, is read in a process of its own with
 * a bound on memory and time, so that a hostile file ends that process and not the gateway, sees none of its secrets, and
 * holds up no other requests. A thread would leave the gateway with the memory that it took: 10 to 30 MB.
 */
import { fork } from 'node:child_process';
import { abortError } from '../../core/abort.ts';
import { GatewayError } from '../../core/errors.ts';
import { workerEnvironment } from '../../core/worker-environment.ts';
import type { ExtractedDocument } from './document.ts';
import { readDocument, type SourceContent } from './read.ts';
import type { WorkerReply } from './worker.ts';

const mostMegabytes = 512;
const mostMs = 60_000;
/**
 * The longest source of each format that is read in this thread. What parses markup takes time in the square of its length for
 * some texts: a list item in a list item 30,000 times held everybody up for seven seconds.
 */
const inlineBytes: Readonly<Partial<Record<SourceContent['mediaType'], number>>> = {
  'text/plain': 64_000,
  'text/markdown': 8_000,
  'text/html': 8_000,
};

const workerFile = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Throws BAD_REQUEST with a sentence about the source for what cannot be read, or not within the bounds. */
export async function extracted(source: SourceContent, signal: AbortSignal): Promise<ExtractedDocument> {
  if (source.bytes.length <= (inlineBytes[source.mediaType] ?? 0)) return readDocument(source);
  return inProcess(source, signal);
}

function inProcess(source: SourceContent, signal: AbortSignal): Promise<ExtractedDocument> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortError(signal));
    const worker = fork(workerFile, {
      env: workerEnvironment(),
      execArgv: [`--max-old-space-size=${mostMegabytes}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      end();
      worker.kill('SIGKILL');
    };
    const fail = (error: unknown): void => settle(() => reject(error));
    const onAbort = (): void => fail(abortError(signal));
    const timer = setTimeout(
      () => fail(new GatewayError('BAD_REQUEST', `It could not be read within ${mostMs / 1_000} seconds. Split it or simplify it.`)),
      mostMs,
    );
    signal.addEventListener('abort', onAbort, { once: true });
    worker.once('message', (reply: WorkerReply) => {
      if (reply.kind === 'document') settle(() => resolve(reply.document));
      else fail(reply.kind === 'refused' ? new GatewayError('BAD_REQUEST', reply.message) : unreadable(reply.message));
    });
    worker.on('error', (error) => fail(unreadable(error)));
    worker.once('exit', (code, ending) => fail(unreadable(`the process ended with ${code ?? ending}`)));
    worker.send(source, (error) => {
      if (error !== null) fail(unreadable(error));
    });
  });
}

const unreadable = (cause: unknown): GatewayError =>
  new GatewayError('BAD_REQUEST', `It could not be read: it is broken, or takes more than ${mostMegabytes} MB of memory.`, {}, { cause });
