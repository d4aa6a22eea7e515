/** What is Azure's own about OpenAI's wires: paths, keys and tokens, names of deployments, and content filters. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../../src/core/chunk.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { Secret } from '../../../src/core/secret.ts';
import { type AzureOpenAiOptions, azureOpenAiProvider } from '../../../src/providers/azure-openai.ts';
import { outcomeOf, providerContract, sendOptions, wholeAnswerOf, wireContract } from '../../contracts/provider.ts';
import { type RawReply, type RawUpstream, rawUpstream } from '../../raw-upstream.ts';
import { canary, type Dialect } from '../dialects.ts';
import { azure, azureChat } from './azure-dialect.ts';

for (const dialect of [azure, azureChat]) {
  providerContract(dialect.name, async () => {
    const upstream = await rawUpstream();
    upstream.plays({ pieces: [dialect.begins, dialect.says('Hi.'), dialect.ends] });
    return { provider: dialect.provider(upstream.url), model: dialect.model, request: completionRequest('Say hi.'), close: upstream.close };
  });
  wireContract(dialect, canary);
}

describe('azure', () => {
  let upstream: RawUpstream;
  beforeAll(async () => {
    upstream = await rawUpstream();
  });
  afterAll(() => upstream.close());

  const repliesOf = ({ begins, says, ends }: Dialect): RawReply => ({ pieces: [begins, says('Hi.'), ends] });
  /** The request that a provider of these settings sends for a deployment. */
  async function asked(settings: Partial<AzureOpenAiOptions>, model = 'mini') {
    const provider = azureOpenAiProvider({ baseUrl: upstream.url, apiKey: new Secret(canary), ...settings });
    upstream.plays(repliesOf(settings.apiVersion === undefined && settings.api === undefined ? azure : azureChat));
    const answer = await collect(provider.send(completionRequest('Hi', { maxOutputTokens: 50 }), sendOptions(model)));
    expect(answer.text).toBe('Hi.');
    const { path = '', headers = {}, json = () => ({}) } = upstream.requests.at(-1) ?? {};
    return { path, headers, body: json() as Record<string, unknown> };
  }

  it.each<[string, Partial<AzureOpenAiOptions>, string]>([
    ['the path of today', {}, '/openai/v1/responses'],
    ['Chat Completions', { api: 'chat' }, '/openai/v1/chat/completions'],
    ['features in preview', { api: 'chat', apiVersion: 'preview' }, '/openai/v1/chat/completions?api-version=preview'],
    ['a dated version', { apiVersion: '2024-10-21' }, '/openai/deployments/mini/chat/completions?api-version=2024-10-21'],
  ])('azure is asked for %s where its resource says so', async (_, settings, path) => {
    const sent = await asked(settings);
    expect(sent.path).toBe(path);
    expect(sent.body).toMatchObject({ model: 'mini' });
  });

  it('azure is asked for the Responses API of a dated version beside its deployments', async () => {
    const provider = azureOpenAiProvider({
      baseUrl: upstream.url,
      apiKey: new Secret(canary),
      apiVersion: '2025-04-01-preview',
      api: 'responses',
    });
    upstream.plays(repliesOf(azure));
    await collect(provider.send(completionRequest('Hi'), sendOptions('mini')));
    expect(upstream.requests.at(-1)?.path).toBe('/openai/responses?api-version=2025-04-01-preview');
  });

  it.each(['', '/', '/openai', '/openai/v1', '/openai/v1/'])('azure is found at an endpoint that ends in "%s"', async (end) => {
    expect((await asked({ baseUrl: `${upstream.url}${end}` })).path).toBe('/openai/v1/responses');
  });

  it('azure gets its key as api-key, and no bearer', async () => {
    const { headers } = await asked({});
    expect(headers['api-key']).toBe(canary);
    expect(headers.authorization).toBeUndefined();
  });

  it('azure answers whole in one JSON', async () => {
    const provider = azureChat.provider(upstream.url);
    const message = { role: 'assistant', content: 'Hi.' };
    const body = { choices: [{ index: 0, message, finish_reason: 'stop', content_filter_results: {} }], prompt_filter_results: [] };
    const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
    upstream.plays({ headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify({ ...body, usage })] });
    const options = sendOptions('mini');
    expect(await collect(wholeAnswerOf(provider, completionRequest('Hi'), options))).toMatchObject({ text: 'Hi.', finishReason: 'stop' });
    expect(options.reported).toMatchObject([{ freshInputTokens: 10, outputTokens: 2 }]);
    expect(upstream.requests.at(-1)?.json()).toMatchObject({ stream: false });
  });

  it('azure takes a deployment by its own name for the model that it is said to be', async () => {
    const models = { 'shop-answers': 'gpt-5-mini' };
    const responses = await asked({ models }, 'shop-answers');
    expect(responses.body).toMatchObject({ model: 'shop-answers', include: ['reasoning.encrypted_content'], max_output_tokens: 50 });
    const chat = await asked({ models, api: 'chat' }, 'shop-answers');
    expect(chat.body).toMatchObject({ model: 'shop-answers', max_completion_tokens: 50 });
    expect((await asked({ api: 'chat' }, 'shop-answers')).body).toMatchObject({ max_tokens: 50 });
  });

  it('azure is never told of `store` in Chat Completions, which dated versions refuse', async () => {
    expect(Object.keys((await asked({ apiVersion: '2024-10-21' })).body)).not.toContain('store');
  });

  it.each([
    ['the request', { status: 400, pieces: [JSON.stringify({ error: { code: 'content_filter', status: 400, message: 'Filtered.' } })] }],
    [
      'the request, by the policy',
      {
        status: 400,
        pieces: [JSON.stringify({ error: { code: 'content_filter', innererror: { code: 'ResponsibleAIPolicyViolation' } } })],
      },
    ],
    ['the answer', { pieces: [azureChat.begins, `data: {"choices":[{"index":0,"delta":{},"finish_reason":"content_filter"}]}\n\n`] }],
  ])('azure ends with content-filter where its filter stops %s', async (_, reply) => {
    upstream.plays(reply);
    const chunks = azureChat.provider(upstream.url).send(completionRequest('Hi'), sendOptions('mini'));
    expect(await collect(chunks)).toMatchObject({ text: '', finishReason: 'content-filter' });
  });

  describe('with tokens of Microsoft Entra ID', () => {
    const provider = (token: AzureOpenAiOptions['token'] & {}) => azureOpenAiProvider({ baseUrl: upstream.url, token });
    const send = (of: ReturnType<typeof provider>) => collect(of.send(completionRequest('Hi'), sendOptions('mini')));
    const bearer = (): string | undefined => upstream.requests.at(-1)?.headers.authorization;

    it('azure with tokens of Microsoft Entra ID gets a new one with each request where nothing says how long one lasts', async () => {
      upstream.plays(repliesOf(azure));
      let asked = 0;
      const entra = provider((signal) => {
        expect(signal).toBeInstanceOf(AbortSignal);
        asked += 1;
        return `token-${asked}`;
      });
      await send(entra);
      expect(bearer()).toBe('Bearer token-1');
      expect(upstream.requests.at(-1)?.headers['api-key']).toBeUndefined();
      await send(entra);
      expect(bearer()).toBe('Bearer token-2');
    });

    it('azure with tokens of Microsoft Entra ID keeps one until it expires, and gets a new one once it was refused', async () => {
      let asked = 0;
      const entra = provider(() => {
        asked += 1;
        return { token: `token-${asked}`, expiresAt: new Date(Date.now() + 3_600_000) };
      });
      upstream.plays(repliesOf(azure));
      await send(entra);
      await send(entra);
      expect(bearer()).toBe('Bearer token-1');
      upstream.plays(azure.refuses('key'));
      await expect(send(entra)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false });
      upstream.plays(repliesOf(azure));
      await send(entra);
      expect(bearer()).toBe('Bearer token-2');
    });

    it('azure with tokens of Microsoft Entra ID fails over where there is none, with the reason in the log alone', async () => {
      const before = upstream.requests.length;
      const entra = provider(() => Promise.reject(Object.assign(new Error('AADSTS700016: no such application'), { secret: canary })));
      const { error } = await outcomeOf(entra.send(completionRequest('Hi'), sendOptions('mini')));
      expect(error).toMatchObject({
        code: 'MODEL_UNAVAILABLE',
        retryable: true,
        details: { phase: 'before-content', about: 'deployment' },
      });
      expect(error.message).toBe('The gateway got no access token for azure. Asking again may help.');
      expect(String(error.cause)).toContain('AADSTS700016');
      expect(JSON.stringify(error.cause) + Object.values(error.cause ?? {})).not.toContain(canary);
      expect(upstream.requests).toHaveLength(before);
    });

    it('azure with tokens of Microsoft Entra ID stops asking for one when its only caller leaves', async () => {
      const controller = new AbortController();
      const stopped = Promise.withResolvers<void>();
      const entra = provider(
        (signal) =>
          new Promise<string>(() => {
            signal.addEventListener('abort', () => stopped.resolve());
            controller.abort();
          }),
      );
      const { error } = await outcomeOf(entra.send(completionRequest('Hi'), sendOptions('mini', { signal: controller.signal })));
      expect(error.code).toBe('CANCELLED');
      await stopped.promise;
    });
  });

  it.each<[string, Partial<AzureOpenAiOptions>, string]>([
    ['neither name nor address', { apiKey: null }, 'It has neither a resourceName nor a baseUrl.'],
    ['both', { apiKey: null, resourceName: 'a', baseUrl: 'https://a.example' }, 'It has both a resourceName and a baseUrl.'],
    ['a name that is an address', { apiKey: null, resourceName: 'a.example/x' }, 'Its resourceName is no name of a resource.'],
    ['an unknown version', { apiKey: null, resourceName: 'a', apiVersion: 'latest' }, 'Its apiVersion is unknown.'],
    ['a key and a token', { apiKey: new Secret('k'), token: () => 't', resourceName: 'a' }, 'It has both an apiKey and a token.'],
    ['a key that is no secret', { apiKey: 'k' as never, resourceName: 'a' }, 'Its apiKey is a string.'],
  ])('azure has %s told as a mistake', (_, settings, sentence) => {
    expect(azureOpenAiProvider(settings).mistakes).toEqual([expect.stringContaining(sentence)]);
  });

  it('azure lacks its key where neither a key nor a token was given', () => {
    expect(azureOpenAiProvider({ resourceName: 'a', apiKey: null }).lacksKey).toBe(true);
    expect(azureOpenAiProvider({ resourceName: 'a', token: () => 't' }).lacksKey).toBe(false);
  });

  it('azure embeds through the deployment of that name, with vectors as base64', async () => {
    const embedding = Buffer.from(Float32Array.of(0.5, -1).buffer).toString('base64');
    upstream.plays({ pieces: [JSON.stringify({ data: [{ index: 0, embedding }], usage: { prompt_tokens: 3, total_tokens: 3 } })] });
    for (const [settings, path] of [
      [{}, '/openai/v1/embeddings'],
      [{ apiVersion: '2024-10-21' }, '/openai/deployments/vectors/embeddings?api-version=2024-10-21'],
    ] as const) {
      const provider = azureOpenAiProvider({ baseUrl: upstream.url, apiKey: new Secret(canary), ...settings });
      const options = sendOptions('vectors');
      const { vectors } = await collect(provider.send({ kind: 'embedding', texts: ['a'], dimensions: 2 }, options));
      expect(vectors).toEqual([Float32Array.of(0.5, -1)]);
      expect(options.reported).toMatchObject([{ freshInputTokens: 3, outputTokens: 0 }]);
      expect(upstream.requests.at(-1)).toMatchObject({ path });
      expect(upstream.requests.at(-1)?.json()).toMatchObject({ model: 'vectors', dimensions: 2, encoding_format: 'base64' });
    }
  });
});
