import { buildSchema, type DocumentNode, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { priceTreeOf } from '../../src/graphql/quote/read-price-tree.ts';
import { type Admission, admission } from '../../src/operations/admit.ts';

const schema = buildSchema(`
  interface Thing { name: String like: Thing }
  ${Array.from({ length: 60 }, (_, n) => `type T${n} implements Thing { name: String like: Thing }`).join('\n')}
  type Query { thing: Thing }`);

/** An admission, and how many fields it looked at. */
function counting(): { readonly admit: Admission; readonly looked: () => number } {
  let looked = 0;
  const admit = admission({
    rules: {
      ceilingOf: () => {
        looked += 1;
        return null;
      },
      listSizeOf: () => null,
      assumedListSize: 100,
    },
    maxCostPerOperation: null,
    entityFields: new Set(),
  });
  return { admit, looked: () => looked };
}
const refusalOf = async (admit: Admission, document: DocumentNode): Promise<string> => {
  try {
    await admit.quote(priceTreeOf(schema, document, null), {});
    return '';
  } catch (error) {
    return String(error);
  }
};
const fragments = (count: number, body: (next: string) => string): string =>
  `{ thing { ...F0 } } ${Array.from({ length: count }, (_, n) => `fragment F${n} on Thing { ${body(`...F${n + 1}`)} }`).join(' ')} fragment F${count} on Thing { name }`;

describe('the price of an operation', () => {
  it.each([
    ['fragments in fragments', fragments(200, (next) => `name ${next} ${next}`)],
    ['fields in fragments', fragments(200, (next) => `a: like { ${next} } b: like { ${next} }`)],
    ['inline fragments in fragments', fragments(200, (next) => `... { ${next} } ... on Thing { ${next} }`)],
  ])('the price of an operation looks at no field of %s that unfold without end, and remembers that', async (_, text) => {
    const { admit, looked } = counting();
    const document = parse(text);
    for (let time = 0; time < 30; time += 1) expect(await refusalOf(admit, document)).toContain('more than 20000 fields');
    expect(looked()).toBe(0);
  });

  it('the price of an operation looks at a bounded number of fields where one stands for those of many types, and remembers that', async () => {
    const { admit, looked } = counting();
    const document = parse(`{ ${Array.from({ length: 4_000 }, (_, n) => `a${n}: thing { name like { name } }`).join(' ')} }`);
    expect(await refusalOf(admit, document)).toContain('more than 20000 fields');
    const once = looked();
    expect(once).toBeLessThan(4 * 40_000 + 100);
    await refusalOf(admit, document);
    expect(looked()).toBe(once);
  });
});
