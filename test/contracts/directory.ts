/** What every store of organisations and teams keeps. The factory gives an empty one. */
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { type Directory, openPolicy, type Policy, type TeamRecord } from '../../src/storage/directory/directory.ts';

const policy: Policy = {
  scopes: ['ai:use'],
  routes: [],
  budgets: [
    { per: 'day', most: 5 },
    { per: 'week', most: 50_000_000_000, warnAt: [0.8, 1] },
  ],
  requestsPerMinute: 60,
  callsPerMinute: 600,
  tokensPerMinute: 90_000,
  concurrency: 3,
  guardrails: ['codes'],
  cacheSharing: 'principal',
  timeZone: 'Europe/Berlin',
  perUser: { budgets: [{ per: 'total', most: 7 }], requestsPerMinute: 6, callsPerMinute: null, tokensPerMinute: null, concurrency: 1 },
  agents: [
    {
      name: 'support-bot',
      budgets: [{ per: 'day', most: 3 }],
      requestsPerMinute: 5,
      callsPerMinute: null,
      tokensPerMinute: null,
      concurrency: null,
      session: null,
    },
  ],
  contract: 'public',
  session: { amount: 2, tokens: null, turns: 40, calls: 200, minutes: 60, warnAt: [0.5] },
};

const team = (record: Partial<TeamRecord> = {}): TeamRecord => ({
  name: 'search',
  description: 'Finds things.',
  organisation: 'acme',
  policy,
  createdAt: 1_000,
  createdBy: 'key:a',
  updatedAt: 2_000,
  updatedBy: 'shell',
  version: 1,
  archivedAt: null,
  ...record,
});

export function directoryContract(open: () => Promise<Directory>): void {
  it('a directory gives back teams and organisations as they were added, in the order of their names', async () => {
    const { teams, organisations } = await open();
    const bare = team({ name: 'apps', organisation: null, description: null, policy: openPolicy, archivedAt: 3_000 });
    const { organisation: _, ...acme } = team({ name: 'acme' });
    expect([await teams.add(team()), await teams.add(bare), await organisations.add(acme)]).toEqual([true, true, true]);
    expect(await teams.find('search')).toEqual(team());
    expect(await teams.list()).toEqual([bare, team()]);
    expect(await organisations.list()).toEqual([acme]);
    expect(await teams.find('acme')).toBeNull();
    expect(await organisations.find('search')).toBeNull();
  });

  it('a directory adds a name once: of two at the same moment one is refused, and nothing of it is kept', async () => {
    const { teams } = await open();
    const added = await Promise.all([teams.add(team()), teams.add(team({ description: 'Another.' }))]);
    expect(added).toEqual([true, false]);
    expect(await teams.find('search')).toEqual(team());
  });

  it('a directory loses none of two changes at the same moment', async () => {
    const { teams } = await open();
    await teams.add(team());
    await Promise.all([
      teams.change('search', (record) => ({ ...record, description: 'New.' })),
      teams.change('search', (record) => ({ ...record, policy: { ...record.policy, concurrency: 9 } })),
    ]);
    expect(await teams.find('search')).toEqual(team({ description: 'New.', policy: { ...policy, concurrency: 9 }, version: 3 }));
  });

  it('a directory changes nothing where there is no such name, where the change throws, and never the name', async () => {
    const { teams } = await open();
    await teams.add(team());
    expect(await teams.change('nobody', (record) => ({ ...record, description: 'New.' }))).toBeNull();
    const refusal = new GatewayError('BAD_REQUEST', 'Not this one.');
    const change = teams.change('search', () => {
      throw refusal;
    });
    await expect(change).rejects.toBe(refusal);
    expect(await teams.change('search', (record) => ({ ...record, name: 'other' }))).toEqual(team({ version: 2 }));
    expect(await teams.change('search', (record) => record)).toEqual(team({ version: 2 }));
    expect(await teams.list()).toEqual([team({ version: 2 })]);
  });

  it('a directory has another version after each change, and the same while nothing happens', async () => {
    const { teams, organisations, version } = await open();
    const versions = [await version()];
    await teams.add(team());
    versions.push(await version());
    await organisations.add(team({ name: 'acme' }));
    versions.push(await version());
    await teams.change('search', (record) => ({ ...record, archivedAt: 1 }));
    versions.push(await version());
    expect(new Set(versions).size).toBe(4);
    await teams.find('search');
    expect(await version()).toBe(versions.at(-1));
  });

  it('a directory keeps a member in one team, the last that it was put into, and removes it from no other', async () => {
    const { members, version } = await open();
    const ann = { principal: 'jwt:login:u_ann', team: 'search', addedAt: 1_000, addedBy: 'shell' };
    const bob = { ...ann, principal: 'jwt:login:u_bob', addedAt: 900 };
    await members.put(ann);
    await members.put(bob);
    expect(await members.ofTeam('search')).toEqual([bob, ann]);
    const before = await version();
    const moved = { ...ann, team: 'web', addedAt: 2_000, addedBy: 'key:a' };
    await members.put(moved);
    expect(await version()).not.toBe(before);
    expect([await members.find(ann.principal), await members.ofTeam('search')]).toEqual([moved, [bob]]);
    expect(await members.remove(ann.principal, 'search')).toBeNull();
    expect(await members.remove(ann.principal, 'web')).toEqual(moved);
    expect([await members.find(ann.principal), await members.ofTeam('web')]).toEqual([null, []]);
  });
}
