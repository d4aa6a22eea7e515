import { describe, expect, it } from 'vitest';
import type { Door } from '../../../src/doors/door.ts';
import { double, hangs, says } from '../../doubles.ts';
import { serve, until } from '../fixture.ts';
import { eventsOf, post, readAll } from '../http-client.ts';
import { messagesDoor } from './messages-door.ts';

const question = { model: 'default', max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] };

async function served(provider = says('Hi.')) {
  const all = await serve({ doors: [messagesDoor(provider)] });
  const url = String(new URL('/v1/messages', all.url));
  return { ...all, door: url, ask: (body: object = question, headers = {}, signal?: AbortSignal) => post(url, body, headers, signal) };
}

const answerOf = async (response: Response) => ({
  status: response.status,
  retry: response.headers.get('retry-after'),
  body: await response.json(),
});
const failure = (type: string, message: RegExp) => ({ type: 'error', error: { type, message: expect.stringMatching(message) } });

describe('a door without documents', () => {
  it('a door without documents answers at its paths, whole and as a stream, in its own protocol', async () => {
    const { ask, server } = await served();
    expect(await (await ask()).json()).toMatchObject({ type: 'message', content: [{ type: 'text', text: 'Hi.' }] });
    const events = await readAll(eventsOf(await ask({ ...question, stream: true })));
    expect([events[0]?.event, events.at(-1)?.event]).toEqual(['message_start', 'message_stop']);
    await until(() => server.activity().operations === 0);
  });

  it('a door without documents is named where a path has nothing, and refuses in its own form, also before it is asked', async () => {
    const { url, ask } = await served();
    const nothing = await fetch(new URL('/v2', url));
    expect(await nothing.json()).toMatchObject({ errors: [{ message: expect.stringMatching(/\/graphql, .*\/v1\.$/) }] });
    expect(await answerOf(await ask(question, { authorization: 'Bearer wrong' }))).toMatchObject({
      status: 401,
      body: failure('authentication_error', /not known/),
    });
    expect(await answerOf(await ask({ ...question, messages: [] }))).toMatchObject({
      status: 400,
      body: failure('invalid_request_error', /messages/),
    });
    const foreign = await ask(question, { origin: 'https://evil.example' });
    expect(await answerOf(foreign)).toMatchObject({ status: 403, body: failure('permission_error', /evil\.example/) });
  });

  it('a door without documents reads a body within the limits of the server', async () => {
    const { door } = await serve({ doors: [messagesDoor(says('Hi.'))], limits: { maxBodyBytes: 200 } }).then(({ url }) => ({
      door: String(new URL('/v1/messages', url)),
    }));
    const long = { ...question, messages: [{ role: 'user', content: 'x'.repeat(300) }] };
    expect((await answerOf(await post(door, long))).body).toMatchObject(failure('invalid_request_error', /accepts at most 200/));
  });

  it('a client that leaves a door without documents stops what it asked for', async () => {
    const provider = hangs('Hm');
    const { ask, server } = await served(provider);
    const leaving = new AbortController();
    const asked = ask(question, {}, leaving.signal);
    await until(() => provider.running() === 1);
    expect(server.activity().operations).toBe(1);
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await until(() => provider.aborted() === 1 && server.activity().operations === 0);
  });
});

describe('the way down', () => {
  it('the way down waits for a request at a door without documents, and refuses new ones there in its form', async () => {
    const gate = Promise.withResolvers<void>();
    const provider = double('gated', async function* () {
      await gate.promise;
      yield { type: 'text', text: 'Hi.' };
      yield { type: 'finish', reason: 'stop' };
    });
    const { ask, server } = await served(provider);
    const running = ask();
    await until(() => provider.running() === 1);
    const closed = server.close(60_000);
    expect(await answerOf(await ask())).toMatchObject({
      status: 529,
      retry: '1',
      body: failure('overloaded_error', /being stopped/),
    });
    gate.resolve();
    expect(await (await running).json()).toMatchObject({ content: [{ text: 'Hi.' }] });
    await closed;
  });

  it('the way down ends a request that outlasts the grace at a door without documents with a refusal in its form', async () => {
    const provider = hangs();
    const { ask, server } = await served(provider);
    const running = ask();
    await until(() => provider.running() === 1);
    const closed = server.close(1);
    expect(await answerOf(await running)).toMatchObject({ retry: '1', body: failure('api_error', /was stopped/) });
    await closed;
    expect(provider.aborted()).toBe(1);
  });

  it('the way down ends a stream that outlasts the grace at a door without documents with the last event of its protocol', async () => {
    const provider = hangs('Hm');
    const { ask, server } = await served(provider);
    const events = eventsOf(await ask({ ...question, stream: true }));
    await until(() => provider.running() === 1);
    const closed = server.close(1);
    const last = (await readAll(events)).at(-1);
    expect({ event: last?.event, data: JSON.parse(last?.data ?? '') }).toEqual({
      event: 'error',
      data: failure('api_error', /was stopped/),
    });
    await closed;
    expect(provider.aborted()).toBe(1);
  });

  it('the way down does not wait for a client that reads nothing of a door without documents, which hears that it has gone', async () => {
    const piece = 'x'.repeat(1_000_000);
    let heard: unknown = null;
    const endless: Door = {
      path: '/endless',
      async answer({ response, wrote }) {
        try {
          for (;;) {
            response.write(piece);
            await wrote();
          }
        } catch (error) {
          heard = error;
        }
      },
    };
    const { url, server } = await serve({ doors: [endless], limits: { writeIdleMs: 50 } });
    const unread = await fetch(new URL('/endless', url));
    await until(() => heard !== null);
    expect(heard).toMatchObject({ code: 'CANCELLED' });
    await server.close(60_000);
    await expect(unread.text()).rejects.toThrow();
  });
});
