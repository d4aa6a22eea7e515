/** The price of an operation before it runs, per evaluation: the promise is under 50 µs for a typical one. */
import { buildSchema, parse } from 'graphql';
import { priceTreeOf } from '../../src/graphql/quote/read-price-tree.ts';
import { compileQuote } from '../../src/pricing/quote.ts';

const schema = buildSchema(`
  type Product { id: ID! name: String summary(words: Int = 40): String facts: String reviews(first: Int = 3): [Review!]! }
  type Review { id: ID! stars: Int feeling: String }
  type Query { products(first: Int): [Product!]! }
`);
const typical = parse(`query Shop($n: Int!, $full: Boolean = false) {
  products(first: $n) { id name summary(words: 20) ...More @include(if: $full) reviews(first: 5) { stars feeling } } }
  fragment More on Product { facts short: summary(words: 5) }`);
const priced = new Set(['Product.summary', 'Product.facts', 'Review.feeling']);

export function quoteBench(rounds = 200_000): void {
  const { quote } = compileQuote(priceTreeOf(schema, typical, 'Shop'), {
    ceilingOf: (coordinate) => (priced.has(coordinate) ? () => ({ inputTokens: 2_000, outputTokens: 120, cost: 740_000 }) : null),
    listSizeOf: () => null,
    assumedListSize: 100,
  });
  for (let round = 0; round < 10_000; round += 1) void quote({ n: round % 50, full: true });
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) void quote({ n: round % 50, full: true });
  const { user, system } = process.cpuUsage(before);
  const each = (user + system) / rounds;
  process.stdout.write(`operation quote: ${each.toFixed(2)} us an evaluation, ${(each / 50).toFixed(3)} of the 50 us that are promised\n`);
}
