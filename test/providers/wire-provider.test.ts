import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { Usage } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { Secret } from '../../src/core/secret.ts';
import { type Fetch, fetchAround, sharedFetch } from '../../src/outbound/pooled-fetch.ts';
import type { AnswerOptions, SendOptions } from '../../src/providers/provider.ts';
import { wireProvider } from '../../src/providers/wire-provider.ts';
import { isObject, objectOf, parseJson, textOf } from '../../src/wires/json-fields.ts';
import type { Wire } from '../../src/wires/wire.ts';
import { WireFailure, type WireFailureKind } from '../../src/wires/wire-failure.ts';
import { outcomeOf, sendOptions, until } from '../contracts/provider.ts';
import { newGate, type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';

const counted: Usage = { freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };

/** A wire with the least that a wire can have: `{text}`, `{stop}`, `{usage}`, `{end}` and `{fails}`. */
const smallWire: Pick<Wire<{ readonly loud: boolean }>, 'encodeRequest' | 'decodeAnswer' | 'decodeEvents'> = {
  encodeRequest: ({ messages }, { model, stream, loud }) => ({
    body: { model, stream, loud, parts: messages.flatMap(({ content }) => content) },
    warnings: loud ? ['It is loud.'] : [],
  }),
  decodeAnswer: (body) => ({
    chunks: [
      { type: 'text', text: textOf(objectOf(body)['text']) },
      { type: 'finish', reason: 'stop' },
    ],
    usage: counted,
  }),
  decodeEvents() {
    let complete = false;
    let ended = false;
    let usage: Usage | null = null;
    const finish: Chunk = { type: 'finish', reason: 'stop' };
    return {
      take({ data }) {
        const event = parseJson(data);
        if (!isObject(event)) throw new WireFailure('unreadable');
        if ('fails' in event) throw new WireFailure(textOf(event['fails']) as WireFailureKind, { status: 503 });
        if ('usage' in event) usage = counted;
        if ('stop' in event) complete = true;
        if ('end' in event) ended = true;
        return 'text' in event ? [{ type: 'text', text: textOf(event['text']) }] : ended ? [finish] : [];
      },
      end() {
        if (!complete) throw new WireFailure('cut');
        return [finish];
      },
      get complete() {
        return complete;
      },
      get ended() {
        return ended;
      },
      get usage() {
        return usage;
      },
    };
  },
};

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
const says = event({ text: 'Hi.' });
const [stops, counts, ends] = [event({ stop: true }), event({ usage: true }), event({ end: true })];

describe('a provider over a wire', () => {
  let upstream: RawUpstream;
  beforeAll(async () => {
    upstream = await rawUpstream();
  });
  afterAll(() => upstream.close());

  const provider = (settings: { readonly loud: boolean } = { loud: false }, fetch: Fetch = sharedFetch) =>
    wireProvider({
      fetch,
      name: 'small',
      apiKey: new Secret('sk-canary'),
      url: (model, stream) => `${upstream.url}/${model}?stream=${stream}`,
      headers: () => ({ authorization: 'Bearer sk-canary' }),
      wire: smallWire,
      settings,
    });
  const asked = async (reply: RawReply, settings: Partial<SendOptions> = {}) => {
    upstream.plays(reply);
    const options = sendOptions('m', settings);
    const said: Chunk[] = [];
    for await (const chunk of chunkByChunk(provider().send(completionRequest('Say hi.'), options))) said.push(chunk);
    return { said, reported: options.reported };
  };
  const refused = async (reply: RawReply, settings: Partial<SendOptions> = {}) => {
    upstream.plays(reply);
    const options = sendOptions('m', settings);
    return { ...(await outcomeOf(provider().send(completionRequest('Say hi.'), options))), reported: options.reported };
  };
  /** As a whole answer. */
  const answered = async (reply: RawReply, settings: Partial<AnswerOptions> = {}, fetch?: Fetch) => {
    upstream.plays(reply);
    const options = { ...sendOptions('m'), withinMs: 60_000, ...settings };
    const said = await (provider(undefined, fetch).answer?.(completionRequest('Say hi.'), options) ?? expect.unreachable());
    return { said, reported: options.reported };
  };
  const whole = [
    { type: 'text', text: 'Hi.' },
    { type: 'finish', reason: 'stop' },
  ];

  it('a provider over a wire sends the encoded request with its headers', async () => {
    await asked({ pieces: [says, stops, counts, ends] });
    const { headers, path, body } = upstream.requests.at(-1) ?? expect.unreachable();
    expect(path).toBe('/m?stream=true');
    expect(headers).toMatchObject({ authorization: 'Bearer sk-canary', 'content-type': 'application/json' });
    expect(JSON.parse(body)).toEqual({ model: 'm', stream: true, loud: false, parts: [{ type: 'text', text: 'Say hi.' }] });
  });

  it('a provider over a wire says warnings before anything else', async () => {
    upstream.plays({ pieces: [says, stops, ends] });
    const chunks = chunkByChunk(provider({ loud: true }).send(completionRequest('Say hi.'), sendOptions('m')));
    expect(await chunks.next()).toEqual({ done: false, value: { type: 'warning', message: 'It is loud.' } });
    await chunks.return();
  });

  it('a provider over a wire sends images that are given by URL as bytes', async () => {
    upstream.plays({ pieces: [says, stops, ends] });
    const gif = Buffer.from('GIF89a..');
    const request = completionRequest([
      { role: 'user', content: [{ type: 'image', url: `data:image/gif;base64,${gif.toString('base64')}` }] },
    ]);
    for await (const _ of provider().send(request, sendOptions('m')));
    expect(upstream.requests.at(-1)?.json()).toMatchObject({
      parts: [{ type: 'image', mediaType: 'image/gif', base64: gif.toString('base64') }],
    });
  });

  /** A fetch that does something else, too, is read as a stream; without one, the connection is. */
  const ways: readonly (readonly [string, Fetch])[] = [
    ['by a client of its own', sharedFetch],
    ['through a fetch of the operator’s', fetchAround(sharedFetch, {})],
  ];
  const endings: readonly [string, RawReply][] = [
    ['the end comes and the body ends', { pieces: [says, stops, counts, ends] }],
    ['the connection breaks behind the end', { pieces: [says, stops, counts, ends], ending: 'reset' }],
    ['the connection stays open behind the end', { pieces: [says, stops, counts, ends], ending: 'hang' }],
    ['the connection breaks behind the finish reason and the usage', { pieces: [says, stops, counts], ending: 'reset' }],
    ['the connection falls silent behind the finish reason and the usage', { pieces: [says, stops, counts], ending: 'hang' }],
    ['what follows the finish reason cannot be read', { pieces: [says, stops, counts, 'data: {"us'], ending: 'end' }],
    ['more comes behind the end', { pieces: [says, stops, counts, ends, event({ text: 'ghost' })] }],
    ['a server that does not stream answers whole', { pieces: [JSON.stringify({ text: 'Hi.' })] }],
  ];
  it.each(endings)('a provider over a wire is whole, with its usage, where %s', async (_, reply) => {
    expect(await asked(reply, { idleMs: 200 })).toEqual({ said: whole, reported: [counted] });
  });

  it('a provider over a wire is asked whole where that is enough, and is read whether it comes whole or as a stream', async () => {
    expect(await answered({ pieces: [JSON.stringify({ text: 'Hi.' })] })).toEqual({ said: whole, reported: [counted] });
    expect(upstream.requests.at(-1)?.path).toBe('/m?stream=false');
    expect(upstream.requests.at(-1)?.json()).toMatchObject({ stream: false });
    expect(await answered({ pieces: [says, stops, counts, ends] })).toEqual({ said: whole, reported: [counted] });
  });

  describe.each(ways)('asked whole %s', (_, fetch) => {
    const text = JSON.stringify({ text: 'Hi.' });

    it.each<[string, RawReply]>([
      ...endings,
      ['the body comes in pieces', { pieces: [...text] }],
      ['the body falls silent behind the answer', { pieces: [text], ending: 'hang' }],
      ['the connection breaks behind the answer', { pieces: [text], ending: 'reset' }],
      ['the body is compressed', { headers: { 'content-encoding': 'gzip' }, pieces: [gzipSync(text)] }],
      ['blanks follow the answer', { pieces: [text, '\n', ' '] }],
    ])('is whole, with its usage, where %s', async (_, reply) => {
      expect(await answered(reply, {}, fetch)).toEqual({ said: whole, reported: [counted] });
    });

    it.each<[string, RawReply, object]>([
      ['is not there', {}, { code: 'MODEL_UNAVAILABLE', retryable: true }],
      ['is cut', { pieces: ['{"text": "Hi'] }, { message: expect.stringContaining('broke off its answer') }],
      ['is reset', { pieces: ['{"text": "Hi'], ending: 'reset' }, { code: 'MODEL_UNAVAILABLE', retryable: true }],
      [
        'is cut while it is compressed',
        { headers: { 'content-encoding': 'gzip' }, pieces: [gzipSync(text).subarray(0, 12)] },
        { retryable: true },
      ],
      ['says that it failed', { pieces: [event({ fails: 'refused' })] }, { details: { about: 'deployment' } }],
      ['is a refusal', { status: 429, headers: { 'retry-after': '3' }, pieces: ['{}'] }, { details: { retryAfterMs: 3_000 } }],
      [
        'is a refusal that breaks off',
        { status: 429, pieces: ['{'], ending: 'reset' },
        { retryable: true, details: { about: 'deployment' } },
      ],
      ['is a redirect', { status: 307, headers: { location: '/elsewhere' } }, { code: 'MODEL_UNAVAILABLE', retryable: false }],
    ])('fails where the answer %s', async (_, reply, failure) => {
      await expect(answered(reply, {}, fetch)).rejects.toMatchObject(failure);
    });

    it('is over with the chunk after which no more is wanted, and stops upstream', async () => {
      const reply: RawReply = { pieces: [says, says], ending: 'hang' };
      const { said } = await answered(reply, { isEnough: () => true }, fetch);
      expect(said.at(-1)).toEqual({ type: 'finish', reason: 'length' });
      await upstream.requests.at(-1)?.closed;
      expect(upstream.requests.at(-1)?.cut()).toBe(true);
    });

    it('uses connections again', async () => {
      const before = upstream.connections();
      for (let times = 0; times < 20; times += 1) await answered({ pieces: [text] }, {}, fetch);
      expect(upstream.connections() - before).toBeLessThan(10);
    });

    it('tells when the request is on its way', async () => {
      const sent: string[] = [];
      await answered({ pieces: [text] }, { sent: () => sent.push('sent') }, fetch);
      expect(sent).toEqual(['sent']);
    });
  });

  it('a provider over a wire fails as cut where a whole answer breaks off', async () => {
    await expect(answered({ pieces: ['{"text": "Hi'] })).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('broke off its answer'),
      details: { phase: 'before-content' },
    });
  });

  it.each<[string, RawReply]>([
    ['before the answer began', { pieces: [newGate()], ending: 'hang' }],
    ['in the middle of it', { pieces: ['{"text": "Hi'], ending: 'hang' }],
  ])('a provider over a wire stops upstream at once when a whole answer is cancelled %s', async (_, reply) => {
    const controller = new AbortController();
    const before = upstream.requests.length;
    const answer = answered(reply, { signal: controller.signal });
    answer.catch(() => {});
    await until(() => upstream.requests.length > before);
    controller.abort(new GatewayError('CANCELLED', 'Left.'));
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED', message: 'Left.' });
    await upstream.requests.at(-1)?.closed;
    expect(upstream.requests.at(-1)?.cut()).toBe(true);
  });

  it('a provider over a wire fails as a stall, and stops upstream, where a whole answer is not there in time', async () => {
    const before = upstream.requests.length;
    // On a slow machine a short time passes before the request arrives, and shows nothing of upstream.
    for (let withinMs = 200; upstream.requests.length === before; withinMs *= 4) {
      await expect(answered({ pieces: ['{"text": "Hi'], ending: 'hang' }, { withinMs })).rejects.toMatchObject({ code: 'STREAM_STALLED' });
    }
    await upstream.requests.at(-1)?.closed;
  });

  it('a provider over a wire asks for nothing whole when the signal has fired before', async () => {
    const before = upstream.requests.length;
    await expect(answered({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(upstream.requests).toHaveLength(before);
  });

  it('a provider over a wire is whole where the connection falls silent behind the finish reason, and no usage comes', async () => {
    expect(await asked({ pieces: [says, stops], ending: 'hang' }, { idleMs: 200 })).toEqual({ said: whole, reported: [] });
  });

  it('a provider over a wire fails as a stall where the connection falls silent before the finish reason', async () => {
    const { said, error } = await refused({ pieces: [says], ending: 'hang' }, { idleMs: 200 });
    expect(said).toEqual([{ type: 'text', text: 'Hi.' }]);
    expect(error.code).toBe('STREAM_STALLED');
  });

  it('a provider over a wire fails where the body ends before the finish reason', async () => {
    const { error } = await refused({ pieces: [says, counts] });
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { phase: 'mid-stream' } });
    expect(error.message).toContain('broke off its answer');
  });

  it('a provider over a wire tells what an answer cost that failed at its end', async () => {
    const { error, reported } = await refused({ pieces: [stops, counts, event({ fails: 'empty' })] });
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', details: { phase: 'before-content', about: 'request' } });
    expect(reported).toEqual([counted]);
  });

  it('a provider over a wire finishes with content-filter where the vendor declines the content, in the answer or by its status', async () => {
    const filtered = [{ type: 'finish', reason: 'content-filter' }];
    expect((await asked({ pieces: [event({ fails: 'content' })] })).said).toEqual(filtered);
    const body = JSON.stringify({ error: { code: 'content_filter' } });
    expect((await asked({ status: 400, pieces: [body] })).said).toEqual(filtered);
  });

  it('a provider over a wire reads the status of a refusal, and of an error inside an answer', async () => {
    const limited = await refused({ status: 429, headers: { 'retry-after': '3' }, pieces: ['{}'] });
    expect(limited.error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { retryAfterMs: 3_000 } });
    const failed = await refused({ pieces: [event({ fails: 'refused' })] });
    expect(failed.error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { about: 'deployment' } });
  });

  it('a provider over a wire follows no redirect', async () => {
    const { error } = await refused({ status: 307, headers: { location: `${upstream.url}/elsewhere` } });
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false });
    expect(upstream.requests.at(-1)?.path).toBe('/m?stream=true');
  });

  it('a provider over a wire uses the connection again after an answer whose body ended late', async () => {
    const gate = newGate();
    upstream.plays({ pieces: [says, stops, counts, ends, gate, ': bye\n\n'] }, { pieces: [says, stops, counts, ends] });
    for await (const _ of provider().send(completionRequest('Say hi.'), sendOptions('m')));
    gate.open();
    await upstream.requests.at(-1)?.closed;
    const before = upstream.connections();
    for await (const _ of provider().send(completionRequest('Say hi.'), sendOptions('m')));
    expect(upstream.connections()).toBe(before);
  });

  it('a provider over a wire has no embeddings where its vendor has none', async () => {
    const chunks = provider().send({ kind: 'embedding', texts: ['a'], dimensions: null }, sendOptions('m'));
    expect((await outcomeOf(chunks)).error).toMatchObject({ code: 'BAD_REQUEST' });
  });
});
