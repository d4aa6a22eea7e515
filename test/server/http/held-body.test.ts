import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { readBody } from '../../../src/server/http/body.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const limits = { maxBodyBytes: 1_000_000, bodyTimeoutMs: 10_000 };

/** Reads the body, and lets go of it. */
async function bodyOf(request: IncomingMessage): Promise<WeakRef<ArrayBufferLike>> {
  const body = await readBody(request, limits);
  expect(body.length).toBe(200_000);
  return new WeakRef(body.buffer);
}

it('the body of a request is in nobody’s memory once it was read, however long the answer goes on', async () => {
  const asked = Promise.withResolvers<{ readonly request: IncomingMessage; readonly response: ServerResponse }>();
  const server = createServer((request, response) => asked.resolve({ request, response })).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const answer = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { method: 'POST', body: 'a'.repeat(200_000) });
  const { request, response } = await asked.promise;
  const body = await bodyOf(request);
  for (let tries = 0; tries < 20 && body.deref() !== undefined; tries += 1) {
    await wait(10);
    collect();
  }
  expect(body.deref()).toBeUndefined();
  expect(response.writableEnded).toBe(false);
  response.end();
  await answer;
  server.close();
});
