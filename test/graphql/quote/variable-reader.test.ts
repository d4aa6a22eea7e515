import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { variableCoercer } from '../../../src/graphql/quote/coerce-values.ts';
import { variableReader } from '../../../src/graphql/quote/variable-reader.ts';
import { perRound } from '../../rounds.ts';

const schema = buildSchema(/* GraphQL */ `
  type Query {
    field(a: Tree, b: [Int!], c: Color, d: Choice!, e: Boolean): String
  }
  enum Color {
    RED
    GREEN
  }
  input Tree {
    name: String!
    size: Int = 3
    color: Color! = GREEN
    tags: [String!]
    grid: [[Float]]
    choice: Choice
    inner: [Tree!]
    id: ID
  }
  input Choice @oneOf {
    text: String
    number: Int
    tree: Tree
  }
`);

const declaredIn = (text: string): OperationDefinitionNode['variableDefinitions'] & object => {
  const [operation] = parse(text).definitions;
  return (operation?.kind === 'OperationDefinition' && operation.variableDefinitions) || [];
};
const declared = declaredIn('query ($a: Tree, $b: [Int!]! = [1], $c: Color = RED, $d: Choice!, $e: Boolean) { field }');

const leaf = fc.constantFrom<unknown>(null, 'RED', 'GREEN', 'text', '', 1, 2.5, 2 ** 40, true, Number.NaN, {}, []);
/** Right more often than not: few objects would be otherwise. */
const mostly = <T>(right: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: leaf });
const color = mostly(fc.constantFrom('RED', 'GREEN'));
const { tree, choice } = fc.letrec<{ tree: unknown; choice: unknown }>((tie) => ({
  choice: mostly(
    fc.oneof(
      { depthSize: 'small' },
      fc.record({ text: mostly(fc.string()) }),
      fc.record({ number: mostly(fc.integer()) }),
      fc.record({ tree: tie('tree') }),
      fc.record({ text: leaf, number: leaf }, { requiredKeys: [] }),
    ),
  ),
  tree: mostly(
    fc.oneof(
      { depthSize: 'small' },
      fc.record({ name: mostly(fc.string()), size: mostly(fc.integer({ max: 9 })), id: mostly(fc.nat()) }, { requiredKeys: ['name'] }),
      fc.record(
        {
          name: mostly(fc.string()),
          color,
          tags: mostly(fc.array(fc.string(), { maxLength: 2 })),
          grid: mostly(fc.array(fc.array(fc.constantFrom<unknown>(1, 0.5, null)), { maxLength: 2 })),
          choice: tie('choice'),
          inner: fc.oneof(fc.array(tie('tree'), { maxLength: 2 }), tie('tree')),
        },
        { requiredKeys: ['name'] },
      ),
      fc.record({ name: fc.string(), strange: fc.constant(1) }),
    ),
  ),
}));
const list = mostly(fc.array(fc.integer(), { maxLength: 3 }));
const usual = fc.record({ a: tree, b: list, c: color, d: choice, e: mostly(fc.boolean()), beside: leaf }, { requiredKeys: ['d'] });

function byGraphqlJs(of: GraphQLSchema, given: Readonly<Record<string, unknown>>): unknown {
  const { coerced, errors } = getVariableValues(of, declared, given, { maxErrors: 1 });
  return coerced ?? errors[0]?.message;
}

describe('variables', () => {
  it('variables have the values, in their order, or the refusal that graphql-js gives them', () => {
    const coerce = variableCoercer(schema, declared);
    let accepted = 0;
    fc.assert(
      fc.property(usual, (given) => {
        let ours: unknown;
        try {
          ours = coerce(given);
          accepted += 1;
        } catch (error) {
          ours = (error as Error).message;
        }
        expect(JSON.stringify(ours)).toBe(JSON.stringify(byGraphqlJs(schema, given)));
      }),
      { numRuns: perRound(200, 10_000) },
    );
    expect(accepted).toBeGreaterThan(10);
  });

  it.each([
    [{ d: { text: 'Hi' } }],
    [{ a: { name: 'oak', inner: [{ name: 'twig', grid: [[1, null], null] }] }, b: 4, c: null, d: { number: 2 }, e: false }],
    [{ a: null, d: { tree: { name: 'oak', tags: 'one' } } }],
  ])('variables are read without graphql-js where they are as declared: %j', (given) => {
    const read = variableReader(schema, declared);
    expect(JSON.stringify(read(given))).toBe(JSON.stringify(byGraphqlJs(schema, given)));
  });

  it('variables of a type that the schema does not have are left to graphql-js', () => {
    expect(() => variableCoercer(schema, declaredIn('query ($a: Missing) { field }'))({ a: 1 })).toThrow('cannot be used as an input type');
  });
});

describe('a variable that is not given', () => {
  const own = buildSchema('scalar JSON  input Part { text: String }  type Query { field(a: JSON, b: [Part!], c: Int): String }');

  it.each([
    ['as they are declared', '{ "__proto__": { "size": 1 } }'],
    ['by graphql-js, one object for a list of one', '{ "__proto__": { "size": 1 }, "parts": { "text": "a" } }'],
  ])('a variable that is not given has no value, whatever another one is named, when variables are read %s', (_, json) => {
    const read = variableCoercer(own, declaredIn('query ($__proto__: JSON, $parts: [Part!], $size: Int, $constructor: Int) { field }'));
    const variables = read(JSON.parse(json));
    expect([variables['size'], variables['constructor']]).toEqual([undefined, undefined]);
  });
});
