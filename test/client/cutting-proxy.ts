/** A proxy between a client and a gateway that breaks connections where a test says: of TCP, so that it knows no protocol. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { whenOver } from '../harness.ts';

export interface CuttingProxy {
  /** With `/graphql`. */
  readonly url: string;
  /** Breaks the connection that carries the nth event from now on (1 is the next), behind it; 0 breaks the next that asks for a stream, behind the request. */
  cutAt(event: number): void;
  /** Breaks every connection now. */
  cut(): void;
  /** Refuses new connections, or takes them again. */
  refuse(refusing: boolean): void;
  /** Takes new connections and passes nothing on, or passes on again what comes from now on. */
  freeze(frozen: boolean): void;
  /** Refuses to become a WebSocket, as some companies' proxies do. */
  blockSockets(): void;
  /** Passes on nothing of an answer over HTTP before it has ended, as some proxies do. WebSockets pass. */
  buffer(): void;
  /** How many connections are open, and how many have been. */
  open(): number;
  opened(): number;
}

/** An event, in the words of graphql-transport-ws and of server-sent events. */
const event = /"type":"next"|event: next/g;
const asksForStream = /subscription [A-Z]/;

export async function cuttingProxy(target: string): Promise<CuttingProxy> {
  const { hostname, port, pathname } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let opened = 0;
  let left = Number.POSITIVE_INFINITY;
  let refusing = false;
  let frozen = false;
  let blocking = false;
  let buffering = false;

  const end = (pair: readonly [Socket, Socket]): void => {
    pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  };

  const server = createServer((client) => {
    opened += 1;
    if (refusing) {
      client.destroy();
      return;
    }
    const gateway = connect(Number(port), hostname);
    const pair = [client, gateway] as const;
    let isSocket = false;
    pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => end(pair));
    }
    const held: Buffer[] = [];
    client.on('data', (bytes: Buffer) => {
      if (frozen || !pairs.has(pair)) return;
      const text = unmasked(bytes);
      if (/^upgrade: websocket/im.test(text)) isSocket = true;
      if (isSocket && blocking) {
        client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
        return;
      }
      const cut = left === 0 && asksForStream.test(text);
      gateway.write(bytes, () => {
        if (cut) end(pair);
      });
      if (cut) left = Number.POSITIVE_INFINITY;
    });
    gateway.on('data', (bytes: Buffer) => {
      if (frozen) return;
      if (buffering && !isSocket) {
        held.push(bytes);
        if (!/event: complete|^0\r\n\r\n$/m.test(String(bytes)) && /text\/event-stream/.test(String(Buffer.concat(held)))) return;
        client.write(Buffer.concat(held.splice(0)));
        return;
      }
      client.write(bytes);
      const events = String(bytes).match(event)?.length ?? 0;
      if (left === Number.POSITIVE_INFINITY || left === 0) return;
      left -= events;
      if (left > 0) return;
      left = Number.POSITIVE_INFINITY;
      client.end(() => end(pair));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenOver(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const pair of pairs) end(pair);
      }),
  );
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    cutAt(nth) {
      left = nth;
    },
    cut() {
      for (const pair of pairs) end(pair);
    },
    refuse(on) {
      refusing = on;
    },
    freeze(on) {
      frozen = on;
    },
    blockSockets() {
      blocking = true;
    },
    buffer() {
      buffering = true;
    },
    open: () => pairs.size,
    opened: () => opened,
  };
}

/** Messages of a client's WebSocket are masked (RFC 6455 §5.3): as text, where the piece is one whole frame; else as it is. */
function unmasked(bytes: Buffer): string {
  const [first = 0, second = 0] = bytes;
  if (first !== 0x81 || (second & 0x80) === 0) return String(bytes);
  const short = second & 0x7f;
  const at = short === 126 ? 4 : 2;
  const mask = bytes.subarray(at, at + 4);
  return String(bytes.subarray(at + 4).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
}
