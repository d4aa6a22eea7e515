/** The package as it is published: packed, unpacked into somebody's project with what it declares beside it, and used there. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { beforeAll, describe, expect, it } from 'vitest';
import { federation2 } from '../federation/subgraph-server.ts';
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
async function installed(project: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', project], { cwd: root, env });
  const tarball = /"filename":\s*"([^"]+)"/.exec(stdout)?.[1] ?? '';
  const modules = join(project, 'node_modules');
  const home = join(modules, 'fieldgate');
  mkdirSync(home, { recursive: true });
  await run('tar', ['-xzf', join(project, tarball), '-C', home, '--strip-components=1']);
  const { dependencies, bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
    readonly bin: { readonly fieldgate: string };
  };
  // Its declared dependencies and no other package: what it needs besides would be missing in a real project, too.
  linkInto(modules, [...Object.keys(dependencies), '@types/node']);
  // As npm does when it installs.
  chmodSync(join(home, bin.fieldgate), 0o755);
  mkdirSync(join(modules, '.bin'));
  symlinkSync(join('..', 'fieldgate', bin.fieldgate), join(modules, '.bin', 'fieldgate'));
  return join(project, tarball);
}

describe('the published package', { timeout: 90_000 }, () => {
  let project: string;
  let tarball: string;
  beforeAll(async () => {
    project = folderWith(files);
    tarball = await installed(project);
  }, 120_000);

  it('the published package checks a configuration in TypeScript by npx', async () => {
    const { stdout } = await run('npx', ['--no-install', 'fieldgate', 'check'], { cwd: project, env });
    expect(stdout).toBe('All is well: 3 routes, 2 deployments, 1 AI field, 0 prompts, 1 subgraph.\n');
  });

  it('the published package names the package of each vendor that is to be installed beside it', async () => {
    const { stderr } = await run('npx', ['--no-install', 'fieldgate', 'check', '--config', 'vendors.config.ts'], {
      cwd: project,
      env,
    }).then(
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
    const { stdout } = await run('npx', ['--no-install', 'fieldgate', '--version'], { cwd: project, env });
    expect(stdout).toBe(`${version}\n`);
  });

  it('the published package serves: guardrails of the project, its documents, and a graph composed with its AI fields', async () => {
    const server = await serving(['serve'], { cwd: project, main: join('node_modules', '.bin', 'fieldgate') });
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
    expect(await server.end()).toBe(0);
  });

  it('the published package is typed for the compiler', async () => {
    const compiler = join(root, 'node_modules', '.bin', 'tsc');
    await expect(run(compiler, ['-p', '.'], { cwd: project, env })).resolves.toMatchObject({ stdout: '' });
  });
});
