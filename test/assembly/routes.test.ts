import { describe, expect, it } from 'vitest';
import { collectionsOf, embeddingModelOf, routesOf } from '../../src/assembly/routes.ts';
import { says } from '../doubles.ts';
import { plainConfig } from '../plain-config.ts';

const withModels = {
  ...plainConfig,
  providers: { ...plainConfig.providers, vendor: says('Hi.') },
  deployments: {
    ...plainConfig.deployments,
    large: { provider: 'vendor', model: 'large', price: { input: 1, output: 2 } },
    small: { provider: 'vendor', model: 'small', price: { input: 1, output: 2 }, maxOutputTokens: 50, contextWindow: 900, weight: 3 },
  },
};

describe('the routes of a configuration', () => {
  it('the routes of a configuration have their deployments in the order of the configuration, with what it says of them', () => {
    const route = routesOf({ ...withModels, routes: { chat: { deployments: ['small', 'large'], cacheSeconds: 60, totalMs: 9 } } }).get(
      'chat',
    );
    expect(route).toMatchObject({
      name: 'chat',
      cacheSeconds: 60,
      totalMs: 9,
      deployments: [
        { id: 'small', model: 'small', maxOutputTokens: 50, contextWindow: 900, weight: 3 },
        { id: 'large', model: 'large', weight: 1 },
      ],
    });
    expect(route?.deployments[0]?.provider).toBe(withModels.providers.vendor);
  });

  it('the routes of a configuration try every deployment once and the first twice, unless they say how often', () => {
    const routes = routesOf({
      ...withModels,
      routes: { one: { deployments: ['small'] }, two: { deployments: ['small', 'large'] }, said: { deployments: ['small'], attempts: 7 } },
    });
    expect([...routes.values()].map(({ attempts }) => attempts)).toEqual([2, 3, 7]);
  });

  it('the routes of a configuration leave out what refers to nothing, and are not there when nothing is left', () => {
    const routes = routesOf({ ...withModels, routes: { some: { deployments: ['gone', 'small'] }, none: { deployments: ['gone'] } } });
    expect([...routes.keys()]).toEqual(['some']);
    expect(routes.get('some')?.deployments.map(({ id }) => id)).toEqual(['small']);
  });
});

describe('the collections of a configuration', () => {
  it('the collections of a configuration have the model of their embedding route, and no floor of similarity but where vectors tell nothing that words do not', () => {
    const semantic = { provider: 'vendor', model: 'semantic', capabilities: ['embedding' as const] };
    const config = {
      ...withModels,
      deployments: { ...withModels.deployments, semantic },
      routes: { ...plainConfig.routes, vectors: { deployments: ['large', 'semantic'] } },
      collections: { docs: {}, notes: { embeddingRoute: 'vectors' }, lost: { embeddingRoute: 'gone' } },
    };
    expect(collectionsOf(config)).toEqual({
      docs: { embeddingModel: plainConfig.deployments['lexical']?.model, similarityFloor: 1 },
      notes: { embeddingRoute: 'vectors', embeddingModel: 'semantic' },
      lost: { embeddingRoute: 'gone', embeddingModel: 'unknown' },
    });
    expect(embeddingModelOf(config, 'default')).toBeNull();
  });
});
