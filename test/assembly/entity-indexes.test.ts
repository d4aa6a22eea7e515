import { describe, expect, it } from 'vitest';
import { indexedOf } from '../../src/assembly/graph/entity-indexes.ts';
import { indexMistakes } from '../../src/assembly/graph/index-mistakes.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { readFields } from '../../src/fields/read-fields.ts';

const read = (sdl: string) => readFields([{ file: 'shop.graphql', sdl }]);
const config = (more: Partial<GatewayConfig> = {}): GatewayConfig => ({
  providers: {},
  deployments: { local: { provider: 'p', model: 'm', capabilities: ['embedding'] } },
  routes: { embedding: { deployments: ['local'] } },
  ...more,
});

describe('an index of the operator', () => {
  it('an index of the operator reads what its text names, and keeps the key and nothing else', () => {
    const [index] = read(`extend type Product @key(fields: "sku region { code }") { sku: ID! region: Region! } type Region { code: String }
      extend type Product @indexed(index: "products", text: "{name}: {brand.name} of {brand.country}", from: "products")`).indexes;
    if (index === undefined) throw new Error('It has no index.');
    const { selection, keyOf, textOf } = indexedOf(index);
    expect(selection).toBe('name brand { name country }');
    const entity = { sku: '1', region: { code: 'eu', tax: 1 }, name: 'Lamp', brand: { name: 'Kumo', country: null } };
    expect(keyOf(entity)).toEqual({ sku: '1', region: { code: 'eu' } });
    expect(keyOf({ ...entity, region: null })).toBeNull();
    expect(textOf(entity)).toBe('Lamp: Kumo of ');
  });

  it('an index of the operator is told with file and line when its name is taken, its route embeds nothing, or a field looks for another', () => {
    const sdl = `extend type Product @key(fields: "id") {
  id: ID!
  similar: [Product!] @similar(index: "people", text: "{id}") @requiresScopes(scopes: [["ai:use"]])
}
extend type Product @indexed(index: "shop", text: "{id}", from: "products")
extend type Review @key(fields: "id") @indexed(index: "shop", text: "{id}", from: "reviews") { id: ID! }`;
    expect(indexMistakes(config({ collections: { shop: {} }, routes: {} }), read(sdl))).toEqual([
      'shop.graphql:5: Product: the index "shop" has the name of a collection. Give it another.',
      'shop.graphql:5: Product: the index "shop" needs the route "embedding", with a deployment that embeds.',
      'shop.graphql:6: Review: the index "shop" has the name of a collection. Give it another.',
      'shop.graphql:6: Review: there is another index "shop". Give each a name of its own.',
      'shop.graphql:6: Review: the index "shop" needs the route "embedding", with a deployment that embeds.',
      'shop.graphql:3: Product.similar: there is no index "people". Indexes: shop.',
    ]);
    const fine = sdl.replace('"people"', '"shop"').replace(/extend type Review.*/, '');
    expect(indexMistakes(config(), read(fine))).toEqual([]);
  });
});
