import type { JWTPayload } from 'jose';
import { describe, expect, it } from 'vitest';
import { principalOfClaims } from '../../../src/access/jwt/claims.ts';
import type { ClaimRules } from '../../../src/access/jwt/issuer.ts';
import type { Limit } from '../../../src/core/call/hold.ts';
import { claimRules, issuerOf } from './issuer-rules.ts';

const of = (claims: JWTPayload, rules: Partial<ClaimRules> = {}) =>
  principalOfClaims(
    { sub: 'ann', exp: 2_000, ...claims },
    issuerOf('https://login.example.com', { claims: claimRules({ scopes: [], ...rules }) }),
    { pseudonymOf: (_, name) => name },
  );

describe('the claims of a token make a principal', () => {
  it('The claims of a token make a principal of its user, with the routes and the limits of the issuer', () => {
    const mine: Limit = { kind: 'requests', name: 'jwt:login:ann', perMinute: 5 };
    const rules: Partial<ClaimRules> = { team: 'web', routes: ['default'], limitsOf: (name) => [{ ...mine, name }] };
    expect(of({}, rules)).toEqual({
      id: 'jwt:login:ann',
      kind: 'jwt',
      user: { id: 'ann', name: 'ann', revokedAt: null },
      team: 'web',
      scopes: [],
      routes: ['default'],
      limits: [mine],
      expiresAt: 2_030_000,
    });
  });

  it('The claims of a token make a principal of the user that another claim names, by a URL or with dots', () => {
    expect(of({ 'https://example.com/uid': 'u1' }, { userClaim: 'https://example.com/uid' }).id).toBe('jwt:login:u1');
    expect(of({ person: { id: 'u2' } }, { userClaim: 'person.id' }).id).toBe('jwt:login:u2');
  });

  it.each<[string, JWTPayload, Partial<ClaimRules>, readonly string[]]>([
    ['of `scope`, a text of words', { scope: 'ai:use  read:products' }, {}, ['ai:use', 'read:products']],
    ['of `scp`, a list, where there is no `scope`', { scp: ['ai:use', 7, 'a b'] }, {}, ['ai:use']],
    ['of the issuer as well, each once', { scope: 'ai:use' }, { scopes: ['ai:use', 'ai:usage'] }, ['ai:use', 'ai:usage']],
    ['of a nested claim', { realm_access: { roles: ['ai:use'] } }, { scopesClaim: 'realm_access.roles' }, ['ai:use']],
    ['none of a claim that is an object', { scope: { 'ai:use': true } }, {}, []],
    ['none of what a prototype has', {}, { scopesClaim: 'constructor.name' }, []],
    [
      'that a table gives for its values, and none for others',
      { groups: ['engineers', 'everybody', 'constructor'] },
      { scopesClaim: 'groups', scopesByValue: { engineers: ['ai:use', 'ai:ingest'] } },
      ['ai:use', 'ai:ingest'],
    ],
  ])('A principal of a token has the scopes %s', (_, claims, rules, scopes) => {
    expect(of(claims, rules).scopes).toEqual(scopes);
  });

  it.each<[string, JWTPayload, Partial<ClaimRules>, string | undefined]>([
    ['of the actor of a delegated token', { act: { sub: 'support-bot' } }, {}, 'support-bot'],
    ['of the claim that the issuer says', { azp: 'web-app', act: { sub: 'x' } }, { agentClaim: 'azp' }, 'web-app'],
    ['that a table gives', { azp: '0oa4x2' }, { agentClaim: 'azp', agentByValue: { '0oa4x2': 'support-bot' } }, 'support-bot'],
    ['none for a value that the table has not', { azp: 'constructor' }, { agentClaim: 'azp', agentByValue: {} }, undefined],
    ['none without the claim', {}, {}, undefined],
    ['none of a claim that is no text', { act: { sub: 7 } }, {}, undefined],
  ])('A principal of a token has the agent %s', (_, claims, rules, agent) => {
    expect(of(claims, rules).agent).toBe(agent);
  });

  it('A token whose agent has a name that is none is refused: its limits would be passed over', () => {
    for (const sub of ['a,b', '*', 'two words', 'x'.repeat(129)])
      expect(() => of({ act: { sub } })).toThrow(expect.objectContaining({ code: 'UNAUTHENTICATED' }));
  });

  it.each<[string, JWTPayload, Partial<ClaimRules>, string | null]>([
    ['of the issuer where the token names none', {}, { team: 'web', teamClaim: 'team' }, 'web'],
    ['that it names', { team: 'search' }, { team: 'web', teamClaim: 'team' }, 'search'],
    ['that it names in a list of one', { team: ['search'] }, { teamClaim: 'team' }, 'search'],
    [
      'of the first group that a table knows',
      { groups: ['x', 'g2', 'g1'] },
      { teamClaim: 'groups', teamByValue: { g1: 'one', g2: 'two' } },
      'two',
    ],
    [
      'of nobody when the table knows none of its groups',
      { groups: ['toString'] },
      { teamClaim: 'groups', teamByValue: { g1: 'one' } },
      null,
    ],
    ['of nobody where the operator names no claim', { team: 'search' }, {}, null],
  ])('A principal of a token is in the team %s', (_, claims, rules, team) => {
    expect(of(claims, rules).team).toBe(team);
  });

  it.each<[string, JWTPayload]>([
    ['several teams', { team: ['a', 'b'] }],
    ['a team with spaces', { team: 'team search' }],
    ['a team that looks like an account', { team: 'key:3f9a' }],
  ])('A token is refused that names %s without a table', (_, claims) => {
    expect(() => of(claims, { teamClaim: 'team' })).toThrow(/must name one team/);
  });
});
