import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Secret, secretFrom } from '../../src/core/secret.ts';
import { openaiCompatibleProvider } from '../../src/providers/openai-compatible.ts';
import { openLog } from '../../src/telemetry/log.ts';
import { configText, folderWith, serving } from '../cli/run.ts';
import { plainConfig, startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import type { RawReply, RawUpstream } from '../raw-upstream.ts';
import { post, readAll } from '../server/http-client.ts';
import { complete, ledgerOf, newKey, prompt, stream } from './asking.ts';
import { hanging, openUpstream, saying, scriptedDeployment } from './scripted.ts';

/** Of no shape that a filter could know it by. */
const providerKey = 'canary provider 5e1f2a';
const routerSecret = 'canary-router-8b3d90aa';

const repeats = (status: number): RawReply => ({
  status,
  headers: { 'content-type': 'application/json', 'x-request-id': providerKey },
  pieces: [JSON.stringify({ error: { message: `The key ${providerKey} is wrong`, type: providerKey, code: providerKey, param: null } })],
});

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

describe('a canary secret appears nowhere', () => {
  let gateway: TestGateway;
  let upstream: RawUpstream;
  let virtualKey: string;
  const folder = temporaryFolder();
  const shown: string[] = [];
  const logged: string[] = [];

  beforeAll(async () => {
    vi.stubEnv('FIELDGATE_TEST_PROVIDER_KEY', providerKey);
    upstream = await openUpstream();
    const apiKey = secretFrom('FIELDGATE_TEST_PROVIDER_KEY');
    gateway = await startGateway(
      {
        providers: {
          ...plainConfig.providers,
          vendor: openaiCompatibleProvider({ name: 'vendor', apiKey, baseUrl: `${upstream.url}/v1` }),
        },
        deployments: { ...plainConfig.deployments, vendor: { ...scriptedDeployment, provider: 'vendor' } },
        routes: { ...plainConfig.routes, default: { deployments: ['vendor'], attempts: 1, cacheSeconds: 60 } },
        storage: { folder },
      },
      { log: openLog({ level: 'debug', destination: { write: (line) => void logged.push(line) } }) },
    );
    ({ secret: virtualKey } = await newKey(gateway, { monthlyBudget: '1', scopes: ['ai:use', 'ai:usage', 'ai:keys'] }));
    const show = async (work: Promise<unknown>): Promise<void> => void shown.push(inspect(await work.catch(String), { depth: null }));
    const as = { key: virtualKey };

    upstream.plays(saying('Hi'));
    await show(complete(gateway, prompt('Say hi.'), as));
    await show(complete(gateway, prompt('Say hi.'), as));
    await show(readAll(stream(gateway, prompt('Stream hi.'), as)));
    for (const [index, reply] of [repeats(401), repeats(400), repeats(500), repeats(200), { ending: 'reset' } as const].entries()) {
      upstream.plays(saying('Well.'), reply);
      await show(complete(gateway, prompt(`Say ${index}.`), as));
      await show(complete(gateway, prompt(`Fail ${index}.`), as));
      await show(readAll(stream(gateway, prompt(`Fail ${index} in a stream.`), as)));
    }
    const leaving = new AbortController();
    upstream.plays(hanging('Half'));
    const left = readAll(stream(gateway, prompt('Leave.'), { ...as, signal: leaving.signal }));
    await upstream.nextRequest();
    leaving.abort();
    await show(left);
    await show(complete(gateway, prompt('A key that is nearly right.'), { key: `${virtualKey.slice(0, -1)}_` }));
    await show(complete(gateway, prompt('A key in the wrong place.'), { key: null, headers: { authorization: virtualKey } }));
    const asked = '{ aiKeys { id name team } aiViewer { __typename } aiRoutes { name deployments { id provider } } }';
    await show(post(gateway.url, { query: asked }, { authorization: `Bearer ${virtualKey}` }).then((response) => response.text()));
    await show(ledgerOf(gateway, virtualKey, ['OUTCOME', 'PRINCIPAL', 'MODEL']));
  });

  const secrets = (): readonly string[] => [providerKey, virtualKey, virtualKey.split('_').at(-1) ?? ''];
  const expectNone = (text: string): void => {
    for (const secret of secrets()) expect(text).not.toContain(secret);
  };

  it('a canary secret appears nowhere although it was sent where it belongs', () => {
    expect(upstream.requests.length).toBeGreaterThan(10);
    for (const { headers } of upstream.requests) expect(headers.authorization).toBe(`Bearer ${providerKey}`);
  });

  it('a canary secret appears in no response, error or event', () => {
    expect(shown.join('')).toContain('MODEL_UNAVAILABLE');
    expectNone(shown.join('\n'));
  });

  it('a canary secret appears in no line of the log', () => {
    expect(logged.length).toBeGreaterThan(5);
    expectNone(logged.join('\n'));
  });

  it('a canary secret appears in no file of the state folder, ledger rows and completions among them', async () => {
    await gateway.storage.ledger.flush();
    const files = filesIn(folder);
    expect(files.map((file) => file.slice(folder.length + 1))).toContain('fieldgate.db');
    for (const file of files) expectNone(readFileSync(file).toString('latin1'));
  });

  it('a canary secret appears in nothing that a debugger or a serialiser prints of the gateway and its configuration', () => {
    const secret = new Secret(providerKey);
    const holding = { secret, list: [secret], map: new Map([['key', secret]]), error: new Error('x', { cause: secret }) };
    for (const text of [
      inspect(holding, { depth: null, showHidden: true }),
      JSON.stringify(holding),
      `${secret}`,
      inspect(new Map([[secret, 1]])),
    ])
      expectNone(text);
    expectNone(inspect([gateway, gateway.services.routes()], { depth: 12, showHidden: true }));
    expect(() => structuredClone(secret)).not.toThrow();
    expect(JSON.stringify(structuredClone(secret))).not.toContain(providerKey);
  });

  it('a canary secret appears in nothing that the process for another router prints or answers', { timeout: 60_000 }, async () => {
    const cwd = folderWith({ 'gateway.config.ts': configText('collections: {}') });
    const server = await serving(['subgraph'], { cwd, env: { FIELDGATE_ROUTER_SECRET: routerSecret } });
    const entities = '{ _entities(representations: [{ __typename: "Completion", id: "1" }]) { __typename } }';
    const answers = [
      await server.ask(entities),
      await server.ask(entities, { 'x-router-secret': `${routerSecret.slice(0, -1)}b` }),
      await server.ask('{ _service { sdl } }'),
    ];
    await server.end();
    const text = [server.text.out, server.text.err, JSON.stringify(answers), ...filesIn(cwd).map((file) => readFileSync(file, 'latin1'))];
    expect(text.join('\n')).not.toContain(routerSecret);
  });
});
