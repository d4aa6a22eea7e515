import { describe, expect, it, onTestFinished } from 'vitest';
import { authenticator } from '../../../src/access/authenticate.ts';
import { checkGift } from '../../../src/access/keys/key-authority.ts';
import { noDeclaredTeams, openTeamBook } from '../../../src/access/teams/team-book.ts';
import { teamDesk } from '../../../src/access/teams/team-desk.ts';
import { actForUsers } from '../../../src/access/users/acting-user.ts';
import { issueKey, type NewKey } from '../../../src/access/virtual-key.ts';
import type { Principal } from '../../../src/core/call/call.ts';
import type { AgentPolicy } from '../../../src/storage/directory/directory.ts';
import { openStorage } from '../../../src/storage/open-storage.ts';

const now = Date.UTC(2026, 10, 5);
const bare: NewKey = {
  name: 'n',
  team: 'web',
  scopes: ['ai:use'],
  routes: null,
  monthlyBudget: null,
  requestsPerMinute: null,
  expiresAt: null,
};
const caps = { amount: null, tokens: null, turns: 40, calls: null, minutes: 60, warnAt: [] };
const noLimits = { budgets: [], requestsPerMinute: null, callsPerMinute: null, tokensPerMinute: null, concurrency: null, session: null };
const bot: AgentPolicy = { ...noLimits, name: 'support-bot', budgets: [{ per: 'day', most: 9 }], session: caps };
const others: AgentPolicy = { ...noLimits, name: '*', concurrency: 2 };

/** A team whose agents have limits. */
async function web() {
  const storage = await openStorage({ folder: null });
  onTestFinished(() => storage.close());
  const { keys, directory, identities } = storage;
  const desk = teamDesk(noDeclaredTeams, directory, { routes: null, guardrails: null });
  await desk.teams.create('web', { policy: { agents: [bot, others] } }, { by: 'shell' });
  const teams = openTeamBook(noDeclaredTeams, directory);
  const { limitsOfUser, standingOf } = teams;
  const plain = authenticator({ keys, identities, anonymous: null, teams, limitsOfUser, now: () => now });
  const authenticate = actForUsers(plain, { identities, limitsOfUser, standingOf });
  return {
    desk,
    async key(changes: Partial<NewKey> = {}) {
      const { record, secret } = issueKey({ ...bare, ...changes }, now);
      await keys.put(record);
      return { record, as: async (names: object = {}) => authenticate({ authorization: `Bearer ${secret}`, ...names }) };
    },
  };
}

const accounts = ({ limits }: Principal): readonly string[] => limits.map(({ kind, name }) => `${kind} ${name}`);

describe('an agent', () => {
  it('An agent that its key names draws on the account that its team has for it, and has the caps of its sessions', async () => {
    const { key } = await web();
    const { as, record } = await key({ agent: 'support-bot', session: { ...caps, turns: 7, calls: 3 } });
    const principal = await as();
    expect(principal).toMatchObject({ id: `key:${record.id}`, agent: 'support-bot', sessionCaps: { turns: 7, calls: 3, minutes: 60 } });
    expect(accounts(principal)).toEqual(['budget agent:web:support-bot']);
  });

  it('An agent that its team does not name has an account of its own by the rule for all others', async () => {
    const { key } = await web();
    const { as } = await key({ agent: 'crawler' });
    expect(accounts(await as())).toEqual(['concurrency agent:web:crawler']);
    expect(await as()).not.toHaveProperty('sessionCaps');
  });

  it('A key without an agent has no account of an agent, and the same name in another team is another agent', async () => {
    const { key } = await web();
    expect(accounts(await (await key()).as())).toEqual([]);
    expect(await (await key({ agent: 'support-bot', team: 'apps' })).as()).toMatchObject({ agent: 'support-bot', limits: [] });
  });

  it('A key that the key of an agent makes is that agent, whatever is written into it', async () => {
    const { key } = await web();
    const maker = await key({ agent: 'support-bot' });
    const made = await key({ agent: 'crawler', madeBy: maker.record.id });
    expect(await made.as()).toMatchObject({ agent: 'support-bot' });
  });

  it('A key that makes keys hands on the caps of its sessions', async () => {
    const { key } = await web();
    const maker = await key({ session: { ...caps, turns: 3 } });
    const made = await key({ session: { ...caps, turns: 9, calls: 5 }, madeBy: maker.record.id });
    expect((await made.as()).sessionCaps).toMatchObject({ turns: 3, calls: 5 });
  });

  it('A key with the scope ai:act-as names its agent in the header AI-Agent, beside a user or without one', async () => {
    const { key } = await web();
    const { as, record } = await key({ scopes: ['ai:use', 'ai:act-as'] });
    const alone = await as({ agent: 'support-bot' });
    expect(alone).toMatchObject({ id: `key:${record.id}`, agent: 'support-bot', scopes: ['ai:use', 'ai:act-as'] });
    expect(accounts(alone)).toEqual(['budget agent:web:support-bot']);
    const forUser = await as({ agent: 'support-bot', user: 'ann' });
    expect(forUser).toMatchObject({ agent: 'support-bot', user: { name: 'ann' }, scopes: ['ai:use'] });
    expect(forUser.limits).toEqual([expect.objectContaining({ name: 'agent:web:support-bot', isShared: true })]);
    expect(await as({ user: 'ann' })).not.toHaveProperty('agent');
    expect(await as({ agent: 'crawler' })).toMatchObject({ agent: 'crawler' });
  });

  it.each([
    ['of a key without the scope', {}, 'support-bot', 'FORBIDDEN'],
    ['of the key of another agent', { scopes: ['ai:use', 'ai:act-as'], agent: 'crawler' }, 'support-bot', 'FORBIDDEN'],
    ['that is empty', { scopes: ['ai:use', 'ai:act-as'] }, '', 'BAD_REQUEST'],
    ['that is a list, as proxies join headers', { scopes: ['ai:use', 'ai:act-as'] }, 'a,b', 'BAD_REQUEST'],
    ['that stands for all others', { scopes: ['ai:use', 'ai:act-as'] }, '*', 'BAD_REQUEST'],
    ['that is longer than 128 characters', { scopes: ['ai:use', 'ai:act-as'] }, 'a'.repeat(129), 'BAD_REQUEST'],
  ])('The header AI-Agent %s is refused', async (_, changes, agent, code) => {
    const { key } = await web();
    const { as } = await key(changes);
    await expect(as({ agent })).rejects.toMatchObject({ code });
  });

  it('A team is refused two entries for one agent, and names that are none', async () => {
    const { desk } = await web();
    const change = (agents: readonly AgentPolicy[]) => desk.teams.update('web', { policy: { agents } }, { by: 'shell' });
    await expect(change([bot, bot])).rejects.toThrow('agents names "support-bot" twice');
    await expect(change([{ ...bot, name: 'a b' }])).rejects.toThrow('names no agent');
    await expect(change([{ ...bot, session: { ...caps, turns: 0 } }])).rejects.toThrow('agents.support-bot.session.turns is 0');
  });

  it('A key gives itself neither another agent nor sessions that may use more', async () => {
    const { key } = await web();
    const { record, as } = await key({ agent: 'support-bot', session: { ...caps, calls: 5 } });
    const principal = await as();
    const change = (parts: object) => () => checkGift(principal, record, parts, [record.id]);
    expect(change({ agent: null })).toThrow('no longer be that of the agent "support-bot"');
    expect(change({ session: null })).toThrow('its sessions could use more');
    expect(change({ session: { ...caps, calls: 6 } })).toThrow('its sessions could use more');
    expect(change({ session: { ...caps, calls: 5, minutes: 30 } })).toThrow('its sessions could use more');
    expect(change({ session: { ...caps, calls: 4, turns: 1 } })).not.toThrow();
  });
});
