/** The client of `door.ts`, in a process of its own: its work is not the gateway's. Told an attack and where, it says what it was answered. */
import { connect } from 'node:net';
import WebSocket from 'ws';

export interface Door {
  readonly url: string;
  readonly key: string;
}

/** How requests and connections ended, each once: a status of HTTP, the first code of an answer, or a code that closes a WebSocket. */
const endings = new Set<string>();
const note = (ending: string | number): void => void endings.add(String(ending));

async function inWaves(count: number, width: number, one: (n: number) => Promise<unknown>): Promise<void> {
  for (let begun = 0; begun < count; begun += width) await Promise.all(Array.from({ length: width }, (_, n) => one(begun + n)));
}

function socketWithoutKey(url: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  return closed(socket);
}

function largeInit(url: string): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const payload = Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`x-${index}`, '']));
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  return closed(socket);
}

/** Resolves when the socket has been refused or closed. */
function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const ended = (code: number): void => {
      note(code);
      resolve();
    };
    socket.on('unexpected-response', (_, { statusCode = 0 }) => ended(statusCode));
    socket.on('error', () => {});
    socket.on('close', ended);
  });
}

function silentConnection(url: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.once('connect', () => setTimeout(() => socket.destroy(), 200));
    socket.once('close', () => {
      note(socket.bytesRead === 0 ? 'nothing was said' : 'answered');
      resolve();
    });
  });
}

const post = async (url: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<void> => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body };
  await fetch(`${url}/graphql`, init).then(noteAnswer, () => note('reset'));
};
/** The status, and how the first refusal in it begins. */
async function noteAnswer(response: Response): Promise<void> {
  const [, message] = /"message":"(.{0,40})/.exec(await response.text()) ?? [];
  note(message === undefined ? response.status : `${response.status} ${message}`);
}
const posted = ({ url, key }: Door, body: string): Promise<void> => post(url, body, { authorization: `Bearer ${key}` });
const asked = (door: Door, query: string): Promise<void> => posted(door, JSON.stringify({ query }));

/** One operation over one WebSocket with a key; resolves with its end. */
function subscribed({ url, key }: Door, payload: object): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const say = (message: object): void => socket.send(JSON.stringify(message));
  socket.on('open', () => say({ type: 'connection_init', payload: { Authorization: `Bearer ${key}` } }));
  socket.on('message', (data) => {
    const { type } = JSON.parse(String(data)) as { readonly type: string };
    if (type === 'connection_ack') say({ id: '1', type: 'subscribe', payload });
    if (type !== 'complete' && type !== 'error') return;
    note(type);
    socket.close();
  });
  return closed(socket);
}

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const rows = many(9_700, (index) => ({ id: index, name: `name ${index}`, price: index / 100, sold: index % 2 === 0 }));
const stream = {
  query: 'subscription ($input: CompletionInput!) { completionStream(input: $input) { seq } }',
  variables: {
    input: {
      prompt: {
        messages: [
          { role: 'USER', content: [{ text: 'Hi.' }] },
          { role: 'ASSISTANT', content: [{ toolCall: { id: '1', name: 't', arguments: {} } }] },
          { role: 'TOOL', content: [{ toolResult: { callId: '1', content: rows } }] },
        ],
      },
    },
  },
};
const members = Object.fromEntries(many(9_900, (index) => [`k${(index * 7_919) % 9_900}`, index]));

const streamed = async ({ url, key }: Door, accept: string): Promise<void> =>
  post(url, JSON.stringify(stream), { authorization: `Bearer ${key}`, accept });

const noteStatuses = (piece: Buffer): void => {
  for (const [, status = ''] of piece.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3})/g)) note(status);
};

/** What a connection sends in pieces of 64 KB, without waiting for any answer. */
async function poured({ url }: Door, text: string): Promise<void> {
  const { port, host } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.on('data', noteStatuses);
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const piece = text.replaceAll('HOST', host).repeat(Math.floor(64_000 / text.length));
  for (let sent = 0; sent < 5 && !socket.destroyed; sent += 1) {
    socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  socket.destroy();
  await over;
}

/** Many connections that have all been answered once, and then send as much at the same moment, without waiting for any answer. */
async function pouredAtOnce({ url }: Door, connections: number, text: string): Promise<void> {
  const { port, host } = new URL(url);
  const request = text.replaceAll('HOST', host);
  const sockets = await Promise.all(
    many(connections, async () => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {}).on('data', noteStatuses);
      socket.write(request);
      await new Promise((resolve) => socket.once('data', resolve).once('close', resolve));
      return socket.resume();
    }),
  );
  const ended = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  for (const socket of sockets) socket.write(request.repeat(Math.floor(64_000 / request.length)));
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 3_000))]);
  for (const socket of sockets) socket.destroy();
}

/** Short messages on a WebSocket with a key, as many as there are answers. */
function chatter({ url, key }: Door, messages: number): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  let answers = 0;
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { Authorization: `Bearer ${key}` } })));
  socket.on('message', (data) => {
    if (String(data).includes('connection_ack')) for (let sent = 0; sent < messages; sent += 1) socket.send('{"type":"ping"}');
    else answers += 1;
    if (answers !== messages) return;
    note('all answered');
    socket.close();
  });
  return closed(socket);
}

export const attacks = {
  '10,000 requests without a key in pieces of 64 KB': (door: Door) => poured(door, 'GET /x HTTP/1.1\r\nHost: HOST\r\n\r\n'),
  '10,000 requests with a wrong key in pieces of 64 KB': (door: Door) =>
    poured(door, 'GET /graphql?query={a} HTTP/1.1\r\nHost: HOST\r\nAuthorization: Bearer x\r\n\r\n'),
  '100 connections with 64 KB of requests each, at once': (door: Door) =>
    pouredAtOnce(door, 100, 'GET /health/live HTTP/1.1\r\nHost: HOST\r\n\r\n'),
  '100 connections with 64 KB of requests with a wrong expectation each, at once': (door: Door) =>
    pouredAtOnce(door, 100, 'GET /health/live HTTP/1.1\r\nHost: HOST\r\nExpect: x\r\n\r\n'),
  '20,000 pings of the protocol over a WebSocket': (door: Door) => chatter(door, 20_000),
  '2,000 WebSockets without a key': ({ url }: Door) => inWaves(2_000, 200, () => socketWithoutKey(url)),
  '2,000 connections that say nothing': ({ url }: Door) => inWaves(2_000, 500, () => silentConnection(url)),
  '200 bodies of 2 MB without a key': ({ url }: Door) => inWaves(200, 20, () => post(url, ' '.repeat(2_000_000))),
  '20 bodies of 8 MB': (door: Door) => inWaves(20, 5, () => posted(door, ' '.repeat(8_000_000))),
  '50 documents of as many fields as are compared, each another': (door: Door) =>
    inWaves(50, 2, (n) => asked(door, `query Q${n} { ${many(4, (at) => `a${at}: aiRoutes { ${'name '.repeat(250)} }`).join(' ')} }`)),
  '50 documents of 1 MB of escaped characters': (door: Door) =>
    inWaves(50, 2, (n) => asked(door, `query Q${n} { aiSources(collection: "${'\\n'.repeat(400_000)}") { __typename } }`)),
  '20 documents of 1 MB of comments': (door: Door) => inWaves(20, 2, () => asked(door, `${'#\n'.repeat(500_000)}{ __typename }`)),
  '50 bodies of 2 MB of nested JSON': (door: Door) =>
    inWaves(50, 2, () => posted(door, `{"query":"{__typename}","variables":{"a":[${'[],'.repeat(600_000)}[]]}}`)),
  '10 subscriptions of 49,000 values over WebSockets': (door: Door) => inWaves(10, 2, () => subscribed(door, stream)),
  '10 subscriptions of 49,000 values over SSE': (door: Door) => inWaves(10, 2, () => streamed(door, 'text/event-stream')),
  '10 subscriptions of 49,000 values as multipart': (door: Door) =>
    inWaves(10, 2, () => streamed(door, 'multipart/mixed;subscriptionSpec=1.0, application/json')),
  '10 operations of 9,900 members over WebSockets, which are refused': (door: Door) =>
    inWaves(10, 2, () => subscribed(door, { ...stream, variables: { input: members } })),
  '100 WebSockets whose connection_init has 4,000 members': ({ url }: Door) => inWaves(100, 10, () => largeInit(url)),
  '50 GET requests of 12 KB of variables': ({ url, key }: Door) =>
    inWaves(50, 10, async () => {
      const search = new URLSearchParams({ query: '{ aiRoutes { name } }', variables: JSON.stringify({ a: many(1_300, () => []) }) });
      await noteAnswer(await fetch(`${url}/graphql?${search}`, { headers: { authorization: `Bearer ${key}` } }));
    }),
} as const;

if (import.meta.main)
  process.once('message', async ({ attack, door }: { readonly attack: keyof typeof attacks; readonly door: Door }) => {
    await attacks[attack](door);
    process.send?.([...endings].toSorted().join(', '), () => process.disconnect());
  });
