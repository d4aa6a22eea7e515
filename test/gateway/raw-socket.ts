/** A client of graphql-transport-ws that sends what a test says, right or wrong, and notes every message of the gateway. */
import WebSocket from 'ws';
import type { TestGateway } from '../harness.ts';

export interface Talk {
  /** Sent at once, as JSON where it is no text. */
  readonly atOnce: readonly unknown[];
  /** Sent when the connection is acknowledged. */
  readonly later?: readonly unknown[];
  readonly onMessage?: (text: string) => void;
}

export interface Talked {
  /** With which the gateway closed; 1000 after the end of an operation. */
  readonly code: number;
  readonly received: readonly string[];
}

export const init = ({ developmentKey }: TestGateway): object => ({
  type: 'connection_init',
  payload: { Authorization: `Bearer ${developmentKey}` },
});

export const subscribe = (query: string, variables: object): object => ({ id: '1', type: 'subscribe', payload: { query, variables } });

export const acknowledged = '{"type":"connection_ack"}';

/** Resolves when the connection is closed. */
export function talk(gateway: TestGateway, { atOnce, later = [], onMessage = () => {} }: Talk): Promise<Talked> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
    const received: string[] = [];
    const send = (messages: readonly unknown[]): void => {
      for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    };
    socket.on('open', () => send(atOnce));
    socket.on('message', (data) => {
      const text = String(data);
      received.push(text);
      if (text === acknowledged) send(later);
      onMessage(text);
      if (/"type":"(complete|error)"/.test(text)) socket.close(1000);
    });
    socket.on('close', (code) => resolve({ code, received }));
    socket.on('error', reject);
  });
}
