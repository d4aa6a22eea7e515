import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import { defineConfig, type GatewayConfig } from '../../src/config/config.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { embeddedProvider } from '../../src/providers/embedded/embedded.ts';
import { plainConfig } from '../harness.ts';

/** The compiler reads this file: each `@ts-expect-error` is a mistake of `npm run check` when nothing is red under it. */
const mistakesOf = (config: GatewayConfig): readonly string[] => checkConfig(config, process.cwd()).mistakes;
const providers = { embedded: embeddedProvider() };
const deployments = { extractive: { provider: 'embedded', model: 'm' } } as const;
const routes = { default: { deployments: ['extractive'] } } as const;
const guardrail = patternGuard({ name: 'codes', patterns: ['ACME'] });

describe('defineConfig', () => {
  it('defineConfig accepts names that the configuration itself gives', () => {
    const config = defineConfig({
      providers,
      deployments: {
        extractive: { provider: 'embedded', model: 'm' },
        second: { provider: 'embedded', model: 'n', price: { input: 0, output: 0 } },
      },
      routes: {
        default: { deployments: ['extractive', 'second'], strategy: 'cheapest', hedge: { afterMs: 500 } },
        other: { deployments: ['second'] },
      },
      guardrails: [
        { guardrail, routes: ['default', 'other'] },
        { guardrail, routes: '*' },
      ],
      maskPersonalData: ['other'],
    });
    expect(mistakesOf(config)).toEqual([]);
  });

  it('defineConfig accepts any name beside parts whose names are known only when it runs, such as fromEnvironment()', () => {
    const config = defineConfig({ ...plainConfig, maskPersonalData: ['default'], collections: { docs: { embeddingRoute: 'embedding' } } });
    expect(mistakesOf(config)).toEqual([]);
  });

  it('defineConfig is red in the editor where a deployment names no provider of it', () => {
    // @ts-expect-error There is no provider "openai".
    const config = defineConfig({ providers, routes, deployments: { extractive: { provider: 'openai', model: 'm' } } });
    expect(mistakesOf(config)).toEqual(['deployments.extractive.provider is "openai". Providers: embedded.']);
  });

  it('defineConfig is red in the editor where a route names no deployment of it', () => {
    // @ts-expect-error There is no deployment "zzz".
    const config = defineConfig({ providers, deployments, routes: { default: { deployments: ['extractive', 'zzz'] } } });
    expect(mistakesOf(config)).toEqual(['routes.default.deployments names "zzz". Deployments: extractive.']);
  });

  it('defineConfig is red in the editor where masking or a guardrail names no route of it', () => {
    // @ts-expect-error There is no route "gone".
    const masked = defineConfig({ providers, deployments, routes, maskPersonalData: ['gone'] });
    // @ts-expect-error There is no route "gone".
    const guarded = defineConfig({ providers, deployments, routes, guardrails: [{ guardrail, routes: ['gone'] }] });
    expect([...mistakesOf(masked), ...mistakesOf(guarded)]).toEqual([
      'maskPersonalData names "gone". Routes: default.',
      'guardrails.0.routes names "gone". Routes: default.',
    ]);
  });

  it('defineConfig is red in the editor where documents name no collection of it, and a collection no route', () => {
    const parts = {
      providers,
      deployments: { ...deployments, lexical: { provider: 'embedded', model: 'l', capabilities: ['embedding'] } },
      routes: { ...routes, embedding: { deployments: ['lexical'] } },
    } as const;
    const collections = { rules: {} };
    // @ts-expect-error There is no collection "handbook".
    const read = defineConfig({ ...parts, collections, documents: [{ collection: 'handbook', paths: [] }] });
    // @ts-expect-error There is no route "vectors".
    const embeds = defineConfig({ ...parts, collections: { rules: { embeddingRoute: 'vectors' } } });
    expect([...mistakesOf(read), ...mistakesOf(embeds)]).toEqual([
      'documents.0.collection is "handbook". Collections: rules.',
      'collections.rules.embeddingRoute is "vectors", which has no deployment that embeds. Routes that do: embedding.',
    ]);
  });

  it('defineConfig is red in the editor where a setting has a wrong name or a wrong value', () => {
    // @ts-expect-error There is no setting "drain".
    const misspelt = defineConfig({ ...plainConfig, server: { drain: 5 } });
    // @ts-expect-error There is no level "loud".
    const loud = defineConfig({ ...plainConfig, logLevel: 'loud' });
    expect([...mistakesOf(misspelt), ...mistakesOf(loud)]).toEqual([
      expect.stringMatching(/^server\.drain is no setting\. .* Did you mean drainMs\?$/),
      'logLevel is "loud". Levels: debug, info, warn, error, silent.',
    ]);
  });
});
