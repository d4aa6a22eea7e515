/** Long prompts and answers on a route that masks and has guardrails, through a whole gateway over HTTP. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeploymentConfig } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
import { openaiCompatibleProvider } from '../../../src/providers/openai-compatible.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import type { HostileCase } from './hostile-case.ts';

const contextWindow = 4_000_000;
const deployment: DeploymentConfig = {
  provider: 'vendor',
  model: 'm',
  price: { input: 1, output: 2 },
  maxOutputTokens: 100,
  contextWindow,
  capabilities: ['completion', 'tools', 'json', 'files', 'embedding'],
};
const query = 'query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Failure { code message } } }';
const embedding = 'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename ... on Failure { code message } } }';

const event = (choice: object): string =>
  `data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, ...choice }] })}\n\n`;

/** A vendor that answers with one text, whatever it is asked, and with a vector for each text. */
async function vendorSaying(text: string) {
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    if (request.url?.endsWith('/embeddings') === true) {
      const { input } = JSON.parse(Buffer.concat(pieces).toString()) as { readonly input: readonly string[] };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ data: input.map((_, index) => ({ index, embedding: [1, 2] })), usage: { prompt_tokens: 1 } }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(event({ delta: { content: text } }));
    response.end(`${event({ delta: {}, finish_reason: 'stop' })}data: [DONE]\n\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => void server.close() };
}

interface Reply {
  readonly data?: Readonly<Record<string, { readonly message?: string }>> | null;
  readonly errors?: readonly { readonly message: string }[];
}

function attackOn(
  name: string,
  variables: () => object,
  { says = 'Yes.', ask = query }: { readonly says?: string; readonly ask?: string } = {},
): HostileCase {
  return {
    name: `guards: ${name}`,
    async prepare() {
      const vendor = await vendorSaying(says);
      const guardrail = patternGuard({ name: 'codenames', patterns: ['(?i)project\\s+x', 'fal.{0,200}con', '\\bACME-\\d{4}\\b'] });
      const gateway = await createGateway(
        {
          providers: { vendor: openaiCompatibleProvider({ name: 'vendor', apiKey: null, baseUrl: vendor.url }) },
          deployments: { scripted: deployment },
          routes: { default: { deployments: ['scripted'], attempts: 1 }, embedding: { deployments: ['scripted'], attempts: 1 } },
          guardrails: [{ guardrail, routes: '*' }],
          maskPersonalData: '*',
          storage: { folder: null },
          server: { drainMs: 100 },
          logLevel: 'silent',
        },
        { folder: process.cwd(), loopback: true, log: silentLog },
      );
      const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
      await gateway.graph.refresh();
      const body = JSON.stringify({ query: ask, variables: variables() });
      const small = JSON.stringify({ query, variables: { input: { prompt: { text: 'Write to ann@x.io.' } } } });
      const post = async (content: string): Promise<void> => {
        const headers = { 'content-type': 'application/json', authorization: `Bearer ${gateway.developmentKey}` };
        const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: content });
        const { data, errors } = (await response.json()) as Reply;
        const [refused] = errors ?? Object.values(data ?? {}).filter(({ message }) => message !== undefined);
        if (refused !== undefined) throw new Error(refused.message);
      };
      await post(small);
      return {
        attack: () => post(body),
        async close() {
          await gateway.close();
          vendor.close();
        },
      };
    },
  };
}

const prompt = (text: string): object => ({ input: { prompt: { text } } });
const repeated = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join('');
const inMessages = (count: number): object => ({
  input: { prompt: { messages: Array.from({ length: count }, () => ({ role: 'USER', content: [{ text: 'Hi you.' }] })) } },
});

export const guardCases: readonly HostileCase[] = [
  attackOn('a prompt of 1.9 MB with 90,000 different addresses', () => prompt(repeated(90_000, (index) => `u${index}@cd${index}.com `))),
  attackOn('a prompt of 450 KB with 19,000 different addresses', () => prompt(repeated(19_000, (index) => `u${index}@cd${index}.com `))),
  attackOn('a run of 1.9 MB of letters', () => prompt('a'.repeat(1_900_000))),
  attackOn('1.9 MB of telephone numbers', () => prompt(repeated(126_000, (index) => `+1 41555${String(index).padStart(6, '0')} `))),
  attackOn('1.9 MB of what a pattern counts', () => prompt(`${'fal '.repeat(1_000)}\ncon\n`.repeat(470))),
  attackOn('900,000 characters that show nothing', () => prompt('a\u200b'.repeat(450_000))),
  attackOn('36,000 messages', () => inMessages(36_000)),
  attackOn(
    '512 texts of 3.5 KB to embed',
    () => ({ input: { texts: Array.from({ length: 512 }, (_, index) => `text ${index}, `.repeat(320)) } }),
    { ask: embedding },
  ),
  attackOn('arguments of 250,000 numbers', () => ({
    input: {
      prompt: {
        messages: [
          {
            role: 'ASSISTANT',
            content: [{ toolCall: { id: '1', name: 't', arguments: { a: Array.from({ length: 250_000 }, (_, index) => index) } } }],
          },
          { role: 'TOOL', content: [{ toolResult: { callId: '1', content: 'ok' } }] },
        ],
      },
    },
  })),
  attackOn('an answer of 1 MB without the end of a sentence', () => prompt('Write to ann@x.io.'), { says: 'word '.repeat(200_000) }),
  attackOn('an answer of 1 MB of placeholders', () => prompt('Write to ann@x.io.'), { says: '<EMAIL_1> '.repeat(100_000) }),
];
