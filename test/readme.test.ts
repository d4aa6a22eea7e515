/** What the README tells people to run is run here, as it stands there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { fieldgate, folderWith } from './cli/run.ts';
import { type Shop, shop } from './examples/shop.ts';

const readme = readFileSync('README.md', 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const lines = blocks('sh').flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'));
const run = promisify(execFile);

describe('the README', () => {
  let graph: Shop;
  beforeAll(async () => {
    graph = await shop();
  }, 90_000);

  it('the README shows what its first query answers', async () => {
    const shown = JSON.parse(blocks('json')[0] ?? '') as { readonly data: unknown };
    const { data, extensions } = await graph.gateway.ask(blocks('graphql')[0] ?? '');
    expect(data).toEqual(shown.data);
    expect(extensions.usage.totalTokens).toBeGreaterThan(0);
  });

  it.each(lines.filter((line) => line.startsWith('curl ')))('the README runs: %s', async (line) => {
    const { stdout } = await run('bash', ['-c', line.replaceAll('http://127.0.0.1:4000/graphql', graph.gateway.url)]);
    expect(stdout).toContain('"data"');
    expect(stdout).not.toContain('"errors"');
  });

  it.each(blocks('graphql').filter((text) => /^query/.test(text)))('the README answers: %s', async (query) => {
    await expect.poll(async () => (await graph.gateway.ask(query)).errors, { timeout: 20_000 }).toBeUndefined();
    expect((await graph.gateway.ask(query)).data).toBeTruthy();
  });

  it('the README shows a configuration without a mistake, and an AI field that it takes', async () => {
    const fields = blocks('graphql').find((text) => text.startsWith('extend type')) ?? '';
    const config = (blocks('ts')[0] ?? '').replace("'fieldgate'", JSON.stringify(resolve('src/index.ts')));
    const cwd = folderWith({ 'gateway.config.ts': config, 'ai-fields.graphql': fields, 'prompts/.keep': '' });
    const { err, out } = await fieldgate(['check'], { cwd, env: { OPENAI_API_KEY: 'sk-none' } });
    // Its one subgraph is not of this world.
    expect(err).toMatch(/^\S*mistake\S* The subgraph "products" did not give its SDL.*\n1 mistake\.\n$/);
    expect(out).toBe('');
  });

  it('the README shows GraphQL that parses', () => {
    for (const text of blocks('graphql')) expect(() => parse(text)).not.toThrow();
  });

  it.each(lines.filter((line) => line.startsWith('npm run fieldgate -- ')))('the README runs: %s', async (line) => {
    const words = [...line.slice('npm run fieldgate -- '.length).matchAll(/"([^"]*)"|(\S+)/g)].map(
      ([, quoted, plain]) => quoted ?? plain ?? '',
    );
    const { code } = await fieldgate(words, { cwd: process.cwd() });
    expect(code).toBe(0);
  });

  it('the README shows the chat of the examples, which a browser runs in test/client/browser', () => {
    const example = readFileSync('examples/clients/chat.tsx', 'utf8');
    const published = example
      .replace('../../src/client/sdk.ts', 'fieldgate/client')
      .replace('../../src/client/react/hooks.ts', 'fieldgate/react');
    expect(blocks('tsx')[0]).toBe(published);
  });

  it('the README tells the sizes that the tests bound', () => {
    const bounds = new Map(
      [...readFileSync('test/client/size.test.ts', 'utf8').matchAll(/input: 'src\/client\/([^']+)', maxBytes: (\d) \* kB/g)].map(
        ([, file, most]) => [file, most],
      ),
    );
    const told = [...readme.matchAll(/^\| `fieldgate\/(client|react|ai-sdk)` \| (\d) kB/gm)].map((match) => match[2]);
    expect(told).toEqual(['sdk.ts', 'react/hooks.ts', 'ai-sdk/chat-transport.ts'].map((file) => bounds.get(file)));
  });

  it('the README names scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
    for (const [, name = ''] of readme.matchAll(/`npm run (\w+)`/g)) expect(scripts).toHaveProperty(name);
  });
});
