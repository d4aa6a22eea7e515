/** Sends one large operation over HTTP to a whole gateway. The client, and the server of the model, are another process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DeploymentConfig, GatewayConfig } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { openaiCompatibleProvider } from '../../../src/providers/openai-compatible.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import type { HostileCase } from './hostile-case.ts';
import type { FromClient, ToClient, ToPost } from './posting-client.ts';

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

async function told<Type extends FromClient['type']>(
  client: ChildProcess,
  message: ToClient,
  type: Type,
): Promise<Extract<FromClient, { readonly type: Type }>> {
  client.send(message);
  const [answer] = (await once(client, 'message')) as [FromClient];
  if (answer.type !== type) throw new Error(`The client says "${answer.type}", and "${type}" was expected.`);
  return answer as Extract<FromClient, { readonly type: Type }>;
}

async function post(client: ChildProcess): Promise<void> {
  const { refused } = await told(client, { type: 'post' }, 'answered');
  if (refused !== null) throw new Error(refused);
}

export interface Posted {
  readonly name: string;
  readonly query: string;
  readonly variables: () => object;
  /** As in `HostileCase`. Default: null. */
  readonly refused?: RegExp | null;
  /** What the model answers. */
  readonly says?: string;
  /** Settings beside the provider and its routes. */
  readonly settings?: Partial<GatewayConfig>;
}

/** Of usual size: what a gateway has read before the attack, so that its code is compiled as it would be. */
const usual = (text: string): object => ({
  input: {
    prompt: { messages: [{ role: 'USER', content: [{ text }] }] },
    tools: [{ name: 't', parameters: { type: 'object', properties: { a: { type: 'string' } } } }],
  },
});
const usualRequests = 20;

/** One operation, posted to a gateway whose model is elsewhere. */
export function posted({ name, query, variables, refused = null, says = 'Yes.', settings = {} }: Posted): HostileCase {
  return {
    name,
    refused,
    async prepare() {
      const client = fork(join(import.meta.dirname, 'posting-client.ts'));
      const vendor = await told(client, { type: 'serve', says }, 'serving');
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
      const take = (asked: string, given: object): Promise<unknown> => {
        const post: ToPost = { url, key: gateway.developmentKey ?? '', body: JSON.stringify({ query: asked, variables: given }) };
        return told(client, { type: 'take', post }, 'taken');
      };
      for (let sent = 0; sent < usualRequests; sent += 1) {
        await take(completionQuery, usual(`Write to ann${sent}@x.io.`));
        await post(client);
      }
      await take(query, variables());
      return {
        attack: () => post(client),
        async close() {
          await gateway.close();
          client.disconnect();
        },
      };
    },
  };
}
