import { Ajv } from 'ajv';
import fc from 'fast-check';
import { buildSchema, execute, type FieldNode, type GraphQLResolveInfo, graphqlSync, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/core/json/canonical-json.ts';
import type { JsonSchema } from '../../src/core/request/json-schema.ts';
import { type Asked, askedFor } from '../../src/fields/selection.ts';
import { perRound } from '../rounds.ts';

const schema = buildSchema(`
  "Facts of a product."
  type Facts { "In grams." weight: Int  material: String!  tags: [String!]!  rating: Float  parts: [Part]  mood: Mood  either: Either  fits: Boolean  id: ID }
  type Part { name: String!  mood: Mood! }
  type Other { note: String }
  union Either = Part | Other
  enum Mood { "It is liked." GOOD BAD }
  type Query { facts: Facts  mood: Mood  names: [String!]  text: String  either: Either }
`);

/** What is asked for the first root field of the query. */
function asked(query: string, variableValues: Record<string, unknown> = {}): Asked {
  let seen: Asked | undefined;
  const rootValue = new Proxy(
    {},
    {
      get: () => (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
        seen = askedFor(info.returnType, info.fieldNodes as FieldNode[], info);
        return null;
      },
    },
  );
  void execute({ schema, document: parse(query), rootValue, variableValues });
  if (seen === undefined) throw new Error('The query has no root field.');
  return seen;
}
const schemaOf = (query: string, variables?: Record<string, unknown>): JsonSchema => {
  const result = asked(query, variables);
  return result.format === 'json' ? result.schema : {};
};

describe('structured output from the selection set', () => {
  it('structured output from the selection set asks for the selected fields only, with descriptions as instructions', () => {
    expect(schemaOf('{ facts { weight mood } }')).toEqual({
      type: 'object',
      description: 'Facts of a product.',
      properties: {
        weight: { type: ['integer', 'null'], minimum: -2147483648, maximum: 2147483647, description: 'In grams.' },
        mood: { type: ['string', 'null'], enum: ['GOOD', 'BAD', null], description: 'GOOD: It is liked.' },
      },
      required: ['weight', 'mood'],
      additionalProperties: false,
    });
  });

  it('structured output from the selection set is the same request whatever the order, aliases and fragments', () => {
    const plain = canonicalJson(schemaOf('{ facts { weight material parts { name mood } } }'));
    const dressed = `query Q($no: Boolean = false) {
      f: facts { ...M  __typename  w: weight  parts { m: mood }  rating @include(if: $no)  tags @skip(if: true) }
      }
      fragment M on Facts { parts { ... on Part { name } } material weight }`;
    expect(canonicalJson(schemaOf(dressed, { no: false }))).toBe(plain);
  });

  it('structured output from the selection set asks text as text, and anything else that is no object inside one', () => {
    expect(asked('{ text }')).toEqual({ format: 'text' });
    expect(schemaOf('{ mood }')).toMatchObject({ required: ['value'], properties: { value: { enum: ['GOOD', 'BAD', null] } } });
    expect(schemaOf('{ names }')).toMatchObject({ properties: { value: { type: ['array', 'null'], items: { type: 'string' } } } });
  });

  it('structured output from the selection set accepts from a model nothing that graphql-js would refuse for the selection', () => {
    const ajv = new Ajv({ strict: false });
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('GOOD', 'BAD', 'Part', 'Other'),
    );
    const queries = [
      '{ facts { weight tags rating } }',
      '{ facts { fits id mood parts { name mood } } }',
      '{ either { __typename ... on Part { name } ... on Other { note } } }',
      '{ facts { either { ... on Part { mood } } parts { __typename } } }',
      '{ mood }',
      '{ names }',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...queries), fc.infiniteStream(leaf), fc.infiniteStream(fc.nat(3)), (query, leaves, lengths) => {
        const what = asked(query);
        if (what.format !== 'json') throw new Error('JSON is expected.');
        const next = (): unknown => leaves.next().value;
        const answer = answerLike(what.schema, next, () => lengths.next().value);
        if (!ajv.validate(what.schema, answer)) return;
        const rootValue = new Proxy({}, { get: () => () => what.valueOf(answer) });
        const result = graphqlSync({ schema, source: query, rootValue });
        expect(result.errors).toBeUndefined();
      }),
      { numRuns: perRound(40, 1_000) },
    );
  });
});

/** An answer of the schema's shape with arbitrary leaves: often wrong, sometimes right. */
function answerLike(of: JsonSchema, leaf: () => unknown, length: () => number): unknown {
  const options = of['anyOf'] as JsonSchema[] | undefined;
  if (options !== undefined) return answerLike(options[length() % options.length] ?? {}, leaf, length);
  if ('const' in of) return of['const'];
  const types = [of['type']].flat();
  if (types.includes('array')) return Array.from({ length: length() }, () => answerLike(of['items'] as JsonSchema, leaf, length));
  if (types.includes('object')) {
    const properties = of['properties'] as Record<string, JsonSchema>;
    return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, answerLike(inner, leaf, length)]));
  }
  const members = of['enum'] as unknown[] | undefined;
  if (members !== undefined && length() > 0) return members[length() % members.length];
  if (length() > 1) return types.includes('integer') ? length() : types.includes('number') ? 0.5 : types.includes('boolean') ? true : 'x';
  return leaf();
}
