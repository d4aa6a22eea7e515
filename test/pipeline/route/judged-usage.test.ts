import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noUsage, totalTokensOf, type Usage } from '../../../src/core/money.ts';
import { minTokens } from '../../../src/core/request/min-tokens.ts';
import { completionRequest, type ModelRequest } from '../../../src/core/request/request.ts';
import { estimateInputTokens, estimateTokens } from '../../../src/core/request/tokens.ts';
import { doubtsOf } from '../../../src/pipeline/route/judged-usage.ts';
import { perRound } from '../../rounds.ts';

interface Told {
  readonly request?: ModelRequest;
  readonly answer?: string;
  readonly ceiling?: number;
}

const words = (count: number): string => Array.from({ length: count }, (_, index) => `word${index}`).join(' ');
const prompt = completionRequest(words(100));

function doubts(usage: Partial<Usage>, { request = prompt, answer = words(20), ceiling = 50 }: Told = {}): readonly string[] {
  const least = minTokens();
  least.add(answer);
  return doubtsOf(
    { ...noUsage, ...usage },
    {
      request,
      inputTokens: estimateInputTokens(request),
      outputCeiling: ceiling,
      minReceivedTokens: least.total(),
      received: () => ({ outputTokens: estimateTokens(answer), reasoningTokens: 0 }),
    },
  );
}

describe('a vendor’s count', () => {
  it.each<[string, Partial<Usage>, Told?]>([
    ['of input and output', { freshInputTokens: 200, outputTokens: 40 }],
    ['of cached input', { freshInputTokens: 3, cacheReadTokens: 180, cacheWriteTokens: 12, outputTokens: 40 }],
    ['with a system text that the vendor adds', { freshInputTokens: 1_800, outputTokens: 40 }],
    ['of reasoning that nobody sees', { freshInputTokens: 200, outputTokens: 40, reasoningTokens: 3_900 }, { ceiling: 4_096 }],
    ['of reasoning alone', { freshInputTokens: 200, reasoningTokens: 4_096 }, { ceiling: 4_096, answer: '' }],
    ['of a short answer to a long allowance', { freshInputTokens: 200, outputTokens: 40 }, { ceiling: 100_000 }],
    ['of nothing for an answer without content', { freshInputTokens: 200 }, { answer: '' }],
    ['of the stop behind the maximum', { freshInputTokens: 200, outputTokens: 2 }, { ceiling: 1, answer: 'a' }],
    ['of more than was drawn, where more was received', { freshInputTokens: 200, outputTokens: 300 }, { answer: words(150) }],
    [
      'of images, which models bill from 85 to 40,000 tokens',
      { freshInputTokens: 80_000, outputTokens: 40 },
      { request: withParts({ type: 'image', url: 'https://x.test/1.png' }, { type: 'image', url: 'https://x.test/2.png' }) },
    ],
    [
      'of a file, which is billed by its pages',
      { freshInputTokens: 900, outputTokens: 40 },
      { request: withParts({ type: 'file', base64: 'A'.repeat(400_000), mediaType: 'application/pdf', name: null }) },
    ],
    ['of embeddings, which have no output', { freshInputTokens: 200 }, { request: embedding, answer: '', ceiling: 0 }],
  ])('a vendor’s count %s is believed', (_, usage, told) => expect(doubts(usage, told)).toEqual([]));

  it.each<[string, Partial<Usage>, readonly string[], Told?]>([
    ['of nothing at all', {}, ['input', 'output']],
    ['of no output beside content', { freshInputTokens: 200 }, ['output']],
    ['of no input beside a prompt', { outputTokens: 40 }, ['input']],
    ['of one token for each side', { freshInputTokens: 1, outputTokens: 1 }, ['input', 'output'], { answer: words(60) }],
    ['of 900 million tokens', { freshInputTokens: 200, outputTokens: 900_000_000 }, ['output']],
    ['of some times as much output as was drawn', { freshInputTokens: 200, outputTokens: 400 }, ['output']],
    ['of some times as much reasoning as was drawn', { freshInputTokens: 200, outputTokens: 40, reasoningTokens: 400 }, ['output']],
    ['of some times as much input as was sent', { freshInputTokens: 10_000, outputTokens: 40 }, ['input']],
    ['of some times as much cached input as was sent', { freshInputTokens: 9, cacheReadTokens: 10_000, outputTokens: 40 }, ['input']],
    ['of more cached than there was input', { freshInputTokens: -90, cacheReadTokens: 290, outputTokens: 40 }, ['input']],
    ['of more reasoning than there was output', { freshInputTokens: 200, outputTokens: -5, reasoningTokens: 45 }, ['output']],
    ['that is negative', { freshInputTokens: -200, outputTokens: -40 }, ['input', 'output']],
    ['that is no number', { freshInputTokens: Number.NaN, outputTokens: Number.POSITIVE_INFINITY }, ['input', 'output']],
    ['that is text', { freshInputTokens: '200' as unknown as number, outputTokens: '40' as unknown as number }, ['input', 'output']],
    ['that is broken', { freshInputTokens: 200.5, outputTokens: 40 }, ['input']],
    ['of output of embeddings', { freshInputTokens: 200, outputTokens: 4 }, ['output'], { request: embedding, answer: '', ceiling: 0 }],
    ['of no input of embeddings', {}, ['input'], { request: embedding, answer: '', ceiling: 0 }],
  ])('a vendor’s count %s is not believed', (_, usage, expected, told) => expect(doubts(usage, told)).toEqual(expected));

  it('a vendor’s count is never believed beyond a few times what was drawn and received, nor where it makes content free', () => {
    const tokens = fc.oneof(fc.nat(300), fc.integer(), fc.constantFrom(Number.NaN, 1e9, -1, 0.5), fc.nat(5_000_000));
    const classes = {
      freshInputTokens: tokens,
      cacheReadTokens: tokens,
      cacheWriteTokens: tokens,
      outputTokens: tokens,
      reasoningTokens: tokens,
    };
    fc.assert(
      fc.property(fc.record(classes), fc.nat(400), fc.nat(400), fc.integer({ min: 1, max: 1_000 }), (usage, asked, said, ceiling) => {
        const request = completionRequest(words(asked));
        const answer = words(said);
        if (doubts(usage, { request, answer, ceiling }).length > 0) return;
        const input = usage.freshInputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
        const output = usage.outputTokens + usage.reasoningTokens;
        expect(Object.values(usage).every((each) => Number.isInteger(each) && each >= 0)).toBe(true);
        expect(input).toBeGreaterThan(0);
        expect(input).toBeLessThanOrEqual(4 * estimateInputTokens(request) + 2_000);
        expect(output).toBeLessThanOrEqual(4 * Math.max(ceiling, estimateTokens(answer)) + 16);
        if (said > 0) expect(output).toBeGreaterThan(0);
        expect(totalTokensOf(usage)).toBe(input + output);
      }),
      { numRuns: perRound(500, 20_000) },
    );
  });
});

const embedding: ModelRequest = { kind: 'embedding', texts: [words(100)], dimensions: null };

function withParts(
  ...content: Parameters<typeof completionRequest>[0] extends string | readonly (infer M)[]
    ? M extends { content: readonly (infer P)[] }
      ? P[]
      : never
    : never
): ModelRequest {
  return completionRequest([{ role: 'user', content }]);
}
