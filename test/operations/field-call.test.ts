import { describe, expect, it } from 'vitest';
import { type Asking, joinableCallFor } from '../../src/operations/field-call.ts';
import { type RoutingRule, routesByRules } from '../../src/routing/routing-rules.ts';
import { double, route } from '../doubles.ts';
import { context } from '../graphql/fakes.ts';

const here = route('default', [double('us', async function* () {}), double('eu', async function* () {})]);
const [, eu] = here.deployments;
const personal: RoutingRule = {
  ...{ name: 'personal', teams: null, routes: null, dataClasses: ['personal'] },
  ...{ deployments: [eu?.id ?? ''], models: null, regions: null, maxInputTokens: null },
};
const classesOf = (coordinate: string): readonly string[] => (/^Person\.(mail|letter)$/.test(coordinate) ? ['personal'] : []);
const asking = (coordinate: string): Asking => ({ field: { coordinate, paths: () => [] }, weight: 1 });

function callOf(coordinate: string, ...rules: readonly RoutingRule[]) {
  const operation = context();
  const services = { routes: () => [here], routeFor: routesByRules(new Map([['default', here]]), { rules, classesOf }) };
  const cache = { mode: 'default', maxAgeSeconds: null } as const;
  const { field } = asking(coordinate);
  return joinableCallFor({ services, context: operation, field }, { route: 'default', cache, tags: {}, signal: operation.signal });
}

describe('a call that other fields of its operation join', () => {
  it('a field whose data a rule keeps from where the call went does not join it', () => {
    const { call, join } = callOf('Person.greeting', personal);
    expect(join([asking('Person.name'), asking('Person.mail')])).toBe(false);
    expect(call.uses).toHaveLength(1);
    expect(join([asking('Person.name')])).toBe(true);
  });

  it('a field to which the rules leave no deployment at all does not join it, so that it is refused', () => {
    expect(callOf('Person.greeting', { ...personal, deployments: ['nowhere'] }).join([asking('Person.mail')])).toBe(false);
  });

  it('a field that may go wherever it likes, or where the call went, joins it', () => {
    const { call, join } = callOf('Person.mail', personal);
    expect([join([asking('Person.greeting')]), join([asking('Person.letter')])]).toEqual([true, true]);
    expect(call.uses).toHaveLength(3);
  });
});
