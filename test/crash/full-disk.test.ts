import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { eventually } from '../gateway/asking.ts';
import { saying, waiting } from '../gateway/scripted.ts';
import { whenOver } from '../harness.ts';
import { newGate, rawUpstream } from '../raw-upstream.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { type ChildGateway, configFolder, startChild } from './child-gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

/** The most bytes that a file of the process may grow to: at 1 nothing can be written, as on a full disk. Null where the system has no such tool. */
const limitFiles = ((): ((pid: number, bytes: number | 'unlimited') => void) | null => {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return (pid, bytes) => void execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
  } catch {
    return null;
  }
})();

const failing = '... on Failure { code message retryable }';

async function ask({ url, developmentKey }: ChildGateway, query: string): Promise<Data> {
  const response = await post(url, { query }, { authorization: `Bearer ${developmentKey}` });
  const answer: Data = await response.json();
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

const complete = async (gateway: ChildGateway, name: string): Promise<Data> =>
  (
    await ask(
      gateway,
      `query ${name} { completion(input: { prompt: { text: "${name}" } }) { __typename ... on Completion { text } ${failing} } }`,
    )
  ).completion;

const outcomes = async (gateway: ChildGateway): Promise<Readonly<Record<string, string>>> => {
  const input = '{ from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", groupBy: [OPERATION, OUTCOME], first: 100 }';
  const { aiUsage } = await ask(gateway, `{ aiUsage(input: ${input}) { rows { key } } }`);
  return Object.fromEntries(aiUsage.rows.map(({ key }: Data) => [key.operation, key.outcome]));
};

const ready = async ({ url }: ChildGateway): Promise<Data> => (await fetch(new URL('/health/ready', url))).json();

describe.skipIf(limitFiles === null)('on a full disk (needs prlimit)', () => {
  it('on a full disk new calls are refused in a sentence, what runs ends, and nothing is lost when there is room again', {
    timeout: 120_000,
  }, async () => {
    const upstream = await rawUpstream();
    whenOver(() => upstream.close());
    const gateway = await startChild(configFolder(upstream.url));
    const diskHas = (bytes: number | 'unlimited'): void => limitFiles?.(gateway.process.pid ?? 0, bytes);
    upstream.plays(saying('Hi'));
    expect(await complete(gateway, 'before')).toMatchObject({ text: 'Hi' });

    const gate = newGate();
    upstream.plays(waiting(gate, 'Half', ' and half'));
    const query = `subscription during { completionStream(input: { prompt: { text: "during" } }) {
      __typename ... on TextDelta { text } ... on CompletionFinished { completion { text } } ... on CompletionFailed { failure { ${failing} } } } }`;
    const events = eventsOf(
      await post(gateway.url, { query }, { accept: 'text/event-stream', authorization: `Bearer ${gateway.developmentKey}` }),
    );
    const seen: Data[] = [];
    for await (const { event, data } of events) {
      if (event !== 'next') continue;
      const { __typename, ...rest } = JSON.parse(data).data.completionStream;
      seen.push({ __typename, ...rest });
      if (__typename !== 'TextDelta' || seen.filter((one) => one.__typename === 'TextDelta').length > 1) continue;
      diskHas(1);
      gate.open();
    }
    expect(seen.at(-1)).toEqual({ __typename: 'CompletionFinished', completion: { text: 'Half and half' } });

    const asked = upstream.requests.length;
    expect(await complete(gateway, 'refused')).toMatchObject({
      retryable: true,
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringMatching(/cannot be recorded at the moment, so .* Try again/),
    });
    expect(upstream.requests).toHaveLength(asked);
    expect((await fetch(new URL('/health/live', gateway.url))).status).toBe(200);
    expect(await ready(gateway)).toEqual({
      ready: false,
      reasons: [
        'The database cannot be written: calls that cost are refused until it can.',
        'Usage cannot be recorded: calls that cost are refused until it can.',
      ],
    });

    diskHas('unlimited');
    await eventually(
      'it is ready again',
      () => ready(gateway),
      (state) => state.ready,
    );
    upstream.plays(saying('Hi'));
    expect(await complete(gateway, 'after')).toMatchObject({ text: 'Hi' });
    const kept = await eventually(
      'all rows are stored',
      () => outcomes(gateway),
      (rows) => rows['after'] !== undefined,
    );
    expect(kept).toMatchObject({ before: 'OK', during: 'OK', after: 'OK' });
    gateway.process.kill('SIGTERM');
    expect(await gateway.exited).toBe(0);
  });
});
