/** What servers of Chat Completions really send, played byte for byte, against what it means. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import { type Chunk, emptyCompletion, withChunk } from '../../src/core/chunk.ts';
import type { Usage } from '../../src/core/money.ts';
import { type CompletionRequest, completionRequest } from '../../src/core/request/request.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { openaiCompatibleProvider } from '../../src/providers/openai-compatible.ts';
import type { Provider, SendOptions } from '../../src/providers/provider.ts';
import { outcomeOf, sendOptions } from '../contracts/provider.ts';
import { type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';

const event = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
const chunk = (choice: object, rest: object = {}): string =>
  event({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...choice }], ...rest });
const delta = (fields: object): string => chunk({ delta: fields, finish_reason: null });
const T = (content: string): string => delta({ content });
const F = (reason: string): string => chunk({ delta: {}, finish_reason: reason });
const counts = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
const U = event({ choices: [], usage: counts });
const DONE = 'data: [DONE]\n\n';
const used = (fresh: number, read: number, write: number, output: number, reasoning: number): Usage => ({
  freshInputTokens: fresh,
  cacheReadTokens: read,
  cacheWriteTokens: write,
  outputTokens: output,
  reasoningTokens: reasoning,
});
const usual = used(10, 0, 0, 2, 0);

let upstream: RawUpstream;
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(() => upstream.close());

const providers = {
  'openai-compatible': () => openaiCompatibleProvider({ name: 'server', baseUrl: `${upstream.url}/v1` }),
  'openai, chat': () => openaiProvider({ apiKey: null, baseUrl: `${upstream.url}/v1`, api: 'chat' }),
} satisfies Readonly<Record<string, () => Provider>>;

/** What is said, and what it cost. */
async function read(
  provider: Provider,
  reply: RawReply,
  settings: Partial<SendOptions> = {},
  request: CompletionRequest = completionRequest('Hi'),
) {
  upstream.plays(reply);
  const options = sendOptions('m', settings);
  const chunks: Chunk[] = [];
  for await (const one of chunkByChunk(provider.send(request, options))) chunks.push(one);
  return { ...chunks.reduce(withChunk, emptyCompletion), chunks, reported: options.reported };
}

async function failed(provider: Provider, reply: RawReply, settings: Partial<SendOptions> = {}) {
  const before = upstream.requests.length;
  upstream.plays(reply);
  const { said, error } = await outcomeOf(provider.send(completionRequest('Hi'), sendOptions('m', settings)));
  return { said, error, asked: upstream.requests.length - before };
}

describe.each(Object.keys(providers) as (keyof typeof providers)[])('%s', (name) => {
  const provider = () => providers[name]();

  describe('ends where the answer ends, whatever the connection does', () => {
    it.each<[string, readonly string[], RawReply['ending']]>([
      ['a reset behind [DONE]', [T('Hello world.'), F('stop'), U, DONE], 'reset'],
      ['a socket that stays open behind [DONE]', [T('Hello world.'), F('stop'), U, DONE], 'hang'],
      ['a reset behind the usage', [T('Hello world.'), F('stop'), U], 'reset'],
      ['a socket that stays open behind the usage', [T('Hello world.'), F('stop'), U], 'hang'],
      ['a body that ends behind the usage', [T('Hello world.'), F('stop'), U], 'end'],
      ['an event that is cut behind the usage', [T('Hello world.'), F('stop'), U, 'data: {"choi'], 'reset'],
      ['text behind [DONE]', [T('Hello world.'), F('stop'), U, DONE, T('ghost'), F('length')], 'end'],
      ['an error behind [DONE]', [T('Hello world.'), F('stop'), U, DONE, event({ error: { message: 'x' } })], 'end'],
      ['[DONE] without its blank line', [T('Hello world.'), F('stop'), U, 'data: [DONE]'], 'end'],
    ])('a provider of Chat Completions ends where the answer ends, whatever the connection does: %s', async (_, pieces, ending = 'end') => {
      const { text, finishReason, reported } = await read(provider(), { pieces, ending }, { idleMs: 300 });
      expect({ text, finishReason, reported }).toEqual({ text: 'Hello world.', finishReason: 'stop', reported: [usual] });
    });

    it.each<[string, readonly string[], RawReply['ending']]>([
      ['a reset behind the finish reason', [T('Hello world.'), F('stop')], 'reset'],
      ['a body that ends behind the finish reason', [T('Hello world.'), F('stop')], 'end'],
      ['a usage that is cut', [T('Hello world.'), F('stop'), U.slice(0, 30)], 'reset'],
    ])(
      'a provider of Chat Completions ends where the answer ends, whatever the connection does: %s: no usage',
      async (_, pieces, ending = 'end') => {
        const { text, finishReason, reported } = await read(provider(), { pieces, ending });
        expect({ text, finishReason, reported }).toEqual({ text: 'Hello world.', finishReason: 'stop', reported: [] });
      },
    );

    it('a provider of Chat Completions ends where the answer ends, whatever the connection does without a finish reason: [DONE] says that it is whole, with a warning', async () => {
      const { text, finishReason, warnings } = await read(provider(), { pieces: [T('Hello world.'), DONE] });
      expect({ text, finishReason }).toEqual({ text: 'Hello world.', finishReason: 'other' });
      expect(warnings).toEqual(['The model did not say why its answer ended.']);
    });

    it.each<[string, readonly string[], RawReply['ending']]>([
      ['the body ends', [T('Hello')], 'end'],
      ['the connection breaks', [T('Hello')], 'reset'],
      ['the body ends behind the usage', [T('Hello'), U], 'end'],
    ])('a stream of Chat Completions is no answer where %s without finish reason and [DONE]', async (_, pieces, ending = 'end') => {
      const { error } = await failed(provider(), { pieces, ending });
      expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { phase: 'mid-stream' } });
    });
  });

  describe('passes over what is no chunk', () => {
    it.each<[string, readonly string[]]>([
      ['usage without choices', [T('Hello world.'), F('stop'), event({ usage: counts })]],
      ['choices that are null', [event({ choices: null }), T('Hello world.'), F('stop'), U]],
      ['empty data', ['data:\n\n', T('Hello '), 'data: \n\n', T('world.'), 'data:\n\n', F('stop'), U]],
      ['pings', ['event: ping\ndata: {}\n\n', T('Hello '), 'event: ping\ndata: {"type": "ping"}\n\n', T('world.'), F('stop'), U]],
      ['pings that are no JSON', ['event: ping\ndata: ping\n\n', T('Hello world.'), 'data: keep-alive\n\n', F('stop'), U]],
      ['comments, ids and retries', [': OPENROUTER PROCESSING\n\n', 'id: 1\nretry: 100\n', T('Hello world.'), F('stop'), U]],
      [
        'an error that is null in every chunk',
        [chunk({ delta: { content: 'Hello world.' } }, { error: null }), chunk({ delta: {}, finish_reason: 'stop' }, { error: null }), U],
      ],
      [
        'filter results of Azure',
        [
          event({ choices: [], prompt_filter_results: [] }),
          T('Hello world.'),
          chunk({ finish_reason: null, content_filter_results: {} }),
          F('stop'),
          chunk({ finish_reason: null }),
          U,
        ],
      ],
      ['odd roles', [delta({ role: '', content: 'Hello ' }), delta({ role: null, content: 'world.' }), F('stop'), U]],
      ['JSON that is no object', ['data: null\n\n', 'data: 1\n\n', 'data: []\n\n', T('Hello world.'), F('stop'), U]],
      ['events of other kinds', [event({ object: 'progress', done: 3 }), T('Hello world.'), F('stop'), U]],
      ['finish reasons that are empty', [chunk({ delta: { content: 'Hello world.' }, finish_reason: '' }), F('stop'), U]],
    ])('a provider of Chat Completions passes over what is no chunk: %s', async (_, pieces) => {
      const { text, finishReason, reported, warnings } = await read(provider(), { pieces: [...pieces, DONE] });
      expect({ text, finishReason, reported, warnings }).toEqual({
        text: 'Hello world.',
        finishReason: 'stop',
        reported: [usual],
        warnings: [],
      });
    });
  });

  describe('reads event streams in every form', () => {
    const stream = [T('Hello wörld 👋.'), F('stop'), U, DONE].join('');
    it.each<[string, readonly string[]]>([
      ['CRLF', [stream.replaceAll('\n', '\r\n')]],
      ['CR', [stream.replaceAll('\n', '\r')]],
      ['a byte order mark', [`\ufeff${stream}`]],
      ['no blank behind the colon', [stream.replaceAll('data: ', 'data:')]],
      ['data over two lines', [stream.replace(',"object"', ',\ndata: "object"')]],
      ['each character by itself', [...stream]],
    ])('a provider of Chat Completions reads event streams in every form: %s', async (_, pieces) => {
      const { text, reported } = await read(provider(), { pieces });
      expect({ text, reported }).toEqual({ text: 'Hello wörld 👋.', reported: [usual] });
    });

    it.each(['application/json', 'text/plain', ''])(
      'a provider of Chat Completions reads event streams in every form under the content type "%s"',
      async (type) => {
        const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
        const { text } = await read(provider(), { headers, pieces: [stream] });
        expect(text).toBe('Hello wörld 👋.');
      },
    );
  });

  describe('reads a server that does not stream', () => {
    const message = { role: 'assistant', content: 'Hello world.' };
    it.each<[string, string]>([
      [
        'an answer as one JSON',
        JSON.stringify({ object: 'chat.completion', choices: [{ index: 0, message, finish_reason: 'stop' }], usage: counts }),
      ],
      ['an answer as one JSON, indented', JSON.stringify({ choices: [{ message, finish_reason: 'stop' }], usage: counts }, null, 2)],
      ['an answer as one event', `${event({ choices: [{ index: 0, message, finish_reason: 'stop' }], usage: counts })}${DONE}`],
    ])('a provider of Chat Completions reads a server that does not stream: %s', async (_, body) => {
      const { text, finishReason, reported } = await read(provider(), { headers: { 'content-type': 'application/json' }, pieces: [body] });
      expect({ text, finishReason, reported }).toEqual({ text: 'Hello world.', finishReason: 'stop', reported: [usual] });
    });

    it('a provider of Chat Completions reads a server that does not stream: calls of tools and reasoning in one JSON', async () => {
      const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } }];
      const whole = { role: 'assistant', content: null, reasoning_content: 'Hm.', tool_calls: calls };
      const { parts, finishReason } = await read(provider(), {
        pieces: [JSON.stringify({ choices: [{ index: 0, message: whole, finish_reason: 'tool_calls' }] })],
      });
      expect(parts).toEqual([
        { type: 'reasoning', text: 'Hm.' },
        { type: 'tool-call', id: 'a', name: 'f', arguments: { x: 1 } },
      ]);
      expect(finishReason).toBe('tool-calls');
    });

    it.each(['{"choices": [{"message": {"conte', '{}', '{"choices": []}', '[]', '<html>busy</html>', ''])(
      'a provider of Chat Completions reads a server that does not stream: no answer: %s',
      async (body) => {
        const { error } = await failed(provider(), { pieces: [body] });
        expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
      },
    );
  });

  describe('reads errors with status 200', () => {
    it.each<[string, object, object]>([
      [
        'a prompt that is too long',
        { error: { code: 'context_length_exceeded', message: "This model's maximum context length is 8192 tokens" } },
        { code: 'CONTEXT_TOO_LONG', retryable: false },
      ],
      ['an error that is text', { error: 'model is overloaded' }, { code: 'MODEL_UNAVAILABLE', retryable: true }],
      ['an error with a status', { error: { code: 429, message: 'Slow down' } }, { code: 'MODEL_UNAVAILABLE', retryable: true }],
      ['a status beside the error', { error: 'no', code: 401 }, { code: 'MODEL_UNAVAILABLE', retryable: false }],
      ['a status as text', { error: { code: '503', message: 'x' } }, { code: 'MODEL_UNAVAILABLE', retryable: true }],
      ['a wrong request', { error: { type: 'invalid_request_error', message: 'Bad tools' } }, { code: 'BAD_REQUEST', retryable: false }],
      [
        'vLLM’s form',
        { object: 'error', message: 'Bad tools', type: 'BadRequestError', code: 400 },
        { code: 'BAD_REQUEST', retryable: false },
      ],
      [
        'spent credit',
        { error: { type: 'insufficient_quota', code: 'insufficient_quota', message: 'x' } },
        { code: 'MODEL_UNAVAILABLE', retryable: false },
      ],
    ])('a provider of Chat Completions reads errors with status 200: %s', async (_, body, expected) => {
      for (const pieces of [[event(body)], [JSON.stringify(body)]]) {
        const { error, asked } = await failed(provider(), { pieces });
        expect(error).toMatchObject({ ...expected, details: { phase: 'before-content' } });
        expect(asked).toBe(1);
      }
      const { error, said } = await failed(provider(), { pieces: [T('Hello'), event(body)] });
      expect(said).toEqual([{ type: 'text', text: 'Hello' }]);
      expect(error).toMatchObject({ ...expected, details: { phase: 'mid-stream' } });
    });

    it('a provider of Chat Completions reads errors with status 200: an event named error', async () => {
      const { error } = await failed(provider(), { pieces: ['event: error\ndata: {"message": "Rate limit", "code": 429}\n\n'] });
      expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { about: 'deployment' } });
    });

    it.each(['error', 'ERROR', 'abort', 'network_error', 'insufficient_system_resource'])(
      'a provider of Chat Completions reads errors with status 200: the finish reason %s',
      async (reason) => {
        const { error, said } = await failed(provider(), { pieces: [T('Hello '), F(reason), U, DONE] });
        expect(said).toEqual([{ type: 'text', text: 'Hello ' }]);
        expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { phase: 'mid-stream' } });
      },
    );

    it('a provider of Chat Completions reads errors with status 200: content that was filtered is an end, not a failure', async () => {
      const { finishReason } = await read(provider(), { pieces: [T('Hello'), event({ error: { code: 'content_filter', message: 'x' } })] });
      expect(finishReason).toBe('content-filter');
    });
  });

  it.each([
    ['max_tokens', 'length'],
    ['MAX_TOKENS', 'length'],
    ['model_length', 'length'],
    ['LENGTH', 'length'],
    ['end_turn', 'stop'],
    ['STOP', 'stop'],
    ['eos_token', 'stop'],
    ['SAFETY', 'content-filter'],
    ['content-filter', 'content-filter'],
    ['tool_use', 'stop'],
    ['tool_calls', 'stop'],
    ['whatever', 'other'],
  ])('a provider of Chat Completions reads the finish reason %s of a text as %s', async (spelling, reason) => {
    expect((await read(provider(), { pieces: [T('Hi.'), F(spelling), U, DONE] })).finishReason).toBe(reason);
  });

  it.each([
    ['nothing', []],
    ['empty text', [T('')]],
    ['reasoning alone', [delta({ reasoning_content: 'Hm.' })]],
  ])('%s is no answer of Chat Completions, and has its cost', async (_, pieces) => {
    upstream.plays({ pieces: [...pieces, F('stop'), U, DONE] });
    const options = sendOptions('m');
    const { error } = await outcomeOf(provider().send(completionRequest('Hi'), options));
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { about: 'request' } });
    expect(options.reported).toEqual([usual]);
  });

  it('reasoning alone is an answer where its maximum was reached', async () => {
    const { finishReason } = await read(provider(), { pieces: [delta({ reasoning: 'Hm.' }), F('length'), U, DONE] });
    expect(finishReason).toBe('length');
  });

  it('a refusal is text, and ends as a filter does', async () => {
    const { text, finishReason } = await read(provider(), { pieces: [delta({ refusal: 'I can’t.' }), F('stop'), U, DONE] });
    expect({ text, finishReason }).toEqual({ text: 'I can’t.', finishReason: 'content-filter' });
  });

  it('a provider of Chat Completions reads only the first of several answers', async () => {
    const both = (a: string, b: string): string =>
      event({
        choices: [
          { index: 1, delta: { content: b } },
          { index: 0, delta: { content: a } },
        ],
      });
    const second = event({ choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'length' }] });
    const { text, finishReason } = await read(provider(), { pieces: [both('a', 'b'), second, both('A', 'B'), F('stop'), U, DONE] });
    expect({ text, finishReason }).toEqual({ text: 'aA', finishReason: 'stop' });
  });

  it.each(['n', 'best_of'])('a request for several answers (%s) is refused', async (option) => {
    const before = upstream.requests.length;
    const several = completionRequest('Hi', { providerOptions: { [option]: 2 } });
    const { error } = await outcomeOf(provider().send(several, sendOptions('m')));
    expect(error).toMatchObject({
      code: 'BAD_REQUEST',
      message: `The provider option "${option}" asks for several answers. One request has one answer: 1 is accepted.`,
    });
    expect(upstream.requests).toHaveLength(before);
  });

  describe('counts', () => {
    it.each<[string, readonly string[], Usage]>([
      ['usage with the finish reason', [T('Hi.'), chunk({ delta: {}, finish_reason: 'stop' }, { usage: counts })], usual],
      [
        'usage in every chunk, then null',
        [
          chunk({ delta: { content: 'Hi.' } }, { usage: { ...counts, completion_tokens: 1, total_tokens: 11 } }),
          chunk({ delta: {}, finish_reason: 'stop' }, { usage: counts }),
          chunk({ delta: {} }, { usage: null }),
        ],
        usual,
      ],
      ['usage behind [DONE]', [T('Hi.'), F('stop'), DONE, U], usual],
      ['usage in the choice', [T('Hi.'), chunk({ delta: {}, finish_reason: 'stop', usage: counts })], usual],
      ['usage of Groq', [T('Hi.'), F('stop'), event({ choices: [], x_groq: { usage: counts } })], usual],
      ['the names of the Responses API', [T('Hi.'), F('stop'), event({ usage: { input_tokens: 10, output_tokens: 2 } })], usual],
      [
        'cached and reasoning tokens',
        [
          T('Hi.'),
          F('stop'),
          event({
            usage: {
              prompt_tokens: 100,
              completion_tokens: 50,
              total_tokens: 150,
              prompt_tokens_details: { cached_tokens: 64 },
              completion_tokens_details: { reasoning_tokens: 20 },
            },
          }),
        ],
        used(36, 64, 0, 30, 20),
      ],
      [
        'cached tokens of DeepSeek',
        [
          T('Hi.'),
          F('stop'),
          event({ usage: { prompt_tokens: 100, completion_tokens: 2, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 } }),
        ],
        used(36, 64, 0, 2, 0),
      ],
      [
        'cached tokens of Moonshot',
        [T('Hi.'), F('stop'), event({ usage: { prompt_tokens: 100, completion_tokens: 2, cached_tokens: 64 } })],
        used(36, 64, 0, 2, 0),
      ],
      [
        'reasoning of xAI, beside the output',
        [
          T('Hi.'),
          F('stop'),
          event({
            usage: { prompt_tokens: 10, completion_tokens: 50, total_tokens: 160, completion_tokens_details: { reasoning_tokens: 100 } },
          }),
        ],
        used(10, 0, 0, 50, 100),
      ],
      [
        'details that are null',
        [T('Hi.'), F('stop'), event({ usage: { ...counts, prompt_tokens_details: null, completion_tokens_details: null } })],
        usual,
      ],
    ])('a provider of Chat Completions counts: %s', async (_, pieces, usage) => {
      const all = pieces.includes(DONE) ? pieces : [...pieces, DONE];
      expect((await read(provider(), { pieces: all })).reported).toEqual([usage]);
    });

    it.each([{}, { prompt_tokens: null }, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }, null, 'many'])(
      'a provider of Chat Completions counts: nothing of %j',
      async (usage) => {
        expect((await read(provider(), { pieces: [T('Hi.'), F('stop'), event({ choices: [], usage }), DONE] })).reported).toEqual([]);
      },
    );
  });

  describe('puts tool calls together', () => {
    const calls = (...deltas: readonly object[]): string => delta({ tool_calls: deltas });
    const f = (args: string, rest: object = {}) => ({ function: { name: 'f', arguments: args }, ...rest });
    const g = (args: string, rest: object = {}) => ({ function: { name: 'g', arguments: args }, ...rest });
    const more = (args: string, rest: object = {}) => ({ function: { arguments: args }, ...rest });
    const one = [['f', { x: 1 }]];
    const two = [
      ['f', { x: 1 }],
      ['g', { y: 2 }],
    ];
    it.each<[string, readonly string[], readonly (readonly [string, unknown])[] | unknown[][]]>([
      [
        'as OpenAI sends them',
        [
          calls({ index: 0, id: 'a', type: 'function', ...f('') }),
          calls(more('{"x"', { index: 0 })),
          calls(more(':1}', { index: 0 })),
          calls({ index: 1, id: 'b', ...g('') }),
          calls(more('{"y":2}', { index: 1 })),
        ],
        two,
      ],
      [
        'interleaved',
        [
          calls({ index: 0, id: 'a', ...f('') }, { index: 1, id: 'b', ...g('') }),
          calls(more('{"y"', { index: 1 }), more('{"x":', { index: 0 })),
          calls(more('1}', { index: 0 }), more(':2}', { index: 1 })),
        ],
        two,
      ],
      ['without an index: one', [calls({ id: 'a', ...f('{"x":1}') })], one],
      ['without an index: two in one chunk', [calls({ id: 'a', ...f('{"x":1}') }, { id: 'b', ...g('{"y":2}') })], two],
      ['without an index: two in two chunks', [calls({ id: 'a', ...f('{"x":1}') }), calls({ id: 'b', ...g('{"y":2}') })], two],
      ['without an index: fragments with the id', [calls({ id: 'a', ...f('{"x"') }), calls(more(':1}', { id: 'a' }))], one],
      [
        'without an index: fragments without the id',
        [calls({ id: 'a', ...f('{"x"') }), calls(more(':1}')), calls({ id: 'b', ...g('{"y"') }), calls(more(':2}'))],
        two,
      ],
      ['without an id', [calls(f('{"x":1}', { index: 0 }), g('{"y":2}', { index: 1 }))], two],
      ['with an id that is null or empty', [calls(f('{"x":1}', { index: 0, id: null }), g('{"y":2}', { index: 1, id: '' }))], two],
      ['with an empty id on later fragments', [calls({ index: 0, id: 'a', ...f('{"x"') }), calls(more(':1}', { index: 0, id: '' }))], one],
      ['with one id for both', [calls({ index: 0, id: 'a', ...f('{"x":1}') }), calls({ index: 1, id: 'a', ...g('{"y":2}') })], two],
      [
        'with one id for two calls of one tool, no index',
        [calls({ id: 'a', ...f('{"x":1}') }), calls({ id: 'a', ...f('{"x":2}') })],
        [
          ['f', { x: 1 }],
          ['f', { x: 2 }],
        ],
      ],
      ['with index 0 for both', [calls({ index: 0, id: 'a', ...f('{"x":1}') }), calls({ index: 0, id: 'b', ...g('{"y":2}') })], two],
      [
        'with index 0 for both, in fragments',
        [
          calls({ index: 0, id: 'a', ...f('') }),
          calls(more('{"x":1}', { index: 0 })),
          calls({ index: 0, id: 'b', ...g('') }),
          calls(more('{"y":2}', { index: 0 })),
        ],
        two,
      ],
      ['with a gap in the indexes', [calls({ index: 1, id: 'a', ...f('{"x":1}') }), calls({ index: 5, id: 'b', ...g('{"y":2}') })], two],
      ['with indexes that are text', [calls({ index: '0', id: 'a', ...f('{"x"') }), calls(more(':1}', { index: '0' }))], one],
      ['with the name behind the id', [calls({ index: 0, id: 'a', function: { arguments: '' } }), calls(f('{"x":1}', { index: 0 }))], one],
      ['with the name in every fragment', [calls({ index: 0, id: 'a', ...f('{"x"') }), calls({ index: 0, id: 'a', ...f(':1}') })], one],
      ['with arguments that begin as {}', [calls({ index: 0, id: 'a', ...f('{}') }), calls(more('{"x":1}', { index: 0 }))], one],
      [
        'with arguments that begin as {}, by id',
        [calls({ id: 'a', ...f('{}') }), calls(more('{"x"', { id: 'a' })), calls(more(':1}', { id: 'a' }))],
        one,
      ],
      [
        'with arguments that come once more',
        [calls({ index: 0, id: 'a', ...f('{"x"') }), calls(more(':1}', { index: 0 })), calls(more('{"x":1}', { index: 0 }))],
        one,
      ],
      ['with arguments as an object', [calls({ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } })], one],
      ['with no arguments', [calls({ index: 0, id: 'a', ...f('') })], [['f', {}]]],
      ['with {} alone', [calls({ index: 0, id: 'a', ...f('{}') })], [['f', {}]]],
      [
        'in the form of 2023',
        [delta({ function_call: { name: 'f', arguments: '{"x"' } }), delta({ function_call: { arguments: ':1}' } })],
        one,
      ],
      ['with arguments that are no JSON', [calls({ index: 0, id: 'a', ...f('{"x":') })], [['f', '{"x":']]],
    ])('a provider of Chat Completions puts tool calls together: %s', async (_, pieces, expected) => {
      const { parts, finishReason, chunks } = await read(provider(), { pieces: [...pieces, F('tool_calls'), U, DONE] });
      expect(parts.map((part) => (part.type === 'tool-call' ? [part.name, part.arguments] : part))).toEqual(expected);
      const ids = parts.map((part) => (part.type === 'tool-call' ? part.id : ''));
      expect(new Set(ids).size).toBe(expected.length);
      expect(ids.every((id) => id !== '')).toBe(true);
      expect(finishReason).toBe('tool-calls');
      for (const id of ids) {
        const ofCall = chunks.filter((one) => one.type === 'tool-call').filter((call) => call.id === id);
        const piecewise = ofCall
          .filter(({ done }) => !done)
          .map(({ argumentsText }) => argumentsText)
          .join('');
        expect(piecewise).toBe(ofCall.at(-1)?.argumentsText);
      }
    });

    it('a provider of Chat Completions puts tool calls together, and says so where the server says stop', async () => {
      const { finishReason, text } = await read(provider(), {
        pieces: [T('Let me see.'), calls({ index: 0, id: 'a', ...f('{}') }), F('stop'), U, DONE],
      });
      expect({ finishReason, text }).toEqual({ finishReason: 'tool-calls', text: 'Let me see.' });
    });

    it('a provider of Chat Completions puts tool calls together, and leaves out a call without a name, with a warning', async () => {
      const { parts, warnings } = await read(provider(), { pieces: [T('Hi.'), calls(more('{}', { index: 0, id: 'a' })), F('stop'), DONE] });
      expect(parts).toEqual([{ type: 'text', text: 'Hi.' }]);
      expect(warnings).toEqual(['The model called a tool without naming it; the call was left out.']);
    });
  });

  it.each([
    ['reasoning_content', delta({ reasoning_content: 'Hm.' })],
    ['reasoning', delta({ reasoning: 'Hm.' })],
    ['both', delta({ reasoning_content: 'Hm.', reasoning: 'Hm.' })],
    ['a list of parts', delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] })],
  ])('a provider of Chat Completions reads reasoning in %s', async (_, piece) => {
    const { parts } = await read(provider(), { pieces: [piece, T('Hi.'), F('stop'), U, DONE] });
    expect(parts).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hi.' },
    ]);
  });
});

describe('reasoning in think tags', () => {
  const tagged = () => openaiCompatibleProvider({ name: 'server', baseUrl: `${upstream.url}/v1`, thinkTags: true });
  const partsOf = async (text: string, cut: number) => {
    const pieces = text.match(new RegExp(`[\\s\\S]{1,${cut}}`, 'g')) ?? [];
    const { parts } = await read(tagged(), { pieces: [...pieces.map(T), F('length'), U, DONE] });
    return parts.map((part) => (part.type === 'tool-call' ? part : [part.type, part.text]));
  };
  it.each<[string, string, readonly unknown[]]>([
    [
      'reasoning, then text',
      '<think>Let me see.</think>\n\nHello world.',
      [
        ['reasoning', 'Let me see.'],
        ['text', 'Hello world.'],
      ],
    ],
    [
      'blank space around',
      '\n<think>\nLet me\nsee.\n</think>\n\nHello.\n',
      [
        ['reasoning', 'Let me\nsee.'],
        ['text', 'Hello.\n'],
      ],
    ],
    ['nothing thought', '<think>\n\n</think>\n\nHello.', [['text', 'Hello.']]],
    [
      'two blocks',
      '<think>A</think>\n<think>B</think>C',
      [
        ['reasoning', 'AB'],
        ['text', 'C'],
      ],
    ],
    ['no tags', 'Hello <world>.', [['text', 'Hello <world>.']]],
    ['tags further behind', 'Write <think>x</think> so.', [['text', 'Write <think>x</think> so.']]],
    ['an open end', '<think>Let me', [['reasoning', 'Let me']]],
    ['half a tag at the end', '<think>Let me</thi', [['reasoning', 'Let me</thi']]],
    ['half a tag at the beginning', '<thi', [['text', '<thi']]],
    [
      'angles in the reasoning',
      '<think>a</b></think>c',
      [
        ['reasoning', 'a</b>'],
        ['text', 'c'],
      ],
    ],
  ])('reasoning in think tags %s, however it is cut', async (_, text, expected) => {
    for (const cut of [1, 3, 1_000]) expect(await partsOf(text, cut)).toEqual(expected);
  });

  it('reasoning in think tags stays text where nobody said so', async () => {
    const { text } = await read(providers['openai-compatible'](), { pieces: [T('<think>A</think>B'), F('stop'), U, DONE] });
    expect(text).toBe('<think>A</think>B');
  });
});

describe('embeddings', () => {
  const headers = { 'content-type': 'application/json' };
  const embed = async (provider: Provider, body: unknown, texts: readonly string[] = ['a', 'b']) => {
    upstream.plays({ headers, pieces: [JSON.stringify(body)] });
    const options = sendOptions('m');
    const vectors: Float32Array[] = [];
    for await (const one of chunkByChunk(provider.send({ kind: 'embedding', texts, dimensions: null }, options))) {
      if (one.type === 'embedding') vectors[one.index] = one.vector;
    }
    return { vectors, reported: options.reported };
  };
  const base64 = (...numbers: readonly number[]): string => Buffer.from(Float32Array.from(numbers).buffer).toString('base64');

  it('embeddings are put in order by their index', async () => {
    const { vectors, reported } = await embed(providers['openai-compatible'](), {
      data: [
        { index: 1, embedding: [0, 1] },
        { index: 0, embedding: [1, 0] },
      ],
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
    expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
    expect(reported).toEqual([used(5, 0, 0, 0, 0)]);
    expect(upstream.requests.at(-1)?.json()).toEqual({ model: 'm', input: ['a', 'b'], encoding_format: 'float' });
  });

  it('embeddings are in the order of the list where no index is given', async () => {
    const { vectors, reported } = await embed(providers['openai-compatible'](), {
      data: [{ embedding: [1] }, { embedding: base64(2) }],
      usage: {},
    });
    expect(vectors).toEqual([Float32Array.of(1), Float32Array.of(2)]);
    expect(reported).toEqual([]);
  });

  it('embeddings are asked of OpenAI as base64, and read as what comes', async () => {
    const { vectors } = await embed(providers['openai, chat'](), {
      data: [
        { index: 0, embedding: base64(0.1, -2) },
        { index: 1, embedding: [3, 4] },
      ],
    });
    expect(vectors).toEqual([Float32Array.of(0.1, -2), Float32Array.of(3, 4)]);
    expect(upstream.requests.at(-1)?.json()).toMatchObject({ encoding_format: 'base64' });
  });

  it.each<[string, unknown]>([
    ['too few', [{ index: 0, embedding: [1] }]],
    [
      'too many',
      [
        { index: 0, embedding: [1] },
        { index: 1, embedding: [1] },
        { index: 2, embedding: [1] },
      ],
    ],
    [
      'one index twice',
      [
        { index: 0, embedding: [1] },
        { index: 0, embedding: [1] },
      ],
    ],
    [
      'an index beyond',
      [
        { index: 0, embedding: [1] },
        { index: 2, embedding: [1] },
      ],
    ],
    [
      'an index between',
      [
        { index: 0, embedding: [1] },
        { index: 0.5, embedding: [1] },
      ],
    ],
    [
      'different lengths',
      [
        { index: 0, embedding: [1] },
        { index: 1, embedding: [1, 2] },
      ],
    ],
    [
      'no numbers',
      [
        { index: 0, embedding: [1] },
        { index: 1, embedding: [null] },
      ],
    ],
    [
      'infinite numbers',
      [
        { index: 0, embedding: base64(1) },
        { index: 1, embedding: base64(Number.POSITIVE_INFINITY) },
      ],
    ],
    [
      'half a number',
      [
        { index: 0, embedding: base64(1) },
        { index: 1, embedding: 'AAA=' },
      ],
    ],
    [
      'empty vectors',
      [
        { index: 0, embedding: [] },
        { index: 1, embedding: [] },
      ],
    ],
    ['no list', 'none'],
  ])('embeddings fail for %s', async (_, data) => {
    await expect(embed(providers['openai-compatible'](), { data })).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true });
  });
});
