import { Ajv } from 'ajv';
import fc from 'fast-check';
import { buildSchema, execute, type FieldNode, type GraphQLResolveInfo, graphqlSync, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { askedFor } from '../../../src/fields/selection.ts';
import { partOf } from '../../../src/pipeline/cache/schema-subset.ts';
import { perRound } from '../../rounds.ts';

/** The type of a field, as text, and what a selection of it can contain. */
interface Field {
  readonly name: string;
  readonly type: string;
  /** By type name; null: a leaf. */
  readonly under: Readonly<Record<string, readonly Field[]>> | null;
}

/** A GraphQL schema of its own for each run: nested objects, lists, enums, unions, non-null at any place. */
interface Graph {
  readonly sdl: string;
  readonly root: Field;
}

const wrapped = fc.constantFrom(
  (type: string) => type,
  (type: string) => `${type}!`,
  (type: string) => `[${type}]`,
  (type: string) => `[${type}!]!`,
  (type: string) => `[[${type}]!]`,
);
const leafType = fc.constantFrom('String', 'Int', 'Float', 'Boolean', 'ID', 'Mood');

const graphs: fc.Arbitrary<Graph> = fc.infiniteStream(fc.nat(5)).chain((sizes) =>
  fc.infiniteStream(fc.tuple(leafType, wrapped, fc.nat(9))).map((choices) => {
    const definitions = ['enum Mood { GOOD BAD }'];
    const next = () => choices.next().value;
    const object = (depth: number): { readonly type: string; readonly fields: readonly Field[] } => {
      const type = `T${definitions.length}`;
      const at = definitions.push('') - 1;
      const fields = Array.from({ length: 1 + (sizes.next().value % 4) }, (_, index) => field(`f${at}_${index}`, depth));
      definitions[at] = `type ${type} { ${fields.map((one) => `${one.name}: ${one.type}`).join(' ')} }`;
      return { type, fields };
    };
    const field = (name: string, depth: number): Field => {
      const [leaf, wrap, kind] = next();
      if (depth >= 3 || kind < 5) return { name, type: wrap(leaf), under: null };
      const members = Array.from({ length: kind < 8 ? 1 : 2 }, () => object(depth + 1));
      const under = Object.fromEntries(members.map(({ type, fields }) => [type, fields]));
      if (members.length === 1) return { name, type: wrap(members[0]?.type ?? ''), under };
      const union = `U${definitions.length}`;
      definitions.push(`union ${union} = ${members.map(({ type }) => type).join(' | ')}`);
      return { name, type: wrap(union), under };
    };
    const { type, fields } = object(0);
    const root: Field = { name: 'it', type, under: { [type]: fields } };
    return { sdl: `${definitions.join('\n')}\ntype Query { it: ${type} }`, root };
  }),
);

/** A selection of the field, each part of it where `takes` says so, and of a part of that where `less` does. */
function selections({ name, under }: Field, takes: () => boolean, less: () => boolean): readonly [fuller: string, asked: string] {
  if (under === null) return [name, name];
  const parts = Object.entries(under).map(([type, fields]) => {
    const chosen = fields.filter(takes).map((field) => selections(field, takes, less));
    const fewer = chosen.filter(less).map(([, asked]) => asked);
    const inside = (texts: readonly string[]): string => `... on ${type} { __typename ${texts.join(' ')} }`;
    return [inside(chosen.map(([fuller]) => fuller)), inside(fewer)] as const;
  });
  return [`${name} { ${parts.map(([fuller]) => fuller).join(' ')} }`, `${name} { ${parts.map(([, asked]) => asked).join(' ')} }`];
}

/** A value that the schema accepts. */
function validValue(of: JsonSchema, choose: () => number): unknown {
  const options = of['anyOf'] as JsonSchema[] | undefined;
  if (options !== undefined) return validValue(options[choose() % options.length] ?? {}, choose);
  if ('const' in of) return of['const'];
  const members = of['enum'] as unknown[] | undefined;
  if (members !== undefined) return members[choose() % members.length];
  const types = [of['type']].flat();
  switch (types[choose() % types.length]) {
    case 'object':
      return Object.fromEntries(Object.entries(of['properties'] as object).map(([name, inner]) => [name, validValue(inner, choose)]));
    case 'array':
      return Array.from({ length: choose() % 4 }, () => validValue(of['items'] as JsonSchema, choose));
    case 'string':
      return `text ${choose()}`;
    case 'integer':
      return choose();
    case 'number':
      return choose() / 4;
    case 'boolean':
      return choose() > 4;
    default:
      return null;
  }
}

describe('the part of a value that a narrower schema asks for', () => {
  it('the part of a value that a narrower schema asks for is valid, and what graphql-js gives for the narrower selection: any schema, any selection, any part of it', () => {
    const ajv = new Ajv({ strict: false, addUsedSchema: false });
    let parts = 0;
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat(9)), ({ sdl, root }, chosen) => {
        const choose = (): number => chosen.next().value;
        const schema = buildSchema(sdl);
        const [fullQuery, query] = selections(
          root,
          () => choose() < 8,
          () => choose() < 6,
        );
        const schemaOf = (source: string): JsonSchema => {
          let seen: JsonSchema | null = null;
          const it = (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
            const asked = askedFor(info.returnType, info.fieldNodes as FieldNode[], info);
            if (asked.format === 'json') seen = asked.schema;
            return null;
          };
          void execute({ schema, document: parse(`{ ${source} }`), rootValue: { it } });
          if (seen === null) throw new Error('The query asks for nothing.');
          return seen;
        };
        const [fuller, asked] = [schemaOf(fullQuery), schemaOf(query)];
        const take = partOf(fuller, asked);
        if (take === null) throw new Error(`A part was not recognised: ${query} of ${fullQuery}`);
        const value = validValue(fuller, choose);
        const part = take(value);
        expect(ajv.validate(asked, part), JSON.stringify(ajv.errors)).toBe(true);
        const answered = (rootValue: unknown): unknown => graphqlSync({ schema, source: `{ ${query} }`, rootValue });
        const expected = answered({ it: value }) as { errors?: unknown };
        expect(expected.errors).toBeUndefined();
        expect(answered({ it: part })).toEqual(expected);
        if (JSON.stringify(part) !== JSON.stringify(value)) parts += 1;
      }),
      { numRuns: perRound(40, 600) },
    );
    expect(parts).toBeGreaterThan(5);
  });

  const text = { type: 'string' };
  const closed = (properties: Record<string, unknown>, more = {}): JsonSchema => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
    ...more,
  });
  const part = closed({ a: text });

  it.each([
    ['references', closed({ a: text, b: { $ref: '#/properties/a' } }), part],
    ['other properties allowed', { ...closed({ a: text, b: text }), additionalProperties: true }, { ...part, additionalProperties: true }],
    ['properties by pattern', closed({ a: text, b: text }, { patternProperties: { x: {} } }), { ...part, patternProperties: { x: {} } }],
    ['a field that need not be there', closed({ a: text, b: text }, { required: ['b'] }), part],
    ['another description', closed({ a: text, b: text }, { description: 'Of a kettle.' }), part],
    [
      'alternatives that nothing tells apart',
      { anyOf: [closed({ a: text, b: text }), closed({ a: text, c: text })] },
      { anyOf: [part, closed({ a: text, c: text })] },
    ],
    ['fewer alternatives', { anyOf: [closed({ a: text }), { type: 'null' }] }, { anyOf: [closed({ a: text })] }],
    ['a list where a value was asked for', closed({ a: { type: 'array', items: text } }), part],
  ])('the part of a value that a narrower schema asks for is not taken where it is not certain: %s', (_, fuller, asked) => {
    expect(partOf(fuller as JsonSchema, asked as JsonSchema)).toBeNull();
  });

  it('the part of a value that a narrower schema asks for of a growing union is nothing until its type is known', () => {
    const tagged = (name: string, ...names: string[]): JsonSchema =>
      closed({ __typename: { const: name }, ...Object.fromEntries(names.map((one) => [one, text])) });
    const take = partOf({ anyOf: [tagged('A', 'a', 'x'), tagged('B', 'b')] }, { anyOf: [tagged('A', 'a'), tagged('B', 'b')] });
    expect(take?.({ x: 'hidden' })).toEqual({});
    expect(take?.({ __typename: 'A', x: 'hidden' })).toEqual({ __typename: 'A' });
    expect(take?.({ __typename: 'A', x: 'hidden', a: 'shown' })).toEqual({ __typename: 'A', a: 'shown' });
  });
});
