/**
 * A server in a process of its own, for `http.ts`: `gateway`, or plain `yoga` on node:http with the same fields and the
 * same model behind them. Tells its address, and its CPU in microseconds whenever it is asked.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { createSchema, createYoga } from 'graphql-yoga';
import type { Chunk } from '../../src/core/chunk.ts';
import { flatPrice, noUsage } from '../../src/core/money.ts';
import { createGateway } from '../../src/gateway.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { silentLog } from '../../src/telemetry/log.ts';

/** As many words as the prompt has characters, each in a turn of its own. */
async function* words(count: number): AsyncGenerator<Extract<Chunk, { type: 'text' }>> {
  for (let index = 0; index < count; index += 1) {
    await turn();
    yield { type: 'text', text: 'word ' };
  }
}

const provider: Provider = {
  name: 'words',
  outputCeiling: (_request, _model, asked) => asked,
  async *send(request, { report }) {
    const [part] = request.kind === 'completion' ? (request.messages.at(-1)?.content ?? []) : [];
    yield* words(part?.type === 'text' ? part.text.length : 0);
    report({ ...noUsage, freshInputTokens: 10, outputTokens: 10 });
    yield { type: 'finish', reason: 'stop' };
  },
};

async function gateway(): Promise<{ readonly url: string; readonly key: string | null }> {
  const config = {
    providers: { words: provider },
    deployments: { words: { provider: 'words', model: 'm', price: flatPrice({ input: 1, output: 2 }) } },
    routes: { default: { deployments: ['words'] } },
    storage: { folder: process.argv[3] ?? null },
  };
  const made = await createGateway(config, { folder: process.cwd(), loopback: true, log: silentLog });
  const { url } = await made.listen({ host: '127.0.0.1', port: 0 });
  await made.graph.refresh();
  return { url, key: made.developmentKey };
}

async function yoga(): Promise<{ readonly url: string; readonly key: null }> {
  const schema = createSchema({
    typeDefs: /* GraphQL */ `
      type Query { aiRoutes: [Route!]! }
      type Route { name: String! }
      type Subscription { completionStream(input: Input!): Event }
      input Input { prompt: Prompt! }
      input Prompt { text: String! }
      interface Event { seq: Int }
      type TextDelta implements Event { seq: Int text: String! }
    `,
    resolvers: {
      Query: { aiRoutes: () => [{ name: 'default' }] },
      Event: { __resolveType: () => 'TextDelta' },
      Subscription: {
        completionStream: {
          async *subscribe(_: unknown, { input }: { input: { prompt: { text: string } } }) {
            let seq = 0;
            for await (const { text } of words(input.prompt.text.length)) yield { completionStream: { seq: ++seq, text } };
          },
        },
      },
    },
  });
  const server = createServer(createYoga({ schema, logging: false }));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key: null };
}

process.send?.(process.argv[2] === 'yoga' ? await yoga() : await gateway());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit(0));
