/** What a client without a key can send before it is known who asks, and what one with a key can have read and parsed. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GatewayConfig } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { embeddedCapabilities, embeddedExtractive, embeddedPrice, embeddedProvider } from '../../../src/providers/embedded/embedded.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import type { attacks } from './door-attacker.ts';
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
const caseOf = ([attack, ends]: readonly [string, RegExp]): HostileCase => ({
  name: `door: ${attack}`,
  refused: null,
  async prepare() {
    const gateway = await createGateway(config, { folder: process.cwd(), loopback: false, log: silentLog });
    const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
    await gateway.graph.refresh();
    const attacker = fork(join(import.meta.dirname, 'door-attacker.ts'));
    await once(attacker, 'spawn');
    return {
      async attack() {
        const exited = once(attacker, 'exit');
        let seen: string | null = null;
        attacker.on('message', (told: string) => {
          seen = told;
        });
        attacker.send({ attack, door: { url, key: gateway.developmentKey ?? '' } });
        await exited;
        if (seen === null || !ends.test(seen)) throw new Error(`It was answered "${seen}", and ${ends} is right.`);
      },
      close: () => gateway.close(),
    };
  },
});

/** How the requests and connections of each attack end, as `door-attacker.ts` says it: nothing is said to one that is cut. */
const endings: Readonly<Record<keyof typeof attacks, RegExp>> = {
  '10,000 requests without a key in pieces of 64 KB': /^$/,
  '10,000 requests with a wrong key in pieces of 64 KB': /^$/,
  '100 connections with 64 KB of requests each, at once': /^200$/,
  '100 connections with 64 KB of requests with a wrong expectation each, at once': /^200$/,
  '20,000 pings of the protocol over a WebSocket': /^1005, all answered$/,
  '2,000 WebSockets without a key': /^429, 4401$/,
  '2,000 connections that say nothing': /^nothing was said$/,
  '200 bodies of 2 MB without a key': /^401 Credentials are missing.*, 429 Without a key/,
  '20 bodies of 8 MB': /^413 The body has 8000000 bytes/,
  '50 documents of as many fields as are compared, each another': /^200$/,
  '50 documents of 1 MB of escaped characters': /^400 The document has 400000 escaped characte/,
  '20 documents of 1 MB of comments': /^400 The document has 500000 times/,
  '50 bodies of 2 MB of nested JSON': /^400 The request has at least \d+ values/,
  '10 subscriptions of 49,000 values over WebSockets': /^1005, complete$/,
  '10 subscriptions of 49,000 values over SSE': /^200$/,
  '10 subscriptions of 49,000 values as multipart': /^200$/,
  '10 operations of 9,900 members over WebSockets, which are refused': /^1005, error$/,
  '100 WebSockets whose connection_init has 4,000 members': /^429, 4400$/,
  '50 GET requests of 12 KB of variables': /^200$/,
};

export const doorCases: readonly HostileCase[] = Object.entries(endings).map(caseOf);
