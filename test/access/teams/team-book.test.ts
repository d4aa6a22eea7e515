import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endedTeams } from '../../../src/access/teams/ended-teams.ts';
import { noDeclaredTeams, openTeamBook } from '../../../src/access/teams/team-book.ts';
import { sharings, withinTeam } from '../../../src/access/teams/within-policies.ts';
import type { Principal } from '../../../src/core/call/call.ts';
import { type OrganisationRecord, openPolicy, type Policy, type TeamRecord } from '../../../src/storage/directory/directory.ts';
import { mapDirectory } from '../../map-storage/map-directory.ts';

const history = { description: null, createdAt: 1, createdBy: 'shell', updatedAt: 1, updatedBy: 'shell', version: 1, archivedAt: null };
const organisation = (policy: Partial<Policy> = {}): OrganisationRecord => ({
  name: 'acme',
  policy: { ...openPolicy, ...policy },
  ...history,
});
const team = (record: Partial<TeamRecord> = {}): TeamRecord => ({
  name: 'search',
  organisation: 'acme',
  policy: openPolicy,
  ...history,
  ...record,
});
const principal: Principal = { id: 'key:a', kind: 'key', team: 'search', scopes: ['ai:use'], routes: null, limits: [] };

const names = ['a', 'b', 'c', 'd'];
const some = fc.subarray(names);
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const policies = fc.record({
  scopes: orNull(some),
  routes: orNull(some),
  guardrails: some,
  cacheSharing: orNull(fc.constantFrom(...sharings)),
  concurrency: orNull(fc.nat({ max: 9 })),
});
const owned = fc.record({ scopes: some, routes: orNull(some) });

describe('a principal within its team', () => {
  it('a principal within its team never has more than it had, nor than its team, nor than the organisation, and loses nothing that all have', async () => {
    await fc.assert(
      fc.asyncProperty(policies, policies, owned, async (ofOrganisation, ofTeam, own) => {
        const directory = mapDirectory();
        await directory.organisations.add(organisation(ofOrganisation));
        await directory.teams.add(team({ policy: { ...openPolicy, ...ofTeam } }));
        const standing = await openTeamBook(noDeclaredTeams, directory).standingOf('search');
        const narrowed = withinTeam({ ...principal, ...own }, standing);
        const inAll = (name: string, lists: readonly (readonly string[] | null)[]): boolean =>
          lists.every((list) => list === null || list.includes(name));
        for (const name of names) {
          expect(narrowed.scopes.includes(name)).toBe(inAll(name, [own.scopes, ofTeam.scopes, ofOrganisation.scopes]));
          const mayUse = narrowed.routes === null || narrowed.routes.includes(name);
          expect(mayUse).toBe(inAll(name, [own.routes, ofTeam.routes, ofOrganisation.routes]));
        }
        expect(new Set(narrowed.guardrails)).toEqual(new Set([...ofTeam.guardrails, ...ofOrganisation.guardrails]));
        expect(narrowed.limits.map(({ name }) => name)).toEqual([
          ...(ofTeam.concurrency === null ? [] : ['team:search']),
          ...(ofOrganisation.concurrency === null ? [] : ['organisation:acme']),
        ]);
        const widths = [ofTeam.cacheSharing, ofOrganisation.cacheSharing].flatMap((said) =>
          said === null ? [] : [sharings.indexOf(said)],
        );
        expect(sharings.indexOf(narrowed.cacheSharing ?? 'team')).toBe(widths.length === 0 ? 1 : Math.max(...widths));
      }),
      { numRuns: 200 },
    );
  });

  it('a principal within its team is as it was where nobody has made the team', async () => {
    const standing = await openTeamBook(noDeclaredTeams, mapDirectory()).standingOf('search');
    expect(withinTeam(principal, standing)).toBe(principal);
  });

  it('a principal within its team may do nothing when the organisation is not there any more, since its bounds are gone', async () => {
    const directory = mapDirectory();
    await directory.teams.add(team());
    const standing = await openTeamBook(noDeclaredTeams, directory).standingOf('search');
    expect(() => withinTeam(principal, standing)).toThrow('The organisation "acme" of the team "search" is not there any more.');
  });
});

describe('teams that have ended', () => {
  it('teams that have ended are told of their keys, are read once while nothing changes, and come back', async () => {
    const directory = mapDirectory();
    await directory.organisations.add(organisation());
    await directory.teams.add(team());
    let reads = 0;
    const counted = {
      ...directory,
      teams: {
        ...directory.teams,
        find: (name: string) => {
          reads += 1;
          return directory.teams.find(name);
        },
      },
    };
    const book = openTeamBook(noDeclaredTeams, counted);
    const standing = { id: 'a', team: 'search', expiresAt: null, revokedAt: null, development: false };
    const ended = endedTeams({ standing: async () => [standing] });
    expect(await ended.keys.standing(['a'])).toEqual([standing]);
    ended.follow(() => book);
    for (let look = 0; look < 3; look += 1) expect(await ended.keys.standing(['a'])).toEqual([standing]);
    expect(reads).toBe(1);
    await directory.organisations.change('acme', (record) => ({ ...record, archivedAt: 5 }));
    expect(await ended.keys.standing(['a'])).toEqual([{ ...standing, teamEnded: 'The organisation "acme" was archived.' }]);
    expect(await ended.revocations(['search', 'other'])).toEqual([{ id: 'search', revokedAt: 0 }]);
    await directory.organisations.change('acme', (record) => ({ ...record, archivedAt: null }));
    expect(await ended.revocations(['search'])).toEqual([]);
  });
});
