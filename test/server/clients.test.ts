/** The clients that people use, as they come. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Defer20220824Handler } from '@apollo/client/incremental';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { parse } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Served, serve, until } from './fixture.ts';
import { readAll } from './http-client.ts';

const inOrder = Array.from({ length: 12 }, (_, index) => index + 1);
const ticks = 'subscription Ticks {ticks(to: 12) {seq}}';
const wrong = { authorization: 'Bearer wrong' };
const socketOf = ({ ws }: Served) => createWsClient({ url: ws, webSocketImpl: WebSocket, retryAttempts: 0 });

interface Observed {
  readonly seqs: number[];
  readonly errors: unknown[];
}

interface Observable<T> {
  subscribe(observer: { next: (value: T) => void; error: (error: unknown) => void; complete: () => void }): unknown;
}

/** Subscribes and waits for the end. */
function observed<T extends { data?: unknown; error?: unknown }>(source: Observable<T>): Promise<Observed> {
  const seqs: number[] = [];
  const errors: unknown[] = [];
  return new Promise((resolve) =>
    source.subscribe({
      next({ data, error }) {
        const event = data as { ticks?: { seq: number } } | undefined | null;
        if (event?.ticks) seqs.push(event.ticks.seq);
        if (error !== undefined) errors.push(error);
      },
      error(error) {
        errors.push(error);
        resolve({ seqs, errors });
      },
      complete: () => resolve({ seqs, errors }),
    }),
  );
}

describe('graphql-sse', () => {
  it('graphql-sse gets every event once and in order', async () => {
    const client = createSseClient({ url: (await serve()).url, retryAttempts: 0 });
    const results = await readAll(client.iterate<{ ticks: { seq: number } }>({ query: ticks }));
    expect(results.map(({ data }) => data?.ticks.seq)).toEqual(inOrder);
  });

  it('graphql-sse gets a query, and the sentence of a refusal', async () => {
    const { url } = await serve();
    expect(await readAll(createSseClient({ url, retryAttempts: 0 }).iterate({ query: '{hello}' }))).toEqual([
      { data: { hello: 'Hello, world' } },
    ]);
    const refused = await readAll(createSseClient({ url, headers: wrong, retryAttempts: 0 }).iterate({ query: '{hello}' }));
    expect(refused).toMatchObject([{ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }]);
  });

  it('graphql-sse stops upstream when it unsubscribes', async () => {
    const served = await serve();
    const stop = createSseClient({ url: served.url, retryAttempts: 0 }).subscribe(
      { query: 'subscription {silent {seq}}' },
      { next: () => {}, error: () => {}, complete: () => {} },
    );
    await until(() => served.tickers.signals.length === 1);
    stop();
    await until(() => served.tickers.signals[0]?.aborted === true);
  });
});

describe('Apollo Client', () => {
  const apollo = (link: HttpLink | GraphQLWsLink) =>
    new ApolloClient({
      link,
      cache: new InMemoryCache(),
      incrementalHandler: new Defer20220824Handler(),
      clientAwareness: { name: 'shop' },
    });

  it('Apollo Client gets every event once and in order over multipart HTTP', async () => {
    const served = await serve();
    const client = apollo(new HttpLink({ uri: served.url }));
    expect(await observed(client.subscribe({ query: gql(ticks) }))).toEqual({ seqs: inOrder, errors: [] });
    expect(served.opened[0]?.operation).toMatchObject({ client: 'shop', name: 'Ticks' });
  });

  it('Apollo Client gets the sentence of a refused subscription over multipart HTTP', async () => {
    const client = apollo(new HttpLink({ uri: (await serve()).url, headers: wrong }));
    expect(await observed(client.subscribe({ query: gql(ticks) }))).toMatchObject({
      seqs: [],
      errors: [{ message: expect.stringMatching(/not known/), errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] }],
    });
  });

  it('Apollo Client is not disturbed by heartbeats', async () => {
    const served = await serve({ limits: { heartbeatMs: 5 } });
    const client = apollo(new HttpLink({ uri: served.url }));
    const result = observed(client.subscribe({ query: gql('subscription {silent {seq}}') }));
    await until(() => served.tickers.signals.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await served.server.close(1);
    expect(await result).toMatchObject({ seqs: [], errors: [{ errors: [{ extensions: { code: 'CANCELLED' } }] }] });
  });

  it('Apollo Client gets every event once and in order over WebSocket', async () => {
    const client = apollo(new GraphQLWsLink(socketOf(await serve())));
    expect(await observed(client.subscribe({ query: gql(ticks) }))).toEqual({ seqs: inOrder, errors: [] });
  });

  it('Apollo Client gets queries and mutations, and the sentence of a refusal', async () => {
    const { url } = await serve();
    const client = apollo(new HttpLink({ uri: url }));
    expect(await client.query({ query: gql('{hello}') })).toMatchObject({ data: { hello: 'Hello, world' } });
    expect(await client.mutate({ mutation: gql('mutation {touch}') })).toMatchObject({ data: { touch: 'touched' } });
    await expect(apollo(new HttpLink({ uri: url, headers: wrong })).query({ query: gql('{hello}') })).rejects.toMatchObject({
      message: expect.stringMatching(/This key is not known/),
    });
  });

  it('Apollo Client gets deferred fragments', async () => {
    const client = apollo(new HttpLink({ uri: (await serve()).url }));
    const query = client.watchQuery({ query: gql('{slow {fast ... @defer {slow}}}') });
    const states: unknown[] = [];
    await new Promise<void>((resolve) =>
      query.subscribe(({ data, dataState }) => {
        if (data !== undefined) states.push(structuredClone(data));
        if (dataState === 'complete') resolve();
      }),
    );
    expect(states).toEqual([{ slow: { __typename: 'Slow', fast: 'fast' } }, { slow: { __typename: 'Slow', fast: 'fast', slow: 'slow' } }]);
  });
});

describe('urql', () => {
  const overHttp = ({ url }: Served, headers = {}) =>
    new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false, fetchOptions: { headers } });

  it('urql gets queries over HTTP, and the sentence of a refusal', async () => {
    const served = await serve();
    expect(await overHttp(served).query('{hello}', {})).toMatchObject({ data: { hello: 'Hello, world' } });
    const { error } = await overHttp(served, wrong).query('{hello}', {});
    expect(error?.graphQLErrors).toMatchObject([{ message: expect.stringMatching(/not known/), extensions: { code: 'UNAUTHENTICATED' } }]);
  });

  it('urql gets every event once and in order over SSE', async () => {
    expect(await urqlSeqs(overHttp(await serve()))).toEqual(inOrder);
  });

  it('urql gets deferred fragments', async () => {
    const results: unknown[] = [];
    const client = overHttp(await serve());
    await new Promise<void>((resolve) =>
      client.query('{slow {fast ... @defer {slow}}}', {}).subscribe(({ data, hasNext }) => {
        results.push(structuredClone(data));
        if (!hasNext) resolve();
      }),
    );
    expect(results.at(0)).toEqual({ slow: { fast: 'fast' } });
    expect(results.at(-1)).toEqual({ slow: { fast: 'fast', slow: 'slow' } });
  });

  it('urql gets every event once and in order over WebSocket', async () => {
    const served = await serve();
    const socket = socketOf(served);
    const exchange = subscriptionExchange({
      forwardSubscription: ({ query = '' }) => ({
        subscribe: ({ next, error, complete }) => ({
          unsubscribe: socket.subscribe(
            { query },
            { next: (result) => next({ data: result.data ?? null }), error: (cause) => error(cause as Error), complete },
          ),
        }),
      }),
    });
    expect(await urqlSeqs(new Client({ url: served.url, exchanges: [exchange], preferGetMethod: false }))).toEqual(inOrder);
  });
});

describe('GraphiQL’s fetcher', () => {
  it('GraphiQL’s fetcher gets queries and every event of a subscription', async () => {
    const execute = buildHTTPExecutor({ endpoint: (await serve()).url });
    expect(await execute({ document: parse('{hello}') })).toEqual({ data: { hello: 'Hello, world' } });
    const results = await execute({ document: parse(ticks) });
    if (!(Symbol.asyncIterator in results)) throw new Error(JSON.stringify(results));
    expect((await readAll(results)).map(({ data }) => data?.ticks?.seq)).toEqual(inOrder);
  });
});

function urqlSeqs(client: Client): Promise<number[]> {
  const seqs: number[] = [];
  return new Promise((resolve, reject) =>
    client.subscription<{ ticks: { seq: number } }>(ticks, {}).subscribe(({ data, error, hasNext }) => {
      if (error) reject(error);
      if (data) seqs.push(data.ticks.seq);
      if (!hasNext || seqs.length === inOrder.length) resolve(seqs);
    }),
  );
}
