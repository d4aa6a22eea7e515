/** The thread that parses one source after another; see `document-worker.ts`. */
import { parentPort } from 'node:worker_threads';
import { type ReadRequest, replyTo } from './reading.ts';

parentPort?.on('message', (request: ReadRequest) => void replyTo(request).then((reply) => parentPort?.postMessage(reply)));
