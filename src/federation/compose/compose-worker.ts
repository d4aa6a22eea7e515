/** The process in which composition runs; see `compose.ts`. */
import { composition, type Subgraph } from './composition.ts';

export interface Composing {
  readonly subgraphs: readonly Subgraph[];
}

/** Ctrl-C and service managers signal the gateway's processes all at once: the gateway ends this one itself. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
/** Ends with the gateway: nobody else waits for the supergraph. */
process.once('disconnect', () => process.exit());
process.once('message', ({ subgraphs }: Composing) => process.send?.(composition(subgraphs)));
