/**
 * Reads the rules `@authenticated` and `@requiresScopes` from the schema and checks them against a principal.
 *
 * The directives are part of the SDL, so that a federation router sees and can enforce the same rules. On an entity type
 * they also hold for `_entities`, the only entry that passes no root field of its own.
 */
import type { ConstDirectiveNode, GraphQLSchema } from 'graphql';
import { isObjectType, valueFromASTUntyped } from 'graphql';
import { hasToken, type Principal } from '../core/call/call.ts';
import { GatewayError } from '../core/errors.ts';

export interface AccessRule {
  /** Alternative lists of scopes. The caller needs all scopes of one list. Null: every known caller may. */
  readonly scopes: readonly (readonly string[])[] | null;
  /** The caller must also have shown who it is, whatever its scopes. */
  readonly authenticated?: boolean;
}

/** By schema coordinate: `Query.completion` for a field, `Completion` for a type. */
export type AccessRules = ReadonlyMap<string, AccessRule>;

interface Annotated {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

const known = new WeakMap<GraphQLSchema, AccessRules>();

/** The rules are read once from each schema. */
export function rulesOf(schema: GraphQLSchema): AccessRules {
  const rules = known.get(schema) ?? readRules(schema);
  known.set(schema, rules);
  return rules;
}

function readRules(schema: GraphQLSchema): AccessRules {
  const rules = new Map<string, AccessRule>();
  const note = (coordinate: string, nodes: readonly (Annotated | null | undefined)[]): void => {
    const rule = ruleOf(nodes.flatMap((node) => node?.directives ?? []));
    if (rule !== null) rules.set(coordinate, rule);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    note(type.name, [type.astNode, ...type.extensionASTNodes]);
    for (const field of Object.values(type.getFields())) note(`${type.name}.${field.name}`, [field.astNode]);
  }
  return rules;
}

/** What the directives of a declaration ask for; null: nothing. */
export function ruleOf(directives: readonly ConstDirectiveNode[]): AccessRule | null {
  const named = (name: string): ConstDirectiveNode | undefined =>
    directives.find((directive) => directive.name.value === name || directive.name.value === `federation__${name}`);
  const scoped = named('requiresScopes');
  const authenticated = named('authenticated') !== undefined;
  if (scoped === undefined) return authenticated ? { scopes: null } : null;
  const value = scoped.arguments?.find((argument) => argument.name.value === 'scopes')?.value;
  return { scopes: value === undefined ? [] : (valueFromASTUntyped(value) as string[][]), authenticated };
}

/**
 * Null when the principal may. The anonymous principal of development counts as a known caller as long as it has been
 * given a scope and a route to use; without one, and wherever a scope is missing, the refusal says to send a key.
 */
export function refusal(coordinate: string, rule: AccessRule, principal: Principal | null | undefined): GatewayError | null {
  const held = principal?.scopes ?? [];
  const unknown = principal === null || principal === undefined || isUnknown(principal, rule);
  if (!unknown && (rule.scopes === null || rule.scopes.some((all) => all.every((scope) => held.includes(scope))))) return null;
  const need = rule.scopes === null ? 'a known caller' : `the scope ${rule.scopes.map((all) => all.join(' and ')).join(', or ')}`;
  if (unknown || principal.kind === 'anonymous') {
    return new GatewayError('UNAUTHENTICATED', `${coordinate} needs ${need}. Send "Authorization: Bearer <key>" with a key that fits.`);
  }
  const yours = held.length === 0 ? 'none' : [...new Set(held)].join(', ');
  return new GatewayError('FORBIDDEN', `${coordinate} needs ${need}. Your ${hasToken(principal) ? 'token' : 'key'} has: ${yours}.`);
}

/** An open graph gives scopes to callers who have shown nothing: scopes are all that they have. */
function isUnknown(principal: Principal, { scopes, authenticated = false }: AccessRule): boolean {
  if (principal.kind !== 'anonymous') return false;
  return principal.authenticated === false ? scopes === null || authenticated : mayUseNothing(principal);
}

const mayUseNothing = ({ scopes, routes }: Principal): boolean => scopes.length === 0 || routes?.length === 0;
