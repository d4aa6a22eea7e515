import { expect, it } from 'vitest';
import { withInheritedAuth } from '../../src/fields/inherited-auth.ts';
import { readFields } from '../../src/fields/read-fields.ts';

const own = readFields([
  {
    file: 'ai.graphql',
    sdl: `extend type Product @key(fields: "id") { id: ID! description: String owner: Owner
      summary: String @completion(prompt: "{description}", maxInputTokens: 9, maxOutputTokens: 9) @requiresScopes(scopes: [["ai:use"]])
      about: String @completion(prompt: "{owner.name}", maxInputTokens: 9, maxOutputTokens: 9) @requiresScopes(scopes: [["ai:use"], ["admin"]])
      fixed: String @completion(prompt: "{id}", maxInputTokens: 9, maxOutputTokens: 9) @requiresScopes(scopes: [["ai:use"]]) }
      extend type Owner @key(fields: "id") { id: ID! name: String }`,
  },
]);
const inherited = (other: string): string => withInheritedAuth(own.sdl, own.reads, [other]).replace(/\s+/g, ' ');

it('an AI field gets the scopes of the fields that its prompt reads', () => {
  const sdl = inherited(
    'type Product { description: String @requiresScopes(scopes: [["shop:read"], ["shop:all"]]) owner: Owner } type Owner { name: String }',
  );
  expect(sdl).toContain(
    'summary: String @requires(fields: "description") @requiresScopes(scopes: [["ai:use", "shop:read"], ["ai:use", "shop:all"]])',
  );
  expect(sdl).toContain('fixed: String @requiresScopes(scopes: [["ai:use"]])');
});

it('an AI field gets the guards of the types on the way to what its prompt reads', () => {
  const sdl = inherited(
    'type Product { description: String owner: Owner } type Owner @federation__authenticated { name: String @requiresScopes(scopes: [["people"]]) }',
  );
  expect(sdl).toContain('@authenticated @requiresScopes(scopes: [["ai:use", "people"], ["admin", "people"]])');
});

it('the SDL of AI fields stays as it is where nothing is guarded', () => {
  expect(withInheritedAuth(own.sdl, own.reads, ['type Product { description: String }'])).toBe(own.sdl);
});
