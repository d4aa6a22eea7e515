/** The operator's AI fields as part of the AI subgraph: their SDL without prompts, and their resolvers. */
import { type DocumentNode, type GraphQLFieldResolver, parse } from 'graphql';
import type { AiField } from '../../fields/ai-field.ts';
import type { FieldsRead } from '../../fields/read-fields.ts';
import type { OperationContext } from '../../operations/context.ts';
import type { Services } from '../services.ts';
import { answerResolver } from './answer-field.ts';
import { completionResolver } from './completion-field.ts';
import { embeddingResolver } from './embedding-field.ts';
import { similarResolver } from './similar-field.ts';

export interface SchemaPart {
  readonly typeDefs: DocumentNode;
  readonly resolvers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

type Resolver = GraphQLFieldResolver<unknown, OperationContext, Record<string, unknown>>;

/**
 * Null when the operator has declared no AI field. An entity is the representation that the gateway sends: its key and the fields that a
 * prompt reads.
 */
export function aiFields(read: FieldsRead, services: Services): SchemaPart | null {
  if (read.sdl.trim() === '') return null;
  const resolvers: Record<string, Record<string, unknown>> = {};
  for (const field of read.fields) {
    const ofType = resolvers[field.typeName] ?? {};
    resolvers[field.typeName] = ofType;
    if (!['Query', 'Mutation'].includes(field.typeName)) ofType['__resolveReference'] = (reference: unknown) => reference;
    ofType[field.fieldName] = resolverOf(field, read, services);
  }
  return { typeDefs: parse(read.sdl), resolvers };
}

function resolverOf(field: AiField, read: FieldsRead, services: Services): Resolver {
  switch (field.kind) {
    case 'completion':
      return completionResolver(field, services);
    case 'embedding':
      return embeddingResolver(field, services);
    case 'similar':
      return similarResolver(field, read.indexes, services);
    case 'answer':
      return answerResolver(field, services);
  }
}
