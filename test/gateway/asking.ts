/** What clients do with a gateway, over real HTTP and WebSocket, and what they read of money afterwards. */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { nanoUsdOf } from '../../src/core/money.ts';
import type { TestGateway } from '../harness.ts';
import { eventsOf, post } from '../server/http-client.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

const usage =
  'usage { freshInputTokens cacheReadTokens cacheWriteTokens outputTokens reasoningTokens totalTokens cost { amount } estimated }';
const failure =
  '... on Failure { code message retryable retryAfterMs errorId } ... on BudgetExceeded { budget { name limit { amount } spent { amount } held { amount } } } ... on RateLimited { limit } ... on ModelUnavailable { attempts { deployment outcome } } ... on InvalidOutput { issues { path message } }';
const completion = `id status text object finishReason warnings ${usage} provenance { provider model deployment route cache attempts { deployment outcome } } parts { __typename ... on TextPart { text } ... on ReasoningPart { text opaque } ... on ToolCallPart { call { id name arguments opaque } } }`;
const events = `seq cursor completionId ... on CompletionStarted { completion { id } } ... on TextDelta { text offset } ... on CompletionFinished { completion { ${completion} } } ... on CompletionFailed { failure { ${failure} } completion { ${completion} } }`;

const completionQuery = `query Ask($input: CompletionInput!) { completion(input: $input) { __typename ... on Completion { ${completion} } ${failure} } }`;
const streamQuery = `subscription Follow($input: CompletionInput!) { completionStream(input: $input) { __typename ${events} } }`;

export const prompt = (text: string, rest: object = {}): object => ({ prompt: { text }, ...rest });

interface As {
  readonly key?: string | null;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

const bearer = (key: string | null | undefined): Readonly<Record<string, string>> =>
  key === null || key === undefined ? {} : { authorization: `Bearer ${key}` };

/** `Query.completion` by a plain POST: the member of the union; throws what GraphQL says when it is null. */
export async function complete(
  gateway: TestGateway,
  input: object,
  { key = gateway.developmentKey, signal, headers }: As = {},
): Promise<Data> {
  const response = await post(gateway.url, { query: completionQuery, variables: { input } }, { ...bearer(key), ...headers }, signal);
  const { data, errors } = (await response.json()) as Data;
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.completion;
}

/** `Subscription.completionStream` over SSE: its events. Leave with the signal. */
export async function* stream(
  gateway: TestGateway,
  input: object,
  { key = gateway.developmentKey, signal, headers }: As = {},
): AsyncGenerator<Data> {
  const body = { query: streamQuery, variables: { input } };
  const response = await post(gateway.url, body, { accept: 'text/event-stream', ...bearer(key), ...headers }, signal);
  for await (const { event, data } of eventsOf(response)) {
    if (event !== 'next') continue;
    const result = JSON.parse(data);
    if (result.errors !== undefined) throw new Error(JSON.stringify(result.errors));
    yield result.data.completionStream;
  }
}

/** The data of each event of a subscription, over SSE, for whoever asks. The request ends with the reader. */
export async function* subscription(
  gateway: TestGateway,
  { key, user }: { readonly key: string; readonly user?: string },
  query: string,
  variables: object,
): AsyncGenerator<Data> {
  const client = new AbortController();
  const headers = { accept: 'text/event-stream', ...bearer(key), ...(user === undefined ? {} : { 'AI-User': user }) };
  try {
    for await (const { event, data } of eventsOf(await post(gateway.url, { query, variables }, headers, client.signal))) {
      if (event !== 'next') continue;
      const result = JSON.parse(data);
      if (result.errors !== undefined) throw new Error(JSON.stringify(result.errors));
      yield result.data;
    }
  } finally {
    client.abort();
  }
}

/** The same over a WebSocket; `leave` ends the socket without a word, `complete` the operation alone. */
export function socketStream(gateway: TestGateway, input: object) {
  let socket: WebSocket | null = null;
  class Kept extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      socket = this;
    }
  }
  const client = createClient({
    url: gateway.url.replace('http', 'ws'),
    webSocketImpl: Kept,
    retryAttempts: 0,
    connectionParams: bearer(gateway.developmentKey),
  });
  const results = client.iterate<{ readonly completionStream: Data }>({ query: streamQuery, variables: { input } });
  return {
    events: (async function* () {
      for await (const { data } of results) yield data?.completionStream;
    })(),
    complete: () => void results.return?.(),
    leave: () => socket?.terminate(),
    close: () => client.dispose(),
  };
}

/** Reads on until an event of that type, and leaves the rest. */
export async function until(events: AsyncIterator<Data>, type: string): Promise<Data> {
  for (;;) {
    const { done, value } = await events.next();
    if (done === true) throw new Error(`The stream ended before ${type}.`);
    if (value.__typename === type) return value;
  }
}

/** A key made by the mutation: its secret. */
export async function newKey(gateway: TestGateway, input: object): Promise<{ readonly id: string; readonly secret: string }> {
  const { data, errors } = await gateway.ask('mutation ($input: CreateAiKeyInput!) { createAiKey(input: $input) { secret key { id } } }', {
    input: { name: 'test', team: 'search', scopes: ['ai:use', 'ai:usage'], ...input },
  });
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return { id: data.createAiKey.key.id, secret: data.createAiKey.secret };
}

/** The first budget of the key's owner, in nano-dollars. */
export async function budgetOf(
  gateway: TestGateway,
  key: string,
): Promise<{ readonly limit: number; readonly spent: number; readonly held: number }> {
  const { data } = await gateway.ask('{ aiViewer { budgets { limit { amount } spent { amount } held { amount } } } }', {}, { key });
  const [budget] = data.aiViewer.budgets;
  const amount = (of: { readonly amount: string }): number => nanoUsdOf(of.amount) ?? Number.NaN;
  return { limit: amount(budget.limit), spent: amount(budget.spent), held: amount(budget.held) };
}

/** What the ledger says of the key's team, when all rows are stored. */
export async function ledgerOf(
  gateway: TestGateway,
  key: string | null = gateway.developmentKey,
  groupBy = ['OUTCOME'],
): Promise<readonly Data[]> {
  await gateway.storage.ledger.flush();
  const now = Date.now();
  const input = { from: new Date(now - 3_600_000).toISOString(), to: new Date(now + 3_600_000).toISOString(), groupBy, first: 1000 };
  const { data, errors } = await gateway.ask(
    `query ($input: AiUsageInput!) { aiUsage(input: $input) { rows { key userName calls failures savedCost { amount } ${usage} } } }`,
    { input },
    { key },
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data.aiUsage.rows;
}

/** Waits for something that happens soon, and says what did not. */
export async function eventually<T>(what: string, ask: () => T | Promise<T>, holds: (value: Awaited<T>) => boolean): Promise<Awaited<T>> {
  for (let turn = 0; turn < 400; turn += 1) {
    const value = await ask();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`It did not happen: ${what}. Last: ${JSON.stringify(await ask())}`);
}
