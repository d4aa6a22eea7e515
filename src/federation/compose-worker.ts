/** The thread in which composition runs, so that a large graph does not stop the gateway while it is composed. */
import { parentPort, workerData } from 'node:worker_threads';
import { composition, type Subgraph } from './composition.ts';

const { subgraphs, own } = workerData as { readonly subgraphs: readonly Subgraph[]; readonly own: string | null };
parentPort?.postMessage(composition(subgraphs, own));
