import { describe, expect, it } from 'vitest';
import { startGateway, temporaryFolder } from '../harness.ts';
import { complete, newKey, prompt, stream } from './asking.ts';
import { openUpstream, saying, scripted, scriptedConfig } from './scripted.ts';

const revoke = 'mutation ($id: ID!) { revokeAiKey(id: $id) { revokedAt } }';

describe('a revoked key stops working', () => {
  it('a revoked key stops working from the first request after its revocation, and for streams too', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { id, secret: key } = await newKey(gateway, {});
    expect(await complete(gateway, prompt('Hi'), { key })).toMatchObject({ text: 'Hi' });
    const { data } = await gateway.ask(revoke, { id });
    expect(Date.parse(data.revokeAiKey.revokedAt)).not.toBeNaN();

    const { status, errors } = await gateway.ask('{ aiViewer { principal } }', {}, { key });
    expect(status).toBe(401);
    expect(errors).toMatchObject([
      { message: expect.stringMatching(/^This key was revoked/), extensions: { code: 'UNAUTHENTICATED', retryable: false } },
    ]);
    await expect(stream(gateway, prompt('Hi'), { key }).next()).rejects.toThrow('UNAUTHENTICATED');
    expect(upstream.requests).toHaveLength(1);
  });

  it('a revoked key stops working at every replica on the same store', async () => {
    const config = { ...scriptedConfig(await openUpstream()), storage: { folder: temporaryFolder() } };
    const one = await startGateway(config);
    const two = await startGateway(config);
    const { id, secret: key } = await newKey(one, {});
    const who = '{ aiViewer { principal } }';
    expect((await two.ask(who, {}, { key })).data.aiViewer.principal).toBe(`key:${id}`);
    await one.ask(revoke, { id });
    expect((await two.ask(who, {}, { key })).status).toBe(401);
  });

  it('a revoked key stops working, also over a WebSocket that was opened before', async () => {
    const { gateway } = await scripted();
    const { id, secret } = await newKey(gateway, {});
    const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
    const messages: string[] = [];
    const { promise: answered, resolve } = Promise.withResolvers<void>();
    socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${secret}` } }));
    const ask = (name: string): void =>
      socket.send(JSON.stringify({ id: name, type: 'subscribe', payload: { query: '{ aiViewer { principal } }' } }));
    socket.onmessage = async ({ data }) => {
      const message = JSON.parse(String(data));
      messages.push(`${message.id ?? ''} ${message.type}`);
      if (message.type === 'connection_ack') ask('before');
      if (message.type === 'complete' && message.id === 'before') {
        await gateway.ask(revoke, { id });
        ask('after');
      }
      if (message.id === 'after') resolve();
    };
    await answered;
    expect(messages).toEqual([' connection_ack', 'before next', 'before complete', 'after error']);
    socket.close();
  });
});
