/** The thread that works out what would take long on the event loop: see `off-loop.ts`. */
import { parentPort } from 'node:worker_threads';
import { doneOf, type Work } from './work.ts';

parentPort?.on('message', (work: Work) => parentPort?.postMessage(doneOf(work)));
