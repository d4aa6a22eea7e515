/** Whether a field with these directives is open to every caller with `ai:use`. */
import { type ConstDirectiveNode, Kind } from 'graphql';

/** The scope that every AI field needs. First queries are for callers who have only this scope, and none of the operator's own. */
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
