import { buildSchema, type OperationDefinitionNode, parse } from 'graphql';
import { expect, it } from 'vitest';
import { noteSource, takeExact } from '../../src/core/json/exact-source.ts';
import { markResolvedHere } from '../../src/graphql/resolved-here.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { graphqlEngine } from '../../src/server/engine.ts';

const sdl = 'type Query { half(of: Float): Float } type Subscription { halves(of: Float): Float }';
const text = '{"variables":{"of":0.1234567890123456789}}';

it.each([
  ['query ($of: Float) { half(of: $of) }', 'our own subgraph', true],
  ['query ($of: Float) { half(of: $of) }', 'a graph of several subgraphs', false],
  ['subscription ($of: Float) { halves(of: $of) }', 'our own subgraph', true],
])('the text of a request is in nobody’s memory while it is answered: %s, by %s', async (query, _, isOurs) => {
  const schema = buildSchema(sdl);
  const [halves] = Object.values(schema.getSubscriptionType()?.getFields() ?? {});
  if (halves !== undefined) halves.subscribe = async function* () {};
  const document = parse(query);
  const [operation] = document.definitions as readonly OperationDefinitionNode[];
  if (operation === undefined) throw new Error('The document has no operation.');
  const { variables } = JSON.parse(text) as { readonly variables: Readonly<Record<string, unknown>> };
  noteSource(variables, text, ['variables']);
  const bound = graphqlEngine(() => (isOurs ? markResolvedHere(schema) : schema))({} as OperationContext, document);
  await bound.execute({ document, operation, operationName: null, variables, coerced: variables });
  expect(takeExact(variables)).toBeNull();
});
