/**
 * Nobody finds out about others, by any field of the graph and any face of it.
 *
 * The list of fields is read from the schema: a new field fails here by its name until it is said how it keeps callers apart. Who shares
 * by design is not asked: teams share the budget of their organisation, the holders of a team's keys what the team has used.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { plainConfig, type TestGateway, whenOver } from '../harness.ts';
import { newGate, type RawUpstream } from '../raw-upstream.ts';
import { eventsOf, post } from '../server/http-client.ts';
import { complete, eventually, newKey, prompt, stream, subscription } from './asking.ts';
import { facesOf, headersOf, nothingLike, overPost, overSse, type Party, plain, type Variables } from './parties.ts';
import { counting, saying, scripted, waiting } from './scripted.ts';

let gateway: TestGateway;
let upstream: RawUpstream;
let acme: Party;
let globex: Party;
let others: Party;

const tenantScopes = ['ai:use', 'ai:usage', 'ai:ingest', 'ai:act-as', 'ai:keys'];
const passage = 'Lamps are bright. Lamps are made of glass.';
let made = 0;
const newName = (): string => {
  made += 1;
  return `thing${made}`;
};

async function told(query: string, variables: Variables, key = gateway.developmentKey ?? '', headers: Record<string, string> = {}) {
  const { data, errors } = await gateway.ask(query, variables, { key, headers });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return Object.values(data)[0] as Readonly<Record<string, string>>;
}

const as = (party: Party) => ({ key: party.key, headers: party.user === undefined ? {} : { 'AI-User': party.user } });
const holderOf = ({ backend, ...party }: Party): Party => {
  const { user: _, ...rest } = party;
  return { ...rest, backend, key: backend };
};
const tokenOf = async (party: Party, user: string): Promise<Party> => ({
  ...party,
  key:
    (
      await told(
        'mutation ($user: String!) { createAiToken(input: { ttlSeconds: 600, user: $user }) { token: secret } }',
        { user },
        party.backend,
      )
    )['token'] ?? '',
});

/** An AI field for each organisation, on its route and its collection. */
function fieldsFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'isolation-'));
  whenOver(() => rmSync(folder, { recursive: true }));
  const fieldOf = (name: string, index: number): string =>
    `tip${index}: String @completion(route: "${name}", prompt: "Of {id}.", maxInputTokens: 100, maxOutputTokens: 10) @requiresScopes(scopes: [["ai:use"]])
     help${index}: String @answer(route: "${name}", collection: "${name}", question: "What of {id}?", maxOutputTokens: 10) @requiresScopes(scopes: [["ai:use"]])`;
  const file = join(folder, 'ai.graphql');
  writeFileSync(file, `type Thing @key(fields: "id") { id: ID! ${['lamps', 'payroll', 'plans'].map(fieldOf).join(' ')} }`);
  return file;
}

beforeAll(async () => {
  const collectionOf = (team: string) => ({ readers: [team], writers: [team] });
  const routes = { ...plainConfig.routes, default: { deployments: ['scripted'], attempts: 1, cacheSeconds: 300 } };
  const scriptedRoute = { deployments: ['scripted'] };
  const embedding = { deployments: ['lexical'], cacheSeconds: 300 };
  const started = await scripted({
    graph: { fields: [fieldsFile()] },
    guardrails: ['lamps', 'payroll', 'plans'].map((route) => ({
      guardrail: patternGuard({ name: `${route} codes`, patterns: ['ACME-[0-9]+'] }),
      routes: [route],
    })),
    routes: { ...routes, embedding, lamps: scriptedRoute, payroll: scriptedRoute, plans: scriptedRoute },
    collections: {
      ...plainConfig.collections,
      lamps: collectionOf('acme.web'),
      payroll: collectionOf('globex.web'),
      plans: collectionOf('globex.ops'),
    },
  });
  ({ gateway, upstream } = started);
  upstream.plays(saying('Lamps are bright [1].'));
  const make = async (
    organisation: string,
    team: string,
    collection: string,
    more: object = {},
    scopes: readonly string[] = [],
  ): Promise<Party> => {
    await told('mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { id } }', {
      input: { id: team, organisation, routes: ['default', 'embedding', collection], budgets: [{ per: 'MONTH', most: '50' }], ...more },
    });
    const { secret } = await newKey(gateway, { team, scopes: [...tenantScopes, ...scopes], monthlyBudget: '20' });
    return { key: secret, backend: secret, team, organisation, collection };
  };
  for (const [id, routes] of Object.entries({ acme: ['lamps'], globex: ['payroll', 'plans'] }))
    await told('mutation ($input: CreateAiOrganisationInput!) { createAiOrganisation(input: $input) { id } }', {
      input: { id, routes: ['default', 'embedding', ...routes] },
    });
  const perUser = { budgets: [{ per: 'MONTH', most: '5' }], requestsPerMinute: 5_000 };
  acme = await make('acme', 'acme.web', 'lamps', { perUser, cacheSharing: 'PRINCIPAL' }, ['ai:teams']);
  globex = await make('globex', 'globex.web', 'payroll', { perUser }, ['ai:teams']);
  others = await make('globex', 'globex.ops', 'plans', { perUser });
  await ingested(holderOf(acme), 'documents');
  for (const owner of [acme, globex]) {
    await conversation(owner);
    await rate(owner, await completion(owner));
  }
});

afterAll(() => gateway.close());

interface Pair {
  readonly owner: Party;
  readonly stranger: Party;
}

/** `teams`: they differ in what a team has, else in the user alone. */
const pairs: readonly { readonly who: string; readonly teams: boolean; readonly of: () => Pair | Promise<Pair> }[] = [
  { who: 'a key of another organisation', teams: true, of: () => ({ owner: acme, stranger: globex }) },
  { who: 'a key of another team of the organisation', teams: true, of: () => ({ owner: globex, stranger: others }) },
  {
    who: 'another user of the same key',
    teams: false,
    of: () => ({ owner: { ...acme, user: 'ann' }, stranger: { ...acme, user: 'bob' } }),
  },
  {
    who: 'the token of another user of the same key',
    teams: false,
    of: async () => ({ owner: await tokenOf(acme, 'ann'), stranger: await tokenOf(acme, 'bob') }),
  },
  {
    who: 'the user of the same name in another organisation',
    teams: false,
    of: async () => ({ owner: await tokenOf(globex, 'ann'), stranger: { ...acme, user: 'ann' } }),
  },
];

// Things that an owner has, as the variables that name them.

async function completion(owner: Party, idempotencyKey: string | null = null): Promise<string> {
  return (await complete(gateway, prompt(newName(), idempotencyKey === null ? {} : { idempotencyKey }), as(owner))).id;
}

/** No two ratings are equal. */
const rate = (owner: Party, id: string) =>
  told(
    'mutation ($id: ID!, $score: Float!) { rateCompletion(id: $id, score: $score) { score } }',
    { id, score: made / 10_000 },
    owner.key,
    as(owner).headers,
  );

async function cursor(owner: Party): Promise<string> {
  for await (const event of stream(gateway, prompt(newName(), { idempotencyKey: newName() }), as(owner)))
    if (event.__typename === 'CompletionFinished') return event.cursor;
  throw new Error('The stream had no end.');
}

const newConversation = async (owner: Party): Promise<string> =>
  (await told('mutation { createAiConversation { id } }', {}, owner.key, as(owner).headers))['id'] ?? '';

/** With a turn in it. */
async function conversation(owner: Party): Promise<string> {
  const id = await newConversation(owner);
  await complete(gateway, prompt(newName(), { conversation: { id } }), as(owner));
  return id;
}

async function ingested(owner: Party, collection: string, id = newName()): Promise<string> {
  const query =
    'mutation ($collection: String!, $id: ID!, $text: String!) { ingest(input: { collection: $collection, sources: [{ id: $id, text: $text }] }) { id } }';
  const { id: job = '' } = await told(query, { collection, id, text: `${passage} ${id}` }, owner.key, as(owner).headers);
  await eventually(
    'the ingestion ends',
    () => overSse(gateway, owner, 'subscription ($id: ID!) { ingestion(id: $id) { status done failed { message } } }', { id: job }),
    (text) => text.includes('"COMPLETED"') && text.includes('"failed":[]'),
  );
  return job;
}

const keyOf = async ({ backend, team }: Party): Promise<string> =>
  (
    await gateway.ask(
      'mutation ($team: String!) { createAiKey(input: { name: "made", team: $team, scopes: ["ai:use"] }) { key { id } } }',
      { team },
      { key: backend },
    )
  ).data.createAiKey.key.id;

const tokenIdOf = async (owner: Party): Promise<string> =>
  (await told('mutation { createAiToken(input: { ttlSeconds: 600, user: "ann" }) { id } }', {}, owner.backend))['id'] ?? '';

async function teamOf({ organisation }: Party): Promise<string> {
  const id = `${organisation}.${newName()}`;
  await told('mutation ($id: ID!, $organisation: ID!) { createAiTeam(input: { id: $id, organisation: $organisation }) { id } }', {
    id,
    organisation,
  });
  return id;
}

async function organisation(): Promise<string> {
  const id = newName();
  await told('mutation ($id: ID!) { createAiOrganisation(input: { id: $id }) { id } }', { id });
  return id;
}

const pseudonymOf = async (party: Party): Promise<string> =>
  (await told('{ aiViewer { principal } }', {}, party.key, as(party).headers))['principal']?.split(':').at(-1) ?? '';

/** A field that is told the name of a thing says of another's what it says of nothing. */
interface Named {
  readonly document: string;
  readonly theirs: (owner: Party, stranger: Party) => Variables | Promise<Variables>;
  /** Default: names of the same form. */
  readonly nothing?: (theirs: Variables) => Variables;
  /** Who gets another answer, which shows that the question can be answered: the owner (default), whoever administers its team, the operator alone, or nobody. */
  readonly belongsTo?: 'owner' | 'team' | 'operator' | 'nobody';
  /** Of pairs whose teams differ alone: the whole team shares it. */
  readonly ofTeam?: true;
}

/** A field that lists what there is says nothing of others, whatever they do meanwhile. `isSame`: of who differs in the user alone. */
interface Lists {
  readonly lists: string | (() => string);
  readonly isSame?: true;
}

/** A field that asks a model gives each an answer of his own, also to the same question with the same idempotencyKey. */
interface Asks {
  readonly asks: string;
}

const input = 'input: { prompt: { text: $text }, idempotencyKey: $key }';
const question = 'input: { collection: "documents", question: $text, idempotencyKey: $key }';
const answered = '... on Completion { id provenance { cache } } ... on Failure { message }';
const events =
  '__typename completionId ... on CompletionFinished { completion { provenance { cache } } } ... on CompletionFailed { failure { message } }';
const failed = '__typename ... on Failure { code message }';
const failedEvent = `__typename ... on CompletionFinished { completion { text } } ... on CompletionFailed { failure { code message } }`;

const usageFields =
  'rows { key principalName userName calls failures savedCost { amount } usage { totalTokens cost { amount } } } endCursor';
let dimensions: readonly string[] = [];
const hour = 3_600_000;
const time = `from: "${new Date(Date.now() - hour).toISOString()}", to: "${new Date(Date.now() + hour).toISOString()}"`;
const reports = (): string => {
  const by = dimensions.map((dimension) => `by${dimension}: aiUsage(input: { ${time}, groupBy: [${dimension}] }) { ${usageFields} }`);
  const of = `of: aiUsage(input: { ${time}, groupBy: [PRINCIPAL, USER], where: { user: "ann" } }) { ${usageFields} }`;
  return `{ ${by.join(' ')} ${of} tagged: aiUsage(input: { ${time}, groupByTags: ["feature"] }) { ${usageFields} } }`;
};

const budgets = 'budgets { name limit { amount } spent { amount } held { amount } forecast { amount } }';
const cases: Readonly<Record<string, Named | Lists | Asks>> = {
  'Query.aiViewer': { lists: `{ aiViewer { principal user team organisation scopes routes ${budgets} quotas { name used held } } }` },
  'Query.aiRoutes': { lists: '{ aiRoutes { name deployments { id breaker openUntil recentFailures ttftP50 } } }', isSame: true },
  'Query.aiFields': {
    lists: '{ aiFields { route source ceiling { cost { amount } } typical { answers cost { amount } } } }',
    isSame: true,
  },
  'Query.aiKeys': { lists: `{ aiKeys { id name team createdBy lastUsedAt ${budgets} } }` },
  'Query.aiTeams': { lists: `{ aiTeams { id organisation createdBy members { user } ${budgets} } }` },
  'Query.aiOrganisations': { lists: `{ aiOrganisations { id createdBy ${budgets} } }` },
  'Query.aiCollections': { lists: '{ aiCollections { name sources passages } }', isSame: true },
  'Query.aiUsage': { lists: reports },
  'Query.aiCalls': {
    lists: () => `{ aiCalls(input: { ${time} }) { calls { id time principal user tags { name } uses { coordinate } } endCursor } }`,
  },
  'Query.aiCall': {
    document: 'query ($id: ID!) { aiCall(id: $id) { route outcome uses { coordinate } } }',
    theirs: async (owner) => ({ id: await completion(owner) }),
  },
  'Query.completion': { asks: `query ($text: String!, $key: String!) { completion(${input}) { ${answered} } }` },
  'Query.embedding': {
    asks: 'query ($text: String!) { embedding(input: { texts: [$text] }) { ... on Embedding { provenance { cache } } } }',
  },
  'Query.aiAnswer': {
    asks: `query ($text: String!, $key: String!) { aiAnswer(${question}) { __typename ... on AiAnswer { completion { id provenance { cache } } } ... on Failure { message } } }`,
  },
  'Query.completionById': {
    document: 'query ($id: ID!) { completionById(id: $id) { text status usage { totalTokens } } }',
    theirs: async (owner) => ({ id: await completion(owner) }),
  },
  'Query.aiSearch': {
    document: `query ($name: String!) { aiSearch(input: { collection: $name, query: "lamps" }) { ${failed} } }`,
    theirs: ({ collection }) => ({ name: collection }),
    ofTeam: true,
  },
  'Query.aiSources': {
    document: 'query ($name: String!) { aiSources(collection: $name) { id } }',
    theirs: ({ collection }) => ({ name: collection }),
    ofTeam: true,
  },
  'Query.aiSource': {
    document: 'query ($name: String!, $id: ID!) { aiSource(collection: $name, id: $id) { length text passages { text } } }',
    async theirs(owner) {
      const id = newName();
      await ingested(owner, owner.collection, id);
      return { name: owner.collection, id };
    },
    ofTeam: true,
  },
  'Query.aiIngestions': {
    document: 'query ($name: String!) { aiIngestions(collection: $name) { id status total } }',
    async theirs(owner) {
      await ingested(owner, owner.collection);
      return { name: owner.collection };
    },
    ofTeam: true,
  },
  'Query.aiGuardrails': { lists: '{ aiGuardrails { name routes } }', isSame: true },
  'Query.testGuardrails': {
    document: 'query ($route: String!) { testGuardrails(text: "Lamps", route: $route) { passes verdicts { guardrail } } }',
    theirs: ({ collection }) => ({ route: collection }),
    ofTeam: true,
  },
  'Query.aiQuote': {
    document:
      'query ($of: JSON!) { aiQuote(document: "query ($name: String!) { aiSearch(input: { collection: $name, query: \\"lamps\\" }) { __typename } }", variables: $of) { allowed reason cost { amount } inputTokens } }',
    theirs: ({ collection }) => ({ of: { name: collection } }),
    belongsTo: 'nobody',
    ofTeam: true,
  },
  'Query.aiConversation': {
    document: 'query ($id: ID!) { aiConversation(id: $id) { title owner messages { text completion { status } } } }',
    theirs: async (owner) => ({ id: await conversation(owner) }),
  },
  'Query.aiRatings': {
    lists: () =>
      `{ ${['COORDINATE', 'ROUTE', 'MODEL', 'PROMPT'].map((by) => `${by}: aiRatings(input: { ${time}, by: ${by} }) { key ratings average }`).join(' ')} }`,
  },
  'Query.aiConversations': { lists: '{ aiConversations(first: 100) { conversations { id title owner updatedAt } endCursor } }' },
  'Query.aiQuote(conversation:)': {
    document:
      'query ($of: JSON!) { aiQuote(document: "query ($id: ID!) { completion(input: { conversation: { id: $id }, prompt: { text: \\"And?\\" } }) { __typename } }", variables: $of) { allowed reason cost { amount } inputTokens } }',
    theirs: async (owner) => ({ of: { id: await conversation(owner) } }),
  },
  'Mutation.createAiConversation': {
    document: 'mutation ($title: String!) { createAiConversation(title: $title) { title isRunning messages { text } } }',
    async theirs(owner) {
      const title = newName();
      await told('mutation ($title: String!) { createAiConversation(title: $title) { id } }', { title }, owner.key, as(owner).headers);
      return { title };
    },
    belongsTo: 'nobody',
  },
  'Mutation.renameAiConversation': {
    document: 'mutation ($id: ID!) { renameAiConversation(id: $id, title: "mine") { title } }',
    theirs: async (owner) => ({ id: await conversation(owner) }),
  },
  'Mutation.deleteAiConversation': {
    document: 'mutation ($id: ID!) { deleteAiConversation(id: $id) }',
    theirs: async (owner) => ({ id: await conversation(owner) }),
  },
  'Mutation.complete(conversation:)': {
    document: `mutation ($id: ID!) { complete(input: { conversation: { id: $id }, prompt: { text: "And?" } }) { ${failed} } }`,
    theirs: async (owner) => ({ id: await conversation(owner) }),
  },
  'Mutation.complete': { asks: `mutation ($text: String!, $key: String!) { complete(${input}) { ${answered} } }` },
  'Mutation.startCompletion': {
    asks: `mutation ($text: String!, $key: String!) { startCompletion(${input}) { ... on Completion { id } } }`,
  },
  'Mutation.cancelCompletion': {
    document:
      'mutation ($id: ID!, $key: String!) { byId: cancelCompletion(id: $id) { status } byKey: cancelCompletion(idempotencyKey: $key) { status } }',
    async theirs(owner) {
      const key = newName();
      return { id: await completion(owner, key), key };
    },
  },
  'Mutation.rateCompletion': {
    document: 'mutation ($id: ID!) { rateCompletion(id: $id, score: 1) { score } }',
    theirs: async (owner) => ({ id: await completion(owner) }),
  },
  'Mutation.ingest': {
    document: 'mutation ($name: String!) { ingest(input: { collection: $name, sources: [{ id: "a", text: "Lamps" }] }) { total } }',
    theirs: ({ collection }) => ({ name: collection }),
    ofTeam: true,
  },
  'Mutation.deleteSource': {
    document: 'mutation ($name: String!, $id: ID!) { deleteSource(collection: $name, sourceId: $id) }',
    async theirs(owner) {
      const id = newName();
      await ingested(owner, owner.collection, id);
      return { name: owner.collection, id };
    },
    ofTeam: true,
  },
  'Mutation.createAiKey': {
    document: 'mutation ($team: String!) { createAiKey(input: { name: "n", team: $team, scopes: ["ai:use"] }) { key { team } } }',
    theirs: ({ team }) => ({ team }),
    belongsTo: 'team',
    ofTeam: true,
  },
  'Mutation.updateAiKey': {
    document: 'mutation ($id: ID!) { updateAiKey(id: $id, input: { name: "mine" }) { name } }',
    theirs: async (owner) => ({ id: await keyOf(owner) }),
    belongsTo: 'team',
  },
  'Mutation.rotateAiKey': {
    document: 'mutation ($id: ID!) { rotateAiKey(id: $id, overlapSeconds: 0) { secret } }',
    theirs: async (owner) => ({ id: await keyOf(owner) }),
    belongsTo: 'team',
  },
  'Mutation.revokeAiKey': {
    document: 'mutation ($id: ID!) { revokeAiKey(id: $id) { name } }',
    theirs: async (owner) => ({ id: await keyOf(owner) }),
    belongsTo: 'team',
  },
  'Mutation.createAiToken': {
    document: 'mutation ($route: String!) { createAiToken(input: { ttlSeconds: 60, routes: [$route] }) { user } }',
    theirs: ({ collection }) => ({ route: collection }),
    belongsTo: 'team',
    ofTeam: true,
  },
  'Mutation.revokeAiToken': {
    document: 'mutation ($id: ID!) { revokeAiToken(id: $id) { scopes } }',
    theirs: async (owner) => ({ id: await tokenIdOf(owner) }),
    belongsTo: 'team',
  },
  'Mutation.createAiTeam': {
    document: 'mutation ($id: ID!) { createAiTeam(input: { id: $id }) { createdBy } }',
    theirs: ({ team }) => ({ id: team }),
    belongsTo: 'operator',
  },
  'Mutation.createAiTeam(routes:)': {
    document: 'mutation ($own: ID!, $route: String!) { createAiTeam(input: { id: $own, routes: [$route] }) { createdBy } }',
    theirs: ({ collection }, { organisation }) => ({ own: `${organisation}.${newName()}`, route: collection }),
    nothing: (theirs) => ({ ...theirs, route: 'nothing' }),
    belongsTo: 'operator',
  },
  'Mutation.updateAiTeam': {
    document: 'mutation ($id: ID!) { updateAiTeam(id: $id, input: { description: "mine" }) { description } }',
    theirs: async (owner) => ({ id: await teamOf(owner) }),
    belongsTo: 'team',
  },
  'Mutation.archiveAiTeam': {
    document: 'mutation ($id: ID!) { archiveAiTeam(id: $id) { description } }',
    theirs: async (owner) => ({ id: await teamOf(owner) }),
    belongsTo: 'team',
  },
  'Mutation.addAiTeamMember': {
    document: 'mutation ($team: ID!) { addAiTeamMember(team: $team, issuer: "login", user: "ann") { user } }',
    theirs: ({ team }) => ({ team }),
    belongsTo: 'operator',
  },
  'Mutation.removeAiTeamMember': {
    document: 'mutation ($team: ID!) { removeAiTeamMember(team: $team, issuer: "login", user: "ann") { user } }',
    theirs: ({ team }) => ({ team }),
    belongsTo: 'operator',
  },
  'Mutation.createAiOrganisation': {
    document: 'mutation ($id: ID!) { createAiOrganisation(input: { id: $id }) { description } }',
    theirs: ({ organisation: id }) => ({ id }),
    belongsTo: 'operator',
  },
  'Mutation.updateAiOrganisation': {
    document: 'mutation ($id: ID!) { updateAiOrganisation(id: $id, input: { description: "mine" }) { description } }',
    theirs: async () => ({ id: await organisation() }),
    belongsTo: 'operator',
  },
  'Mutation.archiveAiOrganisation': {
    document: 'mutation ($id: ID!) { archiveAiOrganisation(id: $id) { description } }',
    theirs: async () => ({ id: await organisation() }),
    belongsTo: 'operator',
  },
  'Subscription.completionStream': {
    asks: `subscription ($text: String!, $key: String!) { completionStream(${input}) { ${events} } }`,
  },
  'Subscription.completionStream(after:)': {
    document: `subscription ($after: Cursor!) { completionStream(input: { prompt: { text: "Go on." } }, after: $after) { ${failedEvent} } }`,
    theirs: async (owner) => ({ after: await cursor(owner) }),
  },
  'Subscription.completionStream(conversation:)': {
    document: `subscription ($id: ID!) { completionStream(input: { conversation: { id: $id }, prompt: { text: "And?" } }) { ${failedEvent} } }`,
    theirs: async (owner) => ({ id: await conversation(owner) }),
  },
  'Subscription.aiAnswerStream(conversation:)': {
    document: `subscription ($id: ID!) { aiAnswerStream(input: { conversation: { id: $id }, collection: "documents", question: "Lamps?" }) { ${failedEvent} } }`,
    theirs: async (owner) => ({ id: await conversation(owner) }),
  },
  'Subscription.completionEvents': {
    document: `subscription ($id: ID!) { completionEvents(id: $id) { ${failedEvent} } }`,
    theirs: async (owner) => ({ id: await completion(owner, newName()) }),
  },
  'Subscription.completionEvents(after:)': {
    document: `subscription ($id: ID!, $after: Cursor!) { completionEvents(id: $id, after: $after) { ${failedEvent} } }`,
    async theirs(owner) {
      const after = await cursor(owner);
      return { after, id: Buffer.from(after, 'base64url').toString().split(':')[1] };
    },
  },
  'Subscription.aiAnswerStream': {
    asks: `subscription ($text: String!, $key: String!) { aiAnswerStream(${question}) { ${events} } }`,
  },
  'Subscription.aiAnswerStream(after:)': {
    document: `subscription ($after: Cursor!) { aiAnswerStream(input: { collection: "documents", question: "Lamps?" }, after: $after) { ${failedEvent} } }`,
    theirs: async (owner) => ({ after: await cursor(owner) }),
  },
  'Subscription.aiAnswerStream(collection:)': {
    document: `subscription ($name: String!) { aiAnswerStream(input: { collection: $name, question: "Are lamps bright?" }) { ${failedEvent} } }`,
    theirs: ({ collection }) => ({ name: collection }),
    ofTeam: true,
  },
  'Subscription.ingestion': {
    document: 'subscription ($id: ID!) { ingestion(id: $id) { status total } }',
    theirs: async (owner) => ({ id: await ingested(owner, owner.collection) }),
  },
};
/** Looked at in tests of their own: one is told the name of a user, who is another one in each team; the others tell each caller other things, or never end. */
const ownTests = [
  'Mutation.revokeAiUser',
  'Subscription.aiBudgetWarnings',
  'Subscription.aiActivity',
  'Query.aiHealth',
  'Mutation.eraseAiUser',
];

type Root = keyof typeof facesOf;
const rootOf = (name: string): Root => name.split('.')[0] as Root;
const of = <T extends object>(part: keyof T & string): readonly (readonly [string, T])[] =>
  Object.entries(cases).filter((entry): entry is [string, T & (Named | Lists | Asks)] => part in entry[1]);

it('Every query, mutation and subscription of the graph has its case here', async () => {
  const root = 'fields { name }';
  const { data } = await gateway.ask(
    `{ __schema { queryType { ${root} } mutationType { ${root} } subscriptionType { ${root} } } __type(name: "UsageDimension") { enumValues { name } } }`,
  );
  const { queryType, mutationType, subscriptionType } = data.__schema;
  const fields = Object.entries({ Query: queryType, Mutation: mutationType, Subscription: subscriptionType }).flatMap(
    ([type, { fields: all }]) => all.map(({ name }: { readonly name: string }) => `${type}.${name}`),
  );
  const known = [...Object.keys(cases).filter((name) => !name.includes('(')), ...ownTests];
  expect(fields.toSorted()).toEqual(known.toSorted());
  expect(data.__type.enumValues.length).toBeGreaterThan(10);
});

describe.each(pairs)('Before $who', ({ teams, of: pairOf }) => {
  let owner: Party;
  let stranger: Party;
  beforeAll(async () => {
    ({ owner, stranger } = await pairOf());
    const { data } = await gateway.ask('{ __type(name: "UsageDimension") { enumValues { name } } }');
    dimensions = data.__type.enumValues.map(({ name }: { readonly name: string }) => name).filter((name: string) => name !== 'OTHER');
  });

  it.each(of<Named>('document').filter(([, { ofTeam }]) => teams || ofTeam !== true))(
    '%s says of what the other has what it says of nothing, over every face',
    async (name, one) => {
      const theirs = await one.theirs(owner, stranger);
      const nothing = (one.nothing ?? nothingLike)(theirs);
      const asked: [string, string][] = [];
      await gateway.storage.ledger.flush();
      for (const face of facesOf[rootOf(name)]) {
        const answer = async (variables: Variables) => plain(await face(gateway, stranger, one.document, variables), variables);
        asked.push([await answer(theirs), await answer(nothing)]);
      }
      for (const [ofTheirs, ofNothing] of asked) expect(ofTheirs).toBe(ofNothing);
      const operator = { key: gateway.developmentKey ?? '' };
      const knows = { owner, team: holderOf(owner), operator, nobody: null }[one.belongsTo ?? 'owner'];
      if (knows === null) return;
      const [first] = facesOf[rootOf(name)];
      const known = plain((await first?.(gateway, knows, one.document, theirs)) ?? '', theirs);
      expect(known).not.toBe(asked[0]?.[0]);
    },
  );

  it.each(of<Lists>('lists'))('%s says nothing of the other, whatever he does meanwhile', async (_, { lists, isSame }) => {
    const document = typeof lists === 'string' ? lists : lists();
    const seenBy = async (party: Party): Promise<string> => {
      await gateway.storage.ledger.flush();
      return plain(await overPost(gateway, party, document, {}), {});
    };
    const judged = await completion(owner);
    await seenBy(stranger);
    const before = await seenBy(stranger);
    const gate = newGate();
    upstream.plays(waiting(gate, 'Lamps '));
    const running = stream(gateway, prompt(newName(), { tags: { feature: newName() } }), as(owner));
    await running.next();
    await running.next();
    await newConversation(owner);
    await rate(owner, judged);
    if (teams) {
      await keyOf(owner);
      await ingested(owner, owner.collection);
    }
    const meanwhile = await seenBy(stranger);
    gate.open();
    for await (const _event of running);
    upstream.plays(saying('Lamps are bright [1].'));
    const after = await seenBy(stranger);
    expect([meanwhile, after]).toEqual([before, before]);
    const text = await overPost(gateway, stranger, document, {});
    const names = [
      ...(owner.team === stranger.team ? [] : [owner.team, owner.collection, owner.key.split('_')[1]]),
      await pseudonymOf(owner),
    ];
    for (const name of names) expect(text).not.toContain(name);
    if (teams || isSame !== true) expect(await seenBy(holderOf(owner))).not.toBe(after);
  });

  it.each(of<Asks>('asks'))('%s answers each anew, also the same question with the same idempotencyKey', async (name, { asks }) => {
    const key = newName();
    const variables = { text: `Are lamps bright${'?'.repeat(made)}`, ...(asks.includes('$key') ? { key } : {}) };
    const face = rootOf(name) === 'Subscription' ? overSse : overPost;
    const answer = async (party: Party) => {
      const text = await face(gateway, party, asks, variables);
      const found = (form: RegExp): readonly string[] => [...new Set([...text.matchAll(form)].map(([, value = '']) => value))];
      return { text, ids: found(/"(?:id|completionId)":"([0-9a-f-]{36})"/g), cache: found(/"cache":"(\w+)"/g) };
    };
    const first = await answer(owner);
    const other = await answer(stranger);
    const again = await answer(owner);
    expect(first.text).not.toContain('"message"');
    expect(other.cache).toEqual(first.cache);
    expect(other.cache).not.toContain('HIT');
    for (const id of first.ids) expect(other.ids).not.toContain(id);
    if (first.ids.length === 0) expect(again.cache).toEqual(['HIT']);
    else expect(again.ids).toEqual(first.ids);
  });

  it('Subscription.aiActivity says nothing of the other, whatever he does meanwhile', async () => {
    const fields =
      'operationCount streamCount callCount operations { name principal } calls { id principal route } failures { code count } fallbacks { count } deployments { id recentFailures ttftP50 }';
    const first = async (party: Party): Promise<string> => {
      const leaving = new AbortController();
      const response = await post(
        gateway.url,
        { query: `subscription Watch { aiActivity { ${fields} } }` },
        { accept: 'text/event-stream', ...headersOf(party) },
        leaving.signal,
      );
      const events = eventsOf(response);
      for (let next = await events.next(); next.done !== true; next = await events.next()) {
        if (next.value.event !== 'next') continue;
        leaving.abort();
        return next.value.data;
      }
      throw new Error('No state was told.');
    };
    const settled = (party: Party): Promise<string> =>
      eventually(
        'what it has opened is over',
        () => first(party),
        (text) => text.includes('"operationCount":1,'),
      );
    const before = await settled(stranger);
    const gate = newGate();
    upstream.plays(waiting(gate, 'Lamps '));
    const running = stream(gateway, prompt(newName()), as(owner));
    await running.next();
    await running.next();
    expect(await settled(stranger)).toBe(before);
    const own = await first(holderOf(owner));
    expect(own).toContain('"callCount":1,');
    expect(own).toContain('"route":"default"');
    gate.open();
    for await (const _event of running);
    upstream.plays(saying('Lamps are bright [1].'));
    expect(await settled(stranger)).toBe(before);
    expect(before).not.toContain(await pseudonymOf(owner));
  });

  it('GET /graphql/schema is the same, and names nobody', async () => {
    const read = async (party: Party): Promise<string> => (await fetch(`${gateway.url}/schema`, { headers: headersOf(party) })).text();
    const schema = await read(stranger);
    expect(schema).toBe(await read(owner));
    expect(schema).toContain('completionById');
    for (const name of [owner.team, owner.collection, owner.backend]) expect(schema).not.toContain(name);
  });
});

describe('What one does', () => {
  const works = async ({ key, user }: Pick<Party, 'key' | 'user'>): Promise<number> =>
    Number((await overPost(gateway, { key, ...(user === undefined ? {} : { user }) }, '{ aiRoutes { name } }', {})).split(' ')[0]);

  it('Mutation.revokeAiUser signs out the user of the own team, says of a name that others have what it says of a new one, and users sign out nobody', async () => {
    const document = 'mutation ($user: String!) { revokeAiUser(input: { user: $user }) { id } }';
    const [token, acting] = [await tokenOf(acme, 'carla'), { ...acme, user: 'dora' }];
    for (const stranger of [globex, others, await tokenOf(acme, 'bob'), acting]) {
      const answers = ['carla', 'nobody'].map(
        async (user): Promise<string> => plain(await overPost(gateway, stranger, document, { user }), { user }),
      );
      const [theirs, nothing] = await Promise.all(answers);
      expect(theirs).toBe(nothing);
      expect(await works(token)).toBe(200);
    }
    await overPost(gateway, acme, document, { user: 'carla' });
    expect(await works(token)).toBe(401);
  });

  it('Mutation.eraseAiUser erases the user of the own team alone, and says of a name that others have what it says of a new one', async () => {
    const document = 'mutation ($user: String!) { eraseAiUser(input: { user: $user }) { id tokens completions conversations calls } }';
    const [flora, acting] = [await tokenOf(globex, 'flora'), { ...globex, user: 'flora' }];
    const id = await completion(acting, newName());
    for (const stranger of [acme, others, await tokenOf(globex, 'bob'), acting]) {
      const [theirs, nothing] = await Promise.all(
        ['flora', 'nobody'].map(async (user) => plain(await overPost(gateway, stranger, document, { user }), { user })),
      );
      expect(theirs).toBe(nothing);
      expect(await works(flora)).toBe(200);
    }
    const shown = 'query ($id: ID!) { completionById(id: $id) { text } }';
    expect(await overPost(gateway, acting, shown, { id })).toContain('Lamps');
    expect(await overPost(gateway, globex, document, { user: 'flora' })).toMatch(/"tokens":1,"completions":1,"conversations":0,"calls":1/);
    expect(await works(flora)).toBe(401);
    expect(await overPost(gateway, acting, shown, { id })).toContain('"completionById":null');
  });

  it('Subscription.aiBudgetWarnings tells each caller of the budgets that he is told of, and of none of others', async () => {
    const since = new Date().toISOString();
    // A call costs 0.00019.
    upstream.plays(counting(10, 90));
    const warned = (most: string) => [{ per: 'TOTAL', most, warnAt: [0.01] }];
    const spends = async ({ organisation }: Party) => {
      const id = `${organisation}.${newName()}`;
      const input = { id, organisation, budgets: warned('0.01'), perUser: { budgets: warned('0.009') } };
      await told('mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { id } }', { input });
      const { secret: key } = await newKey(gateway, { team: id, scopes: ['ai:use', 'ai:act-as'] });
      const users = ['ann', 'bob'].map((user) => ({ key, user }));
      for (const user of users) await complete(gateway, prompt(newName()), as({ ...acme, ...user }));
      return { team: `team:${id}`, key, users };
    };
    const [mine, theirs] = [await spends(acme), await spends(globex)];
    upstream.plays(saying('Lamps are bright [1].'));
    const document = 'subscription ($since: DateTime) { aiBudgetWarnings(since: $since) { budget } }';
    const heard = async (party: Pick<Party, 'key' | 'user'>, count: number): Promise<readonly string[]> => {
      const budgets: string[] = [];
      for await (const data of subscription(gateway, party, document, { since })) {
        budgets.push(data.aiBudgetWarnings.budget);
        if (budgets.length === count) break;
      }
      return budgets.toSorted();
    };
    const all = await heard({ key: gateway.developmentKey ?? '' }, 6);
    const users = all.filter((budget) => budget.startsWith('user:'));
    expect(all).toEqual([mine.team, theirs.team, ...users].toSorted());
    expect(users).toHaveLength(4);
    expect(await heard({ key: mine.key }, 1)).toEqual([mine.team]);
    // The keys of the organisations administer their teams.
    expect(await heard(acme, 1)).toEqual([mine.team]);
    expect(await heard(globex, 1)).toEqual([theirs.team]);
    const ofUsers = await Promise.all([...mine.users, ...theirs.users].map((user) => heard(user, 1)));
    expect(ofUsers.flat().toSorted()).toEqual(users);
  });

  it('Query.aiHealth tells tenants the version alone, and the operator how the parts are', async () => {
    const document = '{ aiHealth { version graph { ready hash } ledger { writable } storeProblems } }';
    for (const tenant of [acme, globex, others]) {
      const { data, errors } = await gateway.ask(document, {}, as(tenant));
      expect(data).toEqual({
        aiHealth: { version: expect.stringMatching(/^\d+\.\d+\.\d+/), graph: null, ledger: null, storeProblems: null },
      });
      expect(errors).toHaveLength(3);
    }
    const page = await fetch(`${gateway.url}/schema`, { headers: headersOf(acme) });
    expect((await gateway.ask(document)).data).toMatchObject({
      aiHealth: {
        graph: { ready: true, hash: page.headers.get('etag')?.replaceAll('"', '') },
        ledger: { writable: true },
        storeProblems: [],
      },
    });
  });

  it('A team, and a user, that has used up its requests leaves others theirs', async () => {
    const limited = async (input: object): Promise<string> => {
      const id = `acme.${newName()}`;
      await told('mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { id } }', {
        input: { id, organisation: 'acme', ...input },
      });
      return (await newKey(gateway, { team: id, scopes: ['ai:use', 'ai:act-as'] })).secret;
    };
    const key = await limited({ requestsPerMinute: 1 });
    expect([await works({ key }), await works({ key }), await works(acme), await works(globex)]).toEqual([200, 429, 200, 200]);
    const shared = await limited({ perUser: { requestsPerMinute: 1 } });
    const [ann, bob] = [
      { key: shared, user: 'ann' },
      { key: shared, user: 'bob' },
    ];
    expect([await works(ann), await works(ann), await works(bob), await works({ key: shared })]).toEqual([200, 429, 200, 200]);
  });
});
