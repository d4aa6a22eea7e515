/** What a client without a key can send before it is known who asks, and what one with a key can have read and parsed. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GatewayConfig } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { embeddedCapabilities, embeddedExtractive, embeddedPrice, embeddedProvider } from '../../../src/providers/embedded/embedded.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { attacks } from './door-attacker.ts';
import type { HostileCase } from './hostile-case.ts';

const extractive = {
  provider: 'embedded',
  model: embeddedExtractive,
  capabilities: embeddedCapabilities[embeddedExtractive],
  price: embeddedPrice,
};
const config: GatewayConfig = {
  providers: { embedded: embeddedProvider() },
  deployments: { extractive },
  routes: { default: { deployments: ['extractive'] } },
  storage: { folder: null },
  server: { drainMs: 500 },
};

/** As on a public address. */
const caseOf = (attack: string): HostileCase => ({
  name: `door: ${attack}`,
  async prepare() {
    const gateway = await createGateway(config, { folder: process.cwd(), loopback: false, log: silentLog });
    const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
    await gateway.graph.refresh();
    const attacker = fork(join(import.meta.dirname, 'door-attacker.ts'));
    await once(attacker, 'spawn');
    return {
      async attack() {
        attacker.send({ attack, door: { url, key: gateway.developmentKey ?? '' } });
        await once(attacker, 'exit');
      },
      close: () => gateway.close(),
    };
  },
});

export const doorCases: readonly HostileCase[] = Object.keys(attacks).map(caseOf);
