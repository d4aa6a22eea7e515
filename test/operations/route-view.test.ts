import { expect, it } from 'vitest';
import { routeViews } from '../../src/operations/route-view.ts';
import { route, says } from '../doubles.ts';

it('callers see each route with its limits, and which of its deployments is healthy at the moment', () => {
  const one = route('default', [says('Hi.'), says('Ho.')]);
  const open = new Set([one.deployments[1]?.id]);
  const views = routeViews(new Map([['default', one]]), {
    of: ({ id }) => ({ circuit: open.has(id) ? 'open' : 'closed' }) as never,
    look: ({ id }) => ({ state: open.has(id) ? 'open' : 'closed', openForMs: 0 }),
  });
  const healthy = () => views().flatMap(({ deployments }) => deployments.map((each) => each.healthy));
  expect(views()).toMatchObject([{ name: 'default', totalMs: one.totalMs }]);
  expect(healthy()).toEqual([true, false]);
  open.clear();
  expect(healthy()).toEqual([true, true]);
});
