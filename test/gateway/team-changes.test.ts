/** Organisations and teams are made and changed while their callers ask, and bound them from the next request on. */
import { describe, expect, it } from 'vitest';
import { noDeclaredTeams } from '../../src/access/teams/team-book.ts';
import { teamDesk } from '../../src/access/teams/team-desk.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { audience } from '../access/jwt/issuer-rules.ts';
import { startIssuer } from '../access/jwt/issuer-server.ts';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { complete, eventually, ledgerOf, newKey, prompt, stream } from './asking.ts';
import { counting, openUpstream, saying, scripted, scriptedConfig } from './scripted.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

const fields = `id description scopes routes requestsPerMinute callsPerMinute concurrency guardrails cacheSharing declared createdBy updatedBy
  createdAt updatedAt archivedAt budgets { name per limit { amount } spent { amount } }`;
const creating = `mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { organisation ${fields} } }`;
const updating = `mutation ($id: ID!, $input: UpdateAiTeamInput!) { updateAiTeam(id: $id, input: $input) { organisation ${fields} } }`;
const archiving = 'mutation ($id: ID!, $archived: Boolean!) { archiveAiTeam(id: $id, archived: $archived) { id archivedAt } }';
const creatingOrganisation = `mutation ($input: CreateAiOrganisationInput!) { createAiOrganisation(input: $input) { ${fields} } }`;
const updatingOrganisation = `mutation ($id: ID!, $input: UpdateAiOrganisationInput!) { updateAiOrganisation(id: $id, input: $input) { ${fields} } }`;
const archivingOrganisation = 'mutation ($id: ID!, $archived: Boolean!) { archiveAiOrganisation(id: $id, archived: $archived) { id } }';

async function done(gateway: TestGateway, query: string, variables: object, key?: string): Promise<Data> {
  const { data, errors } = await gateway.ask(query, variables, key === undefined ? {} : { key });
  expect(errors).toBeUndefined();
  return Object.values(data)[0];
}
const create = (gateway: TestGateway, input: object): Promise<Data> => done(gateway, creating, { input });
const update = (gateway: TestGateway, id: string, input: object): Promise<Data> => done(gateway, updating, { id, input });
const organise = (gateway: TestGateway, input: object): Promise<Data> => done(gateway, creatingOrganisation, { input });
const viewer = async (gateway: TestGateway, key: string): Promise<Data> =>
  (await gateway.ask('{ aiViewer { team organisation scopes routes budgets { name } } }', {}, { key })).data.aiViewer;
const statusOf = async (gateway: TestGateway, key: string): Promise<number> => (await gateway.ask('{ __typename }', {}, { key })).status;
const idsSeen = async (gateway: TestGateway, key: string): Promise<Data> =>
  (await gateway.ask('{ aiTeams { id } }', {}, { key })).data.aiTeams;

describe('a team that is made and changed', () => {
  it('a team that is made and changed bounds its keys from the next request on: scopes, routes, rates', async () => {
    const { gateway } = await scripted();
    const { secret } = await newKey(gateway, { team: 'search' });
    expect(await viewer(gateway, secret)).toMatchObject({ organisation: null, scopes: ['ai:use', 'ai:usage'] });
    await create(gateway, { id: 'search', scopes: ['ai:usage'], routes: ['embedding'] });
    expect(await viewer(gateway, secret)).toMatchObject({ team: 'search', scopes: ['ai:usage'], routes: ['embedding'] });
    await update(gateway, 'search', { scopes: null, routes: null, requestsPerMinute: 1 });
    expect(await viewer(gateway, secret)).toMatchObject({ scopes: ['ai:use', 'ai:usage'] });
    expect(await statusOf(gateway, secret)).toBe(429);
  });

  it('a team that is made and changed keeps what the input does not name, and loses what is null', async () => {
    const { gateway } = await scripted();
    const made = await create(gateway, {
      ...{ id: 'search', description: 'Finds things.', scopes: ['ai:use'], routes: ['default'], requestsPerMinute: 60, concurrency: 3 },
      budgets: [
        { per: 'DAY', most: '5' },
        { per: 'MONTH', most: '50.00', warnAt: [0.8] },
      ],
    });
    const { principal } = (await gateway.ask('{ aiViewer { principal } }')).data.aiViewer;
    expect(made).toMatchObject({
      id: 'search',
      organisation: null,
      declared: false,
      createdBy: principal,
      updatedBy: principal,
      archivedAt: null,
    });
    const changed = await update(gateway, 'search', {
      description: null,
      routes: null,
      concurrency: 4,
      budgets: [{ per: 'MONTH', most: '60' }],
    });
    expect(changed).toMatchObject({
      ...{ description: null, scopes: ['ai:use'], routes: null, requestsPerMinute: 60, callsPerMinute: null, concurrency: 4 },
      budgets: [{ name: 'team:search', per: 'MONTH', limit: { amount: '60' } }],
    });
    expect((await gateway.ask(`{ aiTeams { organisation ${fields} } }`)).data.aiTeams).toEqual([changed]);
  });

  it('a team that is made and changed draws with all teams of its organisation on the budget of that, as it is now', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 50));
    await organise(gateway, { id: 'acme', budgets: [{ per: 'MONTH', most: '1.00' }] });
    await create(gateway, { id: 'acme.search', organisation: 'acme', budgets: [{ per: 'MONTH', most: '0.5' }] });
    await create(gateway, { id: 'acme.web', organisation: 'acme' });
    const [one, two] = [await newKey(gateway, { team: 'acme.search' }), await newKey(gateway, { team: 'acme.web' })];
    expect((await viewer(gateway, one.secret)).budgets).toEqual([{ name: 'team:acme.search' }, { name: 'organisation:acme' }]);
    expect(await complete(gateway, prompt('One'), { key: one.secret })).toMatchObject({ text: 'Hi' });
    await done(gateway, updatingOrganisation, { id: 'acme', input: { budgets: [{ per: 'MONTH', most: '0.0002' }] } });
    expect(await complete(gateway, prompt('Two'), { key: two.secret })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      budget: { name: 'organisation:acme', spent: { amount: '0.00011' } },
    });
    await done(gateway, updatingOrganisation, { id: 'acme', input: { budgets: null } });
    expect(await complete(gateway, prompt('Three'), { key: two.secret })).toMatchObject({ text: 'Hi' });
  });

  it('a team that is made and changed has its calls booked to the organisation that it belonged to when they were made', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 50));
    await organise(gateway, { id: 'acme' });
    await create(gateway, { id: 'search' });
    const { secret } = await newKey(gateway, { team: 'search' });
    await complete(gateway, prompt('One'), { key: secret });
    await update(gateway, 'search', { organisation: 'acme' });
    expect((await viewer(gateway, secret)).organisation).toBe('acme');
    await complete(gateway, prompt('Two'), { key: secret });
    await complete(gateway, prompt('Three'), { key: secret });
    const rows = await ledgerOf(gateway, secret, ['ORGANISATION']);
    expect(rows.map(({ key, calls }) => [key.organisation, calls])).toEqual([
      [null, 1],
      ['acme', 2],
    ]);
  });

  it('a team that is made and changed within its organisation learns nothing of routes that the organisation has not', async () => {
    const { gateway } = await scripted();
    await organise(gateway, { id: 'acme', routes: ['default'] });
    await create(gateway, { id: 'acme.search', organisation: 'acme' });
    const { secret: key } = await newKey(gateway, { team: 'acme.search', scopes: ['ai:use', 'ai:teams'] });
    const refusals = ['embedding', 'nowhere'].map(async (route): Promise<Data> => {
      const made = await gateway.ask(creating, { input: { id: 'acme.web', routes: [route] } }, { key });
      const changed = await gateway.ask(updating, { id: 'acme.search', input: { routes: [route] } }, { key });
      return [made, changed].map(({ errors }) => errors?.[0]?.message.replaceAll(route, 'ROUTE'));
    });
    const [hidden, none] = await Promise.all(refusals);
    expect(hidden).toEqual(none);
    expect(hidden[0]).toBe('The team cannot use the route ROUTE: "organisation:acme" has default.');
  });

  it('a team that is made and changed has the guardrails that it and its organisation name beside those of the routes', async () => {
    const named = (name: string, pattern: string) => ({ guardrail: patternGuard({ name, patterns: [pattern] }), routes: [] });
    const { gateway, upstream } = await scripted({ guardrails: [named('codes', 'ACME-[0-9]+'), named('animals', 'falcon')] });
    upstream.plays(saying('Hi'));
    await organise(gateway, { id: 'acme', guardrails: ['codes'] });
    await create(gateway, { id: 'search', organisation: 'acme', guardrails: ['animals'] });
    const [inside, outside] = [await newKey(gateway, { team: 'search' }), await newKey(gateway, { team: 'other' })];
    for (const text of ['About ACME-7', 'About a falcon']) {
      expect(await complete(gateway, prompt(text), { key: inside.secret })).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
      expect(await complete(gateway, prompt(text), { key: outside.secret })).toMatchObject({ text: 'Hi' });
    }
    await update(gateway, 'search', { guardrails: null });
    expect(await complete(gateway, prompt('About a falcon'), { key: inside.secret })).toMatchObject({ text: 'Hi' });
    expect(await complete(gateway, prompt('About ACME-8'), { key: inside.secret })).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
  });

  it('a team that is made and changed shares kept answers as far as it and its organisation say', async () => {
    const { gateway, upstream } = await scripted({ routes: { default: { deployments: ['scripted'], cacheSeconds: 60 } } });
    upstream.plays(saying('Hi'));
    await organise(gateway, { id: 'acme', cacheSharing: 'ORGANISATION' });
    for (const id of ['acme.a', 'acme.b']) await create(gateway, { id, organisation: 'acme' });
    const [a, b, b2] = await Promise.all(['acme.a', 'acme.b', 'acme.b'].map(async (team) => (await newKey(gateway, { team })).secret));
    const cacheOf = async (key: string | undefined): Promise<string> =>
      (await complete(gateway, prompt('The same.'), { key: key ?? '' })).provenance.cache;
    expect([await cacheOf(a), await cacheOf(b)]).toEqual(['MISS', 'HIT']);
    await update(gateway, 'acme.b', { cacheSharing: 'TEAM' });
    expect([await cacheOf(b), await cacheOf(b2), await cacheOf(a)]).toEqual(['MISS', 'HIT', 'HIT']);
    await done(gateway, updatingOrganisation, { id: 'acme', input: { cacheSharing: 'PRINCIPAL' } });
    expect([await cacheOf(b), await cacheOf(b2), await cacheOf(b)]).toEqual(['MISS', 'MISS', 'HIT']);
  });
});

describe('a team that is archived', () => {
  it('a team that is archived may ask for nothing, what its keys have running ends, and it comes back as it was', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays({ pieces: [], ending: 'hang' });
    await create(gateway, { id: 'search' });
    const { secret } = await newKey(gateway, { team: 'search' });
    const events = stream(gateway, prompt('Hi'), { key: secret });
    await events.next();
    expect((await done(gateway, archiving, { id: 'search', archived: true })).archivedAt).not.toBeNull();
    let last: Data = null;
    for await (const event of events) last = event;
    expect(last).toMatchObject({
      __typename: 'CompletionFailed',
      failure: { code: 'UNAUTHENTICATED', message: expect.stringContaining('The team "search" was archived') },
    });
    expect(await gateway.ask('{ __typename }', {}, { key: secret })).toMatchObject({
      status: 401,
      errors: [{ message: expect.stringContaining('The team "search" was archived') }],
    });
    const input = { name: 'late', team: 'search', scopes: ['ai:use'] };
    const { errors } = await gateway.ask('mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret } }', { input });
    expect(errors).toMatchObject([{ message: expect.stringContaining('was archived'), extensions: { code: 'BAD_REQUEST' } }]);
    await done(gateway, archiving, { id: 'search', archived: false });
    expect(await statusOf(gateway, secret)).toBe(200);
  });

  it('a team that is archived with its organisation comes back with it', async () => {
    const gateway = await startGateway();
    await organise(gateway, { id: 'acme' });
    await create(gateway, { id: 'search', organisation: 'acme' });
    const { secret } = await newKey(gateway, { team: 'search' });
    await done(gateway, archivingOrganisation, { id: 'acme', archived: true });
    expect(await statusOf(gateway, secret)).toBe(401);
    await done(gateway, archivingOrganisation, { id: 'acme', archived: false });
    expect(await statusOf(gateway, secret)).toBe(200);
  });

  it('a team whose organisation was archived can be archived itself, and then stays so when its organisation comes back', async () => {
    const gateway = await startGateway();
    await organise(gateway, { id: 'acme' });
    await create(gateway, { id: 'search', organisation: 'acme' });
    const { secret } = await newKey(gateway, { team: 'search' });
    await done(gateway, archivingOrganisation, { id: 'acme', archived: true });
    expect((await done(gateway, archiving, { id: 'search', archived: true })).archivedAt).not.toBeNull();
    await done(gateway, archivingOrganisation, { id: 'acme', archived: false });
    expect(await statusOf(gateway, secret)).toBe(401);
  });
});

describe('a team of users of a login', () => {
  it('a team of users of a login bounds them from the next request on, and ends what they have running when it is archived', async () => {
    const login = await startIssuer();
    const issuers = { login: { issuer: login.url, audiences: [audience], scopes: ['ai:use', 'ai:usage'], team: 'web' } };
    const { gateway, upstream } = await scripted({ issuers });
    upstream.plays({ pieces: [], ending: 'hang' });
    const token = await login.sign();
    expect(await viewer(gateway, token)).toMatchObject({ organisation: null, scopes: ['ai:use', 'ai:usage'] });
    await organise(gateway, { id: 'acme', scopes: ['ai:use'], budgets: [{ per: 'MONTH', most: '9' }] });
    await create(gateway, { id: 'web', organisation: 'acme' });
    expect(await viewer(gateway, token)).toEqual({
      ...{ team: 'web', organisation: 'acme', scopes: ['ai:use'], routes: expect.any(Array) },
      // He draws on that of the organisation, and is not told what the others have spent of it.
      budgets: [],
    });
    const events = stream(gateway, prompt('Hi'), { key: token });
    await events.next();
    await done(gateway, archiving, { id: 'web', archived: true });
    let last: Data = null;
    for await (const event of events) last = event;
    expect(last).toMatchObject({
      __typename: 'CompletionFailed',
      failure: { code: 'UNAUTHENTICATED', message: expect.stringContaining('The team was archived') },
    });
    expect(await statusOf(gateway, token)).toBe(401);
  });
});

describe('what each user of a team may use', () => {
  it('what each user of a team may use is changed like all else of it, and holds for users whom a key acts for and for those of a login', async () => {
    const login = await startIssuer();
    const issuers = { login: { issuer: login.url, audiences: [audience], scopes: ['ai:use'], team: 'web' } };
    const { gateway } = await scripted({ issuers });
    const perUser = { budgets: [{ per: 'DAY', most: '0.5' }], requestsPerMinute: 2 };
    const made = await done(
      gateway,
      'mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { perUser { requestsPerMinute budgets { per limit { amount } } } } }',
      {
        input: { id: 'web', perUser },
      },
    );
    expect(made.perUser).toEqual({ requestsPerMinute: 2, budgets: [{ per: 'DAY', limit: { amount: '0.5' } }] });
    const backend = await newKey(gateway, { team: 'web', scopes: ['ai:use', 'ai:act-as'] });
    const ask = (key: string, user?: string): Promise<Data> =>
      gateway.ask('{ aiViewer { budgets { name per } } }', {}, { key, headers: user === undefined ? {} : { 'ai-user': user } });
    expect((await ask(backend.secret, '4711')).data.aiViewer.budgets).toEqual([{ name: expect.stringMatching(/^user:u_/), per: 'DAY' }]);
    expect((await ask(backend.secret)).data.aiViewer.budgets).toEqual([]);
    expect([(await ask(backend.secret, '4711')).status, (await ask(backend.secret, '4711')).status]).toEqual([200, 429]);
    expect((await ask(backend.secret, '4712')).status).toBe(200);
    expect((await ask(await login.sign())).data.aiViewer.budgets).toEqual([{ name: expect.stringMatching(/^user:u_/), per: 'DAY' }]);
    await update(gateway, 'web', { perUser: null });
    expect((await ask(backend.secret, '4711')).data.aiViewer.budgets).toEqual([]);
    expect((await gateway.ask(updating, { id: 'web', input: { perUser: { concurrency: 0 } } })).errors).toMatchObject([
      { message: expect.stringContaining('perUser.concurrency is 0. It must be a whole number') },
    ]);
  });
});

describe('a member of a team', () => {
  const adding =
    'mutation ($team: ID!, $issuer: String!, $user: String!) { addAiTeamMember(team: $team, issuer: $issuer, user: $user) { principal user addedBy } }';
  const removing = 'mutation ($team: ID!, $user: String!) { removeAiTeamMember(team: $team, issuer: "login", user: $user) { principal } }';

  it('a member of a team is bounded by it from his next request on where his token names none, and is in one team alone', async () => {
    const login = await startIssuer();
    const issuers = { login: { issuer: login.url, audiences: [audience], scopes: ['ai:use', 'ai:usage'], teamClaim: 'team' } };
    const { gateway } = await scripted({ issuers });
    for (const id of ['web', 'search']) await create(gateway, { id, scopes: ['ai:use'] });
    const [token, named] = [await login.sign(), await login.sign({ team: 'other' })];
    expect(await viewer(gateway, token)).toMatchObject({ team: null, scopes: ['ai:use', 'ai:usage'] });
    const ann = { issuer: 'login', user: 'ann' };
    const added = await done(gateway, adding, { team: 'web', ...ann });
    expect(added).toMatchObject({
      principal: expect.stringMatching(/^jwt:login:u_/),
      user: 'ann',
      addedBy: expect.stringMatching(/^key:/),
    });
    expect(await viewer(gateway, token)).toMatchObject({ team: 'web', scopes: ['ai:use'] });
    expect(await viewer(gateway, named)).toMatchObject({ team: 'other', scopes: ['ai:use', 'ai:usage'] });
    await done(gateway, adding, { team: 'search', ...ann });
    const teams = await eventually(
      'the name of the member is known',
      async () => (await gateway.ask('{ aiTeams { id members { user issuer } } }')).data.aiTeams,
      ([first]) => first.members[0]?.user !== null,
    );
    expect(teams).toEqual([
      { id: 'search', members: [{ user: 'ann', issuer: 'login' }] },
      { id: 'web', members: [] },
    ]);
    expect(await done(gateway, removing, { team: 'web', user: 'ann' })).toBeNull();
    await done(gateway, removing, { team: 'search', user: 'ann' });
    expect(await viewer(gateway, token)).toMatchObject({ team: null });
  });

  it('a member of a team is a user of an issuer of the configuration, and only who administers all teams puts him there', async () => {
    const login = await startIssuer();
    const { gateway } = await scripted({ issuers: { login: { issuer: login.url, audiences: [audience] } } });
    await create(gateway, { id: 'web' });
    for (const [variables, sentence] of [
      [{ team: 'web', issuer: 'okta', user: 'ann' }, 'There is no issuer "okta". Issuers of the configuration: login.'],
      [{ team: 'web', issuer: 'login', user: '' }, 'The user is refused: what tokens of the issuer say of him'],
    ] as const) {
      expect((await gateway.ask(adding, variables)).errors).toMatchObject([{ message: expect.stringContaining(sentence) }]);
    }
    expect(await done(gateway, adding, { team: 'nobody', issuer: 'login', user: 'ann' })).toBeNull();
    const { secret } = await newKey(gateway, { team: 'web', scopes: ['ai:teams'] });
    expect((await gateway.ask(adding, { team: 'web', issuer: 'login', user: 'ann' }, { key: secret })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });
});

describe('a team that the configuration declares', () => {
  it('a team that the configuration declares is shown, and changed there alone, whatever the store has of that name', async () => {
    const folder = temporaryFolder();
    const storage = await openStorage({ folder });
    await teamDesk(noDeclaredTeams, storage.directory, { routes: null, guardrails: null }).teams.create(
      'search',
      { policy: { scopes: ['ai:metrics'] } },
      { by: 'shell' },
    );
    await storage.close();
    const gateway = await startGateway({
      ...{ storage: { folder }, organisations: { acme: { concurrency: 9 } } },
      teams: { search: { organisation: 'acme', description: 'Of code.', scopes: ['ai:usage'] } },
    });
    const { secret } = await newKey(gateway, { team: 'search', scopes: ['ai:usage'] });
    expect(await viewer(gateway, secret)).toMatchObject({ organisation: 'acme', scopes: ['ai:usage'] });
    const { data } = await gateway.ask(
      '{ aiTeams { id organisation description declared createdAt createdBy } aiOrganisations { id concurrency declared } }',
    );
    expect(data).toEqual({
      aiTeams: [
        { id: 'search', organisation: 'acme', description: 'Of code.', declared: true, createdAt: null, createdBy: 'configuration' },
      ],
      aiOrganisations: [{ id: 'acme', concurrency: 9, declared: true }],
    });
    const refused = [
      await gateway.ask(updating, { id: 'search', input: { scopes: null } }),
      await gateway.ask(archiving, { id: 'search', archived: true }),
      await gateway.ask(creating, { input: { id: 'search' } }),
      await gateway.ask(updatingOrganisation, { id: 'acme', input: { concurrency: null } }),
    ];
    for (const { errors } of refused)
      expect(errors).toMatchObject([
        { message: expect.stringContaining('The configuration declares the '), extensions: { code: 'BAD_REQUEST' } },
      ]);
    await create(gateway, { id: 'web', organisation: 'acme' });
  });
});

describe('who may see and change teams', () => {
  /** Two organisations with two teams each, and a key of the first team of each that administers its organisation. */
  async function twoOrganisations() {
    const gateway = await startGateway();
    for (const id of ['acme', 'globex']) {
      await organise(gateway, { id });
      for (const team of ['a', 'b']) await create(gateway, { id: `${id}.${team}`, organisation: id });
    }
    const scopes = ['ai:use', 'ai:teams'];
    const { secret: acme } = await newKey(gateway, { team: 'acme.a', scopes });
    return { gateway, acme };
  }

  it('whoever has ai:teams sees and changes the teams of the own organisation, and none of another', async () => {
    const { gateway, acme } = await twoOrganisations();
    expect(await idsSeen(gateway, acme)).toEqual([{ id: 'acme.a' }, { id: 'acme.b' }]);
    expect((await gateway.ask('{ aiOrganisations { id } }', {}, { key: acme })).data.aiOrganisations).toEqual([{ id: 'acme' }]);
    expect(await done(gateway, updating, { id: 'acme.b', input: { concurrency: 2 } }, acme)).toMatchObject({ concurrency: 2 });
    const made = await done(gateway, creating, { input: { id: 'acme.c' } }, acme);
    expect(made).toMatchObject({ id: 'acme.c', organisation: 'acme' });
    for (const [query, variables, sentence] of [
      [creating, { input: { id: 'search' } }, /begins with that of your organisation: acme.search would be accepted/],
      [creating, { input: { id: 'acme.d', organisation: 'globex' } }, /teams of your own organisation: yours is acme/],
      [creating, { input: { id: 'acme.d', organisation: 'nobody' } }, /teams of your own organisation: yours is acme/],
      [updating, { id: 'acme.b', input: { organisation: null } }, /yours is acme, and teams stay in it/],
    ] as const) {
      expect((await gateway.ask(query, variables, { key: acme })).errors).toMatchObject([
        { message: expect.stringMatching(sentence), extensions: { code: 'FORBIDDEN' } },
      ]);
    }
    expect((await gateway.ask(creatingOrganisation, { input: { id: 'mine' } }, { key: acme })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  it.each([
    ['updateAiTeam', updating, { input: { description: 'x' } }],
    ['updateAiTeam with a refused input', updating, { input: { concurrency: 0 } }],
    ['updateAiTeam of what its organisation has not', updating, { input: { cacheSharing: 'ORGANISATION' } }],
    ['archiveAiTeam', archiving, { archived: true }],
  ])('%s says of a team of another organisation what it says of one that there is not', async (_, query, variables) => {
    const { gateway, acme } = await twoOrganisations();
    const told = async (id: string): Promise<string> => {
      const { status, data, errors } = await gateway.ask(query, { id, ...variables }, { key: acme });
      return JSON.stringify({ status, data, errors: errors?.map(({ message, path }) => [message, path]) });
    };
    const before = await gateway.storage.directory.teams.list();
    expect(await told('globex.a')).toBe(await told('globex.nobody'));
    expect(await gateway.storage.directory.teams.list()).toEqual(before);
  });

  it('whoever has ai:teams in a team without an organisation sees that team alone, and changes nothing', async () => {
    const { gateway } = await twoOrganisations();
    await create(gateway, { id: 'alone' });
    const { secret } = await newKey(gateway, { team: 'alone', scopes: ['ai:teams'] });
    expect(await idsSeen(gateway, secret)).toEqual([{ id: 'alone' }]);
    for (const [query, variables] of [
      [updating, { id: 'alone', input: { concurrency: 9 } }],
      [creating, { input: { id: 'alone.b' } }],
    ] as const) {
      expect((await gateway.ask(query, variables, { key: secret })).errors).toMatchObject([
        { message: expect.stringContaining('your team belongs to none'), extensions: { code: 'FORBIDDEN' } },
      ]);
    }
  });

  it('whoever has ai:keys beside ai:teams administers the keys of the own organisation, and sees none of another', async () => {
    const { gateway } = await twoOrganisations();
    const { secret } = await newKey(gateway, { team: 'acme.a', scopes: ['ai:use', 'ai:keys', 'ai:teams'], monthlyBudget: '5' });
    const theirs = await newKey(gateway, { team: 'globex.a', scopes: ['ai:use'] });
    const query = 'mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { key { id team } } }';
    const made = await done(gateway, query, { input: { name: 'b', team: 'acme.b', scopes: ['ai:use'] } }, secret);
    expect(made.key.team).toBe('acme.b');
    const { data } = await gateway.ask('{ aiKeys { id team } }', {}, { key: secret });
    expect(new Set(data.aiKeys.map(({ team }: Data) => team))).toEqual(new Set(['acme.a', 'acme.b']));
    const told = async (team: string): Promise<string> => {
      const { errors } = await gateway.ask(query, { input: { name: 'x', team, scopes: ['ai:use'] } }, { key: secret });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      return errors?.[0]?.message ?? '';
    };
    expect(await told('globex.a')).toBe(await told('nothing'));
    const revoking = 'mutation ($id: ID!) { revokeAiKey(id: $id) { id } }';
    expect((await gateway.ask(revoking, { id: theirs.id }, { key: secret })).data).toEqual({ revokeAiKey: null });
    expect((await done(gateway, revoking, { id: made.key.id }, secret)).id).toBe(made.key.id);
  });

  it('whoever has neither ai:teams nor ai:teams:all sees no team', async () => {
    const { gateway } = await twoOrganisations();
    const { secret } = await newKey(gateway, { team: 'acme.a', scopes: ['ai:use', 'ai:keys'] });
    expect((await gateway.ask('{ aiTeams { id } }', {}, { key: secret })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('what a team cannot be', () => {
  it.each<[object, RegExp]>([
    [{ id: 'a b' }, /The name "a b" of the team is refused: letters, digits/],
    [{ id: 'taken' }, /There is already a team "taken"/],
    [{ organisation: 'nobody' }, /There is no organisation "nobody" to which a team could belong/],
    [{ scopes: [] }, /A team without scopes may do nothing/],
    [{ scopes: ['ai:everything'] }, /no scope "ai:everything". Scopes of the gateway: ai:use/],
    [{ routes: ['nowhere'] }, /no route "nowhere". Routes: default/],
    [{ guardrails: ['nothing'] }, /no guardrail "nothing". Guardrails of the configuration: none/],
    [{ budgets: [{ per: 'DAY', most: '-1' }] }, /budgets.0.most is "-1". It must be US dollars/],
    [{ budgets: [{ per: 'SESSION', most: '1' }] }, /budgets.0.per is SESSION. Periods: DAY/],
    [{ budgets: [1, 2].map((most) => ({ per: 'DAY', most: `${most}` })) }, /two budgets for a day/],
    [{ budgets: [{ per: 'DAY', most: '1', warnAt: [2] }] }, /warnAt of the budget for a day has 2. Parts from 0.01 to 1/],
    [{ requestsPerMinute: 0 }, /requestsPerMinute is 0. It must be a whole number from 1/],
    [{ concurrency: -1 }, /concurrency is -1/],
    [{ timeZone: 'Mars' }, /timeZone is "Mars". A time zone such as Europe\/Berlin/],
    [{ cacheSharing: 'ORGANISATION' }, /a team without an organisation shares kept answers within "team"/],
    [{ description: 'x'.repeat(1_001) }, /The description has 1001 characters/],
    [{ organisation: 'narrow', scopes: ['ai:ingest'] }, /cannot have the scope ai:ingest: "organisation:narrow" has ai:use/],
    [{ organisation: 'narrow', routes: ['embedding'] }, /cannot use the route embedding: "organisation:narrow" has default/],
  ])('a team cannot be %j: the refusal says what would be accepted, and nothing is stored', async (input, sentence) => {
    const { gateway } = await scripted();
    await create(gateway, { id: 'taken' });
    await organise(gateway, { id: 'narrow', scopes: ['ai:use'], routes: ['default'] });
    const before = await gateway.storage.directory.teams.list();
    const { errors } = await gateway.ask(creating, { input: { id: 'search', ...input } });
    expect(errors).toMatchObject([{ message: expect.stringMatching(sentence), extensions: { code: 'BAD_REQUEST' } }]);
    expect(await gateway.storage.directory.teams.list()).toEqual(before);
  });

  it('a key cannot have a scope or a route that its team has not', async () => {
    const { gateway } = await scripted();
    await create(gateway, { id: 'search', scopes: ['ai:use'], routes: ['default'] });
    const query = 'mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret } }';
    const wanted = { name: 'web', team: 'search', scopes: ['ai:use'] };
    for (const [more, sentence] of [
      [{ scopes: ['ai:use', 'ai:usage'] }, 'cannot have the scope ai:usage: "team:search" has ai:use'],
      [{ routes: ['embedding'] }, 'cannot use the route embedding: "team:search" has default'],
    ] as const) {
      expect((await gateway.ask(query, { input: { ...wanted, ...more } })).errors).toMatchObject([
        { message: expect.stringContaining(sentence) },
      ]);
    }
  });
});

describe('teams of several processes', () => {
  it('what the shell changes of a team holds at a running gateway from its next request on', async () => {
    const config = { ...scriptedConfig(await openUpstream()), storage: { folder: temporaryFolder() } };
    const gateway = await startGateway(config);
    const { secret } = await newKey(gateway, { team: 'search' });
    expect(await viewer(gateway, secret)).toMatchObject({ scopes: ['ai:use', 'ai:usage'] });
    const storage = await openStorage({ folder: config.storage.folder });
    const { teams } = teamDesk(noDeclaredTeams, storage.directory, { routes: null, guardrails: null });
    await teams.create('search', { policy: { scopes: ['ai:usage'] } }, { by: 'shell' });
    expect(await viewer(gateway, secret)).toMatchObject({ scopes: ['ai:usage'] });
    await teams.update('search', { archived: true }, { by: 'shell' });
    expect(await statusOf(gateway, secret)).toBe(401);
    await storage.close();
  });
});
