/** The thread that works out what would take long on the event loop: see `off-loop.ts`. It says null when it begins. */
import { parentPort } from 'node:worker_threads';
import { doneOf, type Work } from './work.ts';

parentPort?.on('message', (work: Work) => {
  parentPort?.postMessage(null);
  parentPort?.postMessage(doneOf(work));
});
