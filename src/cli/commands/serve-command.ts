import { createGateway } from '../../gateway.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { configReader } from '../reread-config.ts';
import { addressOf, isLoopback, serveUntilSignal } from '../serving.ts';
import { startSubgraphs } from '../subgraph-processes.ts';
import { firstLines } from '../text/first-lines.ts';
import { optimizeEarly, warmUpFor } from '../warm-up.ts';

export async function serve(args: Arguments): Promise<void> {
  optimizeEarly();
  const { config, folder, fields, warnings } = await soundConfig(args);
  const address = addressOf(config);
  const gateway = await createGateway(config, {
    folder,
    loopback: isLoopback(address),
    ...(args.warmUp ? { warmUp: warmUpFor(config) } : {}),
  });
  const subgraphs = startSubgraphs(config.graph?.subgraphs ?? [], folder, ({ name, url }, code) => {
    process.stderr.write(
      `The program of the subgraph "${name}" ended${code === null ? '' : ` with code ${code}`}. Whatever answers at ${url} is asked.\n`,
    );
  });
  try {
    await serveUntilSignal(
      gateway,
      address,
      (url, ended) => firstLines(url, gateway, { config, fields: fields.read.fields, warnings, isHere: isLoopback(address) }, ended),
      configReader((reading) => soundConfig(args, reading), gateway, config),
    );
  } finally {
    subgraphs.stop();
  }
}
