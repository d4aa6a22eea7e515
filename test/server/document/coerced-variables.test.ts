import fc from 'fast-check';
import {
  type DocumentNode,
  execute,
  GraphQLBoolean,
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  getOperationAST,
  getVariableValues,
  parse,
  subscribe,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { takingCoerced } from '../../../src/server/document/coerced-variables.ts';

/** Not the value that clients send, so that a second coercion would refuse it. */
const colour = new GraphQLEnumType({ name: 'Colour', values: { RED: { value: { hex: '#f00' } }, GREEN: { value: { hex: '#0f0' } } } });
const day = new GraphQLScalarType({
  name: 'Day',
  parseValue(value) {
    if (typeof value !== 'string') throw new TypeError('A Day is text.');
    return new Date(`${value}T00:00:00Z`);
  },
});
const paint: GraphQLInputObjectType = new GraphQLInputObjectType({
  name: 'Paint',
  fields: () => ({
    colour: { type: new GraphQLNonNull(colour), defaultValue: { hex: '#f00' } },
    on: { type: day },
    coats: { type: new GraphQLList(new GraphQLNonNull(GraphQLInt)) },
    under: { type: paint },
  }),
});
const seen: unknown[] = [];
const field = {
  type: GraphQLString,
  args: { paint: { type: paint }, many: { type: new GraphQLList(paint) }, count: { type: GraphQLInt, defaultValue: 7 } },
  resolve: (_: unknown, args: object) => {
    seen.push(args);
    return 'done';
  },
};
const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { paint: field, other: { type: GraphQLBoolean, resolve: () => true } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      paint: {
        ...field,
        async *subscribe() {
          yield {};
          yield {};
        },
      },
    },
  }),
});

const documents = [
  'query ($p: Paint) { paint(paint: $p) }',
  'query ($p: Paint = { coats: [1] }, $c: Int) { paint(paint: $p, count: $c) }',
  'query ($p: Paint, $c: Int) { paint(many: [$p, { coats: [2], under: $p }], count: $c) }',
  'query ($p: Paint, $on: Day, $c: Int! = 3, $with: Boolean = true) { paint(paint: { on: $on, under: $p }, count: $c) other @include(if: $with) }',
  'query ($p: [Paint], $with: Boolean!) { paint(many: $p) @skip(if: $with) other }',
].map((text) => parse(text));

const paints = fc.letrec<{ readonly paint: object }>((tie) => ({
  paint: fc.record(
    {
      colour: fc.constantFrom('RED', 'GREEN'),
      on: fc.constantFrom('2027-01-31', null),
      coats: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 }), fc.constant(null)),
      under: fc.option(tie('paint'), { maxDepth: 2 }),
    },
    { requiredKeys: [] },
  ),
})).paint;
const values = fc.record(
  { p: fc.oneof(paints, fc.constant(null)), c: fc.integer({ min: 0, max: 9 }), on: fc.constant('2028-02-29'), with: fc.boolean() },
  { requiredKeys: ['with'] },
);

function variablesOf(document: DocumentNode, given: Record<string, unknown>) {
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined) throw new Error('There is no operation.');
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  if (coerced === undefined) throw errors[0];
  return { operation, coerced };
}

describe('an operation that is handed its variables coerced', () => {
  it('an operation that is handed its variables coerced answers, and hands its resolvers, what it would have with the variables as they came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...documents), values, async (document, given) => {
        const { operation, coerced } = variablesOf(document, given);
        seen.length = 0;
        const plain = await execute({ schema, document, variableValues: given });
        const asked = seen.splice(0);
        const handed = await execute({ ...takingCoerced(schema, document, operation), variableValues: coerced });
        expect(handed).toEqual(plain);
        expect(seen).toStrictEqual(asked);
      }),
    );
  });

  it('an operation that is handed its variables coerced does so for each event of a subscription', async () => {
    const document = parse('subscription ($p: Paint!) { paint(paint: $p) }');
    const { operation, coerced } = variablesOf(document, { p: { colour: 'GREEN', coats: 2 } });
    const args = takingCoerced(schema, document, operation);
    const events = await subscribe({ ...args, variableValues: coerced });
    if (!(Symbol.asyncIterator in events)) throw new Error(JSON.stringify(events));
    seen.length = 0;
    for await (const event of events) expect(event).toEqual({ data: { paint: 'done' } });
    expect(seen).toEqual(Array(2).fill({ paint: { colour: { hex: '#0f0' }, coats: [2] }, count: 7 }));
  });

  it('an operation that is handed its variables coerced has the same document and schema each time, so that what is remembered by them stays remembered', () => {
    const [document] = documents;
    if (document === undefined) throw new Error('There is no document.');
    const { operation } = variablesOf(document, {});
    const first = takingCoerced(schema, document, operation);
    const second = takingCoerced(schema, document, operation);
    expect([second.schema, second.document]).toEqual([first.schema, first.document]);
    expect(second.schema === first.schema && second.document === first.document).toBe(true);
  });
});
