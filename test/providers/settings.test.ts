import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { collect } from '../../src/core/chunk.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { usageOf } from '../../src/providers/ai-sdk/ai-sdk-chunks.ts';
import { ollamaUrl } from '../../src/providers/ollama.ts';
import { openaiProvider } from '../../src/providers/openai.ts';
import { isStrict } from '../../src/wires/strict-schema.ts';
import { sendOptions } from '../contracts/provider.ts';

describe('a base URL', () => {
  it('a base URL that cannot be used is kept by the provider as its mistake, and the provider refuses every request', async () => {
    const provider = openaiProvider({ apiKey: null, baseUrl: 'nonsense' });
    expect(provider.mistakes).toEqual([expect.stringMatching(/^The base URL is not an http or https URL\. Accepted is /)]);
    await expect(collect(provider.send(completionRequest('Hi.'), sendOptions('m')))).rejects.toThrow(
      'Provider "openai": The base URL is not an http or https URL.',
    );
  });
});

describe('OLLAMA_HOST', () => {
  it.each([
    ['', 'http://127.0.0.1:11434'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['gpu-box', 'http://gpu-box:11434'],
    ['[::1]:1234', 'http://[::1]:1234'],
    ['http://gpu-box', 'http://gpu-box:80'],
    ['https://ollama.example.com/', 'https://ollama.example.com:443'],
    ['http://127.0.0.1:11434/', 'http://127.0.0.1:11434'],
  ])('OLLAMA_HOST "%s" means %s', (host, url) => expect(ollamaUrl(host)).toBe(url));
});

describe('strict mode', () => {
  const text = { type: 'string' };
  const closed = { type: 'object', properties: { a: text }, required: ['a'], additionalProperties: false };
  it.each([
    ['a closed object', closed, true],
    ['closed objects inside', { ...closed, properties: { a: { type: 'array', items: closed } } }, true],
    ['an open object', { type: 'object', properties: { a: text }, required: ['a'] }, false],
    ['an optional property', { ...closed, required: [] }, false],
    ['an open object inside', { ...closed, properties: { a: { anyOf: [{ type: 'null' }, { type: 'object' }] } } }, false],
    ['a list at the root', { type: 'array', items: closed }, false],
    ['oneOf', { ...closed, properties: { a: { oneOf: [text] } } }, false],
  ])('strict mode takes %s or not', (_, schema, expected) => expect(isStrict(schema)).toBe(expected));
});

describe('usage', () => {
  const none = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
  const noOutput = { total: undefined, text: undefined, reasoning: undefined };
  it('usage is unknown when the vendor told nothing', () => {
    expect(usageOf({ inputTokens: none, outputTokens: noOutput })).toBeNull();
  });

  it('usage keeps its classes disjoint when only totals are told', () => {
    expect(
      usageOf({ inputTokens: { ...none, total: 100, cacheRead: 60 }, outputTokens: { ...noOutput, total: 30, reasoning: 20 } }),
    ).toEqual({
      freshInputTokens: 40,
      cacheReadTokens: 60,
      cacheWriteTokens: 0,
      outputTokens: 10,
      reasoningTokens: 20,
    });
  });

  it('usage shows what cannot be, so that it is not believed', () => {
    const moreCachedThanRead = usageOf({ inputTokens: { total: 5, noCache: -3, cacheRead: 8, cacheWrite: 0 }, outputTokens: noOutput });
    expect(moreCachedThanRead).toMatchObject({ freshInputTokens: -3, cacheReadTokens: 8 });
    const moreReasoningThanOutput = usageOf({
      inputTokens: { ...none, total: 5 },
      outputTokens: { total: 2, text: undefined, reasoning: 4 },
    });
    expect(moreReasoningThanOutput).toMatchObject({ outputTokens: -2, reasoningTokens: 4 });
    expect(usageOf({ inputTokens: { ...none, total: Number.NaN }, outputTokens: { ...noOutput, total: -100 } })).toMatchObject({
      freshInputTokens: Number.NaN,
      outputTokens: -100,
    });
  });
});

describe('a provider that is configured and not used', () => {
  it('a provider that is configured and not used loads no SDK and no HTTP client', () => {
    const script = `
      import { registerHooks } from 'node:module';
      const loaded = [];
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
      const names = ['openai', 'azure-openai', 'anthropic', 'google', 'mistral', 'openai-compatible', 'ollama', 'ai-sdk/cohere/cohere', 'ai-sdk/bedrock/bedrock', 'ai-sdk/vertex/vertex'];
      for (const name of names) await import(new URL('src/providers/' + name + '.ts', 'file://' + process.cwd() + '/').href);
      const { openaiProvider } = await import(new URL('src/providers/openai.ts', 'file://' + process.cwd() + '/').href);
      const { cohereProvider } = await import(new URL('src/providers/ai-sdk/cohere/cohere.ts', 'file://' + process.cwd() + '/').href);
      const made = [openaiProvider({ apiKey: null }), cohereProvider({ apiKey: null })];
      if (made.some(({ mistakes }) => mistakes !== undefined)) throw new Error('They cannot be used.');
      console.log(JSON.stringify(loaded.filter((url) => url.includes('/@ai-sdk/') || url.includes('/undici/'))), loaded.length);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(output).toMatch(/^\[\] \d{2,}/);
  });
});
