/** The words of Chat Completions for our finish reasons: what is written is read back, and answers that call tools say so. */
import { describe, expect, it } from 'vitest';
import { decodeFinishReason, encodeFinishReason } from '../../../src/wires/chat-completions/finish-reasons.ts';

describe('the finish reasons of Chat Completions', () => {
  it.each([
    ['stop', false, 'stop'],
    ['length', false, 'length'],
    ['length', true, 'length'],
    ['content-filter', false, 'content_filter'],
    ['tool-calls', true, 'tool_calls'],
    ['stop', true, 'tool_calls'],
    ['other', true, 'tool_calls'],
    ['tool-calls', false, 'stop'],
    ['other', false, 'stop'],
    ['cancelled', false, 'stop'],
  ] as const)('the finish reasons of Chat Completions write %s, of an answer with calls: %s, as %s', (reason, callsTools, word) => {
    expect(encodeFinishReason(reason, callsTools)).toBe(word);
    expect(['stop', 'length', 'tool-calls', 'content-filter']).toContain(decodeFinishReason(word));
  });
});
