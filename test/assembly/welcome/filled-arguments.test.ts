import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { canFill, fillArguments } from '../../../src/assembly/welcome/filled-arguments.ts';

function argumentsOf(sdl: string) {
  const schema = buildSchema(`
    type Query { field${sdl === '' ? '' : `(${sdl})`}: Int }
    enum Order { RISING FALLING }
    input Loose { note: String }
    input Strict { note: String! }
    input Either @oneOf { a: Int b: Int }
    scalar Moment`);
  return schema.getQueryType()?.getFields()['field']?.args ?? [];
}

describe('arguments of a query that nobody has written yet', () => {
  it.each([
    ['', ''],
    ['note: String', ''],
    ['first: Int', '(first: 3)'],
    ['first: Int = 50', '(first: 3)'],
    ['first: Int!, offset: Int!', '(first: 3, offset: 0)'],
    ['page: Int!', '(page: 1)'],
    ['depth: Int!', '(depth: 10)'],
    ['order: Order!, all: Boolean!', '(order: RISING, all: false)'],
    ['orders: [Order!]!', '(orders: [RISING])'],
    ['by: Loose!', '(by: {})'],
    ['withDefault: Int! = 7', ''],
  ])('arguments of a query that nobody has written yet of (%s) are "%s"', (sdl, written) => {
    expect(fillArguments(argumentsOf(sdl))).toBe(written);
  });

  it.each(['id: ID!', 'name: String!', 'productId: Int!', 'user_ids: [Int!]!', 'by: Strict!', 'by: Either!', 'at: Moment!'])(
    'arguments of a query that nobody has written yet are not guessed where a guess could be wrong: %s',
    (sdl) => {
      expect(argumentsOf(sdl).every(canFill)).toBe(false);
    },
  );

  it('arguments of a query that nobody has written yet can be left out where they are not required', () => {
    expect(argumentsOf('id: ID, name: String = "a", first: Int!').every(canFill)).toBe(true);
  });
});
