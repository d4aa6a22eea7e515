import { buildSchema, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { firstDocuments, firstQueries } from '../../src/assembly/welcome/welcome.ts';
import { readFields } from '../../src/fields/read-fields.ts';
import { plainConfig } from '../plain-config.ts';

const scopes = '@requiresScopes(scopes: [["ai:use"]])';
const ai = `@completion(prompt: "Say something.", maxInputTokens: 9, maxOutputTokens: 9) ${scopes}`;
const fieldsOf = (sdl: string) => readFields([{ file: 'ai.graphql', sdl }]).fields;
const directives = 'directive @authenticated on FIELD_DEFINITION | OBJECT\n';

function firstOf(schema: string | GraphQLSchema | null, fields: string): string {
  const built = typeof schema === 'string' ? buildSchema(directives + schema) : schema;
  const [first] = firstQueries({ config: plainConfig, fields: fieldsOf(fields), schema: built });
  const query = first?.query ?? '';
  if (built !== null && !query.startsWith('query Routes')) expect(validate(built, parse(query))).toEqual<GraphQLError[]>([]);
  return query;
}

const book = `extend type Book @key(fields: "id") { id: ID! blurb: String ${ai} }`;
const routes = /^query Routes \{ aiRoutes/;

describe('the first query', () => {
  it('the first query asks a list of the graph for a field of another team and for what a model says beside it', () => {
    expect(
      firstOf('type Query { library: [Book!]! book(id: ID!): Book } type Book { id: ID! pages: Int title: String blurb: String }', book),
    ).toBe('query Library { library { title blurb } }');
  });

  it('the first query asks for three where a list can be told how many', () => {
    expect(
      firstOf(
        'type Query { books(first: Int = 10, after: ID): [Book!]! } type Book { id: ID! title: String blurb: String notes(limit: Int!): [Note!] } type Note { id: ID! at: String mood: String }',
        `${book} extend type Note @key(fields: "id") { id: ID! mood: String ${ai} }`,
      ),
    ).toBe('query Books { books(first: 3) { title blurb notes(limit: 3) { at mood } } }');
  });

  it('the first query finds entities in connections, below single objects, and among the members of an interface', () => {
    const edges = 'type Books { edges: [Edge!] } type Edge { node: Book } type Book { id: ID! title: String blurb: String }';
    expect(firstOf(`type Query { books(first: Int!): Books } ${edges}`, book)).toBe(
      'query Books { books(first: 3) { edges { node { title blurb } } } }',
    );
    expect(
      firstOf('type Query { me: Reader } type Reader { favourite: Book } type Book { id: ID! title: String blurb: String }', book),
    ).toBe('query Me { me { favourite { title blurb } } }');
    expect(
      firstOf(
        'type Query { things: [Thing!] } interface Thing { id: ID! } type Book implements Thing { id: ID! title: String blurb: String }',
        book,
      ),
    ).toBe('query Things { things { ... on Book { title blurb } } }');
  });

  it('the first query fills arguments that have a value for any graph, and leaves out fields that want one of their own', () => {
    const fields = `extend type Book @key(fields: "id") { id: ID!
      asked(question: String!): String ${ai}
      toned(tone: Tone!): String ${ai}
    } enum Tone { DRY WARM }`;
    const schema =
      'enum Tone { DRY WARM } type Query { books: [Book!]! } type Book { id: ID! title: String asked(question: String!): String toned(tone: Tone!): String }';
    expect(firstOf(schema, fields)).toBe('query Books { books { title toned(tone: DRY) } }');
  });

  it('the first query prefers what callers with ai:use may ask: no field of a scope of its own, and none that is for known callers', () => {
    const fields = `extend type Book @key(fields: "id") { id: ID!
      internal: String @completion(prompt: "x", maxInputTokens: 9, maxOutputTokens: 9) @requiresScopes(scopes: [["staff"]])
      blurb: String ${ai}
    }`;
    expect(
      firstOf(
        'type Query { secret: [Book] @authenticated books: [Book] } type Book { id: ID! name: String @authenticated title: String internal: String blurb: String }',
        fields,
      ),
    ).toBe('query Books { books { title blurb } }');
  });

  it('the first query leaves out types that are for known callers, and AI fields that inherit a guard of what they read', () => {
    const fields = `extend type Book @key(fields: "id") { id: ID!
      inherits: String ${ai}
      blurb: String ${ai}
    } extend type Diary @key(fields: "id") { id: ID! mood: String ${ai} }`;
    expect(
      firstOf(
        'type Query { diaries: [Diary] books: [Book] } type Diary @authenticated { id: ID! mood: String } type Book { id: ID! title: String inherits: String @authenticated blurb: String }',
        `${fields}`,
      ),
    ).toBe('query Books { books { title blurb } }');
  });

  it('the first query asks an interface whose members all have the AI field', () => {
    expect(
      firstOf(
        'type Query { media: [Media] } interface Media { id: ID! title: String blurb: String } type Film implements Media { id: ID! title: String blurb: String }',
        `extend type Media @key(fields: "id") @interfaceObject { id: ID! blurb: String ${ai} }`,
      ),
    ).toBe('query Media { media { title blurb } }');
  });

  it('the first query selects what an AI field of an object type has, and no vector where there is something to read', () => {
    const fields = `type Facts { care: String } extend type Book @key(fields: "id") { id: ID! title: String
      vector: Vector @embedding(text: "{title}", maxInputTokens: 9) ${scopes}
      facts: Facts ${ai} }`;
    expect(
      firstOf(
        'scalar Vector type Query { books: [Book] } type Facts { care: String } type Book { id: ID! vector: Vector facts: Facts }',
        fields,
      ),
    ).toBe('query Books { books { id facts { care } } }');
  });

  it.each([
    ['there is no graph yet', null],
    ['entities are found by id alone', 'type Query { book(id: ID!): Book } type Book { id: ID! blurb: String }'],
    ['the graph has not the AI field', 'type Query { books: [Book] } type Book { id: ID! }'],
    ['the type is another', 'type Query { books: [Other] } type Other { id: ID! }'],
  ])('the first query is for the routes when %s', (_, schema) => {
    expect(firstOf(schema, book)).toMatch(routes);
  });

  it('the first query asks an AI field of the root when no entity has one', () => {
    expect(firstOf('type Query { motto: String }', `extend type Query { motto: String ${ai} }`)).toBe('query Motto { motto }');
  });
});

describe('the documents of GraphiQL', () => {
  it('the documents of GraphiQL stream snapshots, so that the text grows in place, and keep to the width of a pane', () => {
    const documents = firstDocuments({ config: plainConfig, fields: [], schema: null }, { keyless: true });
    const tokens = documents.find((document) => document.includes('subscription Tokens')) ?? '';
    expect(tokens).toMatch(/delivery: SNAPSHOT[\s\S]*\.\.\. on CompletionSnapshot/);
    expect(Math.max(...tokens.split('\n').map((line) => line.length))).toBeLessThan(90);
    expect(() => parse(tokens)).not.toThrow();
  });
});
