import { GatewayError } from '../../core/errors.ts';
import type { Arguments } from '../arguments.ts';
import { composedGraph } from '../composed-graph.ts';
import { soundConfig } from '../load-config.ts';

/** The supergraph SDL on standard output. The AI subgraph in it is `local://ai`: a gateway with the same AI fields serves it. */
export async function compose(args: Arguments): Promise<void> {
  const { config, folder, fields } = await soundConfig(args);
  const { supergraphSdl, mistakes } = await composedGraph(config, folder, fields.read);
  if (supergraphSdl === null) throw new GatewayError('BAD_REQUEST', mistakes.join('\n'));
  process.stdout.write(supergraphSdl.endsWith('\n') ? supergraphSdl : `${supergraphSdl}\n`);
}
