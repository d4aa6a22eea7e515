/** The chat of the examples under what phones bring: half a minute without a network, a slow processor, and a gateway that asks to wait. */
import { beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../gateway/streams.ts';
import { compatible } from '../../providers/dialects.ts';
import { newGate } from '../../raw-upstream.ts';
import { type Asking, says } from '../asking.ts';
import { hasBrowser } from './browser.ts';
import { answer, ask, type ChatPages, chatPages, send } from './chat-pages.ts';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** What the thread worked of it, in microseconds: that others had its processor meanwhile does not count. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

function longestTaskMs(trace: Buffer): number {
  const { traceEvents } = JSON.parse(String(trace)) as { readonly traceEvents: readonly TraceEvent[] };
  const threads = new Set(
    traceEvents.flatMap(({ name, pid, tid, args }) => (name === 'thread_name' && args?.name === 'CrRendererMain' ? [`${pid} ${tid}`] : [])),
  );
  const tasks = traceEvents.filter(({ name, pid, tid }) => /RunTask$/.test(name) && threads.has(`${pid} ${tid}`));
  expect(tasks.length).toBeGreaterThan(100);
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur)) / 1_000;
}

const section = (index: number): string =>
  `## Part ${index}\n\nA paragraph with **bold** and \`code\`, ${'words '.repeat(50)}\n\n\`\`\`js\nconst a = ${index};\n\`\`\`\n\n| a | b |\n|---|---|\n| ${index} | 2 |\n\n- one\n- two\n\n`;

describe.skipIf(!hasBrowser)('the chat in hard times (in Chromium)', { timeout: 120_000 }, () => {
  let pages: ChatPages;
  let parts: Asking;
  beforeAll(async () => {
    pages = await chatPages();
    parts = pages.parts;
  });

  it('the chat in hard times says that it is offline for half a minute, keeps the draft, and goes on by itself', async () => {
    const { context, page, before } = await pages.opened();
    const gates = [newGate(), newGate()] as const;
    says(parts, 'Half ', gates[0], 'and ', gates[1], 'half.');
    await ask(page, 'Count.');
    await until(async () => (await answer(page)) === 'Half');
    await context.setOffline(true);
    parts.proxy.cut();
    await page.getByText('You are offline.').waitFor();
    await page.getByLabel('Question').fill('Next.');
    await page.waitForTimeout(15_000);
    gates[0].open();
    await page.waitForTimeout(15_000);
    expect(await answer(page)).toBe('Half');
    await context.setOffline(false);
    await until(async () => (await answer(page)) === 'Half and');
    gates[1].open();
    await until(async () => (await answer(page)) === 'Half and half.' && (await send(page).isVisible()));
    expect(await page.getByLabel('Question').inputValue()).toBe('Next.');
    expect(parts.upstream.requests.length - before).toBe(1);
  });

  // How long a task takes is a matter of the machine, too: others may have its processor meanwhile.
  it('the chat in hard times shows 20,000 characters of Markdown on a quarter of a processor without a long task, and echoes what is written', {
    retry: 3,
  }, async () => {
    const { context, page } = await pages.opened();
    // The engine compiles what shows Markdown while the first of it is shown, once a page: some 55 ms here.
    says(parts, section(0), 'Done.');
    await ask(page, 'Begin.');
    await until(async () => (await answer(page)).endsWith('Done.') && (await send(page).isVisible()));
    const text = Array.from({ length: 50 }, (_, index) => section(index)).join('');
    expect(text.length).toBeGreaterThan(20_000);
    const gate = newGate();
    const end = newGate();
    const pieces = text.match(/[\s\S]{1,20}/g) ?? [];
    const gates = pieces.map(() => newGate());
    says(parts, gate, ...pieces.flatMap((piece, index) => [gates[index] ?? gate, piece]), end, 'The end.');
    await ask(page, 'Write.');
    const devtools = await context.newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    await page.evaluate(() => {
      const seen = { frames: 0, echoes: [] as number[] };
      Object.assign(window, { seen });
      const log = document.querySelector('[role=log]');
      if (log !== null)
        new MutationObserver(() => {
          seen.frames += 1;
        }).observe(log, { subtree: true, childList: true, characterData: true });
      document.querySelector('textarea')?.addEventListener('input', ({ timeStamp }) => {
        requestAnimationFrame(() => seen.echoes.push(performance.now() - timeStamp));
      });
    });
    await pages.browser.startTracing(page, { categories: ['toplevel', 'disabled-by-default-devtools.timeline'] });
    gate.open();
    const began = Date.now();
    const opening = setInterval(() => {
      for (let piece = 0; piece < 2; piece += 1) gates.shift()?.open();
      if (gates.length === 0) clearInterval(opening);
    }, 10);
    const box = page.getByLabel('Question');
    for (let letter = 0; letter < 20; letter += 1) {
      await box.pressSequentially('x');
      await page.waitForTimeout(100);
    }
    await until(() => gates.length === 0);
    // Each look is a task of the page.
    while ((await page.locator('.markdown h3').count()) < 51) await page.waitForTimeout(250);
    const seconds = (Date.now() - began) / 1_000;
    const { frames, echoes } = await page.evaluate(
      () => (window as unknown as { readonly seen: { frames: number; echoes: number[] } }).seen,
    );
    const longest = longestTaskMs(await pages.browser.stopTracing());
    end.open();
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: 1 });
    expect({ longest, slowEchoes: echoes.filter((ms) => ms > 100), frames: frames / seconds > 25 ? frames / seconds : 'few' }).toEqual({
      longest: expect.toSatisfy((ms: number) => ms <= 50, 'a longest task of at most 50 ms'),
      slowEchoes: [],
      frames: 'few',
    });
  });

  it('the chat in hard times counts down what the gateway asks to wait for, and then asks again under a new key', async () => {
    const { page, before } = await pages.opened();
    parts.upstream.plays(compatible.refuses('rate'));
    await ask(page, 'Count.');
    await page.getByRole('button', { name: /^Try again in \d s$/ }).waitFor();
    const button = page.getByRole('button', { name: /^Try again/ });
    expect(await button.isDisabled()).toBe(true);
    await until(async () => (await button.textContent()) === 'Try again');
    const failed = parts.upstream.requests.length;
    expect(failed).toBeGreaterThan(before);
    says(parts, 'One.');
    await button.click();
    await until(async () => (await answer(page)) === 'One.');
    expect(parts.upstream.requests.length).toBe(failed + 1);
  });
});
