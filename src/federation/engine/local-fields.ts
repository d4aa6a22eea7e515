/** Finds which parts of a supergraph a local subgraph answers, and by which keys, for the bypass and for response paths. */
import type { DocumentNode, GraphQLSchema, ObjectTypeDefinitionNode } from 'graphql';
import { directivesOf, outputTypesOf } from './join.ts';

export interface LocalFields {
  /** Fields that the local subgraph resolves from its own data only. */
  readonly alone: ReadonlySet<string>;
  /** Fields of entities that it resolves, with or without data of other subgraphs. */
  readonly ofEntities: ReadonlySet<string>;
  /** Key field sets of its entities, by type. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

const extension = 'fieldgate:local';

export function localFieldsOf(supergraph: DocumentNode, graphIds: ReadonlySet<string>): LocalFields {
  const alone = new Set<string>();
  const ofEntities = new Set<string>();
  const keys = new Map<string, readonly string[]>();
  const isLocal = ({ graph }: Readonly<Record<string, unknown>>): boolean => graphIds.has(String(graph));
  for (const type of outputTypesOf(supergraph)) {
    const joined = directivesOf(type, 'join__type').filter(isLocal);
    if (joined.length === 0) continue;
    const name = type.name.value;
    const typeKeys = joined.flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
    if (typeKeys.length > 0) keys.set(name, typeKeys);
    for (const field of type.fields ?? []) {
      const share = shareOf(field, isLocal);
      if (share === 'none') continue;
      if (share === 'alone') alone.add(`${name}.${field.name.value}`);
      if (typeKeys.length > 0 && !isKey(field.name.value, typeKeys)) ofEntities.add(`${name}.${field.name.value}`);
    }
  }
  return { alone, ofEntities, keys };
}

type FieldNode = NonNullable<ObjectTypeDefinitionNode['fields']>[number];

function shareOf(field: FieldNode, isLocal: (args: Readonly<Record<string, unknown>>) => boolean): 'none' | 'alone' | 'requires' {
  const joins = directivesOf(field, 'join__field');
  if (joins.length === 0) return 'alone';
  const own = joins.filter(isLocal).filter(({ external, usedOverridden }) => external !== true && usedOverridden !== true);
  if (own.length === 0) return 'none';
  return own.some(({ requires, overrideLabel }) => requires !== undefined || overrideLabel !== undefined) ? 'requires' : 'alone';
}

const isKey = (field: string, keys: readonly string[]): boolean => keys.some((key) => key.split(/[^\w]+/).includes(field));

export function withLocalFields(schema: GraphQLSchema, fields: LocalFields): void {
  schema.extensions = { ...schema.extensions, [extension]: fields };
}

/** Null: the schema is not of a supergraph with a local subgraph. */
export function localFieldsIn(schema: GraphQLSchema): LocalFields | null {
  return (schema.extensions[extension] as LocalFields | undefined) ?? null;
}
