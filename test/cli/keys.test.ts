import { describe, expect, it } from 'vitest';
import { folderWith, inProcess, refusal, serving } from './run.ts';

const question = '{ aiRoutes { name } }';

describe('fieldgate keys', () => {
  it('fieldgate keys makes a key that a running server takes, lists it without its secret, and ends it', async () => {
    const cwd = folderWith();
    const server = await serving([], { cwd });
    await server.ready();
    const limits = ['--budget', '25.00', '--rpm', '60', '--cpm', '600', '--route', 'embedded', '--expires', '2099-01-31'];
    const made = await inProcess(
      ['keys', 'create', '--name', 'web', '--team', 'shop', '--scope', 'ai:use', '--scope', 'shop:read', ...limits],
      { cwd },
    );
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^fg_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}\n$/) });
    const secret = made.out.trim();
    const authorization = `Bearer ${secret}`;
    expect((await server.ask(question, { authorization })).data.aiRoutes).not.toEqual([]);

    const id = secret.split('_')[1] ?? '';
    const listed = await inProcess(['keys', 'list'], { cwd });
    expect(
      listed.out
        .split('\n')
        .find((line) => line.startsWith(id))
        ?.split(/ {2,}/),
    ).toEqual([
      id,
      'web',
      'shop',
      'ai:use shop:read',
      'embedded',
      '25',
      '60',
      '600',
      expect.stringMatching(/^20|^-$/),
      'until 2099-01-31 00:00',
    ]);
    expect(listed.out).not.toMatch(/[0-9a-f]{64}/);
    expect(listed.out).not.toContain(secret.split('_')[2]);

    expect((await inProcess(['keys', 'revoke', id], { cwd })).out).toBe(`The key ${id} (web) has been revoked.\n`);
    expect((await server.ask(question, { authorization })).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect((await inProcess(['keys', 'list'], { cwd })).out).toContain('revoked ');
  });

  it('fieldgate keys changes a key of a running server, takes a limit away with none, and gives it another secret', async () => {
    const cwd = folderWith();
    const server = await serving([], { cwd });
    await server.ready();
    const made = await inProcess(['keys', 'create', '--name', 'web', '--team', 'shop', '--budget', '25', '--rpm', '60'], { cwd });
    const [id, old] = [made.out.split('_')[1] ?? '', made.out.trim()];
    const changed = await inProcess(['keys', 'update', id, '--name', 'app', '--budget', 'none', '--scope', 'ai:usage', '--route', '*'], {
      cwd,
    });
    expect(changed.out).toBe(`The key ${id} (app) has been changed: name, scopes, routes, monthlyBudget.\n`);
    const asked = '{ aiViewer { principal scopes budgets { name } } }';
    expect((await server.ask(asked, { authorization: `Bearer ${old}` })).data.aiViewer).toEqual({
      ...{ principal: `key:${id}`, scopes: ['ai:usage'], budgets: [] },
    });
    const rotated = await inProcess(['keys', 'rotate', id, '--overlap', '0'], { cwd });
    expect(rotated).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^fg_${id}_[0-9A-Za-z]{43}\n$`)) });
    expect((await server.ask(asked, { authorization: `Bearer ${old}` })).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    expect((await server.ask(asked, { authorization: `Bearer ${rotated.out.trim()}` })).data.aiViewer.principal).toBe(`key:${id}`);
  });

  it.each([
    [[], 'keys takes what to do: create --name NAME --team TEAM, list, update ID, rotate ID --overlap SECONDS, or revoke ID.'],
    [['frobnicate'], 'keys takes what to do'],
    [['constructor'], 'keys takes what to do'],
    [['revoke'], 'keys takes what to do'],
    [['rotate'], 'keys takes what to do'],
    [['update', 'nobody'], 'keys update needs what is to be other'],
    [['update', 'nobody', '--name', 'x'], 'There is no key "nobody". Keys in force: none.'],
    [['update', 'nobody', '--team', 'x'], 'A key stays in its team'],
    [['update', 'nobody', '--rpm', '0'], '--rpm is "0". It must be a whole number from 1 on, or none.'],
    [['rotate', 'nobody'], 'keys rotate needs --overlap'],
    [['rotate', 'nobody', '--overlap', 'soon'], '--overlap is "soon". It must be a whole number from 0 on.'],
    [['rotate', 'nobody', '--overlap', '9999999'], 'It must be a whole number from 0 (the old secret ends at once) to 2592000'],
    [['revoke', 'nobody'], 'There is no key "nobody". Keys in force: none.'],
    [['create', '--name', 'web'], 'keys create needs --team'],
    [['create', '--name', 'a', '--team', 'b', '--scope', 'ai:all'], 'There is no scope "ai:all"'],
    [['create', '--name', 'a', '--team', 'b', '--route', 'nowhere'], 'There is no route "nowhere". Routes: default, embedding, embedded.'],
    [['create', '--name', 'a', '--team', 'b', '--budget', '1e3'], '--budget is "1e3". It must be US dollars'],
    [['create', '--name', 'a', '--team', 'b', '--rpm', 'many'], '--rpm is "many". It must be a whole number from 1 on'],
    [['create', '--name', 'a', '--team', 'b', '--cpm', 'many'], '--cpm is "many". It must be a whole number from 1 on'],
    [['create', '--name', 'a', '--team', 'b', '--expires', '2099-02-31'], '--expires is "2099-02-31". It must be a date'],
    [['create', '--name', 'a', '--team', 'b', '--expires', '2001-01-01'], 'The expiry of a key lies in the future'],
  ])('fieldgate keys refuses %j in a sentence', async (args, sentence) => {
    expect(await refusal(['keys', ...args], folderWith())).toContain(sentence);
  });
});
