import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/client/sdk.ts';
import { refusalOf } from '../../src/client/transport/request-error.ts';
import { deploymentAt, until } from '../gateway/streams.ts';
import { plainConfig } from '../plain-config.ts';
import { newGate } from '../raw-upstream.ts';
import { asking, eventsOf, prompt, says, transports } from './asking.ts';

describe('the connections of a client', () => {
  it('the connections of a client with six answers at once are one, and none is left behind them', async () => {
    const parts = await asking();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const answers = Array.from({ length: 6 }, (_, index) => parts.gate.complete(prompt(`Count ${index}.`)));
    const done = answers.map((answer) => answer.done);
    await until(() => answers.every((answer) => answer.snapshot().text === 'Half '));
    expect(parts.proxy.opened()).toBe(1);
    gate.open();
    await Promise.all(done);
    await until(() => parts.proxy.open() === 0);
  });

  it('the connections of a client are free for a stop while six streams of server-sent events are open', async () => {
    const parts = await asking({ transport: 'sse' });
    says(parts, 'Half ', newGate(), 'and half.');
    const answers = Array.from({ length: 6 }, (_, index) => parts.gate.complete(prompt(`Count ${index}.`)));
    for (const answer of answers) answer.subscribe(() => {});
    await until(() => answers.every((answer) => answer.snapshot().text === 'Half '));
    const [first] = answers;
    const stopped = first?.cancel();
    // Its own connection goes before the stop is sent: a browser has no seventh.
    await until(() => parts.proxy.open() <= 6);
    await stopped;
    expect(first?.snapshot()).toMatchObject({ status: 'cancelled', text: 'Half ' });
    await Promise.all(answers.map((answer) => answer.cancel()));
    await until(() => parts.upstream.requests.every((request) => request.cut()));
  });

  it('the connections of a client go over server-sent events where no WebSocket is let through', async () => {
    const parts = await asking();
    parts.proxy.blockSockets();
    says(parts, 'Hello.');
    const answer = parts.gate.complete(prompt('Count.'));
    const statuses: string[] = [];
    answer.subscribe(() => statuses.push(answer.snapshot().status));
    expect(await answer.done).toMatchObject({ status: 'completed', text: 'Hello.' });
    expect(statuses).not.toContain('reconnecting');
    const before = parts.proxy.opened();
    await parts.gate.complete(prompt('Count again.')).done;
    expect(parts.proxy.opened()).toBeLessThanOrEqual(before + 1);
  });

  it.each(transports)(
    'the connections of a client over %s hand on each result of any operation as it comes, with its errors',
    async (transport) => {
      const parts = await asking({ transport });
      const gate = newGate();
      says(parts, gate, 'Hello.');
      const results: Result[] = [];
      const query = `query Two { ... @defer { completion(input: { prompt: { text: "Count." } }) { ... on Completion { text } } } aiViewer { principal } }`;
      const signal = new AbortController().signal;
      const ended = parts.gate.results(
        { query: `query One { aiViewer { team } } ${query}`, operationName: 'Two' },
        (one) => results.push(one),
        signal,
      );
      await until(() => results.length === 1);
      expect(results[0]?.data).toEqual({ aiViewer: { principal: expect.stringMatching(/^key:/) } });
      gate.open();
      await ended;
      expect(results.flatMap(({ incremental = [] }) => incremental.map(({ path, data }) => ({ path, data })))).toEqual([
        { path: [], data: { completion: { text: 'Hello.' } } },
      ]);
      await parts.gate.results(
        { query: '{ aiCall(id: "none") { id } __typename aiSource(collection: "none", id: "1") { mediaType } }' },
        (one) => results.push(one),
        signal,
      );
      expect(results.at(-1)).toMatchObject({ data: { __typename: 'Query', aiSource: null }, errors: [{ path: ['aiSource'] }] });
      const refused = parts.gate.results(
        { query: '{ nothing }' },
        ({ errors }) => {
          throw refusalOf(errors ?? []);
        },
        signal,
      );
      await expect(refused).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    },
  );

  it('the connections of a client go over a WebSocket where a proxy holds back answers over HTTP', async () => {
    const parts = await asking();
    parts.proxy.buffer();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'Half ');
    gate.open();
    expect(await done).toMatchObject({ status: 'completed' });
  });

  it.each(transports)(
    'the connections of a client over %s that say nothing any more are given up, and the answer goes on',
    async (transport) => {
      const parts = await asking({ transport, silenceMs: 400 });
      const gate = newGate();
      says(parts, 'Half ', gate, 'and half.');
      const answer = parts.gate.complete(prompt('Count.'));
      const { done } = answer;
      await until(() => answer.snapshot().text === 'Half ');
      parts.proxy.freeze(true);
      await until(() => answer.snapshot().status === 'reconnecting');
      parts.proxy.freeze(false);
      gate.open();
      expect(await done).toMatchObject({ status: 'completed', text: 'Half and half.' });
      expect(parts.upstream.requests).toHaveLength(1);
    },
  );

  it('the connections of a client over a WebSocket stay while the model thinks, since the gateway answers', async () => {
    const parts = await asking({ transport: 'ws', silenceMs: 3_000 });
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'Half ');
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    gate.open();
    await done;
    expect(parts.proxy.opened()).toBe(1);
  });

  it.each(transports)(
    'the connections of a client over %s to nobody are tried six times, and the answer says that it cannot be reached',
    async (transport) => {
      const parts = await asking({ transport });
      parts.proxy.refuse(true);
      const answer = parts.gate.complete(prompt('Count.'));
      expect(await answer.done).toMatchObject({ status: 'failed', failure: { code: 'UNREACHABLE', retryable: true, errorId: '' } });
      expect(parts.proxy.opened()).toBe(6);
    },
  );

  it.each(transports)('the connections of a client over %s carry a sentence of the gateway that refuses a document', async (transport) => {
    const { gate } = await asking({ transport });
    const wrong = gate.stream('subscription { completionStream(input: { promt: { text: "x" } }) { seq } }');
    await expect(wrong.next()).rejects.toMatchObject({
      name: 'RequestError',
      message: expect.stringContaining('CompletionInput.prom'),
      retryable: false,
    });
  });

  it('the connections of a client carry a message that is too large for a WebSocket over HTTP, which says what is wrong', async () => {
    const parts = await asking({}, { server: { drainMs: 500, limits: { maxBodyBytes: 20_000 } } });
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const other = parts.gate.complete(prompt('Count.'));
    const { done } = other;
    await until(() => other.snapshot().text === 'Half ');
    const answer = parts.gate.complete(prompt('x'.repeat(30_000)));
    expect(await answer.done).toMatchObject({ status: 'failed', failure: { message: expect.stringContaining('at most 20000') } });
    gate.open();
    expect(await done).toMatchObject({ status: 'completed', text: 'Half and half.' });
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it.each(transports)(
    'the connections of a client over %s bring two thousand pieces, and a listener sees text that only grows',
    async (transport) => {
      const vendor = { ...deploymentAt('vendor'), maxOutputTokens: 100_000 };
      const parts = await asking({ transport }, { deployments: { ...plainConfig.deployments, vendor } });
      const pieces = Array.from({ length: 2_000 }, (_, index) => `p${index} `);
      says(parts, ...pieces);
      const answer = parts.gate.complete(prompt('Count.'));
      const seen: string[] = [];
      answer.subscribe(() => seen.push(answer.snapshot().text));
      const events = await eventsOf(answer);
      expect(answer.snapshot().text).toBe(pieces.join(''));
      expect(events.at(-1)?.__typename).toBe('CompletionFinished');
      for (const [index, text] of seen.entries()) expect(text.startsWith(seen[index - 1] ?? '')).toBe(true);
      expect(seen.at(-1)).toBe(pieces.join(''));
    },
  );
});
