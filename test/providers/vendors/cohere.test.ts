/** What is Cohere's own, and what the AI SDK would have made of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../../src/core/chunk.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../../src/core/request/request.ts';
import { outcomeOf, providerContract, sendOptions, wholeAnswerOf, wireContract } from '../../contracts/provider.ts';
import { type RawReply, type RawUpstream, rawUpstream } from '../../raw-upstream.ts';
import { canary } from '../dialects.ts';
import { cohere, cohereEvent } from './cohere-dialect.ts';

providerContract('cohere', async () => {
  const upstream = await rawUpstream();
  upstream.plays({ pieces: [cohere.begins, cohere.says('Hi.'), cohere.ends] });
  return { provider: cohere.provider(upstream.url), model: cohere.model, request: completionRequest('Say hi.'), close: upstream.close };
});
wireContract(cohere, canary);

const text = (said: string): Message['content'][number] => ({ type: 'text', text: said });
const user = (...content: Message['content']): Message => ({ role: 'user', content });
const tools = [{ name: 'weather', description: null, parameters: { type: 'object', properties: { city: { type: 'string' } } } }];
const event = (type: string, fields: object): string => cohereEvent({ type, ...fields });
const toolCall = (fields: object): object => ({ index: 0, delta: { message: { tool_calls: fields } } });
const messageEnd = (delta: object): string => event('message-end', { delta });

describe('cohere', () => {
  let upstream: RawUpstream;
  beforeAll(async () => {
    upstream = await rawUpstream();
  });
  afterAll(() => upstream.close());

  const ask = (request: CompletionRequest = completionRequest('Hi'), options = sendOptions(cohere.model)) =>
    cohere.provider(upstream.url).send(request, options);
  async function answered(reply: RawReply, request?: CompletionRequest, whole = false) {
    upstream.plays(reply);
    const options = sendOptions(cohere.model);
    const answer = await collect(whole ? wholeAnswerOf(cohere.provider(upstream.url), request, options) : ask(request, options));
    return { answer, reported: options.reported, body: upstream.requests.at(-1)?.json() as Record<string, unknown> };
  }
  const says: RawReply = { pieces: [cohere.begins, cohere.says('Hi.'), cohere.ends] };

  it('cohere is sent its own names of settings, and provider options of which the SDK knows nothing', async () => {
    const request = completionRequest('Hi', {
      seed: 7,
      stop: ['END'],
      temperature: 0.5,
      topP: 0.9,
      maxOutputTokens: 50,
      tools,
      toolChoice: { type: 'required' },
      providerOptions: { safetyMode: 'STRICT', thinking: { type: 'disabled' }, model: 'other' },
    });
    const { body, answer } = await answered(says, request);
    expect(answer.warnings).toEqual([]);
    expect(body).toMatchObject({
      model: 'command-a-03-2025',
      p: 0.9,
      seed: 7,
      stop_sequences: ['END'],
      temperature: 0.5,
      max_tokens: 50,
      tool_choice: 'REQUIRED',
      safety_mode: 'STRICT',
      thinking: { type: 'disabled' },
      stream: true,
    });
  });

  it('cohere is sent the text of documents, where the SDK would send their base64, and no others', async () => {
    const file = (mediaType: string, content: string): Message['content'][number] => ({
      type: 'file',
      mediaType,
      name: 'returns.md',
      base64: Buffer.from(content).toString('base64'),
    });
    const { body } = await answered(says, completionRequest([user(text('Hi'), file('text/markdown', 'Within 30 days — always.'))]));
    expect(body['documents']).toEqual([{ data: { text: 'Within 30 days — always.', title: 'returns.md' } }]);
    const { error } = await outcomeOf(ask(completionRequest([user(text('Hi'), file('application/pdf', '%PDF'))])));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('Accepted are text, JSON, XML and images.') });
  });

  it('cohere is sent what was said beside a tool call as its plan', async () => {
    const call: Message['content'][number] = { type: 'tool-call', id: 'c1', name: 'weather', arguments: {} };
    const result: Message = { role: 'tool', content: [{ type: 'tool-result', callId: 'c1', content: 'rain', isError: false }] };
    const history: Message[] = [
      user(text('Hi')),
      { role: 'assistant', content: [text('Well.')] },
      user(text('And?'), text('')),
      { role: 'assistant', content: [text('I look.'), call] },
      result,
    ];
    const { body } = await answered(says, completionRequest(history, { tools }));
    expect(body['messages']).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Well.' },
      { role: 'user', content: 'And?' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }],
        tool_plan: 'I look.',
      },
      { role: 'tool', tool_call_id: 'c1', content: 'rain' },
    ]);
  });

  it('cohere begins with the text of the first block, and tells thoughts apart', async () => {
    const { answer } = await answered({
      pieces: [
        event('content-start', { index: 0, delta: { message: { content: { type: 'thinking', thinking: 'Norway. ' } } } }),
        event('content-delta', { index: 0, delta: { message: { content: { thinking: 'Oslo.' } } } }),
        event('content-start', { index: 1, delta: { message: { content: { type: 'text', text: 'It is ' } } } }),
        event('content-delta', { index: 1, delta: { message: { content: { text: 'Oslo.' } } } }),
        cohere.ends,
      ],
    });
    expect(answer.parts).toEqual([
      { type: 'reasoning', text: 'Norway. Oslo.' },
      { type: 'text', text: 'It is Oslo.' },
    ]);
  });

  it.each([
    ['pings', 'event: ping\ndata: {}\n\n'],
    ['events without data', 'data:\n\n'],
    ['events that nobody knows yet', event('brand-new', { index: 0, delta: { x: 1 } })],
    ['citations', event('citation-start', { index: 0, delta: { message: { citations: { start: 0, end: 2, text: 'Hi', sources: [] } } } })],
  ])('cohere passes over %s', async (_, odd) => {
    const { answer } = await answered({ pieces: [cohere.begins, odd, cohere.says('Hi.'), odd, cohere.ends] });
    expect(answer).toMatchObject({ text: 'Hi.', finishReason: 'stop' });
  });

  it.each(['reset', 'hang'] as const)('cohere is whole with its end, whatever the connection does after it: %s', async (ending) => {
    const { answer, reported } = await answered({ ...says, ending });
    expect(answer).toMatchObject({ text: 'Hi.', finishReason: 'stop' });
    expect(reported).toHaveLength(1);
  });

  it.each([
    ['MAX_TOKENS', 'length'],
    ['STOP_SEQUENCE', 'stop'],
    ['ERROR_TOXIC', 'content-filter'],
    ['SOMETHING_NEW', 'other'],
  ])('cohere ends for %s with %s', async (word, reason) => {
    const { answer } = await answered({ pieces: [cohere.begins, cohere.says('Hi'), messageEnd({ finish_reason: word, usage: {} })] });
    expect(answer.finishReason).toBe(reason);
  });

  it.each(['ERROR', 'TIMEOUT'])('cohere has failed in the middle where it ends for %s', async (word) => {
    upstream.plays({ pieces: [cohere.begins, cohere.says('Hi'), messageEnd({ finish_reason: word, error: 'upstream' })] });
    const { error } = await outcomeOf(ask());
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { phase: 'mid-stream' } });
  });

  it('cohere counts what is billed, and leaves to estimates what was not counted', async () => {
    const usage = {
      billed_units: { input_tokens: 10, output_tokens: 2 },
      tokens: { input_tokens: 900, output_tokens: 4 },
      cached_tokens: 4,
    };
    const counted = await answered({ pieces: [cohere.begins, cohere.says('Hi'), messageEnd({ finish_reason: 'COMPLETE', usage })] });
    expect(counted.reported).toEqual([
      { freshInputTokens: 6, cacheReadTokens: 4, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 },
    ]);
    for (const uncounted of [undefined, {}, { tokens: { input_tokens: 0, output_tokens: 0 } }]) {
      const end = messageEnd({ finish_reason: 'COMPLETE', usage: uncounted });
      expect((await answered({ pieces: [cohere.begins, cohere.says('Hi'), end] })).reported).toEqual([]);
    }
  });

  it.each([
    ['null', '{}'],
    ['', '{}'],
    ['{"city": Oslo}', '{"city": Oslo}'],
  ])('cohere calls a tool with the arguments %j as they came', async (written, expected) => {
    const { answer } = await answered(
      {
        pieces: [
          event('tool-call-start', toolCall({ id: 'c1', type: 'function', function: { name: 'weather', arguments: '' } })),
          event('tool-call-delta', toolCall({ function: { arguments: written } })),
          event('tool-call-end', { index: 0 }),
          messageEnd({ finish_reason: 'TOOL_CALL' }),
        ],
      },
      completionRequest('Hi', { tools }),
    );
    expect(answer.finishReason).toBe('tool-calls');
    expect(answer.parts).toEqual([{ type: 'tool-call', id: 'c1', name: 'weather', arguments: expected === '{}' ? {} : expected }]);
  });

  it('cohere answers whole in one JSON', async () => {
    const message = {
      role: 'assistant',
      tool_plan: 'I look.',
      content: [
        { type: 'thinking', thinking: 'Norway.' },
        { type: 'text', text: 'Oslo.' },
      ],
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } }],
    };
    const usage = { billed_units: { input_tokens: 10, output_tokens: 2 }, tokens: { input_tokens: 72, output_tokens: 4 } };
    const { answer, reported, body } = await answered(
      {
        headers: { 'content-type': 'application/json' },
        pieces: [JSON.stringify({ id: 'a', message, finish_reason: 'TOOL_CALL', usage })],
      },
      completionRequest('Capital?', { tools }),
      true,
    );
    expect(body).toMatchObject({ stream: false });
    expect(answer.parts).toEqual([
      { type: 'reasoning', text: 'I look.Norway.' },
      { type: 'text', text: 'Oslo.' },
      { type: 'tool-call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } },
    ]);
    expect(answer.finishReason).toBe('tool-calls');
    expect(reported).toMatchObject([{ freshInputTokens: 10, outputTokens: 2 }]);
  });

  it('cohere embeds texts as documents, in the dimension that was asked for', async () => {
    const reply = {
      embeddings: {
        float: [
          [1, 0],
          [0, 1],
        ],
      },
      meta: { billed_units: { input_tokens: 5 } },
    };
    upstream.plays({ headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(reply)] });
    const options = sendOptions('embed-v4.0');
    const { vectors } = await collect(
      cohere.provider(upstream.url).send({ kind: 'embedding', texts: ['a', 'b'], dimensions: 256 }, options),
    );
    expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
    expect(options.reported).toMatchObject([{ freshInputTokens: 5, outputTokens: 0 }]);
    expect(upstream.requests.at(-1)).toMatchObject({ path: '/v2/embed' });
    expect(upstream.requests.at(-1)?.json()).toMatchObject({ texts: ['a', 'b'], input_type: 'search_document', output_dimension: 256 });
  });
});
