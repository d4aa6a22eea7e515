/** What is done in the shell is a line in the log of the gateway on the same folder: of one that runs, or of the next that does. */
import { expect, it } from 'vitest';
import { eventually } from '../gateway/asking.ts';
import { configText, folderWith, inProcess, type ServingRun, serving } from './run.ts';

const issuers = "issuers: { okta: { issuer: 'https://login.example.com', audiences: ['gateway'] } }";

const linesOf = ({ text }: ServingRun): readonly Record<string, unknown>[] =>
  text.out
    .split('\n')
    .filter((line) => line.includes('"administration"'))
    .map((line) => JSON.parse(line));

const lines = (server: ServingRun, count: number): Promise<readonly Record<string, unknown>[]> =>
  eventually(
    `${count} lines are in the log`,
    () => linesOf(server),
    (seen) => seen.length >= count,
  );

it('what is done in the shell is one line each in the log of the gateway that starts next, and of the one that runs, without secrets and names', async () => {
  const cwd = folderWith({ 'gateway.config.ts': configText(issuers) });
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await inProcess(args, { cwd });
    expect([code, err.includes('"administration"')]).toEqual([0, false]);
    return out.trim();
  };
  await run('organisations', 'create', 'acme', '--budget', '900', '--reason', 'A customer.');
  await run('teams', 'create', 'web', '--organisation', 'acme', '--budget', 'day=5', '--budget', 'month=50');
  const secret = await run('keys', 'create', '--name', 'site', '--team', 'web', '--reason', 'The site.');
  const id = secret.split('_')[1] ?? '';
  await run('teams', 'update', 'web', '--set-budget', 'month=80', '--reason', 'The launch.');
  await run('teams', 'add', 'web', '--issuer', 'okta', '--user', 'ann@example.com');
  await run('users', 'erase', 'ann@example.com', '--issuer', 'okta', '--reason', 'Asked for by mail.');

  const first = await serving([], { cwd });
  await first.ready();
  const before = await lines(first, 6);
  const user = expect.stringMatching(/^user:u_[\w-]{22}$/);
  expect(before).toMatchObject([
    {
      by: 'shell',
      action: 'made',
      on: 'organisation:acme',
      reason: 'A customer.',
      parts: [{ name: 'budgets.month', before: null, after: '900' }],
    },
    { by: 'shell', action: 'made', on: 'team:web' },
    { by: 'shell', action: 'made', on: `key:${id}`, reason: 'The site.' },
    {
      by: 'shell',
      action: 'changed',
      on: 'team:web',
      reason: 'The launch.',
      parts: [{ name: 'budgets.month', before: '50', after: '80' }],
    },
    { by: 'shell', action: 'member added', on: 'team:web' },
    { by: 'shell', action: 'erased', on: user, reason: 'Asked for by mail.' },
  ]);

  const rotated = await run('keys', 'rotate', id, '--overlap', '0', '--reason', 'Lost.');
  await run('keys', 'revoke', id);
  await run('organisations', 'archive', 'acme');
  await run('organisations', 'restore', 'acme');
  const after = (await lines(first, 10)).slice(6);
  expect(after.map(({ action, on, reason }) => [action, on, reason])).toEqual([
    ['rotated', `key:${id}`, 'Lost.'],
    ['revoked', `key:${id}`, undefined],
    ['archived', 'organisation:acme', undefined],
    ['restored', 'organisation:acme', undefined],
  ]);
  for (const shown of [secret, rotated, 'ann@example.com']) expect(first.text.out).not.toContain(shown);
  await first.end();

  const second = await serving([], { cwd });
  await second.ready();
  await run('teams', 'archive', 'web');
  expect((await lines(second, 1)).map(({ action }) => action)).toEqual(['archived']);
});

it('what is done in the shell with a storage that keeps no changes is a line on its standard error', async () => {
  const storage = `storage: { stateFolder: '.fieldgate', async open(options) {
    const { changes: _, ...others } = await (await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)})).embedded({}).open(options);
    return others;
  } }`;
  const cwd = folderWith({ 'gateway.config.ts': configText(storage) });
  const { code, err } = await inProcess(['teams', 'create', 'web', '--reason', 'New.'], { cwd });
  expect([code, JSON.parse(err)]).toMatchObject([
    0,
    { msg: 'administration', by: 'shell', action: 'made', on: 'team:web', reason: 'New.' },
  ]);
});
