import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { RouteConfig } from '../../src/config/config.ts';
import { readTrustedDocuments } from '../../src/documents/trusted-documents.ts';
import { federation2, runSubgraph } from '../federation/subgraph-server.ts';
import { plainConfig, whenOver } from '../harness.ts';
import { configText, fieldgate, folderWith, inProcess, refusal } from './run.ts';

const scopes = '@requiresScopes(scopes: [["ai:use"]])';
const bounds = 'maxInputTokens: 100, maxOutputTokens: 20';
const noStack = /^\s+at .*\(|\.ts:\d+:\d+/m;

const wrongFields = `extend type Product @key(fields: "id") {
  id: ID!
  name: String
  unknown: String @completion(prompt: "{title}", ${bounds}) ${scopes}
  strict: String! @completion(prompt: "{name}", ${bounds}) ${scopes}
  routed: String @completion(prompt: "{name}", route: "nowhere", ${bounds}) ${scopes}
  free: String @completion(prompt: "{name}") ${scopes}
  circular: String @completion(prompt: "{routed}", ${bounds}) ${scopes}
  embedded: String @completion(prompt: "{name}", route: "embedding", ${bounds}) ${scopes}
  vector: Vector @embedding(text: "{name}", route: "default", maxInputTokens: 100) ${scopes}
  alike: [Product!] @similar(index: "nothing", text: "{name}") ${scopes}
  answered: AiAnswer @answer(collection: "nothing", question: "{name}", maxOutputTokens: 20) ${scopes}
  huge: String @completion(prompt: "{name}", maxInputTokens: 1000000, maxOutputTokens: 20) ${scopes}
  filed: String @completion(template: "nothing") ${scopes}
}
extend type Brand {
  name: String
  keyless: String @completion(prompt: "{name}", ${bounds}) ${scopes}
}
`;

describe('fieldgate check', () => {
  it('fieldgate check names file, line and remedy of every mistake in AI fields, and those of the configuration, all at once', async () => {
    const cwd = folderWith({
      'ai.graphql': wrongFields,
      'prompts/nameless.md': '---\nversion: 1\n---\nSummarise.\n',
      'gateway.config.ts': configText(
        `graph: { fields: ['ai.graphql'], prompts: 'prompts' }, maskPersonalData: ['gone'], documents: [{ collection: 'gone', paths: [] }]`,
      ),
    });
    const { code, out, err } = await fieldgate(['check'], { cwd });
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringMatching(/^note graph\.subgraphs names no subgraph, so what guards .*\n$/),
    });
    for (const sentence of [
      'ai.graphql:4: Product.unknown: {title} is neither an argument of the field nor a field of Product. Known: id, name',
      'ai.graphql:5: Product.strict is not nullable.',
      'ai.graphql:6: Product.routed: There is no route "nowhere". Routes that fit: default, embedded.',
      'ai.graphql:7: Product.free has no bound on its cost. Add maxInputTokens and maxOutputTokens',
      'ai.graphql:8: Product.circular: {routed} reads the AI field Product.routed, which would make the graph circular.',
      'ai.graphql:9: Product.embedded: Route "embedding" has no deployment for completions. Routes that have one: default, embedded.',
      'ai.graphql:10: Product.vector: Route "default" has no deployment for embeddings. Routes that have one: embedding.',
      'ai.graphql:11: Product.alike: there is no index "nothing".',
      'ai.graphql:12: Product.answered: There is no collection "nothing". Collections: none.',
      'ai.graphql:13: Product.huge: maxInputTokens is 1000000, and route "default" has room for',
      'ai.graphql:14: Product.filed: There is no prompt "nothing".',
      'ai.graphql:18: Brand has AI fields but no @key.',
      'nameless.md: A prompt needs an id.',
      'maskPersonalData names "gone". Routes: default, embedding, embedded.',
      'documents.0.collection is "gone".',
    ])
      expect(err).toContain(sentence);
    expect(err).not.toMatch(noStack);
  });

  it('fieldgate check names every clash with the AI subgraph, and subgraphs that do not answer', async () => {
    const clashing = `${federation2} type Query { aiRoutes: [String] completion(input: String): String } type AiRoute { speed: Int }`;
    const cwd = folderWith({
      'clashing.graphql': clashing,
      'clash.config.ts': configText(`graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/', sdl: 'clashing.graphql' }] }`),
      'silent.config.ts': configText(
        `graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/' }, { name: 'stock', url: 'http://127.0.0.1:9/' }] }`,
      ),
    });
    const clash = await inProcess(['check', '--config', 'clash.config.ts'], { cwd });
    expect(clash.code).toBe(1);
    for (const coordinate of ['Query.aiRoutes', 'Query.completion', 'AiRoute'])
      expect(clash.err).toContain(`${coordinate} of the subgraph "shop"`);
    const silent = await inProcess(['check', '--config', 'silent.config.ts'], { cwd });
    expect(silent.code).toBe(1);
    for (const name of ['shop', 'stock']) expect(silent.err).toContain(`The subgraph "${name}" did not give its SDL`);
  });

  it.each([
    [
      'an @interfaceObject of an interface without a key',
      'auto',
      'type Query { items: [Item] } interface Item { id: ID! } type Toy implements Item { id: ID! }',
      'type Item @key(fields: "id") @interfaceObject { id: ID! tagline: String }',
      'the interface "Item" has no @key in any subgraph',
    ],
    [
      '@fromContext',
      'auto',
      'type Query { me: User } type User @key(fields: "id") @federation__context(name: "user") { id: ID! currency: String it: Item } type Item @key(fields: "id") { id: ID! price(in: String @federation__fromContext(field: "$user { currency }")): String }',
      'type User @key(fields: "id") { id: ID! }',
      '@fromContext is not served by this gateway: Item.price. Use @requires.',
    ],
    [
      'a policy without a function',
      'auto',
      'type Query { a: String @federation__policy(policies: [["vip"]]) }',
      'type Query { b: String }',
      'vip',
    ],
    [
      'without the planner, a field of an entity with a name that every object has',
      'stitching',
      'type Query { product: Product } type Product @key(fields: "id") { id: ID! constructor: String }',
      'type Product @key(fields: "id") { id: ID! stock: Int }',
      'Without the query planner, a type, or the field of an entity, cannot have a name that every JavaScript object has: Product.constructor.',
    ],
    [
      'without the planner, two @interfaceObjects of one type',
      'stitching',
      'type Query { toy: Toy } interface Item @key(fields: "id") { id: ID! } interface Sold @key(fields: "id") { id: ID! } type Toy implements Item & Sold @key(fields: "id") { id: ID! }',
      'type Item @key(fields: "id") @interfaceObject { id: ID! tagline: String } type Sold @key(fields: "id") @interfaceObject { id: ID! price: Int }',
      'a subgraph cannot have an @interfaceObject for two interfaces of one type: "Item" and "Sold" of "Toy".',
    ],
  ])('fieldgate check refuses what could not be served faithfully, by its name: %s', async (_, engine, one, other, sentence) => {
    const cwd = folderWith({
      'one.graphql': `${federation2} ${one}`,
      'other.graphql': `${federation2} ${other}`,
      'gateway.config.ts': configText(
        `graph: { engine: '${engine}', subgraphs: [{ name: 'one', url: 'http://127.0.0.1:9/', sdl: 'one.graphql' }, { name: 'other', url: 'http://127.0.0.1:9/', sdl: 'other.graphql' }] }`,
      ),
    });
    const { code, err } = await inProcess(['check'], { cwd });
    expect(code).toBe(1);
    expect(err).toContain(sentence);
    expect(err).not.toMatch(noStack);
  });

  it('fieldgate check says which type or field of the graph a misspelt name means, and from which line a problem of composition comes', async () => {
    const ai = (name: string, reads: string) => `  ${name}: String @completion(prompt: "{${reads}}", ${bounds}) ${scopes}`;
    const cwd = folderWith({
      'shop.graphql': `${federation2} type Query { products: [Product] } type Product @key(fields: "id") { id: ID! name: String stars: Int } type Review @key(fields: "id") { id: ID! body: String }`,
      'names.graphql': `extend type Revue @key(fields: "id") {\n  id: ID!\n  body: String\n${ai('mood', 'body')}\n}
extend type Product @key(fields: "id") {\n  id: ID!\n  naem: String\n${ai('slogan', 'naem')}\n  facts: Prodct\n    @completion(prompt: "x", ${bounds}) ${scopes}\n}`,
      'types.graphql': `extend type Product @key(fields: "id") {\n  id: ID!\n  stars: String\n${ai('praise', 'stars')}\n}`,
      'names.config.ts': configText(
        `graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/', sdl: 'shop.graphql' }], fields: ['names.graphql'] }`,
      ),
      'types.config.ts': configText(
        `graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/', sdl: 'shop.graphql' }], fields: ['types.graphql'] }`,
      ),
    });
    const names = await inProcess(['check', '--config', 'names.config.ts'], { cwd });
    for (const sentence of [
      'names.graphql:1: There is no type "Revue" in the graph: did you mean "Review"?',
      'names.graphql:8: Product has no field "naem" in the graph: did you mean "name"?',
      'names.graphql:10: There is no type "Prodct" in the graph: did you mean "Product"?',
    ])
      expect(names.err).toContain(sentence);
    expect(names.err).toContain('3 mistakes.');
    const types = await inProcess(['check', '--config', 'types.config.ts'], { cwd });
    expect(types.err).toMatch(/types\.graphql:3: EXTERNAL_TYPE_MISMATCH: .*Product\.stars/);
  });

  it('fieldgate check names settings that there are not, values that they do not take, and files that are missing', async () => {
    const cwd = folderWith({
      'gateway.config.ts': configText(
        `deployments: { own: { provider: 'embedded', model: 'own', price: { input: -1, output: 2 }, capabilities: ['flying'], wait: 3 } },
        routes: { default: { deployments: ['own'], retry: 3, hedge: { after: 3 } } }, documents: [{ collection: 'handbook', paths: ['pages'], path: 'x' }],
        collections: { rules: { reader: ['web'] } }, guardrails: [{ guardrail: {}, route: '*' }], telemetry: { metrics: { port: 9000, hots: '::' } },
        graph: { pollSeconds: -1, forwardHeaders: ['two words'], subgraph: [] }, storage: { usageDays: 0.5 }, server: { drainMs: 'long' },
        teams: { web: { monthlyBudget: 25 } }, logLevel: 'loud', guardrail: []`,
      ),
    });
    const said = await inProcess(['check'], { cwd });
    for (const sentence of [
      'guardrail is no setting. Did you mean guardrails?',
      'deployments.own.wait is no setting. Settings here: provider, model,',
      'routes.default.retry is no setting. Settings here: ',
      'routes.default.hedge.after is no setting. Settings here: afterMs.',
      'guardrails.0.route is no setting. Settings here: guardrail, routes.',
      'collections.rules.reader is no setting. Settings here: readers, writers,',
      'documents.0.path is no setting. Settings here: collection, paths.',
      'telemetry.metrics.hots is no setting. Settings here: host, port.',
      'graph.subgraph is no setting. Settings here: ai, supergraph, subgraphs,',
      'deployments.own.price.input is -1. It must be US dollars per million tokens, 0 or more.',
      'deployments.own.capabilities has "flying". Capabilities: completion, embedding,',
      'graph.pollSeconds is -1.',
      'graph.forwardHeaders has "two words". It must be the name of a header',
      'storage.usageDays is 0.5. It must be a whole number of days above 0; leave it out to keep all.',
      'server.drainMs is "long". It must be a whole number of milliseconds, 0 or more.',
      'teams.web.monthlyBudget is 25. It must be US dollars as text',
      'logLevel is "loud". Levels: debug, info, warn, error, silent.',
      'documents.0.paths.0 is "pages", which is not there.',
    ])
      expect(said.err).toContain(sentence);
    expect(said.err).not.toMatch(noStack);
  });

  it('fieldgate check notes a provider whose key nobody has set, and an authorization that never goes on', async () => {
    const surface = JSON.stringify(resolve('src/index.ts'));
    const cwd = folderWith({
      'gateway.config.ts': `import { defineConfig, openaiCompatibleProvider, openaiProvider, secretFrom } from ${surface};
        export default defineConfig({ providers: { openai: openaiProvider({ apiKey: secretFrom('NO_SUCH_KEY_IS_SET') }),
            vllm: openaiCompatibleProvider({ name: 'vllm', baseUrl: 'http://127.0.0.1:9/v1', apiKey: secretFrom('NO_SUCH_KEY_IS_SET') }),
            open: openaiCompatibleProvider({ name: 'open', baseUrl: 'http://127.0.0.1:9/v1' }) },
          deployments: { mini: { provider: 'openai', model: 'gpt-5-mini' } }, routes: { default: { deployments: ['mini'] } }, graph: { forwardHeaders: ['Authorization'] } });`,
    });
    const { out } = await inProcess(['check'], { cwd });
    expect(out).toContain('note providers.openai has no key: the variable that its apiKey is read from is not set.');
    expect(out).toContain('note providers.vllm has no key: ');
    expect(out).not.toContain('providers.open ');
    expect(out).toContain('note graph.forwardHeaders has authorization, but a key of this gateway never goes on to subgraphs');
  });

  it('fieldgate check tells what factories of providers and guardrails cannot use among all other mistakes', async () => {
    const cwd = folderWith({
      'gateway.config.ts': `import { anthropicProvider, defineConfig, googleProvider, ollamaProvider, openaiCompatibleProvider, openaiProvider, patternGuard } from ${JSON.stringify(resolve('src/index.ts'))};
        export default defineConfig({
          providers: { openai: openaiProvider({ apiKey: null, baseUrl: 'api.openai.com' }), claude: anthropicProvider({ apiKey: 'sk-canary' }), gemini: googleProvider(),
            vllm: openaiCompatibleProvider({ name: 'vllm' }), ollama: ollamaProvider({ host: 'http://u:canary@gpu' }), own: { name: 'own' } },
          deployments: { mini: { provider: 'openai', model: '' } }, routes: { default: { deployments: ['mini'] } },
          guardrails: [{ guardrail: patternGuard({ name: 'codes', patterns: ['(('], on: ['answer'] }), routes: '*' }, { guardrail: patternGuard({ name: 'none', patterns: [] }), routes: ['gone'] }] });`,
    });
    const { code, err } = await inProcess(['check'], { cwd });
    expect(code).toBe(1);
    for (const sentence of [
      'mistake providers.openai: The base URL is not an http or https URL. Accepted is an absolute http or https URL',
      "mistake providers.claude: Its apiKey is a string. It must be a secret, such as secretFrom('OPENAI_API_KEY').",
      'mistake providers.gemini: It was made without settings.',
      'mistake providers.vllm: The base URL is not an http or https URL.',
      'mistake providers.ollama: The base URL carries a user or password.',
      'mistake providers.own is {"name":"own"}. It must be a provider, such as openaiProvider({ apiKey: secretFrom(\'OPENAI_API_KEY\') }).',
      "mistake deployments.mini.model is empty. It is the vendor's name of the model, such as gpt-5-mini.",
      'mistake guardrails.0.guardrail: The guardrail "codes" has a pattern that is no RE2 expression: "((" (',
      'mistake guardrails.0.guardrail: The guardrail "codes" is on ["answer"]. It must be a list of "input", "output" or both.',
      'mistake guardrails.1.guardrail: The guardrail "none" has no patterns. Give it at least one regular expression.',
      'mistake guardrails.1.routes names "gone". Routes: default.',
      '11 mistakes.',
    ])
      expect(err).toContain(sentence);
    expect(err).not.toContain('canary');
    expect(err).not.toMatch(noStack);
  });

  it('fieldgate check tells what is missing and what has the wrong form with its path, all at once, where nothing can be read further', async () => {
    const cwd = folderWith({
      'gateway.config.ts': `export default { providers: {}, deployments: { a: { model: 5 } }, routes: { default: {}, b: { deployments: 'a' } },
        graph: { fields: 5, subgraphs: [null] }, maskPersonalData: true, documents: [{ collection: 'x' }], server: { host: 5, limits: [] } };`,
    });
    const { code, err } = await inProcess(['check'], { cwd });
    expect(code).toBe(1);
    for (const sentence of [
      'deployments.a.provider is missing. It must be the name of a provider.',
      "deployments.a.model is 5. It must be the vendor's name of the model, such as gpt-5-mini.",
      'routes.default.deployments is missing. It must be a list; each entry is the name of a deployment.',
      'routes.b.deployments is "a". It must be a list.',
      'graph.fields is 5. It must be a list.',
      'graph.subgraphs.0 is null. It must be an object with settings: name, url,',
      'maskPersonalData is true. It must be "*" for all, or a list of names of routes.',
      'documents.0.collection is "x". Collections: none.',
      'documents.0.paths is missing. It must be a list; each entry is a path',
      'server.host is 5. It must be text.',
      'server.limits is []. It must be an object with settings: maxBodyBytes,',
      '11 mistakes.',
    ])
      expect(err).toContain(sentence);
    expect(err).not.toMatch(noStack);
  });

  it('fieldgate check says which programs of subgraphs could not be started, or ended by themselves', async () => {
    const cwd = folderWith({
      'gateway.config.ts': configText(
        `graph: { subgraphs: [{ name: 'gone', url: 'http://127.0.0.1:9/', run: ['no-such-program'] }, { name: 'ends', url: 'http://127.0.0.1:9/', run: ['node', '-e', 'process.exit(3)'] }] }`,
      ),
    });
    const { code, err } = await inProcess(['check'], { cwd });
    expect(code).toBe(1);
    expect(err).toContain('The program of the subgraph "gone" (no-such-program) could not be started. Run it in ');
    expect(err).toContain('The program of the subgraph "ends" (node -e process.exit(3)) ended with code 3. Run it in ');
    expect(err).toContain('The subgraph "gone" did not give its SDL');
  });

  it('fieldgate check tells which whole parts are missing beside the mistakes of those that are there', async () => {
    const cwd = folderWith({ 'gateway.config.ts': `export default { providers: [], deployments: 'x', server: { port: '80' } };` });
    const { code, err } = await inProcess(['check'], { cwd });
    expect(code).toBe(1);
    for (const sentence of [
      'providers is []. It must be an object with a member for each.',
      'deployments is "x". It must be an object with a member for each.',
      'routes is missing. It must be an object.',
      'server.port is "80". It must be a whole number from 0 to 65535.',
      '4 mistakes.',
    ])
      expect(err).toContain(sentence);
    expect(err).not.toMatch(noStack);
  });

  it('fieldgate check names the trusted documents that a change of the graph has broken, and lists that are none', async () => {
    const documents = (name: string): string => `graph: {
      subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl: 'shop.graphql' }], trustedDocuments: { files: ['${name}'] } }`;
    const cwd = folderWith({
      'shop.graphql': `${federation2} type Query { product: Product } type Product @key(fields: "id") { id: ID! name: String! }`,
      'documents.json': JSON.stringify({
        kept: 'query Kept { product { id ... @defer { name } } aiRoutes { name } }',
        broken: 'query Broken { product { colour } }',
      }),
      'none.json': '{ "kept": 5 }',
      'gateway.config.ts': configText(documents('documents.json')),
      'none.config.ts': configText(documents('none.json')),
    });
    const { code, err } = await inProcess(['check'], { cwd });
    expect(code).toBe(1);
    expect(err).toContain(
      'documents.json: the trusted document broken does not fit the graph. Cannot query field "colour" on type "Product".',
    );
    expect(err).toContain('1 mistake.');
    const none = await inProcess(['check', '--config', 'none.config.ts'], { cwd });
    expect(none.err).toMatch(/graph\.trustedDocuments\.files\.0: \S*none\.json is no list of documents/);
  });

  it('fieldgate check and the gateway name an id that two lists have for two documents', async () => {
    const files = ['web.json', 'ios.json', 'again.json'];
    const folder = folderWith({
      'web.json': JSON.stringify({ 1: 'query Web { aiRoutes { name } }' }),
      'ios.json': JSON.stringify({ 1: 'query Ios { aiRoutes { name } }' }),
      'again.json': JSON.stringify({ 1: 'query Web { aiRoutes { name } }' }),
    });
    const mistakes = (names: readonly string[]) =>
      checkConfig({ ...plainConfig, graph: { trustedDocuments: { files: names } } }, folder).mistakes;
    expect(mistakes(['web.json', 'again.json'])).toEqual([]);
    expect(mistakes(files.slice(0, 2))).toEqual([
      'graph.trustedDocuments.files: The id "1" is in web.json and in ios.json with another document.',
    ]);
    const paths = files.map((name) => `${folder}/${name}`);
    expect(() => readTrustedDocuments(paths, 'ids', () => {})).toThrow(/The id "1" is in \S*web\.json and in \S*ios\.json with another/);
  });

  it('fieldgate check names deployments without a price, and is content', async () => {
    const shop = await runSubgraph('shop', 'type Query { hello: String }', { Query: { hello: () => 'hi' } });
    whenOver(() => shop.close());
    const cwd = folderWith({
      'gateway.config.ts': configText(`deployments: { ...fromEnvironment({}).deployments, odd: { provider: 'embedded', model: 'odd' } },
        routes: { ...fromEnvironment({}).routes, odd: { deployments: ['odd'] } }, graph: { subgraphs: [{ name: 'shop', url: '${shop.url}' }] }`),
    });
    const { code, out, err } = await inProcess(['check'], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('deployments.odd has no known price');
    expect(out).toContain('All is well: 4 routes, 3 deployments, 0 AI fields, 0 prompts, 1 subgraph.');
  });

  it.each([
    ['is not there', {}, 'There is no configuration'],
    ['throws', { 'x.config.ts': '\nthrow new Error("No region.");' }, 'x.config.ts:2 cannot be loaded: No region.'],
    [
      'exports something else',
      { 'x.config.ts': 'export default 7;' },
      'must export defineConfig({ providers, deployments, routes }) by default. It exports 7.',
    ],
    [
      'exports a promise',
      { 'x.config.ts': 'export default Promise.resolve({});' },
      'It exports a promise: write `export default await ...`.',
    ],
    ['exports it by name', { 'x.config.ts': 'export const config = {};' }, 'It exports nothing by default, but config by name.'],
  ] as const)('fieldgate check says so when the configuration %s', async (_, files: Readonly<Record<string, string>>, sentence) => {
    expect(await refusal(['check', '--config', 'x.config.ts'], folderWith(files))).toContain(sentence);
  });

  it('fieldgate check names the line at which a configuration does not parse', async () => {
    const cwd = folderWith({ 'x.config.ts': 'const a = 1;\nexport default {\n  b: [1, 2\n};' });
    const { code, err } = await fieldgate(['check', '--config', 'x.config.ts'], { cwd });
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('x.config.ts:4 cannot be loaded') });
  });

  it('fieldgate check says what is wrong with the address of the metrics', () => {
    const mistakes = (port: number) =>
      checkConfig({ ...plainConfig, server: { port: 4100 }, telemetry: { metrics: { port } } }, '.').mistakes.join('\n');
    expect(mistakes(4100)).toContain("telemetry.metrics.port is 4100, the gateway's own.");
    expect(mistakes(70_000)).toContain('telemetry.metrics.port is 70000. It must be a whole number from 0 to 65535.');
    expect(mistakes(9464)).toBe('');
  });

  it('fieldgate check says what is wrong with the door for strangers', () => {
    const server = { requestsPerMinutePerAddress: 0, trustedProxies: ['10.0.0.0/8', '10.0.0.0/99', 'proxy.internal', '::1'] };
    expect(checkConfig({ ...plainConfig, server }, '.').mistakes).toEqual([
      'server.requestsPerMinutePerAddress is 0. It must be a whole number above 0, or false for any number.',
      'server.trustedProxies has "10.0.0.0/99". It must be an address or a network, such as 10.0.0.0/8 or fd00::/8.',
      'server.trustedProxies has "proxy.internal". It must be an address or a network, such as 10.0.0.0/8 or fd00::/8.',
    ]);
  });

  it('fieldgate check says what is wrong with the limits of the server', () => {
    const mistakes = (limits: object) => checkConfig({ ...plainConfig, server: { limits } }, '.').mistakes;
    expect(mistakes({ maxBodyByte: 1, sockets: 2, zzz: 3 })).toEqual([
      'server.limits.maxBodyByte is no setting. Did you mean maxBodyBytes?',
      expect.stringMatching(/^server\.limits\.sockets is no setting\. (Did you mean|Settings here)/),
      expect.stringMatching(/^server\.limits\.zzz is no setting\. Settings here: maxBodyBytes, /),
    ]);
    expect(mistakes({ maxDepth: 0, heartbeatMs: 1.5, maxTokens: '7', maxNesting: 5_000, maxBodyBytes: 1e9 })).toEqual([
      'server.limits.maxDepth is 0. It must be a whole number from 1 to 1000.',
      'server.limits.heartbeatMs is 1.5. It must be a whole number from 1 to 86400000.',
      'server.limits.maxTokens is "7". It must be a whole number from 1 on.',
      'server.limits.maxNesting is 5000. It must be a whole number from 1 to 1000.',
      'server.limits.maxBodyBytes is 1000000000. It must be a whole number from 1 to 268435456.',
    ]);
    expect(mistakes({ maxSockets: 10, maxSocketsWithoutKey: 10 })).toEqual([
      'server.limits.maxSocketsWithoutKey is 10, and maxSockets is 10. It must be below it, so that clients with a key get in.',
    ]);
    expect(mistakes({ maxBodyBytes: 16 * 1024 * 1024, maxSockets: 10 })).toEqual([]);
  });

  it('fieldgate check says what a hedge needs', () => {
    const mistakes = (route: Partial<RouteConfig>) =>
      checkConfig({ ...plainConfig, routes: { ...plainConfig.routes, default: { deployments: ['extractive'], ...route } } }, '.').mistakes;
    const alone =
      'routes.default.hedge needs a second deployment and a second attempt. Name another in routes.default.deployments, or leave hedge out.';
    const config = { deployments: ['extractive', 'lexical'], hedge: { afterMs: 500 } };
    expect(mistakes({ hedge: { afterMs: 500 } })).toEqual([alone]);
    expect(mistakes({ ...config, attempts: 1 })).toEqual([alone]);
    expect(mistakes({ ...config, hedge: { afterMs: 0 } })).toEqual([
      'routes.default.hedge.afterMs is 0. It must be a whole number of milliseconds above 0.',
    ]);
    expect(mistakes(config)).toEqual([]);
  });
});
