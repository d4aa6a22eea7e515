/** What the planner fails at: it is answered by the portable engine, and operators are told. */
import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { type OpenPlanner, Unplannable } from '../../src/federation/engine/plan/planner.ts';
import { gateway } from './gateway.ts';
import { planner, runOperation } from './run-operation.ts';

it('an operation that the planner fails at is stitched: told once for its text, and counted each time', async () => {
  const open = await planner();
  /** Fails at one field. */
  const failing: OpenPlanner = (sdl) => {
    const whole = open(sdl);
    return {
      ...whole,
      plan: (document, options) =>
        JSON.stringify(document).includes('"odd"')
          ? Promise.reject(new Unplannable('The planner failed.', { cause: 'why' }))
          : whole.plan(document, options),
    };
  };
  const told: unknown[] = [];
  let stitched = 0;
  const graph = await gateway({
    remote: { a: { sdl: 'type Query { odd(n: Int): Int even: Int }', resolvers: { Query: { odd: () => 1, even: () => 2 } } } },
    options: { openPlanner: failing, onUnplanned: (operation) => told.push(operation), onStitched: () => (stitched += 1) },
  });
  const ask = (query: string, variableValues = {}) =>
    runOperation({ schema: graph.schema, document: parse(query), variableValues, contextValue: {} });
  const odd = 'query Odd($skip: Boolean = false) { odd even @skip(if: $skip) }';
  expect(await ask(odd)).toMatchObject({ data: { odd: 1, even: 2 } });
  expect(await ask(odd)).toMatchObject({ data: { odd: 1, even: 2 } });
  expect(await ask(odd, { skip: true })).toMatchObject({ data: { odd: 1 } });
  expect(await ask('{ even }')).toMatchObject({ data: { even: 2 } });
  expect(await ask('{ odd }')).toMatchObject({ data: { odd: 1 } });
  await graph.close();
  expect(told).toEqual([
    { operationName: 'Odd', message: 'The planner failed.', cause: 'why' },
    { operationName: null, message: 'The planner failed.', cause: 'why' },
  ]);
  expect(stitched).toBe(4);
});
