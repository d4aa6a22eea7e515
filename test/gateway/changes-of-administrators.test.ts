/** What administrators do leaves a line in the log, and a place in the list of changes: who, what, on whom, why, and never a secret. */
import { describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../src/telemetry/log.ts';
import type { TestGateway } from '../harness.ts';
import { newKey } from './asking.ts';
import { scripted } from './scripted.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

async function watched() {
  const lines: Record<string, unknown>[] = [];
  const log: Log = {
    ...silentLog,
    info(event, fields = {}) {
      if (event === 'administration') lines.push({ ...fields });
    },
  };
  const { gateway } = await scripted({}, { log });
  lines.length = 0;
  return { gateway, lines };
}

async function done(gateway: TestGateway, query: string, variables: object = {}, key?: string): Promise<Data> {
  const { data, errors } = await gateway.ask(query, variables, key === undefined ? {} : { key });
  expect(errors).toBeUndefined();
  return Object.values(data)[0];
}
const refusalOf = async (gateway: TestGateway, query: string, variables: object = {}): Promise<string> =>
  (await gateway.ask(query, variables)).errors?.[0]?.message ?? 'It was not refused.';

const changes = 'changes { at by action reason parts { name before after } }';
const setBudget = `mutation ($id: ID!, $set: [AiBudgetChangeInput!], $expect: Int, $reason: String) {
  updateAiTeam(id: $id, input: { setBudgets: $set }, expectVersion: $expect, reason: $reason) {
    version budgets { per limit { amount } warnings { at } } ${changes}
  }
}`;
const makeTeam = 'mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { id version } }';
const budgetsOf = (team: Data): Data =>
  team.budgets.map(({ per, limit, warnings }: Data) => [per, limit.amount, ...warnings.map(({ at }: Data) => at)]);

describe('one budget of a team', () => {
  const parts = {
    id: 'search',
    budgets: [
      { per: 'DAY', most: '5', warnAt: [0.8] },
      { per: 'MONTH', most: '50' },
    ],
  };

  it('one budget of a team is raised, with the reason, while those of other periods stay', async () => {
    const { gateway } = await watched();
    expect(await done(gateway, makeTeam, { input: parts })).toEqual({ id: 'search', version: 1 });
    const raised = await done(gateway, setBudget, { id: 'search', set: [{ per: 'MONTH', most: '80' }], reason: ' The launch. ' });
    expect(budgetsOf(raised)).toEqual([
      ['DAY', '5', 0.8],
      ['MONTH', '80'],
    ]);
    const { principal } = (await gateway.ask('{ aiViewer { principal } }')).data.aiViewer;
    expect(raised.changes).toEqual([
      {
        at: expect.stringMatching(/^20/),
        ...{ by: principal, action: 'CHANGED', reason: 'The launch.' },
        parts: [{ name: 'budgets.month', before: '50', after: '80' }],
      },
      expect.objectContaining({ by: principal, action: 'MADE', reason: null }),
    ]);
    expect(raised.changes[1].parts).toEqual([
      { name: 'budgets.day', before: null, after: '5' },
      { name: 'budgets.day.warnAt', before: null, after: '0.8' },
      { name: 'budgets.month', before: null, after: '50' },
    ]);
  });

  it('one budget of a team is made, warned of, and taken away, beside the others', async () => {
    const { gateway } = await watched();
    await done(gateway, makeTeam, { input: parts });
    const set = [
      { per: 'WEEK', most: '20' },
      { per: 'DAY', warnAt: [0.5, 1] },
      { per: 'MONTH', most: null },
    ];
    expect(budgetsOf(await done(gateway, setBudget, { id: 'search', set }))).toEqual([
      ['DAY', '5', 0.5, 1],
      ['WEEK', '20'],
    ]);
    expect(budgetsOf(await done(gateway, setBudget, { id: 'search', set: [{ per: 'DAY', most: '6', warnAt: null }] }))).toEqual([
      ['DAY', '6'],
      ['WEEK', '20'],
    ]);
  });

  it('one budget of a team: two administrators who raise two budgets at the same moment lose neither', async () => {
    const { gateway } = await watched();
    await done(gateway, makeTeam, { input: parts });
    await Promise.all([
      done(gateway, setBudget, { id: 'search', set: [{ per: 'DAY', most: '7' }] }),
      done(gateway, setBudget, { id: 'search', set: [{ per: 'MONTH', most: '90' }] }),
    ]);
    const [team] = await done(gateway, '{ aiTeams { version budgets { per limit { amount } warnings { at } } } }');
    expect([team.version, budgetsOf(team)]).toEqual([
      3,
      [
        ['DAY', '7', 0.8],
        ['MONTH', '90'],
      ],
    ]);
  });

  it.each([
    ['a part of a budget that is not there', { set: [{ per: 'TOTAL', warnAt: [1] }] }, /^There is no budget for a total /],
    [
      'two changes of one',
      {
        set: [
          { per: 'DAY', most: '1' },
          { per: 'DAY', most: '2' },
        ],
      },
      /names the budget for a day twice/,
    ],
    ['a period that no budget has', { set: [{ per: 'SESSION', most: '1' }] }, /^setBudgets\.0\.per is SESSION\. Periods: DAY, /],
    ['an amount that is none', { set: [{ per: 'DAY', most: '-1' }] }, /^setBudgets\.0\.most /],
    ['a part beyond the whole', { set: [{ per: 'DAY', warnAt: [2] }] }, /^warnAt of the budget for a day has 2\./],
    ['a reason without end', { set: [], reason: 'x'.repeat(501) }, /^reason has 501 characters\. At most 500 are accepted\.$/],
    [
      'a version that it had before',
      { set: [{ per: 'DAY', most: '9' }], expect: 7 },
      /^The team "search" has version 1, .* expectVersion is 7\. Nothing was changed/,
    ],
  ])('one budget of a team refuses %s, and nothing is changed', async (_, variables, sentence) => {
    const { gateway, lines } = await watched();
    await done(gateway, makeTeam, { input: parts });
    lines.length = 0;
    expect(await refusalOf(gateway, setBudget, { id: 'search', ...variables })).toMatch(sentence);
    const [team] = await done(gateway, '{ aiTeams { version changes { at } } }');
    expect([team.version, team.changes.length, lines]).toEqual([1, 1, []]);
  });

  it('one budget of a team that is more than can be counted is refused with the most that is accepted, which is accepted', async () => {
    const { gateway } = await watched();
    const most = '9007199.254740991';
    const make = (amount: string) => ({ input: { id: 'rich', budgets: [{ per: 'DAY', most: amount }] } });
    for (const amount of ['99999999999999999999999999', '9007199.254740992'])
      expect(await refusalOf(gateway, makeTeam, make(amount))).toBe(
        `budgets.0.most is "${amount}". It must be US dollars from 0 to ${most} with at most nine places, such as "25.00".`,
      );
    await done(gateway, makeTeam, make(most));
    expect(budgetsOf(await done(gateway, setBudget, { id: 'rich', set: [{ per: 'DAY', most }] }))).toEqual([['DAY', most]]);
  });

  it('all budgets and one budget in the same change are refused', async () => {
    const { gateway } = await watched();
    await done(gateway, makeTeam, { input: parts });
    const both = 'mutation { updateAiTeam(id: "search", input: { budgets: [], setBudgets: [{ per: DAY, most: "1" }] }) { id } }';
    expect(await refusalOf(gateway, both)).toMatch(/^budgets and setBudgets exclude each other/);
    expect(await refusalOf(gateway, both.replace(/\[\{.*?\}\]/, '[]'))).toMatch(/^budgets and setBudgets exclude each other/);
  });

  it.each([
    ['no change at all', 'setBudgets: []'],
    ['null', 'setBudgets: null'],
    ['a budget taken away that is not there', 'setBudgets: [{ per: TOTAL, most: null }]'],
    ['the amount that it has', 'setBudgets: [{ per: MONTH, most: "50.0" }]'],
    ['all budgets as they are', 'budgets: [{ per: DAY, most: "5", warnAt: [0.8] }, { per: MONTH, most: "50" }], description: null'],
  ])('one budget of a team: %s leaves version, list of changes and log alone', async (_, input) => {
    const { gateway, lines } = await watched();
    await done(gateway, makeTeam, { input: parts });
    lines.length = 0;
    const same = await done(
      gateway,
      `mutation { updateAiTeam(id: "search", input: { ${input} }) { version updatedAt createdAt ${changes} } }`,
    );
    expect([same.version, same.updatedAt === same.createdAt, same.changes.length, lines]).toEqual([1, true, 1, []]);
  });
});

describe('a version that is expected', () => {
  it('a version that is expected refuses the second of two administrators who have read the same, of a team, an organisation and a key', async () => {
    const { gateway } = await watched();
    await done(gateway, makeTeam, { input: { id: 'search' } });
    await done(gateway, 'mutation { createAiOrganisation(input: { id: "acme" }) { id } }');
    const { id } = await newKey(gateway, { team: 'search' });
    for (const [kind, record] of [
      ['Team', 'search'],
      ['Organisation', 'acme'],
      ['Key', id],
    ]) {
      const raise = `mutation ($id: ID!, $to: Int!) { updateAi${kind}(id: $id, input: { requestsPerMinute: $to }, expectVersion: 1) { version requestsPerMinute } }`;
      const [first, second] = await Promise.all([5, 6].map((to) => gateway.ask(raise, { id: record, to })));
      const [won, lost] = first?.errors === undefined ? [first, second] : [second, first];
      expect(won?.data[`updateAi${kind}`].version).toBe(2);
      expect(lost?.errors?.[0]).toMatchObject({
        message: expect.stringMatching(
          /has version 2, since key:\w+ changed it at 20.*, and expectVersion is 1\. Nothing was changed: read it again/,
        ),
        extensions: { code: 'BAD_REQUEST' },
      });
    }
  });

  it('a version that is expected is no other after a key was used, and another after it was rotated or revoked', async () => {
    const { gateway } = await watched();
    const { id, secret } = await newKey(gateway, { team: 'search' });
    const versionOf = async (): Promise<number> =>
      (await done(gateway, '{ aiKeys { id version } }')).find((key: Data) => key.id === id).version;
    await gateway.ask('{ aiViewer { team } }', {}, { key: secret });
    expect(await versionOf()).toBe(1);
    await done(gateway, 'mutation ($id: ID!) { rotateAiKey(id: $id, overlapSeconds: 60) { key { id } } }', { id });
    expect(await versionOf()).toBe(2);
    await done(gateway, 'mutation ($id: ID!) { revokeAiKey(id: $id) { id } }', { id });
    expect(await versionOf()).toBe(3);
  });
});

describe('an act of an administrator', () => {
  it('an act of an administrator is one line in the log: who, what, on whom and why, and never a secret', async () => {
    const { gateway, lines } = await watched();
    const { principal: by } = (await gateway.ask('{ aiViewer { principal } }')).data.aiViewer;
    const made = await done(
      gateway,
      'mutation { createAiKey(input: { name: "web", team: "search", scopes: ["ai:use", "ai:act-as"], monthlyBudget: "5" }, reason: "a site") { secret key { id } } }',
    );
    const { id } = made.key;
    await done(
      gateway,
      'mutation ($id: ID!) { updateAiKey(id: $id, input: { monthlyBudget: "9.5", name: "shop" }, reason: "sales") { id } }',
      { id },
    );
    const { secret } = await done(gateway, 'mutation ($id: ID!) { rotateAiKey(id: $id, overlapSeconds: 60, reason: "due") { secret } }', {
      id,
    });
    const token = await done(gateway, 'mutation { createAiToken(input: { ttlSeconds: 60, user: "ann" }) { id secret } }', {}, secret);
    await done(gateway, 'mutation ($id: ID!) { revokeAiToken(id: $id) { id } }', { id: token.id }, secret);
    const { id: user } = await done(gateway, 'mutation { revokeAiUser(input: { user: "ann" }) { id } }', {}, secret);
    await done(gateway, 'mutation { eraseAiUser(input: { user: "ann" }) { id } }', {}, secret);
    await done(gateway, 'mutation ($id: ID!) { revokeAiKey(id: $id, reason: "gone") { id } }', { id });
    await done(gateway, 'mutation { createAiOrganisation(input: { id: "acme" }, reason: "a customer") { id } }');
    await done(gateway, 'mutation { updateAiOrganisation(id: "acme", input: { concurrency: 3 }, reason: "busy") { id } }');
    await done(gateway, 'mutation { archiveAiOrganisation(id: "acme", reason: "left") { id } }');
    await done(gateway, 'mutation { archiveAiOrganisation(id: "acme", archived: false, reason: "back") { id } }');
    await done(gateway, makeTeam, { input: { id: 'search' } });
    await done(gateway, 'mutation { archiveAiTeam(id: "search", reason: "over") { id } }');
    const line = (on: string, action: string, reason?: string, parts: unknown = expect.anything(), who: string = by) => ({
      ...{ on, action, parts, at: expect.stringMatching(/^20/), by: who },
      ...(reason === undefined ? {} : { reason }),
    });
    const key = `key:${id}`;
    expect(lines).toEqual([
      line(key, 'made', 'a site', expect.arrayContaining([{ name: 'monthlyBudget', before: null, after: '5' }])),
      line(key, 'changed', 'sales', [
        { name: 'name', before: 'web', after: 'shop' },
        { name: 'monthlyBudget', before: '5', after: '9.5' },
      ]),
      line(key, 'rotated', 'due', []),
      line(`token:${token.id}`, 'revoked', undefined, [], key),
      line(`user:${user}`, 'revoked', undefined, [], key),
      line(`user:${user}`, 'erased', undefined, expect.arrayContaining([{ name: 'tokens', before: '1', after: null }]), key),
      line(key, 'revoked', 'gone', []),
      line('organisation:acme', 'made', 'a customer', []),
      line('organisation:acme', 'changed', 'busy', [{ name: 'concurrency', before: null, after: '3' }]),
      line('organisation:acme', 'archived', 'left', []),
      line('organisation:acme', 'restored', 'back', []),
      line('team:search', 'made', undefined, []),
      line('team:search', 'archived', 'over', []),
    ]);
    const text = JSON.stringify(lines);
    for (const shown of [made.secret, secret, token.secret, 'ann']) expect(text).not.toContain(shown);
  });

  it('an act of an administrator that changes nothing more is no second line: a key that is revoked twice', async () => {
    const { gateway, lines } = await watched();
    const { id } = await newKey(gateway, { team: 'search' });
    lines.length = 0;
    for (const _ of [1, 2]) await done(gateway, 'mutation ($id: ID!) { revokeAiKey(id: $id) { id } }', { id });
    expect(lines.map(({ action }) => action)).toEqual(['revoked']);
  });

  it('an act of an administrator that changes nothing leaves the version as others read it: of a key, an organisation, and what is archived twice', async () => {
    const { gateway, lines } = await watched();
    const { id } = await newKey(gateway, { team: 'search', monthlyBudget: '5' });
    await done(gateway, 'mutation { createAiOrganisation(input: { id: "acme", concurrency: 3 }) { id } }');
    lines.length = 0;
    const key = 'mutation ($id: ID!) { updateAiKey(id: $id, input: { monthlyBudget: "5.00" }) { version changes { at } } }';
    const same = await done(gateway, key, { id });
    expect([same.version, same.changes.length]).toEqual([1, 1]);
    const acme = await done(gateway, 'mutation { updateAiOrganisation(id: "acme", input: { concurrency: 3 }) { version } }');
    expect([acme.version, lines]).toEqual([1, []]);
    for (const _ of [1, 2]) expect((await done(gateway, 'mutation { archiveAiOrganisation(id: "acme") { version } }')).version).toBe(2);
    expect(lines.map(({ action }) => action)).toEqual(['archived']);
  });

  it('an act of an administrator that is refused leaves no line', async () => {
    const { gateway, lines } = await watched();
    const { id } = await newKey(gateway, { team: 'search' });
    lines.length = 0;
    await refusalOf(gateway, 'mutation ($id: ID!) { updateAiKey(id: $id, input: { scopes: ["ai:none"] }) { id } }', { id });
    await gateway.ask('mutation { updateAiTeam(id: "nobody", input: { concurrency: 1 }) { id } revokeAiKey(id: "nobody") { id } }');
    expect(lines).toEqual([]);
  });

  it('an act of an administrator is listed with the key and the organisation for who administers them, as many as were asked for', async () => {
    const { gateway } = await watched();
    const { id } = await newKey(gateway, { team: 'search', monthlyBudget: '5' });
    await done(gateway, 'mutation ($id: ID!) { updateAiKey(id: $id, input: { monthlyBudget: null }, reason: "trusted") { id } }', { id });
    const keys = await done(gateway, `{ aiKeys { id changes(first: 1) { action reason parts { name before after } } } }`);
    expect(keys.find((key: Data) => key.id === id).changes).toEqual([
      { action: 'CHANGED', reason: 'trusted', parts: [{ name: 'monthlyBudget', before: '5', after: null }] },
    ]);
    expect(await refusalOf(gateway, '{ aiKeys { changes(first: 101) { at } } }')).toMatch(/^first /);
  });
});
