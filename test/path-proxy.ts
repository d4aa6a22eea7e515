/** A proxy that puts a gateway below a path, as nginx does: it takes that path away, or keeps it. WebSockets pass. */
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { whenOver } from './when-over.ts';

export interface PathProxy {
  /** Without a `/` at its end. */
  readonly url: string;
  /** How many WebSockets it has handed on. */
  sockets(): number;
}

export async function pathProxy(
  gateway: string,
  { at, keeps, refusesSockets = false }: { readonly at: string; readonly keeps: boolean; readonly refusesSockets?: boolean },
): Promise<PathProxy> {
  const { hostname, port } = new URL(gateway);
  const open = new Set<Duplex>();
  let sockets = 0;
  const handOn = (incoming: IncomingMessage) => {
    const path = incoming.url ?? '/';
    const { method, headers } = incoming;
    return request({ hostname, port, method, headers, path: keeps ? path : path.slice(at.length), agent: false });
  };
  const isBelow = ({ url = '/' }: IncomingMessage): boolean => url.startsWith(`${at}/`);
  const server = createServer((incoming, response) => {
    if (!isBelow(incoming)) return void response.writeHead(404).end('nothing of the proxy');
    const onward = handOn(incoming);
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on('upgrade', (incoming, socket) => {
    open.add(socket);
    if (refusesSockets || !isBelow(incoming)) return void socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    sockets += 1;
    const onward = handOn(incoming);
    onward.on('upgrade', (answer, behind, head) => {
      const headers = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers.join('')}\r\n`);
      socket.write(head);
      socket.pipe(behind).pipe(socket);
      for (const [one, other] of [
        [socket, behind],
        [behind, socket],
      ] as const)
        one.on('error', () => {}).on('close', () => other.destroy());
    });
    onward.on('response', (answer) => socket.end(`HTTP/1.1 ${answer.statusCode} Refused\r\nconnection: close\r\n\r\n`));
    onward.on('error', () => socket.destroy());
    onward.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenOver(() => {
    for (const socket of open) socket.destroy();
    return new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections());
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${at}`, sockets: () => sockets };
}
