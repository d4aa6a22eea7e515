/** The side of Chat Completions that a door shows: what it reads, what it refuses, and what stock clients see of its answers. */
import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../src/core/chunk.ts';
import { type ErrorCode, errorTable, GatewayError } from '../../../src/core/errors.ts';
import { chatCompletions } from '../../../src/wires/chat-completions/chat-completions.ts';
import { readEvents } from '../../../src/wires/sse/read-events.ts';

const hi = [{ role: 'user', content: 'Hi' }];
const decoded = (body: object) => chatCompletions.decodeRequest({ model: 'default', messages: hi, ...body });

function refusal(body: object): GatewayError {
  try {
    decoded(body);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  return expect.unreachable('It was not refused.');
}

describe('a request of Chat Completions', () => {
  it('a request of Chat Completions is read with all that it sets', () => {
    const { model, stream, includeUsage, request } = decoded({
      messages: [{ role: 'developer', content: 'Be brief.' }, ...hi],
      max_tokens: 50,
      temperature: 0.5,
      top_p: 0.9,
      stop: 'END',
      seed: 7,
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'city', description: 'A city.', strict: true, schema: { type: 'object' } },
      },
    });
    expect({ model, stream, includeUsage }).toEqual({ model: 'default', stream: true, includeUsage: true });
    expect(request).toMatchObject({
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      ],
      maxOutputTokens: 50,
      temperature: 0.5,
      topP: 0.9,
      stop: ['END'],
      seed: 7,
      output: { format: 'json', schema: { type: 'object', description: 'A city.' } },
      providerOptions: {},
    });
  });

  it('a request of Chat Completions believes max_completion_tokens where both maximums are set', () => {
    expect(decoded({ max_tokens: 50, max_completion_tokens: 60 }).request.maxOutputTokens).toBe(60);
  });

  it('a request of Chat Completions passes over what asks for nothing', () => {
    const nothing = {
      n: 1,
      logprobs: false,
      top_logprobs: 0,
      frequency_penalty: 0,
      presence_penalty: 0,
      logit_bias: {},
      parallel_tool_calls: true,
      modalities: ['text'],
      service_tier: 'auto',
      functions: [],
      function_call: 'none',
      verbosity: 'medium',
      stop: null,
      tools: null,
      response_format: null,
    };
    const harmless = {
      user: 'u',
      metadata: { a: 'b' },
      safety_identifier: 's',
      prompt_cache_key: 'k',
      prompt_cache_retention: '24h',
      store: true,
    };
    expect(decoded({ ...nothing, ...harmless }).request).toEqual(decoded({}).request);
  });

  it('a request of Chat Completions makes what changes the answer an option, under the name by which routes allow it', () => {
    const body = {
      reasoning_effort: 'low',
      verbosity: 'low',
      service_tier: 'flex',
      parallel_tool_calls: false,
      frequency_penalty: 1,
      top_k: 40,
    };
    expect(decoded(body).request.providerOptions).toEqual({
      reasoningEffort: 'low',
      textVerbosity: 'low',
      serviceTier: 'flex',
      parallelToolCalls: false,
      frequencyPenalty: 1,
      top_k: 40,
    });
  });

  it('a request of Chat Completions keeps arguments that are no JSON as they were sent', () => {
    const calls = [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"city": "Os' } }];
    const { messages } = decoded({ messages: [...hi, { role: 'assistant', content: null, tool_calls: calls }] }).request;
    expect(messages[1]?.content).toEqual([{ type: 'tool-call', id: 'a', name: 'f', arguments: '{"city": "Os' }]);
  });

  it('a request of Chat Completions leaves out texts and messages that are empty', () => {
    const messages = [
      { role: 'assistant', content: '' },
      {
        role: 'user',
        content: [
          { type: 'text', text: '' },
          { type: 'text', text: 'Hi' },
        ],
      },
    ];
    expect(decoded({ messages }).request.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]);
  });

  it.each<[string, object, string]>([
    ['no model', { model: '' }, 'model'],
    ['no messages', { messages: [] }, 'messages'],
    ['messages that are a text', { messages: 'Hi' }, 'messages'],
    ['a message that is a text', { messages: ['Hi'] }, 'messages[0]'],
    ['a role that is not known', { messages: [{ role: 'function', name: 'f', content: 'x' }] }, 'messages[0].role'],
    [
      'an image in a system message',
      { messages: [{ role: 'system', content: [{ type: 'image_url', image_url: { url: 'https://a.b/c' } }] }] },
      'messages[0].content[0].type',
    ],
    ['a part that is not known', { messages: [{ role: 'user', content: [{ type: 'hologram' }] }] }, 'messages[0].content[0].type'],
    [
      'an image that is no URL',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'a.png' } }] }] },
      'messages[0].content[0].image_url.url',
    ],
    [
      'a file by its id',
      { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f1' } }] }] },
      'messages[0].content[0].file.file_data',
    ],
    [
      'speech of another format',
      { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: { data: 'AAAA', format: 'ogg' } }] }] },
      'messages[0].content[0].input_audio.format',
    ],
    [
      'a call without an id',
      { messages: [{ role: 'assistant', tool_calls: [{ type: 'function', function: { name: 'f', arguments: '{}' } }] }] },
      'messages[0].tool_calls[0].id',
    ],
    [
      'a call of another kind',
      { messages: [{ role: 'assistant', tool_calls: [{ type: 'custom', id: 'a' }] }] },
      'messages[0].tool_calls[0].type',
    ],
    [
      'a call in the form of 2023',
      { messages: [{ role: 'assistant', function_call: { name: 'f', arguments: '{}' } }] },
      'messages[0].function_call',
    ],
    ['a result that answers no call', { messages: [...hi, { role: 'tool', tool_call_id: 'a', content: 'x' }] }, 'messages[1].tool_call_id'],
    ['several answers', { n: 2 }, 'n'],
    ['several answers of old', { best_of: 3 }, 'best_of'],
    ['no answer', { n: 0 }, 'n'],
    ['log probabilities', { logprobs: true }, 'logprobs'],
    ['top log probabilities', { top_logprobs: 3 }, 'top_logprobs'],
    ['speech', { modalities: ['text', 'audio'] }, 'modalities'],
    ['a voice', { audio: { voice: 'alloy', format: 'wav' } }, 'audio'],
    ['a search of the web', { web_search_options: {} }, 'web_search_options'],
    ['functions', { functions: [{ name: 'f' }] }, 'functions'],
    ['a tool that is hosted', { tools: [{ type: 'file_search' }] }, 'tools[0].type'],
    ['a tool without a name', { tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [
      'a schema that is a text',
      { tools: [{ type: 'function', function: { name: 'f', parameters: 'x' } }] },
      'tools[0].function.parameters',
    ],
    [
      'a tool that is not there',
      { tools: [{ type: 'function', function: { name: 'f' } }], tool_choice: { type: 'function', function: { name: 'g' } } },
      'tool_choice.function.name',
    ],
    ['a tool where there is none', { tool_choice: 'required' }, 'tool_choice'],
    ['a format that is not known', { response_format: { type: 'xml' } }, 'response_format.type'],
    ['a format without its schema', { response_format: { type: 'json_schema' } }, 'response_format.json_schema.schema'],
    ['a maximum of nothing', { max_tokens: 0 }, 'max_tokens'],
    ['half a token', { max_completion_tokens: 1.5 }, 'max_completion_tokens'],
    ['a temperature that is a text', { temperature: 'hot' }, 'temperature'],
    ['a stop that is a number', { stop: [1] }, 'stop'],
    ['a stream that is a text', { stream: 'yes' }, 'stream'],
    ['stream options that are a flag', { stream: true, stream_options: true }, 'stream_options'],
    ['a field without a name', { '': 1 }, 'body'],
  ])('a request of Chat Completions is refused with its place for %s', (_, body, place) => {
    const failure = refusal(body);
    expect(failure.code).toBe('BAD_REQUEST');
    expect(chatCompletions.encodeFailure(failure)).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error', param: place, message: expect.stringMatching(/\.$/) } },
    });
  });

  it('a request of Chat Completions offers the tools that it allows, and no others', () => {
    const tool = (name: string) => ({ type: 'function', function: { name } });
    const allowed = { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [tool('g')] } };
    const { tools, toolChoice } = decoded({ tools: [tool('f'), tool('g')], tool_choice: allowed }).request;
    expect({ names: tools.map(({ name }) => name), toolChoice }).toEqual({ names: ['g'], toolChoice: { type: 'required' } });
  });
});

const head = { id: 'chatcmpl-1', model: 'default', created: 1_761_000_000, includeUsage: false };
const usage = { freshInputTokens: 10, cacheReadTokens: 4, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 1 };
const call = (id: string, argumentsText: string, done = false, opaque?: string): Chunk => ({
  type: 'tool-call',
  id,
  name: `tool_${id}`,
  argumentsText,
  done,
  ...(opaque === undefined ? {} : { opaque }),
});
const finish = (reason: Extract<Chunk, { type: 'finish' }>['reason']): Chunk => ({ type: 'finish', reason });

interface WrittenChunk {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly object: string;
  readonly choices: readonly { readonly delta: Record<string, unknown>; readonly finish_reason: string | null }[];
  readonly usage?: unknown;
}

/** The data of all events. */
function written(batches: readonly (readonly Chunk[])[], includeUsage = false): readonly string[] {
  const encoder = chatCompletions.encodeEvents({ ...head, includeUsage });
  const text = encoder.start() + batches.map((batch) => encoder.take(batch)).join('') + encoder.end(usage);
  return readEvents()
    .push(new TextEncoder().encode(text))
    .map(({ data }) => data);
}
const chunksIn = (data: readonly string[]): readonly WrittenChunk[] => data.slice(0, -1).map((one) => JSON.parse(one) as WrittenChunk);
const twoCalls: readonly (readonly Chunk[])[] = [
  [{ type: 'reasoning', text: 'Hm.' }],
  [
    { type: 'text', text: 'Let me ' },
    { type: 'text', text: 'see.' },
  ],
  [call('a', ''), call('b', '')],
  [call('b', '{"y":'), call('a', '{"x":1}')],
  [call('b', '2}'), call('a', '{"x":1}', true), call('b', '{"y":2}', true)],
  [finish('stop')],
];

describe('a stream of Chat Completions', () => {
  const chunks = chunksIn(written(twoCalls));

  it('a stream of Chat Completions begins with the role, and ends with [DONE]', () => {
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(written(twoCalls).at(-1)).toBe('[DONE]');
  });

  it('a stream of Chat Completions has one id, one time and one model', () => {
    const { id, created, model } = head;
    for (const chunk of chunks) expect(chunk).toMatchObject({ id, created, model, object: 'chat.completion.chunk' });
  });

  it('a stream of Chat Completions names each call in its first delta alone, and numbers them', () => {
    const deltas = chunks.flatMap(({ choices }) => (choices[0]?.delta['tool_calls'] ?? []) as readonly Record<string, unknown>[]);
    expect(deltas).toEqual([
      { index: 0, id: 'a', type: 'function', function: { name: 'tool_a', arguments: '' } },
      { index: 1, id: 'b', type: 'function', function: { name: 'tool_b', arguments: '' } },
      { index: 1, function: { arguments: '{"y":' } },
      { index: 0, function: { arguments: '{"x":1}' } },
      { index: 1, function: { arguments: '2}' } },
    ]);
  });

  it('a stream of Chat Completions has one finish reason, which speaks of calls where there are some, whole and streamed', () => {
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason).filter((reason) => reason !== null)).toEqual(['tool_calls']);
    const [whole] = chatCompletions.encodeAnswer({ chunks: twoCalls.flat(), usage }, head)['choices'] as readonly {
      finish_reason: string;
    }[];
    expect(whole?.finish_reason).toBe('tool_calls');
  });

  it('a stream of Chat Completions sends an empty object for a call without arguments, whose clients parse them', () => {
    const deltas = chunksIn(written([[call('a', ''), call('a', '', true)], [finish('tool-calls')]]));
    const args = deltas.flatMap(({ choices }) => (choices[0]?.delta['tool_calls'] ?? []) as readonly { function: { arguments: string } }[]);
    expect(args.map((one) => one.function.arguments).join('')).toBe('{}');
  });

  it('a stream of Chat Completions sends what a vendor wants back in the first delta of a call, where it is known by then', () => {
    const opaque = '{"anthropic":{"signature":"s"}}';
    const [, first, second] = chunksIn(written([[call('a', '{}'), call('a', '{}', true, opaque)], [finish('stop')]]));
    expect(first?.choices[0]?.delta).toMatchObject({
      tool_calls: [{ extra_content: { google: { thought_signature: Buffer.from(opaque).toString('base64') } } }],
    });
    expect(second?.choices[0]?.finish_reason).toBe('tool_calls');
  });

  it('a stream of Chat Completions tells usage where it was asked for: in one chunk without choices, and as null in all others', () => {
    const counted = { prompt_tokens: 14, completion_tokens: 3, total_tokens: 17 };
    const withUsage = chunksIn(written(twoCalls, true));
    expect(withUsage.slice(0, -1).map((chunk) => chunk.usage)).toEqual(withUsage.slice(1).map(() => null));
    expect(withUsage.at(-1)).toMatchObject({ choices: [], usage: counted, id: head.id });
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false);
  });

  it('a stream of Chat Completions tells a failure in the middle as an error, and no end', () => {
    const encoder = chatCompletions.encodeEvents(head);
    const text =
      encoder.start() + encoder.take([{ type: 'text', text: 'Hi' }]) + encoder.fail(new GatewayError('MODEL_UNAVAILABLE', 'Gone.'));
    expect(text.trimEnd().split('\n\n').at(-1)).toBe(
      'data: {"error":{"message":"Gone.","type":"server_error","param":null,"code":"server_error"}}',
    );
    expect(text).not.toContain('[DONE]');
  });

  it('a stream of Chat Completions that a guardrail cuts off ends as one that a filter ended', () => {
    const encoder = chatCompletions.encodeEvents(head);
    const text = encoder.start() + encoder.fail(new GatewayError('GUARDRAIL_BLOCKED', 'No.'));
    expect(text).toContain('"finish_reason":"content_filter"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });
});

describe('a stock client of Chat Completions', () => {
  const model = (body: string, headers: Record<string, string>) =>
    createOpenAI({ apiKey: 'k', baseURL: 'http://gateway/v1', fetch: async () => new Response(body, { headers }) }).chat('m');
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];

  it('a stock client of Chat Completions reads the same answer whole and streamed', async () => {
    const encoder = chatCompletions.encodeEvents({ ...head, includeUsage: true });
    const body = encoder.start() + twoCalls.map((batch) => encoder.take(batch)).join('') + encoder.end(usage);
    const { stream } = await model(body, { 'content-type': 'text/event-stream' }).doStream({ prompt });
    const parts = await Array.fromAsync(stream);
    expect(parts.filter(({ type }) => type === 'error')).toEqual([]);
    const text = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
    const calls = parts
      .filter((part) => part.type === 'tool-call')
      .map(({ toolCallId, toolName, input }) => ({ toolCallId, toolName, input }));
    const end = parts.find((part) => part.type === 'finish');

    const answer = JSON.stringify(chatCompletions.encodeAnswer({ chunks: twoCalls.flat(), usage }, head));
    const whole = await model(answer, { 'content-type': 'application/json' }).doGenerate({ prompt });
    expect(text).toBe('Let me see.');
    expect(
      whole.content
        .filter((part) => part.type === 'text')
        .map((part) => part.text)
        .join(''),
    ).toBe(text);
    expect(whole.content.filter((part) => part.type === 'tool-call')).toMatchObject(calls);
    expect(calls).toEqual([
      { toolCallId: 'a', toolName: 'tool_a', input: '{"x":1}' },
      { toolCallId: 'b', toolName: 'tool_b', input: '{"y":2}' },
    ]);
    expect(end?.finishReason.unified).toBe('tool-calls');
    expect(whole.finishReason.unified).toBe('tool-calls');
    expect(end?.usage).toMatchObject({ inputTokens: { total: 14, cacheRead: 4 }, outputTokens: { total: 3, reasoning: 1 } });
    expect(whole.usage).toEqual(end?.usage);
  });

  it('a stock client of Chat Completions fails where the answer fails in the middle', async () => {
    const encoder = chatCompletions.encodeEvents(head);
    const body = encoder.start() + encoder.take([{ type: 'text', text: 'Hi' }]) + encoder.fail(new GatewayError('TIMEOUT', 'Too late.'));
    const { stream } = await model(body, { 'content-type': 'text/event-stream' }).doStream({ prompt });
    const parts = await Array.fromAsync(stream);
    expect(JSON.stringify(parts.find(({ type }) => type === 'error'))).toContain('Too late.');
  });
});

describe('a failure in the words of OpenAI', () => {
  it.each<[ErrorCode, number, string, string]>([
    ['UNAUTHENTICATED', 401, 'authentication_error', 'invalid_api_key'],
    ['FORBIDDEN', 403, 'permission_error', 'forbidden'],
    ['BAD_REQUEST', 400, 'invalid_request_error', 'invalid_request'],
    ['COST_LIMIT_EXCEEDED', 400, 'invalid_request_error', 'cost_limit_exceeded'],
    ['CONTEXT_TOO_LONG', 400, 'invalid_request_error', 'context_length_exceeded'],
    ['GUARDRAIL_BLOCKED', 400, 'invalid_request_error', 'content_filter'],
    ['BUDGET_EXCEEDED', 402, 'insufficient_quota', 'budget_exceeded'],
    ['UNPRICED', 402, 'insufficient_quota', 'unpriced'],
    ['RATE_LIMITED', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['CONCURRENCY_LIMITED', 429, 'rate_limit_error', 'rate_limit_exceeded'],
    ['MODEL_UNAVAILABLE', 503, 'server_error', 'server_error'],
    ['TIMEOUT', 504, 'server_error', 'server_error'],
    ['STREAM_STALLED', 504, 'server_error', 'server_error'],
    ['INVALID_OUTPUT', 502, 'server_error', 'invalid_output'],
    ['IDEMPOTENCY_CONFLICT', 409, 'invalid_request_error', 'idempotency_conflict'],
    ['RESUME_EXPIRED', 404, 'invalid_request_error', 'previous_response_not_found'],
    ['INTERNAL', 500, 'server_error', 'server_error'],
  ])('a failure in the words of OpenAI %s is %i, %s, %s', (ours, status, type, code) => {
    const failure = new GatewayError(ours, 'So it is.');
    expect(chatCompletions.encodeFailure(failure)).toMatchObject({ status, body: { error: { type, code, param: null } } });
  });

  it('a failure in the words of OpenAI has a status for every code', () => {
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const { status, body } = chatCompletions.encodeFailure(new GatewayError(code, 'So it is.'));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).toMatchObject({ error: { message: expect.stringContaining('So it is.') } });
    }
  });

  it('a failure in the words of OpenAI shows the id of an error that is ours', () => {
    const failure = new GatewayError('INTERNAL', 'Something went wrong.');
    expect(JSON.stringify(chatCompletions.encodeFailure(failure).body)).toContain(failure.errorId);
  });
});
