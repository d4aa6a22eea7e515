import { writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { temporaryFolder, whenOver } from '../harness.ts';
import { post } from '../server/http-client.ts';
import { type ChildGateway, source, startChild } from './child-gateway.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of any shape
type Data = any;

interface Vectors {
  readonly url: string;
  /** Texts whose vectors it has sent. */
  readonly answered: string[];
  /** Requests that it has not answered yet. */
  readonly waiting: () => number;
  answerAll(): void;
}

/** A vendor of vectors that answers so many requests, and lets all others wait until it is told to answer all. */
async function vectors(answersFirst: number): Promise<Vectors> {
  const answered: string[] = [];
  const waiting = new Set<() => void>();
  let left = answersFirst;
  const answer = (response: ServerResponse, texts: readonly string[]): void => {
    answered.push(...texts);
    const data = texts.map((one, index) => ({ object: 'embedding', index, embedding: [1, one.length, 3, 4] }));
    const usage = { prompt_tokens: 10, total_tokens: 10 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', model: 'v', data, usage }));
  };
  const server = createServer(async (request, response) => {
    const { input } = JSON.parse(await text(request)) as { readonly input: readonly string[] };
    const go = (): void => answer(response, input);
    if (left-- > 0) return go();
    waiting.add(go);
    response.on('close', () => waiting.delete(go));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenOver(() => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    waiting: () => waiting.size,
    answerAll() {
      left = Number.POSITIVE_INFINITY;
      for (const go of waiting) go();
    },
  };
}

function configFolder(url: string): string {
  const folder = temporaryFolder();
  writeFileSync(
    join(folder, 'gateway.config.ts'),
    `import { defineConfig } from ${source('config/config.ts')};
import { Secret } from ${source('core/secret.ts')};
import { openaiCompatibleProvider } from ${source('providers/openai-compatible.ts')};

export default defineConfig({
  providers: { local: openaiCompatibleProvider({ name: 'local', apiKey: new Secret('sk-of-the-child'), baseUrl: '${url}/v1' }) },
  deployments: {
    c: { provider: 'local', model: 'c', price: { input: 1, output: 2 } },
    v: { provider: 'local', model: 'v', price: { input: 1, output: 0 }, capabilities: ['embedding'] },
  },
  routes: { default: { deployments: ['c'] }, embedding: { deployments: ['v'], attempts: 1 } },
  collections: { handbook: {} },
  server: { drainMs: 500 },
});
`,
  );
  return folder;
}

async function ask({ url, developmentKey }: ChildGateway, query: string, variables: object = {}): Promise<Data> {
  const response = await post(url, { query, variables }, { authorization: `Bearer ${developmentKey}` });
  const { data, errors }: Data = await response.json();
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

const sources = Array.from({ length: 8 }, (_, index) => ({
  id: `page-${index}`,
  title: `Page ${index}`,
  text: `Page ${index} says what holds on day ${index}.`,
  mediaType: 'text/markdown',
}));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((next) => setTimeout(next, 20));
}

describe('an ingestion that a process leaves unfinished', { timeout: 240_000 }, () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    'an ingestion that %s cuts goes on at the next start by itself, and pays for nothing twice that was stored',
    async (signal) => {
      const model = await vectors(3);
      const folder = configFolder(model.url);
      const first = await startChild(folder);
      const { ingest } = await ask(
        first,
        'mutation ($sources: [SourceInput!]!) { ingest(input: { collection: "handbook", sources: $sources }) { id total } }',
        { sources },
      );
      expect(ingest.total).toBe(sources.length);
      await until(() => model.waiting() > 0);
      first.process.kill(signal);
      expect(await first.exited).toBe(signal === 'SIGTERM' ? 0 : 'SIGKILL');
      expect(model.answered).toHaveLength(3);

      model.answerAll();
      const second = await startChild(folder);
      const state = async (): Promise<Data> =>
        (await ask(second, '{ aiIngestions(collection: "handbook") { id status done total failed { message } failure { __typename } } }'))
          .aiIngestions;
      await until(async () => (await state())[0].status !== 'RUNNING');
      expect(await state()).toEqual([{ id: ingest.id, status: 'COMPLETED', done: 8, total: 8, failed: [], failure: null }]);
      const { aiSources } = await ask(second, '{ aiSources(collection: "handbook") { id } }');
      expect(aiSources.map(({ id }: Data) => id).toSorted()).toEqual(sources.map(({ id }) => id));
      for (const one of sources) expect(model.answered.filter((answered) => answered.includes(one.text))).toHaveLength(1);
    },
  );
});
