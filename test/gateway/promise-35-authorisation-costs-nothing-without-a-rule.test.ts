import { type GraphQLFieldResolver, type GraphQLObjectType, isObjectType } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/access/rules.ts';
import { shielded } from '../../src/access/shield.ts';
import { type SupergraphOptions, supergraphSchema } from '../../src/federation/supergraph.ts';
import { double } from '../doubles.ts';
import { gateway as federated, type TestGateway } from '../federation/gateway.ts';
import { federation2, subgraphSchema } from '../federation/subgraph-server.ts';
import { type Teams, teams } from './teams.ts';

const people = {
  sdl: `type Query { people: [Person!]! count: Int }
    type Person @key(fields: "id") { id: ID! name: String! email: String @requiresScopes(scopes: [["ai:usage"]]) boss: Person address: Address }
    type Address { town: String street: String @authenticated }`,
  resolvers: {
    Query: { people: () => ['1', '2', '3'].map(person), count: () => 3 },
    Person: { __resolveReference: ({ id }: { id: string }) => person(id), boss: () => person('9') },
  },
};
function person(id: string) {
  return { id, name: `Person ${id}`, email: `${id}@example.org`, address: { town: 'Town', street: 'Street' } };
}

const provider = double('model', async function* () {
  yield { type: 'text', text: 'A sum.' };
  yield { type: 'finish', reason: 'stop' };
});

describe('authorisation costs nothing on fields that carry no rule', () => {
  let graph: Teams;
  /** Coordinates of the AI fields whose rule was looked at, whoever looked. */
  const looked: string[] = [];
  /** Coordinates of the fields of other teams whose rule the supergraph asked for. */
  const asked: string[] = [];
  let others: TestGateway;
  beforeAll(async () => {
    graph = await teams({
      remote: { people },
      fields: `extend type Person @key(fields: "id") { id: ID! name: String!
        praise: String @completion(prompt: "Praise {name}", maxInputTokens: 400, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`,
      provider,
    });
    if (graph.gateway.aiSchema === null) throw new Error('There is no AI schema.');
    for (const [coordinate, rule] of rulesOf(graph.gateway.aiSchema)) {
      const { scopes } = rule;
      Object.defineProperty(rule, 'scopes', {
        get: () => {
          looked.push(coordinate);
          return scopes;
        },
      });
    }
    others = await federated({
      remote: { people },
      options: {
        authorize: (_, { coordinate }) => {
          asked.push(coordinate);
          return null;
        },
      },
    });
  });
  afterAll(() => others.close());
  beforeEach(() => {
    looked.length = 0;
    asked.length = 0;
  });

  it.each([
    '{ people { id name boss { name address { town } } } count }',
    '{ people { ...P boss { ...P } } } fragment P on Person { name address { town } }',
    '{ __schema { types { name } } }',
  ])('nobody is judged for %s', async (query) => {
    const { data, errors } = await graph.gateway.ask(query);
    expect(errors).toBeUndefined();
    expect(data).toBeTruthy();
    expect((await others.queryOnce(query, {})).errors).toBeUndefined();
    expect({ looked, asked }).toEqual({ looked: [], asked: [] });
  });

  it('a rule of another team is asked once in an operation, not once for each entity', async () => {
    const { data, errors } = await others.queryOnce('{ people { email boss { email } } }', {});
    expect(errors).toBeUndefined();
    expect(data?.['people']).toHaveLength(3);
    expect(asked).toEqual(['Person.email']);
    expect((await graph.gateway.ask('{ people { email boss { email } } }')).errors).toBeUndefined();
    expect(looked).toEqual([]);
  });

  it('the rule of an AI field is asked for that field alone', async () => {
    const { errors } = await graph.gateway.ask('{ people { id name praise boss { name } } }');
    expect(errors).toBeUndefined();
    expect(new Set(looked)).toEqual(new Set(['Person.praise']));
  });

  it('in the AI subgraph a field without a rule keeps the very resolver it had', () => {
    const sdl = `${federation2} type Query { open: String shut: String @authenticated list: [Thing!]! } type Thing { name: String secret: String @requiresScopes(scopes: [["x"]]) }`;
    const resolvers = { Query: { open: () => 'open', shut: () => 'shut', list: () => [{ name: 'n' }] } };
    const [plain, guarded] = [subgraphSchema(sdl, resolvers), shielded(subgraphSchema(sdl, resolvers))];
    const resolverOf = (schema: typeof plain, type: string, field: string): GraphQLFieldResolver<unknown, unknown> | undefined =>
      (schema.getType(type) as GraphQLObjectType).getFields()[field]?.resolve;
    for (const [type, field, same] of [
      ['Query', 'open', true],
      ['Query', 'list', true],
      ['Thing', 'name', true],
      ['Query', 'shut', false],
      ['Thing', 'secret', false],
    ] as const) {
      expect(resolverOf(guarded, type, field) === resolverOf(plain, type, field), `${type}.${field}`).toBe(same);
    }
  });

  it('by the portable engine, a leaf without a rule is resolved as if there were no rules; without rules everything is', async () => {
    const ruleless = people.sdl.replaceAll(/@(authenticated|requiresScopes\(.*?\]\))/g, '');
    expect(ruleless).not.toContain('@requires');
    const served = await federated({ remote: { people }, options: { authorize: () => null } });
    const open = await federated({ remote: { people: { ...people, sdl: ruleless } }, options: { authorize: () => null } });
    const resolvers = (
      { supergraphSdl }: typeof served,
      options: Partial<SupergraphOptions> = { authorize: () => null },
    ): Map<string, string> =>
      new Map(
        Object.values(supergraphSchema({ supergraphSdl, ...options }).getTypeMap()).flatMap((type) =>
          isObjectType(type) && !type.name.startsWith('_')
            ? Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, String(field.resolve)] as const)
            : [],
        ),
      );
    const other = resolvers(open);
    const wrapped = [...resolvers(served)].filter(([coordinate, text]) => other.get(coordinate) !== text).map(([coordinate]) => coordinate);
    // Beside the fields with a rule, those that may have one below them.
    expect(wrapped.sort()).toEqual(['Address.street', 'Person.address', 'Person.boss', 'Person.email', 'Query.people']);
    expect(resolvers(open, {})).toEqual(other);
    for (const one of [served, open]) await one.close();
  });
});
