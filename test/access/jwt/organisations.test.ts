import { describe, expect, it, onTestFinished } from 'vitest';
import { authenticator } from '../../../src/access/authenticate.ts';
import { principalOfClaims } from '../../../src/access/jwt/claims.ts';
import type { ClaimRules } from '../../../src/access/jwt/issuer.ts';
import { openLeases } from '../../../src/access/leases.ts';
import { endedTeams } from '../../../src/access/teams/ended-teams.ts';
import { noDeclaredTeams, openTeamBook } from '../../../src/access/teams/team-book.ts';
import { teamDesk } from '../../../src/access/teams/team-desk.ts';
import type { GatewayError } from '../../../src/core/errors.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';
import { claimRules, issuerOf } from './issuer-rules.ts';

const budgets = [{ per: 'month', most: 9 }] as const;

/** Two organisations, each with a team, and who a token of such claims is. */
async function directory() {
  const storage = await openStorage({ folder: null });
  onTestFinished(() => storage.close());
  const desk = teamDesk(noDeclaredTeams, storage.directory, { routes: null, guardrails: null });
  for (const organisation of ['acme', 'globex']) {
    await desk.organisations.create(organisation, { policy: { scopes: ['ai:use'], routes: ['default'], budgets } }, { by: 'shell' });
    await desk.teams.create(`${organisation}.web`, { organisation, policy: { concurrency: 3 } }, { by: 'shell' });
  }
  await desk.teams.create('free', {}, { by: 'shell' });
  const teams = openTeamBook(noDeclaredTeams, storage.directory);
  const who = (claims: object, rules: Partial<ClaimRules> = {}) => {
    const issuer = issuerOf('https://login.example.com', {
      claims: claimRules({ scopes: ['ai:use', 'ai:usage'], teamClaim: 'team', organisationClaim: 'org', ...rules }),
    });
    const verify = async () => principalOfClaims({ sub: 'ann', ...claims }, issuer, { pseudonymOf: (_, name) => `u_${name}` });
    return authenticator({ keys: storage.keys, anonymous: null, teams, tokens: { isToken: () => true, verify } })({
      authorization: 'Bearer a.b.c',
    });
  };
  return { storage, desk, teams, who };
}

describe('the organisation of a token', () => {
  it('The organisation of a token bounds a caller without a team: scopes, routes and budgets are those that it has at most', async () => {
    const { who } = await directory();
    const principal = await who({ org: 'acme' });
    expect(principal).toMatchObject({ team: null, organisation: 'acme', scopes: ['ai:use'], routes: ['default'] });
    expect(principal.limits.map(({ name }) => name)).toEqual(['organisation:acme']);
  });

  it('The organisation of a token is that of its team, and a team of another one, or of none, is refused', async () => {
    const { who } = await directory();
    expect(await who({ org: 'acme', team: 'acme.web' })).toMatchObject({ team: 'acme.web', organisation: 'acme' });
    for (const team of ['globex.web', 'free', 'nobody'])
      await expect(who({ org: 'acme', team })).rejects.toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining(`its team "${team}" does not belong to that`),
      });
  });

  it('The organisation that an issuer is for holds where the token names none', async () => {
    const { who } = await directory();
    const rules = { organisation: 'acme', organisationClaim: null };
    expect(await who({ team: 'acme.web', org: 'globex' }, rules)).toMatchObject({ organisation: 'acme' });
    await expect(who({ team: 'globex.web' }, rules)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('The organisation of a token is what a table makes of the claim, and a value that it has not is refused', async () => {
    const { who } = await directory();
    const rules = { organisationByValue: { 'org-7': 'acme' } };
    expect(await who({ org: 'org-7' }, rules)).toMatchObject({ organisation: 'acme' });
    for (const org of ['acme', 'constructor', 7, ['org-7']]) await expect(who({ org }, rules)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (const org of ['a.b', 'no-such', { acme: 1 }]) await expect(who({ org })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await who({})).toMatchObject({ team: null });
  });

  it('The organisation of a token that is archived lets nobody in, and what its callers without a team began ends', async () => {
    const { storage, desk, teams, who } = await directory();
    const principal = await who({ org: 'acme' });
    const ended = endedTeams(storage.keys);
    ended.follow(() => teams);
    const leases = openLeases({ keys: ended.keys, findRevocations: async (kind, ids) => (kind === 'team' ? ended.revocations(ids) : []) });
    const reasons: GatewayError[] = [];
    const letGo = leases.watch(principal, 'work', (reason) => reasons.push(reason));
    await leases.look();
    expect(reasons).toEqual([]);
    await desk.organisations.update('acme', { archived: true }, { by: 'shell' });
    await leases.look();
    expect(reasons).toMatchObject([{ code: 'UNAUTHENTICATED' }]);
    await expect(who({ org: 'acme' })).rejects.toThrow('The organisation "acme" was archived.');
    letGo();
  });
});
