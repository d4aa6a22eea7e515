/**
 * A whole gateway for tests: real HTTP, real stores, real wiring; only the models are what a test says.
 *
 * Everything is closed after each test file, in reverse order of its start.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { DeploymentConfig, GatewayConfig } from '../src/config/config.ts';
import type { Secret } from '../src/core/secret.ts';
import { createGateway, type Gateway } from '../src/gateway.ts';
import {
  embeddedCapabilities,
  embeddedExtractive,
  embeddedLexical,
  embeddedPrice,
  embeddedProvider,
} from '../src/providers/embedded/embedded.ts';
import { type Log, silentLog } from '../src/telemetry/log.ts';

const closing: (() => Promise<void> | void)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Runs when the test file is over. */
export const whenOver = (close: () => Promise<void> | void): void => void closing.push(close);

/** A folder that is deleted when the test file is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-'));
  whenOver(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const embedded = (model: typeof embeddedExtractive | typeof embeddedLexical): DeploymentConfig => ({
  provider: 'embedded',
  model,
  capabilities: embeddedCapabilities[model],
  price: embeddedPrice,
});

/** The embedded provider on `default` and `embedding`, one collection, stores in memory. */
export const plainConfig: GatewayConfig = {
  providers: { embedded: embeddedProvider() },
  deployments: { extractive: embedded(embeddedExtractive), lexical: embedded(embeddedLexical) },
  routes: { default: { deployments: ['extractive'] }, embedding: { deployments: ['lexical'] } },
  collections: { documents: {} },
  storage: { folder: null },
  server: { drainMs: 500 },
  logLevel: 'silent',
};

export interface TestGateway extends Gateway {
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
    readonly log?: Log;
    readonly now?: () => number;
  } = {},
): Promise<TestGateway> {
  const gateway = await createGateway(
    { ...plainConfig, ...changes },
    { folder: process.cwd(), loopback: true, log: silentLog, ...options },
  );
  whenOver(() => gateway.close());
  const { url, metricsUrl } = await gateway.listen({ host: '127.0.0.1', port: 0 });
  await gateway.graph.refresh();
  const endpoint = `${url}/graphql`;
  return {
    ...gateway,
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
