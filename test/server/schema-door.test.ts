import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { chooseSchema, openGraphDoor } from '../../src/server/schema-door.ts';

const graph = buildSchema('type Query { hello: String }');
const status = { ready: true, reasons: ['The newest SDL does not compose.'], composedAt: 1, subgraphs: [] };

it('a document is refused with MODEL_UNAVAILABLE until a graph has been composed', () => {
  const choose = chooseSchema({ schema: () => null, contract: () => null }, null);
  expect(() => choose(parse('{ hello }'))).toThrow(expect.objectContaining({ code: 'MODEL_UNAVAILABLE' }));
});

it('a document runs on the graph that is served at that moment', () => {
  let now = graph;
  const choose = chooseSchema({ schema: () => now, contract: () => null }, null);
  expect(choose(parse('{ hello }'))).toBe(graph);
  now = buildSchema('type Query { hello: Int }');
  expect(choose(parse('{ hello }'))).toBe(now);
});

it('a gateway with an older graph is ready and says why, and one whose stores fail is not ready', async () => {
  const served = { graph: { schema: () => graph, status: () => status }, own: null } as never;
  const door = (problems: string[]) => openGraphDoor(() => served, { problems: async () => problems });
  expect(await door([]).ready()).toEqual({ ready: true, reasons: status.reasons });
  expect(await door(['The ledger cannot be written.']).ready()).toMatchObject({ ready: false });
});
