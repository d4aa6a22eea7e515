import type { GatewayConfig } from '../config/config.ts';
import { withDefaults } from '../config/kinds/section.ts';
import { serverSection } from '../config/sections/server-section.ts';
import type { Gateway } from '../gateway.ts';
import { surviveFaults } from '../telemetry/process-faults.ts';

const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

const endings = ['SIGTERM', 'SIGINT'] as const;
const lookForParentMs = 500;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function addressOf({ server }: GatewayConfig): Address {
  const { host, port } = withDefaults(serverSection, server);
  return { host, port };
}

export const isLoopback = ({ host }: Address): boolean => loopback.has(host);

/** Makes the text that is printed once the gateway listens, piece by piece, and nothing more after `ended`. */
export type Welcome = (url: string, ended: AbortSignal) => Iterable<string> | AsyncIterable<string>;

/** `npm start` has a shell between itself and us, which ends at npm's signal and passes none on. Returns how to stop watching. */
function whenOrphaned(tell: () => void): () => void {
  if (process.env['npm_lifecycle_event'] !== 'start') return () => {};
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) tell();
  }, lookForParentMs);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * Listens, says so, and serves until SIGTERM or SIGINT, then drains; a second one ends it at once. SIGHUP reads the
 * configuration and the graph's sources again. The gateway is closed in every case. Errors that nothing catches are logged and do not end the process.
 */
export async function serveUntilSignal(gateway: Gateway, address: Address, welcome: Welcome, reread: () => Promise<void>): Promise<void> {
  const stopSurviving = surviveFaults(gateway.log);
  let stopWatching = (): void => {};
  try {
    const { url } = await gateway.listen(address);
    const { promise: told, resolve } = Promise.withResolvers<void>();
    const ending = new AbortController();
    const tell = (): void => {
      ending.abort();
      resolve();
    };
    process.on('SIGHUP', () => void reread());
    stopWatching = whenOrphaned(tell);
    for (const signal of endings) process.on(signal, tell);
    for await (const piece of welcome(url, ending.signal)) process.stdout.write(piece);
    await told;
    for (const signal of endings) process.off(signal, tell);
    process.stdout.write('Stopping: what runs may finish.\n');
  } finally {
    stopWatching();
    await gateway.close();
    stopSurviving();
  }
}
