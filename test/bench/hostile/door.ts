/** What a client without a key can send before it is known who asks, and what one with a key can have read and parsed. */
import { connect } from 'node:net';
import WebSocket from 'ws';
import { createGateway } from '../../../src/gateway.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { plainConfig } from '../../plain-config.ts';
import type { HostileCase } from './hostile-case.ts';

interface Door {
  readonly url: string;
  readonly key: string;
}

/** As on a public address. */
const atDoor = (name: string, attack: (door: Door) => Promise<unknown>): HostileCase => ({
  name: `door: ${name}`,
  async prepare() {
    const gateway = await createGateway(plainConfig, { folder: process.cwd(), loopback: false, log: silentLog });
    const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
    await gateway.graph.refresh();
    const key = gateway.developmentKey ?? '';
    return { attack: () => attack({ url, key }), close: () => gateway.close() };
  },
});

/** Resolves when the socket has been refused or closed. */
function socketWithoutKey(url: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  return new Promise((resolve) => {
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
}

async function inWaves(count: number, width: number, one: () => Promise<unknown>): Promise<void> {
  for (let begun = 0; begun < count; begun += width) await Promise.all(Array.from({ length: width }, one));
}

const post = (url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }).then((response) =>
    response.text(),
  );
const asked = ({ url, key }: Door, query: string): Promise<unknown> =>
  post(url, JSON.stringify({ query }), { authorization: `Bearer ${key}` });

function connection(url: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('connect', () => setTimeout(() => resolve(void socket.destroy()), 200));
    socket.once('close', () => resolve());
  });
}

export const doorCases: readonly HostileCase[] = [
  atDoor('2,000 WebSockets without a key', ({ url }) => inWaves(2_000, 200, () => socketWithoutKey(url))),
  atDoor('2,000 connections that say nothing', ({ url }) => inWaves(2_000, 500, () => connection(url))),
  atDoor('200 bodies of 2 MB without a key', ({ url }) => inWaves(200, 20, () => post(url, ' '.repeat(2_000_000)))),
  atDoor('20 bodies of 8 MB', ({ url, key }) =>
    inWaves(20, 5, () => post(url, ' '.repeat(8_000_000), { authorization: `Bearer ${key}` })),
  ),
  atDoor('200 documents of 4,600 tokens, each another', (door) => {
    let n = 0;
    return inWaves(200, 10, () => asked(door, `query Q${n++} { aiRoutes { ${'name '.repeat(4_500)} } }`));
  }),
  atDoor('100 documents of 2 MB of escaped characters', (door) => {
    let n = 0;
    return inWaves(100, 5, () => asked(door, `query Q${n++} { aiSources(collection: "${'\\n'.repeat(400_000)}") { __typename } }`));
  }),
  atDoor('20 documents of 1 MB of comments', (door) => inWaves(20, 5, () => asked(door, `${'#\n'.repeat(500_000)}{ __typename }`))),
  atDoor('50 bodies of 2 MB of nested JSON', ({ url, key }) =>
    inWaves(50, 5, () =>
      post(url, `{"query":"{__typename}","variables":{"a":[${'[],'.repeat(600_000)}[]]}}`, { authorization: `Bearer ${key}` }),
    ),
  ),
];
