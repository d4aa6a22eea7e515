/**
 * What breaks other gateways, tried on every wire over real sockets. `promise-44-the-end-of-the-answer.test.ts` has how answers end, `upstream/refusal-words.test.ts`
 * what vendors write when they refuse, and `chat-completions.test.ts` the dialects of that wire.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import { type Chunk, emptyCompletion, withChunk } from '../../src/core/chunk.ts';
import type { Usage } from '../../src/core/money.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../src/core/request/request.ts';
import { outcomeOf, sendOptions } from '../contracts/provider.ts';
import { type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { anthropic, compatible, type Dialect, google, openai } from './dialects.ts';

let upstream: RawUpstream;
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(() => upstream.close());

const event = (data: object): string => `data: ${JSON.stringify(data)}\n\n`;
const named = (data: { readonly type: string; readonly [field: string]: unknown }): string => `event: ${data.type}\n${event(data)}`;
const usual: Usage = { freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };

async function read(dialect: Dialect, reply: RawReply, request: CompletionRequest = completionRequest('Hi')) {
  upstream.plays(reply);
  const options = sendOptions(dialect.model);
  const chunks: Chunk[] = [];
  for await (const chunk of chunkByChunk(dialect.provider(upstream.url).send(request, options))) chunks.push(chunk);
  const { text, parts, finishReason, warnings } = chunks.reduce(withChunk, emptyCompletion);
  return { text, parts, finishReason, warnings, reported: options.reported };
}

async function failure(dialect: Dialect, reply: RawReply) {
  upstream.plays(reply);
  const before = upstream.requests.length;
  const options = sendOptions(dialect.model);
  const { error, said } = await outcomeOf(dialect.provider(upstream.url).send(completionRequest('Hi'), options));
  expect(upstream.requests.length - before).toBe(1);
  const { code, retryable, details } = error;
  return {
    code,
    retryable,
    phase: details.phase,
    retryAfterMs: details.retryAfterMs,
    about: details.about,
    said,
    reported: options.reported,
  };
}

const sentBody = async (dialect: Dialect, request: CompletionRequest): Promise<string> => {
  await read(dialect, { pieces: [dialect.begins, dialect.says('Hi.'), dialect.ends] }, request);
  return upstream.requests.at(-1)?.body ?? '';
};

/** In the words of each wire. */
interface Words {
  readonly dialect: Dialect;
  readonly thinks: string;
  readonly calls: string;
  /** Ends in good order, and says that tools are called. */
  readonly endsWithCalls: string;
  /** An answer that reached its maximum. */
  readonly endsAtMaximum: string;
}
const chat = (choice: object): string => event({ choices: [{ index: 0, ...choice }] });
const chatUsage = event({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 } });
const block = (index: number, content_block: object, delta: object): string =>
  named({ type: 'content_block_start', index, content_block }) +
  named({ type: 'content_block_delta', index, delta }) +
  named({ type: 'content_block_stop', index });
const messageEnds = (stop_reason: string): string =>
  named({ type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 2 } }) + named({ type: 'message_stop' });
const responseUsage = { input_tokens: 10, output_tokens: 2, total_tokens: 12 };
const gemini = (candidate: object, rest: object = {}): string => event({ candidates: [{ index: 0, ...candidate }], ...rest });
const geminiUsage = { usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 } };
const anthropicBegins = anthropic.begins.slice(0, anthropic.begins.indexOf('event: content_block_start'));

const wires: Readonly<Record<string, Words>> = {
  'Chat Completions': {
    dialect: compatible,
    thinks: chat({ delta: { reasoning_content: 'Hm.' } }),
    calls: chat({ delta: { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }] } }),
    endsWithCalls: chat({ delta: {}, finish_reason: 'tool_calls' }) + chatUsage,
    endsAtMaximum: chat({ delta: {}, finish_reason: 'length' }) + chatUsage,
  },
  Responses: {
    dialect: { ...openai, begins: '' },
    thinks: named({
      type: 'response.output_item.done',
      output_index: 0,
      item: { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    }),
    calls: named({
      type: 'response.output_item.done',
      output_index: 1,
      item: { id: 'fc_1', type: 'function_call', call_id: 'a', name: 'f', arguments: '{"x":1}' },
    }),
    endsWithCalls: named({ type: 'response.completed', response: { status: 'completed', output: [], usage: responseUsage } }),
    endsAtMaximum: named({
      type: 'response.incomplete',
      response: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [], usage: responseUsage },
    }),
  },
  Messages: {
    dialect: {
      ...anthropic,
      begins: anthropicBegins,
      says: (text) => block(0, { type: 'text', text: '' }, { type: 'text_delta', text }),
      ends: messageEnds('end_turn'),
    },
    thinks: block(0, { type: 'thinking', thinking: '' }, { type: 'thinking_delta', thinking: 'Hm.' }),
    calls: block(1, { type: 'tool_use', id: 'a', name: 'f', input: {} }, { type: 'input_json_delta', partial_json: '{"x":1}' }),
    endsWithCalls: messageEnds('tool_use'),
    endsAtMaximum: messageEnds('max_tokens'),
  },
  Gemini: {
    dialect: google,
    thinks: gemini({ content: { parts: [{ text: 'Hm.', thought: true }] } }),
    calls: gemini({ content: { parts: [{ functionCall: { id: 'a', name: 'f', args: { x: 1 } } }] } }),
    endsWithCalls: gemini({ finishReason: 'TOOL_CALLS' }, geminiUsage),
    endsAtMaximum: gemini({ finishReason: 'MAX_TOKENS' }, geminiUsage),
  },
};
const names = Object.keys(wires);

describe.each(names)('%s', (name) => {
  const { dialect, thinks, calls, endsWithCalls, endsAtMaximum } = wires[name] ?? expect.unreachable();
  const { begins, says, ends } = dialect;
  const hello = { text: 'Hello wörld 👋.', finishReason: 'stop', warnings: [], reported: [usual] };
  const stream = begins + says('Hello wörld 👋.') + ends;

  it.each([
    ['empty data', 'data:\n\ndata: \n\n'],
    ['pings', 'event: ping\ndata: {}\n\nevent: ping\ndata: {"type":"ping"}\n\n'],
    ['pings that are no JSON', 'event: ping\ndata: pong\n\n'],
    ['comments, ids and retries', ': PROCESSING\n\nid: 1\nretry: 100\n\n'],
    ['events that nobody knows', 'event: brand_new\ndata: {"type":"brand_new","x":1}\n\ndata: {"type":"brand_new"}\n\n'],
    ['JSON that is no object', 'data: null\n\ndata: 1\n\n'],
  ])('a provider passes over %s, wherever they stand', async (_, noise) => {
    const pieces = [noise, begins, noise, says('Hello wörld 👋.'), noise, ends];
    expect(await read(dialect, { pieces })).toMatchObject(hello);
  });

  it('a provider passes over fields that nobody knows, and an error that is null, in every event', async () => {
    const known = stream.replaceAll(/^data: \{/gm, 'data: {"error":null,"x_new":{"deep":[1]},');
    expect(await read(dialect, { pieces: [known] })).toMatchObject(hello);
  });

  it.each<[string, readonly string[]]>([
    ['CRLF', [stream.replaceAll('\n', '\r\n')]],
    ['CR', [stream.replaceAll('\n', '\r')]],
    ['a byte order mark', [`\ufeff${stream}`]],
    ['no blank behind the colon', [stream.replaceAll('data: ', 'data:')]],
    ['each character by itself', [...stream]],
  ])('a provider reads events with %s', async (_, pieces) => expect(await read(dialect, { pieces })).toMatchObject(hello));

  it('a provider reads characters that are cut in the middle', async () => {
    const bytes = Buffer.from(stream);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 3) }, (_one, at) => bytes.subarray(3 * at, 3 * at + 3));
    expect(await read(dialect, { pieces })).toMatchObject(hello);
  });

  it.each(['application/json', 'text/plain', 'application/octet-stream', ''])(
    'a provider reads events under the content type "%s"',
    async (type) => {
      expect(await read(dialect, { headers: type === '' ? {} : { 'content-type': type }, pieces: [stream] })).toMatchObject(hello);
    },
  );

  it('a provider takes reasoning without a word for no answer, with its cost', async () => {
    const { reported, ...told } = await failure(dialect, { pieces: [begins, thinks, ends] });
    expect(told).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, about: 'request' });
    expect(reported).toEqual([usual]);
  });

  it('a provider takes reasoning that reached the maximum for an answer that says so', async () => {
    const { parts, finishReason } = await read(dialect, { pieces: [begins, thinks, endsAtMaximum] });
    expect(parts).toMatchObject([{ type: 'reasoning', text: 'Hm.' }]);
    expect(finishReason).toBe('length');
  });

  it('a provider says that tools are called where they are, whatever the vendor says', async () => {
    for (const end of [ends, endsWithCalls]) {
      expect(await read(dialect, { pieces: [begins, says('Let me see.'), calls, end] })).toMatchObject({
        text: 'Let me see.',
        finishReason: 'tool-calls',
        parts: [{ type: 'text' }, { type: 'tool-call', id: 'a', name: 'f', arguments: { x: 1 } }],
      });
    }
  });

  it('a provider does not say that tools are called where none is', async () => {
    expect(await read(dialect, { pieces: [begins, says('Hi.'), endsWithCalls] })).toMatchObject({ text: 'Hi.', finishReason: 'stop' });
    expect(await failure(dialect, { pieces: [begins, endsWithCalls] })).toMatchObject({ code: 'MODEL_UNAVAILABLE', about: 'request' });
  });

  it('a provider says that the maximum was reached, also where it cut a call', async () => {
    expect(await read(dialect, { pieces: [begins, calls, endsAtMaximum] })).toMatchObject({ finishReason: 'length' });
  });

  it('a provider reads a prompt that is too long, and a rate, inside an answer with status 200', async () => {
    const inside = (why: 'too long' | 'rate'): RawReply => ({ pieces: [`data: ${String(dialect.refuses(why).pieces?.[0])}\n\n`] });
    expect(await failure(dialect, inside('too long'))).toMatchObject({ code: 'CONTEXT_TOO_LONG', retryable: false });
    expect(await failure(dialect, inside('rate'))).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, about: 'deployment' });
  });

  it.each<[string, number, Readonly<Record<string, string>>, object]>([
    [
      'a rate until a date',
      429,
      { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() },
      { code: 'MODEL_UNAVAILABLE', retryable: true, retryAfterMs: expect.any(Number) },
    ],
    ['a rate for seconds', 429, { 'retry-after': '7' }, { code: 'MODEL_UNAVAILABLE', retryable: true, retryAfterMs: 7_000 }],
    ['an overload', 529, {}, { code: 'MODEL_UNAVAILABLE', retryable: true }],
    ['a client that has left', 499, {}, { code: 'MODEL_UNAVAILABLE', retryable: false }],
    ['a redirect', 302, { location: 'https://elsewhere.example/' }, { code: 'MODEL_UNAVAILABLE', retryable: false }],
    ['a gateway in between', 504, { 'content-type': 'text/html' }, { code: 'MODEL_UNAVAILABLE', retryable: true }],
  ])('a provider settles %s by its status', async (_, status, headers, expected) => {
    expect(await failure(dialect, { status, headers, pieces: ['<html>no</html>'] })).toMatchObject({
      ...expected,
      phase: 'before-content',
    });
  });

  it('a provider sends no empty text, no message that is empty then, and ids of calls that the vendor takes', async () => {
    const text = (one: string): Message['content'][number] => ({ type: 'text', text: one });
    const history: readonly Message[] = [
      { role: 'user', content: [text('hello'), text('')] },
      { role: 'assistant', content: [text('')] },
      { role: 'user', content: [text('again')] },
      { role: 'assistant', content: [text(''), { type: 'tool-call', id: 'call:1/é x', name: 'f', arguments: {} }] },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'call:1/é x', content: 'x', isError: false }] },
    ];
    const body = await sentBody(dialect, completionRequest(history));
    expect(body).not.toMatch(/"(?:text|content)":""|"(?:parts|content)":\[\]/);
    if (name === 'Messages') {
      const [, called = '', answered] = /"id":"([^"]+)".*"tool_use_id":"([^"]+)"/.exec(body) ?? [];
      expect(called).toMatch(/^[a-zA-Z0-9_-]+$/);
      expect(answered).toBe(called);
    }
  });
});

describe('Messages alone', () => {
  const { dialect } = wires['Messages'] ?? expect.unreachable();
  it('Messages alone keep the input that was told at the beginning, where the end says 0', async () => {
    const end = named({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 0, output_tokens: 2 } });
    const { reported } = await read(dialect, { pieces: [dialect.begins, dialect.says('Hi.'), end, named({ type: 'message_stop' })] });
    expect(reported).toEqual([usual]);
  });

  it('Messages alone have the text that a block begins with', async () => {
    const pieces = [dialect.begins, block(0, { type: 'text', text: 'Hello ' }, { type: 'text_delta', text: 'world.' }), dialect.ends];
    expect(await read(dialect, { pieces })).toMatchObject({ text: 'Hello world.' });
  });

  it('Messages alone have arguments that come at the beginning of a block, and those that come as pieces', async () => {
    const begun = block(1, { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } }, { type: 'input_json_delta', partial_json: '' });
    const twice = block(
      1,
      { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
      { type: 'input_json_delta', partial_json: '{"x":1}' },
    );
    for (const call of [begun, twice]) {
      const { parts } = await read(dialect, { pieces: [dialect.begins, call, messageEnds('tool_use')] });
      expect(parts).toMatchObject([{ type: 'tool-call', arguments: { x: 1 } }]);
    }
  });
});

describe('Gemini alone', () => {
  const said = gemini({ content: { parts: [{ text: 'Hello' }], role: 'model' } });
  it.each<[string, object]>([
    ['no content', {}],
    ['content without parts', { content: { role: 'model' } }],
    ['no parts', { content: { parts: [] } }],
    ['parts that are null', { content: { parts: null } }],
    ['parts that are empty objects', { content: { parts: [{}, null, { text: '' }] } }],
  ])('Gemini alone keeps its text where a response has %s', async (_, candidate) => {
    const end = gemini({ ...candidate, finishReason: 'STOP' }, geminiUsage);
    expect(await read(google, { pieces: [gemini(candidate), said, gemini(candidate), end] })).toMatchObject({
      text: 'Hello',
      finishReason: 'stop',
      reported: [usual],
    });
    expect(await failure(google, { pieces: [gemini(candidate), end] })).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
      about: 'request',
    });
  });

  it.each([
    ['SAFETY', 'content-filter'],
    ['RECITATION', 'content-filter'],
    ['PROHIBITED_CONTENT', 'content-filter'],
    ['MAX_TOKENS', 'length'],
    ['OTHER', 'other'],
    ['BRAND_NEW', 'other'],
  ])('Gemini alone ends by %s as %s, behind a text', async (reason, finishReason) => {
    expect(await read(google, { pieces: [said, gemini({ finishReason: reason }, geminiUsage)] })).toMatchObject({
      text: 'Hello',
      finishReason,
    });
  });

  it('Gemini alone ends as a filter does where it blocks the prompt', async () => {
    const blocked = event({ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 10, totalTokenCount: 10 } });
    expect(await read(google, { pieces: [blocked] })).toMatchObject({ text: '', finishReason: 'content-filter' });
  });

  it('Gemini alone fails where its call is malformed', async () => {
    expect(await failure(google, { pieces: [gemini({ finishReason: 'MALFORMED_FUNCTION_CALL' }, geminiUsage)] })).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
    });
  });
});

describe('Responses alone', () => {
  const { dialect } = wires['Responses'] ?? expect.unreachable();
  const end = (type: string, response: object): string =>
    named({ type: `response.${type}`, response: { output: [], usage: responseUsage, ...response } });
  it.each<[string, string, string]>([
    ['the maximum', end('incomplete', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }), 'length'],
    ['a filter', end('incomplete', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }), 'content-filter'],
    [
      'a refusal',
      named({ type: 'response.refusal.done', item_id: 'msg_2', output_index: 1, refusal: ' No.' }) +
        end('completed', { status: 'completed' }),
      'content-filter',
    ],
  ])('Responses alone end by %s', async (_, ending, finishReason) => {
    expect(await read(dialect, { pieces: [dialect.says('Hello'), ending] })).toMatchObject({ finishReason, reported: [usual] });
  });

  it('Responses alone fail where the response does, and count nothing where it counts nothing', async () => {
    const failed = end('failed', { status: 'failed', error: { code: 'server_error', message: 'Oops.' } });
    expect(await failure(dialect, { pieces: [dialect.says('Hello'), failed] })).toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      phase: 'mid-stream',
    });
    const uncounted = end('completed', { status: 'completed', usage: undefined });
    expect(await read(dialect, { pieces: [dialect.says('Hello'), uncounted] })).toMatchObject({ text: 'Hello', reported: [] });
  });
});
