/** Keys are changed and rotated while they are used: by callers that have as much, by the shell, and at the same moment as others. */
import { describe, expect, it } from 'vitest';
import { keyDesk } from '../../src/access/issue-keys.ts';
import { openStorage } from '../../src/storage/open-storage.ts';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { budgetOf, complete, eventually, newKey, prompt, stream } from './asking.ts';
import { counting, openUpstream, saying, scripted, scriptedConfig } from './scripted.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

const fields =
  'id name scopes routes monthlyBudget requestsPerMinute callsPerMinute expiresAt revokedAt createdBy updatedBy updatedAt formerSecretEndsAt';
const updating = `mutation ($id: ID!, $input: UpdateAiKeyInput!) { updateAiKey(id: $id, input: $input) { ${fields} } }`;
const rotating = `mutation ($id: ID!, $seconds: Int!) { rotateAiKey(id: $id, overlapSeconds: $seconds) { secret key { ${fields} } } }`;
const revoking = 'mutation ($id: ID!) { revokeAiKey(id: $id) { id } }';
const creating = 'mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret key { id } } }';

const update = (gateway: TestGateway, id: string, input: object, key?: string): Promise<Data> =>
  gateway.ask(updating, { id, input }, key === undefined ? {} : { key });
const rotate = (gateway: TestGateway, id: string, seconds: number, key?: string): Promise<Data> =>
  gateway.ask(rotating, { id, seconds }, key === undefined ? {} : { key });
const statusOf = async (gateway: TestGateway, key: string): Promise<number> => (await gateway.ask('{ __typename }', {}, { key })).status;
const viewer = async (gateway: TestGateway, key: string): Promise<Data> =>
  (await gateway.ask('{ aiViewer { scopes routes budgets { name } } }', {}, { key })).data.aiViewer;

async function child(gateway: TestGateway, key: string, input: object = {}): Promise<{ readonly id: string; readonly secret: string }> {
  const wanted = { name: 'child', team: 'search', scopes: ['ai:use'], ...input };
  const { data, errors } = await gateway.ask(creating, { input: wanted }, { key });
  expect(errors).toBeUndefined();
  return { id: data.createAiKey.key.id, secret: data.createAiKey.secret };
}

const admin = { scopes: ['ai:use', 'ai:usage', 'ai:keys'] };

describe('updateAiKey', () => {
  it('updateAiKey changes what is given, removes what is null, and leaves the rest', async () => {
    const { gateway } = await scripted();
    const { id } = await newKey(gateway, {
      name: 'web',
      routes: ['default'],
      monthlyBudget: '5',
      requestsPerMinute: 60,
      callsPerMinute: 9,
    });
    const { data, errors } = await update(gateway, id, { name: 'app', monthlyBudget: null, callsPerMinute: 7 });
    expect(errors).toBeUndefined();
    expect(data.updateAiKey).toMatchObject({
      ...{ name: 'app', scopes: ['ai:use', 'ai:usage'], routes: ['default'], monthlyBudget: null },
      ...{ requestsPerMinute: 60, callsPerMinute: 7, expiresAt: null },
    });
    const [by] = [(await gateway.ask('{ aiViewer { principal } }')).data.aiViewer.principal];
    expect(data.updateAiKey).toMatchObject({ createdBy: by, updatedBy: by, updatedAt: expect.stringMatching(/Z$/) });
  });

  it('updateAiKey holds from the next request on: scopes, routes, rates, and the budget with what it has spent', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 50));
    const { id, secret: key } = await newKey(gateway, { monthlyBudget: '1.00', requestsPerMinute: 50 });
    expect(await complete(gateway, prompt('One'), { key })).toMatchObject({ text: 'Hi' });
    await update(gateway, id, { monthlyBudget: '0.0002' });
    expect(await complete(gateway, prompt('Two'), { key })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      budget: { limit: { amount: '0.0002' }, spent: { amount: '0.00011' } },
    });
    await update(gateway, id, { monthlyBudget: '2.00', routes: [], scopes: ['ai:usage'] });
    expect(await viewer(gateway, key)).toMatchObject({ scopes: ['ai:usage'], routes: [] });
    await update(gateway, id, { requestsPerMinute: 1 });
    expect([await statusOf(gateway, key), await statusOf(gateway, key)]).toEqual([200, 429]);
  });

  it.each<[object, RegExp]>([
    [{ name: ' ' }, /name must have 1 to 100 characters/],
    [{ name: null }, /name is null. A key always has one/],
    [{ scopes: null }, /scopes is null/],
    [{ scopes: [] }, /scopes is empty. You can give: ai:use/],
    [{ scopes: ['ai:everything'] }, /no scope "ai:everything"|cannot give the scope ai:everything/],
    [{ routes: ['nowhere'] }, /no route "nowhere" that you can give. Routes: default/],
    [{ monthlyBudget: '-1' }, /monthlyBudget is "-1". It must be US dollars from 0 to 9007199\.254740991/],
    [{ requestsPerMinute: 0 }, /requestsPerMinute is 0. It must be a whole number from 1 to 1000000/],
    [{ callsPerMinute: -2 }, /callsPerMinute is -2/],
    [{ expiresAt: '2001-01-01T00:00:00Z' }, /which is past/],
  ])('updateAiKey refuses %j in a sentence that says what would be accepted, and changes nothing', async (input, sentence) => {
    const { gateway } = await scripted();
    const { id } = await newKey(gateway, {});
    const before = await gateway.storage.keys.find(id);
    expect((await update(gateway, id, input)).errors).toMatchObject([{ message: expect.stringMatching(sentence) }]);
    expect(await gateway.storage.keys.find(id)).toEqual(before);
  });

  it('updateAiKey brings no revoked key back', async () => {
    const { gateway } = await scripted();
    const { id } = await newKey(gateway, {});
    await gateway.ask(revoking, { id });
    expect((await update(gateway, id, { name: 'again' })).errors).toMatchObject([
      { message: expect.stringContaining('was revoked'), extensions: { code: 'BAD_REQUEST' } },
    ]);
  });
});

describe('rotateAiKey', () => {
  it('rotateAiKey gives another secret under the same id, and both are accepted until the overlap is over', async () => {
    const clock = { time: Date.now() };
    const gateway = await startGateway({}, { now: () => clock.time });
    const { id, secret: old } = await newKey(gateway, {});
    const { data } = await rotate(gateway, id, 3_600);
    const { secret: fresh, key } = data.rotateAiKey;
    expect(key).toMatchObject({ id, formerSecretEndsAt: new Date(clock.time + 3_600_000).toISOString() });
    expect(fresh).not.toBe(old);
    for (const secret of [old, fresh]) {
      expect((await gateway.ask('{ aiViewer { principal } }', {}, { key: secret })).data.aiViewer.principal).toBe(`key:${id}`);
    }
    clock.time += 3_600_000;
    const { status, errors } = await gateway.ask('{ __typename }', {}, { key: old });
    expect({ status, errors }).toMatchObject({ status: 401, errors: [{ message: expect.stringMatching(/was replaced, and ended at/) }] });
    expect(await statusOf(gateway, fresh)).toBe(200);
    expect((await gateway.ask('{ aiKeys { id formerSecretEndsAt } }')).data.aiKeys).toContainEqual({ id, formerSecretEndsAt: null });
  });

  it('rotateAiKey leaves the old secret its use alone: it makes, changes, rotates and revokes no keys and makes no tokens', async () => {
    const gateway = await startGateway();
    const { id, secret: old } = await newKey(gateway, { scopes: ['ai:use', 'ai:keys'] });
    const { secret: fresh } = (await rotate(gateway, id, 600)).data.rotateAiKey;
    const token = 'mutation { createAiToken(input: { ttlSeconds: 60 }) { secret } }';
    const make = 'mutation { createAiKey(input: { name: "n", team: "search", scopes: ["ai:use"] }) { secret } }';
    const of = (field: string) => `mutation { ${field} { __typename } }`;
    const others = [`updateAiKey(id: "${id}", input: { name: "n" })`, `rotateAiKey(id: "${id}", overlapSeconds: 60)`];
    for (const document of [token, make, ...others.map(of), of(`revokeAiKey(id: "${id}")`)]) {
      expect((await gateway.ask(document, {}, { key: old })).errors).toMatchObject([
        { message: expect.stringContaining('The new secret would be accepted'), extensions: { code: 'FORBIDDEN' } },
      ]);
    }
    for (const document of [token, make]) expect((await gateway.ask(document, {}, { key: fresh })).errors).toBeUndefined();
    expect(await statusOf(gateway, old)).toBe(200);
  });

  it('rotateAiKey ends the old secret at once without an overlap, and one that an earlier rotation has left with any', async () => {
    const gateway = await startGateway();
    const { id, secret: first } = await newKey(gateway, {});
    const second = (await rotate(gateway, id, 600)).data.rotateAiKey.secret;
    const third = (await rotate(gateway, id, 600)).data.rotateAiKey.secret;
    expect(await Promise.all([first, second, third].map((key) => statusOf(gateway, key)))).toEqual([401, 200, 200]);
    const fourth = (await rotate(gateway, id, 0)).data.rotateAiKey.secret;
    expect(await Promise.all([second, third, fourth].map((key) => statusOf(gateway, key)))).toEqual([401, 401, 200]);
  });

  it('rotateAiKey resets nothing: budget, rates, completions and usage are those of the id', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(counting(10, 50));
    const { id, secret: old } = await newKey(gateway, { monthlyBudget: '0.0003', requestsPerMinute: 4 });
    const { id: completion } = await complete(gateway, prompt('One'), { key: old });
    const { secret: key } = (await rotate(gateway, id, 0)).data.rotateAiKey;
    expect(await budgetOf(gateway, key)).toMatchObject({ limit: 300_000, spent: 110_000 });
    const { data } = await gateway.ask('query ($id: ID!) { completionById(id: $id) { text } }', { id: completion }, { key });
    expect(data.completionById).toEqual({ text: 'Hi' });
    expect(await complete(gateway, prompt('Two'), { key })).toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(await statusOf(gateway, key)).toBe(429);
  });

  it('rotateAiKey lets what runs go on: a stream that the old secret began ends as it should', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const { id, secret: key } = await newKey(gateway, {});
    const events = stream(gateway, prompt('Hi'), { key });
    expect((await events.next()).value).toMatchObject({ __typename: 'CompletionStarted' });
    await rotate(gateway, id, 0);
    let last: Data = null;
    for await (const event of events) last = event;
    expect(last).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'Hi' } });
  });

  it.each([-1, 2_592_001])('rotateAiKey refuses an overlap of %i seconds, and the secret stays', async (seconds) => {
    const gateway = await startGateway();
    const { id, secret } = await newKey(gateway, {});
    expect((await rotate(gateway, id, seconds)).errors).toMatchObject([
      { message: expect.stringContaining(`The overlap is ${seconds} seconds. It must be a whole number from 0`) },
    ]);
    expect(await statusOf(gateway, secret)).toBe(200);
  });

  it('rotateAiKey and revokeAiKey at the same moment leave no secret that works', async () => {
    const gateway = await startGateway();
    for (let round = 0; round < 10; round += 1) {
      const { id, secret } = await newKey(gateway, {});
      const [rotated] = await Promise.all([rotate(gateway, id, 600), gateway.ask(revoking, { id }), update(gateway, id, { name: 'x' })]);
      const secrets = [secret, rotated.data?.rotateAiKey?.secret ?? secret];
      expect(await Promise.all(secrets.map((key) => statusOf(gateway, key)))).toEqual([401, 401]);
    }
  });
});

describe('a key that a key has made, when its maker is changed', () => {
  it('a key that a key has made has no scope, route or rate that its maker has no more, down to the last', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying('Hi'));
    const root = await newKey(gateway, admin);
    const middle = await child(gateway, root.secret, admin);
    const leaf = await child(gateway, middle.secret);
    expect(await complete(gateway, prompt('One'), { key: leaf.secret })).toMatchObject({ text: 'Hi' });
    await update(gateway, root.id, { scopes: ['ai:usage', 'ai:keys'], routes: ['embedding'], requestsPerMinute: 3 });
    expect(await viewer(gateway, leaf.secret)).toMatchObject({ scopes: [], routes: ['embedding'] });
    expect(await viewer(gateway, middle.secret)).toMatchObject({ scopes: ['ai:usage', 'ai:keys'] });
    expect([await statusOf(gateway, root.secret), await statusOf(gateway, leaf.secret)]).toEqual([200, 429]);
  });

  it('a key that a key has made ends with its maker when that gets an expiry, and so does what it has running', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays({ pieces: [], ending: 'hang' });
    const root = await newKey(gateway, admin);
    const made = await child(gateway, root.secret);
    const events = stream(gateway, prompt('Hi'), { key: made.secret });
    await events.next();
    await update(gateway, root.id, { expiresAt: new Date(Date.now() + 700).toISOString() });
    let last: Data = null;
    for await (const event of events) last = event;
    expect(last).toMatchObject({ __typename: 'CompletionFailed', failure: { code: 'UNAUTHENTICATED' } });
    expect(await statusOf(gateway, made.secret)).toBe(401);
  });
});

describe('who may change a key', () => {
  it('nobody gives the own key more than it has, and everybody may give it less', async () => {
    const { gateway } = await scripted();
    const { id, secret } = await newKey(gateway, {
      ...admin,
      monthlyBudget: '1',
      requestsPerMinute: 60,
      expiresAt: '2098-01-01T00:00:00Z',
    });
    for (const input of [
      { monthlyBudget: null },
      { monthlyBudget: '2' },
      { requestsPerMinute: 61 },
      { callsPerMinute: 90 },
      { expiresAt: null },
    ]) {
      expect((await update(gateway, id, input, secret)).errors).toMatchObject([
        { message: expect.stringMatching(/your own key more than it has/), extensions: { code: 'FORBIDDEN' } },
      ]);
    }
    expect((await update(gateway, id, { monthlyBudget: '0.5', scopes: ['ai:keys'] }, secret)).errors).toBeUndefined();
    expect((await update(gateway, id, { scopes: admin.scopes }, secret)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('nobody rotates or changes a key of the team that has more: its secret would be a way around his own limits', async () => {
    const { gateway } = await scripted();
    const small = await newKey(gateway, { ...admin, monthlyBudget: '0.01' });
    const rich = await newKey(gateway, admin);
    const strong = await newKey(gateway, { scopes: ['ai:keys', 'ai:keys:all'] });
    const tie = await newKey(gateway, { ...admin, routes: ['default'] });
    for (const { id } of [rich, strong]) {
      for (const refused of [await rotate(gateway, id, 0, small.secret), await update(gateway, id, { monthlyBudget: '9' }, small.secret)]) {
        expect(refused.errors).toMatchObject([
          { message: expect.stringContaining(`may not change the key ${id}`), extensions: { code: 'FORBIDDEN' } },
        ]);
      }
    }
    expect((await rotate(gateway, rich.id, 0, tie.secret)).errors).toMatchObject([
      { message: expect.stringContaining('routes that you may not use') },
    ]);
    expect(await statusOf(gateway, rich.secret)).toBe(200);
    expect((await rotate(gateway, tie.id, 0, rich.secret)).errors).toBeUndefined();
  });

  it('a key of the team is not made to outlive the key that changes it, also not by taking its expiry away', async () => {
    const { gateway } = await scripted();
    const { secret } = await newKey(gateway, { ...admin, expiresAt: '2098-01-01T00:00:00Z' });
    const other = await newKey(gateway, { scopes: ['ai:use'], expiresAt: '2097-01-01T00:00:00Z' });
    for (const expiresAt of [null, '2099-01-01T00:00:00Z'])
      expect((await update(gateway, other.id, { expiresAt }, secret)).errors).toMatchObject([
        { message: expect.stringContaining('You cannot have a key outlive yours'), extensions: { code: 'FORBIDDEN' } },
      ]);
    // Without an expiry of its own, what a key has made ends with it.
    const made = await child(gateway, secret);
    expect((await update(gateway, made.id, { expiresAt: null }, secret)).data.updateAiKey).toMatchObject({ expiresAt: null });
  });

  it('a maker changes and rotates what it has made, within what it has, and rotates itself', async () => {
    const { gateway } = await scripted();
    const root = await newKey(gateway, { ...admin, monthlyBudget: '1', expiresAt: '2098-01-01T00:00:00Z' });
    const made = await child(gateway, root.secret);
    expect((await update(gateway, made.id, { monthlyBudget: '500', scopes: ['ai:usage'] }, root.secret)).data.updateAiKey).toMatchObject({
      ...{ monthlyBudget: '500', scopes: ['ai:usage'], updatedBy: `key:${root.id}` },
    });
    expect((await update(gateway, made.id, { expiresAt: '2099-01-01T00:00:00Z' }, root.secret)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await update(gateway, made.id, { scopes: ['ai:ingest'] }, root.secret)).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await viewer(gateway, made.secret)).budgets.map(({ name }: Data) => name)).toEqual([`key:${made.id}`, `key:${root.id}`]);
    const { secret } = (await rotate(gateway, made.id, 0, root.secret)).data.rotateAiKey;
    expect(await statusOf(gateway, secret)).toBe(200);
    expect((await rotate(gateway, root.id, 0, root.secret)).errors).toBeUndefined();
  });

  it.each([
    ['updateAiKey', updating, { input: { name: 'x' } }],
    ['updateAiKey with a refused input', updating, { input: { name: '' } }],
    ['rotateAiKey', rotating, { seconds: 0 }],
    ['rotateAiKey with a refused overlap', rotating, { seconds: -4 }],
    ['revokeAiKey', revoking, {}],
  ])('%s says of a key of another team what it says of one that there is not', async (_, query, variables) => {
    const { gateway } = await scripted();
    const mine = await newKey(gateway, { team: 'shop', scopes: ['ai:keys'] });
    const theirs = await newKey(gateway, { team: 'search' });
    const told = async (id: string): Promise<string> => {
      const { status, data, errors } = await gateway.ask(query, { id, ...variables }, { key: mine.secret });
      return JSON.stringify({ status, data, errors: errors?.map(({ message, path }) => [message, path]) });
    };
    expect(await told(theirs.id)).toBe(await told('nothing'));
    expect(await statusOf(gateway, theirs.secret)).toBe(200);
  });
});

describe('what is known of a key', () => {
  it('a key shows when it was used last, and its budgets with those above it', async () => {
    const { gateway } = await scripted({ teams: { search: { dailyBudget: '3' } } });
    const { id, secret } = await newKey(gateway, { monthlyBudget: '5' });
    const shown = async (): Promise<Data> =>
      (await gateway.ask('{ aiKeys { id lastUsedAt budgets { name limit { amount } } } }')).data.aiKeys.find((key: Data) => key.id === id);
    expect(await shown()).toMatchObject({
      lastUsedAt: null,
      budgets: [
        { name: `key:${id}`, limit: { amount: '5' } },
        { name: 'team:search', limit: { amount: '3' } },
      ],
    });
    const before = Date.now();
    await statusOf(gateway, secret);
    const { lastUsedAt } = await eventually('the use is written', shown, (key) => key.lastUsedAt !== null);
    expect(Date.parse(lastUsedAt)).toBeGreaterThanOrEqual(before);
  });

  it('what the shell changes holds at a running gateway from its next request on, and the other way round', async () => {
    const config = { ...scriptedConfig(await openUpstream()), storage: { folder: temporaryFolder() } };
    const gateway = await startGateway(config);
    const { id, secret } = await newKey(gateway, {});
    expect(await statusOf(gateway, secret)).toBe(200);
    const storage = await openStorage({ folder: config.storage.folder });
    const desk = keyDesk(storage.keys);
    await desk.update(id, { scopes: ['ai:usage'] }, { by: 'shell' });
    expect(await viewer(gateway, secret)).toMatchObject({ scopes: ['ai:usage'] });
    const rotated = await desk.rotate(id, 0, { by: 'shell' });
    expect(await statusOf(gateway, secret)).toBe(401);
    expect(await statusOf(gateway, rotated?.secret ?? '')).toBe(200);
    await update(gateway, id, { name: 'from the graph' });
    expect(await storage.keys.find(id)).toMatchObject({ name: 'from the graph', updatedBy: expect.stringMatching(/^key:/) });
    await storage.close();
  });
});
