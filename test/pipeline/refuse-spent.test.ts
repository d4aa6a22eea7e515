import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/core/call/call.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { flatPrice, type NanoUsd } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { turnsOf } from '../../src/core/turns/turns.ts';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { guarded } from '../../src/pipeline/guard.ts';
import { spentRefusal } from '../../src/pipeline/refuse-spent.ts';
import type { Route } from '../../src/routing/route.ts';
import { unruled } from '../../src/routing/routing-rules.ts';
import { over } from '../faces.ts';
import { aCall, answers, endingOf, stop } from './guard/calls.ts';

const routeAt = (prices: readonly ([number, number] | null)[], cacheSeconds: number | null = null): ReadonlyMap<string, Route> =>
  new Map([
    [
      'default',
      {
        name: 'default',
        cacheSeconds,
        deployments: prices.map((price) => ({ price: price && flatPrice({ input: price[0], output: price[1] }) })),
      } as unknown as Route,
    ],
  ]);
/** On a budget that has so much left; remembers what it was asked. */
function onBudget(left: NanoUsd, changes: Partial<Call> = {}) {
  const asked: NanoUsd[] = [];
  const { hold } = aCall();
  const call = aCall({
    hold: {
      ...hold,
      budgeted: true,
      checkRoom(most) {
        asked.push(most);
        return most > left ? Promise.reject(new GatewayError('BUDGET_EXCEEDED', 'Spent.')) : Promise.resolve();
      },
    },
    ...changes,
  });
  return { call, asked };
}
const request = completionRequest('Write to ann@x.io.', { maxOutputTokens: 10 });

describe('a call on a spent budget', () => {
  it('a call on a spent budget is refused before a guardrail is asked or a character is searched', async () => {
    let checked = 0;
    let searched = 0;
    const guardrail: Guardrail = {
      name: 'paid',
      on: ['input'],
      window: 'whole',
      check: () => {
        checked += 1;
        return { action: 'allow' };
      },
    };
    const model = answers([stop]);
    const step = over(
      guarded({
        guardrails: () => [guardrail],
        mask: () => true,
        refuseSpent: spentRefusal(unruled(routeAt([[1, 2]]))),
        turns: (signal) => {
          const turns = turnsOf({ unitsPerTurn: 1_000, signal });
          return {
            ...turns,
            spend: (units) => {
              searched += units;
              return turns.spend(units);
            },
          };
        },
      }),
    );
    const { error } = await endingOf(step(model.handle)(request, onBudget(0).call));
    expect(error).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect([checked, searched, model.asked.length]).toEqual([0, 0, 0]);
    expect(await endingOf(step(model.handle)(request, onBudget(1e9).call))).toMatchObject({ error: null });
    expect([checked, model.asked.length]).toEqual([1, 1]);
    expect(searched).toBeGreaterThan(0);
  });

  it('a call on a spent budget is judged by the least that it can cost at any deployment', async () => {
    const { call, asked } = onBudget(1e9);
    await spentRefusal(unruled(routeAt([[3, 4], [1, 2], null])))(request, call);
    expect(asked).toEqual([1_000 + 10 * 2_000]);
  });

  it.each<[string, ReadonlyMap<string, Route>, Partial<Call>]>([
    ['the route may have the answer kept', routeAt([[1, 2]], 60), {}],
    ['the operation may have the answer already', routeAt([[1, 2]]), { onceInOperation: true }],
    [
      'a deployment is free',
      routeAt([
        [1, 2],
        [0, 0],
      ]),
      {},
    ],
    ['no price is known', routeAt([null]), {}],
    ['there is no such route', new Map(), {}],
  ])('a call on a spent budget goes on where %s', (_, routes, changes) => {
    const { call, asked } = onBudget(0, changes);
    expect(spentRefusal(unruled(routes))(request, call)).toBeNull();
    expect(asked).toEqual([]);
  });

  it('a call on a spent budget is refused on a route that keeps answers when it wants a fresh one', async () => {
    const { call } = onBudget(0, { cache: { mode: 'bypass', maxAgeSeconds: null } });
    await expect(spentRefusal(unruled(routeAt([[1, 2]], 60)))(request, call)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });

  it('the check of spent budgets asks nothing of a call without a budget', () =>
    expect(spentRefusal(unruled(routeAt([[1, 2]])))(request, aCall())).toBeNull());
});
