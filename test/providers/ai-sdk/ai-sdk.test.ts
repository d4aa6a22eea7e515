/** What no vendor's wire of today shows: any model of the specification, well behaved or not. */

import { ReadableStream as webStream } from 'node:stream/web';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../../src/core/batch.ts';
import { type Chunk, collect } from '../../../src/core/chunk.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { Secret } from '../../../src/core/secret.ts';
import { aiSdkProvider } from '../../../src/providers/ai-sdk/ai-sdk.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { outcomeOf, providerContract, sendOptions } from '../../contracts/provider.ts';

type Part = LanguageModelV4StreamPart | { readonly type: 'from-the-future'; readonly payload: string };
const usage = {
  inputTokens: { total: 4, noCache: 4, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};
const finish = (unified: Extract<LanguageModelV4StreamPart, { type: 'finish' }>['finishReason']['unified']): Part => ({
  type: 'finish',
  usage,
  finishReason: { unified, raw: undefined },
});
const text = (delta: string): Part => ({ type: 'text-delta', id: '1', delta });

/** A provider whose model streams the parts, or throws what it is given. */
function streams(parts: readonly Part[] | Error): Provider {
  const model = {
    specificationVersion: 'v4',
    provider: 'fake',
    modelId: 'm',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('Only streams are asked for.')),
    doStream: async () => {
      if (parts instanceof Error) throw parts;
      return { stream: webStream.from(parts as readonly LanguageModelV4StreamPart[]) };
    },
  } as unknown as LanguageModelV4;
  return aiSdkProvider({ name: 'fake', apiKey: new Secret('k-123'), opaque: { vendor: 'fake', fields: [] }, languageModel: () => model });
}
const ask = (parts: readonly Part[] | Error, options = sendOptions('m')) => streams(parts).send(completionRequest('Hi'), options);
async function all(parts: readonly Part[] | Error): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of chunkByChunk(ask(parts))) chunks.push(chunk);
  return chunks;
}

providerContract('a model of the specification', async () => ({
  provider: streams([text('Hi.'), finish('stop')]),
  model: 'm',
  request: completionRequest('Hi'),
}));

describe('a model of the specification', () => {
  it('a model of the specification may stream parts that nobody knows yet', async () => {
    expect(await all([{ type: 'from-the-future', payload: 'x' }, { type: 'ping' }, text('Hi.'), finish('stop')])).toEqual([
      { type: 'text', text: 'Hi.' },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('a model of the specification has what it cannot pass on named in a warning', async () => {
    const file: Part = { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } };
    const start: Part = { type: 'stream-start', warnings: [{ type: 'other', message: 'Skipping reasoning part: {"text":"my secret"}' }] };
    const { warnings } = await collect(ask([start, text('Here.'), file, finish('stop')]));
    expect(warnings).toEqual([
      'The request was adapted for the model. Skipping reasoning part:',
      'The model made a file of type image/png; answers here are text, so it was left out.',
    ]);
  });

  it.each(['length', 'content-filter'] as const)('a model of the specification may end with nothing said for %s', async (reason) => {
    expect(await all([finish(reason)])).toEqual([{ type: 'finish', reason }]);
  });

  it.each(['stop', 'other', 'tool-calls'] as const)('a model of the specification may not end with nothing said for %s', async (reason) => {
    const { error } = await outcomeOf(ask([finish(reason)]));
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: true, details: { phase: 'before-content' } });
  });

  it.each(['error', 'interrupted'] as const)('a model of the specification has not ended when it says %s', async (reason) => {
    const options = sendOptions('m');
    const { error } = await outcomeOf(ask([text('Hi'), finish(reason)], options));
    expect(error).toMatchObject({ code: 'MODEL_UNAVAILABLE', details: { phase: 'mid-stream' } });
    expect(options.reported).toHaveLength(reason === 'error' ? 1 : 0);
  });

  it('a model of the specification finishes with its calls where it only says that it stopped', async () => {
    const call: Part = { type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{}' };
    expect((await all([call, finish('stop')])).at(-1)).toEqual({ type: 'finish', reason: 'tool-calls' });
  });

  it('a model of the specification finishes with content-filter where the vendor refuses the content with an error', async () => {
    const refusal = Object.assign(new Error('No.'), { statusCode: 400, responseBody: '{"error":{"code":"content_filter"}}' });
    expect(await all(refusal)).toEqual([{ type: 'finish', reason: 'content-filter' }]);
  });

  it('a model of the specification has its failure kept for the log, without the key, the prompt and the answer', async () => {
    const failure = Object.assign(new Error('Bad key k-123'), {
      name: 'AI_APICallError',
      statusCode: 401,
      responseBody: '{"error":"k-123 is bad"}',
      requestBodyValues: { messages: ['my prompt'] },
      url: 'https://internal.example',
    });
    const { error } = await outcomeOf(ask(failure));
    expect(String(error.cause)).toBe('UpstreamError: AI_APICallError, HTTP 401');
    expect(JSON.stringify(error.cause)).not.toMatch(/prompt|internal|k-123/);
    const unreadable = Object.assign(new Error('JSON parsing failed: Text: my answer'), { name: 'AI_JSONParseError' });
    expect(String((await outcomeOf(ask([{ type: 'error', error: unreadable }]))).error.cause)).toBe('UpstreamError: AI_JSONParseError');
  });

  it.each([
    ['seconds', { 'retry-after': '3' }, 3_000],
    ['milliseconds', { 'retry-after-ms': '250', 'retry-after': '3' }, 250],
    ['a day', { 'retry-after': '86400' }, 3_600_000],
    ['a date that is past', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
    ['nonsense', { 'retry-after': 'soon' }, undefined],
  ])('a model of the specification is waited for as its vendor asks: %s', async (_, responseHeaders, expected) => {
    const { error } = await outcomeOf(ask(Object.assign(new Error('Slow.'), { statusCode: 429, responseHeaders })));
    expect(error.details.retryAfterMs).toBe(expected);
  });
});
