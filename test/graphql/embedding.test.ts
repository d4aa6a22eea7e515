import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { rounds } from '../rounds.ts';
import { context, embeds, fails, gateway } from './fakes.ts';

const floatsOf = (vector: string): number[] => [...new Float32Array(Uint8Array.from(Buffer.from(vector, 'base64')).buffer)];
const input = (texts: readonly string[], more = ''): string => `(input: { texts: ${JSON.stringify(texts)}${more} })`;
const whole =
  '{ __typename ... on Embedding { vectors floats dimensions usage { totalTokens cost { amount } } provenance { model route } } ... on Failure { code } }';

describe('Query.embedding', () => {
  it('Query.embedding gives vectors as base64 of little-endian floats, and as numbers to who asks', async () => {
    const { data, errors } = await gateway(embeds).ask(`{ embedding${input(['one', 'three'])} ${whole} }`);
    expect(errors).toBeUndefined();
    const { embedding } = data as { embedding: { vectors: string[]; floats: number[][] } };
    expect(embedding.vectors.map(floatsOf)).toEqual([
      [3, 0.5],
      [5, 0.5],
    ]);
    expect(embedding).toMatchObject({
      floats: [
        [3, 0.5],
        [5, 0.5],
      ],
      dimensions: 2,
      provenance: { model: 'one', route: 'embedding' },
    });
  });

  it('Query.embedding has no clock of its own beside the deadline, which the meter keeps', async () => {
    const asking = context();
    const { ask, requests } = gateway(embeds);
    const before = performance.now();
    await ask(`{ embedding${input(['x'])} ${whole} }`, {}, asking);
    expect(requests[0]?.call.signal).toBe(asking.signal);
    expect(requests[0]?.call.deadlineMs).toBeGreaterThan(before);
  });

  it('Query.embedding sends what several fields ask as one call, each text once, and gives each field its own vectors', async () => {
    const asking = context();
    const { ask, requests } = gateway(embeds);
    const { data } = await ask(`{ a: embedding${input(['x', 'yy'])} ${whole} b: embedding${input(['yy', 'zzz'])} ${whole} }`, {}, asking);
    expect(requests).toHaveLength(1);
    expect(requests[0]?.request).toMatchObject({ texts: ['x', 'yy', 'zzz'] });
    expect(requests[0]?.call.uses).toHaveLength(2);
    expect(data).toMatchObject({
      a: {
        floats: [
          [1, 0.5],
          [2, 0.5],
        ],
      },
      b: {
        floats: [
          [2, 0.5],
          [3, 0.5],
        ],
      },
    });
    expect(asking.usage.extension()?.calls).toMatchObject([{ coordinate: 'Query.embedding', paths: [['a'], ['b']], cost: '0.000001' }]);
  });

  it('Query.embedding joins no more texts than the vendors take: what each field may ask alone, it may ask beside others', async () => {
    const { ask, requests } = gateway(embeds);
    const sixty = (name: string) => input(Array.from({ length: 60 }, (_, index) => `${name}${index}`));
    await ask(`{ a: embedding${sixty('x')} ${whole} b: embedding${sixty('y')} ${whole} }`);
    expect(requests.map(({ request }) => (request.kind === 'embedding' ? request.texts.length : 0))).toEqual([60, 60]);
  });

  it('Query.embedding splits tokens and cost over the fields so that they add up exactly', async () => {
    const texts = fc.array(
      fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== ''),
      { minLength: 1, maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 6 }), async (asked) => {
        const fields = asked.map((_, index) => `f${index}: embedding(input: { texts: $t${index} }) ${whole}`);
        const header = asked.map((_, index) => `$t${index}: [String!]!`).join(', ');
        const variables = Object.fromEntries(asked.map((field, index) => [`t${index}`, field]));
        const { data } = await gateway(embeds).ask(`query (${header}) { ${fields.join(' ')} }`, variables);
        const used = Object.values(data ?? {}) as { usage: { totalTokens: number; cost: { amount: string } } }[];
        expect(used.reduce((sum, { usage }) => sum + usage.totalTokens, 0)).toBe(10);
        expect(used.reduce((sum, { usage }) => sum + Math.round(Number(usage.cost.amount) * 1e9), 0)).toBe(1_000);
      }),
      { numRuns: 15 * rounds },
    );
  });

  it('Query.embedding keeps apart what asks another length', async () => {
    const { ask, requests } = gateway(embeds);
    await ask(`{ a: embedding${input(['x'])} ${whole} b: embedding${input(['x'], ', dimensions: 8')} ${whole} }`);
    expect(requests.map(({ request }) => request)).toMatchObject([{ dimensions: null }, { dimensions: 8 }]);
  });

  it('Query.embedding answers a failure as data, for every field that it concerns', async () => {
    const { ask } = gateway(fails(new GatewayError('MODEL_UNAVAILABLE', 'Down.')));
    const { data } = await ask(`{ a: embedding${input(['x'])} ${whole} b: embedding${input(['y'])} ${whole} }`);
    const failure = { __typename: 'ModelUnavailable', code: 'MODEL_UNAVAILABLE' };
    expect(data).toEqual({ a: failure, b: failure });
  });

  it.each<[string, string, string]>([
    ['no texts', input([]), '1 to 512 texts'],
    ['an empty text', input(['a', ' ']), 'texts[1] is empty'],
    ['too many texts', input(Array.from({ length: 513 }, () => 'x')), 'At most 512'],
    ['a route for completions', input(['x'], ', route: "default"'), 'Routes for embeddings: embedding.'],
    ['no dimensions', input(['x'], ', dimensions: 0'), 'from 1 to 16384'],
  ])('Query.embedding refuses %s with a sentence', async (_, args, sentence) => {
    const { ask, requests } = gateway(embeds);
    const { data, errors } = await ask(`{ embedding${args} { ... on Failure { code message } } }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({ embedding: { code: 'BAD_REQUEST', message: expect.stringContaining(sentence) } });
    expect(requests).toEqual([]);
  });
});
