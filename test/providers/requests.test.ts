/** What is sent for what was asked, on the wire of each vendor. */
import type { EmbeddingModelV4 } from '@ai-sdk/provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Completion, collect } from '../../src/core/chunk.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../src/core/request/request.ts';
import { aiSdkProvider } from '../../src/providers/ai-sdk/ai-sdk.ts';
import { anthropicProvider } from '../../src/providers/anthropic.ts';
import { googleProvider } from '../../src/providers/google.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { openaiCompatibleProvider } from '../../src/providers/openai-compatible.ts';
import { sendOptions } from '../contracts/provider.ts';
import { type RawRequest, type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { anthropic, canary, compatible, type Dialect, dialects, google, openai, openaiChat } from './dialects.ts';

let upstream: RawUpstream;
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(() => upstream.close());

async function sent(
  dialect: Dialect,
  request: CompletionRequest,
): Promise<{ readonly wire: RawRequest; readonly body: Record<string, unknown>; readonly answer: Completion }> {
  upstream.plays({ pieces: [dialect.begins, dialect.says('Hi.'), dialect.ends] });
  const answer = await collect(dialect.provider(upstream.url).send(request, sendOptions(dialect.model)));
  const wire = upstream.requests.at(-1);
  if (wire === undefined) throw new Error('Nothing was sent.');
  return { wire, body: wire.json() as Record<string, unknown>, answer };
}

const settings = { temperature: 0.5, topP: 0.9, seed: 7, stop: ['END'], maxOutputTokens: 50 };
const strict = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const loose = { type: 'object', properties: { city: { type: 'string' } } };

describe.each(dialects)('$name', (dialect) => {
  it('a provider gets its key in a header and nowhere else, and asks for a stream', async () => {
    const { wire } = await sent(dialect, completionRequest('Hi'));
    expect(JSON.stringify(wire.headers)).toContain(canary);
    expect(wire.path + wire.body).not.toContain(canary);
    expect(wire.path + wire.body).toMatch(/"stream":true|streamGenerateContent/);
  });

  it('a provider gets every setting, or the caller a warning', async () => {
    const { wire, answer } = await sent(dialect, completionRequest('Hi', settings));
    const told = answer.warnings.join(' ');
    for (const [value, name] of [
      [/"temperature":0.5/, 'temperature'],
      [/"top_?p":0.9/i, 'topP'],
      [/"seed":7/, 'seed'],
      [/\["END"\]/, 'stop'],
    ] as const) {
      expect(value.test(wire.body) !== told.includes(`does not support ${name};`), `${name}: ${wire.body} ${told}`).toBe(true);
    }
    expect(wire.body).toMatch(/"max\w*tokens":50/i);
    expect(answer.text).toBe('Hi.');
  });

  it('a provider gets system text, an image and a file', async () => {
    const messages: Message[] = [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image', base64: 'iVBORw0KGgo=', mediaType: 'image/png' },
          { type: 'file', base64: 'JVBERi0xLjQ=', mediaType: 'application/pdf', name: 'a.pdf' },
        ],
      },
    ];
    const { wire } = await sent(dialect, completionRequest(messages));
    for (const text of ['Be brief.', 'What is this?', 'iVBORw0KGgo=', 'JVBERi0xLjQ=']) expect(wire.body).toContain(text);
  });

  it('a provider is told which tool must be called', async () => {
    const tools = [{ name: 'weather', description: null, parameters: loose }];
    const { wire } = await sent(dialect, completionRequest('Hi', { tools, toolChoice: { type: 'tool', name: 'weather' } }));
    expect(wire.body).toMatch(/"(tool_choice|toolConfig)":\{[^}]*"weather"/);
  });

  it('a provider is sent nothing for a history that does not hang together', async () => {
    const before = upstream.requests.length;
    const history = (content: Message['content'][number], role: Message['role']): CompletionRequest =>
      completionRequest([{ role, content: [content] }]);
    await expect(sent(dialect, history({ type: 'tool-result', callId: 'c9', content: 'x', isError: false }, 'tool'))).rejects.toMatchObject(
      {
        code: 'BAD_REQUEST',
        message: expect.stringContaining('"c9"'),
      },
    );
    await expect(sent(dialect, history({ type: 'reasoning', text: 'hm' }, 'user'))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('It may hold text, images and files.'),
    });
    expect(upstream.requests).toHaveLength(before);
  });

  it('a provider warns of an opaque part that is not its own, and leaves it out', async () => {
    const history: Message[] = [
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      {
        role: 'assistant',
        content: [
          { type: 'reasoning', text: 'hm', opaque: '{"elsewhere":{"signature":"s3cr3t"}}' },
          { type: 'text', text: 'Ho' },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'Again' }] },
    ];
    const { wire, answer } = await sent(dialect, completionRequest(history));
    expect(answer.warnings).toContain('An opaque part in the history was not made by this provider and was left out.');
    expect(wire.body).not.toContain('s3cr3t');
  });

  it('a provider gets no other parameter through an opaque part', async () => {
    const vendor = { anthropic: 'anthropic', google: 'google', 'local-vllm': 'compatible' }[dialect.name] ?? 'openai';
    const opaque = JSON.stringify({ [vendor]: { cacheControl: { type: 'ephemeral' }, store: true, namespace: 'evil' } });
    const history: Message[] = [
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: [{ type: 'tool-call', id: 'c1', name: 'weather', arguments: {}, opaque }] },
      { role: 'tool', content: [{ type: 'tool-result', callId: 'c1', content: 'x', isError: false }] },
    ];
    const { wire } = await sent(dialect, completionRequest(history));
    expect(wire.body).not.toMatch(/ephemeral|evil|"store":true/);
  });

  it('a provider is left out where the image may not be fetched', async () => {
    const before = upstream.requests.length;
    const image: Message = { role: 'user', content: [{ type: 'image', url: `${upstream.url}/a.png` }] };
    await expect(sent(dialect, completionRequest([image]))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      details: { phase: 'before-content' },
    });
    expect(upstream.requests).toHaveLength(before);
  });
});

describe('a vendor that repeats the prompt in its refusal', () => {
  it('a vendor that repeats the prompt in its refusal tells the log why, and nothing of what was asked', async () => {
    const message = `Unsupported value for stop: 'Ich heiße Zoë Quandt, Konto 4711' (${canary}).`;
    upstream.plays({
      status: 400,
      headers: { 'content-type': 'application/json' },
      pieces: [JSON.stringify({ error: { message, code: 'unsupported_value' } })],
    });
    const request = completionRequest('Ich heiße Zoë Quandt, Konto 4711');
    const error = await collect(compatible.provider(upstream.url).send(request, sendOptions(compatible.model))).catch(
      (thrown: unknown) => thrown,
    );
    const { cause } = error as { readonly cause: Error };
    expect(cause.message).toBe('HttpRefusal, HTTP 400, code: unsupported_value');
    expect(cause.message).not.toMatch(/heiße|Zoë|Quandt|Konto|4711|canary/);
  });
});

describe('openai', () => {
  it('openai stores nothing at the vendor, and asks for encrypted reasoning', async () => {
    const { body } = await sent({ ...openai, model: 'gpt-5-mini' }, completionRequest('Hi'));
    expect(body).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
  });

  it.each([openai, openaiChat, compatible])('openai enforces a schema only where strict mode takes it ($name)', async (dialect) => {
    for (const [schema, expected] of [
      [strict, true],
      [loose, false],
    ] as const) {
      const { wire } = await sent(dialect, completionRequest('Hi', { output: { format: 'json', schema } }));
      expect(wire.body).toContain(`"strict":${expected}`);
      expect(wire.body).toContain('"city"');
    }
  });

  it('openai sends what the route allows under the vendor’s own names', async () => {
    const { body } = await sent(
      { ...openai, model: 'gpt-5-mini' },
      completionRequest('Hi', { providerOptions: { reasoningEffort: 'low' } }),
    );
    expect(body).toMatchObject({ reasoning: { effort: 'low' }, store: false });
  });
});

describe('openai-compatible', () => {
  it('openai-compatible asks for usage, and passes unknown options on', async () => {
    const { body } = await sent(compatible, completionRequest('Hi', { providerOptions: { top_k: 40 } }));
    expect(body).toMatchObject({ stream_options: { include_usage: true }, top_k: 40 });
  });
});

describe('anthropic', () => {
  const thinking = { thinking: { type: 'enabled', budgetTokens: 2_000 } };
  it('anthropic never sends a larger maximum than was asked, reasoning included, and reserves just that', async () => {
    const request = completionRequest('Hi', { maxOutputTokens: 3_000, providerOptions: thinking });
    const { body } = await sent(anthropic, request);
    expect(body).toMatchObject({ max_tokens: 3_000, thinking: { budget_tokens: 2_000 } });
    expect(anthropic.provider(upstream.url).outputCeiling(request, anthropic.model, 3_000)).toBe(3_000);
  });

  it('anthropic refuses a maximum that leaves no room beside the thinking budget', async () => {
    await expect(sent(anthropic, completionRequest('Hi', { maxOutputTokens: 2_000, providerOptions: thinking }))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('More than 2000 is accepted.'),
    });
  });
});

describe('google', () => {
  it('google embeds a batch in order and refuses one that is too large', async () => {
    const headers = { 'content-type': 'application/json' };
    upstream.plays({ headers, pieces: [JSON.stringify({ embeddings: [{ values: [1, 0] }, { values: [0, 1] }] })] });
    const provider = google.provider(upstream.url);
    const embedding = (texts: readonly string[]) =>
      collect(provider.send({ kind: 'embedding', texts, dimensions: 2 }, sendOptions('gemini-embedding-001')));
    expect((await embedding(['a', 'b'])).vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
    expect(upstream.requests.at(-1)?.body).toContain('"outputDimensionality":2');
    await expect(embedding(Array.from({ length: 101 }, () => 'a'))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'google embeds at most 100 texts in one request; 101 were sent.',
    });
  });
});

describe('embeddings', () => {
  const headers = { 'content-type': 'application/json' };
  const usage = { prompt_tokens: 5, total_tokens: 5 };
  const embedding = (texts: readonly string[], options = sendOptions('m')) =>
    collect(openai.provider(upstream.url).send({ kind: 'embedding', texts, dimensions: null }, options));

  it('embeddings count their tokens as fresh input', async () => {
    upstream.plays({ headers, pieces: [JSON.stringify({ data: [{ index: 0, embedding: [1] }], usage })] });
    const options = sendOptions('m');
    await embedding(['a'], options);
    expect(options.reported).toEqual([
      { freshInputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 },
    ]);
  });

  it('embeddings report no count where the model of a package has none, whatever its types say', async () => {
    const embeddingModel = () =>
      ({ maxEmbeddingsPerCall: undefined, doEmbed: async () => ({ embeddings: [[1]], usage: {} }) }) as unknown as EmbeddingModelV4;
    const provider = aiSdkProvider({
      name: 'p',
      languageModel: () => Promise.reject(new Error('None.')),
      embeddingModel,
      opaque: { vendor: 'p', fields: [] },
    });
    const options = sendOptions('m');
    const answer = await collect(provider.send({ kind: 'embedding', texts: ['a'], dimensions: null }, options));
    expect([answer.vectors, options.reported]).toEqual([[Float32Array.of(1)], []]);
  });

  it.each([
    ['fewer vectors than texts', { data: [{ index: 0, embedding: [1] }], usage }],
    ['no vectors', { data: [], usage }],
    ['an error with status 200', { error: { message: 'Overloaded', type: 'server_error' } }],
    ['nonsense', 'nonsense'],
  ])('embeddings fail for %s', async (_, body) => {
    upstream.plays({ headers, pieces: [JSON.stringify(body)] });
    await expect(embedding(['a', 'b'])).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
      details: { phase: 'before-content' },
    });
  });

  it('embeddings stop upstream when the signal fires', async () => {
    upstream.plays({ ending: 'hang' });
    const controller = new AbortController();
    const before = upstream.requests.length;
    const waiting = embedding(['a'], sendOptions('m', { signal: controller.signal }));
    waiting.catch(() => {});
    while (upstream.requests.length === before) await new Promise(setImmediate);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await upstream.requests.at(-1)?.closed;
  });
});

describe('without a key', () => {
  it.each([
    ['OPENAI_API_KEY', (baseUrl: string) => openaiProvider({ apiKey: null, baseUrl }), openai],
    ['ANTHROPIC_API_KEY', (baseUrl: string) => anthropicProvider({ apiKey: null, baseUrl }), anthropic],
    ['GOOGLE_GENERATIVE_AI_API_KEY', (baseUrl: string) => googleProvider({ apiKey: null, baseUrl }), google],
    ['OPENAI_API_KEY', (baseUrl: string) => openaiCompatibleProvider({ name: 'c', apiKey: null, baseUrl }), compatible],
  ])('nothing is taken from the environment (%s)', async (variable, make, dialect) => {
    process.env[variable] = canary;
    try {
      const { wire } = await sent({ ...dialect, provider: (origin) => make(`${origin}/v1`) }, completionRequest('Hi'));
      expect(JSON.stringify(wire.headers)).not.toContain(canary);
    } finally {
      delete process.env[variable];
    }
  });
});
