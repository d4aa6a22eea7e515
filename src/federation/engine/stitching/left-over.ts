/**
 * Fields that wait for what they `@require` of a third subgraph, each read as its own type.
 *
 * The engine fetches such fields late, when some other field of the entity completes, and then reads them all as the type
 * of that other field: a Boolean beside an ID becomes null. Here the late fetch runs under a type that reads anything, and
 * each field is read again as what it is.
 */
import { PLAN_LEFT_OVER } from '@graphql-tools/delegate';
import {
  type DocumentNode,
  defaultFieldResolver,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  GraphQLScalarType,
  type GraphQLSchema,
  isObjectType,
} from 'graphql';
import { directivesOf, outputTypesOf } from '../join.ts';
import { engineKey } from './response-keys.ts';

type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Entity = Record<string | symbol, unknown>;

const anything = new GraphQLScalarType({ name: 'Anything' });

export function readingLeftOvers(schema: GraphQLSchema, supergraph: DocumentNode): void {
  const requiring = new Set(
    outputTypesOf(supergraph)
      .filter(({ fields }) => fields?.some((field) => directivesOf(field, 'join__field').some(({ requires }) => requires !== undefined)))
      .map(({ name }) => name.value),
  );
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || ![type, ...type.getInterfaces()].some(({ name }) => requiring.has(name))) continue;
    for (const field of Object.values(type.getFields())) field.resolve = reading(field.resolve ?? defaultFieldResolver);
  }
}

function reading(resolve: Resolver): Resolver {
  return (parent, args, context, info) => {
    const entity = parent as Entity | null;
    const leftOver = entity?.[PLAN_LEFT_OVER];
    if (entity === null || leftOver === undefined) return resolve(parent, args, context, info);
    const key = engineKey(info);
    const late: GraphQLResolveInfo = { ...info, returnType: anything };
    if (!Object.hasOwn(entity, key))
      return settled(resolve(entity, args, context, late), () => read(entity, key, () => resolve(entity, args, context, info)));
    const value = hiding(entity, leftOver, () => resolve(entity, args, context, info));
    return settled(value, (known) => {
      entity[key] = known;
      resolve(entity, args, context, late);
      return known;
    });
  };
}

const read = (entity: Entity, key: string, again: () => unknown): unknown =>
  Object.hasOwn(entity, key) ? hiding(entity, entity[PLAN_LEFT_OVER], again) : null;

/** Without the plan's left-overs in sight, the engine reads a value and does nothing else. */
function hiding<T>(entity: Entity, leftOver: unknown, work: () => T): T {
  entity[PLAN_LEFT_OVER] = undefined;
  try {
    return work();
  } finally {
    entity[PLAN_LEFT_OVER] = leftOver;
  }
}

function settled(value: unknown, then: (value: unknown) => unknown): unknown {
  return value instanceof Promise ? value.then(then) : then(value);
}
