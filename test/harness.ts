/**
 * A whole gateway for tests: real HTTP, real stores, real wiring; only the models are what a test says.
 *
 * Everything is closed after each test file, in reverse order of its start.
 */
import type { GatewayConfig } from '../src/config/config.ts';
import type { Secret } from '../src/core/secret.ts';
import type { Composer } from '../src/federation/compose/compose.ts';
import { createGateway, type Gateway } from '../src/gateway.ts';
import type { EmbeddedStorage } from '../src/storage/open-storage.ts';
import { type Log, silentLog } from '../src/telemetry/log.ts';
import { inProcessComposer } from './federation/in-process-composer.ts';
import { plainConfig } from './plain-config.ts';
import { temporaryFolder, whenOver } from './when-over.ts';

export { plainConfig, temporaryFolder, whenOver };

export interface TestGateway extends Gateway {
  /** Of a storage of another kind, `database` is undefined. */
  readonly storage: EmbeddedStorage;
  /** With `/graphql`. */
  readonly url: string;
  readonly metricsUrl: string | null;
  /** One operation over HTTP; `key` null asks anonymously. Default: the development key. */
  ask(
    query: string,
    variables?: object,
    options?: { readonly key?: string | null; readonly headers?: Record<string, string> },
  ): Promise<Answer>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

export interface Answer {
  readonly status: number;
  readonly data?: Data;
  readonly errors?: readonly { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions: Data }[];
  readonly extensions?: Data;
}

/** Listens on a free port of this machine; with the graph composed. */
export async function startGateway(
  changes: Partial<GatewayConfig> = {},
  options: {
    readonly folder?: string;
    readonly loopback?: boolean;
    readonly router?: Secret;
    readonly composer?: Composer;
    readonly log?: Log;
    readonly now?: () => number;
  } = {},
): Promise<TestGateway> {
  const gateway = await createGateway(
    { ...plainConfig, ...changes },
    { folder: process.cwd(), loopback: true, log: silentLog, composer: inProcessComposer(), ...options },
  );
  whenOver(() => gateway.close());
  const { url, metricsUrl } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  await gateway.graph.refresh();
  const endpoint = `${url}/graphql`;
  return {
    ...gateway,
    storage: gateway.storage as EmbeddedStorage,
    url: endpoint,
    metricsUrl,
    async ask(query, variables = {}, { key = gateway.developmentKey, headers = {} } = {}) {
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as object) };
    },
  };
}
