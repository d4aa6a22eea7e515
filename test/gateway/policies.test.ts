/** `@policy` by functions of the configuration, over real HTTP. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import type { Policies, PolicyContext } from '../../src/server/policy-judge.ts';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { startGateway, temporaryFolder, whenOver } from '../harness.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", { name: "@policy", as: "@rule" }])';
const sdl = `${link}
type Query {
  open: String
  vault: String @rule(policies: [["owner"]])
  either: String @rule(policies: [["owner", "day"], ["admin"]])
  things: [Thing]
  grade: Grade
}
interface Thing @key(fields: "id") { id: ID! worth: Int }
type Ring implements Thing @key(fields: "id") { id: ID! worth: Int @rule(policies: [["owner"]]) }
type Cup implements Thing @key(fields: "id") { id: ID! worth: Int }
enum Grade @rule(policies: [["admin"]]) { A B }
`;
const resolvers = {
  Query: {
    open: () => 'open',
    vault: () => 'vault',
    either: () => 'either',
    grade: () => 'A',
    things: () => [
      { __typename: 'Ring', id: '1', worth: 7 },
      { __typename: 'Cup', id: '2', worth: 3 },
    ],
  },
};

async function guarded(policies: Policies | undefined, rest: object = {}, options: object = {}) {
  const vault = await runSubgraph('vault', sdl, resolvers, { version1: true });
  whenOver(() => vault.close());
  const subgraphs = [{ name: 'vault', url: vault.url }];
  const gateway = await startGateway({ graph: { subgraphs, ...(policies === undefined ? {} : { policies }), ...rest } }, options);
  vault.asked.length = 0;
  return { gateway, vault };
}

const all = { owner: () => true, day: () => true, admin: () => true };

describe('a field under a policy', () => {
  it('a field under a policy is given to whom its function lets have it, and is else null with FORBIDDEN, and not fetched', async () => {
    const seen: [Principal, PolicyContext][] = [];
    const owner = (principal: Principal, context: PolicyContext) => {
      seen.push([principal, context]);
      return context.headers['x-owner'] === 'yes';
    };
    const { gateway, vault } = await guarded({ ...all, owner });
    const query = 'query Look { open vault }';
    expect(await gateway.ask(query, {}, { headers: { 'x-owner': 'yes', 'apollographql-client-name': 'web' } })).toMatchObject({
      data: { open: 'open', vault: 'vault' },
    });
    const refused = await gateway.ask(query);
    expect(refused).toMatchObject({
      data: { open: 'open', vault: null },
      errors: [{ path: ['vault'], extensions: { code: 'FORBIDDEN' }, message: expect.stringContaining('Query.vault is under a policy') }],
    });
    expect(vault.asked.filter((asked) => asked.query.includes('vault'))).toHaveLength(1);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toMatchObject([{ kind: 'key' }, { operationName: 'Look', client: 'web', signal: expect.any(AbortSignal) }]);
  });

  it.each([
    [{ owner: true, day: true, admin: false }, 'either'],
    [{ owner: true, day: false, admin: false }, null],
    [{ owner: false, day: false, admin: true }, 'either'],
  ])('a field under a policy needs all of one of its lists: with %j it is %j', async (holds, value) => {
    const { gateway } = await guarded(Object.fromEntries(Object.entries(holds).map(([name, held]) => [name, async () => held])));
    expect((await gateway.ask('{ either }')).data).toEqual({ either: value });
  });

  it('a field under a policy is guarded where it is met through an interface, and so is a field of a guarded enum', async () => {
    const { gateway } = await guarded({ ...all, owner: () => false, admin: () => false });
    const { data, errors = [] } = await gateway.ask('{ things { id worth } grade }');
    expect(data).toEqual({
      things: [
        { id: '1', worth: null },
        { id: '2', worth: 3 },
      ],
      grade: null,
    });
    expect(errors.map(({ path }) => path)).toEqual(expect.arrayContaining([['things', 0, 'worth'], ['grade']]));
  });

  it('a field under a policy is denied by a function that throws, and the log has the cause', async () => {
    const lines: string[] = [];
    const note = (event: string, fields: object = {}): void =>
      void lines.push(`${event} ${JSON.stringify({ ...fields, err: String((fields as { err?: unknown }).err) })}`);
    const log = { debug: note, info: note, warn: note, error: note };
    const { gateway } = await guarded({ ...all, owner: () => Promise.reject(new Error('The directory is down.')) }, {}, { log });
    expect(await gateway.ask('{ vault open }')).toMatchObject({
      data: { vault: null, open: 'open' },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    expect(lines.filter((line) => line.includes('a policy failed'))).toEqual([
      expect.stringMatching(/"policy":"owner".*The directory is down/),
    ]);
  });

  it('a field under a policy asks each function once per operation, and none where nothing is under a policy', async () => {
    let asked = 0;
    const owner = (): boolean => {
      asked += 1;
      return true;
    };
    const { gateway } = await guarded({ ...all, owner });
    await gateway.ask('{ open }');
    expect(asked).toBe(0);
    await gateway.ask('{ vault again: vault things { worth ... on Ring { mine: worth } } }');
    expect(asked).toBe(1);
  });

  it('a field under a policy passes its policy on to an AI field that reads it', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'ai.graphql'),
      `type Ring @key(fields: "id") { id: ID! worth: Int story: String @completion(prompt: "Tell of {worth}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`,
    );
    const query = '{ things { ... on Ring { id story } } }';
    const ask = async (owner: boolean) => {
      const { gateway } = await guarded({ ...all, owner: () => owner }, { fields: ['ai.graphql'] }, { folder });
      expect(gateway.graph.status().reasons).toEqual([]);
      return gateway.ask(query);
    };
    expect((await ask(true)).data.things[0]).toEqual({ id: '1', story: expect.any(String) });
    expect(await ask(false)).toMatchObject({
      data: { things: [{ id: '1', story: null }, {}] },
      errors: [{ extensions: { code: 'FORBIDDEN' } }],
    });
  });
});

it('a supergraph with a policy that has no function is not served, and the reason names it', async () => {
  const { gateway } = await guarded({ owner: () => true, day: () => true });
  expect(gateway.graph.status()).toMatchObject({
    ready: false,
    reasons: [
      expect.stringMatching(
        /^@policy names what this gateway has no function for, so the supergraph is not served: "admin" \(Query\.\w+\)\. Add it to graph\.policies/,
      ),
    ],
  });
});
