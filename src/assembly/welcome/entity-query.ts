/** Builds a first query over the present graph: a list of entities, a field of another team, and an AI field beside it. */
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
} from 'graphql';
import type { AiField } from '../../fields/ai-field.ts';
import { isOpenFor } from '../graph/open-for.ts';
import { canFill, fillArguments } from './filled-arguments.ts';

export interface EntityQuery {
  readonly query: string;
  /** Coordinates of the AI fields in it. */
  readonly coordinates: readonly string[];
}

type Field = GraphQLField<unknown, unknown>;
/** An interface has AI fields where it is an @interfaceObject. */
type Entity = GraphQLObjectType | GraphQLInterfaceType;

/** The AI fields that a first query may ask for, by type, each with how it is asked. */
interface Asked {
  readonly byType: ReadonlyMap<string, readonly { readonly field: Field; readonly text: string }[]>;
  /** Coordinates of all AI fields, asked or not. */
  readonly ai: ReadonlySet<string>;
}

interface Way {
  readonly steps: readonly Field[];
  readonly entity: Entity;
  /** Whether the last step returns an interface or a union, of which the entity is a member. */
  readonly narrowed: boolean;
  readonly many: boolean;
}

/** Root, connection, edge, node. */
const maxSteps = 3;

/** Null where no root field that can be asked as it stands leads to an AI field. */
export function entityQuery(schema: GraphQLSchema, fields: readonly AiField[]): EntityQuery | null {
  const root = schema.getQueryType();
  if (root === null || root === undefined) return null;
  const open = fields.filter((field) => isOpen(field, schema));
  const asked = picked(open.length === 0 ? fields : open, schema, fields);
  for (const way of waysTo(schema, root, asked.byType)) {
    const made = queryAlong(way, asked);
    if (validate(schema, parse(made.query)).length === 0) return made;
  }
  return null;
}

/** In the graph, where an AI field has also the guards of what it reads; and in the operator's file. */
function isOpen(field: AiField, schema: GraphQLSchema): boolean {
  const type = schema.getType(field.typeName);
  const found = isEntity(type) ? type.getFields()[field.fieldName] : undefined;
  return isOpenFor(field.node.directives) && (found === undefined || !isGuarded(found));
}

/** Order of fields by how quickly they can be read: text and data of a model first, vectors last. */
function picked(fields: readonly AiField[], schema: GraphQLSchema, all: readonly AiField[]): Asked {
  const ai = new Set(all.map(({ coordinate }) => coordinate));
  const found = fields.flatMap((each) => {
    const type = schema.getType(each.typeName);
    const field = isEntity(type) ? type.getFields()[each.fieldName] : undefined;
    const text = field?.args.every(canFill) ? selected(field, ai) : null;
    return field === undefined || text === null ? [] : [{ typeName: each.typeName, rank: rankOf(each, field), asked: { field, text } }];
  });
  const byType = Map.groupBy(found, ({ typeName }) => typeName);
  const best = (of: typeof found) => of.filter(({ rank }) => of.every((other) => rank <= other.rank)).map(({ asked }) => asked);
  return { ai, byType: new Map([...byType].map(([typeName, of]) => [typeName, best(of)])) };
}

function rankOf({ kind }: AiField, { type }: Field): number {
  if (kind === 'embedding') return 3;
  return kind === 'similar' ? 2 : isLeafType(getNamedType(type)) ? 0 : 1;
}

/** The shortest ways first, lists before single entities, and entities in the operator's order. */
function waysTo(schema: GraphQLSchema, root: Entity, asked: Asked['byType']): readonly Way[] {
  const found: Way[] = [];
  const order = [...asked.keys()];
  if (asked.has(root.name)) found.push({ steps: [], entity: root, narrowed: false, many: false });
  let front: readonly Omit<Way, 'narrowed'>[] = [{ steps: [], entity: root, many: false }];
  const seen = new Set([root.name]);
  for (let depth = 0; depth < maxSteps; depth += 1) {
    const next: Omit<Way, 'narrowed'>[] = [];
    for (const { steps, entity: from, many } of front) {
      for (const field of Object.values(from.getFields())) {
        if (!field.args.every(canFill) || field.deprecationReason != null || isGuarded(field)) continue;
        const type = getNamedType(field.type);
        const way = { steps: [...steps, field], many: many || isList(field.type) };
        if (isEntity(type) && asked.has(type.name)) found.push({ ...way, entity: type, narrowed: false });
        else if (isAbstractType(type)) {
          for (const entity of schema.getPossibleTypes(type)) if (asked.has(entity.name)) found.push({ ...way, entity, narrowed: true });
        } else if (isObjectType(type) && !seen.has(type.name)) {
          seen.add(type.name);
          next.push({ ...way, entity: type });
        }
      }
    }
    front = next;
  }
  const rank = (way: Way): readonly number[] => [
    way.entity === root ? 1 : 0,
    way.many ? 0 : 1,
    way.narrowed ? 1 : 0,
    way.steps.length,
    order.indexOf(way.entity.name),
  ];
  return found.toSorted(
    (a, b) =>
      rank(a)
        .map((of, at) => of - (rank(b)[at] ?? 0))
        .find((difference) => difference !== 0) ?? 0,
  );
}

function queryAlong({ steps, entity, narrowed }: Way, asked: Asked): EntityQuery {
  const nested = steps.length === 0 ? null : nestedIn(entity, asked);
  const own = (asked.byType.get(entity.name) ?? []).slice(0, nested === null ? 2 : 1);
  const deeper = nested === null ? [] : (asked.byType.get(nested.type.name) ?? []).slice(0, 2);
  const inner = [
    ...(steps.length === 0 ? [] : [plainLeaf(entity, asked)]),
    ...own.map(({ text }) => text),
    ...(nested === null
      ? []
      : [`${called(nested.field)} { ${[plainLeaf(nested.type, asked), ...deeper.map(({ text }) => text)].join(' ')} }`]),
  ].join(' ');
  const body = steps.reduceRight(
    (within, field) => `${called(field)} { ${within} }`,
    narrowed ? `... on ${entity.name} { ${inner} }` : inner,
  );
  const name = steps[0]?.name ?? own[0]?.field.name ?? 'first';
  return {
    query: `query ${name.charAt(0).toUpperCase()}${name.slice(1)} { ${body} }`,
    coordinates: [
      ...own.map(({ field }) => `${entity.name}.${field.name}`),
      ...deeper.map(({ field }) => `${nested?.type.name}.${field.name}`),
    ],
  };
}

/** Another entity with AI fields below this one: a list rather than a single one. */
function nestedIn(entity: Entity, { ai, byType }: Asked) {
  const found = Object.values(entity.getFields()).flatMap((field) => {
    const type = getNamedType(field.type);
    const isOther = isEntity(type) && type !== entity && byType.has(type.name) && !ai.has(`${entity.name}.${field.name}`);
    return isOther && field.args.every(canFill) && field.deprecationReason == null && !isGuarded(field) ? [{ field, type }] : [];
  });
  return found.find(({ field }) => isList(field.type)) ?? found[0] ?? null;
}

const names = ['name', 'title', 'label', 'headline', 'subject', 'displayName', 'body', 'text', 'content', 'description'];

/** A field by which a person recognises the entity: one of another team that no rule guards, if there is one. */
function plainLeaf(type: Entity, { ai }: Asked): string {
  const plain = Object.values(type.getFields()).filter(
    (field) =>
      isLeafType(getNamedType(field.type)) &&
      !ai.has(`${type.name}.${field.name}`) &&
      !field.args.some(isRequiredArgument) &&
      field.deprecationReason == null &&
      !isGuarded(field),
  );
  const named = names.flatMap((name) => plain.find((field) => field.name === name) ?? [])[0];
  return (named ?? plain.find((field) => getNamedType(field.type).name !== 'ID') ?? plain[0])?.name ?? '__typename';
}

const isGuarded = ({ astNode, type }: Field): boolean =>
  !isOpenFor(astNode?.directives) || !isOpenFor(getNamedType(type).astNode?.directives);

/** The field with its arguments and a selection below it; null where nothing below it can be selected. */
function selected(field: Field, ai: ReadonlySet<string>): string | null {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return called(field);
  if (isAbstractType(type)) return `${called(field)} { __typename }`;
  if (!isObjectType(type)) return null;
  const leaves = Object.values(type.getFields())
    .filter(({ name, type: of, args }) => isLeafType(getNamedType(of)) && !args.some(isRequiredArgument) && !ai.has(`${type.name}.${name}`))
    .slice(0, 3);
  return leaves.length === 0 ? null : `${called(field)} { ${leaves.map(({ name }) => name).join(' ')} }`;
}

const called = ({ name, args }: { readonly name: string; readonly args: readonly GraphQLArgument[] }): string =>
  `${name}${fillArguments(args)}`;
const isEntity = (type: unknown): type is Entity => isObjectType(type) || isInterfaceType(type);
const isList = (type: GraphQLOutputType): boolean => isListType(getNullableType(type));
