/** The chat of the examples in a real browser, as `npm start` serves it: built for production, under its policy, on conversations that the gateway keeps. */
import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { saying, until } from '../../gateway/streams.ts';
import { compatible } from '../../providers/dialects.ts';
import { newGate } from '../../raw-upstream.ts';
import { type Asking, says } from '../asking.ts';
import { callsTool } from '../tool-calls.ts';
import { hasBrowser } from './browser.ts';
import { answer, ask, type ChatPages, chatPages, send, stop } from './chat-pages.ts';
import { hostileAnswers } from './hostile-answers.ts';

const axe = 'node_modules/axe-core/axe.min.js';

describe.skipIf(!hasBrowser)('the chat of the examples (in Chromium)', () => {
  let pages: ChatPages;
  let parts: Asking;
  beforeAll(async () => {
    pages = await chatPages();
    parts = pages.parts;
  });
  const openTab: ChatPages['openTab'] = (...given) => pages.openTab(...given);
  const opened: ChatPages['opened'] = (...given) => pages.opened(...given);
  const asked = (before: number): number => parts.upstream.requests.length - before;

  it('the chat goes on after ten reloads during one answer, shows it after one behind its end, and asks once', async () => {
    const { page, before } = await opened();
    const gates = Array.from({ length: 10 }, () => newGate());
    says(parts, ...gates.flatMap((gate, index) => [gate, `w${index} `]));
    await ask(page, 'Count.');
    for (const [index, gate] of gates.entries()) {
      await until(async () => (index === 0 ? await stop(page).isVisible() : (await answer(page)).endsWith(`w${index - 1}`)));
      await page.reload();
      gate.open();
    }
    const whole = gates.map((_, index) => `w${index}`).join(' ');
    await until(async () => (await answer(page)) === whole && (await send(page).isVisible()));
    await page.reload();
    await until(async () => (await answer(page)) === whole);
    expect(await page.locator('.question').allInnerTexts()).toEqual(['Count.']);
    expect(await page.locator('.cost').textContent()).toContain('12 tokens');
    expect(asked(before)).toBe(1);
    expect(page.wrongs).toEqual([]);
  });

  it('the chat shows an answer from documents with its sources and its price, also after reloads in the middle and behind the end', async () => {
    const { page, before } = await opened();
    const { data } = await parts.gateway.ask(
      'mutation ($text: String!) { ingest(input: { collection: "documents", sources: [{ id: "returns", title: "Returns", text: $text }] }) { id } }',
      { text: 'You can return a product within 30 days. We pay the postage.' },
    );
    await Array.fromAsync(parts.gate.stream('subscription ($id: ID!) { ingestion(id: $id) { status } }', { id: data.ingest.id }));
    await page.evaluate(() => sessionStorage.setItem('source', 'documents'));
    await page.reload();
    const gate = newGate();
    says(parts, 'You can return it within 30 days [1]', gate, '. Gladly.');
    await ask(page, 'Within how many days can I return a product?');
    await until(async () => (await answer(page)).includes('30 days'));
    await page.reload();
    await until(async () => (await answer(page)).includes('30 days'));
    gate.open();
    await until(async () => (await answer(page)).endsWith('Gladly.') && (await send(page).isVisible()));
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await page.locator('.sources li').allInnerTexts()).toEqual([expect.stringMatching(/30 days[\s\S]*Returns/)]);
      expect(await page.locator('.cost').textContent()).toContain('tokens');
      await page.reload();
      await until(async () => (await answer(page)).endsWith('Gladly.'));
    }
    expect(asked(before)).toBe(1);
    await page.evaluate(() => sessionStorage.setItem('source', 'the model'));
  });

  it('the chat is followed in a second tab, and on another device, and closing the first does not stop it', async () => {
    const { context, page, before } = await opened();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    await ask(page, 'Count.');
    await until(async () => (await answer(page)) === 'Half');
    const { hash } = new URL(page.url());
    const second = await openTab(context, hash);
    const { page: device } = await opened();
    await device.evaluate((to) => {
      location.hash = to;
    }, hash);
    for (const other of [second, device]) await until(async () => (await answer(other)) === 'Half');
    await page.close();
    gate.open();
    for (const other of [second, device]) await until(async () => (await answer(other)) === 'Half and half.');
    expect(asked(before)).toBe(1);
  });

  it('the chat stops after a reload: the provider is cut, what came stays, and the next question is answered', async () => {
    const { page, before } = await opened();
    says(parts, 'Half ', newGate());
    await ask(page, 'Count.');
    await until(async () => (await answer(page)) === 'Half');
    await page.reload();
    await until(async () => (await answer(page)) === 'Half');
    await stop(page).click();
    await until(() => parts.upstream.requests[before]?.cut() === true);
    await until(() => send(page).isVisible());
    expect(await page.locator('.answer').textContent()).toContain('Stopped.');
    says(parts, 'Whole.');
    await ask(page, 'Again.');
    await until(async () => (await answer(page)) === 'Half|Whole.');
  });

  it('the chat goes on by itself when the network is back, and keeps what is written and sent without it', async () => {
    const { context, page, before } = await opened();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    await ask(page, 'Count.');
    await until(async () => (await answer(page)) === 'Half');
    await context.setOffline(true);
    parts.proxy.cut();
    await page.getByText('You are offline.').waitFor();
    await page.getByLabel('Question').fill('Next.');
    gate.open();
    await context.setOffline(false);
    await until(async () => (await answer(page)) === 'Half and half.');
    says(parts, 'Another.');
    await context.setOffline(true);
    parts.proxy.cut();
    await page.getByLabel('Question').press('Enter');
    await stop(page).waitFor();
    expect(await page.getByLabel('Question').inputValue()).toBe('Next.');
    await context.setOffline(false);
    await until(async () => (await answer(page)).endsWith('Another.'));
    expect(await page.getByLabel('Question').inputValue()).toBe('');
    expect(asked(before)).toBe(2);
  });

  it('the chat renders each block of a long answer once, and reads again what is open alone', async () => {
    const { page } = await opened();
    const section = (index: number): string =>
      `## Part ${index}\n\nA paragraph with **bold** and \`code\`, ${'words '.repeat(40)}\n\n\`\`\`js\nconst a = ${index};\n\`\`\`\n\n| a | b |\n|---|---|\n| ${index} | 2 |\n\n- one\n- two\n\n`;
    const sections = Array.from({ length: 40 }, (_, index) => section(index));
    const gate = newGate();
    const pieces = (texts: readonly string[]): string[] => texts.join('').match(/[\s\S]{1,7}/g) ?? [];
    says(parts, ...pieces(sections.slice(0, 20)), gate, ...pieces(sections.slice(20)));
    await ask(page, 'Write.');
    await until(async () => (await page.locator('.markdown h3').count()) === 20);
    const settled = await page.evaluate(() => {
      const blocks = [...document.querySelectorAll('.markdown > *')].slice(0, -2);
      const changes = { count: 0 };
      const observer = new MutationObserver((found) => {
        changes.count += found.length;
      });
      for (const block of blocks) observer.observe(block, { subtree: true, childList: true, characterData: true, attributes: true });
      Object.assign(window, { blocks, changes });
      return blocks.length;
    });
    expect(settled).toBeGreaterThan(90);
    gate.open();
    await until(async () => (await page.locator('.markdown h3').count()) === 40 && (await send(page).isVisible()));
    const after = await page.evaluate(() => {
      const { blocks, changes } = window as unknown as { blocks: Element[]; changes: { count: number } };
      return { same: blocks.every((block) => block.isConnected), changes: changes.count };
    });
    expect(after).toEqual({ same: true, changes: 0 });
    expect(await page.locator('.markdown table').count()).toBe(40);
    expect(await page.locator('.markdown pre').nth(39).textContent()).toBe('const a = 39;');
  });

  it('the chat shows hostile answers as text: no script, no picture, no request to another host, no breach of its policy', async () => {
    const { page } = await opened();
    says(
      parts,
      ...(hostileAnswers
        .map((one) => `${one}\n\n`)
        .join('')
        .match(/[\s\S]{1,997}/g) ?? []),
      'The end.',
    );
    await ask(page, 'Write.');
    await until(async () => (await answer(page)).endsWith('The end.') && (await send(page).isVisible()));
    const found = await page.locator('.markdown').evaluate((markdown) => ({
      tags: [...new Set([...markdown.querySelectorAll('*')].map(({ localName }) => localName))].toSorted(),
      links: [...markdown.querySelectorAll('a')].map((link) => [link.href, link.rel, link.target]),
      handlers: [...markdown.querySelectorAll('*')].flatMap((one) => [...one.attributes].filter(({ name }) => name.startsWith('on')))
        .length,
      text: markdown.textContent,
    }));
    expect(found.tags).toEqual(['a', 'code', 'div', 'p', 'pre', 'table', 'tbody', 'td', 'th', 'thead', 'tr']);
    const kept = ['https://evil.example/', 'https://example.com/', 'mailto:a@example.com'];
    for (const [href = '', rel, target] of found.links) {
      expect(kept).toContain(href);
      expect([rel, target]).toEqual(['noopener noreferrer nofollow', '_blank']);
    }
    expect(found.handlers).toBe(0);
    expect(found.text).not.toMatch(/[\u202a-\u202e]/);
    expect(found.text).toContain('<img src=x onerror=alert(1)>');
    expect(page.wrongs).toEqual([]);
  });

  it('the chat follows the end, leaves a reader who scrolled up where he is, to the pixel, and a button takes him back', async () => {
    const { page } = await opened({ viewport: { width: 800, height: 500 } });
    const gates = [newGate(), newGate()] as const;
    const many = (from: number): string => Array.from({ length: 40 }, (_, index) => `Line ${from + index}.\n\n`).join('');
    says(parts, many(0), gates[0], many(40), gates[1], many(80));
    await ask(page, 'Count.');
    const log = page.getByRole('log');
    const place = () =>
      log.evaluate(({ scrollTop, scrollHeight, clientHeight }) => ({ top: scrollTop, left: scrollHeight - clientHeight - scrollTop }));
    await until(async () => (await answer(page)).includes('Line 39.') && (await place()).left < 2);
    await log.focus();
    await page.keyboard.press('Home');
    await until(async () => (await place()).top === 0);
    await page.mouse.move(400, 200);
    await page.mouse.wheel(0, 300);
    await until(async () => (await place()).top === 300);
    gates[0].open();
    await until(async () => (await answer(page)).includes('Line 79.'));
    expect((await place()).top).toBe(300);
    await page.getByRole('button', { name: 'Newest' }).click();
    await until(async () => (await place()).left < 2);
    gates[1].open();
    await until(async () => (await answer(page)).includes('Line 119.') && (await place()).left < 2);
    expect(await page.getByRole('button', { name: 'Newest' }).isVisible()).toBe(false);
    await page.setViewportSize({ width: 320, height: 380 });
    await until(async () => (await place()).left < 2);
  });

  it('the chat sends nothing by the Enter that ends a composition, once by the next, and breaks the line by Shift and Enter', async () => {
    const { context, page, before } = await opened();
    says(parts, 'Yes.');
    const box = page.getByLabel('Question');
    await box.focus();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Input.imeSetComposition', { text: 'すし', selectionStart: 2, selectionEnd: 2 });
    await box.evaluate((area) =>
      area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, cancelable: true })),
    );
    await devtools.send('Input.insertText', { text: 'すし' });
    expect(await box.inputValue()).toBe('すし');
    await box.press('Shift+Enter');
    await page.keyboard.type('?');
    expect(asked(before)).toBe(0);
    await box.press('Enter');
    await until(async () => (await answer(page)) === 'Yes.');
    expect(await page.locator('.question').textContent()).toBe('すし\n?');
    expect(asked(before)).toBe(1);
  });

  it('the chat tells a screen reader that an answer has begun and, once, what it says, and leaves the focus in the box', async () => {
    const { page } = await opened();
    await page.evaluate(() => {
      const heard: string[] = [];
      new MutationObserver(() => {
        const said = document.querySelector('[role=status].only-heard')?.textContent ?? '';
        if (said !== '' && heard.at(-1) !== said) heard.push(said);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
      Object.assign(window, { heard });
    });
    const gate = newGate();
    says(parts, 'One ', 'two ', gate, 'three.');
    await ask(page, 'Count.');
    await until(async () => (await answer(page)) === 'One two');
    gate.open();
    await until(() => send(page).isVisible());
    expect(await page.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual(['Answering.', 'Answered. One two three.']);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Question');
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off');
  });

  it.skipIf(!existsSync(axe)).each(['light', 'dark'] as const)(
    'the chat has nothing that axe finds wrong in the %s theme, at three widths',
    async (colorScheme) => {
      const { page } = await opened({ colorScheme });
      says(
        parts,
        '# Lamps\n\nThey are **bright**, see [the page](https://example.com/).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst a = 1;\n```',
      );
      await ask(page, 'Tell me.');
      await until(async () => (await answer(page)).includes('const a') && (await send(page).isVisible()));
      parts.upstream.plays(compatible.refuses('down'));
      await ask(page, 'Fail.');
      await page.getByRole('button', { name: /^Try again/ }).waitFor();
      await page.evaluate(readFileSync(axe, 'utf8'));
      for (const width of [320, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        const { wrong, wide } = await page.evaluate(async () => {
          const { violations } = await (
            window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
          ).axe.run();
          return {
            wrong: violations.map(({ id, nodes }) => [id, nodes[0]?.html]),
            wide: document.documentElement.scrollWidth > innerWidth,
          };
        });
        expect({ wrong, wide }, `${width}`).toEqual({ wrong: [], wide: false });
      }
    },
  );

  it('the chat runs a tool once, shows what it gave, and asks again after a failure in the place of the failed turn', async () => {
    const { page, before } = await opened();
    parts.upstream.plays(callsTool('call-1', 'current_time', '{}'), saying('Noon.'));
    await ask(page, 'What time is it?');
    await until(async () => (await answer(page)) === 'Noon.' && (await send(page).isVisible()));
    expect(asked(before)).toBe(2);
    expect(await page.locator('.tool').count()).toBe(1);
    parts.upstream.plays(compatible.refuses('down'));
    await ask(page, 'And now?');
    await page.getByRole('button', { name: /^Try again/ }).waitFor();
    says(parts, 'One.');
    await until(() => page.getByRole('button', { name: 'Try again', exact: true }).isEnabled());
    await page.getByRole('button', { name: 'Try again', exact: true }).click();
    await until(async () => (await answer(page)).endsWith('One.'));
    await page.reload();
    await until(async () => (await answer(page)).endsWith('One.'));
    expect(await page.locator('.question').allInnerTexts()).toEqual(['What time is it?', 'And now?']);
  });

  it('the chat lists conversations, opens another one, and deletes one for good', async () => {
    const { page } = await opened();
    says(parts, 'First.');
    await ask(page, 'Question of the first');
    await until(async () => (await answer(page)) === 'First.' && (await send(page).isVisible()));
    await page.getByRole('link', { name: 'New conversation', exact: true }).click();
    await page.getByText('What would you like to know?').waitFor();
    await page.getByRole('link', { name: 'Question of the first' }).click();
    await until(async () => (await answer(page)) === 'First.');
    page.removeAllListeners('dialog');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.getByRole('button', { name: 'Delete “Question of the first”' }).click();
    await page.getByText('What would you like to know?').waitFor();
    await until(async () => (await page.getByRole('link', { name: 'Question of the first' }).count()) === 0);
  });
});
