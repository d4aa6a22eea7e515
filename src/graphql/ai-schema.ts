/** The executable AI subgraph: the SDL of schema/, its resolvers, its rules, and errors with their codes. */
import { readdirSync, readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, type GraphQLFieldResolver, type GraphQLSchema, isObjectType, parse } from 'graphql';
import { shielded } from '../access/shield.ts';
import { GatewayError } from '../core/errors.ts';
import type { OperationContext } from '../operations/context.ts';
import type { SchemaPart } from './ai-fields/ai-fields.ts';
import type { Resolvers } from './generated.ts';
import { graphqlErrorOf } from './graphql-errors.ts';
import { markResolvedHere } from './resolved-here.ts';
import { accountResolvers } from './resolvers/account-resolvers.ts';
import { callResolvers } from './resolvers/call-resolvers.ts';
import { budgetResolvers } from './resolvers/callers/budget-resolvers.ts';
import { keyResolvers } from './resolvers/callers/key-resolvers.ts';
import { teamResolvers } from './resolvers/callers/team-resolvers.ts';
import { tokenResolvers } from './resolvers/callers/token-resolvers.ts';
import { completionFields } from './resolvers/completion-fields.ts';
import { completionResolvers } from './resolvers/completion-resolvers.ts';
import { conversationResolvers } from './resolvers/conversation-resolvers.ts';
import { embeddingResolvers } from './resolvers/embedding-resolvers.ts';
import { activityResolvers } from './resolvers/gateway/activity-resolvers.ts';
import { fieldResolvers } from './resolvers/gateway/field-resolvers.ts';
import { guardrailResolvers } from './resolvers/gateway/guardrail-resolvers.ts';
import { healthResolvers } from './resolvers/gateway/health-resolvers.ts';
import { ratingResolvers } from './resolvers/rating-resolvers.ts';
import { retrievalResolvers } from './resolvers/retrieval-resolvers.ts';
import { sourceResolvers } from './resolvers/source-resolvers.ts';
import { usageResolvers } from './resolvers/usage-resolvers.ts';
import { scalars } from './scalars.ts';
import type { Services } from './services.ts';

const folder = new URL('../../schema/', import.meta.url);

/** The public contract as one document. */
export function aiTypeDefs(): DocumentNode {
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return parse(
    files
      .toSorted()
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
      .join('\n'),
  );
}

export function aiResolvers(services: Services): Resolvers {
  const parts = [
    completionResolvers(services),
    completionFields(services),
    conversationResolvers(services),
    ratingResolvers(services),
    embeddingResolvers(services),
    retrievalResolvers(services),
    sourceResolvers(services),
    accountResolvers(services),
    budgetResolvers(services),
    keyResolvers(services),
    teamResolvers(services),
    tokenResolvers(services),
    usageResolvers(services),
    callResolvers(services),
    fieldResolvers(services),
    activityResolvers(services),
    guardrailResolvers(services),
    healthResolvers(services),
  ];
  const merged: Record<string, object> = { ...scalars };
  for (const part of parts) {
    for (const [type, fields] of Object.entries(part)) merged[type] = { ...merged[type], ...fields };
  }
  return merged as Resolvers;
}

/** `part` has the operator's AI fields. */
export function aiSchema(services: Services, part: SchemaPart | null = null): GraphQLSchema {
  // @apollo/subgraph's own resolver type knows neither our context nor `__resolveReference` beside typed fields.
  const own = { typeDefs: aiTypeDefs(), resolvers: aiResolvers(services) as never };
  const schema = buildSubgraphSchema(part === null ? [own] : [own, { typeDefs: part.typeDefs, resolvers: part.resolvers as never }]);
  return markResolvedHere(coded(shielded(schema)));
}

type Resolver = GraphQLFieldResolver<unknown, OperationContext>;

/** Our own errors leave every field as GraphQL errors with their code, whichever door the schema is served through. */
function coded(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve !== undefined) field.resolve = withCode(field.resolve);
      if (field.subscribe !== undefined) field.subscribe = withCode(field.subscribe);
    }
  }
  return schema;
}

function codedError(result: unknown): unknown {
  if (result instanceof GatewayError) return graphqlErrorOf(result);
  if (result instanceof Promise) {
    return result.then(codedError, (error: unknown) => {
      throw codedError(error);
    });
  }
  return result;
}

export function withCode(resolve: Resolver): Resolver {
  return (...asked) => {
    try {
      const result: unknown = resolve(...asked);
      // `_entities` answers a list of promises, each of which may fail for itself.
      return Array.isArray(result) ? result.map(codedError) : codedError(result);
    } catch (error) {
      throw codedError(error);
    }
  };
}
