/** A contract is a supergraph: both engines leave out what it hides. */
import { type ExecutionResult, type GraphQLSchema, introspectionFromSchema, parse, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { composition } from '../../src/federation/compose/composition.ts';
import { contractSdl } from '../../src/federation/compose/contract.ts';
import { supergraphSchema } from '../../src/federation/supergraph.ts';
import { whenOver } from '../when-over.ts';
import { planner, runOperation } from './run-operation.ts';
import { runSubgraph } from './subgraph-server.ts';

const sdl = `
type Query { items: [Item] parcel: Parcel secret: Secret pick(state: State = HIDDEN): String only(input: Narrow): String }
type Mutation { purge: Boolean @tag(name: "internal") }
union Item = Parcel | Secret
type Parcel @key(fields: "code") { code: ID! @tag(name: "internal") weight: Int state: State }
type Secret @tag(name: "internal") { note: String }
enum State { LIVE HIDDEN @tag(name: "internal") }
input Narrow { token: String! @tag(name: "internal") }
`;
const resolvers = {
  Query: {
    items: () => [
      { __typename: 'Parcel', code: 'a', weight: 3, state: 'LIVE' },
      { __typename: 'Secret', note: 'hush' },
    ],
    parcel: () => ({ code: 'a', weight: 3, state: 'HIDDEN' }),
  },
};
const rates = {
  sdl: 'type Query { rates: Int } type Parcel @key(fields: "code") { code: ID! price: Int }',
  resolvers: { Parcel: { __resolveReference: ({ code }: { readonly code: string }) => ({ code, price: code === 'a' ? 9 : 0 }) } },
};

const hiddenNames = /"(code|secret|Secret|note|HIDDEN|Narrow|token|purge|Mutation)"/g;

let supergraphSdl: string;
beforeAll(async () => {
  const subgraphs = await Promise.all([runSubgraph('shop', sdl, resolvers), runSubgraph('rates', rates.sdl, rates.resolvers)]);
  for (const subgraph of subgraphs) whenOver(() => subgraph.close());
  const composed = composition(subgraphs.map(({ name, url, sdl }) => ({ name, url, sdl })));
  if (!composed.ok) throw new Error(JSON.stringify(composed.problems));
  supergraphSdl = composed.supergraphSdl;
});

describe.each([
  ['the planner', async () => ({ openPlanner: await planner() })],
  ['stitching', async () => ({})],
] as const)('a contract on %s', (_, engine) => {
  let schema: GraphQLSchema;
  beforeAll(async () => {
    schema = supergraphSchema({ supergraphSdl: contractSdl(supergraphSdl, 'public', { excludeTags: ['internal'] }), ...(await engine()) });
  });

  it('has no hidden name in its schema, nor what cannot be used without one', () => {
    const text = JSON.stringify(introspectionFromSchema(schema));
    expect(text.match(hiddenNames)).toBeNull();
    for (const name of ['items', 'parcel', 'pick', 'weight', 'price', 'LIVE']) expect(text).toContain(`"${name}"`);
    for (const name of ['pick', 'only']) expect(schema.getQueryType()?.getFields()[name]?.args).toEqual([]);
  });

  it('asks for entities by a key that it hides, and gives nothing of what is hidden', async () => {
    const document = parse('{ parcel { weight price state } items { __typename ... on Parcel { weight } } }');
    expect(validate(schema, document)).toEqual([]);
    const run = await runOperation({ schema, document, contextValue: {} });
    const { data } = run as ExecutionResult;
    expect(JSON.parse(JSON.stringify(data))).toEqual({
      parcel: { weight: 3, price: 9, state: null },
      items: [{ __typename: 'Parcel', weight: 3 }, null],
    });
  });
});

it('a contract that excludes a tag that nothing carries is the whole graph', () => {
  const whole = supergraphSchema({ supergraphSdl: contractSdl(supergraphSdl, 'whole', { excludeTags: ['none'] }) });
  const text = JSON.stringify(introspectionFromSchema(whole));
  expect(new Set(text.match(hiddenNames))).toEqual(
    new Set(['"code"', '"secret"', '"Secret"', '"note"', '"HIDDEN"', '"Narrow"', '"token"', '"purge"', '"Mutation"']),
  );
});
