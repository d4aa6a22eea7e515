/** The words of Chat Completions for our usage and finish reasons: what is written is read back. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeUsage, encodeUsage } from '../../../src/wires/chat-completions/counted-usage.ts';
import { decodeFinishReason, encodeFinishReason } from '../../../src/wires/chat-completions/finish-reasons.ts';

/** A count of zero everywhere is no count: no vendor answers for nothing. */
const count = fc.integer({ min: 1, max: 1e9 });

describe('the vocabulary of Chat Completions', () => {
  it('reads back the usage that it wrote', () => {
    const usage = fc.record({
      freshInputTokens: count,
      cacheReadTokens: count,
      cacheWriteTokens: fc.constant(0),
      outputTokens: count,
      reasoningTokens: count,
    });
    fc.assert(
      fc.property(usage, (counted) => {
        expect(decodeUsage(encodeUsage(counted))).toEqual(counted);
      }),
    );
  });

  it.each(['stop', 'length', 'tool-calls', 'content-filter'] as const)('reads back that an answer ended by %s', (reason) => {
    expect(decodeFinishReason(encodeFinishReason(reason))).toBe(reason);
  });
});
