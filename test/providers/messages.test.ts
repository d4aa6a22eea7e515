/** What servers of the Messages API really send, played byte for byte, against what it means; and what they are sent. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import { type Chunk, emptyCompletion, withChunk } from '../../src/core/chunk.ts';
import type { Usage } from '../../src/core/money.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../src/core/request/request.ts';
import { anthropicProvider } from '../../src/providers/anthropic.ts';
import type { SendOptions } from '../../src/providers/provider.ts';
import { outcomeOf, sendOptions } from '../contracts/provider.ts';
import { type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { begins, call, closes, ends, opens, piece, says, stops, text, whole } from '../wires/messages/reading.ts';

let upstream: RawUpstream;
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(() => upstream.close());

const model = 'claude-sonnet-4-5';
const provider = () => anthropicProvider({ apiKey: null, baseUrl: `${upstream.url}/v1` });
const event = (data: object): string => `event: ${Object(data).type}\ndata: ${JSON.stringify(data)}\n\n`;
const stream = (...events: readonly object[]): string => events.map(event).join('');
const hello = stream(begins(), opens(text), says('Hello world.'), closes());
const used = (fresh: number, read: number, write: number, output: number): Usage => ({
  freshInputTokens: fresh,
  cacheReadTokens: read,
  cacheWriteTokens: write,
  outputTokens: output,
  reasoningTokens: 0,
});

/** What is said, and what it cost. */
async function read(reply: RawReply, settings: Partial<SendOptions> = {}, request: CompletionRequest = completionRequest('Hi')) {
  upstream.plays(reply);
  const options = sendOptions(model, settings);
  const chunks: Chunk[] = [];
  for await (const chunk of chunkByChunk(provider().send(request, options))) chunks.push(chunk);
  return { ...chunks.reduce(withChunk, emptyCompletion), chunks, reported: options.reported };
}

async function failed(reply: RawReply, request: CompletionRequest = completionRequest('Hi')) {
  upstream.plays(reply);
  return outcomeOf(provider().send(request, sendOptions(model)));
}

async function sent(request: CompletionRequest, id = model): Promise<Record<string, unknown>> {
  upstream.plays({ pieces: [hello, stream(ends(), stops)] });
  for await (const _chunk of provider().send(request, sendOptions(id)));
  return upstream.requests.at(-1)?.json() as Record<string, unknown>;
}

describe('an answer ends where it ends, whatever the connection does', () => {
  it.each<[string, readonly string[], RawReply['ending']]>([
    ['a reset behind message_stop', [stream(ends(), stops)], 'reset'],
    ['a socket that stays open behind message_stop', [stream(ends(), stops)], 'hang'],
    ['a reset behind message_delta', [stream(ends())], 'reset'],
    ['a socket that stays open behind message_delta', [stream(ends())], 'hang'],
    ['a body that ends behind message_delta', [stream(ends())], 'end'],
    ['an event that is cut behind message_delta', [stream(ends()), 'event: message_stop\ndata: {"ty'], 'reset'],
    ['text behind message_stop', [stream(ends(), stops, says('ghost'))], 'end'],
    ['an error behind message_stop', [stream(ends(), stops, { type: 'error', error: { type: 'api_error' } })], 'end'],
  ])('an answer ends where it ends, whatever the connection does: %s', async (_, pieces, ending = 'end') => {
    const { text: said, finishReason, reported } = await read({ pieces: [hello, ...pieces], ending }, { idleMs: 300 });
    expect({ said, finishReason, reported }).toEqual({ said: 'Hello world.', finishReason: 'stop', reported: [used(10, 0, 0, 2)] });
  });

  it.each<[string, RawReply['ending']]>([
    ['the body ends', 'end'],
    ['the connection breaks', 'reset'],
  ])('an answer ends where it ends, whatever the connection does, and is none where %s before its reason', async (_, ending = 'end') => {
    const { said, error } = await failed({ pieces: [hello], ending });
    expect(said).toEqual([{ type: 'text', text: 'Hello world.' }]);
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { phase: 'mid-stream' } });
  });

  it('an answer ends where it ends, whatever the connection does, whether it was streamed or not', async () => {
    for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'text/event-stream' }]) {
      const { text: said, finishReason, reported } = await read({ headers, pieces: [whole([{ type: 'text', text: 'Hello world.' }])] });
      expect({ said, finishReason, reported }).toEqual({ said: 'Hello world.', finishReason: 'stop', reported: [used(10, 0, 0, 2)] });
    }
  });
});

describe('what comes between', () => {
  it.each<[string, readonly object[]]>([
    ['an event that nobody knows', [begins(), { type: 'brand_new', x: 1 }, opens(text), says('Hello world.'), closes()]],
    ['a text that begins in its block', [begins(), opens({ type: 'text', text: 'Hello ' }), says('world.'), closes()]],
    ['pings', [{ type: 'ping' }, begins(), { type: 'ping' }, says('Hello world.'), { type: 'ping' }]],
    ['a block that nobody knows', [begins(), opens({ type: 'brand_new' }), closes(), opens(text, 1), says('Hello world.', 1), closes(1)]],
  ])('what comes between is passed over or read: %s', async (_, events) => {
    const { text: said, finishReason } = await read({ pieces: [stream(...events, ends(), stops)] });
    expect({ said, finishReason }).toEqual({ said: 'Hello world.', finishReason: 'stop' });
  });

  it('what comes between undoes no count', async () => {
    const start = begins({ usage: { input_tokens: 10, cache_read_input_tokens: 64, cache_creation_input_tokens: 7 } });
    const end = ends('end_turn', { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 2 });
    expect((await read({ pieces: [stream(start, says('Hi'), end, stops)] })).reported).toEqual([used(10, 64, 7, 2)]);
  });

  it('what comes between does not mix up the arguments of a call', async () => {
    const start = opens(call({ input: { x: 1 } }));
    const { parts } = await read({ pieces: [stream(begins(), start, piece('{"x"'), piece(':1}'), closes(), ends('tool_use'), stops)] });
    expect(parts).toEqual([{ type: 'tool-call', id: 'toolu_1', name: 'weather', arguments: { x: 1 } }]);
  });
});

describe('a refusal', () => {
  const refusal = (type: string, message: string) => ({ type: 'error', error: { type, message }, request_id: 'req_1' });
  const available = { code: 'MODEL_UNAVAILABLE', retryable: true };
  const overloaded = refusal('overloaded_error', 'Overloaded');
  it.each<[string, readonly object[], object]>([
    ['as the first event', [overloaded], { ...available, details: { phase: 'before-content', about: 'deployment' } }],
    ['after the beginning', [begins(), overloaded], { ...available, details: { phase: 'before-content' } }],
    ['in the middle', [begins(), says('Hi'), overloaded], { ...available, details: { phase: 'mid-stream' } }],
    ['of the rate', [refusal('rate_limit_error', 'Too fast.')], available],
    ['of a long prompt', [refusal('invalid_request_error', 'prompt is too long: 9 tokens > 8 maximum')], { code: 'CONTEXT_TOO_LONG' }],
    ['of what was asked', [refusal('invalid_request_error', 'tools.0: no.')], { code: 'BAD_REQUEST' }],
  ])('a refusal inside the stream is what it says %s', async (_, events, expected) => {
    expect((await failed({ pieces: [stream(...events)] })).error).toMatchObject(expected);
  });

  const credit = 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade.';
  const spent = {
    code: 'MODEL_UNAVAILABLE',
    retryable: false,
    message: expect.stringContaining('no credit left'),
    details: { about: 'deployment' },
  };
  it('a refusal for want of credit speaks of the account, also with status 400', async () => {
    const body = refusal('invalid_request_error', credit);
    const headers = { 'content-type': 'application/json' };
    expect((await failed({ status: 400, headers, pieces: [JSON.stringify(body)] })).error).toMatchObject(spent);
    expect((await failed({ pieces: [stream(body)] })).error).toMatchObject(spent);
  });

  it('a refusal that only repeats such words of the caller speaks of the request', async () => {
    const named = { name: 'billing_error', description: null, parameters: { type: 'object', properties: {} } };
    for (const [quoted, request] of [
      [`stop_sequences.0: "${credit}"`, completionRequest('Hi', { stop: [credit] })],
      ['tools.0.name: "billing_error"', completionRequest('Hi', { tools: [named] })],
      [`"message":"${credit}"`, completionRequest(`{"message":"${credit}"}`)],
    ] as const) {
      const body = JSON.stringify(refusal('invalid_request_error', quoted));
      const reply = { status: 400, headers: { 'content-type': 'application/json' }, pieces: [body] };
      expect((await failed(reply, request)).error).toMatchObject({ code: 'BAD_REQUEST', retryable: false });
    }
  });
});

describe('a history', () => {
  const user = (...texts: readonly string[]): Message => ({ role: 'user', content: texts.map((one) => ({ type: 'text', text: one })) });
  const calls = (...ids: readonly string[]): Message => ({
    role: 'assistant',
    content: ids.map((id) => ({ type: 'tool-call', id, name: 'weather', arguments: {} })),
  });
  const results = (...ids: readonly string[]): Message => ({
    role: 'tool',
    content: ids.map((callId, at) => ({ type: 'tool-result', callId, content: `${at}`, isError: false })),
  });

  it('a history of another vendor has ids that Anthropic accepts, those of a call and its result alike', async () => {
    const ids = ['call:1/é x', 'call_1___x', 'call:1/è x', '', 'toolu_ok-1'];
    const { messages } = (await sent(completionRequest([user('Hi'), calls(...ids), results(...ids.toReversed())]))) as {
      messages: { content: { id?: string; tool_use_id?: string }[] }[];
    };
    const written = messages[1]?.content.map(({ id }) => id) ?? [];
    expect(messages[2]?.content.map((block) => block.tool_use_id)).toEqual(written.toReversed());
    expect(new Set(written).size).toBe(ids.length);
    for (const id of written) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(written.at(-1)).toBe('toolu_ok-1');
  });

  it('a history in which a vendor gave one id to two calls has two', async () => {
    const history = [user('Hi'), calls('call_0', 'call_0'), results('call_0', 'call_0'), calls('call_0'), results('call_0')];
    const { messages } = (await sent(completionRequest(history))) as { messages: { content: Record<string, unknown>[] }[] };
    expect(messages.flatMap(({ content }) => content.flatMap((block) => block['id'] ?? block['tool_use_id'] ?? []))).toEqual([
      'call_0',
      'call_0_2',
      'call_0',
      'call_0_2',
      'call_0_3',
      'call_0_3',
    ]);
  });

  it('a history has no empty texts, no empty messages, and neighbours of one role in one message', async () => {
    const { system, messages } = await sent(
      completionRequest([
        { role: 'system', content: [{ type: 'text', text: '' }] },
        user('hello', ''),
        { role: 'assistant', content: [{ type: 'text', text: ' \n' }] },
        user(''),
        user('again'),
      ]),
    );
    expect(system).toBeUndefined();
    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hello' },
          { type: 'text', text: 'again' },
        ],
      },
    ]);
  });

  it('a history has results before the text that stands with them, and calls behind text', async () => {
    const answer: Message = { role: 'assistant', content: [...calls('a').content, { type: 'text', text: 'I looked.' }] };
    const { messages } = await sent(completionRequest([user('Hi'), answer, user('And?'), results('a')]));
    expect(messages).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ type: 'text' }, { type: 'tool_use' }] },
      { role: 'user', content: [{ type: 'tool_result' }, { type: 'text', text: 'And?' }] },
    ]);
  });
});

describe('what a body needs beside it', () => {
  it('what a body needs beside it is sent as betas, and nothing where it needs nothing', async () => {
    await sent(completionRequest('Hi'));
    expect(upstream.requests.at(-1)?.headers).toMatchObject({ 'anthropic-version': '2023-06-01', 'x-api-key': 'unused' });
    expect(upstream.requests.at(-1)?.headers).not.toHaveProperty('anthropic-beta');
    const providerOptions = { speed: 'fast', anthropicBeta: ['mine-2026-01-01'] };
    const file: Message = { role: 'user', content: [{ type: 'file', base64: 'JVBERi0=', mediaType: 'application/pdf', name: null }] };
    await sent(completionRequest([file], { providerOptions }));
    expect(upstream.requests.at(-1)?.headers['anthropic-beta']).toBe('pdfs-2024-09-25,fast-mode-2026-02-01,mine-2026-01-01');
  });
});

describe('JSON of a schema', () => {
  const schema = { type: 'object', properties: { city: { type: 'string', minLength: 2 } }, required: ['city'] };
  const open = { type: 'object', additionalProperties: { type: 'string' } };
  const tree = { type: 'object', properties: { kids: { type: 'array', items: { $ref: '#' } } }, required: ['kids'] };
  const asking = (of: object): CompletionRequest => completionRequest('Hi', { output: { format: 'json', schema: { ...of } } });

  it('JSON of a schema is held by a grammar where model and schema allow it', async () => {
    const { output_config, tools } = await sent(asking(schema));
    expect(tools).toBeUndefined();
    expect(output_config).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: { city: { type: 'string', description: '(minLength: 2)' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    });
  });

  it.each([
    ['a model without grammars', 'claude-3-haiku-20240307', schema],
    ['a schema that takes fields of any name', model, open],
    ['a schema that refers to itself', model, tree],
  ])('JSON of a schema is what a tool takes with %s', async (_, id, of) => {
    const body = await sent(asking(of), id);
    expect(body).toMatchObject({
      tools: [{ name: 'json', input_schema: of }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
    });
    expect(body).not.toHaveProperty('output_config');
    const answer = stream(begins(), opens(call({ name: 'json' })), piece('{"city":'), piece('"Oslo"}'), closes(), ends('tool_use'), stops);
    upstream.plays({ pieces: [answer] });
    const chunks: Chunk[] = [];
    for await (const chunk of chunkByChunk(provider().send(asking(of), sendOptions(id)))) chunks.push(chunk);
    expect(chunks.reduce(withChunk, emptyCompletion)).toMatchObject({ text: '{"city":"Oslo"}', finishReason: 'stop' });
  });
});
