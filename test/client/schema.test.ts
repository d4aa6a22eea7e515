/** The client's own text, held to the schema: nothing generates it. */
import { globSync, readFileSync } from 'node:fs';
import { InMemoryCache } from '@apollo/client';
import { buildASTSchema, type GraphQLSchema, getNamedType, isAbstractType, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import * as documents from '../../src/client/completion-documents.ts';
import { possibleTypes, typePolicies } from '../../src/client/interface-members.ts';

const sdl = globSync('schema/*.graphql').map((file) => readFileSync(file, 'utf8'));
const schema: GraphQLSchema = buildASTSchema(parse(sdl.join('\n')), { assumeValid: true });

describe('the client and the schema', () => {
  it.each(Object.entries(documents))('the client and the schema agree on the operation %s', (_, text) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });

  it('typePolicies names every subscription whose events carry pieces of a completion', () => {
    const subscriptions = Object.values(schema.getSubscriptionType()?.getFields() ?? {});
    const inPieces = subscriptions.filter(({ type }) => getNamedType(type).name === 'CompletionEvent').map(({ name }) => name);
    expect(Object.keys(typePolicies.Subscription.fields).toSorted()).toEqual(inPieces.toSorted());
    expect(
      new InMemoryCache({ possibleTypes, typePolicies }).policies.getMergeFunction('Subscription', 'completionStream', undefined),
    ).toBeDefined();
  });

  it('possibleTypes names every interface and union of the AI schema, with its members', () => {
    const own = Object.values(schema.getTypeMap()).filter((type) => isAbstractType(type) && !type.name.startsWith('_'));
    expect(possibleTypes).toEqual(
      Object.fromEntries(own.map((type) => [type.name, isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : []])),
    );
  });
});
