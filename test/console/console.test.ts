/** The console as it is built, in a page, against a gateway whose model says what the test lets it say. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { says } from '../client/asking.ts';
import { hasBrowser, openBrowser } from '../client/browser/browser.ts';
import { newKey } from '../gateway/asking.ts';
import { type Scripted, scripted, until } from '../gateway/streams.ts';
import { newGate } from '../raw-upstream.ts';
import { builtConsole, consoleOf, consolePages, openConsole, openTab, type TabOptions } from './browser/console-tab.ts';

const kB = 1024;

const gzipped = (folder: string, files: readonly string[]): number =>
  files.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file)), { level: 9 }).length, 0);

describe('the build of the console', () => {
  it('the build of the console has at most 290 kB, and its first page 190 kB', async () => {
    const folder = await builtConsole();
    const all = globSync('{index.html,assets/*.{js,css,svg}}', { cwd: folder });
    expect(gzipped(folder, all)).toBeLessThanOrEqual(290 * kB);
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    const first = all.filter((file) => html.includes(basename(file)) || /\/(playground|spend)-/.test(file));
    expect(first.length).toBeGreaterThan(4);
    expect(gzipped(folder, [...first, 'index.html'])).toBeLessThanOrEqual(190 * kB);
  });

  it('the build of the console loads nothing from elsewhere, and has its brotli beside each file', async () => {
    const folder = await builtConsole();
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address);
    expect(addresses.length).toBeGreaterThan(3);
    expect(addresses.filter((address) => address?.startsWith('./assets/') !== true)).toEqual([]);
    const files = globSync('**/*.{js,css,html,svg,txt}', { cwd: folder }).toSorted();
    expect(
      globSync('**/*.br', { cwd: folder })
        .map((file) => file.replace(/\.br$/, ''))
        .toSorted(),
    ).toEqual(files);
  });

  it('the build of the console has the license of each package that is in it', async () => {
    const folder = await builtConsole();
    const text = readFileSync(join(folder, 'licenses.txt'), 'utf8');
    const imported = new Set(
      globSync('src/console/**/*.{ts,tsx}').flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/^import (?!type)[^;']*? from '((?:@[^/']+\/)?[^./'][^/']*)/gm)].map(
          ([, name = '']) => name,
        ),
      ),
    );
    expect(imported.size).toBeGreaterThan(1);
    for (const name of [...imported, 'react-dom', 'scheduler']) expect(text).toContain(`${name} `);
    expect(text.split('-'.repeat(80)).filter((part) => !/Permission is hereby granted|\(Unlicense\)/.test(part))).toEqual([]);
  });

  it('the sources of the console make no HTML of text, and ask through the client alone', () => {
    const files = globSync('src/console/**/*.{ts,tsx}').filter((file) => !file.endsWith('.generated.ts'));
    const banned = /dangerouslySetInnerHTML|innerHTML|\bfetch\(|\beval\(|document\.cookie|parseFloat|XMLHttpRequest|new WebSocket/;
    expect(files.filter((file) => banned.test(readFileSync(file, 'utf8')))).toEqual([]);
  });
});

describe.skipIf(!hasBrowser)('the console in a page (in Chromium)', () => {
  let browser: Browser;
  let parts: Scripted;
  let site: string;
  beforeAll(async () => {
    browser = await openBrowser();
    parts = await scripted({ server: { drainMs: 500, pages: await consolePages() } });
    site = consoleOf(parts.gateway);
  }, 60_000);

  async function opened(options: TabOptions = {}) {
    const tab = await openConsole(browser, site, { key: parts.gateway.developmentKey, ...options });
    return { ...parts, ...tab, site, tab: (at: string) => openTab(tab.context, site, { at }) };
  }

  const ask = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel('Prompt').fill(text);
    await page.getByLabel('Prompt').press('Control+Enter');
  };
  const answers = async (page: Page): Promise<readonly string[]> =>
    (await page.locator('.run-text').allTextContents()).map((text) => text.trim());

  it('the console is opened by the address with the key, which is then nowhere in the page, and its token is nowhere but in the tab', async () => {
    const { page, gateway, faults, tab } = await opened();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    expect(page.url()).not.toContain('key=');
    const seen = await page.evaluate(() =>
      JSON.stringify([document.documentElement.outerHTML, Object.entries(localStorage), document.cookie, location.href, history.length]),
    );
    const stored = await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)));
    const [token = 'none'] = /fgt_\w+/.exec(stored) ?? [];
    expect(seen + stored).not.toContain(gateway.developmentKey);
    expect(token).toMatch(/^fgt_/);
    expect(seen).not.toContain(token);
    // A new tab asks the open one.
    const { page: second } = await tab('/playground');
    await second.getByRole('heading', { name: 'Playground' }).waitFor();
    // To log out is to be logged out everywhere.
    await page.getByLabel(/^You and this console/).click();
    await page.getByRole('button', { name: 'Log out' }).click();
    for (const one of [page, second]) await one.getByRole('heading', { name: 'Log in to the console' }).waitFor();
    const { status } = await gateway.ask('{ aiViewer { principal } }', {}, { key: token });
    expect(status).toBe(401);
    expect(faults).toEqual([]);
  });

  it('the console whose token has ended asks for it once, keeps the page, and goes on with what was refused', async () => {
    const { page, gateway, faults } = await opened();
    await page.getByLabel('Prompt').fill('What I was writing');
    const stored = await page.evaluate(() => JSON.stringify(Object.entries(sessionStorage)));
    const [, id = ''] = /fgt_([A-Za-z0-9]+)_/.exec(stored) ?? [];
    await gateway.ask('mutation ($id: ID!) { revokeAiToken(id: $id) { id } }', { id });
    // The page may have asked by itself meanwhile, and the dialog stand over the button.
    await page.getByTitle('Read all of this page anew').dispatchEvent('click');
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await page.getByLabel('Virtual key').fill('fg_wrong_key');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').getByText('UNAUTHENTICATED').waitFor();
    await page.getByLabel('Virtual key').fill(gateway.developmentKey ?? '');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Prompt').inputValue()).toBe('What I was writing');
    await ask(page, 'What I was writing');
    await page.getByLabel('Answer of the route default').waitFor();
    expect(faults).toEqual([]);
  });

  it('the console whose key is revoked asks for another within two seconds, in each of its tabs, and keeps no socket open', async () => {
    const { id, secret } = await newKey(parts.gateway, { scopes: ['ai:use', 'ai:usage'] });
    const { page, gateway, tab, show } = await opened({ key: secret, at: '/live' });
    await page.getByText('No call runs.').waitFor();
    const { page: second } = await tab('/live');
    await second.getByText('No call runs.').waitFor();
    await show('/live');
    await gateway.ask('mutation ($id: ID!) { revokeAiKey(id: $id) { id } }', { id });
    const revokedAt = performance.now();
    for (const one of [page, second]) await one.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    // Two seconds are the gateway's; the rest is for a busy machine.
    expect(performance.now() - revokedAt).toBeLessThan(4_000);
  });

  it('the playground shows two routes at once, stops one of them at its provider, and the text that came stays', async () => {
    const parts = await opened();
    const { page, upstream, faults } = parts;
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    await page.getByRole('button', { name: 'Compare with another' }).click();
    await page.getByLabel('Route 2', { exact: true }).selectOption('default');
    // Else the two are one call.
    await page.getByText('Documents and settings').click();
    await page.getByLabel(/^Ask the model/).check();
    await ask(page, 'Count.');
    await until(async () => (await answers(page)).join('|') === 'Half|Half');
    const panes = page.locator('section.run');
    const before = upstream.requests.filter((request) => request.cut()).length;
    await panes.nth(0).getByRole('button', { name: 'Stop' }).click();
    const stoppedAt = performance.now();
    await until(() => upstream.requests.filter((request) => request.cut()).length === before + 1);
    // A hundred milliseconds on a machine with nothing else to do.
    expect(performance.now() - stoppedAt).toBeLessThan(1_000);
    await panes.nth(0).getByText('stopped', { exact: true }).waitFor();
    gate.open();
    await panes.nth(1).getByText('done', { exact: true }).waitFor();
    expect(await answers(page)).toEqual(['Half', 'Half and half.']);
    expect(await panes.nth(1).locator('dd data').first().getAttribute('value')).toMatch(/^0\.0*[1-9]/);
    expect(faults).toEqual([]);
  });

  it('the playground that is reloaded ten times in the middle of an answer has asked once, and has the whole text', async () => {
    const parts = await opened();
    const { page, upstream, gateway, faults } = parts;
    const gates = Array.from({ length: 10 }, newGate);
    const before = upstream.requests.length;
    const from = new Date().toISOString();
    says(parts, 'Begun. ', ...gates.flatMap((gate, at) => [gate, `${at} `]));
    await ask(page, 'Count to ten.');
    await until(async () => (await answers(page)).join() === 'Begun.');
    let text = 'Begun. ';
    for (const [at, gate] of gates.entries()) {
      await page.reload();
      gate.open();
      text += `${at} `;
      const expected = text.trim();
      await until(async () => (await answers(page)).join() === expected);
    }
    await page.locator('section.run').getByText('done', { exact: true }).waitFor();
    expect(upstream.requests.slice(before)).toHaveLength(1);
    const { data } = await gateway.ask(
      'query ($from: DateTime!) { aiUsage(input: { from: $from, to: "2100-01-01T00:00:00Z", groupBy: [CLIENT] }) { rows { key calls } } }',
      { from },
    );
    expect(data.aiUsage.rows).toEqual([{ key: { client: 'fieldgate-console' }, calls: 1 }]);
    expect(faults).toEqual([]);
  });

  it('the playground answers from documents with the words that it quotes beside the answer, and says what was tried', async () => {
    const parts = await opened();
    const { page, gateway, faults } = parts;
    const sources = [
      { id: 'returns.md', title: 'Returns', text: '# Returns\n\nA product can be returned within thirty days of its delivery.' },
    ];
    await gateway.ask('mutation ($input: IngestInput!) { ingest(input: $input) { id } }', { input: { collection: 'documents', sources } });
    await until(async () => (await gateway.ask('{ aiCollections { sources } }')).data.aiCollections[0]?.sources === 1);
    says(parts, 'It can be returned within thirty days of its delivery. [1]');
    await page.getByText('Documents and settings').click();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByLabel('Answer from').selectOption('documents');
    await page.getByLabel('Question to the documents of documents').fill('Within how many days can a product be returned?');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    const run = page.locator('section.run');
    await run.getByText('done', { exact: true }).waitFor();
    const source = run.getByRole('region', { name: 'Sources' }).locator('details');
    await source.locator('summary').click();
    expect(await source.locator('summary').textContent()).toMatch(/^\[1\] Returns: .*within thirty days/);
    expect(await source.locator('mark').textContent()).toMatch(/within thirty days/);
    await run.getByText(/tried: .*vendor OK in \d+ ms/).waitFor();
    expect(faults).toEqual([]);
  });

  it('the playground shows Markdown as it is written, and runs, loads and links nothing that an answer says', async () => {
    const parts = await opened();
    const { page, faults } = parts;
    const gate = newGate();
    says(
      parts,
      '# Uses\n\n- boil **water**\n- make `tea`\n\n',
      gate,
      '| a | b |\n|---|---|\n| 1 | 2 |\n\n<img src="https://elsewhere.test/x" onerror="alert(1)"> [go](javascript:alert(1)) ![p](https://elsewhere.test/y) [docs](https://docs.test/)',
    );
    await ask(page, 'Name uses.');
    const text = page.locator('.run-text');
    await text.getByRole('heading', { level: 3, name: 'Uses' }).waitFor();
    expect(await text.locator('li').allTextContents()).toEqual(['boil water', 'make tea']);
    gate.open();
    await page.locator('section.run').getByText('done', { exact: true }).waitFor();
    expect(await text.locator('td').allTextContents()).toEqual(['1', '2']);
    expect(
      await text.locator('a').evaluateAll((links) => links.map((link) => [link.getAttribute('href'), link.getAttribute('rel')])),
    ).toEqual([['https://docs.test/', 'noopener noreferrer nofollow']]);
    expect(await text.locator('img, script, iframe, [onerror]').count()).toBe(0);
    expect(await text.textContent()).toContain('<img src="https://elsewhere.test/x"');
    expect(faults).toEqual([]);
  });

  it('the page of keys creates a key whose secret is shown once, rotates and revokes it', async () => {
    const { page, gateway, faults, site, tab } = await opened();
    const own = gateway.developmentKey ?? '';
    await page.getByRole('link', { name: 'Keys and teams' }).click();
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('search <b>page</b> \u202Eegap');
    await page.getByLabel('Your own key').fill(own);
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const secret = await page.getByRole('textbox', { name: 'Secret', exact: true }).inputValue();
    expect((await gateway.ask('{ aiViewer { scopes } }', {}, { key: secret })).data.aiViewer.scopes).toEqual(['ai:use']);
    // Without the permission the text is selected.
    await page.evaluate(() =>
      Object.assign(navigator.clipboard, { writeText: () => Promise.reject(new DOMException('', 'NotAllowedError')) }),
    );
    await page.getByRole('button', { name: 'Copy secret' }).click();
    await page.getByText('It is selected').waitFor();
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).selectionEnd)).toBe(secret.length);
    await page.getByRole('button', { name: 'I have it' }).click();
    const left = await page.evaluate(() =>
      JSON.stringify([document.documentElement.outerHTML, Object.entries(sessionStorage), Object.entries(localStorage), location.href]),
    );
    // Nor is it in anything that the gateway tells afterwards, of the key itself, too.
    const { page: later, told, asked } = await tab('/keys?text=search');
    await later.getByRole('button', { name: /^Edit search/ }).click();
    await later.getByRole('dialog').waitFor();
    const afterwards = (await told()) + asked.join();
    expect(afterwards).toContain('gap');
    await later.close();
    for (const text of [secret, own]) expect(left + afterwards).not.toContain(text);

    await page.getByRole('button', { name: /^Rotate the secret of search/ }).click();
    await page.getByLabel('Your own key').fill(own);
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    const next = await page.getByRole('textbox', { name: 'Secret', exact: true }).inputValue();
    for (const key of [secret, next]) expect((await gateway.ask('{ aiViewer { team } }', {}, { key })).status).toBe(200);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: /^Revoke search/ }).click();
    const revoke = page.getByRole('button', { name: 'Revoke', exact: true });
    expect(await revoke.isDisabled()).toBe(true);
    await page.getByLabel(/^Type its name/).fill('search <b>page</b> \u202Eegap');
    await revoke.click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const revokedAt = performance.now();
    await until(async () => (await gateway.ask('{ aiViewer { team } }', {}, { key: next })).status === 401);
    expect(performance.now() - revokedAt).toBeLessThan(2_000);
    await page.goto(`${site}#/keys?show=ended`);
    await page.getByText('revoked', { exact: true }).first().waitFor();
    expect(await page.getByText(/by (key|token):\S+/).count()).toBeGreaterThan(0);
    expect(faults).toEqual([]);
  });

  it('the page of teams raises one budget with a reason, and leaves alone what somebody else has changed and when operators are warned', async () => {
    const { page, gateway, faults } = await opened();
    const budgets = [
      { per: 'DAY', most: '5', warnAt: [] },
      { per: 'MONTH', most: '50', warnAt: [0.8] },
    ];
    const made = await gateway.ask('mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { id } }', {
      input: { id: 'search', budgets },
    });
    expect(made.errors).toBeUndefined();
    await page.getByRole('link', { name: 'Keys and teams' }).click();
    await page.getByRole('link', { name: 'Teams', exact: true }).click();
    await page.getByRole('button', { name: /^Change (the )?budgets of search/ }).click();
    await gateway.ask('mutation { updateAiTeam(id: "search", input: { setBudgets: [{ per: DAY, most: "7" }] }) { id } }');
    await page.getByLabel('A month, in USD').fill('80');
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await save.click();
    // Without a reason nothing is sent.
    expect(await page.getByLabel('Why').evaluate((input: HTMLInputElement) => input.validity.valueMissing)).toBe(true);
    await page.getByLabel('Why').fill('The launch <b>in May</b>');
    await save.click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const { data } = await gateway.ask('{ aiTeams { budgets { per limit { amount } warnings { at } } } }');
    expect(data.aiTeams[0].budgets).toEqual([
      { per: 'DAY', limit: { amount: '7' }, warnings: [] },
      { per: 'MONTH', limit: { amount: '80' }, warnings: [{ at: 0.8 }] },
    ]);
    await page.getByRole('button', { name: /^Change (the )?budgets of search/ }).click();
    await page.getByText(/changed budgets\.month from .*50.* to .*80.*The launch <b>in May<\/b>/).waitFor();
    expect(faults).toEqual([]);
  });

  it('the page of documents follows what it has added by a stream, and asks for the list once for each that it sends', async () => {
    const { page, faults } = await opened();
    const lists: string[] = [];
    const streams: string[] = [];
    page.on('request', (request) => request.postData()?.includes('query Ingestions') === true && lists.push(request.url()));
    page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => streams.push(String(payload))));
    await page.getByRole('link', { name: 'Documents' }).click();
    const files = Array.from({ length: 100 }, (_, index) => ({
      name: `lamp-${index}.md`,
      mimeType: 'text/markdown',
      buffer: Buffer.from(`# Lamp ${index}\n\nThe lamp with the number ${index} has ${index} switches.`),
    }));
    await page.getByLabel(/^Drop files here/).setInputFiles(files);
    await page.getByText('100 of 100', { exact: true }).waitFor();
    expect(streams.filter((frame) => frame.includes('subscription IngestionProgress'))).toHaveLength(1);
    expect(lists.length).toBeLessThanOrEqual(2);
    const figure = page.locator('.figure', { hasText: 'Documents' }).first();
    await expect.poll(() => figure.textContent(), { timeout: 10_000 }).toMatch(/10\d/);
    expect(faults).toEqual([]);
  });

  it('the console tells an error in the sentence of the gateway, with its code and the id in the log', async () => {
    const { page, faults } = await opened();
    await page.getByRole('link', { name: 'Keys and teams' }).click();
    await page.getByRole('button', { name: 'Create a key' }).click();
    await page.getByRole('textbox', { name: 'Name', exact: true }).fill('mine');
    await page.getByLabel('Your own key').fill('fg_none_such');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    const alert = page.getByRole('alert');
    await alert.getByText('UNAUTHENTICATED').waitFor();
    expect(await alert.locator('p').first().textContent()).toMatch(/key/i);
    expect(await alert.getByRole('textbox', { name: 'Error id' }).inputValue()).not.toBe('');
    expect(faults).toEqual([]);
  });

  it('the console tells when a request that came too soon may be sent again', async () => {
    const { secret } = await newKey(parts.gateway, { scopes: ['ai:use', 'ai:usage'], requestsPerMinute: 6 });
    const { page, faults } = await opened({ key: secret, at: '/spend' });
    const alert = page.getByRole('alert').first();
    await until(async () => {
      await page.getByTitle('Read all of this page anew').click();
      return alert.isVisible();
    });
    await alert.getByText('RATE_LIMITED').waitFor();
    expect(await alert.textContent()).toMatch(/Try again in [1-9]\d* s\./);
    expect(await alert.getByRole('button', { name: 'Try again' }).isDisabled()).toBe(true);
    expect(faults.filter((fault) => !/429/.test(fault))).toEqual([]);
  });

  it('the console finds pages and keys by the keyboard alone, and the back button undoes each step', async () => {
    const { page, faults } = await opened();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /page, key/ }).fill('keys and');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Keys and teams' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /page, key/ }).fill('development');
    await page
      .getByRole('dialog')
      .getByRole('option', { name: /development/ })
      .first()
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/keys\?key=/);
    await page.getByLabel('Time zone').selectOption('Asia/Tokyo');
    expect(page.url()).toContain('tz=Asia%2FTokyo');
    await page.goBack();
    await page.goBack();
    expect(new URL(page.url()).hash).toBe('#/keys');
    await page.goBack();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    expect(faults).toEqual([]);
  });

  it('the console loads itself anew, once, when an upgrade has taken away the part that an open tab asks for', async () => {
    const { page, context } = await opened();
    await page.getByRole('heading', { name: 'Playground' }).waitFor();
    // Loaded anew, the page asks for the part by its new name, which is there.
    await context.route(/keys-page-.*\.js/, (route) => route.fulfill({ status: 404, body: '{}' }), { times: 1 });
    await page.getByRole('link', { name: 'Keys and teams' }).click();
    await page.getByRole('heading', { name: 'Keys and teams' }).waitFor();
    // Where that does not mend it, the page says so, and is not loaded for ever.
    await context.route(/health-page-.*\.js/, (route) => route.fulfill({ status: 404, body: '{}' }));
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByText('This page has failed.').waitFor();
  });
});
