/**
 * A graph of several subgraphs answers what one schema with all of its fields would: equal data, and errors for equal nulls. Of the
 * errors inside what became null only one is sure to be told (GraphQL §6.4.4), so they count for the null.
 */
import { composeServices } from '@theguild/federation-composition';
import fc from 'fast-check';
import { type ExecutionResult, execute, parse, validate } from 'graphql';
import { beforeAll, expect, it } from 'vitest';
import type { OpenPlanner, Planner } from '../../../src/federation/engine/plan/planner.ts';
import { supergraphSchema } from '../../../src/federation/supergraph.ts';
import { planner, runOperation } from '../run-operation.ts';
import { operationOn, plainSchema, randomGraph, subgraphSchemas, subgraphSdls } from './random-graph.ts';

let openPlanner: OpenPlanner;
beforeAll(async () => {
  openPlanner = await planner();
});

const operations = fc.array(fc.array(fc.nat(1_000), { minLength: 30, maxLength: 80 }), { minLength: 8, maxLength: 8 });

const told = ({ data, errors = [] }: ExecutionResult): unknown => ({
  data: JSON.parse(JSON.stringify(data ?? null)),
  nulls: [...new Set(errors.map(({ path = [] }) => JSON.stringify(nullOf(data, path))))].toSorted(),
});

/** How far the path leads in the data. */
function nullOf(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null || value === undefined) return path.slice(0, depth);
    value = Reflect.get(value as object, key);
  }
  return path;
}

/** Where the planner itself fails, the portable engine answers: it is not what is tried here. */
function counting(open: OpenPlanner): { readonly open: OpenPlanner; failures: number } {
  const counted = {
    failures: 0,
    open: (sdl: string): Planner => {
      const made = open(sdl);
      return {
        ...made,
        plan: (document, options) =>
          made.plan(document, options).catch((error: unknown) => {
            counted.failures += 1;
            throw error;
          }),
      };
    },
  };
  return counted;
}

/** Null where the composer's own recursion does not end: two fields that require each other. */
function composedOrNull(sdls: readonly string[]): ReturnType<typeof composeServices> | null {
  try {
    return composeServices(sdls.map((sdl, index) => ({ name: `s${index}`, url: `http://s${index}.test`, typeDefs: parse(sdl) })));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

it('is answered by plans as one schema answers it', async () => {
  const planning = counting(openPlanner);
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(randomGraph, operations, async (graph, drawn) => {
      const sdls = subgraphSdls(graph);
      const composed = composedOrNull(sdls);
      if (composed === null) return;
      if (composed.errors !== undefined) throw new Error(`${composed.errors.join('\n')}\n${sdls.join('\n')}`);
      const local = Object.fromEntries(subgraphSchemas(graph).map((schema, index) => [`s${index}`, schema]));
      const schema = supergraphSchema({ supergraphSdl: composed.supergraphSdl, local, openPlanner: planning.open });
      const plain = plainSchema(graph);
      for (const numbers of drawn) {
        const { query, variables } = operationOn(graph, numbers);
        const document = parse(query);
        if (validate(plain, document).length > 0) continue;
        const failures = planning.failures;
        const expected = await execute({ schema: plain, document, variableValues: variables });
        const made = (await runOperation({ schema, document, variableValues: variables, contextValue: {} })) as ExecutionResult;
        if (planning.failures > failures) continue;
        answered += 1;
        expect(told(made), `${query} ${JSON.stringify(variables)}`).toEqual(told(expected));
      }
    }),
    { numRuns: 40, seed: 42, endOnFailure: true },
  );
  expect(answered).toBeGreaterThan(200);
  expect(planning.failures).toBeLessThan(answered / 20);
}, 120_000);
