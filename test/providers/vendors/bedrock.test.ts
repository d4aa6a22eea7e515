/** What is Bedrock's own: signatures, frames and blocks, and what the AI SDK would have made of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../../src/core/chunk.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../../src/core/request/request.ts';
import { Secret } from '../../../src/core/secret.ts';
import { type BedrockOptions, bedrockProvider } from '../../../src/providers/ai-sdk/bedrock/bedrock.ts';
import { outcomeOf, providerContract, sendOptions, wholeAnswerOf, wireContract } from '../../contracts/provider.ts';
import { type RawReply, type RawUpstream, rawUpstream } from '../../raw-upstream.ts';
import { canary } from '../dialects.ts';
import { bedrock, bedrockEvent, bedrockException, frame } from './bedrock-dialect.ts';

providerContract('bedrock', async () => {
  const upstream = await rawUpstream('latin1');
  upstream.plays({ pieces: [bedrock.begins, bedrock.says('Hi.'), bedrock.ends] });
  return { provider: bedrock.provider(upstream.url), model: bedrock.model, request: completionRequest('Say hi.'), close: upstream.close };
});
wireContract(bedrock, canary);

const claude = 'eu.anthropic.claude-haiku-4-5-20251001-v1:0';
const text = (said: string): Message['content'][number] => ({ type: 'text', text: said });
const user = (...content: Message['content']): Message => ({ role: 'user', content });
const tools = [{ name: 'weather', description: null, parameters: { type: 'object', properties: { city: { type: 'string' } } } }];
const delta = (contentBlockIndex: number, fields: object): string =>
  bedrockEvent('contentBlockDelta', { contentBlockIndex, delta: fields });
const stop = (contentBlockIndex: number): string => bedrockEvent('contentBlockStop', { contentBlockIndex });
const messageStop = (stopReason: string): string => bedrockEvent('messageStop', { stopReason });
const json = (body: object): RawReply => ({ headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(body)] });

describe('bedrock', () => {
  let upstream: RawUpstream;
  beforeAll(async () => {
    upstream = await rawUpstream('latin1');
  });
  afterAll(() => upstream.close());

  const says: RawReply = { pieces: [bedrock.begins, bedrock.says('Hi.'), bedrock.ends] };
  async function answered(reply: RawReply, request = completionRequest('Hi'), { model = bedrock.model, whole = false } = {}) {
    upstream.plays(reply);
    const options = sendOptions(model);
    const answer = await collect(
      whole ? wholeAnswerOf(bedrock.provider(upstream.url), request, options) : bedrock.provider(upstream.url).send(request, options),
    );
    const { path = '', headers = {}, json: body = () => ({}) } = upstream.requests.at(-1) ?? {};
    return { answer, reported: options.reported, path, headers, body: body() as Record<string, unknown> };
  }

  describe('is asked', () => {
    const provider = (settings: Partial<BedrockOptions>) => bedrockProvider({ region: 'us-west-2', baseUrl: upstream.url, ...settings });
    async function headersOf(settings: Partial<BedrockOptions>) {
      upstream.plays(says);
      await collect(provider(settings).send(completionRequest('Hi'), sendOptions(claude)));
      return upstream.requests.at(-1)?.headers ?? {};
    }

    it('bedrock is asked with a signature for its region, over the host, the time and the session', async () => {
      const credentials = {
        accessKeyId: new Secret('AKIDEXAMPLE'),
        secretAccessKey: new Secret(canary),
        sessionToken: new Secret('session-1'),
      };
      const headers = await headersOf({ credentials });
      expect(headers.authorization).toMatch(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-west-2\/bedrock\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
      );
      expect(headers).toMatchObject({ 'x-amz-security-token': 'session-1', 'x-amz-date': expect.stringMatching(/^\d{8}T\d{6}Z$/) });
      expect(upstream.requests.at(-1)?.path).toBe(`/model/${encodeURIComponent(claude)}/converse-stream`);
    });

    it('bedrock is asked with a key of its own as a bearer', async () => {
      const headers = await headersOf({ apiKey: new Secret('bedrock-api-key-1') });
      expect(headers.authorization).toBe('Bearer bedrock-api-key-1');
      expect(headers['x-amz-date']).toBeUndefined();
    });

    it('bedrock is asked with the keys of a role, which are asked for anew once they were refused', async () => {
      let asked = 0;
      const role = provider({
        credentials: async ({ abortSignal }) => {
          expect(abortSignal).toBeInstanceOf(AbortSignal);
          asked += 1;
          return { accessKeyId: `ROLE${asked}`, secretAccessKey: canary, sessionToken: 's', expiration: new Date(Date.now() + 3_600_000) };
        },
      });
      const keyOf = async (): Promise<string | undefined> => {
        await collect(role.send(completionRequest('Hi'), sendOptions(claude))).catch(() => {});
        return /Credential=(\w+)/.exec(upstream.requests.at(-1)?.headers.authorization ?? '')?.[1];
      };
      upstream.plays(says);
      expect([await keyOf(), await keyOf()]).toEqual(['ROLE1', 'ROLE1']);
      upstream.plays(bedrock.refuses('key'));
      expect(await keyOf()).toBe('ROLE1');
      upstream.plays(says);
      expect(await keyOf()).toBe('ROLE2');
    });

    it.each<[string, Partial<BedrockOptions>, boolean]>([
      ['are missing', { credentials: { accessKeyId: null, secretAccessKey: null } }, false],
      ['were not given', {}, false],
      ['are not to be had', { credentials: () => Promise.reject(new Error('No metadata service.')) }, true],
    ])('bedrock is not asked at all where its credentials %s', async (_, settings, retryable) => {
      process.env['AWS_ACCESS_KEY_ID'] = 'AKIDFROMENV';
      process.env['AWS_SECRET_ACCESS_KEY'] = canary;
      process.env['AWS_BEARER_TOKEN_BEDROCK'] = canary;
      try {
        const before = upstream.requests.length;
        const { error } = await outcomeOf(provider(settings).send(completionRequest('Hi'), sendOptions(claude)));
        expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable, details: { about: 'deployment' } });
        expect(upstream.requests).toHaveLength(before);
      } finally {
        for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_BEARER_TOKEN_BEDROCK']) delete process.env[name];
      }
    });
  });

  it('bedrock lacks its key where there is none', () => {
    const secret = new Secret('x');
    expect(bedrockProvider({ region: 'eu-central-1' }).lacksKey).toBe(true);
    expect(bedrockProvider({ region: 'eu-central-1', apiKey: null }).lacksKey).toBe(true);
    expect(bedrockProvider({ region: 'eu-central-1', apiKey: secret }).lacksKey).toBe(false);
    expect(bedrockProvider({ region: 'eu-central-1', credentials: { accessKeyId: secret, secretAccessKey: null } }).lacksKey).toBe(true);
    expect(bedrockProvider({ region: 'eu-central-1', credentials: { accessKeyId: secret, secretAccessKey: secret } }).lacksKey).toBe(false);
  });

  it.each<[string, BedrockOptions, string]>([
    ['no region', { region: 'Frankfurt' }, 'Its region is no region of AWS.'],
    [
      'a key and credentials',
      { region: 'eu-central-1', apiKey: new Secret('k'), credentials: async () => expect.fail() },
      'It has both an apiKey and credentials.',
    ],
    [
      'a key that is no secret',
      { region: 'eu-central-1', credentials: { accessKeyId: new Secret('k'), secretAccessKey: 'k' as never } },
      'Its secretAccessKey is no secret.',
    ],
  ])('bedrock has %s told as a mistake', (_, options, sentence) => {
    expect(bedrockProvider(options).mistakes).toEqual([expect.stringContaining(sentence)]);
  });

  it('bedrock is told what a caller set, and the caller what it does not take', async () => {
    const settings = {
      temperature: 0.5,
      topP: 0.9,
      seed: 7,
      stop: ['END'],
      maxOutputTokens: 50,
      tools,
      toolChoice: { type: 'tool', name: 'weather' },
    };
    const { body, answer } = await answered(says, completionRequest('Hi', settings as Partial<CompletionRequest>));
    expect(body).toMatchObject({
      inferenceConfig: { maxTokens: 50, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
      toolConfig: { toolChoice: { tool: { name: 'weather' } } },
    });
    expect(answer.warnings).toEqual(['The model does not support seed; it was left out or changed.']);
  });

  it('bedrock is sent ids that it accepts, in pairs, and no empty text', async () => {
    const history: Message[] = [
      user(text('Hi'), text('')),
      { role: 'assistant', content: [text(''), { type: 'tool-call', id: 'call:1/é x', name: 'weather', arguments: {} }] },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'call:1/é x', content: 'rain', isError: false }] },
    ];
    const { body } = await answered(says, completionRequest(history, { tools }));
    const id = expect.stringMatching(/^[a-z0-9]{24}$/);
    expect(body['messages']).toMatchObject([
      { role: 'user', content: [{ text: 'Hi' }] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: id, name: 'weather', input: {} } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: id } }] },
    ]);
    const [, call, result] = body['messages'] as readonly {
      readonly content: readonly Record<string, { readonly toolUseId?: string }>[];
    }[];
    expect(call?.content[0]?.['toolUse']?.toolUseId).toBe(result?.content[0]?.['toolResult']?.toolUseId);
    expect(JSON.stringify(body)).not.toContain('"text":""');
  });

  it('bedrock never gets a larger maximum than was asked, reasoning included', async () => {
    const providerOptions = { reasoningConfig: { type: 'enabled', budgetTokens: 2_000 } };
    const { body } = await answered(says, completionRequest('Hi', { maxOutputTokens: 3_000, providerOptions }), { model: claude });
    expect(body).toMatchObject({
      inferenceConfig: { maxTokens: 3_000 },
      additionalModelRequestFields: { thinking: { budget_tokens: 2_000 } },
    });
    const small = completionRequest('Hi', { maxOutputTokens: 2_000, providerOptions });
    const { error } = await outcomeOf(bedrock.provider(upstream.url).send(small, sendOptions(claude)));
    expect(error).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringContaining('More than 2000 is accepted.') });
  });

  it('bedrock has frames cut anywhere put together', async () => {
    const whole = bedrock.begins + bedrock.says('Zürich 🏔') + bedrock.ends;
    const { answer } = await answered({ pieces: whole.match(/[\s\S]{1,7}/g) ?? [] });
    expect(answer).toMatchObject({ text: 'Zürich 🏔', finishReason: 'stop' });
  });

  it.each(['reset', 'hang', 'end'] as const)('bedrock is whole once it has stopped, whatever the connection does: %s', async (ending) => {
    const pieces = [bedrock.begins, bedrock.says('Hi.'), stop(0), messageStop('end_turn')];
    const more = frame({ ':message-type': 'event', ':event-type': 'metadata' }, '{"usage"').slice(0, -9);
    const answerTo = async (sent: readonly string[]) => {
      const own = await rawUpstream('latin1');
      own.plays({ pieces: sent, ending });
      const answer = await collect(bedrock.provider(own.url).send(completionRequest('Hi'), sendOptions(bedrock.model)));
      await own.close();
      return answer;
    };
    // Both at once: each waits for the usage.
    const whole = { text: 'Hi.', finishReason: 'stop' };
    expect(await Promise.all([answerTo(pieces), answerTo([...pieces, more])])).toMatchObject([whole, whole]);
  });

  it('bedrock passes over events and blocks that nobody knows yet', async () => {
    const { answer } = await answered({
      pieces: [
        bedrock.begins,
        bedrockEvent('brandNew', { x: 1 }),
        delta(3, { brandNew: { x: 1 } }),
        bedrock.says('Hi.'),
        delta(0, { citation: { title: 'x' } }),
        bedrock.ends,
      ],
    });
    expect(answer).toMatchObject({ text: 'Hi.', finishReason: 'stop' });
  });

  it('bedrock has reasoning kept with its signature, and takes it back', async () => {
    const { answer } = await answered(
      {
        pieces: [
          bedrock.begins,
          delta(0, { reasoningContent: { text: 'I have ' } }),
          delta(0, { reasoningContent: { text: 'a tool.' } }),
          delta(0, { reasoningContent: { signature: 'EqQBCgYIAxgC' } }),
          stop(0),
          delta(1, { reasoningContent: { redactedContent: 'cmVk' } }),
          delta(1, { reasoningContent: { redactedContent: 'YWN0' } }),
          stop(1),
          bedrockEvent('contentBlockStart', {
            contentBlockIndex: 2,
            start: { toolUse: { toolUseId: 'tooluse_bpe71yCfRu2b5i-nKGDr5g', name: 'weather' } },
          }),
          delta(2, { toolUse: { input: '{"city":' } }),
          delta(2, { toolUse: { input: '"Oslo"}' } }),
          stop(2),
          messageStop('tool_use'),
          bedrockEvent('metadata', {
            usage: { inputTokens: 21, outputTokens: 119, totalTokens: 2_376, cacheReadInputTokens: 2_048, cacheWriteInputTokens: 188 },
          }),
        ],
      },
      completionRequest('Weather in Oslo?', { tools }),
      { model: claude },
    );
    expect(answer.finishReason).toBe('tool-calls');
    expect(answer.parts).toMatchObject([
      { type: 'reasoning', text: 'I have a tool.', opaque: expect.stringContaining('EqQBCgYIAxgC') },
      { type: 'reasoning', text: '', opaque: expect.stringContaining('cmVkYWN0') },
      { type: 'tool-call', id: 'tooluse_bpe71yCfRu2b5i-nKGDr5g', name: 'weather', arguments: { city: 'Oslo' } },
    ]);
    const result: Message = {
      role: 'tool',
      content: [{ type: 'tool-result', callId: 'tooluse_bpe71yCfRu2b5i-nKGDr5g', content: 'rain', isError: false }],
    };
    const history: Message[] = [user(text('Weather in Oslo?')), { role: 'assistant', content: answer.parts }, result];
    const { body } = await answered(says, completionRequest(history, { tools }), { model: claude });
    expect((body['messages'] as readonly { readonly content: unknown }[])[1]?.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'I have a tool.', signature: 'EqQBCgYIAxgC' } } },
      { reasoningContent: { redactedContent: 'cmVkYWN0' } },
      { toolUse: { toolUseId: 'tooluse_bpe71yCfRu2b5i-nKGDr5g', name: 'weather', input: { city: 'Oslo' } } },
    ]);
  });

  it('bedrock counts each class of tokens once, and leaves to estimates what was not counted', async () => {
    const counts = { inputTokens: 21, outputTokens: 119, totalTokens: 2_376, cacheReadInputTokens: 2_048, cacheWriteInputTokens: 188 };
    const ended = [bedrock.begins, bedrock.says('Hi.'), stop(0), messageStop('end_turn')];
    expect((await answered({ pieces: [...ended, bedrockEvent('metadata', { usage: counts })] })).reported).toEqual([
      { freshInputTokens: 21, cacheReadTokens: 2_048, cacheWriteTokens: 188, outputTokens: 119, reasoningTokens: 0 },
    ]);
    expect((await answered({ pieces: [...ended, bedrockEvent('metadata', { usage: {} })] })).reported).toEqual([]);
  });

  it.each([
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['stop_sequence', 'stop'],
    ['guardrail_intervened', 'content-filter'],
    ['content_filtered', 'content-filter'],
    ['brand_new', 'other'],
  ])('bedrock ends for %s with %s', async (word, reason) => {
    const { answer } = await answered({ pieces: [bedrock.begins, bedrock.says('Hi'), messageStop(word)] });
    expect(answer.finishReason).toBe(reason);
  });

  it.each(['malformed_model_output', 'malformed_tool_use'])('bedrock has failed where it ends for %s', async (word) => {
    upstream.plays({ pieces: [bedrock.begins, bedrock.says('Hi'), messageStop(word)] });
    const { error } = await outcomeOf(bedrock.provider(upstream.url).send(completionRequest('Hi'), sendOptions('m')));
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { phase: 'mid-stream' } });
  });

  it.each([
    ['throttlingException', 'Too many tokens, please wait before trying again.', { code: 'MODEL_UNAVAILABLE', retryable: true }],
    ['modelStreamErrorException', 'The model failed.', { code: 'MODEL_UNAVAILABLE', retryable: true }],
    ['internalServerException', 'Oops.', { code: 'MODEL_UNAVAILABLE', retryable: true }],
    ['validationException', 'Input is too long for requested model.', { code: 'CONTEXT_TOO_LONG', retryable: false }],
    ['validationException', 'Malformed input request.', { code: 'BAD_REQUEST', retryable: false }],
  ])('bedrock has %s inside its stream told as what it means (%s)', async (type, message, expected) => {
    upstream.plays({ pieces: [bedrock.begins, bedrockException(type, message)] });
    const { error } = await outcomeOf(bedrock.provider(upstream.url).send(completionRequest('Hi'), sendOptions('m')));
    expect(error).toMatchObject({ ...expected, details: { phase: 'before-content' } });
  });

  it.each([
    [424, 'ModelErrorException', 'The model failed.', { code: 'MODEL_UNAVAILABLE', retryable: true }],
    [408, 'ModelTimeoutException', 'The model took too long.', { code: 'MODEL_UNAVAILABLE', retryable: true }],
    [400, 'ValidationException', 'The provided model identifier is invalid.', { code: 'MODEL_UNAVAILABLE', retryable: false }],
    [
      400,
      'ValidationException',
      "Invocation of model ID m with on-demand throughput isn't supported. Retry your request with the ID or ARN of an inference profile.",
      { code: 'MODEL_UNAVAILABLE', retryable: false },
    ],
  ])('bedrock fails over for %i %s: %s', async (status, type, message, expected) => {
    upstream.plays({ status, headers: { 'x-amzn-errortype': type }, pieces: [JSON.stringify({ message })] });
    const { error } = await outcomeOf(bedrock.provider(upstream.url).send(completionRequest('Hi'), sendOptions('m')));
    expect(error).toMatchObject({ ...expected, details: { phase: 'before-content', about: 'deployment' } });
  });

  it('bedrock answers with JSON through a tool, which nobody sees', async () => {
    const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
    const request = completionRequest('Capital?', { output: { format: 'json', schema } });
    const start = bedrockEvent('contentBlockStart', { contentBlockIndex: 0, start: { toolUse: { toolUseId: 't1', name: 'json' } } });
    const pieces = [bedrock.begins, start, delta(0, { toolUse: { input: '{"city":' } }), delta(0, { toolUse: { input: '"Oslo"}' } })];
    const { answer, body } = await answered({ pieces: [...pieces, stop(0), messageStop('tool_use')] }, request);
    expect(body).toMatchObject({ toolConfig: { tools: [{ toolSpec: { name: 'json' } }] } });
    expect(answer).toMatchObject({ text: '{"city":"Oslo"}', finishReason: 'stop' });
    const content = [{ toolUse: { toolUseId: 't1', name: 'json', input: { city: 'Oslo' } } }];
    const whole = await answered(json({ output: { message: { role: 'assistant', content } }, stopReason: 'tool_use' }), request, {
      whole: true,
    });
    expect(whole.answer).toMatchObject({ text: '{"city":"Oslo"}', finishReason: 'stop' });
  });

  it('bedrock answers whole in one JSON', async () => {
    const content = [
      { reasoningContent: { reasoningText: { text: 'Norway.', signature: 'sig' } } },
      { text: 'Oslo.' },
      { toolUse: { toolUseId: 't1', name: 'weather', input: {} } },
    ];
    const usage = { inputTokens: 10, outputTokens: 2, totalTokens: 12 };
    const reply = json({ output: { message: { role: 'assistant', content } }, stopReason: 'tool_use', usage, metrics: { latencyMs: 1 } });
    const { answer, reported, path } = await answered(reply, completionRequest('Capital?', { tools }), { whole: true });
    expect(path).toBe(`/model/${encodeURIComponent(bedrock.model)}/converse`);
    expect(answer.parts).toMatchObject([
      { type: 'reasoning', text: 'Norway.', opaque: expect.stringContaining('sig') },
      { type: 'text', text: 'Oslo.' },
      { type: 'tool-call', id: 't1', name: 'weather', arguments: {} },
    ]);
    expect(reported).toMatchObject([{ freshInputTokens: 10, outputTokens: 2 }]);
  });

  it.each([
    ['amazon.titan-embed-text-v2:0', ['a'], { embedding: [1, 0], inputTextTokenCount: 3 }, { inputText: 'a', dimensions: 256 }, 3],
    [
      'cohere.embed-v4:0',
      ['a', 'b'],
      {
        embeddings: {
          float: [
            [1, 0],
            [0, 1],
          ],
        },
      },
      { texts: ['a', 'b'], input_type: 'search_document', output_dimension: 256 },
      null,
    ],
  ])('bedrock embeds with %s, signed', async (model, texts, reply, body, tokens) => {
    upstream.plays(json(reply));
    const options = sendOptions(model);
    const { vectors } = await collect(bedrock.provider(upstream.url).send({ kind: 'embedding', texts, dimensions: 256 }, options));
    expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)].slice(0, texts.length));
    expect(options.reported.map(({ freshInputTokens }) => freshInputTokens)).toEqual(tokens === null ? [] : [tokens]);
    expect(upstream.requests.at(-1)?.json()).toMatchObject(body);
    expect(upstream.requests.at(-1)?.headers.authorization).toContain('/eu-central-1/bedrock/aws4_request');
  });
});
