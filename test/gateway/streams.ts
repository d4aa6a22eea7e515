/** Readers of a completion's events as the three kinds of clients get them, and a gateway whose model is a scripted vendor. */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { DeploymentConfig, GatewayConfig } from '../../src/config/config.ts';
import { plainConfig, startGateway, type TestGateway, whenOver } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import { type Gate, type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { eventsOf } from '../server/http-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into events of any shape
export type Event = any;

export interface Received {
  /** What SSE sends as `id:`. */
  readonly id?: string | null;
  readonly event: Event;
  readonly extensions?: Event;
}

export interface Reading {
  readonly query?: string;
  readonly variables?: object;
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Events of the first field of a subscription, until the stream is over. Leaving the loop cuts the connection. */
export type Transport = (gateway: TestGateway, reading: Reading) => AsyncGenerator<Received, void>;

const fields = `{ __typename seq cursor completionId
  ... on CompletionStarted { completion { id status } }
  ... on TextDelta { text offset }
  ... on ReasoningDelta { text }
  ... on ToolCallReady { call { name arguments } }
  ... on ObjectDelta { object }
  ... on CompletionSnapshot { completion { id status text } }
  ... on CompletionFinished { completion { id status text object finishReason usage { totalTokens estimated } provenance { cache attempts { deployment outcome } } } }
  ... on CompletionFailed { completion { id status text finishReason provenance { attempts { deployment outcome } } } failure { code message retryable errorId } } }`;

const follow = `subscription Follow($input: CompletionInput!, $after: Cursor, $delivery: StreamDelivery! = DELTA) {
  completionStream(input: $input, after: $after, delivery: $delivery) ${fields} }`;
export const attach = `subscription Attach($id: ID!, $after: Cursor) { completionEvents(id: $id, after: $after) ${fields} }`;

export const ask = (text: string, settings: object = {}) => ({ input: { prompt: { text }, ...settings } });

const authorization = (gateway: TestGateway, { key = gateway.developmentKey, headers = {} }: Reading) => ({
  ...headers,
  ...(key === null ? {} : { authorization: `Bearer ${key}` }),
});

interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
  readonly extensions?: unknown;
}

function received(result: Result, id?: string | null): Received {
  if (result.errors !== undefined) throw new Error(`The stream has errors: ${JSON.stringify(result.errors)}`);
  const [event] = Object.values(result.data ?? {});
  return { event, extensions: result.extensions, ...(id === undefined ? {} : { id }) };
}

function posted(gateway: TestGateway, reading: Reading, accept: string, signal: AbortSignal): Promise<Response> {
  return fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...authorization(gateway, reading) },
    body: JSON.stringify({ query: reading.query ?? follow, variables: reading.variables ?? {} }),
    signal,
  });
}

export const overSse: Transport = async function* (gateway, reading) {
  const connection = new AbortController();
  try {
    const response = await posted(gateway, reading, 'text/event-stream', connection.signal);
    for await (const { event, data, id } of eventsOf(response)) {
      if (event === 'next') yield received(JSON.parse(data) as Result, id);
      if (event === 'complete') return;
    }
    throw new Error('The connection was over before the stream was.');
  } finally {
    connection.abort();
  }
};

const overMultipart: Transport = async function* (gateway, reading) {
  const connection = new AbortController();
  try {
    const response = await posted(gateway, reading, 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0', connection.signal);
    let rest = '';
    for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
      const parts = `${rest}${piece}`.split('\r\n--graphql');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const body = part.slice(part.indexOf('\r\n\r\n') + 4);
        const { payload } = (body.startsWith('{') ? JSON.parse(body) : {}) as { readonly payload?: Result };
        if (payload !== undefined) yield received(payload);
      }
    }
    if (!rest.startsWith('--')) throw new Error('The connection was over before the stream was.');
  } finally {
    connection.abort();
  }
};

export const overSocket: Transport = async function* (gateway, reading) {
  const client = createClient({
    url: gateway.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: authorization(gateway, reading),
  });
  try {
    const results = client.iterate<Readonly<Record<string, unknown>>>({
      query: reading.query ?? follow,
      variables: { ...reading.variables } as Record<string, unknown>,
    });
    for await (const result of results) yield received(result as Result);
  } finally {
    client.terminate();
    await client.dispose();
  }
};

export const transports: readonly (readonly [string, Transport])[] = [
  ['SSE', overSse],
  ['WebSocket', overSocket],
  ['multipart', overMultipart],
];

/** All events; `each` may open what the next one waits for. */
export async function eventsOver(source: AsyncIterable<Received>, each: (event: Event) => void = () => {}): Promise<Event[]> {
  const events: Event[] = [];
  for await (const { event } of source) {
    events.push(event);
    each(event);
  }
  return events;
}

export const typesOf = (events: readonly Event[]): string[] => events.map((event) => event.__typename);
export const seqsOf = (events: readonly Event[]): number[] => events.map((event) => event.seq);
export const countTo = (most: number): number[] => Array.from({ length: most }, (_, index) => index + 1);
export const textOf = (events: readonly Event[]): string =>
  events
    .filter((event) => event.__typename === 'TextDelta')
    .map((event) => event.text)
    .join('');

/** The words of an answer as a vendor of chat completions streams them; at a gate it waits. */
export const saying = (...words: readonly (string | Gate)[]): RawReply => ({
  pieces: [compatible.begins, ...words.map((word) => (typeof word === 'string' ? compatible.says(word) : word)), compatible.ends],
});

export const deploymentAt = (provider: string): DeploymentConfig => ({
  provider,
  model: compatible.model,
  price: { input: 1, output: 2 },
  maxOutputTokens: 100,
});

export interface Scripted {
  readonly gateway: TestGateway;
  readonly upstream: RawUpstream;
}

/** The default route is one deployment at a raw server; `changes` may depend on what is there already. */
export async function scripted(
  changes: Partial<GatewayConfig> = {},
  { route = {}, folder }: { readonly route?: object; readonly folder?: string } = {},
): Promise<Scripted> {
  const upstream = await rawUpstream();
  whenOver(() => upstream.close());
  const gateway = await startGateway(
    {
      providers: { ...plainConfig.providers, vendor: compatible.provider(upstream.url) },
      deployments: { ...plainConfig.deployments, vendor: deploymentAt('vendor') },
      routes: { ...plainConfig.routes, default: { deployments: ['vendor'], attempts: 1, ...route } },
      ...changes,
    },
    folder === undefined ? {} : { folder },
  );
  return { gateway, upstream };
}

/** What upstream was sent, as text. */
export const sentTo = (upstream: RawUpstream): string => upstream.requests.map(({ body }) => body).join('\n');

/** Polls until it holds: for what happens elsewhere after the client has done its part. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let pauseMs = 5; !(await condition()); pauseMs = Math.min(25, pauseMs + 1))
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

/**
 * What `tried` gives under the shortest limit that shows it. On a slow machine a short one passes before the vendor was even
 * asked, which proves nothing: `null` then, and a longer one is tried.
 */
export async function underLimit<T>(minMs: number, tried: (ms: number) => Promise<T | null>): Promise<T> {
  for (let ms = minMs; ; ms *= 4) {
    const shown = await tried(ms);
    if (shown !== null) return shown;
  }
}
