import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import type { Authorize } from '../../src/federation/authorization.ts';
import { gateway, type TestGateway } from './gateway.ts';

interface Caller {
  readonly scopes: readonly string[] | null;
}

const authorize: Authorize = (context, { coordinate, authenticated, scopes }) => {
  const held = (context as Caller).scopes;
  if (held === null)
    return authenticated || scopes.length > 0 ? new GatewayError('UNAUTHENTICATED', `${coordinate} needs credentials.`) : null;
  const holds = scopes.every((any) => any.some((all) => all.every((scope) => held.includes(scope))));
  return holds ? null : new GatewayError('FORBIDDEN', `${coordinate} needs another scope.`);
};

describe('@authenticated and @requiresScopes of remote subgraphs', () => {
  let graph: TestGateway;
  beforeAll(async () => {
    graph = await gateway({
      remote: {
        people: {
          sdl: `type Query { people: [Person!]! things: [Thing] account: Account secrets: Vault public: String nodes: [Node!]! found: [Found!]! }
            interface Node { id: ID! label: String }
            type Person implements Node @key(fields: "id") { id: ID! label: String name: String! email: String @requiresScopes(scopes: [["mail", "read"], ["admin"]]) boss: Person }
            type Robot implements Node @key(fields: "id") { id: ID! label: String @authenticated }
            union Found = Person | Vault
            interface Thing { id: ID } type Open implements Thing { id: ID } type Shut implements Thing @authenticated { id: ID }
            type Account { owner: Person! iban: String! @authenticated }
            type Vault @requiresScopes(scopes: [["admin"]]) { door: String }`,
          resolvers: {
            Query: {
              people: () => [
                { id: '1', name: 'Ada', label: 'ada', email: 'ada@example.org', boss: { id: '2', name: 'Bo', email: 'bo@example.org' } },
              ],
              account: () => ({ owner: { id: '1', name: 'Ada', email: 'ada@example.org' }, iban: 'X1' }),
              secrets: () => ({ door: 'green' }),
              public: () => 'yes',
              nodes: () => [
                { __typename: 'Person', id: '1', label: 'ada' },
                { __typename: 'Robot', id: 'r', label: 'r2' },
              ],
              things: () => [
                { __typename: 'Open', id: '1' },
                { __typename: 'Shut', id: '2' },
              ],
              found: () => [
                { __typename: 'Person', id: '1', name: 'Ada' },
                { __typename: 'Vault', door: 'green' },
              ],
            },
            Person: { __resolveReference: ({ id }: { id: string }) => ({ id, name: 'Ada' }) },
          },
        },
        pay: {
          sdl: `type Person @key(fields: "id") { id: ID! salary: Int @requiresScopes(scopes: [["hr"]]) grade: String }`,
          resolvers: { Person: { salary: () => 5, grade: () => 'A' } },
        },
      },
      options: { authorize },
    });
  });
  afterAll(() => graph.close());
  beforeEach(() => {
    for (const subgraph of Object.values(graph.subgraphs)) subgraph.asked.length = 0;
  });

  const asked = (): string =>
    Object.values(graph.subgraphs)
      .flatMap((subgraph) => subgraph.asked.map(({ query }) => query))
      .join('\n');

  it('a graph with @authenticated and @requiresScopes gives everything to who may have it', async () => {
    const result = await graph.query('{ people { name email salary } secrets { door } }', {}, { scopes: ['admin', 'hr'] });
    expect(result).toEqual({ data: { people: [{ name: 'Ada', email: 'ada@example.org', salary: 5 }], secrets: { door: 'green' } } });
  });

  it('a graph with @authenticated and @requiresScopes accepts any of the lists of scopes, each whole', async () => {
    await expect(graph.query('{ people { email } }', {}, { scopes: ['mail', 'read'] })).resolves.not.toHaveProperty('errors');
    await expect(graph.query('{ people { email } }', {}, { scopes: ['mail'] })).resolves.toMatchObject({
      data: { people: [{ email: null }] },
    });
  });

  it('a graph with @authenticated and @requiresScopes makes a denied field null with a coded error at its path, and fetches nothing for it', async () => {
    const result = await graph.query('{ people { name email salary boss { email } } }', {}, { scopes: [] });
    expect(result.data).toEqual({ people: [{ name: 'Ada', email: null, salary: null, boss: { email: null } }] });
    expect(result.errors?.map(({ path }) => path)).toEqual([
      ['people', 0, 'email'],
      ['people', 0, 'salary'],
      ['people', 0, 'boss', 'email'],
    ]);
    expect(asked()).not.toMatch(/email|salary/);
    expect(graph.subgraphs['pay']?.asked).toEqual([]);
  });

  it('a graph with @authenticated and @requiresScopes lets null bubble from a denied field that cannot be null', async () => {
    const result = await graph.query('{ public account { iban owner { name } } }', {}, { scopes: null });
    expect(result).toMatchObject({ data: { public: 'yes', account: null }, errors: [{ path: ['account', 'iban'] }] });
  });

  it('a graph with @authenticated and @requiresScopes refuses a field whose type is guarded', async () => {
    const result = await graph.query('{ secrets { door } public }', {}, { scopes: [] });
    expect(result).toMatchObject({ data: { secrets: null, public: 'yes' }, errors: [{ path: ['secrets'] }] });
    expect(asked()).not.toMatch(/secrets/);
  });

  it('a graph with @authenticated and @requiresScopes denies it in fragments, under aliases and behind variables too', async () => {
    const query = `query($on: Boolean!) { people { ...P ... on Person @include(if: $on) { mail: email } } } fragment P on Person { pay: salary grade }`;
    const result = await graph.query(query, { on: true }, { scopes: [] });
    expect(result.data).toEqual({ people: [{ pay: null, grade: 'A', mail: null }] });
    expect(asked()).not.toMatch(/email|salary/);
  });

  it('a graph with @authenticated and @requiresScopes asks through an interface only of the members that may be seen', async () => {
    const result = await graph.query('{ nodes { id label } }', {}, { scopes: null });
    expect(result.data).toEqual({
      nodes: [
        { id: '1', label: 'ada' },
        { id: 'r', label: null },
      ],
    });
    expect(result.errors).toMatchObject([{ path: ['nodes', 1, 'label'] }]);
    expect(asked()).toMatch(/\.\.\. ?on Person/);
  });

  it('a graph with @authenticated and @requiresScopes keeps the open members of an interface open when another is guarded', async () => {
    const result = await graph.query('{ things { id } }', {}, { scopes: null });
    expect(result).toMatchObject({ data: { things: [{ id: '1' }, { id: null }] }, errors: [{ path: ['things', 1, 'id'] }] });
  });

  it('a graph with @authenticated and @requiresScopes denies the fields of a guarded member of a union', async () => {
    const result = await graph.query('{ found { __typename ... on Person { name } ... on Vault { door } } }', {}, { scopes: [] });
    expect(result.data).toEqual({
      found: [
        { __typename: 'Person', name: 'Ada' },
        { __typename: 'Vault', door: null },
      ],
    });
    expect(asked()).not.toMatch(/door/);
  });
});
