/** What applies to each AI field of an operation for a caller: which scopes, route, rules and guards, and why. For `fieldgate explain`. */
import { type GraphQLSchema, getArgumentValues, type OperationDefinitionNode } from 'graphql';
import { collectFields } from 'graphql/execution/collectFields.js';
import { refusal, rulesOf } from '../../access/rules.ts';
import type { GatewayConfig } from '../../config/config.ts';
import type { Principal } from '../../core/call/call.ts';
import type { FieldsRead } from '../../fields/read-fields.ts';
import { guardRoutes } from '../../pipeline/guard/route-guards.ts';
import type { QuotedUse } from '../../pricing/quote.ts';
import { mayUse } from '../../routing/fit.ts';
import { allowedBy, type RoutingRule, rulesFor } from '../../routing/routing-rules.ts';
import { routesOf, ruleBookOf } from '../routes.ts';

export interface ExplainedField {
  readonly use: QuotedUse;
  /** Alternatives of scopes, each a list of which all are needed; null: none is. */
  readonly scopes: readonly (readonly string[])[] | null;
  /** Why the caller may not ask for it; null: it may. */
  readonly refusal: string | null;
  /** Null: it cannot be told from the document. */
  readonly route: { readonly name: string; readonly allowed: boolean } | null;
  readonly rules: readonly RoutingRule[];
  /** Classes of the data that it sends. */
  readonly dataClasses: readonly string[];
  /** Ids of the deployments that the rules leave, in the order of the configuration. */
  readonly deployments: readonly string[];
  readonly guardrails: readonly string[];
  readonly masked: boolean;
}

export interface ExplainedOperation {
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The graph that it asks, and the AI subgraph, which has the rules of its fields. */
  readonly schema: GraphQLSchema;
  readonly own: GraphQLSchema;
}

interface Caller {
  readonly config: GatewayConfig;
  readonly read: FieldsRead;
  /** The SDL of the other subgraphs; null: it is not known. */
  readonly others: readonly string[] | null;
  readonly principal: Principal;
}

export function explainFields(
  uses: readonly QuotedUse[],
  asked: ExplainedOperation,
  { config, read, others, principal }: Caller,
): readonly ExplainedField[] {
  const routes = routesOf(config);
  const book = ruleBookOf(config, read, () => others);
  const guards = guardRoutes(routes.keys(), config.guardrails ?? [], config.maskPersonalData);
  return uses.map((use): ExplainedField => {
    const { coordinate } = use;
    const access = rulesOf(asked.own).get(coordinate);
    const name = routeOf(use, asked, config, read);
    const route = name === null ? undefined : routes.get(name);
    const rules = route === undefined ? [] : rulesFor({ route: route.name, principal, uses: [{ coordinate, weight: 1 }] }, book);
    return {
      use,
      scopes: access?.scopes ?? null,
      refusal: access === undefined ? null : (refusal(coordinate, access, principal)?.message ?? null),
      route: name === null ? null : { name, allowed: mayUse(principal, name) },
      rules,
      dataClasses: book.classesOf(coordinate),
      deployments: route === undefined ? [] : allowedBy(rules, route.deployments).map(({ id }) => id),
      guardrails: name === null ? [] : guards.guardrails(name, principal).map((guardrail) => guardrail.name),
      masked: name !== null && guards.isMasked(name),
    };
  });
}

/** Of a field of the operator's by its declaration, of a root field by its arguments. */
function routeOf({ coordinate, path }: QuotedUse, asked: ExplainedOperation, config: GatewayConfig, { fields }: FieldsRead): string | null {
  const field = fields.find((each) => each.coordinate === coordinate);
  if (field !== undefined) return field.kind === 'similar' ? embeddingRouteOf(field.index, config) : field.route;
  const { operation, schema, variables } = asked;
  const root = schema.getRootType(operation.operation);
  const [node] =
    root === undefined || root === null ? [] : (collectFields(schema, {}, variables, root, operation.selectionSet).get(path) ?? []);
  const definition = node === undefined ? undefined : root?.getFields()[node.name.value];
  if (node === undefined || definition === undefined) return null;
  const { input } = getArgumentValues(definition, node, variables);
  const named: unknown = typeof input === 'object' && input !== null ? Reflect.get(input, 'route') : null;
  return typeof named === 'string' ? named : null;
}

const embeddingRouteOf = (index: string, { collections = {} }: GatewayConfig): string => collections[index]?.embeddingRoute ?? 'embedding';
