/** Whether what bears these directives is for every caller with `ai:use`. */
import { type ConstDirectiveNode, Kind } from 'graphql';

/** The scope of whoever may use AI at all: a first query is for them, not for those who have scopes of the operator's own. */
const usualScope = 'ai:use';

export function isOpenFor(directives: readonly ConstDirectiveNode[] = []): boolean {
  return directives.every(({ name, arguments: [scopes] = [] }) => {
    if (name.value === 'authenticated' || name.value === 'policy') return false;
    if (name.value !== 'requiresScopes' || scopes?.value.kind !== Kind.LIST) return true;
    return scopes.value.values.some(
      (all) => all.kind === Kind.LIST && all.values.every((scope) => scope.kind === Kind.STRING && scope.value === usualScope),
    );
  });
}
