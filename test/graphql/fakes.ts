/** Services whose handler says what a test tells it to, over real runs; and contexts for principals. */

import { type ExecutionResult, execute, type GraphQLSchema, parse, responsePathAsArray, subscribe, validate } from 'graphql';
import { noDeclaredTeams, openTeamBook } from '../../src/access/teams/team-book.ts';
import { teamDesk } from '../../src/access/teams/team-desk.ts';
import type { AttemptFact, Call, Principal } from '../../src/core/call/call.ts';
import { tally } from '../../src/core/call/tally.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { asGatewayError } from '../../src/core/errors.ts';
import { ceilingOf, flatPrice, noUsage } from '../../src/core/money.ts';
import type { ModelRequest } from '../../src/core/request/request.ts';
import { estimateInputTokens } from '../../src/core/request/tokens.ts';
import { aiSchema } from '../../src/graphql/ai-schema.ts';
import { quoteRules } from '../../src/graphql/quote/quote-rules.ts';
import { priceTreeOf } from '../../src/graphql/quote/read-price-tree.ts';
import type { RouteView, Services } from '../../src/graphql/services.ts';
import { openActivity } from '../../src/operations/activity/activity.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { warningFeed } from '../../src/operations/limits/follow-warnings.ts';
import { operationUsage } from '../../src/operations/usage.ts';
import { compileQuote } from '../../src/pricing/quote.ts';
import type { Retrieval } from '../../src/retrieval/retrieval.ts';
import { openRuns } from '../../src/runs/open-runs.ts';
import type { KeyRecord } from '../../src/storage/keys/keys.ts';
import type { UsageQuery } from '../../src/storage/ledger/ledger.ts';
import { bothFaces, type ChunkHandler } from '../faces.ts';
import { mapConversations } from '../map-storage/map-conversations.ts';
import { mapDirectory } from '../map-storage/map-directory.ts';
import { freeHold } from '../operations/free-hold.ts';
import { memoryCompletions } from '../runs/memory-completions.ts';

const everyScope = ['ai:use', 'ai:ingest', 'ai:keys', 'ai:usage'];

export const principal = (changes: Partial<Principal> = {}): Principal => ({
  id: 'key:ada',
  kind: 'key',
  team: 'search',
  scopes: everyScope,
  routes: null,
  limits: [{ kind: 'budget', name: 'key:ada', per: 'month', most: 5e9 }],
  ...changes,
});

export function context(who: Principal = principal(), signal: AbortSignal = new AbortController().signal): OperationContext {
  return {
    principal: who,
    signal,
    operation: { name: 'Test', client: null, documentId: null },
    hold: freeHold(),
    usage: operationUsage(),
  };
}

type Script = (request: ModelRequest, call: Call) => AsyncIterable<Chunk> | Iterable<Chunk>;

/** A handler that settles as the meter does: 7 tokens of input, 3 of output, 1,000 nano-dollars. */
function metered(script: Script): ChunkHandler {
  return async function* handle(request, call) {
    const account = tally();
    const attempt: AttemptFact = {
      type: 'attempt',
      deployment: 'fake/one',
      provider: 'fake',
      model: 'one',
      outcome: 'OK',
      latencyMs: 5.4,
      usage: { ...noUsage, freshInputTokens: 7, outputTokens: 3 },
      estimated: false,
      cost: 1_000,
      timeToFirstTokenMs: 2,
    };
    let outcome: AttemptFact['outcome'] = 'CANCELLED';
    try {
      yield* script(request, call);
      outcome = 'OK';
    } catch (error) {
      outcome = asGatewayError(error).code;
      throw error;
    } finally {
      account.add({ ...attempt, outcome });
      call.report({ type: 'settled', callId: call.id, settlement: account.settled(outcome, 5.4, 2) });
    }
  };
}

export const says =
  (...texts: string[]): Script =>
  () => [...texts.map((text): Chunk => ({ type: 'text', text })), { type: 'finish', reason: 'stop' }];

export const fails = (error: Error): Script =>
  // biome-ignore lint/correctness/useYield: it fails before it says anything
  async function* failing() {
    throw error;
  };

/** Vectors whose first number is the length of the text. */
export const embeds: Script = (request) => [
  ...(request.kind === 'embedding' ? request.texts : []).map(
    (text, index): Chunk => ({ type: 'embedding', index, vector: Float32Array.of(text.length, 0.5) }),
  ),
  { type: 'finish', reason: 'stop' },
];

const routes: readonly RouteView[] = [
  {
    name: 'default',
    description: 'For everything.',
    totalMs: 10_000,
    providerOptions: ['effort'],
    system: null,
    callerSystem: 'refuse',
    deployments: [
      {
        id: 'fake/one',
        provider: 'fake',
        model: 'one',
        capabilities: ['completion', 'tools'],
        contextWindow: 8_000,
        maxOutputTokens: 1_000,
        inputPerMillion: 0.15,
        outputPerMillion: 2,
        healthy: true,
        breaker: () => ({ state: 'closed', openForMs: 0 }),
      },
    ],
  },
  {
    name: 'embedding',
    description: null,
    totalMs: 10_000,
    providerOptions: [],
    system: null,
    callerSystem: 'refuse',
    deployments: [
      {
        id: 'fake/vectors',
        provider: 'fake',
        model: 'vectors',
        capabilities: ['embedding'],
        contextWindow: null,
        maxOutputTokens: null,
        inputPerMillion: null,
        outputPerMillion: null,
        healthy: false,
        breaker: () => ({ state: 'open', openForMs: 2_000 }),
      },
    ],
  },
];

const unused = (): never => {
  throw new Error('This test does not use retrieval.');
};
const noRetrieval: Retrieval = {
  collections: async () => [{ name: 'handbook', sources: 1, passages: 2, embeddingModel: 'vectors' }],
  search: unused,
  answer: unused,
  ingest: unused,
  ingestions: unused,
  ingestion: async () => null,
  followIngestion: unused,
  deleteSource: async () => false,
  start() {},
  async stop() {},
};

/** Every collection has three sources, and is not to be read as a whole. */
const library: Services['passages'] = {
  async sources(collection, { first, after } = {}) {
    if (first === undefined) throw new Error('All sources were read.');
    const behind = ['a', 'b', 'c'].filter((id) => id > (after ?? '')).slice(0, first);
    return behind.map((id) => ({ id, title: null, collection, metadata: null }));
  },
  sourceSize: async () => ({ mediaType: 'text/plain', passages: 3, length: 34 }),
  passagesOf: async () => [],
  source: async (collection, id) => (['a', 'b', 'c'].includes(id) ? { id, title: null, collection, metadata: null } : null),
};

export interface Gateway {
  readonly schema: GraphQLSchema;
  readonly services: Services;
  readonly requests: { readonly request: ModelRequest; readonly call: Call }[];
  readonly usageQueries: UsageQuery[];
  ask(document: string, variables?: Record<string, unknown>, asking?: OperationContext): Promise<ExecutionResult>;
  listen(document: string, variables?: Record<string, unknown>, asking?: OperationContext): Promise<AsyncIterableIterator<ExecutionResult>>;
}

export function gateway(script: Script, changes: Partial<Services> = {}): Gateway {
  const requests: Gateway['requests'] = [];
  const usageQueries: UsageQuery[] = [];
  const keys = new Map<string, KeyRecord>();
  const services: Services = {
    handle: bothFaces(
      metered((request, call) => {
        requests.push({ request, call });
        return script(request, call);
      }),
    ),
    runs: openRuns({ completions: memoryCompletions() }),
    completions: { rate: async () => {}, ratings: async () => [] },
    conversations: mapConversations(Date.now),
    graph: () => null,
    pathsOf: (info) => () => [responsePathAsArray(info.path)],
    entities: { similar: unused },
    maxCostPerOperation: null,
    demand: () => null,
    quote: (schema, document, operationName, variables, caller) => {
      const sources = { services, fields: [], listSizeOf: () => null, principal: principal(), assumedListSize: 100 };
      return compileQuote(priceTreeOf(schema, document, operationName), quoteRules(sources)).quote(variables, caller);
    },
    limits: {
      budgets: async (limits) =>
        limits.map(({ name }) => ({
          name,
          per: 'month',
          timeZone: 'Europe/Berlin',
          limit: 5e9,
          spent: 1e9,
          held: 0,
          resetsAt: Date.parse('2026-12-01T00:00:00Z'),
          forecast: 2e9,
          warnings: [{ at: 0.2, isReached: true }],
        })),
    },
    budgetWarnings: warningFeed({ warnings: null, now: () => 0 }),
    tokens: {
      issue: async () => ({ id: 'token', token: 'fgt_token_secret', expiresAt: 0, user: null }),
      revokeToken: async () => null,
      revokeUser: async () => 'u_nobody',
    },
    users: { erase: async () => ({ id: 'u_nobody', tokens: 0, completions: 0, conversations: 0, calls: 0 }) },
    identities: { usersNamed: async () => [], userNames: async () => new Map() },
    ledger: {
      typicalUses: async () => new Map([['Product.summary', { cost: 1_500, inputTokens: 300, outputTokens: 40, latencyMs: 900, uses: 7 }]]),
      hasCall: async (callId) => callId === 'in the ledger',
      calls: async () => ({ calls: [], endCursor: null }),
      call: async () => null,
      totals: async (query) => {
        usageQueries.push(query);
        const usage = { ...noUsage, freshInputTokens: 5_000_000_000 };
        const total = {
          key: { coordinate: 'Query.completion' },
          from: null,
          calls: 2,
          usage,
          estimated: false,
          cost: 1_500_000,
          unpricedCalls: 0,
          savedCost: 0,
          failures: 0,
          failedCost: 0,
          operations: 1,
        };
        return { totals: [total], total: { ...total, key: {} }, endCursor: 'more' };
      },
    },
    keys: {
      async issue(key) {
        const record: KeyRecord = {
          callsPerMinute: null,
          agent: null,
          session: null,
          madeBy: null,
          development: false,
          createdBy: null,
          ...key,
          id: `k${keys.size}`,
          secretHash: 'x',
          former: null,
          updatedAt: null,
          updatedBy: null,
          version: 1,
          lastUsedAt: null,
          createdAt: keys.size,
          revokedAt: null,
        };
        keys.set(record.id, record);
        return { key: record, secret: `fg_${record.id}_secret` };
      },
      list: async () => [...keys.values()],
      async update(id, change, { by, permit = () => {} }) {
        const key = keys.get(id);
        if (key === undefined) return null;
        permit(key);
        keys.set(id, { ...key, ...change, updatedAt: 1, updatedBy: by });
        return keys.get(id) ?? null;
      },
      async rotate(id, _, { permit = () => {} }) {
        const key = keys.get(id);
        if (key === undefined) return null;
        permit(key);
        return { key, secret: `fg_${id}_another` };
      },
      async revoke(id) {
        const key = keys.get(id);
        if (key === undefined) return null;
        keys.set(id, { ...key, revokedAt: Date.parse('2026-11-23T00:00:00Z') });
        return keys.get(id) ?? null;
      },
    },
    changes: { of: async () => [] },
    present: async (principal) => principal,
    keyAccounts: async () => [],
    directory: teamDesk(noDeclaredTeams, mapDirectory(), { routes: null, guardrails: null }),
    members: { ofTeam: async () => [], add: async () => null, remove: async () => null },
    teamBook: openTeamBook(noDeclaredTeams, mapDirectory()),
    retrieval: noRetrieval,
    passages: library,
    routes: () => routes,
    activity: openActivity(),
    guards: { of: () => [], test: async () => ({ verdicts: [], maskedText: null }) },
    health: () => ({
      version: '1.2.3',
      startedAt: 0,
      memoryBytes: 5e9,
      storeProblems: async () => ['The disk is full.'],
      graph: () => ({
        ready: true,
        reasons: [],
        hash: 'abc',
        since: null,
        engine: 'planner',
        subgraphs: [{ name: 'products', answered: true, breaker: 'probing' }],
      }),
      ledger: () => ({ writable: true, waitingCalls: 2 }),
      unpricedDeployments: ['fake/vectors'],
    }),
    ceiling: (_, request, more) => {
      const inputTokens = estimateInputTokens(request) + more;
      const outputTokens = request.kind === 'completion' ? (request.maxOutputTokens ?? 1_000) : 0;
      return { inputTokens, outputTokens, cost: ceilingOf(inputTokens, outputTokens, flatPrice({ input: 1, output: 2 })) };
    },
    answerTokens: (passages) => 100 * passages,
    embeddingRoute: (collection) => (collection === 'handbook' ? 'embedding' : null),
    questionRoutes: (collection) => (collection === 'handbook' ? ['embedding'] : []),
    fields: { fields: [], indexes: [], keys: new Map() },
    templates: { ids: () => [], render: unused },
    refuseImageUrl: (url) => (url.startsWith('https://') ? null : `The picture's address ${url} is refused: https is accepted.`),
    failed: () => {},
    now: Date.now,
    ...changes,
  };
  const schema = aiSchema(services);
  const checked = (document: string) => {
    const parsed = parse(document);
    const errors = validate(schema, parsed);
    if (errors.length > 0) throw errors[0];
    return parsed;
  };
  return {
    schema,
    services,
    requests,
    usageQueries,
    ask: async (document, variableValues = {}, contextValue = context()) =>
      execute({ schema, document: checked(document), variableValues, contextValue }),
    async listen(document, variableValues = {}, contextValue = context()) {
      const result = await subscribe({ schema, document: checked(document), variableValues, contextValue });
      if (!(Symbol.asyncIterator in result)) throw result.errors?.[0] ?? new Error('It gave neither events nor an error.');
      return result as AsyncIterableIterator<ExecutionResult>;
    },
  };
}

export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const seen: T[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}
