/** The happy paths of every vendor against `@copilotkit/aimock`, which knows their wires better than a script of ours. */

import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import { type Chunk, collect, emptyCompletion, withChunk } from '../../src/core/chunk.ts';
import { completionRequest, type Message } from '../../src/core/request/request.ts';
import { sendOptions } from '../contracts/provider.ts';
import { anthropic, compatible, dialects, google, openai } from './dialects.ts';

const mock = new LLMock({ port: 0, chunkSize: 5, logLevel: 'silent' });
beforeAll(() => mock.start());
afterAll(() => mock.stop());
beforeEach(() => {
  mock.clearFixtures();
  mock.clearRequests();
});

const weather = {
  name: 'weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
};
const question: Message = { role: 'user', content: [{ type: 'text', text: 'Weather in Oslo?' }] };

describe.each(dialects)('$name', (dialect) => {
  const { model } = dialect;
  const provider = () => dialect.provider(mock.url);

  it('a provider answers with text and counts it', async () => {
    mock.onMessage('Say hi.', {
      content: 'Hi there, how are you?',
      usage: { input_tokens: 12, output_tokens: 7, prompt_tokens: 12, completion_tokens: 7, promptTokenCount: 12, candidatesTokenCount: 7 },
    });
    const options = sendOptions(model);
    const chunks: Chunk[] = [];
    for await (const chunk of chunkByChunk(provider().send(completionRequest('Say hi.', { maxOutputTokens: 50 }), options)))
      chunks.push(chunk);
    expect(chunks.filter((chunk) => chunk.type === 'text').length).toBeGreaterThan(0);
    expect(chunks.reduce(withChunk, emptyCompletion)).toMatchObject({ text: 'Hi there, how are you?', finishReason: 'stop', warnings: [] });
    expect(options.reported).toEqual([
      { freshInputTokens: 12, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 7, reasoningTokens: 0 },
    ]);
    expect(mock.getRequests()).toHaveLength(1);
  });

  it('a provider calls a tool, is told its result, and answers', async () => {
    mock.on({ hasToolResult: true, endpoint: 'chat' }, { content: 'It rains.' });
    mock.onMessage('Weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
    const chunks: Chunk[] = [];
    const settings = { tools: [weather], maxOutputTokens: 50 };
    for await (const chunk of chunkByChunk(provider().send(completionRequest([question], settings), sendOptions(model))))
      chunks.push(chunk);
    const { parts, finishReason } = chunks.reduce(withChunk, emptyCompletion);
    expect(parts).toMatchObject([{ type: 'tool-call', name: 'weather', arguments: { city: 'Oslo' } }]);
    expect(finishReason).toBe('tool-calls');
    const pieces = chunks.filter((chunk) => chunk.type === 'tool-call').filter(({ done }) => !done);
    expect(pieces.map(({ argumentsText }) => argumentsText).join('')).toBe('{"city":"Oslo"}');

    const callId = parts[0]?.type === 'tool-call' ? parts[0].id : '';
    const history: Message[] = [
      question,
      { role: 'assistant', content: parts },
      { role: 'tool', content: [{ type: 'tool-result', callId, content: { sky: 'rain' }, isError: false }] },
    ];
    const answer = await collect(provider().send(completionRequest(history, settings), sendOptions(model)));
    expect(answer).toMatchObject({ text: 'It rains.', finishReason: 'stop' });
    expect(JSON.stringify(mock.getLastRequest()?.body)).toMatch(/rain/);
  });

  it('a provider is asked for JSON of a schema', async () => {
    mock.onMessage('Capital', { content: '{"city":"Oslo"}' });
    const output = { format: 'json', schema: weather.parameters } as const;
    const answer = await collect(
      provider().send(completionRequest('Capital of Norway?', { output, maxOutputTokens: 50 }), sendOptions(model)),
    );
    expect(JSON.parse(answer.text)).toEqual({ city: 'Oslo' });
    expect(answer.warnings).toEqual([]);
  });

  it('a provider is asked for any JSON in words too', async () => {
    mock.onMessage('Capital', { content: '["Oslo"]' });
    const output = { format: 'json', schema: null } as const;
    const answer = await collect(
      provider().send(completionRequest('Capital of Norway?', { output, maxOutputTokens: 50 }), sendOptions(model)),
    );
    expect(answer).toMatchObject({ text: '["Oslo"]', warnings: [] });
    expect(JSON.stringify(mock.getLastRequest()?.body)).toMatch(/one JSON value/);
  });

  it.each([401, 429, 500])('a provider settles an HTTP %i', async (status) => {
    mock.onMessage('Say hi.', { error: { message: 'No.', type: 'error' }, status });
    await expect(collect(provider().send(completionRequest('Say hi.'), sendOptions(model)))).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: status !== 401,
      details: { phase: 'before-content' },
    });
  });
});

describe.each([openai, compatible, google])('embeddings of $name', (dialect) => {
  it('embeddings come in order, as float32, and are counted where the vendor counts', async () => {
    mock.onEmbedding('first', { embedding: [0.5, 0.25, -1] });
    const options = sendOptions('text-embedding-3-small');
    const { vectors, finishReason } = await collect(
      dialect.provider(mock.url).send({ kind: 'embedding', texts: ['first'], dimensions: null }, options),
    );
    expect(vectors).toEqual([Float32Array.of(0.5, 0.25, -1)]);
    expect(finishReason).toBe('stop');
    expect(options.reported.length).toBeLessThanOrEqual(1);
  });
});

describe('embeddings where there are none', () => {
  it('embeddings where there are none are refused with a sentence', async () => {
    const sent = anthropic.provider(mock.url).send({ kind: 'embedding', texts: ['a'], dimensions: null }, sendOptions('claude'));
    await expect(collect(sent)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'anthropic has no embeddings. Routes for embeddings need a provider that has.',
    });
  });
});
