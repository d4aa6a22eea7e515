/** What is Vertex AI's own about Gemini and Claude: paths and credentials, and what the AI SDK would have made of the answers. */
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect } from '../../../src/core/chunk.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../../src/core/request/request.ts';
import { Secret } from '../../../src/core/secret.ts';
import { type VertexOptions, vertexProvider } from '../../../src/providers/ai-sdk/vertex/vertex.ts';
import { outcomeOf, providerContract, sendOptions, wholeAnswerOf, wireContract } from '../../contracts/provider.ts';
import { type RawReply, type RawUpstream, rawUpstream } from '../../raw-upstream.ts';
import { canary, type Dialect } from '../dialects.ts';
import { vertex, vertexClaude } from './vertex-dialect.ts';

for (const dialect of [vertex, vertexClaude]) {
  providerContract(`vertex (${dialect.model})`, async () => {
    const upstream = await rawUpstream();
    upstream.plays({ pieces: [dialect.begins, dialect.says('Hi.'), dialect.ends] });
    return { provider: dialect.provider(upstream.url), model: dialect.model, request: completionRequest('Say hi.'), close: upstream.close };
  });
  wireContract(dialect, canary);
}

const text = (said: string): Message['content'][number] => ({ type: 'text', text: said });
const user = (said: string): Message => ({ role: 'user', content: [text(said)] });
const tools = [{ name: 'weather', description: null, parameters: { type: 'object', properties: { city: { type: 'string' } } } }];
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
const json = (body: unknown): RawReply => ({ headers: { 'content-type': 'application/json' }, pieces: [JSON.stringify(body)] });
const place = '/projects/shop/locations/europe-west4';

describe('vertex', () => {
  let upstream: RawUpstream;
  beforeAll(async () => {
    upstream = await rawUpstream();
  });
  afterAll(() => upstream.close());

  async function answered(dialect: Dialect, request: CompletionRequest = completionRequest('Hi'), reply?: RawReply, whole = false) {
    upstream.plays(reply ?? { pieces: [dialect.begins, dialect.says('Hi.'), dialect.ends] });
    const options = sendOptions(dialect.model);
    const answer = await collect(
      whole ? wholeAnswerOf(dialect.provider(upstream.url), request, options) : dialect.provider(upstream.url).send(request, options),
    );
    const { path = '', headers = {}, json: body = () => ({}) } = upstream.requests.at(-1) ?? {};
    return { answer, path, headers, reported: options.reported, body: body() as Record<string, unknown> };
  }

  it('vertex is asked for Gemini, for a tuned model and for Claude at their own paths, with a token', async () => {
    const gemini = await answered(vertex);
    expect(gemini.path).toBe(`/v1beta1${place}/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`);
    expect(gemini.headers).toMatchObject({ authorization: `Bearer ${canary}` });
    expect(gemini.headers['x-goog-api-key']).toBeUndefined();
    const tuned = await answered({ ...vertex, model: 'endpoints/4711' });
    expect(tuned.path).toBe(`/v1beta1${place}/endpoints/4711:streamGenerateContent?alt=sse`);
    const claude = await answered(vertexClaude);
    expect(claude.path).toBe(`/v1${place}/publishers/anthropic/models/claude-haiku-4-5@20251001:streamRawPredict`);
    expect(claude.headers).toMatchObject({ authorization: `Bearer ${canary}` });
    expect(claude.body).toMatchObject({ anthropic_version: 'vertex-2023-10-16', stream: true });
    expect(claude.body['model']).toBeUndefined();
  });

  it('vertex answers whole in one JSON', async () => {
    const candidates = [{ index: 0, content: { role: 'model', parts: [{ text: 'Oslo.' }] }, finishReason: 'STOP' }];
    const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 };
    const gemini = await answered(vertex, undefined, json({ candidates, usageMetadata }), true);
    expect(gemini.path).toBe(`/v1beta1${place}/publishers/google/models/gemini-2.5-flash:generateContent`);
    const message = { type: 'message', role: 'assistant', content: [text('Oslo.')], stop_reason: 'end_turn' };
    const claude = await answered(vertexClaude, undefined, json({ ...message, usage: { input_tokens: 10, output_tokens: 2 } }), true);
    expect(claude.path).toContain(':rawPredict');
    expect(claude.body).toMatchObject({ stream: false });
    for (const { answer, reported } of [gemini, claude]) {
      expect(answer).toMatchObject({ text: 'Oslo.', finishReason: 'stop' });
      expect(reported).toMatchObject([{ freshInputTokens: 10, outputTokens: 2 }]);
    }
  });

  it.each([vertex, vertexClaude])('vertex is whole with its end, whatever the connection does after it ($model)', async (dialect) => {
    for (const ending of ['reset', 'hang'] as const) {
      const reply = { pieces: [dialect.begins, dialect.says('Hi.'), dialect.ends], ending };
      expect((await answered(dialect, undefined, reply)).answer).toMatchObject({ text: 'Hi.', finishReason: 'stop' });
    }
  });

  it.each([vertex, vertexClaude])('vertex passes over events that nobody knows yet ($model)', async (dialect) => {
    const odd = 'event: brand_new\ndata: {"type":"brand_new","x":1}\n\n';
    const { answer } = await answered(dialect, undefined, { pieces: [dialect.begins, odd, dialect.says('Hi.'), odd, dialect.ends] });
    expect(answer).toMatchObject({ text: 'Hi.', finishReason: 'stop' });
  });

  it('vertex has the signature of a call kept, and takes it back', async () => {
    const parts = [{ functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'CiQB0e2Kb7mV' }];
    const event = { candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }] };
    const { answer } = await answered(vertex, completionRequest('Weather?', { tools }), { pieces: [`data: ${JSON.stringify(event)}\n\n`] });
    expect(answer.finishReason).toBe('tool-calls');
    const [call] = answer.parts;
    const result: Message = {
      role: 'tool',
      content: [{ type: 'tool-result', callId: call?.type === 'tool-call' ? call.id : '', content: { sky: 'rain' }, isError: false }],
    };
    const { body } = await answered(
      vertex,
      completionRequest([user('Weather?'), { role: 'assistant', content: answer.parts }, result], { tools }),
    );
    expect(body['contents']).toMatchObject([
      { role: 'user' },
      { role: 'model', parts: [{ functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'CiQB0e2Kb7mV' }] },
      { role: 'user', parts: [{ functionResponse: { name: 'weather' } }] },
    ]);
  });

  it('vertex answers with JSON through a tool where the SDK asks so, which nobody sees', async () => {
    const request = completionRequest('Capital?', { output: { format: 'json', schema } });
    const block = { type: 'tool_use', id: 't1', name: 'json', input: { city: 'Oslo' } };
    const reply = json({
      type: 'message',
      role: 'assistant',
      content: [block],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 1 },
    });
    const { answer, body } = await answered(vertexClaude, request, reply, true);
    expect(body).toMatchObject({ tools: [{ name: 'json' }] });
    expect(answer).toMatchObject({ text: '{"city":"Oslo"}', finishReason: 'stop' });
  });

  it('vertex never gets a larger maximum for Claude than was asked, reasoning included', async () => {
    const providerOptions = { thinking: { type: 'enabled', budgetTokens: 2_000 } };
    const { body } = await answered(vertexClaude, completionRequest('Hi', { maxOutputTokens: 3_000, providerOptions }));
    expect(body).toMatchObject({ max_tokens: 3_000, thinking: { budget_tokens: 2_000 } });
  });

  it('vertex embeds texts in one request, in the dimension that was asked for', async () => {
    const prediction = (values: readonly number[]) => ({ embeddings: { values, statistics: { token_count: 2, truncated: false } } });
    upstream.plays(json({ predictions: [prediction([1, 0]), prediction([0, 1])] }));
    const options = sendOptions('text-embedding-005');
    const { vectors } = await collect(vertex.provider(upstream.url).send({ kind: 'embedding', texts: ['a', 'b'], dimensions: 2 }, options));
    expect(vectors).toEqual([Float32Array.of(1, 0), Float32Array.of(0, 1)]);
    expect(options.reported).toMatchObject([{ freshInputTokens: 4, outputTokens: 0 }]);
    expect(upstream.requests.at(-1)).toMatchObject({ path: `/v1beta1${place}/publishers/google/models/text-embedding-005:predict` });
    expect(upstream.requests.at(-1)?.json()).toMatchObject({ parameters: { outputDimensionality: 2 } });
  });

  describe('with a service account', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    let identity: RawUpstream;
    beforeAll(async () => {
      identity = await rawUpstream();
    });
    afterAll(() => identity.close());

    const keyFile = (): Secret =>
      new Secret(
        JSON.stringify({
          type: 'service_account',
          project_id: 'shop',
          private_key_id: 'key-1',
          private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
          client_email: 'gateway@shop.iam.gserviceaccount.com',
          token_uri: `${identity.url}/token`,
        }),
      );
    const send = (options: Partial<VertexOptions> = {}) => {
      const provider = vertexProvider({ location: 'europe-west4', baseUrl: upstream.url, serviceAccount: keyFile(), ...options });
      let told = 0;
      const ask = () =>
        provider.send(completionRequest('Hi'), {
          ...sendOptions(vertex.model),
          sent: () => {
            told += 1;
          },
        });
      return { ask, told: () => told };
    };

    it('vertex with a service account exchanges a signed statement for a token, keeps it, and tells of its request only when that is sent', async () => {
      identity.plays(json({ access_token: 'ya29.token-1', expires_in: 3_599, token_type: 'Bearer' }));
      upstream.plays({ pieces: [vertex.begins, vertex.says('Hi.'), vertex.ends] });
      const { ask, told } = send();
      await collect(ask());
      await collect(ask());
      expect(told()).toBe(2);
      expect(identity.requests).toHaveLength(1);
      expect(upstream.requests.at(-1)?.headers.authorization).toBe('Bearer ya29.token-1');
      expect(upstream.requests.at(-1)?.path).toContain(place);
      const form = new URLSearchParams(identity.requests[0]?.body);
      expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
      const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
      expect(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')).toBe(true);
      const parsed = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
      expect(parsed(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
      expect(parsed(claims)).toMatchObject({ iss: 'gateway@shop.iam.gserviceaccount.com', aud: `${identity.url}/token` });
    });

    it('vertex with a service account fails over where the account is refused, with the reason in the log alone', async () => {
      identity.plays({ ...json({ error: 'invalid_grant', error_description: `Invalid JWT ${canary}` }), status: 400 });
      const { error } = await outcomeOf(send().ask());
      expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', details: { phase: 'before-content', about: 'deployment' } });
      expect(error.message).toBe('The gateway got no access token for vertex. Asking again may help.');
      expect(String(error.cause)).toContain('HTTP 400, invalid_grant');
      expect(String(error.cause)).not.toContain(canary);
    });
  });

  const given: Partial<VertexOptions> = { project: 'shop', location: 'eu', token: () => 't' };
  it.each<[string, Partial<VertexOptions>, string]>([
    ['no location', { ...given, location: 'a/b' }, 'Its location is no location of Google Cloud.'],
    ['no project', { location: 'eu', token: () => 't' }, 'Its project is no id of a project.'],
    ['both credentials', { ...given, serviceAccount: new Secret('{}') }, 'It has both a serviceAccount and a token.'],
    [
      'an account that is no secret',
      { project: 'shop', location: 'eu', serviceAccount: '{}' as never },
      'Its serviceAccount is no secret.',
    ],
    [
      'an account that is no key file',
      { project: 'shop', location: 'eu', serviceAccount: new Secret('{"a":1}') },
      'Its serviceAccount is no key',
    ],
    [
      'a key that cannot be read',
      { project: 'shop', location: 'eu', serviceAccount: new Secret('{"client_email":"a","private_key":"s3cr3t"}') },
      'The private_key of its serviceAccount cannot be read.',
    ],
  ])('vertex has %s told as a mistake, without the secret', (_, options, sentence) => {
    const { mistakes } = vertexProvider(options as VertexOptions);
    expect(mistakes).toEqual([expect.stringContaining(sentence)]);
    expect(JSON.stringify(mistakes)).not.toContain('s3cr3t');
  });

  it('vertex lacks its key where the variable of the service account is not set, and asks nobody', async () => {
    const provider = vertexProvider({ project: 'shop', location: 'eu', baseUrl: upstream.url, serviceAccount: null });
    expect(provider.lacksKey).toBe(true);
    const before = upstream.requests.length;
    const { error } = await outcomeOf(provider.send(completionRequest('Hi'), sendOptions('gemini-2.5-flash')));
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', details: { about: 'deployment' } });
    expect(upstream.requests).toHaveLength(before);
  });
});
