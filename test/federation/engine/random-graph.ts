/**
 * Random graphs of two or three subgraphs and random operations on them, drawn by fast-check: each field has one answer, made
 * of its coordinate, its object and its arguments, whoever is asked. So one plain schema answers what the whole graph must.
 */
import fc from 'fast-check';
import { buildSchema, type GraphQLFieldResolver, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { federation2, subgraphSchema } from '../subgraph-server.ts';

type Shape = 'value' | 'strict' | 'failing' | 'strictFailing' | 'reference' | 'strictReference' | 'list' | 'strictList' | 'part' | 'member';

interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly takes: boolean;
  /** Of the entity that it leads to. */
  readonly target: number;
  readonly owner: number;
  /** Fields of the same entity that its subgraph requires; none where it is the owner of all. */
  readonly requires: boolean;
}

export interface RandomGraph {
  readonly subgraphs: number;
  readonly entities: readonly (readonly Field[])[];
  readonly roots: readonly Field[];
}

const shapes: readonly Shape[] = [
  ...(['value', 'value', 'strict', 'failing', 'strictFailing', 'reference'] as const),
  ...(['strictReference', 'list', 'strictList', 'part', 'member'] as const),
];

const fieldsNamed = (prefix: string, subgraphs: number, entities: number, min: number, max: number): fc.Arbitrary<readonly Field[]> =>
  fc
    .array(
      fc.record({
        shape: fc.constantFrom(...shapes),
        takes: fc.boolean(),
        target: fc.nat(entities - 1),
        owner: fc.nat(subgraphs - 1),
        requires: fc.boolean(),
      }),
      { minLength: min, maxLength: max },
    )
    .map((fields) => fields.map((field, index) => ({ ...field, name: `${prefix}${index}` })));

export const randomGraph: fc.Arbitrary<RandomGraph> = fc
  .tuple(fc.integer({ min: 2, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .chain(([subgraphs, entities]) =>
    fc.record({
      subgraphs: fc.constant(subgraphs),
      entities: fc.array(fieldsNamed('f', subgraphs, entities, 2, 6), { minLength: entities, maxLength: entities }),
      roots: fieldsNamed('r', subgraphs, entities, 2, 5),
    }),
  );

function typeOf({ shape, target }: Field): string {
  switch (shape) {
    case 'value':
    case 'failing':
      return 'Int';
    case 'strict':
    case 'strictFailing':
      return 'Int!';
    case 'reference':
      return `E${target}`;
    case 'strictReference':
      return `E${target}!`;
    case 'list':
      return `[E${target}]`;
    case 'strictList':
      return `[E${target}!]!`;
    case 'part':
      return `P${target}`;
    case 'member':
      return '[Any]';
    default:
      return shape satisfies never;
  }
}

const sdlOf = (field: Field): string => `${field.name}${field.takes ? '(n: Int = 1)' : ''}: ${typeOf(field)}`;

/** Entities, the value types that hold a reference to one, and the union of all entities. */
const commonTypes = ({ entities }: RandomGraph, shareable: string): string =>
  `${entities.map((_, index) => `type P${index} ${shareable} { v: Int e: E${index} }`).join(' ')} union Any = ${entities.map((_, index) => `E${index}`).join(' | ')}`;

export function plainSchema(graph: RandomGraph): GraphQLSchema {
  const entities = graph.entities.map((fields, index) => `type E${index} { id: ID! ${fields.map(sdlOf).join(' ')} }`);
  const schema = buildSchema(`type Query { ${graph.roots.map(sdlOf).join(' ')} } ${entities.join(' ')} ${commonTypes(graph, '')}`);
  answering(schema, graph);
  return schema;
}

export function subgraphSdls(graph: RandomGraph): readonly string[] {
  return Array.from({ length: graph.subgraphs }, (_, subgraph) => {
    const roots = graph.roots.filter(({ owner }) => owner === subgraph).map(sdlOf);
    const entities = graph.entities.map((fields, index) => {
      const own = fields.filter(({ owner }) => owner === subgraph);
      const required = fields.find(({ owner, shape, takes }) => owner !== subgraph && shape === 'value' && !takes);
      const asking = own.find(({ requires }) => requires);
      const external = required !== undefined && asking !== undefined ? `${required.name}: Int @external` : '';
      const listed = own.map((field) =>
        external !== '' && field === asking ? `${sdlOf(field)} @requires(fields: "${required?.name}")` : sdlOf(field),
      );
      return `type E${index} @key(fields: "id") { id: ID! ${external} ${listed.join(' ')} }`;
    });
    const query = roots.length === 0 ? `type Query { none${subgraph}: Int }` : `type Query { ${roots.join(' ')} }`;
    return `${federation2} ${query} ${entities.join(' ')} ${commonTypes(graph, '@shareable')}`;
  });
}

export function subgraphSchemas(graph: RandomGraph): readonly GraphQLSchema[] {
  return subgraphSdls(graph).map((sdl) => {
    const schema = subgraphSchema(sdl, {});
    answering(schema, graph);
    return schema;
  });
}

const ids = 4;

function hash(text: string): number {
  let made = 7;
  for (const letter of text) made = (made * 31 + letter.charCodeAt(0)) % 1_000_003;
  return made;
}

interface Thing {
  readonly id?: string;
  readonly __typename?: string;
}

function answering(schema: GraphQLSchema, graph: RandomGraph): void {
  const known = new Map<string, Field>([
    ...graph.roots.map((field) => [`Query.${field.name}`, field] as const),
    ...graph.entities.flatMap((fields, index) => fields.map((field) => [`E${index}.${field.name}`, field] as const)),
  ]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const drawn = known.get(`${type.name}.${field.name}`);
      if (drawn !== undefined) field.resolve = resolver(type, drawn, graph.entities.length);
    }
  }
}

function resolver(type: GraphQLObjectType, field: Field, entities: number): GraphQLFieldResolver<Thing, unknown> {
  return (parent, { n = 1 }: { readonly n?: number | null }) => {
    const drawn = hash(`${type.name}.${field.name}/${parent?.id ?? ''}/${field.takes ? n : ''}`);
    const thing = (target: number, by: number): Thing => ({ __typename: `E${target}`, id: String(by % ids) });
    const isMissing = drawn % 5 === 0;
    switch (field.shape) {
      case 'value':
        return isMissing ? null : drawn;
      case 'strict':
        return drawn;
      case 'failing':
      case 'strictFailing':
        if (drawn % 3 === 0) throw new Error('No.');
        return drawn;
      case 'reference':
        return isMissing ? null : thing(field.target, drawn);
      case 'strictReference':
        return thing(field.target, drawn);
      case 'list':
        return Array.from({ length: drawn % 4 }, (_, index) => ((drawn + index) % 4 === 0 ? null : thing(field.target, drawn + index)));
      case 'strictList':
        return Array.from({ length: drawn % 3 }, (_, index) => thing(field.target, drawn + index));
      case 'part':
        return isMissing ? null : { v: drawn, e: thing(field.target, drawn) };
      case 'member':
        return Array.from({ length: drawn % 3 }, (_, index) => thing((drawn + index) % entities, drawn + index));
      default:
        return field.shape satisfies never;
    }
  };
}

export interface RandomOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** By whole numbers, so that fast-check can shrink what fails. */
export function operationOn(graph: RandomGraph, numbers: readonly number[]): RandomOperation {
  let at = 0;
  const next = (below: number): number => (numbers[at++ % numbers.length] ?? 0) % below;
  const fragments: string[] = [];

  const fieldText = (field: Field, depth: number, used: Set<string>): string => {
    const aliases = [field.name, field.name, field.name, 'id', 'f0', 'f1', `a${next(3)}`];
    const key = aliases[next(aliases.length)] ?? field.name;
    // One key is one field of a type; with arguments, each time the same.
    if (used.has(key)) return '';
    used.add(key);
    const args = field.takes ? ['', '(n: 2)', '(n: $n)', '(n: null)'][next(4)] : '';
    const condition = ['', '', '', ' @include(if: $yes)', ' @skip(if: $yes)', ' @skip(if: $no)'][next(6)];
    const inner = selectionOf(field, depth);
    return `${key === field.name ? '' : `${key}: `}${field.name}${args}${condition}${inner}`;
  };

  const selectionOf = ({ shape, target }: Field, depth: number): string => {
    switch (shape) {
      case 'reference':
      case 'strictReference':
      case 'list':
      case 'strictList':
        return ` { ${ofEntity(target, depth - 1, new Set())} }`;
      case 'part':
        return depth <= 0 ? ' { v }' : ` { v e { ${ofEntity(target, depth - 1, new Set())} } }`;
      case 'member':
        return ` { __typename ${graph.entities.map((_, index) => (next(3) === 0 ? '' : ofMember(index, depth))).join(' ')} }`;
      default:
        return '';
    }
  };

  /** By keys of its own: another member has another field, or the same with other arguments, under one of them. */
  const ofMember = (index: number, depth: number): string =>
    `... on E${index} { ${next(4) === 0 ? 'own: id' : ofEntity(index, depth - 1, new Set())} }`;

  const ofEntity = (index: number, depth: number, used: Set<string>): string => {
    const fields = graph.entities[index] ?? [];
    const parts = ['__typename'];
    if (next(2) === 0 && !used.has('id')) {
      used.add('id');
      parts.push('id');
    }
    for (const field of fields) {
      const isLeaf = ['value', 'strict', 'failing', 'strictFailing'].includes(field.shape);
      if (next(3) > 0 && (isLeaf || depth > 0)) parts.push(fieldText(field, depth, used));
    }
    if (depth > 0 && next(4) === 0) parts.push(`... on E${index} { ${ofEntity(index, depth - 1, used)} }`);
    if (depth > 0 && next(5) === 0) {
      const name = `F${fragments.length}`;
      fragments.push('');
      fragments[Number(name.slice(1))] = `fragment ${name} on E${index} { ${ofEntity(index, depth - 1, used)} }`;
      parts.push(`...${name}`);
    }
    return parts.join(' ');
  };

  const used = new Set<string>();
  const roots = graph.roots.map((field) => fieldText(field, 3, used)).filter((text) => text !== '');
  const body = `{ __typename ${roots.join(' ')} } ${fragments.join(' ')}`;
  const declared = ['$n: Int = 3', '$yes: Boolean = true', '$no: Boolean!'].filter((one) =>
    new RegExp(`\\${one.slice(0, one.indexOf(':'))}\\b`).test(body),
  );
  const given = { no: next(2) === 0, ...(next(2) === 0 ? {} : { n: next(4) }), ...(next(2) === 0 ? {} : { yes: false }) };
  return { query: `query${declared.length === 0 ? '' : `(${declared.join(', ')})`} ${body}`, variables: given };
}
