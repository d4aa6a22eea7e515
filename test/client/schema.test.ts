/** The client's own text, held to the schema: nothing generates it. */
import { globSync, readFileSync } from 'node:fs';
import { buildASTSchema, type GraphQLSchema, isAbstractType, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as documents from '../../src/client/completion-documents.ts';
import { possibleTypes } from '../../src/client/interface-members.ts';

const sdl = globSync('schema/*.graphql').map((file) => readFileSync(file, 'utf8'));
const schema: GraphQLSchema = buildASTSchema(parse(sdl.join('\n')), { assumeValid: true });

describe('the client and the schema', () => {
  it.each(Object.entries(documents))('the client and the schema agree on the operation %s', (_, text) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });

  it('possibleTypes names every interface and union of the AI schema, with its members', () => {
    const own = Object.values(schema.getTypeMap()).filter((type) => isAbstractType(type) && !type.name.startsWith('_'));
    expect(possibleTypes).toEqual(
      Object.fromEntries(own.map((type) => [type.name, isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : []])),
    );
  });
});
