/**
 * The native query planner: which subgraph is asked for what, and in which order. Only this file imports its package.
 *
 * The package aborts the whole process on a document that is not valid for its schema, and takes time without end for
 * fragments that double at each level. So this file validates every document against the planner's own schema, and bounds
 * what fragments unfold to, before the planner sees it.
 */
import type { QueryPlanner } from '@graphql-hive/router-query-planner';
import { buildASTSchema, type DocumentNode, GraphQLError, type GraphQLSchema, parse, print, validate, visit } from 'graphql';
import { GatewayError } from '../../../core/errors.ts';
import { maybeInexact } from '../../../core/json/raw-number.ts';
import { once } from '../../../core/once.ts';
import { countFields, maxPlannedFields } from './field-count.ts';
import type { QueryPlan } from './plan-nodes.ts';

/** Thrown when there is no plan, or no correct one, although the subgraphs could answer the operation. */
export class Unplannable extends Error {}

export interface PlanOptions {
  /** Labels of progressive `@override` that are on. */
  readonly labels: ReadonlySet<string>;
  /** A number from 0 to 100. Fields with `percent(x)` and a larger x go to the new subgraph. */
  readonly percentage: number;
}

export interface Planner {
  /** Labels of the supergraph. Each can lead to another plan of the same operation. */
  readonly overrideLabels: readonly string[];
  readonly overridePercentages: readonly number[];
  /** `document` has one operation. Works outside of the event loop. Rejects with a GatewayError or GraphQLError. */
  plan(document: DocumentNode, options: PlanOptions): Promise<QueryPlan>;
}

/** Throws for a supergraph that the planner cannot read. */
export type OpenPlanner = (supergraphSdl: string) => Planner;

type Module = typeof import('@graphql-hive/router-query-planner');

/** Null when this machine has no planner: on musl and Windows, or without optional dependencies. */
export const loadPlanner: () => Promise<OpenPlanner | null> = once(async () => {
  try {
    const { QueryPlanner: Native }: Module = await import('@graphql-hive/router-query-planner');
    return (supergraphSdl: string) => planner(new Native(supergraphSdl));
  } catch {
    return null;
  }
});

function planner(native: QueryPlanner): Planner {
  const schema = buildASTSchema(parse(native.consumerSchema, { noLocation: true }), { assumeValid: true, assumeValidSDL: true });
  return {
    overrideLabels: native.overrideLabels,
    overridePercentages: native.overridePercentages,
    async plan(document, { labels, percentage }) {
      refuseInvalid(schema, document);
      refuseAltered(document);
      try {
        return await native.planAsync(print(document), null, new Set(labels), percentage);
      } catch (cause) {
        if (cause instanceof Error && cause.message.includes('Recursion limit exceeded'))
          throw new GatewayError('BAD_REQUEST', 'The operation nests too deeply to be planned. At most 48 levels would be accepted.');
        // No subgraph has the field, or none can be reached from its place. Any other error is a defect of the planner.
        if (cause instanceof Error && cause.message.includes('No paths found')) throw noPlan('The operation could not be planned.', cause);
        throw new Unplannable('The planner failed.', { cause });
      }
    },
  };
}

const noPlan = (message: string, cause: unknown): GraphQLError =>
  new GraphQLError(message, { originalError: cause instanceof Error ? cause : null });

const followed: ReadonlySet<string> = new Set(['skip', 'include']);

/** What the planner would not write into the requests of subgraphs as the client wrote it. */
function refuseAltered(document: DocumentNode): void {
  visit(document, {
    Directive({ name }) {
      if (!followed.has(name.value)) throw new Unplannable(`The planner would leave out the directive @${name.value}.`);
    },
    // Read as a double, with fewer digits.
    FloatValue({ value }) {
      if (maybeInexact.test(value) && String(Number(value)) !== value)
        throw new Unplannable(`The planner would round the number ${value.slice(0, 40)}.`);
    },
  });
}

function refuseInvalid(schema: GraphQLSchema, document: DocumentNode): void {
  const fields = countFields(document);
  if (fields > maxPlannedFields)
    throw new GatewayError(
      'BAD_REQUEST',
      `The operation has ${fields === Number.POSITIVE_INFINITY ? 'endless' : fields} fields when its fragments are unfolded. At most ${maxPlannedFields} would be accepted.`,
    );
  const [invalid] = validate(schema, document, undefined, { maxErrors: 1 });
  if (invalid !== undefined) throw noPlan('The operation is not valid for the query planner.', invalid);
}
