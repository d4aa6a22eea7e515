/** Sends one large operation over HTTP to a whole gateway, whose model is a server beside it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DeploymentConfig, GatewayConfig } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
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
export const completionQuery =
  'query ($input: CompletionInput!) { completion(input: $input) { __typename ... on Failure { code message } } }';

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

export interface Posted {
  readonly name: string;
  readonly query: string;
  readonly variables: () => object;
  /** What the model answers. */
  readonly says?: string;
  /** Settings beside the provider and its routes. */
  readonly settings?: Partial<GatewayConfig>;
}

/** One operation, posted to a gateway whose model is elsewhere. */
export function posted({ name, query, variables, says = 'Yes.', settings = {} }: Posted): HostileCase {
  return {
    name,
    async prepare() {
      const vendor = await vendorSaying(says);
      const gateway = await createGateway(
        {
          providers: { vendor: openaiCompatibleProvider({ name: 'vendor', apiKey: null, baseUrl: vendor.url }) },
          deployments: { scripted: deployment },
          routes: { default: { deployments: ['scripted'], attempts: 1 }, embedding: { deployments: ['scripted'], attempts: 1 } },
          storage: { folder: null },
          server: { drainMs: 100 },
          logLevel: 'silent',
          ...settings,
        },
        { folder: process.cwd(), loopback: true, log: silentLog },
      );
      const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
      await gateway.graph.refresh();
      const body = JSON.stringify({ query, variables: variables() });
      const small = JSON.stringify({ query: completionQuery, variables: { input: { prompt: { text: 'Write to ann@x.io.' } } } });
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
