/** What a subgraph that is broken, or in an attacker's hands, can answer: it fails its own fields, and nothing else. */
import fc from 'fast-check';
import { GraphQLError, type GraphQLFormattedError, GraphQLSchema, parse } from 'graphql';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { placeErrors } from '../../src/federation/engine/place-errors.ts';
import { giving, givingEntities, type RawSubgraphs, rawSubgraphs } from './raw-subgraphs.ts';

let graph: RawSubgraphs;
beforeAll(async () => {
  graph = await rawSubgraphs({
    shop: 'type Query { a: String items: [Item] } type Item @key(fields: "id") { id: ID! }',
    prices: 'type Query { b: String } type Item @key(fields: "id") { id: ID! price: Int label: String }',
  });
});
beforeEach(() => {
  graph.answers['shop'] = giving({ data: { a: 'x' } });
  graph.answers['prices'] = giving({ data: { b: 'y' } });
});

const items = (count: number): object => ({
  data: { items: Array.from({ length: count }, (_, id) => ({ __typename: 'Item', id: String(id) })) },
});
const errorsOf = ({ errors = [] }: { readonly errors?: readonly unknown[] }): readonly GraphQLFormattedError[] =>
  errors as readonly GraphQLFormattedError[];

describe('the errors of a subgraph', () => {
  it('lead to no prototype, wherever their paths point', () => {
    const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'length', 'a', 'list', 'data', 0, 1, -1, 1e9, 0.5);
    const prototypes = [Object.prototype, Array.prototype, Function.prototype, Object, Array, GraphQLError.prototype];
    const members = (): readonly unknown[] => prototypes.map((one) => Reflect.ownKeys(one));
    const before = members();
    fc.assert(
      fc.property(fc.array(fc.array(names, { maxLength: 5 }), { maxLength: 5 }), (paths) => {
        const data = JSON.parse('{"a":null,"list":[null,{"a":null}],"__proto__":{"a":null},"constructor":null}') as Record<string, unknown>;
        const errors = paths.map((path) => new GraphQLError('No.', { path }));
        const { data: placed } = placeErrors({ document: parse('{ a }') }, { data, errors }, new GraphQLSchema({}));
        expect(members()).toEqual(before);
        const { list } = (placed ?? {}) as { readonly list?: readonly unknown[] };
        if (Array.isArray(list)) expect(list.length).toBe(2);
      }),
    );
  });

  it('are handed on in bounded number and length, and what is left out is said', async () => {
    const huge = 'x'.repeat(1_000_000);
    const extensions = { code: huge, errorId: huge, retryable: 'yes', retryAfterMs: 1e308, stacktrace: [huge] };
    graph.answers['shop'] = giving({ data: null, errors: [{ message: huge, path: ['a'], extensions }] });
    const [error] = errorsOf(await graph.ask('{ a }'));
    expect(error?.message).toMatch(/^x{4000}…$/);
    expect(error?.extensions).toEqual({
      code: `${'x'.repeat(200)}…`,
      errorId: `${'x'.repeat(200)}…`,
      retryAfterMs: 86_400_000,
      subgraph: 'shop',
    });
    graph.answers['shop'] = giving({
      data: { a: 'x', items: Array.from({ length: 3_000 }, () => null) },
      errors: Array.from({ length: 3_000 }, (_, index) => ({ message: `No ${index}.`, path: ['items', index] })),
    });
    const many = errorsOf(await graph.ask('{ items { id } }'));
    expect(many).toHaveLength(1_000);
    expect(many[0]?.message).toBe('No 0.');
    expect(many.at(-1)?.message).toBe('No 999. (2000 more errors of this answer are not shown.)');
  });

  it('are placed in one pass, whether each is of one entity or of all', async () => {
    graph.answers['shop'] = giving(items(20_000));
    const each = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ message: `No ${index}.`, path: ['_entities', index, 'price'] }));
    graph.answers['prices'] = givingEntities(() => null, each);
    const { data, errors } = await graph.ask('{ items { price } }');
    expect(data).toMatchObject({ items: expect.objectContaining({ length: 20_000 }) });
    expect(errors?.slice(0, 2)).toMatchObject([
      { message: 'No 0.', path: ['items', 0, 'price'] },
      { message: 'No 1.', path: ['items', 1, 'price'] },
    ]);
    expect(errors).toHaveLength(20_000);
  });
});
