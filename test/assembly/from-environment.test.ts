import { describe, expect, it } from 'vitest';
import { fromEnvironment } from '../../src/assembly/from-environment.ts';
import { checkConfig } from '../../src/config/check-config.ts';

const routesWith = (environment: Readonly<Record<string, string>>) => {
  const { routes } = fromEnvironment(environment);
  return Object.fromEntries(Object.entries(routes).map(([name, { deployments }]) => [name, deployments]));
};

describe('a configuration from the environment', () => {
  it.each<Readonly<Record<string, string>>>([
    {},
    { OPENAI_API_KEY: 'k' },
    { ANTHROPIC_API_KEY: 'k' },
    { GEMINI_API_KEY: 'k' },
    { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://shop.openai.azure.com' },
    { MISTRAL_API_KEY: 'k' },
    { COHERE_API_KEY: 'k' },
    { OLLAMA_HOST: 'http://127.0.0.1:11434' },
    { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', GEMINI_API_KEY: 'k', OLLAMA_HOST: 'http://127.0.0.1:11434' },
  ])('a configuration from the environment of %o has no mistake', (environment) => {
    expect(checkConfig(fromEnvironment(environment), process.cwd()).mistakes).toEqual([]);
  });

  it('a configuration from the environment answers by the embedded provider alone while there is no key', () => {
    expect(
      new Set(
        Object.values(routesWith({}))
          .flat()
          .map((id) => id.split('/')[0]),
      ),
    ).toEqual(new Set(['embedded']));
  });

  it('a configuration from the environment leaves the default route to the models that there is a key for, in a fixed order, and keeps the embedded one by name', () => {
    const { default: usual, embedded } = routesWith({ OLLAMA_HOST: 'http://127.0.0.1:11434', ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' });
    expect(usual).toEqual(['openai/gpt-5-mini', 'anthropic/claude-haiku-4-5', 'ollama/llama3.2']);
    expect(embedded?.every((id) => id.startsWith('embedded/'))).toBe(true);
  });

  it('a configuration from the environment embeds by the first vendor that can, so that vectors of two models never meet', () => {
    expect(routesWith({ ANTHROPIC_API_KEY: 'k' })['embedding']?.[0]).toMatch(/^embedded\//);
    expect(routesWith({ GEMINI_API_KEY: 'k', OPENAI_API_KEY: 'k' })['embedding']).toEqual(['openai/text-embedding-3-small']);
  });

  it('a configuration from the environment asks Azure for the deployments that the environment names, and for no vectors where it names none', () => {
    const azure = { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://shop.openai.azure.com' };
    expect(routesWith(azure)).toMatchObject({ default: ['azure/gpt-5-mini'], embedding: [expect.stringMatching(/^embedded\//)] });
    const named = { ...azure, AZURE_OPENAI_DEPLOYMENT: 'answers', AZURE_OPENAI_EMBEDDING_DEPLOYMENT: 'vectors' };
    expect(routesWith(named)).toMatchObject({ default: ['azure/answers'], embedding: ['azure/vectors'] });
  });

  it('a configuration from the environment tells that a key of Azure says nothing without an endpoint', () => {
    const { mistakes } = checkConfig(fromEnvironment({ AZURE_OPENAI_API_KEY: 'k' }), process.cwd());
    expect(mistakes).toEqual([expect.stringContaining('It has neither a resourceName nor a baseUrl.')]);
  });

  it('a configuration from the environment takes the model that the environment names', () => {
    expect(routesWith({ OPENAI_API_KEY: 'k', OPENAI_MODEL: 'gpt-large' })['default']).toEqual(['openai/gpt-large']);
    expect(routesWith({ MISTRAL_API_KEY: 'k', MISTRAL_MODEL: 'mistral-large' })['default']).toEqual(['mistral/mistral-large']);
  });

  it('a configuration from the environment shows no key, however it is printed', () => {
    expect(JSON.stringify(fromEnvironment({ OPENAI_API_KEY: 'sk-very-secret' }))).not.toContain('very-secret');
  });
});
