/** The package as it is published: packed, unpacked into somebody's project with what it declares beside it, and used there. */
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openBrowser } from '../client/browser/browser.ts';
import { federation2, runSubgraph } from '../federation/subgraph-server.ts';
import { temporaryFolder, whenOver } from '../when-over.ts';
import { freshApp } from './fresh-app.ts';
import { folderWith, serving } from './run.ts';

const files = {
  'package.json': '{ "name": "shop-gateway", "private": true, "type": "module" }',
  'gateway.config.ts': `import { defineConfig, fromEnvironment, type Guardrail, patternGuard } from 'fieldgate';

const polite: Guardrail = { name: 'polite', on: ['input'], window: 'whole', check: (text) => (text.includes('!!!') ? { action: 'block', message: 'Calmer, please.' } : { action: 'allow' }) };

export default defineConfig({
  ...fromEnvironment({}),
  guardrails: [
    { guardrail: polite, routes: '*' },
    { guardrail: patternGuard({ name: 'codenames', patterns: ['project\\\\s+x'], message: 'Code names stay inside.' }), routes: ['default'] },
  ],
  collections: { handbook: {} },
  documents: [{ collection: 'handbook', paths: ['handbook'] }],
  graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl: 'shop.graphql' }], fields: ['ai.graphql'] },
  server: { drainMs: 500 },
});
`,
  'vendors.config.ts': `import { azureOpenAiProvider, bedrockProvider, cohereProvider, defineConfig, mistralProvider, Secret, vertexProvider } from 'fieldgate';

const apiKey = new Secret('k');
export default defineConfig({
  providers: {
    azure: azureOpenAiProvider({ resourceName: 'shop', apiKey }),
    bedrock: bedrockProvider({ region: 'eu-central-1', apiKey }),
    cohere: cohereProvider({ apiKey }),
    mistral: mistralProvider({ apiKey }),
    vertex: vertexProvider({ project: 'shop', location: 'eu' }),
  },
  deployments: { mini: { provider: 'azure', model: 'gpt-5-mini' } },
  routes: { default: { deployments: ['mini'] } },
});
`,
  'handbook/holidays.html': '<h1>Holidays</h1><p>Everybody has thirty days of holidays a year.</p>',
  'shop.graphql': `${federation2} type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String! }`,
  'ai.graphql': `extend type Product @key(fields: "id") {
    id: ID!
    name: String!
    slogan: String @completion(prompt: "A slogan for {name}", maxInputTokens: 100, maxOutputTokens: 20) @requiresScopes(scopes: [["ai:use"]])
  }`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: { module: 'nodenext', target: 'es2024', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] },
    files: ['gateway.config.ts'],
  }),
};

const root = resolve('.');
/** What npx runs, from the folder of the project. */
const program = join('node_modules', '.bin', 'fieldgate');
const run = promisify(execFile);
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  NODE_ENV: 'development',
  npm_config_offline: 'true',
  npm_config_update_notifier: 'false',
};

function linkInto(modules: string, names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'dir');
  }
}

/** Returns the path of the tarball. */
async function packed(): Promise<string> {
  const folder = temporaryFolder();
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder], { cwd: root, env });
  return join(folder, /"filename":\s*"([^"]+)"/.exec(stdout)?.[1] ?? '');
}

/** `beside`: what the project installs for itself. Packages of the registry are links to those of this repository. */
async function install(tarball: string, project: string, beside: readonly string[]): Promise<void> {
  const modules = join(project, 'node_modules');
  const home = join(modules, 'fieldgate');
  mkdirSync(home, { recursive: true });
  await run('tar', ['-xzf', tarball, '-C', home, '--strip-components=1']);
  const { dependencies, bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly bin: { readonly fieldgate: string };
  };
  // Its declared dependencies and no other package: what it needs besides would be missing in a real project, too.
  linkInto(modules, [...new Set([...Object.keys(dependencies), ...beside])]);
  // As npm does when it installs.
  chmodSync(join(home, bin.fieldgate), 0o755);
  mkdirSync(join(modules, '.bin'));
  symlinkSync(join('..', 'fieldgate', bin.fieldgate), join(modules, '.bin', 'fieldgate'));
  for (const name of beside)
    for (const [command, file] of Object.entries(commandsOf(name)))
      symlinkSync(join(root, 'node_modules', name, file), join(modules, '.bin', command));
}

function commandsOf(name: string): Readonly<Record<string, string>> {
  const { bin = {} } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as {
    readonly bin?: string | Readonly<Record<string, string>>;
  };
  return typeof bin === 'string' ? { [name]: bin } : bin;
}

let tarball: string;
beforeAll(async () => {
  tarball = await packed();
}, 120_000);

describe('the published package', { timeout: 90_000 }, () => {
  let project: string;
  beforeAll(async () => {
    project = folderWith(files);
    await install(tarball, project, ['@types/node']);
  });

  it('the published package checks a configuration in TypeScript by npx', async () => {
    const { stdout } = await run('npx', ['--no-install', 'fieldgate', 'check'], { cwd: project, env });
    expect(stdout).toBe('All is well: 3 routes, 2 deployments, 1 AI field, 0 prompts, 1 subgraph.\n');
  });

  it('the published package names the package of each vendor that is to be installed beside it', async () => {
    const { stderr } = await run(program, ['check', '--config', 'vendors.config.ts'], { cwd: project, env }).then(
      () => expect.unreachable(),
      (error: { readonly stderr: string }) => error,
    );
    const named = [
      ...stderr.matchAll(/providers\.(\w+).*It needs the package (\S+), which is not installed\. Install it: npm install (\S+)/g),
    ];
    expect(named.map(([, provider, name, install]) => [provider, name, install])).toEqual([
      ['bedrock', '@ai-sdk/amazon-bedrock', '@ai-sdk/amazon-bedrock@5'],
      ['cohere', '@ai-sdk/cohere', '@ai-sdk/cohere@4'],
      ['vertex', '@ai-sdk/google-vertex', '@ai-sdk/google-vertex@5'],
    ]);
    expect(stderr).toContain('3 mistakes.');
  });

  it('the published package is found under each of its paths, with types, by Node and by bundlers', async () => {
    const { messages } = await publint({ pkgDir: join(project, 'node_modules', 'fieldgate'), pack: false });
    expect(messages).toEqual([]);
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    await run('node', [attw, tarball, '--profile', 'esm-only', '--exclude-entrypoints', 'schema/*.graphql'], { env });
  });

  it('the published package tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    const { stdout } = await run(program, ['--version'], { cwd: project, env });
    expect(stdout).toBe(`${version}\n`);
  });

  it('the published package serves: guardrails of the project, its documents, and a graph composed with its AI fields', async () => {
    const server = await serving(['serve'], { cwd: project, main: program });
    await server.ready();
    expect(
      await server.ask('{ completion(input: { prompt: { text: "Hurry!!!" } }) { ... on GuardrailBlocked { guardrail message } } }'),
    ).toMatchObject({ data: { completion: { guardrail: 'polite', message: 'Calmer, please.' } } });
    expect(await server.ask('{ __type(name: "Product") { fields { name } } }')).toMatchObject({
      data: { __type: { fields: expect.arrayContaining([{ name: 'name' }, { name: 'slogan' }]) } },
    });
    const question =
      'query { aiAnswer(input: { collection: "handbook", question: "How many days of holidays?" }) { ... on AiAnswer { text } } }';
    await expect
      .poll(() => server.ask(question), { timeout: 30_000 })
      .toMatchObject({
        data: { aiAnswer: { text: expect.stringContaining('thirty days') } },
      });
    // The console, with what its page loads.
    const site = new URL('console/', server.url);
    const page = await fetch(site);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const loaded = [...(await page.text()).matchAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g)].map(
      ([, address = '']) => new URL(address, site),
    );
    expect(loaded.length).toBeGreaterThan(2);
    for (const address of loaded) expect((await fetch(address)).status, address.pathname).toBe(200);
    expect(await server.end()).toBe(0);
  });

  it('the published package is larger by at most 1 MB for the console', () => {
    const folder = join(project, 'node_modules', 'fieldgate', 'dist', 'console');
    const all = globSync('**/*.*', { cwd: folder }).map((file) => gzipSync(readFileSync(join(folder, file))).length);
    expect(all.length).toBeGreaterThan(20);
    expect(all.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(1_000_000);
  });

  it('the published package is typed for the compiler', async () => {
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    await expect(run(compiler, ['-p', '.'], { cwd: project, env })).resolves.toMatchObject({ stdout: '' });
  });
});

/** What the app of {@link freshApp} installs beside the package. */
const beside = [
  ...['vite', 'typescript', 'graphql', '@graphql-codegen/cli', '@graphql-codegen/client-preset', '@graphql-typed-document-node/core'],
  ...['react', 'react-dom', '@types/react', '@types/react-dom', '@types/node'],
];

describe('a fresh Vite project', { timeout: 240_000 }, () => {
  it('a fresh Vite project has types, and shows an AI field, a stream and an answer with citations, after a few commands', async () => {
    const shop = await runSubgraph(
      'shop',
      'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! name: String! description: String! }',
      {
        Query: { products: () => [{ id: '1', name: 'Kettle', description: kettle }] },
        Product: { __resolveReference: () => ({ id: '1', name: 'Kettle', description: kettle }) },
      },
    );
    whenOver(() => shop.close());
    const project = folderWith({ ...freshApp(shop.url), 'shop.graphql': shop.sdl });
    await install(tarball, project, beside);
    const npx = (...command: readonly string[]) => run('npx', ['--no-install', ...command], { cwd: project, env });
    const began = performance.now();
    await npx('fieldgate', 'schema', '--out', 'schema.graphql', '--ai-fields', 'ai-fields.json');
    await npx('graphql-codegen');
    expect((await npx('tsc').catch((error: { stdout: string }) => error)).stdout).toBe('');
    await npx('vite', 'build', '--logLevel', 'error');
    expect(performance.now() - began).toBeLessThan(180_000);

    const sources = ['src/main.tsx', 'src/ai-fields.ts', 'src/gql/graphql.ts', 'src/gql/gql.ts'].map((file) =>
      readFileSync(join(project, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, ''),
    );
    const [own = '', ...made] = sources;
    expect(own).not.toMatch(/\bany\b|\bas (?!const)/);
    for (const text of made.slice(0, 2)) expect(text).not.toMatch(/[:<|&] *any\b/);
    await npx('fieldgate', 'schema', '--out', 'schema.graphql', '--check');

    const server = await serving(['serve'], { cwd: project, main: join('node_modules', '.bin', 'fieldgate') });
    await server.ready();
    const question = '{ aiAnswer(input: { collection: "handbook", question: "How many days of holidays?" }) { __typename } }';
    await expect.poll(() => server.ask(question), { timeout: 30_000 }).toMatchObject({ data: { aiAnswer: { __typename: 'AiAnswer' } } });
    if (!hasBrowser) return;
    const site = await filesAt(join(project, 'dist'));
    const page = await (await openBrowser()).newPage();
    await page.goto(`${site}?gateway=${server.url}`);
    const shown = (name: string) => expect.poll(() => page.locator(`.${name}`).allTextContents(), { timeout: 20_000 });
    await shown('product').toEqual([expect.stringMatching(/^Kettle: \w/)]);
    await page.getByText('Write:').click();
    await shown('stream').toEqual([expect.stringMatching(/kettle|steel|beech/)]);
    await page.getByText('Ask:').click();
    await shown('quotes').toEqual([expect.stringContaining('thirty days')]);
    await shown('ceiling').toEqual(['60']);
    expect(await server.end()).toBe(0);
  });
});

const kettle = 'The kettle boils a litre in four minutes. It is made of steel. It has a handle of beech. It keeps warm for an hour.';

/** Serves the files of a folder; returns the address. */
async function filesAt(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    const file = join(folder, path === '/' ? 'index.html' : path);
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.endsWith('.js') ? 'text/javascript' : 'text/html' }).end(readFileSync(file));
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  whenOver(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
