import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../harness.ts';
import { post } from '../server/http-client.ts';
import { type ChildGateway, source, startChild } from './child-gateway.ts';

/** What code of an operator can do wrong, by the word that the prompt asks for it with. */
const faults = `
const faults = {
  throws() { throw new Error('thrown in a seam'); },
  throwsNothing() { throw undefined; },
  throwsText() { throw 'text in a seam'; },
  rejects() { return Promise.reject(new Error('rejected in a seam')); },
  floats() { void Promise.reject(new Error('floating in a seam')); },
  floatsNothing() { void Promise.reject(); },
  ticks() { process.nextTick(() => { throw new Error('a tick of a seam'); }); },
  timer() { setTimeout(() => { throw new Error('a timer of a seam'); }, 1); },
  emits() { setTimeout(() => new EventEmitter().emit('error', new Error('an event of a seam')), 1); },
  cannotBeRead() { throw new Proxy({}, { get() { throw new Error('not even read'); } }); },
};`;
const faultNames = [...faults.matchAll(/^ {2}(\w+)\(\) /gm)].map(([, name]) => name ?? '');

const configuration = `
import { EventEmitter } from 'node:events';
import { defineConfig } from ${source('config/config.ts')};
${faults}
/** A prompt such as "guard.timer" names the seam and its fault. */
const fault = (seam, text) => faults[new RegExp(seam + '\\\\.(\\\\w+)').exec(text)?.[1]]?.();
const provider = {
  name: 'faulty',
  outputCeiling(request, model, asked) { fault('ceiling', JSON.stringify(request)); return asked; },
  async *send(request, { report }) {
    const text = JSON.stringify(request);
    await fault('begin', text);
    yield { type: 'text', text: 'Hi' };
    await fault('middle', text);
    try {
      yield { type: 'finish', reason: 'stop' };
    } finally {
      await fault('finally', text);
    }
  },
};
/** What the call under way was asked: a store of answers is told digests alone. */
let asked = '';
const rows = new Map();
const store = {
  async get(key) { await fault('get', asked); return rows.get(key); },
  async set(key, value) { await fault('set', asked); rows.set(key, value); return true; },
  on() {},
};
const strategy = (deployments, request) => { fault('order', JSON.stringify(request)); return deployments; };
/** Not a generator: what it returns fails at its first question. */
const iterator = { name: 'iterator', outputCeiling: () => 1, send: (request) => ({ [Symbol.asyncIterator]: () => ({ next: () => fault('next', JSON.stringify(request)) ?? Promise.resolve({ done: true }) }) }) };
export default defineConfig({
  providers: { faulty: provider, iterator },
  deployments: {
    faulty: { provider: 'faulty', model: 'm', price: { input: 0, output: 0 } },
    iterator: { provider: 'iterator', model: 'm', price: { input: 0, output: 0 } },
  },
  cache: { store },
  routes: { default: { deployments: ['faulty'], attempts: 1, cacheSeconds: 60, strategy }, iterator: { deployments: ['iterator'], attempts: 1 } },
  guardrails: [
    { routes: '*', guardrail: { name: 'faulty', on: ['input'], window: 'whole', async check(text) { await fault('guard', text); return { action: 'allow' }; } } },
    { routes: '*', guardrail: { name: 'sync', on: ['input'], window: 'whole', check(text) { asked = text; fault('sync', text); return { action: 'allow' }; } } },
    { routes: '*', guardrail: { name: 'answers', on: ['output'], window: 'sentence', passes() { fault('passes', asked); return false; }, async check() { await fault('output', asked); return { action: 'allow' }; } } },
  ],
});
`;

/** Functions that an operator may write; the graph has its own in `policies.test.ts` and `plug-composer.test.ts`, a subgraph in `hostile-answers.test.ts`. */
const seams = ['guard', 'sync', 'output', 'passes', 'order', 'get', 'set', 'ceiling', 'begin', 'middle', 'finally', 'next'];

describe('code of the configuration that fails in any way', () => {
  let gateway: ChildGateway;
  beforeAll(async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'gateway.config.ts'), configuration);
    gateway = await startChild(folder);
  }, 60_000);

  async function ask(text: string): Promise<unknown> {
    const route = text.startsWith('next.') ? 'iterator' : 'default';
    const query =
      'query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Completion { text } ... on Failure { code errorId } } }';
    const response = await post(
      gateway.url,
      { query, variables: { input: { prompt: { text }, route } } },
      { authorization: `Bearer ${gateway.developmentKey}` },
    );
    return ((await response.json()) as { readonly data: { readonly completion: unknown } }).data.completion;
  }

  it.each(seams.flatMap((seam) => faultNames.map((fault) => `${seam}.${fault}`)))(
    'code of the configuration that fails in any way (%s) costs at most its own call: the next request is answered',
    async (text) => {
      expect(await ask(text)).toEqual(expect.objectContaining({ __typename: expect.any(String) }));
      expect(await ask('a plain prompt')).toEqual({ __typename: 'Completion', text: 'Hi' });
      expect(gateway.process.exitCode).toBeNull();
    },
  );

  it('code of the configuration that fails in any way is in the log with an errorId, and counted', async () => {
    const lines = gateway
      .output()
      .split('\n')
      .filter((line) => line.includes('a fault was caught by nobody'))
      .map((line) => JSON.parse(line) as { readonly kind: string; readonly errorId: string; readonly err?: { readonly message?: string } });
    const messages = lines.map(({ err }) => err?.message);
    expect(messages).toEqual(expect.arrayContaining(['floating in a seam', 'a timer of a seam', 'a tick of a seam', 'an event of a seam']));
    expect(lines.every(({ errorId }) => typeof errorId === 'string')).toBe(true);
    const metrics = await (
      await fetch(new URL('/metrics', gateway.url), { headers: { authorization: `Bearer ${gateway.developmentKey}` } })
    ).text();
    for (const kind of ['exception', 'rejection']) {
      const counted = Number(new RegExp(`^fieldgate_process_faults_total\\{kind="${kind}"\\} (\\d+)$`, 'm').exec(metrics)?.[1]);
      expect(counted).toBe(lines.filter((line) => line.kind === kind).length);
    }
  });
});
