import { beforeAll, describe, expect, it } from 'vitest';
import { plainConfig } from '../harness.ts';
import { complete, prompt } from './asking.ts';
import { type Scripted, saying, scripted, scriptedDeployment } from './scripted.ts';

const tool = { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } };
const text = 'What is the weather in Oslo?';
const called = (city: string) => ({
  prompt: {
    messages: [
      { role: 'USER', content: [{ text }] },
      { role: 'ASSISTANT', content: [{ toolCall: { id: 'call-1', name: 'weather', arguments: { city } } }] },
      { role: 'TOOL', content: [{ toolResult: { callId: 'call-1', content: { sky: 'rain' } } }] },
    ],
  },
  tools: [tool],
});

let parts: Scripted;
beforeAll(async () => {
  parts = await scripted({
    routes: {
      ...plainConfig.routes,
      default: { deployments: ['scripted'], attempts: 1, cacheSeconds: 3600 },
      other: { deployments: ['scripted'], cacheSeconds: 3600 },
    },
    deployments: { ...plainConfig.deployments, scripted: scriptedDeployment },
  });
  parts.upstream.plays(saying('An answer.'));
});

const statusOf = async (input: object): Promise<string> => (await complete(parts.gateway, input)).provenance.cache;

describe('an answer is reused only for exactly the same question', () => {
  it('an answer is reused only for exactly the same question: found again when everything is the same, in whatever order it is written', async () => {
    expect(await statusOf({ ...prompt(text), temperature: 0, tools: [tool] })).toBe('MISS');
    expect(
      await statusOf({
        tools: [{ parameters: { properties: { city: { type: 'string' } }, type: 'object' }, name: 'weather' }],
        temperature: 0,
        ...prompt(text),
      }),
    ).toBe('HIT');
  });

  it.each([
    ['words that mean the same', prompt('How is the weather in Oslo?', { temperature: 0, tools: [tool] })],
    ['another case', prompt(text.toLowerCase(), { temperature: 0, tools: [tool] })],
    ['another temperature', prompt(text, { temperature: 0.1, tools: [tool] })],
    ['another maximum', prompt(text, { temperature: 0, tools: [tool], maxOutputTokens: 50 })],
    ['no tools', prompt(text, { temperature: 0 })],
    [
      'a tool with other parameters',
      prompt(text, { temperature: 0, tools: [{ ...tool, parameters: { type: 'object', properties: { town: { type: 'string' } } } }] }),
    ],
    ['another route', prompt(text, { temperature: 0, tools: [tool], route: 'other' })],
    [
      'a system message',
      {
        prompt: {
          messages: [
            { role: 'SYSTEM', content: [{ text: 'Be brief.' }] },
            { role: 'USER', content: [{ text }] },
          ],
        },
        temperature: 0,
        tools: [tool],
      },
    ],
  ])('an answer is reused only for exactly the same question, not with %s', async (_, input) => {
    expect(await statusOf(input)).toBe('MISS');
  });

  it('an answer is reused only for exactly the same question, not for a tool call with other arguments', async () => {
    expect(await statusOf(called('Oslo'))).toBe('MISS');
    expect(await statusOf(called('Rome'))).toBe('MISS');
    expect(await statusOf(called('Oslo'))).toBe('HIT');
  });
});
