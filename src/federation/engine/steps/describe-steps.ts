/** Describes for people what an operation requests of subgraphs: each request of its plan, and which requests it waits for. */
import {
  type DirectiveNode,
  type FieldNode,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type OperationTypeNode,
  parse,
  print,
  type SelectionSetNode,
} from 'graphql';
import { clientKey } from '../client-keys.ts';
import type { FetchShape } from '../merge/fetch-shape.ts';
import type { RequiresSelection } from '../plan/plan-nodes.ts';
import type { EntityGroup, PlanSteps, Step } from './plan-steps.ts';

/** One request to a subgraph. */
export interface DescribedFetch {
  /** Number of the request in the plan, from 1. */
  readonly id: number;
  readonly subgraph: string;
  /** Whether the subgraph is in this process: the subgraph of the AI fields. */
  readonly inProcess: boolean;
  readonly kind: `${OperationTypeNode}`;
  /** Numbers of the requests that it waits for. */
  readonly after: readonly number[];
  /** Places of its entities in the response, such as `products.@`. Empty: it requests root fields. */
  readonly at: readonly string[];
  /** Fields of each entity that are sent, as a selection. Null: it requests root fields. */
  readonly requires: string | null;
  /** Variables that decide whether it is sent. All must be as written, such as `$full` or `!$brief`. */
  readonly when: readonly string[];
  /** Whether it belongs to a part of the root under `@defer`, which nothing waits for. */
  readonly deferred: boolean;
  /** The operation that the subgraph receives. */
  readonly operation: string;
  /** For a subgraph of this process: the requested fields with their places in the response. Null for other subgraphs. */
  readonly fields: readonly DescribedField[] | null;
}

export interface DescribedField {
  /** Response keys from the root, such as `products.summary`. */
  readonly path: string;
  readonly coordinate: string;
}

export interface PartToDescribe extends PlanSteps {
  /** Response key of the mutation field that the part belongs to. Null: the part belongs to all fields. */
  readonly responseKey: string | null;
  readonly deferred: DirectiveNode | null;
}

export interface Describing {
  readonly schema: GraphQLSchema;
  readonly isLocal: (subgraph: string) => boolean;
}

export function describeSteps(parts: readonly PartToDescribe[], describing: Describing): readonly DescribedFetch[] {
  const fetches: DescribedFetch[] = [];
  let before: readonly number[] = [];
  for (const { steps, responseKey, deferred } of parts) {
    const first = fetches.length + 1;
    for (const step of steps) {
      const own = step.after.map((index) => first + index);
      // Each field of a mutation waits for everything that is requested for the field before it.
      const after = responseKey !== null && own.length === 0 ? before : own;
      fetches.push({ ...described(step, describing), id: fetches.length + 1, after, deferred: deferred !== null });
    }
    before = steps.map((_, index) => first + index);
  }
  return fetches;
}

function described(step: Step, { schema, isLocal }: Describing): Omit<DescribedFetch, 'id' | 'after' | 'deferred'> {
  const { subgraph, operationType, groups, conditions, text } = step;
  const inProcess = isLocal(subgraph);
  return {
    subgraph,
    inProcess,
    kind: operationType,
    at: groups.flatMap(({ paths }) => paths.map((path) => path.text)),
    requires: groups.length === 0 ? null : [...new Set(groups.map(({ requires }) => selectionText(requires)))].join(' '),
    when: conditions.map(({ variable, value }) => `${value ? '' : '!'}$${variable}`),
    operation: print(parse(text, { noLocation: true })),
    fields: inProcess ? fieldsOf(step, schema) : null,
  };
}

function selectionText(requires: readonly RequiresSelection[]): string {
  const texts = requires.map((one) => {
    if (one.kind === 'FragmentSpread') return `...${one.value}`;
    const inner = one.selections === undefined || one.selections.length === 0 ? '' : ` { ${selectionText(one.selections)} }`;
    return one.kind === 'Field' ? `${one.name}${inner}` : `... on ${one.typeCondition}${inner}`;
  });
  return texts.join(' ');
}

/** Maximum number of listed fields. An interface may have many members, each with its own fields. */
const maxFields = 1_000;

function fieldsOf({ groups, shape, document }: Step, schema: GraphQLSchema): readonly DescribedField[] {
  const found = new Map<string, DescribedField>();
  const visit = (inner: FetchShape, types: readonly string[], path: readonly string[]): void => {
    for (const type of types) {
      for (const field of inner.fieldsOf(type)) {
        if (found.size >= maxFields) return;
        const own = [...path, clientKey(field.as)];
        const text = own.join('.');
        found.set(`${field.coordinate} ${text}`, { path: text, coordinate: field.coordinate });
        if (field.inner !== null) visit(field.inner, typesOf(field.inner, schema), own);
      }
    }
  };
  if (groups.length === 0) visit(shape, typesOf(shape, schema), []);
  for (const group of groups) {
    const types = typesAsked(group, document.definitions);
    for (const { keys } of group.paths) visit(group.shape, types, keys.map(clientKey));
  }
  return [...found.values()];
}

function typesOf({ type }: FetchShape, schema: GraphQLSchema): readonly string[] {
  if (isAbstractType(type)) return schema.getPossibleTypes(type).map(({ name }) => name);
  return type === null ? [] : [type.name];
}

/** Types that a field `_entities` selects from. */
function typesAsked({ alias }: EntityGroup, definitions: Step['document']['definitions']): readonly string[] {
  const isAsked = (selection: SelectionSetNode['selections'][number]): selection is FieldNode =>
    selection.kind === Kind.FIELD && (selection.alias ?? selection.name).value === alias;
  const roots = definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? one.selectionSet.selections : []));
  const selections = roots.filter(isAsked).flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return selections.flatMap((one) =>
    one.kind === Kind.INLINE_FRAGMENT && one.typeCondition !== undefined ? [one.typeCondition.name.value] : [],
  );
}
