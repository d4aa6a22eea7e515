import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sse } from '../../../src/server/http/stream-writer.ts';
import { serve, testSchema, until } from '../fixture.ts';
import { eventsOf, post, readAll, type ServerSentEvent } from '../http-client.ts';

const stream = { accept: 'text/event-stream' };
const ticks = (to: number, selection = 'seq') => ({ query: `subscription {ticks(to: ${to}) {${selection}}}` });
const all = async (response: Response): Promise<ServerSentEvent[]> => readAll(eventsOf(response));
const seqs = (events: readonly ServerSentEvent[]): number[] =>
  events.filter(({ event }) => event === 'next').map(({ data }) => JSON.parse(data).data.ticks.seq);

describe('a subscription over SSE', () => {
  it('a subscription over SSE sends every event once and in order, then complete', async () => {
    const { url, opened, closed } = await serve();
    const response = await post(url, ticks(20), stream);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const events = await all(response);
    expect(seqs(events)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(events.at(-1)).toEqual({ id: null, event: 'complete', data: '' });
    expect(closed).toEqual(opened);
  });

  it('a subscription over SSE carries the cursor as id, selected or not, under whatever alias', async () => {
    const { url } = await serve();
    for (const selection of ['seq', 'seq cursor', 'seq place: cursor']) {
      const events = await all(await post(url, ticks(2, selection), stream));
      expect(events.map(({ id }) => id).filter((id) => id !== null)).toEqual(['c1', 'c2']);
    }
  });

  it('a subscription over SSE sends no id for an event without a place, so that a client keeps the one it has', () => {
    expect(sse(() => '').result({ data: {} })).toBe('event: next\ndata: {"data":{}}\n\n');
  });

  it('a subscription over SSE resumes after the Last-Event-ID, wherever the socket was killed', async () => {
    const { url, tickers } = await serve();
    for (let cut = 1; cut <= 5; cut++) {
      const first = new AbortController();
      const got: ServerSentEvent[] = [];
      for await (const event of eventsOf(await post(url, ticks(6), stream, first.signal))) {
        if (event.event !== 'next') continue;
        got.push(event);
        if (got.length === cut) break;
      }
      first.abort();
      const lastId = got.at(-1)?.id ?? '';
      const rest = await all(await post(url, ticks(6), { ...stream, 'last-event-id': lastId }));
      expect([...seqs(got), ...seqs(rest)]).toEqual([1, 2, 3, 4, 5, 6]);
      expect(tickers.after.at(-1)).toBe(`c${cut}`);
    }
  });

  it('a subscription over SSE comes by GET, as an EventSource asks', async () => {
    const { url } = await serve();
    const search = new URLSearchParams(ticks(2));
    expect(seqs(await all(await fetch(`${url}?${search}`, { headers: stream })))).toEqual([1, 2]);
  });

  it('a subscription over SSE ends where HTTP/1.1 says that it does, so that its connection serves another request, and has no frames in HTTP/1.0', async () => {
    const { url } = await serve();
    const { hostname, port, pathname } = new URL(url);
    const body = JSON.stringify(ticks(3));
    const request = (version: string): string =>
      `POST ${pathname} HTTP/${version}\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString();
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (const answers of [1, 2]) {
      socket.write(request('1.1'));
      await until(() => received.split('\r\n0\r\n\r\n').length > answers);
    }
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    received = '';
    socket.write(request('1.0'));
    await closed;
    const [head = '', text = ''] = received.split('\r\n\r\n');
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(text).toMatch(/^:\n\nid: c1\nevent: next\ndata: .*event: complete\ndata:\n\n$/s);
  });

  it('a subscription over SSE goes on over a change of schema', async () => {
    const { url, replaceSchema, tickers, gate } = await serve();
    const events = eventsOf(await post(url, ticks(5000), stream));
    await events.next();
    replaceSchema(testSchema(tickers, gate));
    expect(seqs(await readAll(events))).toEqual(Array.from({ length: 5000 }, (_, index) => index + 1));
  });

  it('a subscription over SSE puts the usage on the last event and no other', async () => {
    const { url } = await serve();
    const events = (await all(await post(url, ticks(3), stream)))
      .filter(({ event }) => event === 'next')
      .map(({ data }) => JSON.parse(data));
    expect(events.map((event) => event.extensions?.usage?.calls.length)).toEqual([undefined, undefined, 1]);
  });

  it('a subscription over SSE masks errors in events and ends a stream that throws with an event', async () => {
    const { url, logged } = await serve();
    const text = await (await post(url, { query: 'subscription {ticks(to: 2, fail: true) {seq broken}}' }, stream)).text();
    expect(text.match(/"code":"INTERNAL"/g)).toHaveLength(2);
    expect(text).not.toContain('secret in');
    expect(text).toMatch(/event: complete\ndata:\n\n$/);
    expect(logged).toHaveLength(2);
  });

  it('a subscription over SSE tells why nothing was subscribed as an event, since clients try any other status again', async () => {
    const { url } = await serve();
    for (const [query, code] of [
      ['subscription {hopeless {seq}}', 'INTERNAL'],
      ['subscription {nothing}', 'BAD_REQUEST'],
      ['subscription {ticks(to: 1) {... @defer {seq}}}', 'BAD_REQUEST'],
      ['subscription {', 'BAD_REQUEST'],
    ] as const) {
      const response = await post(url, { query }, stream);
      const events = await all(response);
      expect(response.status).toBe(200);
      expect(events.map(({ event }) => event)).toEqual([':', 'next', 'complete']);
      expect(JSON.parse(events[1]?.data ?? '')).toMatchObject({ errors: [{ extensions: { code } }] });
    }
  });

  it('a subscription over SSE beats while nothing happens', async () => {
    const { url } = await serve({ limits: { heartbeatMs: 10 } });
    const controller = new AbortController();
    const events = eventsOf(await post(url, { query: 'subscription {silent {seq}}' }, stream, controller.signal));
    const beats = [await events.next(), await events.next(), await events.next()];
    expect(beats.map(({ value }) => value?.event)).toEqual([':', ':', ':']);
    controller.abort();
  });
});

describe('a client that leaves', () => {
  it.each(['silent', 'late'])(
    'a client that leaves stops upstream at once, also before the first event or the subscription itself (%s)',
    async (field) => {
      const { url, tickers, closed, gate } = await serve();
      const controller = new AbortController();
      post(url, { query: `subscription {${field} {seq}}` }, stream, controller.signal).catch(() => {});
      await until(() => tickers.signals.length === 1);
      controller.abort();
      await until(() => tickers.signals[0]?.aborted === true);
      await until(() => closed.length === 1);
      gate.open();
      if (field === 'late') await until(() => tickers.returned === 1);
    },
  );

  it('a client that leaves stops a query that is still running', async () => {
    const { url, tickers, closed } = await serve();
    const controller = new AbortController();
    post(url, { query: '{held}' }, {}, controller.signal).catch(() => {});
    await until(() => tickers.signals.length === 1);
    controller.abort();
    await until(() => tickers.signals[0]?.aborted === true && closed.length === 1);
  });

  it('a client that leaves stops an operation that is still being opened', async () => {
    const signals: AbortSignal[] = [];
    const { url, closed } = await serve({
      openOperation: (input) => {
        signals.push(input.signal);
        return new Promise((_, reject) => input.signal.addEventListener('abort', () => reject(input.signal.reason)));
      },
    });
    const controller = new AbortController();
    post(url, { query: '{hello}' }, {}, controller.signal).catch(() => {});
    await until(() => signals.length === 1);
    controller.abort();
    await until(() => signals[0]?.aborted === true);
    expect(closed).toEqual([]);
  });
});

describe('a client that stops reading', () => {
  const head = 'POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: text/event-stream\r\n';
  const body = JSON.stringify({ query: 'subscription {ticks(to: 100000, bytes: 10000) {seq text}}' });
  const request = `${head}Content-Length: ${body.length}\r\n\r\n${body}`;

  it('a client that stops reading stops the source, and goes on where it was when it reads again', async () => {
    const { url, tickers } = await serve();
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request));
    socket.pause();
    const stalledAt = await settledCount(() => tickers.pulled);
    expect(stalledAt).toBeLessThan(5_000);
    socket.resume();
    await until(() => tickers.pulled > stalledAt + 100);
    socket.destroy();
    await until(() => tickers.returned === 1);
  });

  it('a client that stops reading is disconnected when that lasts', async () => {
    const { url, tickers, closed } = await serve({ limits: { writeIdleMs: 50 } });
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request));
    socket.pause();
    await until(() => tickers.returned === 1 && closed.length === 1);
    expect(tickers.signals[0]?.aborted).toBe(true);
    socket.destroy();
  });
});

/** The count when it has not moved for twenty looks. */
async function settledCount(count: () => number): Promise<number> {
  let last = -1;
  for (let same = 0; same < 20; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    const now = count();
    same = now === last && now > 0 ? same + 1 : 0;
    last = now;
  }
  return last;
}
