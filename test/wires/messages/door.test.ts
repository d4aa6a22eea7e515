/** The side of the Messages API that a door shows: what it reads, what it refuses, and what stock clients see of its answers. */
import { createAnthropic } from '@ai-sdk/anthropic';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk, FinishReason } from '../../../src/core/chunk.ts';
import { type ErrorCode, errorTable, GatewayError } from '../../../src/core/errors.ts';
import { completionRequest, type Message } from '../../../src/core/request/request.ts';
import { messages } from '../../../src/wires/messages/messages.ts';
import { readEvents } from '../../../src/wires/sse/read-events.ts';
import { perRound } from '../../rounds.ts';
import { legalMessages } from './legal.ts';

const hi = [{ role: 'user', content: 'Hi' }];
const decoded = (body: object) => messages.decodeRequest({ model: 'default', max_tokens: 100, messages: hi, ...body });

function refusal(body: object): GatewayError {
  try {
    decoded(body);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  return expect.unreachable('It was not refused.');
}

const use = (id = 'a') => ({ role: 'assistant', content: [{ type: 'tool_use', id, name: 'f', input: {} }] });
const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };

describe('a request of the Messages API', () => {
  it('a request of the Messages API is read with all that it sets', () => {
    const { model, stream, request } = decoded({
      system: [
        { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } },
        { type: 'text', text: 'Be kind.' },
      ],
      stream: true,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 5,
      stop_sequences: ['END'],
      metadata: { user_id: 'u' },
      tools: [{ name: 'f', input_schema: { type: 'object' }, cache_control: { type: 'ephemeral' } }],
      tool_choice: { type: 'any', disable_parallel_tool_use: true },
      thinking: { type: 'enabled', budget_tokens: 50 },
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
      service_tier: 'auto',
      brand_new: 1,
    });
    expect({ model, stream }).toEqual({ model: 'default', stream: true });
    expect(request).toEqual(
      completionRequest(
        [
          { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
          { role: 'system', content: [{ type: 'text', text: 'Be kind.' }] },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
        {
          maxOutputTokens: 100,
          temperature: 0.5,
          topP: 0.9,
          stop: ['END'],
          tools: [{ name: 'f', description: null, parameters: { type: 'object' } }],
          toolChoice: { type: 'required' },
          output: { format: 'json', schema: { type: 'object' } },
          providerOptions: {
            topK: 5,
            effort: 'low',
            disableParallelToolUse: true,
            thinking: { type: 'enabled', budgetTokens: 50 },
          },
        },
      ),
    );
  });

  it('a request of the Messages API that sets little leaves the rest to the deployment', () => {
    expect(messages.decodeRequest({ model: 'm', messages: hi, system: 'S', stop_sequences: null, tools: null, tool_choice: null })).toEqual(
      {
        model: 'm',
        stream: false,
        includeUsage: true,
        request: completionRequest([
          { role: 'system', content: [{ type: 'text', text: 'S' }] },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ]),
      },
    );
  });

  it('a request of the Messages API has its results in a message of their own, with what they show behind them', () => {
    const history = [
      ...hi,
      use(),
      {
        role: 'user',
        content: [
          { type: 'text', text: 'There:' },
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'One.' }, image, { type: 'text', text: 'Two.' }] },
        ],
      },
      use('b'),
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'b', is_error: true, content: [image] }] },
      use('c'),
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c' }] },
    ];
    const shown = { type: 'image', base64: 'AAAA', mediaType: 'image/png' };
    const result = (callId: string, content: unknown, isError = false) => ({
      role: 'tool',
      content: [{ type: 'tool-result', callId, content, isError }],
    });
    expect(decoded({ messages: history }).request.messages.filter(({ role }) => role !== 'assistant')).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      result('a', 'One.\nTwo.'),
      { role: 'user', content: [shown, { type: 'text', text: 'There:' }] },
      result('b', 'The result is the image or the file that follows.', true),
      { role: 'user', content: [shown] },
      result('c', ''),
    ]);
  });

  it('a request of the Messages API leaves out texts and messages that are empty, which clients keep and send back', () => {
    const history = [
      ...hi,
      { role: 'assistant', content: [{ type: 'text', text: '' }] },
      { role: 'assistant', content: '' },
      { role: 'assistant', content: [{ type: 'text', text: '' }, use().content[0]] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: '' }] },
    ];
    expect(decoded({ messages: history }).request.messages.map(({ role, content }) => [role, content.length])).toEqual([
      ['user', 1],
      ['assistant', 1],
      ['tool', 1],
    ]);
  });

  it.each<[string, object, string]>([
    ['no model', { model: '' }, 'model'],
    ['no messages', { messages: [] }, 'messages'],
    ['messages that are a text', { messages: 'Hi' }, 'messages'],
    ['a message that is a text', { messages: ['Hi'] }, 'messages[0]'],
    ['a role that is not known', { messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    ['a content that is a number', { messages: [{ role: 'user', content: 7 }] }, 'messages[0].content'],
    ['a block that is a text', { messages: [{ role: 'user', content: ['Hi'] }] }, 'messages[0].content[0]'],
    ['a block that is not known', { messages: [{ role: 'user', content: [{ type: 'hologram' }] }] }, 'messages[0].content[0].type'],
    ['a text that is a number', { messages: [{ role: 'user', content: [{ type: 'text', text: 7 }] }] }, 'messages[0].content[0].text'],
    ['an image of the system', { system: [image] }, 'system[0].type'],
    ['an image of the assistant', { messages: [...hi, { role: 'assistant', content: [image] }] }, 'messages[1].content[0].type'],
    [
      'an image by its id',
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'file', file_id: 'f' } }] }] },
      'messages[0].content[0].source',
    ],
    [
      'a document by its id',
      { messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'file', file_id: 'f' } }] }] },
      'messages[0].content[0].source',
    ],
    [
      'citations',
      {
        messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'text', data: 'x' }, citations: { enabled: true } }] }],
      },
      'messages[0].content[0].citations',
    ],
    ['a call without an id', { messages: [...hi, use('')] }, 'messages[1].content[0].id'],
    [
      'a result that answers no call',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a' }] }] },
      'messages[0].content[0].tool_use_id',
    ],
    [
      'a result of what is not known',
      { messages: [use(), { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'hologram' }] }] }] },
      'messages[1].content[0].content[0].type',
    ],
    [
      'what a hosted tool did',
      { messages: [{ role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_search' }] }] },
      'messages[0].content[0].type',
    ],
    ['tools that are an object', { tools: {} }, 'tools'],
    ['a tool that is hosted', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools[0].type'],
    ['a tool without a name', { tools: [{ input_schema: {} }] }, 'tools[0].name'],
    ['a schema that is a text', { tools: [{ name: 'f', input_schema: 'x' }] }, 'tools[0].input_schema'],
    ['a tool that is not there', { tool_choice: { type: 'tool', name: 'g' } }, 'tool_choice.name'],
    ['a tool where there is none', { tool_choice: { type: 'any' } }, 'tool_choice'],
    ['a choice that is not known', { tool_choice: { type: 'some' } }, 'tool_choice.type'],
    ['a format that is not known', { output_config: { format: { type: 'xml' } } }, 'output_config.format.type'],
    ['a format without its schema', { output_format: { type: 'json_schema' } }, 'output_format.schema'],
    ['a maximum of nothing', { max_tokens: 0 }, 'max_tokens'],
    ['half a token', { max_tokens: 1.5 }, 'max_tokens'],
    ['a temperature that is a text', { temperature: 'hot' }, 'temperature'],
    ['a stop that is a number', { stop_sequences: [1] }, 'stop_sequences[0]'],
    ['a stream that is a text', { stream: 'yes' }, 'stream'],
  ])('a request of the Messages API is refused with its place for %s', (_, body, place) => {
    const failure = refusal(body);
    expect(failure.code).toBe('BAD_REQUEST');
    expect(failure.message).toMatch(/\.$/);
    expect(failure.message.startsWith(`\`${place}\` `), failure.message).toBe(true);
    expect(messages.encodeFailure(failure)).toEqual({
      status: 400,
      body: { type: 'error', error: { type: 'invalid_request_error', message: failure.message } },
    });
  });
});

const head = { id: 'msg_1', model: 'default', created: 1_761_000_000, includeUsage: true };
const usage = { freshInputTokens: 10, cacheReadTokens: 4, cacheWriteTokens: 3, outputTokens: 2, reasoningTokens: 1 };
const call = (id: string, argumentsText: string, done = false, opaque?: string): Chunk => ({
  type: 'tool-call',
  id,
  name: `tool_${id}`,
  argumentsText,
  done,
  ...(opaque === undefined ? {} : { opaque }),
});
const finish = (reason: FinishReason): Chunk => ({ type: 'finish', reason });

interface WrittenEvent extends Readonly<Record<string, unknown>> {
  readonly type: string;
}

function eventsIn(text: string): readonly WrittenEvent[] {
  return readEvents()
    .push(new TextEncoder().encode(text))
    .map(({ event, data }) => {
      const parsed = JSON.parse(data) as WrittenEvent;
      expect(parsed.type).toBe(event);
      return parsed;
    });
}

function written(chunks: readonly Chunk[]): string {
  const encoder = messages.encodeEvents(head);
  return encoder.start() + chunks.map((chunk) => encoder.take([chunk])).join('') + encoder.end(usage);
}

/** Asserts `message_start (block_start block_delta+ block_stop)* message_delta message_stop`, and returns the blocks. */
function blocksOf(events: readonly WrittenEvent[]): readonly Record<string, unknown>[] {
  expect(events[0]?.type).toBe('message_start');
  expect(events.slice(-2).map(({ type }) => type)).toEqual(['message_delta', 'message_stop']);
  const blocks: Record<string, unknown>[] = [];
  let open: Record<string, unknown> | null = null;
  let deltas = 0;
  for (const event of events.slice(1, -2)) {
    expect(event['index']).toBe(blocks.length);
    const delta = Object(event['delta']) as Readonly<Record<string, string>>;
    switch (event.type) {
      case 'content_block_start':
        expect(open).toBeNull();
        open = { ...(event['content_block'] as object) };
        deltas = 0;
        break;
      case 'content_block_delta': {
        expect(open).not.toBeNull();
        deltas += 1;
        for (const [name, value] of Object.entries(delta)) {
          if (name !== 'type' && open !== null) open[name] = String(open[name] ?? '') + value;
        }
        break;
      }
      case 'content_block_stop':
        // Redacted thinking comes with its block.
        expect(deltas > 0 || open?.['type'] === 'redacted_thinking').toBe(true);
        if (open !== null) blocks.push(open);
        open = null;
        break;
      default:
        expect.unreachable(event.type);
    }
  }
  expect(open).toBeNull();
  return blocks;
}

const stopOf = (events: readonly WrittenEvent[]): unknown => Object(events.at(-2)?.['delta']).stop_reason;

describe('a stream of the Messages API', () => {
  const anyChunk = fc.oneof(
    fc.constantFrom('', 'a', 'b').map((text): Chunk => ({ type: 'text', text })),
    fc.constantFrom('', 'h').map((text): Chunk => ({ type: 'reasoning', text })),
    fc
      .constantFrom(
        '{"anthropic":{"signature":"s"}}',
        '{"anthropic":{"redactedData":"r"}}',
        '{"google":{"thoughtSignature":"g"},"of":"text"}',
      )
      .map((opaque): Chunk => ({ type: 'reasoning', text: '', opaque })),
    fc.constant<Chunk>({ type: 'warning', message: 'x' }),
  );

  it('a stream of the Messages API keeps the grammar whatever comes, in whatever order, and says what the whole says', () => {
    const calls = fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 });
    const reasons = fc.constantFrom<FinishReason>('stop', 'tool-calls', 'length', 'content-filter', 'other', 'cancelled');
    fc.assert(
      fc.property(
        fc.array(anyChunk, { maxLength: 8 }),
        calls,
        reasons,
        fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
        (said, ids, reason, places) => {
          const chunks = [...said];
          // The pieces of each call in their order, between all others.
          for (const [at, id] of ids.entries()) {
            const pieces = [call(id, ''), call(id, '{"n":'), call(id, `${at}}`), call(id, `{"n":${at}}`, true)];
            let from = 0;
            for (const [number, piece] of pieces.entries()) {
              from += (places[4 * at + number] ?? 0) % (chunks.length - from + 1);
              chunks.splice(from, 0, piece);
              from += 1;
            }
          }
          chunks.push(finish(reason));
          const events = eventsIn(written(chunks));
          const blocks = blocksOf(events);
          for (const block of blocks) expect(block['type'] === 'text' && block['text'] === '').toBe(false);
          const used = blocks.filter(({ type }) => type === 'tool_use');
          expect(used.map(({ id, partial_json }) => [id, JSON.parse(String(partial_json))])).toEqual(
            expect.arrayContaining(ids.map((id, at) => [id, { n: at }])),
          );
          expect(used).toHaveLength(ids.length);
          const early = reason === 'length' || reason === 'content-filter';
          if (!early) expect(stopOf(events) === 'tool_use').toBe(ids.length > 0);

          const whole = messages.encodeAnswer({ chunks, usage }, head);
          const texts = (from: readonly Record<string, unknown>[]) =>
            from.map(({ type, text, thinking, id }) => [type, text ?? thinking ?? id]);
          expect(texts(whole['content'] as readonly Record<string, unknown>[])).toEqual(texts(blocks));
          expect(whole['stop_reason']).toBe(stopOf(events));
          expect(whole['usage']).toEqual(events.at(-2)?.['usage']);
        },
      ),
      { numRuns: perRound(80, 3_000) },
    );
  });

  it('a stream of the Messages API writes a call only with the arguments that belong to it', () => {
    const events = eventsIn(
      written([
        call('a', ''),
        call('b', ''),
        call('b', '{"y":'),
        call('a', '{"x":1}'),
        call('b', '2}'),
        call('a', '{"x":1}', true),
        call('b', '{"y":2}', true),
        finish('stop'),
      ]),
    );
    expect(blocksOf(events).map(({ id, partial_json }) => [id, partial_json])).toEqual([
      ['a', '{"x":1}'],
      ['b', '{"y":2}'],
    ]);
    expect(stopOf(events)).toBe('tool_use');
  });

  it('a stream of the Messages API writes a call once, also where it is told twice', () => {
    const twice = [
      call('a', '{}', true),
      call('a', '{}', true),
      { type: 'text', text: 'Hi' } as const,
      call('a', '{}', true),
      finish('stop'),
    ];
    expect(blocksOf(eventsIn(written(twice)))).toMatchObject([{ type: 'tool_use', id: 'a' }, { type: 'text' }]);
  });

  it('a stream of the Messages API writes an empty object for a call without arguments, and what was cut off of one that was cut off', () => {
    const events = eventsIn(
      written([call('a', ''), call('a', '', true), call('b', '{"cit'), { type: 'text', text: 'Hm.' }, finish('length')]),
    );
    expect(blocksOf(events)).toMatchObject([{ id: 'a', partial_json: '{}' }, { id: 'b', partial_json: '{"cit' }, { text: 'Hm.' }]);
    expect(stopOf(events)).toBe('max_tokens');
  });

  it('a stream of the Messages API tells usage in disjoint classes, and zeros where nothing was counted', () => {
    const counted = {
      input_tokens: 10,
      cache_creation_input_tokens: 3,
      cache_read_input_tokens: 4,
      output_tokens: 3,
      output_tokens_details: { thinking_tokens: 1 },
    };
    expect(eventsIn(written([{ type: 'text', text: 'Hi' }, finish('stop')])).at(-2)?.['usage']).toEqual(counted);
    expect(messages.encodeAnswer({ chunks: [finish('stop')], usage: null }, head)['usage']).toEqual({ input_tokens: 0, output_tokens: 0 });
  });

  it('a stream of the Messages API tells a failure in the middle as an error, and no end', () => {
    const encoder = messages.encodeEvents(head);
    const text =
      encoder.start() + encoder.take([{ type: 'text', text: 'Hi' }]) + encoder.fail(new GatewayError('MODEL_UNAVAILABLE', 'Gone.'));
    const events = eventsIn(text);
    expect(events.at(-1)).toEqual({ type: 'error', error: { type: 'overloaded_error', message: 'Gone.' } });
    expect(events.some(({ type }) => type === 'message_stop')).toBe(false);
  });

  it('a stream of the Messages API that a guardrail cuts off ends as one that a filter ended', () => {
    const encoder = messages.encodeEvents(head);
    const text =
      encoder.start() + encoder.take([{ type: 'text', text: 'Hi' }]) + encoder.fail(new GatewayError('GUARDRAIL_BLOCKED', 'No.'));
    const events = eventsIn(text);
    expect(blocksOf(events)).toEqual([{ type: 'text', text: 'Hi' }]);
    expect(stopOf(events)).toBe('refusal');
  });
});

describe('a part that a vendor wants back', () => {
  const google = '{"google":{"thoughtSignature":"g1"}}';
  const ofText = '{"google":{"thoughtSignature":"g2"},"of":"text"}';
  const parts: Message['content'] = [
    { type: 'reasoning', text: 'Hm.', opaque: '{"openai":{"itemId":"rs_1","reasoningEncryptedContent":"e"}}' },
    { type: 'reasoning', text: 'So.', opaque: '{"anthropic":{"signature":"s1"}}' },
    { type: 'reasoning', text: '', opaque: '{"anthropic":{"redactedData":"r1"}}' },
    { type: 'reasoning', text: '', opaque: google },
    { type: 'text', text: 'Let me look.' },
    { type: 'reasoning', text: '', opaque: ofText },
    { type: 'tool-call', id: 'a', name: 'tool_a', arguments: { x: 1 }, opaque: google },
    { type: 'tool-call', id: 'b', name: 'tool_b', arguments: {} },
  ];
  const chunks = parts.map((part): Chunk => {
    if (part.type !== 'tool-call') return part as Chunk;
    const { arguments: given, ...rest } = part;
    return { ...rest, argumentsText: JSON.stringify(given), done: true };
  });

  it('a part that a vendor wants back survives a client that keeps the answer and sends it back, whichever vendor it was', () => {
    const streamed = blocksOf(eventsIn(written([...chunks, finish('tool-calls')]))).map(({ partial_json, ...block }) =>
      partial_json === undefined ? block : { ...block, input: JSON.parse(String(partial_json)) as unknown },
    );
    const { content } = messages.encodeAnswer({ chunks: [...chunks, finish('tool-calls')], usage }, head);
    expect(content).toEqual(streamed);
    const history = [...hi, { role: 'assistant', content }];
    expect(decoded({ messages: history }).request.messages[1]?.content).toEqual(parts);
  });

  it('a part that a vendor wants back of Anthropic stands as it came, for clients that know it', () => {
    const { content } = messages.encodeAnswer({ chunks: chunks.slice(1, 3), usage }, head);
    expect(content).toEqual([
      { type: 'thinking', thinking: 'So.', signature: 's1' },
      { type: 'redacted_thinking', data: 'r1' },
    ]);
  });

  it('a part that a vendor wants back that no gateway has wrapped is Anthropic’s', () => {
    const signature = Buffer.from('{"no":"opaque"}').toString('base64');
    const history = [...hi, { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature }] }];
    expect(decoded({ messages: history }).request.messages[1]?.content).toEqual([
      { type: 'reasoning', text: 'Hm.', opaque: JSON.stringify({ anthropic: { signature } }) },
    ]);
  });
});

describe('a stock client of the Messages API', () => {
  const model = (body: string, headers: Record<string, string>) =>
    createAnthropic({ apiKey: 'k', baseURL: 'http://gateway/v1', fetch: async () => new Response(body, { headers }) })('claude-sonnet-4-5');
  const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hi' }] }];
  const answer = async (body: string, headers: Record<string, string>) => {
    if (headers['content-type'] === 'application/json') {
      const { content, finishReason, usage: used } = await model(body, headers).doGenerate({ prompt });
      return {
        said: content.map((part) => ('text' in part ? [part.type, part.text] : [part.type, Object(part).input])),
        finishReason,
        used,
      };
    }
    const { stream } = await model(body, headers).doStream({ prompt });
    const parts = await Array.fromAsync(stream);
    expect(parts.filter(({ type }) => type === 'error')).toEqual([]);
    const said: unknown[][] = [];
    for (const part of parts) {
      if (part.type === 'text-start' || part.type === 'reasoning-start') said.push([part.type.replace('-start', ''), '']);
      if (part.type === 'text-delta' || part.type === 'reasoning-delta')
        said[said.length - 1] = [said.at(-1)?.[0], `${said.at(-1)?.[1]}${part.delta}`];
      if (part.type === 'tool-call') said.push([part.type, part.input]);
    }
    const end = parts.find((part) => part.type === 'finish');
    return { said, finishReason: end?.finishReason, used: end?.usage };
  };

  it('a stock client of the Messages API reads the same answer whole and streamed', async () => {
    await fc.assert(
      fc.asyncProperty(legalMessages.answers, async ({ chunks, usage: counted }) => {
        const encoder = messages.encodeEvents(head);
        const body = encoder.start() + encoder.take(chunks) + encoder.end(counted);
        const streamed = await answer(body, { 'content-type': 'text/event-stream' });
        const whole = await answer(JSON.stringify(messages.encodeAnswer({ chunks, usage: counted }, head)), {
          'content-type': 'application/json',
        });
        expect(streamed.said.map(([type, value]) => [type, type === 'tool-call' ? JSON.parse(String(value)) : value])).toEqual(
          whole.said.map(([type, value]) => [type, type === 'tool-call' ? JSON.parse(String(value)) : value]),
        );
        expect(streamed.finishReason).toEqual(whole.finishReason);
        expect(streamed.used?.inputTokens).toEqual(whole.used?.inputTokens);
        expect(streamed.used?.outputTokens).toEqual(whole.used?.outputTokens);
        const text = chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
        expect(whole.said.map(([type, value]) => (type === 'text' ? value : '')).join('')).toBe(text);
      }),
      { numRuns: perRound(20, 600) },
    );
  });

  it('a stock client of the Messages API fails where the answer fails in the middle', async () => {
    const encoder = messages.encodeEvents(head);
    const body = encoder.start() + encoder.take([{ type: 'text', text: 'Hi' }]) + encoder.fail(new GatewayError('TIMEOUT', 'Too late.'));
    const { stream } = await model(body, { 'content-type': 'text/event-stream' }).doStream({ prompt });
    const parts = await Array.fromAsync(stream);
    const failure = parts.find((part) => part.type === 'error');
    expect(String(Object(failure?.error).message)).toContain('Too late.');
  });
});

describe('a failure in the words of Anthropic', () => {
  it.each<[ErrorCode, number, string]>([
    ['UNAUTHENTICATED', 401, 'authentication_error'],
    ['FORBIDDEN', 403, 'permission_error'],
    ['BAD_REQUEST', 400, 'invalid_request_error'],
    ['COST_LIMIT_EXCEEDED', 400, 'invalid_request_error'],
    ['CONTEXT_TOO_LONG', 400, 'invalid_request_error'],
    ['GUARDRAIL_BLOCKED', 400, 'invalid_request_error'],
    ['BUDGET_EXCEEDED', 402, 'billing_error'],
    ['UNPRICED', 402, 'billing_error'],
    ['RATE_LIMITED', 429, 'rate_limit_error'],
    ['CONCURRENCY_LIMITED', 429, 'rate_limit_error'],
    ['MODEL_UNAVAILABLE', 529, 'overloaded_error'],
    ['TIMEOUT', 504, 'timeout_error'],
    ['STREAM_STALLED', 504, 'timeout_error'],
    ['INVALID_OUTPUT', 502, 'api_error'],
    ['IDEMPOTENCY_CONFLICT', 409, 'invalid_request_error'],
    ['RESUME_EXPIRED', 404, 'not_found_error'],
    ['INTERNAL', 500, 'api_error'],
  ])('a failure in the words of Anthropic %s is %i, %s', (code, status, type) => {
    expect(messages.encodeFailure(new GatewayError(code, 'So it is.'))).toMatchObject({ status, body: { type: 'error', error: { type } } });
  });

  it('a failure in the words of Anthropic has a status and a type for every code', () => {
    for (const code of Object.keys(errorTable) as ErrorCode[]) {
      const { status, body } = messages.encodeFailure(new GatewayError(code, 'So it is.'));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).toMatchObject({ error: { type: expect.stringMatching(/_error$/), message: expect.stringContaining('So it is.') } });
    }
  });

  it('a failure in the words of Anthropic says in the words that clients look for that a prompt is too long, and quotes the errorId of what is masked', () => {
    const said = (failure: GatewayError): unknown => Object(messages.encodeFailure(failure).body['error']).message;
    expect(said(new GatewayError('CONTEXT_TOO_LONG', 'Shorten it.'))).toBe('prompt is too long: Shorten it.');
    const masked = new GatewayError('INTERNAL', 'Something went wrong.');
    expect(said(masked)).toBe(`Something went wrong. (errorId: ${masked.errorId})`);
  });
});
