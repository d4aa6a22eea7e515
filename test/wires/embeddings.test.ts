/** Embeddings of each wire, in both directions: what a provider encodes a door decodes, and the other way round. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { EmbeddingRequest } from '../../src/core/request/request.ts';
import * as chat from '../../src/wires/chat-completions/embeddings.ts';
import * as gemini from '../../src/wires/gemini/embeddings.ts';

const request: fc.Arbitrary<EmbeddingRequest> = fc.record({
  kind: fc.constant('embedding'),
  texts: fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
  dimensions: fc.option(fc.integer({ min: 1, max: 4096 })),
});
const vectors = (count: number): fc.Arbitrary<readonly Float32Array[]> =>
  fc.integer({ min: 1, max: 8 }).chain((length) =>
    fc.array(fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true }), {
      minLength: count,
      maxLength: count,
    }),
  );
const exchange = request.chain((asked) => fc.tuple(fc.constant(asked), vectors(asked.texts.length), fc.integer({ min: 1, max: 1e6 })));
const usageOf = (freshInputTokens: number) => ({
  freshInputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
});
const overTheNetwork = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

describe('embeddings over Chat Completions', () => {
  it.each(['float', 'base64'] as const)('embeddings over Chat Completions come back as they were written, as %s', (encoding) => {
    fc.assert(
      fc.property(exchange, ([asked, made, tokens]) => {
        const { body } = chat.encodeEmbeddingRequest(asked, { model: 'm', encoding });
        expect(chat.decodeEmbeddingRequest(overTheNetwork(body))).toEqual({ model: 'm', encoding, request: asked });
        const written = chat.encodeEmbeddings({ vectors: made, usage: usageOf(tokens) }, { model: 'm', encoding });
        const read = chat.decodeEmbeddings(overTheNetwork(written), asked);
        // JSON has no -0.
        expect(read.vectors.map((vector) => [...vector].map((one) => one + 0))).toEqual(
          made.map((vector) => [...vector].map((one) => one + 0)),
        );
        expect(read.usage?.freshInputTokens).toBe(tokens);
      }),
    );
  });

  it.each([
    [[], 'the body'],
    [{ input: 'a' }, 'model'],
    [{ model: 'm', input: [] }, 'input'],
    [{ model: 'm', input: ['a', [1, 2]] }, 'input[1]'],
    [{ model: 'm', input: 'a', encoding_format: 'int8' }, 'encoding_format'],
    [{ model: 'm', input: 'a', dimensions: 0 }, 'dimensions'],
  ])('embeddings over Chat Completions refuse %j, and name the place', (body, place) => {
    expect(refusal(() => chat.decodeEmbeddingRequest(body))).toContain(place);
  });
});

describe('embeddings over Gemini', () => {
  it('embeddings over Gemini come back as they were written', () => {
    fc.assert(
      fc.property(exchange, ([asked, made, tokens]) => {
        const { body } = gemini.encodeEmbeddingRequest(asked, 'm');
        expect(gemini.decodeEmbeddingRequest(overTheNetwork(body))).toEqual({ model: 'm', request: asked });
        const isBatch = gemini.embeddingMethod(asked) === 'batchEmbedContents';
        const read = gemini.decodeEmbeddings(
          overTheNetwork(gemini.encodeEmbeddings({ vectors: made, usage: usageOf(tokens) }, isBatch)),
          asked,
        );
        expect(read.vectors.map((vector) => [...vector].map((one) => one + 0))).toEqual(
          made.map((vector) => [...vector].map((one) => one + 0)),
        );
        expect(read.usage?.freshInputTokens).toBe(tokens);
      }),
    );
  });

  it.each([
    [[], 'The body'],
    [{ requests: [] }, 'requests'],
    [{ content: { parts: [] } }, 'content.parts'],
    [{ requests: [{ content: { parts: [{ text: 'a' }, { inlineData: {} }] } }] }, 'requests[0].content.parts[1]'],
    [{ content: { parts: [{ text: 'a' }] }, outputDimensionality: 1.5 }, 'outputDimensionality'],
  ])('embeddings over Gemini refuse %j, and name the place', (body, place) => {
    expect(refusal(() => gemini.decodeEmbeddingRequest(body))).toContain(place);
  });
});

function refusal(decode: () => unknown): string {
  try {
    decode();
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'BAD_REQUEST') return error.message;
    throw error;
  }
  return 'nothing was refused';
}
