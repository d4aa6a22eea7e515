import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { composeServices } from '@theguild/federation-composition';
import {
  execute,
  type GraphQLNamedType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  parse,
  print,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/access/rules.ts';
import { aiResolvers, aiSchema, aiTypeDefs } from '../../src/graphql/ai-schema.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { context, gateway, principal, says } from './fakes.ts';

const { schema, services } = gateway(says('Hi.'));
const ours = (type: GraphQLNamedType): boolean =>
  !isIntrospectionType(type) && !isSpecifiedScalarType(type) && !/^(_|link__|federation__)/.test(type.name);
const roots = ['Query', 'Mutation', 'Subscription'];

function* elements(of: GraphQLSchema): Generator<{ readonly name: string; readonly description: string | null | undefined }> {
  for (const type of Object.values(of.getTypeMap())) {
    if (!ours(type)) continue;
    yield type;
    if (isEnumType(type)) for (const value of type.getValues()) yield { ...value, name: `${type.name}.${value.name}` };
    if (isInputObjectType(type))
      for (const field of Object.values(type.getFields())) yield { ...field, name: `${type.name}.${field.name}` };
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name.startsWith('_')) continue;
      yield { ...field, name: `${type.name}.${field.name}` };
      for (const arg of field.args) yield { ...arg, name: `${type.name}.${field.name}(${arg.name}:)` };
    }
  }
  for (const directive of of.getDirectives()) {
    if (!['completion', 'embedding', 'similar', 'answer', 'indexed'].includes(directive.name)) continue;
    yield { ...directive, name: `@${directive.name}` };
    for (const arg of directive.args) yield { ...arg, name: `@${directive.name}(${arg.name}:)` };
  }
}

describe('the schema', () => {
  it('the schema describes every type, field, argument, value and input with a sentence', () => {
    const all = [...elements(schema)];
    expect(all.length).toBeGreaterThan(350);
    const bare = all.filter(({ description }) => (description ?? '').length < 8 || !/[.:)]$/.test(description ?? ''));
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  it('the schema keeps every name of the contract', () => {
    const contract = [
      'completion',
      'completionById',
      'embedding',
      'aiSearch',
      'aiAnswer',
      'aiCollections',
      'aiQuote',
      'aiUsage',
      'aiViewer',
      'aiRoutes',
    ];
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(expect.arrayContaining(contract));
    expect(Object.keys(schema.getMutationType()?.getFields() ?? {}).toSorted()).toEqual(
      expect.arrayContaining([
        'cancelCompletion',
        'complete',
        'createAiKey',
        'deleteSource',
        'ingest',
        'rateCompletion',
        'revokeAiKey',
        'startCompletion',
      ]),
    );
    expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).toSorted()).toEqual([
      'aiActivity',
      'aiAnswerStream',
      'aiBudgetWarnings',
      'completionEvents',
      'completionStream',
      'ingestion',
    ]);
  });

  it("the schema keeps AI roots nullable, so that a failure never nulls another team's data", () => {
    const query = schema.getQueryType()?.getFields() ?? {};
    for (const name of ['completion', 'embedding', 'aiSearch', 'aiAnswer']) expect(String(query[name]?.type), name).not.toMatch(/!$/);
  });

  it("the schema composes with another team's subgraph", () => {
    const products = parse(`
      extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
      type Query { product(id: ID!): Product }
      type Product @key(fields: "id") { id: ID! name: String }`);
    const composed = composeServices([
      { name: 'ai', typeDefs: aiTypeDefs(), url: 'local://ai' },
      { name: 'products', typeDefs: products, url: 'http://products.example/graphql' },
    ]);
    expect(composed.errors?.map(({ message }) => message)).toBeUndefined();
    expect(composed.supergraphSdl).toContain('type Product');
  });

  it('the schema serves its own SDL to a composer', async () => {
    const { ask } = gateway(says('Hi.'));
    const { data } = await ask('{ _service { sdl } }');
    const sdl = (data as unknown as { readonly _service: { readonly sdl: string } })._service.sdl;
    const composed = composeServices([{ name: 'ai', typeDefs: parse(sdl), url: 'local://ai' }]);
    expect(composed.errors?.map(({ message }) => message)).toBeUndefined();
  });

  it('the schema never gives one field name two types across the members of a union or interface', () => {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!('resolveType' in type) || type.name.startsWith('_')) continue;
      const seen = new Map<string, string>();
      for (const member of schema.getPossibleTypes(type)) {
        for (const field of Object.values(member.getFields())) {
          const kind = String(field.type);
          expect(`${field.name}: ${seen.get(field.name) ?? kind}`, `${type.name} / ${member.name}`).toBe(`${field.name}: ${kind}`);
          seen.set(field.name, kind);
        }
      }
    }
  });
});

it('the AI schema has resolver types that are generated from it as it is now', async () => {
  const check = promisify(execFile)(process.execPath, ['node_modules/@graphql-codegen/cli/cjs/bin.js', '--check']);
  await expect(check).resolves.toMatchObject({ stdout: expect.any(String) });
});

describe('the resolvers', () => {
  const resolvers = aiResolvers(services) as unknown as Record<string, Record<string, unknown>>;

  it('the resolvers name only what the schema has', () => {
    const strange = Object.entries(resolvers).flatMap(([name, fields]) => {
      const type = schema.getType(name);
      if (type === undefined) return [name];
      if (isScalarType(type)) return [];
      const known = isObjectType(type) ? Object.keys(type.getFields()) : [];
      return Object.keys(fields)
        .filter((field) => !field.startsWith('__') && !known.includes(field))
        .map((field) => `${name}.${field}`);
    });
    expect(strange).toEqual([]);
  });

  it('the resolvers are there for every root field', () => {
    const missing = roots.flatMap((root) => {
      const type = schema.getType(root);
      const fields = isObjectType(type) ? Object.keys(type.getFields()) : [];
      return fields.filter((field) => !field.startsWith('_') && resolvers[root]?.[field] === undefined).map((field) => `${root}.${field}`);
    });
    expect(missing).toEqual([]);
  });

  it('the resolvers are there for every scalar, union and interface whose value does not name its type', () => {
    const missing = Object.values(schema.getTypeMap())
      .filter((type) => ours(type) && (isScalarType(type) || 'resolveType' in type))
      .filter((type) => resolvers[type.name] === undefined && type.name !== 'Failure')
      .map(({ name }) => name);
    expect(missing).toEqual([]);
  });

  it('the resolvers give a subscription field a source and no resolver, so that its rule comes before the call', () => {
    for (const field of Object.values(schema.getSubscriptionType()?.getFields() ?? {})) {
      expect(typeof field.subscribe, field.name).toBe('function');
      expect(field.resolve, field.name).toBeUndefined();
    }
  });
});

describe('the rules', () => {
  const rules = rulesOf(schema);
  const rootFields = roots.flatMap((root) => {
    const type = schema.getType(root);
    const fields = isObjectType(type) ? Object.values(type.getFields()) : [];
    return fields.filter(({ name }) => !name.startsWith('_')).map((field) => ({ coordinate: `${root}.${field.name}`, field }));
  });

  it.each(rootFields)('the rules refuse $coordinate to a caller who has not been given anything', async ({ coordinate, field }) => {
    const nobody = context(principal({ kind: 'anonymous', scopes: [] }));
    const resolve = field.subscribe ?? field.resolve;
    const result: unknown = await resolve?.({}, {}, nobody, {} as GraphQLResolveInfo);
    expect(result).toMatchObject({ message: expect.stringContaining(coordinate), extensions: { code: 'UNAUTHENTICATED' } });
  });

  it('the rules stand at every entity, which _entities reaches without passing a field', () => {
    const entities = [...print(aiTypeDefs()).matchAll(/^type (\w+)[^{]*@key/gm)];
    expect(entities.length).toBeGreaterThan(1);
    for (const [, name] of entities) expect(rules.has(name ?? ''), name).toBe(true);
  });
});

it("the AI schema takes an operator's fields on other teams' entities, under their own rules", async () => {
  const part = {
    typeDefs: parse('type Product @key(fields: "id") { id: ID! summary: String @requiresScopes(scopes: [["ai:use"]]) }'),
    resolvers: { Product: { __resolveReference: (reference: unknown) => reference, summary: () => 'Short.' } },
  };
  const withProducts = aiSchema(services, part);
  const document = parse('{ _entities(representations: [{ __typename: "Product", id: "1" }]) { ... on Product { id summary } } }');
  const ask = (contextValue: OperationContext) => execute({ schema: withProducts, document, contextValue });
  expect((await ask(context())).data).toEqual({ _entities: [{ id: '1', summary: 'Short.' }] });
  const refused = await ask(context(principal({ scopes: [] })));
  expect(refused.data).toEqual({ _entities: [{ id: '1', summary: null }] });
  expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
});
