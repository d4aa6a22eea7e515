import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../src/core/request/json-schema.ts';
import { type Double, double } from '../doubles.ts';
import { rounds } from '../rounds.ts';
import { type Teams, teams } from './teams.ts';

/** What the model says next, made of the schema that it is asked for. */
let answer: (schema: JsonSchema) => string = () => '';

const shop = {
  sdl: 'type Query { product: Product! } type Product @key(fields: "id") { id: ID! name: String! }',
  resolvers: { Query: { product: () => ({ id: '1', name: 'Lamp' }) } },
};
const bounds = 'maxInputTokens: 4000, maxOutputTokens: 90';
const scoped = '@requiresScopes(scopes: [["ai:use"]])';
const fields = `enum Mood { GOOD BAD } scalar Colour
  type Part { name: String! mood: Mood! grams: Int }
  type Note { text: String! }
  union Either = Part | Note
  type Facts { weight: Int! size: Float count: SafeInt! made: DateTime price: Decimal! fits: Boolean id: ID mood: Mood! tags: [String!]! grid: [[Int!]] parts: [Part!]! either: Either! others: [Either] colour: Colour any: JSON deep: Facts }
  extend type Product @key(fields: "id") { id: ID! name: String!
    facts: Facts @completion(prompt: "Facts of {name}", ${bounds}) ${scoped}
    moods: [Mood!] @completion(prompt: "Moods of {name}", ${bounds}) ${scoped}
    grams: Int @completion(prompt: "Grams of {name}", ${bounds}) ${scoped}
    which: Either @completion(prompt: "Which of {name}", ${bounds}) ${scoped} }`;
const queries = [
  '{ facts { weight size count made price fits id } }',
  '{ facts { mood tags grid parts { name m: mood } } }',
  '{ facts { either { __typename ... on Part { name } ... on Note { text } } others { ... on Part { grams mood } } } }',
  '{ facts { deep { deep { weight either { __typename } } colour any } } f: facts { w: weight } }',
  '{ moods }',
  '{ grams }',
  '{ which { ... on Note { text } ... on Part { mood } } }',
];

/** Mostly of the schema's shape, with leaves that are right, wrong, or of another kind. */
function shaped(of: JsonSchema, pick: () => number): unknown {
  const wild = [
    null,
    true,
    'text',
    '',
    12,
    -0.5,
    1e300,
    2_147_483_648,
    '12.50',
    '2026-11-23T12:00:00Z',
    'GOOD',
    'Part',
    [],
    {},
    [1],
    { a: 1 },
  ];
  if (pick() === 0) return wild[pick() % wild.length];
  const options = of['anyOf'] as JsonSchema[] | undefined;
  if (options !== undefined) return shaped(options[pick() % options.length] ?? {}, pick);
  if ('const' in of) return of['const'];
  const members = of['enum'] as unknown[] | undefined;
  if (members !== undefined) return members[pick() % members.length];
  const types = [of['type']].flat();
  switch (types[pick() % types.length]) {
    case 'object': {
      const all = Object.entries(of['properties'] as Record<string, JsonSchema>).map(([name, inner]) => [name, shaped(inner, pick)]);
      return Object.fromEntries(pick() === 1 ? all.slice(1) : all);
    }
    case 'array':
      return Array.from({ length: pick() % 3 }, () => shaped(of['items'] as JsonSchema, pick));
    case 'string':
      return of['format'] === undefined ? (of['pattern'] === undefined ? 'text' : '12.50') : '2026-11-23T12:00:00Z';
    case 'integer':
      return pick();
    case 'number':
      return pick() / 4;
    case 'boolean':
      return pick() > 6;
    default:
      return null;
  }
}

describe('structured output of an AI field', () => {
  let graph: Teams;
  let provider: Double;
  beforeAll(async () => {
    provider = double('model', async function* (request) {
      const schema = request.kind === 'completion' && request.output.format === 'json' ? request.output.schema : null;
      const text = answer(schema ?? {});
      if (text !== '') yield { type: 'text', text };
      yield { type: 'finish', reason: 'stop' };
    });
    graph = await teams({ remote: { shop }, fields, provider, route: { attempts: 2 } });
  });

  it('structured output of an AI field is what graphql-js accepts for the selection, whatever the model answers: else null, with INVALID_OUTPUT at the field itself', async () => {
    let valid = 0;
    let invalid = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...queries),
        fc.noBias(fc.infiniteStream(fc.nat(12))),
        fc.option(fc.string()),
        async (query, numbers, noise) => {
          const pick = (): number => numbers.next().value;
          answer = (schema) => (noise !== null && pick() < 2 ? noise : JSON.stringify(shaped(schema, pick)));
          const { status, data, errors = [] } = await graph.gateway.ask(`{ product ${query} }`);
          expect(status).toBe(200);
          for (const { path, extensions } of errors) {
            expect([path?.length, extensions.code]).toEqual([2, 'INVALID_OUTPUT']);
            expect(data.product[String(path?.[1])]).toBeNull();
          }
          if (errors.length === 0) valid += 1;
          else invalid += 1;
        },
      ),
      // The drills run ten times as many.
      { numRuns: 60 * rounds },
    );
    expect(valid).toBeGreaterThan(5);
    expect(invalid).toBeGreaterThan(5);
  });

  it('structured output of an AI field is repaired once: the model is shown its answer and what is wrong with it, and asked no third time', async () => {
    const said: string[] = ['{"value":"much"}', '{"value":5}'];
    answer = () => said.shift() ?? '{"value":"more"}';
    const before = provider.asked.length;
    expect((await graph.gateway.ask('{ product { grams } }')).data).toEqual({ product: { grams: 5 } });
    expect(provider.asked.length - before).toBe(2);
    expect(JSON.stringify(provider.asked.at(-1))).toContain('/value');
    const { data, errors } = await graph.gateway.ask('{ product { grams } }');
    expect(data).toEqual({ product: { grams: null } });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['INVALID_OUTPUT']);
    expect(provider.asked.length - before).toBe(4);
  });
});
