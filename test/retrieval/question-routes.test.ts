import { expect, it } from 'vitest';
import { openQuestionRoutes } from '../../src/retrieval/question-routes.ts';

const { embeddingRoute, questionRoutes } = openQuestionRoutes(
  { handbook: {}, secret: { readers: ['team:legal'], embeddingRoute: 'private' } },
  { embeddingRoute: (index) => (index === 'products' ? 'embedding' : null) },
);

it('a question to a collection is embedded on its own route, and to an index of entities on the route of the indexes', () => {
  expect(['handbook', 'secret', 'products', 'toString'].map(embeddingRoute)).toEqual(['embedding', 'private', 'embedding', null]);
});

it('a quote for a collection of some readers is the same as for a name that is no collection', () => {
  expect(questionRoutes('handbook')).toEqual(['embedding']);
  expect(questionRoutes('secret')).toEqual(['private']);
  expect(questionRoutes('nothing')).toEqual(questionRoutes('secret'));
});
