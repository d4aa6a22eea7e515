import { createClient } from 'graphql-ws';
import { describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type AskedGateway, type ChildGateway, configFolder, startChild, startHere } from '../crash/child-gateway.ts';
import { hangs } from '../doubles.ts';
import { whenOver } from '../harness.ts';
import { type Gate, newGate, type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { hanging, saying, waiting } from './scripted.ts';
import { teams } from './teams.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

const bearer = ({ developmentKey }: AskedGateway) => ({ authorization: `Bearer ${developmentKey}` });

async function ask(gateway: AskedGateway, query: string): Promise<Data> {
  const response = await post(gateway.url, { query }, bearer(gateway));
  return { status: response.status, ...((await response.json()) as object) };
}

/** Every key has a prompt of its own: the same one twice would be one call. */
const input = (key: string | null): string => `{ prompt: { text: "Say hi to ${key}." }${key === null ? '' : ` idempotencyKey: "${key}"`} }`;
const detached = (key: string | null = null): string => `mutation { startCompletion(input: ${input(key)}) { ... on Completion { id } } }`;
const stream = (key: string): string => `subscription { completionStream(input: ${input(key)}) { __typename
  ... on CompletionFinished { completion { text } }
  ... on CompletionFailed { completion { id status text } failure { ... on Failure { code retryable message } } } } }`;
const resume = (id: string, cursor: string): string => `subscription { completionEvents(id: "${id}", after: "${cursor}") { __typename
  ... on CompletionFailed { completion { id status } failure { ... on Failure { code } } } } }`;
const stored = (id: string): string =>
  `{ completionById(id: "${id}") { status text failure { ... on Failure { code retryable message } } usage { estimated cost { amount } } } }`;

/** Events of a stream, until it is over. */
type Transport = (gateway: AskedGateway, query: string) => AsyncGenerator<Data, void>;

const overSse: Transport = async function* (gateway, query) {
  const response = await post(gateway.url, { query }, { accept: 'text/event-stream', ...bearer(gateway) });
  for await (const { event, data } of eventsOf(response)) if (event === 'next') yield JSON.parse(data);
};

const overSocket: Transport = async function* (gateway, query) {
  const url = gateway.url.replace('http', 'ws');
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: bearer(gateway) });
  try {
    for await (const result of client.iterate({ query })) yield result;
  } finally {
    client.terminate();
  }
};

/** Of a stream that has shown its first words. */
async function speaking(events: AsyncGenerator<Data, void>): Promise<{ rest(): Promise<Data[]> }> {
  for (;;) {
    const { value } = await events.next();
    if (value?.data?.completionStream?.__typename === 'TextDelta') break;
    if (value === undefined || value.errors !== undefined) throw new Error(`The stream did not speak: ${JSON.stringify(value)}`);
  }
  return { rest: () => Array.fromAsync(events) };
}

interface Opened {
  readonly upstream: RawUpstream;
  readonly folder: string;
  readonly gateway: ChildGateway;
}

async function opened(server: object, ...replies: RawReply[]): Promise<Opened> {
  const upstream = await rawUpstream();
  whenOver(() => upstream.close());
  upstream.plays(...replies);
  const folder = configFolder(upstream.url, server);
  return { upstream, folder, gateway: await startChild(folder) };
}

async function stopped(gateway: ChildGateway): Promise<void> {
  gateway.process.kill('SIGTERM');
  // It may be over before it can be asked.
  const ready = async (): Promise<boolean> => (await fetch(new URL('/health/ready', gateway.url)).catch(() => null))?.ok ?? false;
  while (await ready()) await new Promise((next) => setTimeout(next, 5));
}

/** A started completion whose model has been asked. */
async function started({ gateway, upstream }: Opened, key: string | null = null): Promise<string> {
  const { data } = await ask(gateway, detached(key));
  await upstream.nextRequest();
  return data.startCompletion.id;
}

const toldToAskAgain = {
  code: 'MODEL_UNAVAILABLE',
  retryable: true,
  message: expect.stringMatching(/^The gateway was stopped.*Ask again/),
};

describe('a deploy loses nothing: background work is finished, handed over or failed with its true reason', { timeout: 240_000 }, () => {
  it('a completion in the background alone has the time for closing, and is kept', async () => {
    const gate: Gate = newGate();
    const here = await opened({ drainMs: 120_000 }, waiting(gate, 'Half', ' and half'));
    const id = await started(here);
    await stopped(here.gateway);
    gate.open();
    expect(await here.gateway.exited).toBe(0);
    const { data } = await ask(await startHere(here.folder), stored(id));
    expect(data.completionById).toMatchObject({ status: 'COMPLETED', text: 'Half and half', failure: null });
  });

  it('completions in the background and streams have it together', async () => {
    const [early, late] = [newGate(), newGate()];
    const here = await opened({ drainMs: 120_000 }, waiting(early, 'Half', ' and half'), waiting(late, 'Half', ' and half'));
    const { rest } = await speaking(overSse(here.gateway, stream('stream')));
    await here.upstream.nextRequest();
    const id = await started(here);
    await stopped(here.gateway);
    early.open();
    expect((await rest()).at(-1).data.completionStream).toMatchObject({ completion: { text: 'Half and half' } });
    late.open();
    expect(await here.gateway.exited).toBe(0);
    const { data } = await ask(await startHere(here.folder), stored(id));
    expect(data.completionById).toMatchObject({ status: 'COMPLETED', text: 'Half and half' });
  });

  it.each([
    ['SSE', overSse],
    ['WebSocket', overSocket],
  ] as const)('what outlasts it over %s ends with a failed event that says why, and its key asks anew', async (_, over) => {
    const here = await opened({ drainMs: 300 }, hanging('Half'), hanging('Half'), saying('Whole.'));
    const { rest } = await speaking(over(here.gateway, stream('of the stream')));
    await here.upstream.nextRequest();
    const id = await started(here, 'of the background');
    await stopped(here.gateway);
    const told = await rest();
    expect(told).toHaveLength(1);
    const { completionStream: last } = told[0].data;
    expect(last).toMatchObject({ __typename: 'CompletionFailed', failure: toldToAskAgain, completion: { status: 'FAILED', text: 'Half' } });
    expect(await here.gateway.exited).toBe(0);
    expect(here.upstream.requests.map((request) => request.cut())).toEqual([true, true]);

    const after = await startHere(here.folder);
    for (const cut of [id, last.completion.id]) {
      const { data } = await ask(after, stored(cut));
      expect(data.completionById).toMatchObject({ status: 'FAILED', text: 'Half', failure: toldToAskAgain, usage: { estimated: true } });
    }
    const again = await Array.fromAsync(over(after, stream('of the stream')));
    expect(again.at(-1).data.completionStream).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'Whole.' } });
    const anew = await ask(after, detached('of the background'));
    expect(anew.data.startCompletion.id).not.toBe(id);
    expect(await usageByOutcome(after)).toMatchObject({ CANCELLED: 2 });
  });

  it('answers that are waited for whole fail as data, and what is new is refused with a code that says what it is', async () => {
    const here = await opened({ drainMs: 1_500 }, hanging('Half'));
    const waited = ask(here.gateway, `{ completion(input: ${input(null)}) { __typename ... on Failure { code retryable message } } }`);
    await here.upstream.nextRequest();
    await stopped(here.gateway);
    const refused = await post(here.gateway.url, { query: '{ __typename }' }, bearer(here.gateway));
    expect({ status: refused.status, retryAfter: refused.headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' });
    const { errors }: Data = await refused.json();
    expect(errors[0].extensions).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, retryAfterMs: 1_000 });
    expect((await waited).data.completion).toMatchObject({ __typename: 'ModelUnavailable', ...toldToAskAgain });
    expect(await here.gateway.exited).toBe(0);
  });

  it('a completion that kill -9 cut has failed, says what it cost, and its key asks anew', async () => {
    const here = await opened({}, hanging('Half'), hanging('Half'), saying('Whole.'));
    const { rest } = await speaking(overSse(here.gateway, stream('of the stream')));
    await here.upstream.nextRequest();
    const id = await started(here, 'of the background');
    here.gateway.process.kill('SIGKILL');
    await rest().catch(() => {});
    expect(await here.gateway.exited).toBe('SIGKILL');

    const after = await startHere(here.folder);
    const { data } = await ask(after, stored(id));
    expect(data.completionById).toMatchObject({
      status: 'FAILED',
      failure: { code: 'MODEL_UNAVAILABLE', retryable: true, message: expect.stringMatching(/died.*Ask again/) },
      usage: { estimated: true },
    });
    expect(Number(data.completionById.usage.cost.amount)).toBeGreaterThan(0);
    for (const seq of [2, 3]) {
      const cursor = Buffer.from(`${seq}:${id}`).toString('base64url');
      const resumed = await Array.fromAsync(overSse(after, resume(id, cursor)));
      expect(resumed.map(({ data }) => data.completionEvents)).toMatchObject([
        { __typename: 'CompletionFailed', completion: { id, status: 'FAILED' }, failure: { code: 'RESUME_EXPIRED' } },
      ]);
    }
    const again = await Array.fromAsync(overSse(after, stream('of the stream')));
    expect(again.at(-1).data.completionStream).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'Whole.' } });
    const anew = await ask(after, detached('of the background'));
    expect(anew.data.startCompletion.id).not.toBe(id);
  });

  it('a second gateway on the folder leaves the completions of a living one alone, and waits for those with its key', async () => {
    const gate = newGate();
    const here = await opened({}, waiting(gate, 'Half', ' and half'));
    const id = await started(here, 'shared');
    const other = await startHere(here.folder);
    expect((await ask(other, stored(id))).data.completionById).toMatchObject({ status: 'RUNNING', failure: null });
    const following = Array.fromAsync(overSse(other, stream('shared')));
    gate.open();
    expect((await following).at(-1).data.completionStream).toMatchObject({ completion: { text: 'Half and half' } });
    expect(here.upstream.requests).toHaveLength(1);
  });
});

it('an operation that waits for a model on a field of an entity is told to ask again when the time for closing is over', async () => {
  const provider = hangs();
  const { gateway } = await teams({
    provider,
    remote: {
      products: {
        sdl: 'type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String! }',
        resolvers: {
          Query: { product: () => ({ id: '1', name: 'Duck' }) },
          Product: { __resolveReference: () => ({ id: '1', name: 'Duck' }) },
        },
      },
    },
    fields: `extend type Product @key(fields: "id") { id: ID! name: String! @external
      summary: String @completion(prompt: "Sum up {name}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`,
    config: { server: { drainMs: 0 } },
  });
  const asked = gateway.ask('{ product { name summary } }');
  while (provider.asked.length === 0) await new Promise((next) => setTimeout(next, 5));
  const closed = gateway.close();
  expect(await asked).toMatchObject({
    status: 503,
    errors: [
      { message: expect.stringMatching(/stopped.*Try again/), extensions: { code: 'CANCELLED', retryable: true, retryAfterMs: 1_000 } },
    ],
  });
  await closed;
});

async function usageByOutcome(gateway: AskedGateway): Promise<Data> {
  const query =
    '{ aiUsage(input: { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: [OUTCOME] }) { rows { key calls } } }';
  const { data } = await ask(gateway, query);
  return Object.fromEntries(data.aiUsage.rows.map((row: Data) => [row.key.outcome, row.calls]));
}
