/**
 * `@policy` of any subgraph: which policies a supergraph names, and which of them an operation meets. They are judged before the
 * operation runs; `authorization.ts` then denies fields by the verdicts.
 */
import { type DocumentNode, type GraphQLSchema, isAbstractType, isCompositeType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { GatewayError } from '../core/errors.ts';
import { type Requirement, requirementsOf } from './engine/join.ts';

/** Names of policies by coordinate of the fields that ask for them. */
type Policies = ReadonlyMap<string, readonly string[]>;

/** Copies of a schema keep its extensions. */
const extension = 'fieldgate:policies';

const policiesIn = (schema: GraphQLSchema): Policies | null => (schema.extensions[extension] as Policies | undefined) ?? null;

/** BAD_REQUEST for SDL that cannot be read; it is left to who serves it. */
export function policiesOf(supergraphSdl: string): Policies {
  if (!supergraphSdl.includes('policies')) return new Map();
  const asked = [...requirementsOf(parse(supergraphSdl, { noLocation: true })).values()].filter(({ policies }) => policies.length > 0);
  return new Map(asked.map(({ coordinate, policies }) => [coordinate, [...new Set(policies.flat(2))]]));
}

/** Throws BAD_REQUEST, in a sentence that names them, where the configuration has no function for a policy. */
export function checkPolicies(policies: Policies, known: Iterable<string>): void {
  const names = new Set(known);
  const unknown = new Map<string, string>();
  for (const [coordinate, asked] of policies) for (const name of asked) if (!names.has(name)) unknown.set(name, coordinate);
  if (unknown.size === 0) return;
  const listed = [...unknown].map(([name, coordinate]) => `"${name}" (${coordinate})`).join(', ');
  throw new GatewayError(
    'BAD_REQUEST',
    `@policy names what this gateway has no function for, so the supergraph is not served: ${listed}. Add it to graph.policies, or use @authenticated or @requiresScopes.`,
  );
}

/** The schema brings its policies along. */
export function withPolicies(schema: GraphQLSchema, policies: Policies): void {
  if (policies.size > 0) schema.extensions = { ...schema.extensions, [extension]: policies };
}

/** Whether anything of the schema is under a policy. */
export const hasPolicies = (schema: GraphQLSchema): boolean => policiesIn(schema) !== null;

const met = new WeakMap<GraphQLSchema, WeakMap<DocumentNode, readonly string[]>>();

/** Names of the policies that fields of the document ask for, at whatever type they may be found there. Read once per document. */
export function policiesMet(schema: GraphQLSchema, document: DocumentNode): readonly string[] {
  const policies = policiesIn(schema);
  if (policies === null) return [];
  const ofSchema = met.get(schema) ?? new WeakMap<DocumentNode, readonly string[]>();
  met.set(schema, ofSchema);
  const names = ofSchema.get(document) ?? namesIn(schema, document, policies);
  ofSchema.set(document, names);
  return names;
}

function namesIn(schema: GraphQLSchema, document: DocumentNode, policies: Policies): readonly string[] {
  const names = new Set<string>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Field({ name }) {
        const parent = info.getParentType() ?? undefined;
        if (!isCompositeType(parent)) return;
        const types = isAbstractType(parent) ? [parent, ...schema.getPossibleTypes(parent)] : [parent];
        for (const type of types) for (const policy of policies.get(`${type.name}.${name.value}`) ?? []) names.add(policy);
      },
    }),
  );
  return [...names];
}

/** Whether the policies of the requirement hold: of each directive, all of one of its lists. */
export const policiesHold = ({ policies }: Pick<Requirement, 'policies'>, holds: (policy: string) => boolean): boolean =>
  policies.every((alternatives) => alternatives.some((all) => all.every(holds)));
