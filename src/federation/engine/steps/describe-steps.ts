/** What an operation asks of subgraphs, for people: each request of its plan, with those that it waits for. */
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
  /** Its number in the plan, from 1. */
  readonly id: number;
  readonly subgraph: string;
  /** Whether the subgraph is in this process: that of the AI fields. */
  readonly inProcess: boolean;
  readonly kind: `${OperationTypeNode}`;
  /** Numbers of the fetches that it waits for. */
  readonly after: readonly number[];
  /** Where its entities stand in the response, such as `products.@`; empty: it asks for root fields. */
  readonly at: readonly string[];
  /** What is sent of each entity, as a selection; null: it asks for root fields. */
  readonly requires: string | null;
  /** Variables that decide whether it is sent: all must be as written, such as `$full` or `!$brief`. */
  readonly when: readonly string[];
  /** Whether it belongs to a part of the root under `@defer`, which nobody waits for. */
  readonly deferred: boolean;
  /** As the subgraph gets it. */
  readonly operation: string;
  /** What a subgraph of this process is asked for: where it stands in the response, and its coordinate. Null for other subgraphs. */
  readonly fields: readonly DescribedField[] | null;
}

export interface DescribedField {
  /** Response keys from the root, such as `products.summary`. */
  readonly path: string;
  readonly coordinate: string;
}

export interface PartToDescribe extends PlanSteps {
  /** The field of a mutation that the part is of; null: of all. */
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
      // Each field of a mutation waits for all that is asked of the one before it.
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

/** Interfaces have many members, each with its own fields: no more are listed. */
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

/** Types of the entities that a field `_entities` selects of. */
function typesAsked({ alias }: EntityGroup, definitions: Step['document']['definitions']): readonly string[] {
  const isAsked = (selection: SelectionSetNode['selections'][number]): selection is FieldNode =>
    selection.kind === Kind.FIELD && (selection.alias ?? selection.name).value === alias;
  const roots = definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION ? one.selectionSet.selections : []));
  const selections = roots.filter(isAsked).flatMap(({ selectionSet }) => selectionSet?.selections ?? []);
  return selections.flatMap((one) =>
    one.kind === Kind.INLINE_FRAGMENT && one.typeCondition !== undefined ? [one.typeCondition.name.value] : [],
  );
}
