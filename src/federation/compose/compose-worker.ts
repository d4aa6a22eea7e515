/** The process in which composition runs; see `compose.ts`. */
import { composition, type Subgraph } from './composition.ts';

export interface Composing {
  readonly subgraphs: readonly Subgraph[];
}

/** Ctrl-C and service managers signal all processes of the gateway at once. The gateway ends this one itself. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
/** Ends together with the gateway, because nobody else needs the supergraph. */
process.once('disconnect', () => process.exit());
process.once('message', ({ subgraphs }: Composing) => process.send?.(composition(subgraphs)));
