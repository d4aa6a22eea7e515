/**
 * The process that reads sources (see `documents.ts`). Its main thread listens, and a second thread reads. The process
 * therefore ends as soon as the gateway is gone, also by SIGKILL, even when a source keeps the reader busy forever.
 */
import { Worker } from 'node:worker_threads';
import { maxMegabytes, type ReadReply, type ReadRequest } from './reading.ts';

const readerFile = new URL(import.meta.url.endsWith('.ts') ? './reader.ts' : './reader.js', import.meta.url);
const reader = new Worker(readerFile, { resourceLimits: { maxOldGenerationSizeMb: maxMegabytes } });

/**
 * Ctrl-C and service managers signal the gateway's processes all at once. The gateway then finishes what has begun, and ends
 * this process itself.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
/** Ends with the gateway: nobody else waits for the text. */
process.once('disconnect', () => process.exit());
process.on('message', (request: ReadRequest) => reader.postMessage(request));
reader.on('message', (reply: ReadReply) => process.send?.(reply));
reader.once('error', () => process.exit(1));
reader.once('exit', () => process.exit(1));
