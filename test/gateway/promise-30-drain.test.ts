import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AskedGateway, type ChildGateway, configFolder, startChild, startHere } from '../crash/child-gateway.ts';
import { whenOver } from '../harness.ts';
import { newGate, type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { hanging, waiting } from './scripted.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

const bearer = ({ developmentKey }: AskedGateway) => ({ authorization: `Bearer ${developmentKey}` });

interface Draining {
  readonly upstream: RawUpstream;
  readonly folder: string;
  readonly gateway: ChildGateway;
  /** Of a stream that has shown its first words. */
  readonly events: AsyncIterator<Data>;
}

/** A gateway with a stream under way that has been told to end, and says that it is not ready. */
async function draining(reply: RawReply, server: object): Promise<Draining> {
  const upstream = await rawUpstream();
  whenOver(() => upstream.close());
  upstream.plays(reply);
  const folder = configFolder(upstream.url, server);
  const gateway = await startChild(folder);
  const query = `subscription drained { completionStream(input: { prompt: { text: "Say hi." } }) {
    __typename ... on CompletionFinished { completion { text } } ... on CompletionFailed { failure { ... on Failure { code retryable message } } } } }`;
  const events = resultsOf(await post(gateway.url, { query }, { accept: 'text/event-stream', ...bearer(gateway) }));
  for (let type = ''; type !== 'TextDelta'; ) type = (await events.next()).value.data.completionStream.__typename;
  gateway.process.kill('SIGTERM');
  while ((await fetch(new URL('/health/ready', gateway.url))).ok) await new Promise((next) => setTimeout(next, 5));
  return { upstream, folder, gateway, events };
}

async function* resultsOf(response: Response): AsyncGenerator<Data, void> {
  for await (const { event, data } of eventsOf(response)) if (event === 'next') yield JSON.parse(data);
}

/** The outcome of the stream's row, by a gateway started anew on the folder. */
async function outcomeAfter(folder: string): Promise<string> {
  const gateway = await startHere(folder);
  const input = '{ from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: [OPERATION, OUTCOME] }';
  const response = await post(gateway.url, { query: `{ aiUsage(input: ${input}) { rows { key calls } } }` }, bearer(gateway));
  const { data }: Data = await response.json();
  const [row, ...others] = data.aiUsage.rows;
  expect({ operation: row.key.operation, calls: row.calls, others }).toEqual({ operation: 'drained', calls: 1, others: [] });
  return row.key.outcome;
}

describe('SIGTERM drains', { timeout: 120_000 }, () => {
  it('nothing new is taken, what streams may finish, the ledger is stored, and it ends well', async () => {
    const gate = newGate();
    const { folder, gateway, events } = await draining(waiting(gate, 'Half', ' and half'), { drainMs: 60_000 });
    expect((await fetch(new URL('/health/live', gateway.url))).status).toBe(200);
    const refused = await post(gateway.url, { query: '{ aiRoutes { name } }' }, bearer(gateway));
    expect({ status: refused.status, retryAfter: refused.headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '1' });

    gate.open();
    const rest: Data[] = [];
    for (let next = await events.next(); next.done !== true; next = await events.next()) rest.push(next.value.data.completionStream);
    expect(rest.at(-1)).toEqual({ __typename: 'CompletionFinished', completion: { text: 'Half and half' } });
    expect(await gateway.exited).toBe(0);
    expect(readdirSync(join(folder, '.fieldgate', 'outbox'))).toEqual([]);
    expect(await outcomeAfter(folder)).toBe('OK');
  });

  it('what outlasts the time for it is told to come back, its model is stopped, and it is booked', async () => {
    const { upstream, folder, gateway, events } = await draining(hanging('Half'), { drainMs: 200 });
    const last = await events.next();
    expect(last.value.data.completionStream).toEqual({
      __typename: 'CompletionFailed',
      failure: { code: 'MODEL_UNAVAILABLE', retryable: true, message: expect.stringMatching(/stopped.*Ask again/) },
    });
    expect((await events.next()).done).toBe(true);
    expect(await gateway.exited).toBe(0);
    await expect.poll(() => upstream.requests[0]?.cut()).toBe(true);
    expect(readdirSync(join(folder, '.fieldgate', 'outbox'))).toEqual([]);
    expect(await outcomeAfter(folder)).toBe('CANCELLED');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('a second signal (%s) ends it at once, and even then the call is booked', async (second) => {
    const { folder, gateway } = await draining(hanging('Half'), { drainMs: 600_000 });
    gateway.process.kill(second);
    expect(await gateway.exited).toBe(second);
    expect(await outcomeAfter(folder)).toBe('LOST');
  });
});
