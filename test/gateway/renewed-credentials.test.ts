/** A WebSocket whose token gives way to the next one, without another connection. */
import { type Client, createClient, type ExecutionResult } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type TestGateway, whenOver } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { newKey } from './asking.ts';
import { hanging, scripted, waiting } from './scripted.ts';
import { ask, type Event } from './streams.ts';

const viewer = '{ aiViewer { user } }';
const stream = `subscription ($input: CompletionInput!) { completionStream(input: $input) { __typename completionId
  ... on TextDelta { text } ... on CompletionFinished { completion { text } } ... on CompletionFailed { failure { code message } } } }`;

async function withSite() {
  const { gateway, upstream } = await scripted();
  const { secret: key } = await newKey(gateway, { team: 'shop', scopes: ['ai:use', 'ai:act-as'] });
  const tokenOf = async (user: string, ttlSeconds = 600): Promise<{ readonly id: string; readonly token: string }> => {
    const create = 'mutation ($input: CreateAiTokenInput!) { createAiToken(input: $input) { id token: secret } }';
    return (await gateway.ask(create, { input: { user, ttlSeconds } }, { key })).data.createAiToken;
  };
  return { gateway, upstream, key, tokenOf };
}

const init = (token: string) => ({ connectionInit: { Authorization: `Bearer ${token}` } });

/** One connection of a page, and how many it has opened. */
function page(gateway: TestGateway, token: string) {
  let opened = 0;
  const client: Client = createClient({
    url: gateway.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    connectionParams: { Authorization: `Bearer ${token}` },
    on: {
      connected: () => {
        opened += 1;
      },
    },
  });
  whenOver(() => void client.dispose());
  return {
    opened: () => opened,
    events: (text: string): AsyncGenerator<Event> =>
      (async function* () {
        const results = client.iterate<{ readonly completionStream: Event }>({
          query: stream,
          variables: ask(text, { idempotencyKey: text }),
        });
        for await (const { data } of results) yield data?.completionStream;
      })(),
    /** The one result; refusals of an operation are thrown by the client, as a list of errors. */
    async ask(extensions?: Record<string, unknown>): Promise<ExecutionResult<Event>> {
      for await (const result of client.iterate<Event>({ query: viewer, ...(extensions === undefined ? {} : { extensions }) }))
        return result as ExecutionResult<Event>;
      throw new Error('There was no result.');
    },
  };
}

const refusalOf = async (asking: Promise<unknown>): Promise<Event> => {
  const thrown: Event = await asking.then(
    (value) => value,
    (error) => error,
  );
  return (Array.isArray(thrown) ? thrown : thrown.errors)?.[0];
};

const passed = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('a WebSocket whose token is renewed', () => {
  it('An answer goes on beyond the expiry of the token with which it was asked for, when the next token came in time', async () => {
    const { gateway, upstream, tokenOf } = await withSite();
    const gate = newGate();
    upstream.plays(waiting(gate, 'One ', 'two'));
    const browser = page(gateway, (await tokenOf('ann', 2)).token);
    const events = browser.events('Count.');
    const seen: Event[] = [];
    for (;;) {
      seen.push((await events.next()).value);
      if (seen.at(-1)?.__typename === 'TextDelta') break;
    }
    expect((await browser.ask(init((await tokenOf('ann')).token))).data).toEqual({ aiViewer: { user: 'ann' } });
    await passed(3_000);
    gate.open();
    for await (const event of events) seen.push(event);
    expect(seen.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'One two' } });
    expect(seen.filter(({ __typename }) => __typename === 'CompletionFailed')).toEqual([]);
    expect(browser.opened()).toBe(1);
  });

  it('A token that has expired gives way to the next one on the same connection', async () => {
    const { gateway, tokenOf } = await withSite();
    const browser = page(gateway, (await tokenOf('ann', 1)).token);
    expect((await browser.ask()).data).toEqual({ aiViewer: { user: 'ann' } });
    await passed(1_100);
    expect(await refusalOf(browser.ask())).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
    expect((await browser.ask(init((await tokenOf('ann')).token))).data).toEqual({ aiViewer: { user: 'ann' } });
    expect((await browser.ask()).data).toEqual({ aiViewer: { user: 'ann' } });
    expect(browser.opened()).toBe(1);
  });

  it.each<[string, (site: Awaited<ReturnType<typeof withSite>>) => Promise<unknown> | unknown, string]>([
    ['a token of another user', async ({ tokenOf }) => init((await tokenOf('bob')).token), 'FORBIDDEN'],
    ['the key that made the token', ({ key }) => init(key), 'FORBIDDEN'],
    ['a token that does not hold', () => init('fgt_000000000000_0000000000000000000000000000000000000000000'), 'UNAUTHENTICATED'],
    ['nothing', () => ({ connectionInit: {} }), 'FORBIDDEN'],
    ['no object', () => ({ connectionInit: 'Bearer fgt_x' }), 'BAD_REQUEST'],
  ])('A WebSocket that is shown %s refuses it, and stays with its caller', async (_, shown, code) => {
    const site = await withSite();
    const browser = page(site.gateway, (await site.tokenOf('ann')).token);
    const extensions = (await shown(site)) as Record<string, unknown>;
    expect(await refusalOf(browser.ask(extensions))).toMatchObject({ extensions: { code } });
    expect((await browser.ask()).data).toEqual({ aiViewer: { user: 'ann' } });
    expect(browser.opened()).toBe(1);
  });

  it.each([
    ['the token that it was asked for with', 0],
    ['the token that took its place', 1],
  ])('An answer whose token was renewed ends when %s is revoked', async (_, which) => {
    const { gateway, upstream, key, tokenOf } = await withSite();
    upstream.plays(hanging('One '));
    const tokens = [await tokenOf('ann'), await tokenOf('ann')];
    const browser = page(gateway, tokens[0]?.token ?? '');
    const events = browser.events('Count.');
    while ((await events.next()).value?.__typename !== 'TextDelta');
    await browser.ask(init(tokens[1]?.token ?? ''));
    const revoke = 'mutation ($id: ID!) { revokeAiToken(id: $id) { id } }';
    expect((await gateway.ask(revoke, { id: tokens[which]?.id }, { key })).data.revokeAiToken).not.toBeNull();
    const rest: Event[] = [];
    for await (const event of events) rest.push(event);
    expect(rest.at(-1)).toMatchObject({ __typename: 'CompletionFailed', failure: { code: 'UNAUTHENTICATED' } });
  });
});
