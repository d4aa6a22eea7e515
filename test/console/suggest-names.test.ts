import { buildSchema, introspectionFromSchema } from 'graphql';
import { expect, it } from 'vitest';
import { withPart } from '../../src/console/pages/editor/operation-run.ts';
import { paint } from '../../src/console/pages/editor/paint.ts';
import { offsetOf, operationNames, readTokens } from '../../src/console/pages/editor/read-tokens.ts';
import { type Schema, suggestNames } from '../../src/console/pages/editor/suggest-names.ts';

const sdl = `
  directive @defer(if: Boolean, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  type Query { products(first: Int, sort: Sort, filter: Filter): [Product!] thing(id: ID!): Thing price: Int }
  type Mutation { buy(id: ID!): Boolean }
  interface Thing { id: ID! }
  type Product implements Thing { id: ID! "In a few words." summary(words: Int): String name: String }
  type Review implements Thing { id: ID! stars: Int }
  enum Sort { NAME PRICE }
  input Filter { text: String isNew: Boolean sort: Sort not: [Filter!] }
`;
const schema = introspectionFromSchema(buildSchema(sdl)).__schema as unknown as Schema;

/** At `|`, as `name: type`. */
function at(text: string): readonly string[] {
  const found = suggestNames(text.replace('|', ''), text.indexOf('|'), schema);
  return (found?.options ?? []).filter(({ name }) => !name.startsWith('__')).map(({ name }) => name);
}

it('the names that are offered are the fields of the type at the cursor, those that begin with what is written first', () => {
  expect(at('{ | }')).toEqual(['products', 'thing', 'price']);
  expect(at('{ p|')).toEqual(['products', 'price']);
  expect(at('{ products { na|')).toEqual(['name']);
  expect(at('{ products(first: 3) { id a: su|mmary } }')).toEqual(['summary']);
  expect(at('{ all: products { |')).toEqual(['id', 'summary', 'name']);
  expect(at('query A { products { id } } mutation { b|')).toEqual(['buy']);
  expect(at('{ unknown { |')).toEqual([]);
  expect(suggestNames('{ products { summ', 17, schema)).toMatchObject({
    from: 13,
    to: 17,
    options: [{ name: 'summary', about: 'String', description: 'In a few words.' }],
  });
});

it('the names that are offered are arguments that are not there yet, their values, members of inputs, and variables', () => {
  expect(at('{ products(|')).toEqual(['first', 'sort', 'filter']);
  expect(at('{ products(first: 1, |')).toEqual(['sort', 'filter']);
  expect(at('{ products(sort: |')).toEqual(['NAME', 'PRICE']);
  expect(at('{ products(filter: { sort: NAME, |')).toEqual(['text', 'isNew', 'not']);
  expect(at('{ products(filter: { isNew: |')).toEqual(['true', 'false']);
  expect(at('{ products(filter: { not: [{ sort: P|')).toEqual(['PRICE']);
  expect(at('{ products(filter: { not: [{ text: "a" }] }) { i|')).toEqual(['id']);
  expect(at('query ($count: Int, $sort: Sort) { products(first: $|')).toEqual(['count', 'sort']);
  expect(at('query ($filter: F|')).toEqual(['Filter']);
});

it('the names that are offered are types where a fragment says which, fragments, directives and beginnings', () => {
  expect(at('{ thing(id: 1) { ... on |')).toEqual(['Thing', 'Product', 'Review']);
  expect(at('{ thing(id: 1) { ... on Review { s|')).toEqual(['stars']);
  expect(at('{ products { ...p| } } fragment parts on Product { id }')).toEqual(['parts']);
  expect(at('fragment parts on Product { su|')).toEqual(['summary']);
  expect(at('{ products { ... @d|')).toEqual(['defer', 'include']);
  expect(at('{ products { ... @defer(if: true) { na|')).toEqual(['name']);
  expect(at('{ products @include(|')).toEqual(['if']);
  expect(at('|')).toEqual(['query', 'mutation', 'fragment']);
  expect(at('{ products { # a comment |')).toEqual([]);
  expect(at('{ thing(id: "pro|')).toEqual([]);
});

it('the text of an operation is read in tokens, also when it is wrong, and its operations are known by name', () => {
  const text = 'query A($x: Int = 1) { a(b: """c } d""") }\nsubscription { e } fragment query on Q { f } mutation B { g }';
  expect(operationNames(readTokens(text))).toEqual(['A', null, 'B']);
  expect(operationNames(readTokens('{ a }'))).toEqual([null]);
  expect(operationNames(readTokens('}}} query C {{{ "'))).toEqual(['C']);
  expect(readTokens('a "b\nc').map((token) => token.text)).toEqual(['a', '"b', 'c']);
  expect([
    offsetOf('ab\ncd', { line: 2, column: 2 }),
    offsetOf('a\r\nb', { line: 2, column: 1 }),
    offsetOf('a', { line: 9, column: 9 }),
  ]).toEqual([4, 3, 1]);
});

it('the text of an operation is painted whole, with its AI fields and one mistake marked', () => {
  const text = 'query { products(first: 1) { summary } } # end';
  const pieces = paint(text, { priced: new Set([29]), wrong: 8 });
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  const looks = pieces.filter(({ className }) => className !== '').map((piece) => [piece.text, piece.className]);
  expect(looks).toEqual([
    ['query', 'code-keyword'],
    ['products', ' code-wrong'],
    ['first', 'code-argument'],
    ['1', 'code-value'],
    ['summary', ' code-priced'],
    ['# end', 'code-comment'],
  ]);
  expect(paint('{ ', { priced: new Set(), wrong: 2 }).at(-1)).toEqual({ text: ' ', className: 'code-wrong', start: 2 });
});

it('a later part of a result is put in its place in the data', () => {
  const data = { shop: { products: [{ id: '1' }, { id: '2' }] } };
  const first = withPart(data, { path: ['shop', 'products', 1], data: { summary: 'B' } });
  expect(withPart(first, { path: [], data: { more: 1 } })).toEqual({
    shop: { products: [{ id: '1' }, { id: '2', summary: 'B' }] },
    more: 1,
  });
  expect(withPart({ a: { b: { c: 1 } } }, { path: ['a'], data: { b: { d: 2 } } })).toEqual({ a: { b: { c: 1, d: 2 } } });
  expect(withPart({ a: null }, { path: ['a', 'b'], data: { c: 1 } })).toEqual({ a: null });
});
