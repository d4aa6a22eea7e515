/** Who is measured, and how each is asked the same. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, forked, spawned } from '../children.ts';
import type { Door } from '../load/load-messages.ts';
import { question } from '../vendor/answer-text.ts';

const here = resolve(import.meta.dirname, '../../../..');
const json = { 'content-type': 'application/json', accept: 'application/json' };
const whoseAnswer = `You asked: ${question}`;

export interface Contender {
  readonly pid: number;
  readonly door: Door;
  ask<T>(message: unknown): Promise<T>;
  end(): Promise<void>;
}

export const asked = (child: Child, door: Omit<Door, 'url' | 'times'> & { readonly times?: number }): Contender => ({
  pid: child.pid,
  door: { times: 1, ...door, url: child.url },
  ask: child.ask,
  end: child.end,
});

/** A floor: see `plain-server.ts`. */
export const plain = async (kind: 'json' | 'kept' | 'pipe' | 'parse', upstream: string): Promise<Contender> =>
  asked(await forked('contenders/plain-server.ts', [kind, upstream]), {
    path: '/',
    headers: json,
    body: JSON.stringify(kind === 'parse' ? { texts } : { prompt: question }),
    proofs: kind === 'parse' ? ['{"vectors":256,"dimensions":1536}'] : [whoseAnswer],
  });

const completion = /* GraphQL */ `query Ask($input: CompletionInput!) {
  completion(input: $input) { __typename ... on Completion { text finishReason } ... on Failure { code message } }
}`;
const input = { prompt: { text: question }, maxOutputTokens: 400 };

export const yoga = async (upstream: string): Promise<Contender> =>
  asked(await forked('contenders/yoga-server.ts', [upstream]), {
    path: '/graphql',
    headers: json,
    body: JSON.stringify({ query: completion, variables: { input } }),
    proofs: [whoseAnswer],
  });

export interface Fieldgate {
  readonly child: Child;
  readonly headers: Readonly<Record<string, string>>;
  /** A completion that no answer is kept for, or one that is. */
  completion(cache: 'MISS' | 'HIT'): Contender;
  stream(route: 'paced' | 'idle'): Contender;
  embeddings(): Contender;
  /** A list of 50 entities with an AI field each. */
  list(): Contender;
}

export interface FieldgateOptions {
  readonly upstream: string;
  /** For its state; a folder of its own. */
  readonly folder: string;
  /** Guardrails and masking. Default: on. */
  readonly guards?: 'on' | 'off';
  readonly subgraph?: string;
  readonly nodeOptions?: readonly string[];
  /** A checkout of this project. Default: this one. */
  readonly root?: string;
}

/** What `npm start` writes between `node` and the program. */
function startOptions(root: string): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const words = scripts.start.split(' ');
  return words.slice(1, words.indexOf('src/main.ts'));
}

/** By the flags of `npm start`, with a key that its command line made. */
export async function fieldgate({
  upstream,
  folder,
  guards = 'on',
  subgraph,
  nodeOptions = [],
  root = here,
}: FieldgateOptions): Promise<Fieldgate> {
  const env = {
    BENCH_UPSTREAM: upstream,
    BENCH_STATE: folder,
    BENCH_GUARDS: guards,
    ...(subgraph === undefined ? {} : { BENCH_SUBGRAPH: subgraph }),
  };
  const config = ['--config', join(root, 'test/bench/gateway/contenders/serve.config.ts')];
  const key = execFileSync(
    process.execPath,
    ['src/main.ts', 'keys', 'create', '--name', 'bench', '--team', 'bench', '--rpm', '9000000', ...config],
    {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const child = await spawned([...startOptions(root), ...nodeOptions, 'src/main.ts', 'serve', ...config, '--port', '0'], {
    cwd: root,
    env,
  });
  await ready(child.url);
  const headers = { ...json, authorization: `Bearer ${key.toString().trim()}` };
  const post = (query: string, variables: object, proofs: readonly string[], more: Partial<Door> = {}): Contender =>
    asked(child, { path: '/graphql', headers, body: JSON.stringify({ query, variables }), proofs, ...more });
  return {
    child,
    headers,
    completion: (cache) => post(completion, { input }, [whoseAnswer, `"cache":"${cache}"`]),
    stream: (route) => post(streamed, { input: { ...input, route } }, [], { headers: { ...headers, accept: 'text/event-stream' } }),
    embeddings: () => post(embedding, { texts }, ['"dimensions":1536']),
    list: () => post(list, { question }, [question], { times: 50 }),
  };
}

const maxStartMs = 30_000;

async function ready(url: string): Promise<void> {
  const endsAt = performance.now() + maxStartMs;
  while (!(await fetch(`${url}/health/ready`)).ok) {
    if (performance.now() > endsAt) throw new Error(`The gateway is not ready: ${await (await fetch(`${url}/health/ready`)).text()}`);
    await wait(50);
  }
}

const streamed = /* GraphQL */ `subscription Ask($input: CompletionInput!) {
  completionStream(input: $input) { __typename seq ... on TextDelta { text } ... on CompletionFailed { failure { code message } } }
}`;
const texts = Array.from({ length: 256 }, (_, index) => `Text ${index} of case #.`);
const embedding = /* GraphQL */ `query Embed($texts: [String!]!) {
  embedding(input: { texts: $texts }) { __typename ... on Embedding { dimensions vectors } ... on Failure { code message } }
}`;
const list = /* GraphQL */ `query List($question: String!) { products(first: 50) { id note(question: $question) } }`;
