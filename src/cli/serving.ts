import type { GatewayConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { serverSection } from '../config/sections/server-section.ts';
import type { Gateway } from '../gateway.ts';
import { surviveFaults } from '../telemetry/process-faults.ts';

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const endings = ['SIGTERM', 'SIGINT'] as const;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function addressOf({ server }: GatewayConfig): Address {
  const { host, port } = withDefaults(serverSection, server);
  return { host, port };
}

export const isLoopback = ({ host }: Address): boolean => loopback.has(host);

/** What to say once it listens, piece by piece; none after `ended`. */
export type Welcome = (url: string, ended: AbortSignal) => Iterable<string> | AsyncIterable<string>;

/**
 * Listens, says so, and serves until SIGTERM or SIGINT, then drains; a second one ends it at once. SIGHUP reads the
 * configuration and the graph's sources again. The gateway is closed in every case. Errors that nothing catches are logged and do not end the process.
 */
export async function serveUntilSignal(gateway: Gateway, address: Address, welcome: Welcome, reread: () => Promise<void>): Promise<void> {
  const stopSurviving = surviveFaults(gateway.log);
  try {
    const { url } = await gateway.listen(address);
    const { promise: told, resolve } = Promise.withResolvers<void>();
    const ending = new AbortController();
    const tell = (): void => {
      ending.abort();
      resolve();
    };
    process.on('SIGHUP', () => void reread());
    for (const signal of endings) process.on(signal, tell);
    for await (const piece of welcome(url, ending.signal)) process.stdout.write(piece);
    await told;
    for (const signal of endings) process.off(signal, tell);
    process.stdout.write('Stopping: what runs may finish.\n');
  } finally {
    await gateway.close();
    stopSurviving();
  }
}
