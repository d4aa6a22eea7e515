import { createHmac } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/core/secret.ts';
import { openHttpClient } from '../../src/outbound/http-client.ts';
import { resendDelayMs, sendWebhook, signatureOf } from '../../src/outbound/webhook.ts';
import { newGate, type RawReply, rawUpstream } from '../raw-upstream.ts';

const secret = new Secret('a secret of the two');
const message = { id: '42', type: 'budget.warning', body: '{"at":0.8}' };

async function receiver(...replies: readonly RawReply[]) {
  const server = await rawUpstream();
  server.plays(...replies);
  const client = openHttpClient();
  onTestFinished(async () => {
    await client.destroy();
    await server.close();
  });
  const send = (signal = new AbortController().signal, timeoutMs = 5_000) =>
    sendWebhook({ url: `${server.url}/hooks?of=fieldgate`, secret }, message, { client, signal, timeoutMs, now: () => 1_700_000_000_999 });
  return { server, send };
}

describe('a webhook', () => {
  it('a webhook is a POST that its receiver can verify with the secret alone', async () => {
    const { server, send } = await receiver({ status: 204 });
    expect(await send()).toEqual({ isAccepted: true });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/hooks?of=fieldgate', body: message.body });
    expect(request?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-fieldgate-event': 'budget.warning',
      'x-fieldgate-delivery': '42',
    });
    const [, time, digest] = /^t=(\d+),v1=([\da-f]{64})$/.exec(String(request?.headers['x-fieldgate-signature'])) ?? [];
    expect(time).toBe('1700000000');
    expect(digest).toBe(createHmac('sha256', 'a secret of the two').update(`${time}.${request?.body}`).digest('hex'));
    expect(JSON.stringify(request?.headers)).not.toContain('a secret');
  });

  it('a webhook has another signature for another body, time and secret', () => {
    const all = [
      signatureOf('a', secret, 5_000),
      signatureOf('b', secret, 5_000),
      signatureOf('a', secret, 6_000),
      signatureOf('a', new Secret('another'), 5_000),
    ];
    expect(new Set(all).size).toBe(4);
    expect(signatureOf('a', secret, 5_999)).toBe(all[0]);
  });

  it.each([
    [
      'a redirect, which it does not follow',
      { status: 302, headers: { location: 'http://127.0.0.1:1/elsewhere' } },
      { status: 302, retryAfterMs: null },
    ],
    ['an error', { status: 500, pieces: ['a trace of the receiver'] }, { status: 500, retryAfterMs: null }],
    ['an error that asks for time', { status: 503, headers: { 'retry-after': '7' } }, { status: 503, retryAfterMs: 7_000 }],
  ])('a webhook is not accepted by %s', async (_, reply, outcome) => {
    const { send } = await receiver(reply);
    expect(await send()).toEqual({ isAccepted: false, ...outcome });
  });

  it('a webhook is not accepted by a receiver that resets the connection, or says nothing in time', async () => {
    const { send } = await receiver({ ending: 'reset' }, { pieces: [newGate()] });
    expect(await send()).toMatchObject({ isAccepted: false, status: null });
    expect(await send(undefined, 50)).toMatchObject({ isAccepted: false, status: null });
  });

  it('a webhook needs the head of the answer alone: a body without end is left', async () => {
    const { server, send } = await receiver({ headers: { 'content-type': 'text/plain' }, pieces: ['ok'], ending: 'hang', headFirst: true });
    expect(await send()).toEqual({ isAccepted: true });
    await server.requests[0]?.closed;
  });

  it('a webhook is sent again after a time that doubles up to ten minutes, or that the receiver asks for', () => {
    expect([1, 2, 3, 4, 20].map((failures) => resendDelayMs(failures, null, () => 1))).toEqual([1_000, 2_000, 4_000, 8_000, 600_000]);
    expect(resendDelayMs(3, null, () => 0)).toBe(2_000);
    expect(resendDelayMs(3, 90_000, () => 0)).toBe(90_000);
    expect(resendDelayMs(3, 0, () => 0)).toBe(1_000);
  });
});
