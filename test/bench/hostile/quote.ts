/** `aiQuote` thirty times in one request, with documents whose fragments unfold without end, or just so far. */
import { buildSchema } from 'graphql';
import { quoteOf } from '../../../src/graphql/quote/judged-quote.ts';
import { quoteDesk } from '../../../src/graphql/quote/quote-work.ts';
import { priceTreeOf } from '../../../src/graphql/quote/read-price-tree.ts';
import { admission } from '../../../src/operations/admit.ts';
import { gateway, principal } from '../../graphql/fakes.ts';
import type { HostileCase } from './hostile-case.ts';

const schema = buildSchema('type Product { name: String summary: String like: Product } type Query { product: Product }');
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const bomb = (salt: string): string =>
  `{ product { ...F0 } } ${many(200, (n) => `fragment F${n} on Product { s${salt}${n}: summary ...F${n + 1} ...F${n + 1} }`).join(' ')} fragment F200 on Product { summary }`;

function quoteCase(name: string, refused: RegExp | null, documents: readonly string[]): HostileCase {
  return {
    name: `aiQuote: ${name}`,
    refused,
    prepare: async () => ({
      async attack() {
        const { quote, demand } = admission({
          rules: {
            ceilingOf: (of) => (of === 'Product.summary' ? () => ({ inputTokens: 1, outputTokens: 1, cost: 1 }) : null),
            listSizeOf: () => null,
            assumedListSize: 10,
          },
          demand: {
            rules: {
              weightOf: () => 1,
              argumentWeightsOf: () => new Map(),
              slicingArgumentsOf: () => [],
              listSizeOf: () => null,
              assumedListSize: 10,
            },
            max: 1_000_000_000,
          },
          maxCostPerOperation: null,
          entityFields: new Set(),
        });
        const { services } = gateway(() => [], {
          graph: () => schema,
          quote: (of, document, name, variables) => quote(priceTreeOf(of, document, name), variables),
          demand: (of, document, name, variables) => demand(priceTreeOf(of, document, name), variables),
        });
        const work = quoteDesk()({});
        const asked = documents.map((document) =>
          quoteOf({ document, operationName: null, variables: {}, principal: principal(), schema }, services, work),
        );
        const refused = (await Promise.allSettled(asked)).find((result) => result.status === 'rejected');
        if (refused !== undefined) throw refused.reason;
      },
    }),
  };
}

export const quoteCases: readonly HostileCase[] = [
  quoteCase(
    'one fragment bomb in thirty aliases',
    /more than 20000 fields/,
    many(30, () => bomb('')),
  ),
  quoteCase(
    'thirty fragment bombs',
    /more than 20000 fields/,
    many(30, (n) => bomb(`x${n}x`)),
  ),
  quoteCase('a document of as many fields as are accepted', null, [
    `{ product { ${many(196, () => '...A').join(' ')} } } fragment A on Product { ${many(98, (n) => `a${n}: summary`).join(' ')} }`,
  ]),
  quoteCase('a document of as many tokens as are accepted, all alike', /the comparisons went beyond their limit/, [
    `{ product { ${'summary '.repeat(7_490)} } }`,
  ]),
];
