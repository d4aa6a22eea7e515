import { describe, expect, it } from 'vitest';
import { configText, folderWith, inProcess, refusal, serving } from './run.ts';

const asked = '{ aiViewer { organisation scopes routes budgets { name } } }';

describe('fieldgate teams', () => {
  it('fieldgate teams makes, changes, archives and restores a team of an organisation, and a running server has it from the next request on', async () => {
    const cwd = folderWith();
    const server = await serving([], { cwd });
    await server.ready();
    const made = await inProcess(['keys', 'create', '--name', 'web', '--team', 'acme.web'], { cwd });
    const authorization = `Bearer ${made.out.trim()}`;
    expect((await server.ask(asked, { authorization })).data.aiViewer).toMatchObject({ organisation: null, budgets: [] });

    expect((await inProcess(['organisations', 'create', 'acme', '--budget', 'total=900'], { cwd })).out).toBe(
      'The organisation acme has been made.\n',
    );
    const parts = [
      '--organisation',
      'acme',
      '--budget',
      '50',
      '--budget',
      'day=5',
      '--rpm',
      '60',
      '--route',
      'embedded',
      '--description',
      'The site.',
    ];
    expect((await inProcess(['teams', 'create', 'acme.web', ...parts], { cwd })).out).toBe('The team acme.web has been made.\n');
    expect((await server.ask(asked, { authorization })).data.aiViewer).toEqual({
      ...{ organisation: 'acme', scopes: ['ai:use'], routes: ['embedded'] },
      budgets: [{ name: 'team:acme.web' }, { name: 'team:acme.web' }, { name: 'organisation:acme' }],
    });
    const listed = await inProcess(['teams', 'list'], { cwd });
    expect(
      listed.out
        .split('\n')
        .find((line) => line.startsWith('acme.web'))
        ?.split(/ {2,}/),
    ).toEqual([...['acme.web', 'acme', 'all', 'embedded', 'month=50 day=5', '60', '-', 'shell', 'in force']]);

    expect((await inProcess(['teams', 'update', 'acme.web', '--budget', 'none', '--route', '*'], { cwd })).out).toBe(
      'The team acme.web has been changed.\n',
    );
    expect((await server.ask(asked, { authorization })).data.aiViewer.budgets).toEqual([{ name: 'organisation:acme' }]);
    const limits = ['--session', 'turns=40', '--per-user', 'month=5', '--agent', 'support-bot:month=50,calls=9'];
    await inProcess(['teams', 'update', 'acme.web', ...limits], { cwd });
    await inProcess(['keys', 'update', made.out.split('_')[1] ?? '', '--agent', 'support-bot', '--session', 'tokens=900'], { cwd });
    const ofAgent = '{ aiViewer { agent budgets { name } quotas { of limit } } }';
    expect((await server.ask(ofAgent, { authorization })).data.aiViewer).toEqual({
      agent: 'support-bot',
      budgets: [{ name: 'organisation:acme' }, { name: 'agent:acme.web:support-bot' }],
      quotas: [
        { of: 'TOKENS', limit: 900 },
        { of: 'TURNS', limit: 40 },
        { of: 'CALLS', limit: 9 },
      ],
    });
    await inProcess(['teams', 'update', 'acme.web', '--session', 'none', '--agent', 'none'], { cwd });
    await inProcess(['keys', 'update', made.out.split('_')[1] ?? '', '--agent', 'none', '--session', 'none'], { cwd });
    expect((await server.ask(ofAgent, { authorization })).data.aiViewer).toMatchObject({ agent: null, quotas: [] });
    await inProcess(['teams', 'archive', 'acme.web'], { cwd });
    expect((await server.ask(asked, { authorization })).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await inProcess(['teams', 'list'], { cwd })).out).toContain('archived 20');
    expect((await inProcess(['teams', 'restore', 'acme.web'], { cwd })).out).toBe('The team acme.web is back.\n');
    expect((await server.ask(asked, { authorization })).errors).toBeUndefined();
  });

  it('fieldgate teams puts a user of a login into a team, and takes him out', async () => {
    const issuers = "issuers: { okta: { issuer: 'https://login.example.com', audiences: ['gateway'] } }";
    const cwd = folderWith({ 'gateway.config.ts': configText(issuers) });
    await inProcess(['teams', 'create', 'web'], { cwd });
    const who = ['--issuer', 'okta', '--user', 'ann@example.com'];
    expect((await inProcess(['teams', 'add', 'web', ...who], { cwd })).out).toMatch(/^jwt:okta:u_[\w-]{22} is in the team web\.\n$/);
    expect(await refusal(['teams', 'remove', 'other', ...who], cwd)).toContain('"ann@example.com" is not in the team "other".');
    expect((await inProcess(['teams', 'remove', 'web', ...who], { cwd })).out).toMatch(/ is no longer in the team web\.\n$/);
    expect(await refusal(['teams', 'remove', 'web', ...who], cwd)).toContain('is not in the team "web"');
  });

  it('fieldgate users erases a user of a login, with his place in a team, and a user of the keys of a team', async () => {
    const issuers = "issuers: { okta: { issuer: 'https://login.example.com', audiences: ['gateway'] } }";
    const cwd = folderWith({ 'gateway.config.ts': configText(issuers) });
    await inProcess(['teams', 'create', 'web'], { cwd });
    const who = ['--issuer', 'okta', '--user', 'ann@example.com'];
    await inProcess(['teams', 'add', 'web', ...who], { cwd });
    expect((await inProcess(['users', 'erase', 'ann@example.com', '--issuer', 'okta'], { cwd })).out).toMatch(
      /^The user u_[\w-]{22} has been erased: 0 token\(s\), 0 completion\(s\), 0 conversation\(s\); 0 row\(s\) of usage/,
    );
    expect(await refusal(['teams', 'remove', 'web', ...who], cwd)).toContain('is not in the team "web"');
    expect((await inProcess(['users', 'erase', '4711', '--team', 'web'], { cwd })).code).toBe(0);
  });

  it('fieldgate teams lists a team of the configuration, and changes it not', async () => {
    const cwd = folderWith({ 'gateway.config.ts': configText('teams: { shop: { concurrency: 3 } }') });
    expect((await inProcess(['teams', 'list'], { cwd })).out).toMatch(/^shop .*the configuration/m);
    expect(await refusal(['teams', 'update', 'shop', '--concurrency', '9'], cwd)).toContain(
      'The configuration declares the team "shop" (teams.shop), and decides alone what it has.',
    );
  });

  it.each([
    [['teams'], 'teams takes what to do: list, create NAME, update NAME, archive NAME, or restore NAME; add NAME or remove NAME a user.'],
    [['teams', 'list', 'x'], 'teams takes what to do'],
    [['teams', 'create'], 'teams takes what to do'],
    [['organisations', 'remove', 'x'], 'organisations takes what to do'],
    [['teams', 'update', 'nobody', '--rpm', '5'], 'There is no team "nobody". There are: none.'],
    [['teams', 'update', 'nobody'], 'teams update needs what is to be other'],
    [['teams', 'archive', 'nobody', '--rpm', '5'], 'teams archive takes a name alone.'],
    [['teams', 'add', 'a', '--user', 'ann'], 'teams add takes a team and a user: add NAME --issuer NAME --user NAME.'],
    [['teams', 'add', 'a', '--user', 'ann', '--issuer', 'okta'], 'There is no issuer "okta". Issuers of the configuration: none.'],
    [['teams', 'create', 'a', '--budget', 'year=5'], '--budget is "year=5". It must be US dollars a month'],
    [['teams', 'create', 'a', '--budget', 'day=much'], '--budget is "much". It must be US dollars'],
    [['teams', 'create', 'a', '--agent', 'a b:rpm=5'], 'agents: "a b" names no agent'],
    [['organisations', 'create', 'a', '--per-user', 'rpm=5'], '--per-user means nothing to "organisations"'],
    [['users', 'erase', 'a'], 'users takes whom to erase: erase NAME --team TEAM, or erase NAME --issuer ISSUER.'],
    [['users', 'list', '--team', 'a'], 'users takes whom to erase'],
    [['users', 'erase', 'a', '--issuer', 'okta'], 'There is no issuer "okta". Issuers: none.'],
    [['teams', 'create', 'a', '--share', 'all'], 'cacheSharing is "all". Sharings: organisation, team, principal.'],
    [['teams', 'create', 'a', '--organisation', 'b'], 'There is no organisation "b"'],
    [['organisations', 'create', 'a.b'], 'The name "a.b" of the organisation is refused: letters, digits, _ and -'],
    [['organisations', 'create', 'a', '--organisation', 'b'], '--organisation means nothing to "organisations". It belongs to teams.'],
    [['keys', 'create', '--name', 'a', '--team', 'b', '--budget', '1', '--budget', '2'], '--budget is there 2 times'],
  ])('fieldgate teams refuses %j in a sentence', async (args, sentence) => {
    expect(await refusal(args, folderWith())).toContain(sentence);
  });
});
