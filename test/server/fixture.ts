/** A server with a schema of its own whose events a test triggers by hand. */
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { createSchema } from 'graphql-yoga';
import { onTestFinished } from 'vitest';
import type { Principal, Settlement } from '../../src/core/call/call.ts';
import { asGatewayError, GatewayError } from '../../src/core/errors.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { operationUsage } from '../../src/operations/usage.ts';
import { createServer, type FieldgateServer, type ServerOptions } from '../../src/server/server.ts';
import { freeHold } from '../operations/free-hold.ts';

export interface TickerLog {
  /** Cursors asked for, in order of subscription. */
  readonly after: (string | null)[];
  readonly signals: AbortSignal[];
  /** Events pulled, over all subscriptions. */
  pulled: number;
  returned: number;
}

export interface Served {
  readonly url: string;
  readonly ws: string;
  readonly server: FieldgateServer;
  readonly tickers: TickerLog;
  readonly opened: OperationContext[];
  readonly closed: OperationContext[];
  readonly logged: { readonly fields: object; readonly message: string }[];
  replaceSchema(schema: GraphQLSchema): void;
  /** Lets what `Query.held` and `Subscription.late` wait for happen. */
  readonly gate: Gate;
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

const settlement: Settlement = {
  usage: { freshInputTokens: 3, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 4, reasoningTokens: 0 },
  estimated: false,
  cost: 1_000,
  savedCost: 0,
  cache: 'MISS',
  attempts: [],
  deployment: 'd',
  provider: 'p',
  model: 'm',
  outcome: 'OK',
  latencyMs: 1,
  timeToFirstTokenMs: 1,
};
const settled = (callId: string) => ({ callId, coordinate: 'Query.spend', paths: () => [['spend']], route: 'default', settlement });

const typeDefs = /* GraphQL */ `
  scalar Cursor
  type Query {
    hello(name: String = "world"): String!
    number(of: Int!): Int
    later: String
    spend: String
    secretly: String
    refused: String
    twice: String
    held: String
    self: Query
    items(first: Int! = 3): [Item!]!
    slow: Slow
    principal: String
    big(bytes: Int!): String
    painted(colour: Colour, with: Tool): String
  }
  enum Colour { RED GREEN }
  input Tool @oneOf { brush: String  roller: String }
  type Item { id: ID!  broken: String }
  type Slow { fast: String  slow: String  broken: String }
  type Mutation { touch: String }
  type Subscription {
    ticks(to: Int!, after: Cursor, fail: Boolean, bytes: Int): Tick!
    silent: Tick!
    late: Tick!
    hopeless: Tick!
  }
  type Tick { seq: Int!  cursor: Cursor!  text: String  broken: String }
`;

export function testSchema(tickers: TickerLog, held: Gate): GraphQLSchema {
  const ticks = async function* (
    _: unknown,
    { to, after, fail, bytes = 0 }: { to: number; after?: string | null; fail?: boolean; bytes?: number },
    context: OperationContext,
  ) {
    const from = after ?? context.lastEventId ?? null;
    tickers.after.push(from);
    tickers.signals.push(context.signal);
    try {
      for (let seq = Number(from?.slice(1) ?? 0) + 1; seq <= to; seq++) {
        tickers.pulled++;
        if (fail === true && seq === to) throw new Error('secret in the stream');
        if (seq === to) context.usage.add(settled(`call-${seq}`));
        yield { ticks: { seq, cursor: `c${seq}`, text: 'x'.repeat(bytes), broken: () => bug('secret in an event') } };
      }
    } finally {
      tickers.returned++;
    }
  };
  const silent = (_: unknown, __: unknown, context: OperationContext) => {
    tickers.signals.push(context.signal);
    return (async function* () {
      await new Promise(() => {});
      yield {};
    })();
  };
  return createSchema<OperationContext>({
    typeDefs,
    resolvers: {
      Query: {
        hello: (_: unknown, { name }: { name: string }) => `Hello, ${name}`,
        number: (_: unknown, { of }: { of: number }) => of,
        later: async () => 'later',
        spend: (_: unknown, __: unknown, { usage }: OperationContext) => {
          usage.add(settled('call-1'));
          return 'spent';
        },
        secretly: () => bug('secret in a resolver'),
        refused: () => {
          throw new GatewayError('BUDGET_EXCEEDED', 'The budget "team:a" is used up until 1 December.');
        },
        twice: () => {
          throw new AggregateError([new GatewayError('TIMEOUT', 'It took too long.'), new GatewayError('CANCELLED', 'It was left.')]);
        },
        held: async (_: unknown, __: unknown, { signal }: OperationContext) => {
          tickers.signals.push(signal);
          await held.opened;
          return 'released';
        },
        self: async () => ({}),
        items: (_: unknown, { first }: { first: number }) =>
          Array.from({ length: first }, (__, id) => ({ id, broken: () => bug('secret in an item') })),
        slow: () => ({
          fast: 'fast',
          slow: async (___: unknown, { usage }: OperationContext) => {
            await new Promise((resolve) => setImmediate(resolve));
            usage.add(settled('call-deferred'));
            return 'slow';
          },
          broken: async () => bug('secret in an increment'),
        }),
        principal: (_: unknown, __: unknown, { principal }: OperationContext) => principal.id,
        big: (_: unknown, { bytes }: { bytes: number }) => 'x'.repeat(bytes),
      },
      Mutation: { touch: () => 'touched' },
      Subscription: {
        ticks: { subscribe: ticks },
        silent: { subscribe: silent },
        late: {
          subscribe: async (_: unknown, __: unknown, context: OperationContext) => {
            tickers.signals.push(context.signal);
            await held.opened;
            return {
              [Symbol.asyncIterator]() {
                return this;
              },
              next: () => new Promise(() => {}),
              async return() {
                tickers.returned++;
                return { done: true, value: undefined };
              },
            };
          },
        },
        hopeless: { subscribe: () => bug('secret in subscribe') },
      },
    },
  });
}

function bug(message: string): never {
  throw new Error(message);
}

/** Stands in for `graphql/graphql-errors.ts`. */
function maskError(error: unknown): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  const gateway = asGatewayError(original);
  const { path, nodes } = error instanceof GraphQLError ? error : { path: null, nodes: null };
  return new GraphQLError(gateway.message, {
    path: path ?? null,
    nodes: nodes ?? null,
    extensions: { code: gateway.code, errorId: gateway.errorId, retryable: gateway.retryable },
  });
}

const anonymous = { id: 'anonymous', kind: 'anonymous', team: null, scopes: [], routes: null, limits: [] } as const;

/** Anybody may ask without a key; `secret` and `secret-2`, `secret-3` … are keys. */
async function authenticate({ authorization }: { readonly authorization: string | null }): Promise<Principal> {
  if (authorization === null) return anonymous;
  const number = /^Bearer secret(?:-(\d+))?$/.exec(authorization);
  if (number === null) throw new GatewayError('UNAUTHENTICATED', 'This key is not known. Send `Authorization: Bearer fg_...`.');
  return { ...anonymous, id: `key:${number[1] ?? 1}`, kind: 'key', team: 'a' };
}

/** A listening server, closed when the test is over. `key secret` is the one valid key. */
export async function serve(options: Partial<ServerOptions> = {}, port = 0): Promise<Served> {
  const tickers: TickerLog = { after: [], signals: [], pulled: 0, returned: 0 };
  const opened: OperationContext[] = [];
  const closed: OperationContext[] = [];
  const logged: Served['logged'] = [];
  const held = gate();
  let schema = testSchema(tickers, held);
  const log = (message: string, fields: object = {}): void => void logged.push({ fields, message });
  const server = createServer({
    schema: () => schema,
    modelFields: () => new Set(['Query.spend', 'Item.broken']),
    authenticate,
    openOperation: async ({ authorization, signal, operationName, documentId, client, lastEventId }) => {
      const context: OperationContext = {
        principal: await authenticate({ authorization }),
        signal,
        operation: { name: operationName, client, documentId },
        hold: freeHold(),
        usage: operationUsage(),
        lastEventId,
      };
      opened.push(context);
      return context;
    },
    closeOperation: (context) => void closed.push(context),
    ready: async () => ({ ready: true, reasons: [] }),
    development: true,
    farewellMs: 200,
    cors: { origins: [] },
    maskError,
    log: { debug: log, info: log, warn: log, error: log },
    ...options,
  });
  onTestFinished(() => server.close(0));
  const { url } = await server.listen({ host: '127.0.0.1', port });
  return {
    url: `${url}/graphql`,
    ws: `${url.replace('http', 'ws')}/graphql`,
    server,
    tickers,
    opened,
    closed,
    logged,
    gate: held,
    replaceSchema: (next) => {
      schema = next;
    },
  };
}

/** Polls until the condition holds: for what happens in the server after the client has let go. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
