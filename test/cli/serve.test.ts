import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createSocketServer } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { federation2, listening, type RunningSubgraph, runSubgraph } from '../federation/subgraph-server.ts';
import { whenOver } from '../harness.ts';
import { configText, fieldgate, folderWith, inProcess, serving } from './run.ts';

const productsSdl = 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! name: String! }';
const reviewsSdl = 'type Product @key(fields: "id") { id: ID! stars: Int }';

async function twoTeams(): Promise<{ readonly products: RunningSubgraph; readonly reviews: RunningSubgraph }> {
  const products = await runSubgraph('products', productsSdl, { Query: { products: () => [{ id: '1', name: 'Kettle' }] } });
  const reviews = await runSubgraph('reviews', reviewsSdl, { Product: { stars: () => 5 } });
  whenOver(async () => {
    await products.close();
    await reviews.close();
  });
  return { products, reviews };
}

const across = '{ products { name stars } }';
const answer = { data: { products: [{ name: 'Kettle', stars: 5 }] } };
const fieldNames = '{ __schema { queryType { fields { name } } } }';

describe('fieldgate serve', () => {
  it('fieldgate serve composes subgraphs from flags alone, with the AI subgraph or without', async () => {
    const { products, reviews } = await twoTeams();
    const flags = ['--subgraph', `products=${products.url}`, '--subgraph', `reviews=${reviews.url}`];
    const server = await serving(flags, { cwd: folderWith() });
    await server.ready();
    expect(await server.ask(across)).toMatchObject(answer);
    expect((await server.ask('{ aiRoutes { name } }')).data.aiRoutes).toContainEqual({ name: 'default' });

    const plain = await serving([...flags, '--no-ai'], { cwd: folderWith() });
    await plain.ready();
    expect(await plain.ask(across)).toMatchObject(answer);
    expect((await plain.ask(fieldNames)).data.__schema.queryType.fields).toEqual([{ name: 'products' }]);
  });

  it('fieldgate serve is not ready until the graph of its flags is composed, says why, and answers in a sentence', async () => {
    const { products } = await twoTeams();
    let starting = true;
    const late = createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      if (starting) return response.writeHead(503).end();
      const answered = await fetch(products.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: Buffer.concat(pieces),
      });
      return response.setHeader('content-type', 'application/json').end(await answered.text());
    });
    const { port, close } = await listening(late);
    whenOver(close);
    const server = await serving(['--subgraph', `products=http://127.0.0.1:${port}/graphql`], { cwd: folderWith() });
    const readiness = await fetch(new URL('/health/ready', server.url));
    expect(readiness.status).toBe(503);
    expect(await readiness.text()).toMatch(/products|not been composed/);
    expect((await fetch(new URL('/health/live', server.url))).status).toBe(200);
    expect((await server.ask('{ products { name } }')).errors[0].extensions.code).toBe('MODEL_UNAVAILABLE');
    starting = false;
    await server.ready();
    expect(await server.ask('{ products { name } }')).toEqual({ data: { products: [{ name: 'Kettle' }] } });
  });

  it('fieldgate serve serves a supergraph file from flags alone, and says when it has no AI subgraph', async () => {
    const { products, reviews } = await twoTeams();
    const cwd = folderWith();
    const flags = ['--subgraph', `products=${products.url}`, '--subgraph', `reviews=${reviews.url}`];
    const plain = await inProcess(['compose', ...flags, '--no-ai'], { cwd });
    const whole = await inProcess(['compose', ...flags], { cwd });
    writeFileSync(join(cwd, 'plain.graphql'), plain.out);
    writeFileSync(join(cwd, 'whole.graphql'), whole.out);

    const unchanged = await serving(['--supergraph', 'plain.graphql'], { cwd });
    await unchanged.ready();
    expect(unchanged.text.out).toContain('Note        plain.graphql is served as it is: it has no AI subgraph (local://ai).');
    expect(await unchanged.ask(across)).toMatchObject(answer);
    expect((await unchanged.ask(fieldNames)).data.__schema.queryType.fields).toEqual([{ name: 'products' }]);

    const withAi = await serving(['--supergraph', 'whole.graphql'], { cwd });
    await withAi.ready();
    expect(withAi.text.out).not.toContain('note');
    expect(await withAi.ask(`{ products { stars } aiRoutes { name } }`)).toMatchObject({
      data: { products: [{ stars: 5 }], aiRoutes: expect.arrayContaining([{ name: 'default' }]) },
    });
  });

  it('fieldgate serve ends at once when told, also while it waits for its graph to print its first queries', async () => {
    const cwd = folderWith({
      'ai.graphql': `extend type Book @key(fields: "id") { id: ID! text: String!
        blurb: String @completion(prompt: "{text}", maxInputTokens: 99, maxOutputTokens: 20) @requiresScopes(scopes: [["ai:use"]]) }`,
      'gateway.config.ts': configText(`graph: { subgraphs: [{ name: 'library', url: 'http://127.0.0.1:9/' }], fields: ['ai.graphql'] }`),
    });
    const told = await serving([], { cwd });
    expect(await told.end()).toBe(0);
    expect(told.text.out).not.toContain('query ');
  });

  it('fieldgate serve leaves out the subgraph processes and AI fields of a configuration whose graph flags replace', async () => {
    const { products } = await twoTeams();
    const cwd = folderWith({
      'ai.graphql': `extend type Gone @key(fields: "id") { id: ID! name: String said: String @completion(prompt: "{name}", maxInputTokens: 9, maxOutputTokens: 9) @requiresScopes(scopes: [["ai:use"]]) }`,
      'gateway.config.ts': configText(
        `graph: { fields: ['ai.graphql'], subgraphs: [{ name: 'gone', url: 'http://127.0.0.1:9/', run: ['node', '-e', 'process.stderr.write("started")'] }] }`,
      ),
    });
    const server = await serving(['--subgraph', `products=${products.url}`], { cwd });
    await server.ready();
    expect(await server.ask('{ products { name } }')).toMatchObject({ data: { products: [{ name: 'Kettle' }] } });
    expect(server.text.err).not.toContain('started');
  });

  it('fieldgate serve runs the programs of its subgraphs, and ends them with itself', async () => {
    const cwd = folderWith({
      'shop.mjs': `import { createServer } from 'node:http';
        const sdl = ${JSON.stringify(`${federation2} type Query { pid: Int }`)};
        const server = createServer((request, response) => response.end(JSON.stringify({ data: { _service: { sdl }, pid: process.pid } })));
        server.listen(process.env.PORT, '127.0.0.1');
        process.on('disconnect', () => process.exit());`,
      'gateway.config.ts': configText(
        `graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:${await freePort()}/', run: ['node', 'shop.mjs'] }] }`,
      ),
    });
    const server = await serving([], { cwd });
    await server.ready();
    const { pid } = (await server.ask('{ pid }')).data as { readonly pid: number };
    expect(pid).not.toBe(server.child.pid);
    await server.end('SIGTERM');
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  it('fieldgate serve says when the program of a subgraph ends, in the sentence of the program, and asks whoever answers in its place', async () => {
    const { products } = await twoTeams();
    const cwd = folderWith({
      'gateway.config.ts': configText(
        `graph: { subgraphs: [{ name: 'products', url: '${products.url}', run: ['node', ${JSON.stringify(resolve('examples/subgraphs/products.ts'))}] }] }`,
      ),
    });
    const server = await serving([], { cwd });
    await server.ready();
    await expect
      .poll(() => server.text.err, { timeout: 20_000 })
      .toContain(`The program of the subgraph "products" ended with code 1. Whatever answers at ${products.url} is asked.`);
    expect(server.text.err).toMatch(/The subgraph "products" cannot listen on 127\.0\.0\.1:\d+: another program uses that port/);
    expect(server.text.err).not.toMatch(/^\s+at /m);
    expect(await server.ask('{ products { name } }')).toMatchObject({ data: { products: [{ name: 'Kettle' }] } });
  });

  it('fieldgate serve looks at its sources again on SIGHUP', async () => {
    const cwd = folderWith({
      'shop.graphql': `${federation2} type Query { old: String }`,
      'gateway.config.ts': configText(
        `graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/', sdl: 'shop.graphql' }], pollSeconds: 3600 }`,
      ),
    });
    const server = await serving([], { cwd });
    await server.ready();
    writeFileSync(join(cwd, 'shop.graphql'), `${federation2} type Query { old: String young: String }`);
    server.child.kill('SIGHUP');
    await expect.poll(async () => JSON.stringify(await server.ask(fieldNames)), { timeout: 20_000 }).toContain('"young"');
  });

  it('fieldgate serve reads its configuration again on SIGHUP, and keeps the one it has where that has mistakes', async () => {
    const cwd = folderWith({ 'gateway.config.ts': configText('') });
    const server = await serving([], { cwd });
    await server.ready();
    const routes = async (): Promise<string> => JSON.stringify(await server.ask('{ aiRoutes { name } }'));
    expect(await routes()).not.toContain('"second"');
    const file = join(cwd, 'gateway.config.ts');
    writeFileSync(file, configText(`routes: { ...fromEnvironment({}).routes, broken: { deployments: ['none'] } }`));
    server.child.kill('SIGHUP');
    await expect.poll(() => server.text.out + server.text.err).toContain('not taken over');
    expect(await routes()).toContain('default');
    writeFileSync(file, configText('routes: { ...fromEnvironment({}).routes, second: fromEnvironment({}).routes.default }'));
    server.child.kill('SIGHUP');
    await expect.poll(routes, { timeout: 20_000 }).toContain('"second"');
  });

  it('fieldgate serve lets what runs finish on SIGTERM, and exits with 0', async () => {
    const { promise: asked, resolve: nowAsked } = Promise.withResolvers<void>();
    const { promise: mayAnswer, resolve: answerNow } = Promise.withResolvers<void>();
    const slow = await runSubgraph('slow', 'type Query { slow: String }', {
      Query: {
        slow: async () => {
          nowAsked();
          await mayAnswer;
          return 'done';
        },
      },
    });
    whenOver(() => slow.close());
    const server = await serving(['--subgraph', `slow=${slow.url}`], { cwd: folderWith() });
    await server.ready();
    const waiting = server.ask('{ slow }');
    await asked;
    const ended = server.end();
    await expect.poll(() => server.text.out, { timeout: 20_000 }).toContain('Stopping');
    answerNow();
    expect(await waiting).toMatchObject({ data: { slow: 'done' } });
    expect(await ended).toBe(0);
    expect(server.text.err).not.toMatch(/^\s+at /m);
  });

  it('fieldgate serve ends as on SIGTERM when npm, which started it, was ended and told nobody', async () => {
    const cwd = folderWith({ 'gateway.config.ts': configText('server: { drainMs: 500 }') });
    const command = `"${process.execPath}" "${resolve('src/main.ts')}" serve --port 0 --no-warm-up; true`;
    const shell = spawn('sh', ['-c', command], { cwd, env: { ...process.env, npm_lifecycle_event: 'start' } });
    const text = { out: '' };
    const listening = Promise.withResolvers<void>();
    const closed = once(shell, 'close');
    shell.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text.out += piece;
      if (text.out.includes('health')) listening.resolve();
    });
    await listening.promise;
    shell.kill('SIGTERM');
    await closed;
    expect(text.out).toContain('Stopping: what runs may finish.');
  });

  it('fieldgate serve says in a sentence that its port is taken', async () => {
    const other = createSocketServer().listen(0, '127.0.0.1');
    await new Promise((done) => other.once('listening', done));
    whenOver(() => void other.close());
    const { port } = other.address() as AddressInfo;
    expect(await fieldgate(['serve', '--port', String(port)], { cwd: folderWith() })).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(
        new RegExp(
          `^The gateway cannot listen on 127\\.0\\.0\\.1:${port}: another program uses it.* Choose another, such as --port \\d+ .*\\n$`,
        ),
      ),
    });
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
