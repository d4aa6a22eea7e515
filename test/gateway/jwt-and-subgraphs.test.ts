/** What the token of a configured issuer is to the subgraphs of other teams: its scopes open their fields, and it goes to those alone that are sent it. */
import { beforeAll, expect, it } from 'vitest';
import { keyDesk } from '../../src/access/issue-keys.ts';
import { audience } from '../access/jwt/issuer-rules.ts';
import { type IssuerServer, startIssuer } from '../access/jwt/issuer-server.ts';
import { type RunningSubgraph, runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, startGateway, type TestGateway, whenOver } from '../harness.ts';

const sdl = (name: string): string => `type Query {
  ${name}Me: String
  ${name}Known: String @authenticated
  ${name}Staff: String @requiresScopes(scopes: [["shop:staff"]])
}`;
const resolvers = (name: string) => ({
  Query: {
    [`${name}Me`]: (_: unknown, __: unknown, { headers }: { readonly headers: Record<string, string> }) =>
      headers['authorization'] ?? 'nobody',
    [`${name}Known`]: () => 'known',
    [`${name}Staff`]: () => 'staff',
  },
});

let login: IssuerServer;
let gateway: TestGateway;
beforeAll(async () => {
  login = await startIssuer();
  const running: RunningSubgraph[] = [];
  for (const name of ['shop', 'mail']) running.push(await runSubgraph(name, sdl(name), resolvers(name)));
  whenOver(async () => {
    for (const subgraph of running) await subgraph.close();
  });
  const [shop, mail] = running.map(({ url }) => url);
  gateway = await startGateway({
    ...plainConfig,
    issuers: {
      login: {
        ...{ issuer: login.url, audiences: [audience], teamClaim: 'team', scopesClaim: 'scope' },
        scopesByValue: { staff: ['shop:staff', 'ai:use'] },
      },
    },
    graph: {
      subgraphs: [
        { name: 'shop', url: shop ?? '', forwardHeaders: ['authorization'] },
        { name: 'mail', url: mail ?? '' },
      ],
    },
    server: { development: false },
  });
});

const asked = (key: string | null) => gateway.ask('{ shopMe mailMe shopKnown mailKnown shopStaff mailStaff }', {}, { key });

it('the scopes of a token open the fields of other teams that require them, and what it has not stays closed', async () => {
  const [staff, guest] = [await login.sign({ sub: 'ann', scope: 'staff' }), await login.sign({ sub: 'bob' })];
  expect((await asked(staff)).data).toMatchObject({ shopKnown: 'known', mailKnown: 'known', shopStaff: 'staff', mailStaff: 'staff' });
  const refused = await asked(guest);
  expect(refused.data).toMatchObject({ shopKnown: 'known', mailKnown: 'known', shopStaff: null, mailStaff: null });
  expect(refused.errors).toMatchObject([
    { path: ['shopStaff'], extensions: { code: 'FORBIDDEN' } },
    { path: ['mailStaff'], extensions: { code: 'FORBIDDEN' } },
  ]);
});

it('the token of a caller reaches the subgraph whose configuration forwards it, and no other one; a key of the gateway reaches none', async () => {
  const token = await login.sign({ sub: 'ann', scope: 'staff' });
  expect((await asked(token)).data).toMatchObject({ shopMe: `Bearer ${token}`, mailMe: 'nobody' });
  const limits = { routes: null, monthlyBudget: null, requestsPerMinute: null, expiresAt: null };
  const { secret } = await keyDesk(gateway.storage.keys).issue({ name: 'web', team: 'web', scopes: ['ai:use'], ...limits });
  expect((await asked(secret)).data).toMatchObject({ shopMe: 'nobody', mailMe: 'nobody' });
});
