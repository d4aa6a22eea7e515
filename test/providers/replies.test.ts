/**
 * Replies byte for byte as the vendors' references write them, each beside the request that gets it, and where there is
 * a tool call, beside the request that brings its result: what the vendor gave us to keep goes back unchanged.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, type MessagePart } from '../../src/core/chunk.ts';
import type { Usage } from '../../src/core/money.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../src/core/request/request.ts';
import { ollamaProvider } from '../../src/providers/ollama.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { sendOptions } from '../contracts/provider.ts';
import { type RawUpstream, rawUpstream } from '../raw-upstream.ts';
import { anthropic, compatible, google, openai, openaiChat } from './dialects.ts';
import { cohere } from './vendors/cohere-dialect.ts';
import { mistral } from './vendors/mistral-dialect.ts';

let upstream: RawUpstream;
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(() => upstream.close());

const tools = [
  {
    name: 'weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false },
  },
];
const weather = (providerOptions: CompletionRequest['providerOptions']) =>
  completionRequest('What is the weather in Oslo?', { tools, maxOutputTokens: 4_000, providerOptions });
const capital = completionRequest('What is the capital of Norway?', { maxOutputTokens: 400 });

interface Reply {
  readonly at: string;
  readonly provider: (origin: string) => Provider;
  readonly model: string;
  readonly request: CompletionRequest;
  readonly parts: readonly unknown[];
  readonly usage: Usage;
}

const oslo = { type: 'tool-call', name: 'weather', arguments: { city: 'Oslo' } };
const replies: readonly Reply[] = [
  {
    at: 'openai/reasoning-and-tool',
    ...openai,
    model: 'gpt-5-mini',
    request: weather({ reasoningEffort: 'low' }),
    parts: [
      {
        type: 'reasoning',
        text: expect.stringMatching(/^\*\*Looking up .* the tool\.$/s),
        opaque: expect.stringContaining('gAAAAABpAj3k'),
      },
      oslo,
    ],
    usage: { freshInputTokens: 288, cacheReadTokens: 1_024, cacheWriteTokens: 0, outputTokens: 23, reasoningTokens: 64 },
  },
  {
    at: 'openai-chat/cached',
    ...openaiChat,
    model: 'gpt-5-mini',
    request: capital,
    parts: [{ type: 'text', text: 'It rains in Oslo.' }],
    usage: { freshInputTokens: 20, cacheReadTokens: 1_280, cacheWriteTokens: 0, outputTokens: 5, reasoningTokens: 128 },
  },
  {
    at: 'anthropic/thinking-and-tool',
    ...anthropic,
    request: weather({ thinking: { type: 'enabled', budgetTokens: 2_000 } }),
    parts: [
      {
        type: 'reasoning',
        text: 'The user asks for the weather in Oslo; I have a tool for that.',
        opaque: expect.stringContaining('EqQBCgYIAxgC'),
      },
      { type: 'reasoning', text: '', opaque: expect.stringContaining('EmwKAhgBEgy3') },
      { type: 'text', text: "I'll look up\u00a0the weather." },
      oslo,
    ],
    usage: { freshInputTokens: 21, cacheReadTokens: 2_048, cacheWriteTokens: 188, outputTokens: 119, reasoningTokens: 0 },
  },
  {
    at: 'google/thought-and-tool',
    ...google,
    request: weather({ thinkingConfig: { includeThoughts: true } }),
    parts: [
      { type: 'reasoning', text: expect.stringMatching(/^\*\*Considering/) },
      { ...oslo, opaque: expect.stringContaining('CiQB0e2Kb7mV') },
    ],
    usage: { freshInputTokens: 94, cacheReadTokens: 1_536, cacheWriteTokens: 0, outputTokens: 14, reasoningTokens: 81 },
  },
  {
    at: 'google/signed-text',
    ...google,
    model: 'gemini-3-pro-preview',
    request: capital,
    parts: [
      { type: 'text', text: 'The capital of Norway is Oslo.' },
      { type: 'reasoning', text: '', opaque: expect.stringContaining('EpcCCpQCAXLI') },
    ],
    usage: { freshInputTokens: 8, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 8, reasoningTokens: 63 },
  },
  {
    at: 'openai-compatible/deepseek-reasoning',
    ...compatible,
    model: 'deepseek-reasoner',
    request: capital,
    parts: [
      { type: 'reasoning', text: 'Capital of Norway.' },
      { type: 'text', text: 'Oslo.' },
    ],
    usage: { freshInputTokens: 10, cacheReadTokens: 64, cacheWriteTokens: 0, outputTokens: 3, reasoningTokens: 37 },
  },
  {
    at: 'mistral/thinking-and-tool',
    ...mistral,
    model: 'magistral-medium-latest',
    request: weather({ promptMode: 'reasoning' }),
    parts: [
      { type: 'reasoning', text: 'The user asks for the weather in Oslo; I have a tool for that.' },
      { type: 'text', text: "I'll look up\u00a0the weather." },
      oslo,
    ],
    usage: { freshInputTokens: 48, cacheReadTokens: 64, cacheWriteTokens: 0, outputTokens: 53, reasoningTokens: 0 },
  },
  {
    at: 'cohere/plan-and-tool',
    ...cohere,
    request: weather({ safetyMode: 'CONTEXTUAL' }),
    parts: [{ type: 'reasoning', text: 'I will look up the weather in Oslo.' }, oslo],
    usage: { freshInputTokens: 21, cacheReadTokens: 16, cacheWriteTokens: 0, outputTokens: 21, reasoningTokens: 0 },
  },
  {
    at: 'ollama/text',
    provider: (origin) => ollamaProvider({ host: origin }),
    model: 'llama3.2',
    request: capital,
    parts: [{ type: 'text', text: 'Oslo.' }],
    usage: { freshInputTokens: 31, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 4, reasoningTokens: 0 },
  },
];

function replaying({ at, provider, model }: Reply) {
  const folder = new URL(`wire/${at}/`, import.meta.url);
  const expectSent = (file: string): void => {
    const { path: url = '', body } = upstream.requests.at(-1) ?? { body: '{}' };
    const sent = { path: url, body: JSON.parse(body) as unknown };
    expect(sent).toEqual(JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
  };
  const replay = async (asked: CompletionRequest) => {
    // In pieces of 97 characters: events and JSON are cut where no vendor would.
    const pieces = readFileSync(new URL('reply.sse', folder), 'utf8').match(/[\s\S]{1,97}/g) ?? [];
    upstream.plays({ pieces });
    const options = sendOptions(model);
    return { answer: await collect(provider(upstream.url).send(asked, options)), reported: options.reported };
  };
  return { expectSent, replay };
}

describe.each(replies)('$at', (reply) => {
  const { request, parts, usage } = reply;
  const { expectSent, replay } = replaying(reply);
  it('a provider is asked for as the file says, and read to the last token', async () => {
    const { answer, reported } = await replay(request);
    expectSent('request.json');
    expect(answer.parts).toMatchObject(parts);
    expect(answer.parts).toHaveLength(parts.length);
    expect(answer.warnings).toEqual([]);
    expect(reported).toEqual([usage]);
  });
});

describe.each(replies.filter(({ parts }) => !parts.every((part) => part === oslo || Object(part).type === 'text')))('$at', (reply) => {
  const { request } = reply;
  const { expectSent, replay } = replaying(reply);
  it('a provider takes its own parts back, with what follows them', async () => {
    const { answer } = await replay(request);
    const call = answer.parts.find((part): part is Extract<MessagePart, { type: 'tool-call' }> => part.type === 'tool-call');
    const next: Message =
      call === undefined
        ? { role: 'user', content: [{ type: 'text', text: 'And of Sweden?' }] }
        : { role: 'tool', content: [{ type: 'tool-result', callId: call.id, content: { sky: 'rain' }, isError: false }] };
    await replay({ ...request, messages: [...request.messages, { role: 'assistant', content: answer.parts }, next] });
    expectSent('next-request.json');
  });
});
