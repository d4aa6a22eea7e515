import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check-config.ts';
import type { GatewayConfig } from '../../src/config/config.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { plainConfig } from '../plain-config.ts';

const mistakesOf = (changes: Partial<GatewayConfig>) => checkConfig({ ...plainConfig, ...changes }, process.cwd()).mistakes;
const lexical = plainConfig.deployments['lexical'];
const priced = (price: { readonly input: number; readonly output: number }): Partial<GatewayConfig> =>
  lexical === undefined ? {} : { deployments: { ...plainConfig.deployments, lexical: { ...lexical, price } } };
const subgraph = (settings: object): Partial<GatewayConfig> => ({
  graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:1/graphql', ...settings }] },
});

describe('a number of the configuration that cannot be meant', () => {
  it.each<readonly [string, Partial<GatewayConfig>]>([
    ['deployments.lexical.price.input is -1. It must be US dollars per million tokens, 0 or more.', priced({ input: -1, output: 0 })],
    [
      'deployments.lexical.price.input is 1e+30. It must be 0, or from 0.000001 to 1000000 US dollars per million tokens.',
      priced({ input: 1e30, output: 0 }),
    ],
    [
      'deployments.lexical.price.output is 1e-20. It must be 0, or from 0.000001 to 1000000 US dollars per million tokens.',
      priced({ input: 1, output: 1e-20 }),
    ],
    [
      'deployments.lexical.price.output is NaN. It must be US dollars per million tokens, 0 or more.',
      priced({ input: 0, output: Number.NaN }),
    ],
    // A negative number of days would delete the whole ledger, those to come included.
    [
      'storage.usageDays is -1. It must be a whole number of days above 0; leave it out to keep all.',
      { storage: { folder: null, usageDays: -1 } },
    ],
    [
      'storage.usageDays is 0. It must be a whole number of days above 0; leave it out to keep all.',
      { storage: { folder: null, usageDays: 0 } },
    ],
    ['storage.lostHoldHours is 1.5. It must be a whole number of hours from 0 to 744.', { storage: { folder: null, lostHoldHours: 1.5 } }],
    [
      'storage.lostHoldHours is 10000. It must be a whole number of hours from 0 to 744.',
      { storage: { folder: null, lostHoldHours: 10_000 } },
    ],
    ['server.drainMs is -5. It must be a whole number of milliseconds, 0 or more.', { server: { drainMs: -5 } }],
    ['graph.pollSeconds is NaN. It must be a number of seconds, 0 or more; 0 never asks again.', { graph: { pollSeconds: Number.NaN } }],
    ['graph.subgraphs.0.timeoutMs is 0. It must be a whole number of milliseconds above 0.', subgraph({ timeoutMs: 0 })],
    [
      'graph.subgraphs.0.subscriptionUrl is "shop.internal". It must be a ws, wss, http or https address.',
      subgraph({ subscriptionUrl: 'shop.internal' }),
    ],
    [
      'graph.subgraphs.0.headers["x-key"] is null: the environment variable that it is read from is not set. Set it, or leave the header out.',
      subgraph({ headers: { 'x-key': null } }),
    ],
    ['graph.subgraphs.0.headers["x-key"] is 5. It must be text, or a secret: secretFrom(\'NAME\').', subgraph({ headers: { 'x-key': 5 } })],
    [
      'graph.subgraphs.0.headers["a b"] is not the name of a header. A name such as x-api-key would be accepted.',
      subgraph({ headers: { 'a b': 'x' } }),
    ],
    [
      'graph.subgraphs.0.headers["x-key"] has characters that no header can have, such as a line break.',
      subgraph({ headers: { 'x-key': 'a\r\nhost: evil' } }),
    ],
    [
      'graph.subgraphs.0.headers["Content-Length"] is set by the gateway itself. Leave it out.',
      subgraph({ headers: { 'Content-Length': '1' } }),
    ],
    [
      'graph.overrideLabels has "percent(5)". It must be a label of @override, such as "new-prices"; percent(x) is drawn and cannot be turned on.',
      { graph: { overrideLabels: ['percent(5)'] } },
    ],
    ['retrieval.maxQueuedSources is 0. It must be a whole number above 0.', { retrieval: { maxQueuedSources: 0 } }],
    ['retrieval.maxSourcesAtOncePerTeam is 1.5. It must be a whole number above 0.', { retrieval: { maxSourcesAtOncePerTeam: 1.5 } }],
    ...['ai', '/ai/', '/', '/a b', '/ai/../x', '/a//b', '/%61i'].map((basePath): [string, object] => [
      `server.basePath is "${basePath}". It must be a path, such as /ai or /tools/ai: letters, digits, "-", "_", "." and "~" after each "/", and no "/" at its end.`,
      { server: { basePath } },
    ]),
    ['server.drainMs is 3000000000. It must be at most 2147483647 milliseconds, which are 24 days.', { server: { drainMs: 3e9 } }],
    ['graph.pollSeconds is 2592000. It must be at most 2147483 seconds, which are 24 days.', { graph: { pollSeconds: 2_592_000 } }],
    [
      'graph.subgraphs.0.timeoutMs is 3000000000. It must be at most 2147483647 milliseconds, which are 24 days.',
      subgraph({ timeoutMs: 3e9 }),
    ],
    ['graph.subgraphs.0.retries is -1. It must be a whole number, 0 or more.', subgraph({ retries: -1 })],
  ])('a number of the configuration that cannot be meant is told: %s', (sentence, changes) => {
    expect(mistakesOf(changes)).toEqual([sentence]);
  });

  it('a number of the configuration that cannot be meant is none where it can', () => {
    expect(mistakesOf({ ...priced({ input: 0, output: 0 }), ...subgraph({ timeoutMs: 1, retries: 0 }), server: { drainMs: 0 } })).toEqual(
      [],
    );
    expect(mistakesOf({ storage: { folder: null, usageDays: 1, lostHoldHours: 0 }, graph: { pollSeconds: 0.5 } })).toEqual([]);
  });
});

it('a name that every object has is none of the configuration’s', () => {
  const embedded = plainConfig.deployments['embedded'] ?? { provider: '', model: 'm' };
  const found = mistakesOf({
    deployments: { ...plainConfig.deployments, embedded: { ...embedded, provider: 'constructor' } },
    routes: { ...plainConfig.routes, other: { deployments: ['toString'] } },
    maskPersonalData: ['valueOf'],
    documents: [{ collection: 'constructor', paths: [] }],
  });
  expect(found).toEqual([
    expect.stringMatching(/^deployments\.embedded\.provider is "constructor"\. Providers: /),
    expect.stringMatching(/^routes\.other\.deployments names "toString"\. Deployments: /),
    expect.stringMatching(/^maskPersonalData names "valueOf"\. Routes: /),
    expect.stringMatching(/^documents\.0\.collection is "constructor"\. Collections: /),
  ]);
});

describe('a team’s requestsPerMinute', () => {
  const notesOf = (teams: NonNullable<GatewayConfig['teams']>) => checkConfig({ ...plainConfig, teams }, process.cwd()).warnings;

  it('a team’s requestsPerMinute is noted while it also holds model calls, because nobody has said how many of those are meant', () => {
    expect(notesOf({ web: { requestsPerMinute: 600 } })).toEqual([
      'teams.web.requestsPerMinute is 600: it counts operations, and holds model calls to 600 a minute too. Add callsPerMinute to say how many model calls the team may make.',
    ]);
  });

  it('a team’s requestsPerMinute is not noted beside callsPerMinute, and neither is callsPerMinute alone', () => {
    expect(notesOf({ web: { requestsPerMinute: 600, callsPerMinute: 60 }, search: { callsPerMinute: 60 }, shop: {} })).toEqual([]);
  });

  it('a team’s requestsPerMinute and callsPerMinute are whole numbers', () => {
    expect(mistakesOf({ teams: { web: { callsPerMinute: 0 } } })).toEqual([
      'teams.web.callsPerMinute is 0. It must be a whole number above 0.',
    ]);
  });
});

describe('budgets', () => {
  it('budgets have a period, an amount and parts between 0.01 and 1, and a time zone that there is', () => {
    const budgets = [{ per: 'year', most: '5' }, { per: 'day' }, { per: 'day', most: 5 }, { per: 'week', most: '5', warnAt: [0.8, 80] }];
    expect(mistakesOf({ timeZone: 'Berlin', teams: { web: { budgets } } } as never)).toEqual([
      'timeZone is "Berlin". It must be a time zone, such as Europe/Berlin or UTC.',
      'teams.web.budgets.0.per is "year". Periods: day, week, month, total.',
      'teams.web.budgets.1.most is missing. It must be US dollars as text, such as "5.00".',
      'teams.web.budgets.2.most is 5. It must be US dollars as text, such as "5.00".',
      'teams.web.budgets.3.warnAt has 80. It must be a number from 0.01 to 1.',
    ]);
  });

  it('budgets of one account have a period each', () => {
    const day = { per: 'day', most: '5' } as const;
    expect(mistakesOf({ teams: { web: { budgets: [day, { per: 'week', most: '20' }, day] } } })).toEqual([
      'teams.web.budgets.2.per is "day", which that of teams.web.budgets.0 is too. One budget a period is accepted.',
    ]);
  });
});

it('limits of fields are by coordinates', () => {
  const fieldLimits = { summary: {}, 'Product.summary': { sharedBy: 'all' } };
  expect(mistakesOf({ fieldLimits: { summary: {}, 'Product.summary': {} } })).toEqual([
    'fieldLimits has "summary". It must be a type and a field of it, such as Product.summary.',
  ]);
  expect(mistakesOf({ fieldLimits } as never)).toEqual([
    'fieldLimits.Product.summary.sharedBy is "all". Sharings: everyone, team, caller.',
  ]);
});

describe('what works, and surprises', () => {
  const notesOf = (changes: Partial<GatewayConfig>) => checkConfig({ ...plainConfig, ...changes }, process.cwd()).warnings;
  const guard = (name: string) => ({ guardrail: patternGuard({ name, patterns: ['x'] }), routes: ['default'] });

  it('what works and surprises is noted of a deployment that stands twice in a route', () => {
    expect(notesOf({ routes: { ...plainConfig.routes, default: { deployments: ['extractive', 'extractive'] } } })).toEqual([
      expect.stringContaining('routes.default.deployments names "extractive" more than once.'),
    ]);
  });

  it('what works and surprises is noted of guardrails with one name, and not of one guardrail in two places', () => {
    const codes = guard('codes');
    expect(notesOf({ guardrails: [codes, guard('codes')] })).toEqual([
      expect.stringContaining('guardrails has several of the name "codes".'),
    ]);
    expect(notesOf({ guardrails: [codes, { ...codes, routes: ['embedding'] }, guard('names')] })).toEqual([]);
  });

  it('what works and surprises is noted of a model that its provider does not have', () => {
    const odd = { provider: 'embedded', model: 'gpt-5-mini', price: { input: 0, output: 0 } };
    expect(notesOf({ deployments: { ...plainConfig.deployments, odd } })).toEqual([
      'deployments.odd.model is "gpt-5-mini", which "embedded" does not have, so every call of it fails. It has embedded-extractive, embedded-lexical.',
    ]);
  });
});

describe('an address of a subgraph', () => {
  const said = (subgraph: object) => mistakesOf({ graph: { subgraphs: [{ name: 'shop', url: 'http://shop.test/graphql', ...subgraph }] } });

  it.each([['user:canary@shop.test'], [':canary@shop.test']])('an address of a subgraph has no user and no password: %s', (host) => {
    const sentence = 'carries a user or password. Take them out; `headers` send credentials, as text or as a secret.';
    expect(said({ url: `http://${host}/graphql` })).toEqual([`graph.subgraphs.0.url ${sentence}`]);
    expect(said({ subscriptionUrl: `wss://${host}/graphql` })).toEqual([`graph.subgraphs.0.subscriptionUrl ${sentence}`]);
    expect(said({})).toEqual([]);
  });

  it('an address of a subgraph comes with a whole program, or with none', () => {
    expect(said({ run: [] })).toEqual([
      'graph.subgraphs.0.run is empty. It must be the program and its arguments, such as ["node", "products.ts"].',
    ]);
  });
});

describe('a setting by a wrong name', () => {
  const said = (changes: object): readonly string[] => mistakesOf(changes as Partial<GatewayConfig>);
  const deployed = (settings: object): object => ({ deployments: { ...plainConfig.deployments, lexical: { ...lexical, ...settings } } });
  const tier = { aboveInputTokens: 0, inputPerMillion: 1, outputPerMillion: 2, cacheReadPerMillion: 1, cacheWritePerMillion: 1 };

  it.each<readonly [string, object]>([
    [
      'deployments.lexical.price.inputPerMillion is no setting. … Did you mean input?',
      deployed({ price: { inputPerMillion: 1, outputPerMillion: 2 } }),
    ],
    [
      'deployments.lexical.price.outputPerMillion is no setting. … Did you mean output?',
      deployed({ price: { input: 1, outputPerMillion: 2 } }),
    ],
    [
      'deployments.lexical.price.cache_read is no setting. … Did you mean cacheRead?',
      deployed({ price: { input: 1, output: 2, cache_read: 1 } }),
    ],
    ['deployments.lexical.price.input is no setting. … ', deployed({ price: { tiers: [tier], input: 1 } })],
    [
      'deployments.lexical.price.tiers.0.aboveTokens is no setting. … Did you mean aboveInputTokens?',
      deployed({ price: { tiers: [{ ...tier, aboveTokens: 0 }] } }),
    ],
    ['deployments.lexical.maxOutputToken is no setting. … Did you mean maxOutputTokens?', deployed({ maxOutputToken: 5 })],
    [
      'routes.default.hedge.afterMS is no setting. … Did you mean afterMs?',
      { routes: { ...plainConfig.routes, default: { deployments: ['extractive'], hedge: { afterMS: 300 } } } },
    ],
    ['teams.web.montlyBudget is no setting. … Did you mean monthlyBudget?', { teams: { web: { montlyBudget: '5' } } }],
    ['graph.subgraphs.0.URL is no setting. … Did you mean url?', subgraph({ URL: 'x' })],
    [
      'graph.mostPerOperation is named maxCostPerOperation now. Write maxCostPerOperation in its place.',
      { graph: { mostPerOperation: '1' } },
    ],
    ['graph.mostObjects is named maxObjects now. Write maxObjects in its place.', { graph: { mostObjects: 1 } }],
    [
      'server.strangersPerMinute is named requestsPerMinutePerAddress now. Write requestsPerMinutePerAddress in its place.',
      { server: { strangersPerMinute: 5 } },
    ],
    ['telemetry.metrics.prot is no setting. … Did you mean port?', { telemetry: { metrics: { port: 9_000, prot: 1 } } }],
    ['collections.docs.reader is no setting. … Did you mean readers?', { collections: { docs: { reader: ['a'] } } }],
  ])('a setting by a wrong name is told, and what was meant: %s', (sentence, changes) => {
    const [begin = '', end = ''] = sentence.split('…');
    expect(said(changes)).toContainEqual(
      expect.stringMatching(new RegExp(`^${begin.replaceAll('.', '\\.').trim()}.*${end.replace('?', '\\?').trim()}$`)),
    );
  });

  it.each<readonly [string, object]>([
    [
      'deployments.lexical.price.output is missing. It must be US dollars per million tokens, 0 or more.',
      deployed({ price: { input: 1 } }),
    ],
    [
      'deployments.lexical.price.tiers is empty. It must be a list of prices, the first with aboveInputTokens: 0.',
      deployed({ price: { tiers: [] } }),
    ],
    [
      'deployments.lexical.price.tiers.0.aboveInputTokens is 5. It must be 0, since the first tier holds from there.',
      deployed({ price: { tiers: [{ ...tier, aboveInputTokens: 5 }] } }),
    ],
    [
      'deployments.lexical.price.tiers.1.aboveInputTokens is 0. It must be a whole number above 0, the tier before it.',
      deployed({ price: { tiers: [tier, tier] } }),
    ],
    [
      'deployments.lexical.price.input is "1". It must be US dollars per million tokens, 0 or more.',
      deployed({ price: { input: '1', output: 2 } }),
    ],
    ['deployments.lexical.price is 5. It must be an object with settings: input, output, cacheRead, cacheWrite.', deployed({ price: 5 })],
    [
      'routes.default.hedge is 300. It must be an object with settings: afterMs.',
      { routes: { ...plainConfig.routes, default: { deployments: ['extractive'], hedge: 300 } } },
    ],
    ['server is null. It must be an object with settings: host, port,', { server: null }],
    [
      'deployments.lexical is "gpt". It must be an object with settings: provider, model,',
      { deployments: { ...plainConfig.deployments, lexical: 'gpt' } },
    ],
    ['teams is []. It must be an object with a member for each.', { teams: [] }],
    ['graph.subgraphs is {"shop":"x"}. It must be a list.', { graph: { subgraphs: { shop: 'x' } } }],
    ['routes is missing. It must be an object.', { routes: undefined }],
  ])('a setting by a wrong name, or with a value that cannot be meant is told: %s', (sentence, changes) => {
    expect(
      said(changes).some((told) => told.startsWith(sentence)),
      JSON.stringify(said(changes)),
    ).toBe(true);
  });
});

describe('an issuer of tokens', () => {
  const issuer = { issuer: 'https://login.example.com', audiences: ['fieldgate'] };
  const wrong = (changes: object): readonly string[] =>
    mistakesOf({ issuers: { login: { ...issuer, ...changes } } } as unknown as Partial<GatewayConfig>);

  it('An issuer is accepted with its name and an audience, also on this machine without TLS', () => {
    expect(wrong({})).toEqual([]);
    expect(wrong({ issuer: 'http://localhost:8080/realms/a', jwksUrl: 'http://127.0.0.1:8080/keys?v=1' })).toEqual([]);
  });

  it.each<[object, string]>([
    [{ issuer: 'http://login.example.com' }, 'issuers.login.issuer is "http://login.example.com". It must be an https address without'],
    [{ issuer: 'https://ann:pw@login.example.com' }, 'issuers.login.issuer is'],
    [{ issuer: 'login.example.com' }, 'issuers.login.issuer is "login.example.com". It must be an https address'],
    [{ audiences: [] }, 'issuers.login.audiences is empty. A token without an audience could be meant for anybody.'],
    [{ audiences: undefined }, 'issuers.login.audiences is missing.'],
    [{ algorithms: ['HS256'] }, 'issuers.login.algorithms has "HS256". Algorithms: RS256, '],
    [{ algorithms: [] }, 'issuers.login.algorithms is empty. Leave it out for all: RS256, '],
    [{ jwksUrl: 'http://keys.example.com' }, 'issuers.login.jwksUrl is "http://keys.example.com". It must be an https address'],
    [{ routes: ['nowhere'] }, 'issuers.login.routes names "nowhere". Routes: '],
    [{ team: 'two words' }, 'issuers.login.team is "two words". It must be the name of a team'],
    [{ teamByValue: { g1: 'key:1' } }, 'issuers.login.teamByValue.g1 is "key:1". It must be the name of a team'],
    [{ scopesByValue: { g1: ['a b'] } }, 'issuers.login.scopesByValue.g1 has "a b". It must be a scope'],
    [{ clockSkewSeconds: 3_600 }, 'issuers.login.clockSkewSeconds is 3600. It must be a whole number of seconds from 0 to 300.'],
    [{ audience: 'fieldgate' }, 'issuers.login.audience is no setting.'],
  ])('An issuer with %j is refused in a sentence', (changes, sentence) => {
    expect(wrong(changes).join(' ')).toContain(sentence);
  });

  it('Two names for one issuer are refused, since a token could be of either', () => {
    expect(mistakesOf({ issuers: { a: issuer, b: issuer } })).toEqual([
      'issuers.b.issuer is "https://login.example.com", which is that of issuers.a too. A token could be of either: keep one.',
    ]);
  });
});
