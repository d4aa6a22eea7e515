/** Finds which selections `@skip` and `@include` keep, and which variables decide it. */
import { type DirectiveNode, Kind, valueFromASTUntyped, visit } from 'graphql';
import type { Written } from './written-operation.ts';

/** Values of the variables that decide. */
export type Conditions = Readonly<Record<string, unknown>>;

const conditional = new Set(['skip', 'include', 'defer']);

export function isIncluded(directives: readonly DirectiveNode[] | undefined, conditions: Conditions): boolean {
  return (directives ?? []).every(({ name, arguments: args }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    return conditionOf(args, conditions) === (name.value === 'include');
  });
}

/** Value of the argument `if`. Undefined: the directive has none. */
export function conditionOf(args: DirectiveNode['arguments'], conditions: Conditions): unknown {
  const value = args?.find(({ name }) => name.value === 'if')?.value;
  if (value === undefined) return undefined;
  return value.kind === Kind.VARIABLE ? conditions[value.name.value] : valueFromASTUntyped(value);
}

const known = new WeakMap<Written, readonly string[]>();

export function conditionVariables(written: Written): readonly string[] {
  const earlier = known.get(written);
  if (earlier !== undefined) return earlier;
  const names = new Set<string>();
  const note = {
    Directive(node: DirectiveNode): void {
      const value = conditional.has(node.name.value) ? node.arguments?.find(({ name }) => name.value === 'if')?.value : undefined;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  };
  for (const node of [written.operation, ...written.fragments.values()]) visit(node, note);
  known.set(written, [...names]);
  return [...names];
}

/** Each combination of values has its own plan. */
const maxResolved = 4;

/**
 * The planner supports conditions by variables, but not in every place. When there are few of them, they are evaluated before planning. Null: there
 * are too many.
 */
export function resolvedConditions(written: Written, variables: Conditions): Conditions | null {
  const names = conditionVariables(written);
  return names.length > maxResolved ? null : Object.fromEntries(names.map((name) => [name, variables[name]]));
}
