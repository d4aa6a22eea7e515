/** Makes of an operation, once, what is needed to run it again and again: its plans, and what its response looks like. */
import { type DirectiveNode, type DocumentNode, type GraphQLSchema, print } from 'graphql';
import { type ResponseShape, responseShape } from '../execute/response-shape.ts';
import { IncompletePlan, type PlanSteps, planSteps } from '../steps/plan-steps.ts';
import type { StepsSource } from '../steps/subgraph-request.ts';
import { type DataKeys, dataKeysOf } from './client-fields.ts';
import { type Conditions, conditionVariables } from './conditions.ts';
import type { Weighed } from './plan-cache.ts';
import type { Planner, PlanOptions } from './planner.ts';
import { introspectionOf, type RootPart, rootParts } from './root-parts.ts';
import type { Written } from './written-operation.ts';

export interface PreparedPart extends PlanSteps {
  readonly responseKey: string | null;
  readonly deferred: DirectiveNode | null;
}

export interface PreparedOperation {
  readonly parts: readonly PreparedPart[];
  /** For graphql-js. */
  readonly introspection: DocumentNode | null;
  /** Of the response, for these values of the variables. */
  shape(variables: Readonly<Record<string, unknown>>): ResponseShape;
}

export interface Preparing {
  readonly planner: Planner;
  readonly client: GraphQLSchema;
  readonly steps: StepsSource;
  /** Names of fields that are required with arguments. */
  readonly apart: ReadonlySet<string>;
}

/** `asked`: the operation without what the caller may not have; `written`: as the client wrote it. */
export async function prepareOperation(
  preparing: Preparing,
  written: Written,
  asked: Written,
  conditions: Conditions | null,
  options: PlanOptions,
): Promise<Weighed<PreparedOperation>> {
  const keys = dataKeysOf(written, preparing.apart);
  const made = await plannedParts(preparing, rootParts(asked, keys, conditions, false), options).catch((error: unknown) => {
    // Below the root, the planner forgets to ask for the key of an object whose type nobody asks for. Elsewhere, asking would cost requests.
    if (!(error instanceof IncompletePlan)) throw error;
    return plannedParts(preparing, rootParts(asked, keys, conditions, true), options);
  });
  const { parts, weight } = made;
  return { weight, value: { parts, introspection: introspectionOf(asked), shape: shapesOf(preparing.client, written, keys) } };
}

async function plannedParts({ planner, steps }: Preparing, roots: readonly RootPart[], options: PlanOptions) {
  let weight = 1_000;
  const parts = await Promise.all(
    roots.map(async ({ document, ...part }): Promise<PreparedPart> => {
      const plan = await planner.plan(document, options);
      // Its texts, their syntax trees, and shapes by type.
      weight += 12 * JSON.stringify(plan).length;
      return { ...part, ...planSteps(plan, steps) };
    }),
  );
  return { parts, weight };
}

const maxShapes = 64;

function shapesOf(schema: GraphQLSchema, written: Written, dataKeys: DataKeys): PreparedOperation['shape'] {
  const names = conditionVariables(written);
  const known = new Map<string, ResponseShape>();
  return (variables) => {
    const key = names.map((name) => String(variables[name])).join();
    let shape = known.get(key);
    if (shape === undefined) {
      if (known.size >= maxShapes) known.clear();
      shape = responseShape({ ...written, schema, dataKeys, conditions: Object.fromEntries(names.map((name) => [name, variables[name]])) });
      known.set(key, shape);
    }
    return shape;
  };
}

const texts = new WeakMap<object, string>();

/** The same for the same text: what is kept for it points into that text. */
export function textOf({ operation, fragments }: Written): string {
  const known = texts.get(operation);
  if (known !== undefined) return known;
  const source = operation.loc?.source.body ?? [operation, ...fragments.values()].map((node) => print(node)).join('\n');
  const text = `${operation.name?.value ?? ''}\n${source}`;
  texts.set(operation, text);
  return text;
}
