/** Fault doubles, named for what they do, and plain objects that stand in for stores. */

import { chunkByChunk, type Said } from '../src/core/batch.ts';
import type { AttemptFact, Call, Fact, Settlement, Step } from '../src/core/call/call.ts';
import type { Hold } from '../src/core/call/hold.ts';
import type { Leases } from '../src/core/call/lease.ts';
import type { UsageRow } from '../src/core/call/usage-row.ts';
import type { Chunk } from '../src/core/chunk.ts';
import { type ErrorCode, type ErrorDetails, GatewayError } from '../src/core/errors.ts';
import { flatPrice, type NanoUsd, noUsage, type Price, type Usage } from '../src/core/money.ts';
import { type CompletionRequest, completionRequest, type EmbeddingRequest } from '../src/core/request/request.ts';
import { withDeadline } from '../src/core/stream.ts';
import { abortError } from '../src/core/turns/abort.ts';
import { answerMemory } from '../src/pipeline/cache/kept-answers.ts';
import { pipeline } from '../src/pipeline/pipeline.ts';
import type { Provider } from '../src/providers/provider.ts';
import { type HealthBook, healthBook } from '../src/routing/health.ts';
import type { Deployment, Route } from '../src/routing/route.ts';
import { ordered } from '../src/routing/strategies.ts';
import type { Ledger } from '../src/storage/ledger/ledger.ts';
import type { Limits } from '../src/storage/limits/limits.ts';
import { silentLog } from '../src/telemetry/log.ts';
import { type Faced, faced } from './faces.ts';

/** A provider that counts how often it was asked, and how often it was told to stop. */
export interface Double extends Provider {
  readonly asked: readonly CompletionOrEmbedding[];
  /** Calls whose signal fired before they ended. */
  readonly aborted: () => number;
  /** Calls that have not ended. */
  readonly running: () => number;
}
type CompletionOrEmbedding = CompletionRequest | EmbeddingRequest;
type Script = (
  request: CompletionOrEmbedding,
  options: { readonly signal: AbortSignal; readonly report: (usage: Usage) => void },
) => AsyncIterable<Said>;

export function double(name: string, script: Script): Double {
  const asked: CompletionOrEmbedding[] = [];
  let aborted = 0;
  let running = 0;
  return {
    name,
    asked,
    aborted: () => aborted,
    running: () => running,
    outputCeiling: (_request, _model, most) => most,
    async *send(request, { signal, report }) {
      asked.push(request);
      running += 1;
      const onAbort = (): void => {
        aborted += 1;
      };
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        yield* script(request, { signal, report });
      } finally {
        running -= 1;
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}

/** The same, which answers at once where it is asked to. `answered`: how often it was. */
export function wholly(provider: Double): Double & { readonly answered: () => number } {
  let answered = 0;
  return {
    ...provider,
    answered: () => answered,
    async answer(request, options) {
      answered += 1;
      return Array.fromAsync(
        chunkByChunk(provider.send(request, { ...options, firstChunkMs: options.withinMs, idleMs: options.withinMs })),
      );
    },
  };
}

/** Ten input tokens, and an output token for each word. */
const usageOf = (text: string): Usage => ({ ...noUsage, freshInputTokens: 10, outputTokens: text.split(' ').length });

/** Says the text word by word, counts it, and stops. */
export const says = (text: string, { usage = usageOf(text) }: { readonly usage?: Usage | null } = {}): Double =>
  double('says', async function* (request, { report }) {
    if (request.kind === 'embedding') {
      for (const index of request.texts.keys()) yield { type: 'embedding', index, vector: new Float32Array([index, 0.5]) };
    } else {
      for (const word of text.split(/(?<= )/)) yield { type: 'text', text: word };
    }
    if (usage !== null) report(usage);
    yield { type: 'finish', reason: 'stop' };
  });

/** Yields the chunks as they are; reports no usage. */
export const yields = (...chunks: readonly Chunk[]): Double =>
  double('yields', async function* () {
    yield* chunks;
  });

/** Fails before it has said anything, as a vendor that refuses does. */
export const fails = (code: ErrorCode, details: ErrorDetails = {}): Double =>
  double('fails', async function* () {
    yield* [];
    throw new GatewayError(code, `It fails with ${code}.`, { phase: 'before-content', ...details });
  });

/** Says some words, then fails. */
export const breaks = (text: string, code: ErrorCode = 'MODEL_UNAVAILABLE'): Double =>
  double('breaks', async function* () {
    for (const word of text.split(/(?<= )/)) yield { type: 'text', text: word };
    throw new GatewayError(code, `It fails with ${code}.`, { phase: 'mid-stream' });
  });

/** Says the text, if any, and then nothing, until it is told to stop. */
export const hangs = (text = ''): Double =>
  double('hangs', async function* (_request, { signal }) {
    if (text !== '') yield { type: 'text', text };
    await untilFired(signal);
    throw abortError(signal);
  });

/** Says the text, if any, and then nothing, whatever it is told. */
export const ignoresEverything = (text = ''): Double =>
  double('ignores', async function* () {
    if (text !== '') yield { type: 'text', text };
    await new Promise(() => {});
  });

/** Says `words` words, giving way to everybody else before each. */
export const stammers = (words: number): Double =>
  double('stammers', async function* (_request, { signal, report }) {
    for (let word = 0; word < words; word += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw abortError(signal);
      yield { type: 'text', text: `w${word} ` };
    }
    report({ ...noUsage, freshInputTokens: 10, outputTokens: words });
    yield { type: 'finish', reason: 'stop' };
  });

function untilFired(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** One dollar per million input tokens, two per million output tokens: 1,000 and 2,000 nano-dollars a token. */
const aPrice: Price = flatPrice({ input: 1, output: 2 });

export function deployment(provider: Provider, settings: Partial<Deployment> = {}): Deployment {
  return {
    id: provider.name,
    provider,
    model: `${provider.name}-model`,
    price: aPrice,
    contextWindow: null,
    maxOutputTokens: 100,
    capabilities: ['completion', 'embedding', 'tools', 'images', 'files', 'json'],
    region: null,
    weight: 1,
    ...settings,
  };
}

/** The deployments are called `says-1`, `fails-2` and so on, by what they do and where they stand. */
export function route(name: string, providers: readonly (Provider | Deployment)[], settings: Partial<Route> = {}): Route {
  const [first, ...rest] = providers.map((one, index) => ('send' in one ? deployment(one, { id: `${one.name}-${index + 1}` }) : one));
  if (first === undefined) throw new Error('A route needs a deployment.');
  return {
    name,
    description: null,
    deployments: [first, ...rest],
    system: null,
    callerSystem: 'refuse',
    inputBound: null,
    strategy: ordered,
    attempts: 4,
    hedge: null,
    firstChunkMs: 10_000,
    idleMs: 10_000,
    wholeMode: 'auto',
    wholeModeMs: 10_000,
    totalMs: 60_000,
    cacheSeconds: null,
    providerOptions: [],
    ...settings,
  };
}

const routesOf = (...routes: readonly Route[]): ReadonlyMap<string, Route> => new Map(routes.map((one) => [one.name, one]));

export const request: CompletionRequest = completionRequest('Say hi.');

export const embeddingRequest = (...texts: readonly string[]): EmbeddingRequest => ({ kind: 'embedding', texts, dimensions: null });

/** A call and what was reported of it. */
export interface ObservedCall extends Call {
  readonly facts: readonly Fact[];
  readonly attempts: () => readonly AttemptFact[];
  readonly settlement: () => Settlement | null;
  /** The client leaves. */
  readonly leave: () => void;
}

let calls = 0;

export function call(settings: Partial<Call> = {}): ObservedCall {
  const facts: Fact[] = [];
  const client = new AbortController();
  calls += 1;
  return {
    id: `call-${calls}`,
    uses: [{ coordinate: 'Query.completion', weight: 1 }],
    operation: { name: null, client: null, documentId: null },
    principal: { id: 'key:a', kind: 'key', team: 'search', scopes: ['ai:use'], routes: null, limits: [] },
    route: 'default',
    cache: { mode: 'default', maxAgeSeconds: null },
    hold: account().hold,
    tags: {},
    deadlineMs: performance.now() + 60_000,
    signal: client.signal,
    report: (fact) => {
      facts.push(fact);
    },
    ...settings,
    facts,
    attempts: () => facts.filter((fact) => fact.type === 'attempt'),
    settlement: () => facts.find((fact) => fact.type === 'settled')?.settlement ?? null,
    leave: () => client.abort(),
  };
}

export interface Account {
  readonly hold: Hold;
  readonly spent: () => NanoUsd;
  readonly held: () => NanoUsd;
  readonly drawn: () => readonly { readonly callId: string; readonly most: NanoUsd; readonly rows: readonly UsageRow[] }[];
}

/** A budget in memory; null: none. */
export function account(budget: NanoUsd | null = null): Account {
  let spent = 0;
  let held = 0;
  const drawn: { readonly callId: string; readonly most: NanoUsd; readonly rows: readonly UsageRow[] }[] = [];
  const hold: Hold = {
    budgeted: budget !== null,
    async draw(attempt) {
      if (budget !== null && spent + held + attempt.most > budget) {
        throw new GatewayError('BUDGET_EXCEEDED', 'The budget has no room for it.', { limit: 'key:a' });
      }
      held += attempt.most;
      drawn.push(attempt);
      let open = true;
      return {
        async settle(cost) {
          if (!open) return;
          open = false;
          held -= attempt.most;
          spent += cost;
        },
      };
    },
    giveBack: async () => {},
    release: async () => {},
  };
  return { hold, spent: () => spent, held: () => held, drawn: () => drawn };
}

export interface MemoryLedger extends Pick<Ledger, 'append' | 'writable'> {
  readonly rows: readonly UsageRow[];
  /** The disk is full. */
  readonly refuse: () => void;
}

export function memoryLedger(): MemoryLedger {
  const rows: UsageRow[] = [];
  let writable = true;
  return {
    rows,
    append: (more) => {
      rows.push(...more);
    },
    writable: () => writable,
    refuse: () => {
      writable = false;
    },
  };
}

/** Admits as many as there are slots at a time. */
export function slots(most: number): Pick<Limits, 'admit'> & { readonly taken: () => number; readonly admitted: () => number } {
  let taken = 0;
  let admitted = 0;
  return {
    taken: () => taken,
    admitted: () => admitted,
    async admit() {
      if (taken >= most) throw new GatewayError('CONCURRENCY_LIMITED', 'All slots are taken.', { limit: 'key:a', retryAfterMs: 1_000 });
      taken += 1;
      admitted += 1;
      let open = true;
      return {
        async release() {
          if (open) taken -= 1;
          open = false;
        },
      };
    },
  };
}

export const passes: Step = { stream: (next) => next, whole: (next) => next };

/** Permission that nobody takes back. */
export const lasting: Leases = { take: (_principal, _use, parent) => ({ signal: parent, release() {} }) };

/** Permission that nobody takes back, of keys: each call has a signal of its own. */
export const lastingOfKeys: Leases = {
  take(_principal, _use, parent) {
    const own = withDeadline(parent, Number.POSITIVE_INFINITY, () => new GatewayError('INTERNAL', 'It lasts.'));
    return { signal: own.signal, abort: (reason) => own.abort(reason), release: () => own.end() };
  },
};

export interface GatewayOptions {
  readonly guard?: Step;
  readonly validate?: Step;
  readonly ledger?: MemoryLedger;
  readonly limits?: Pick<Limits, 'admit'>;
  readonly leases?: Leases;
  readonly cache?: Parameters<typeof pipeline>[0]['cache'];
  readonly health?: HealthBook;
  readonly now?: () => number;
  readonly monotonicMs?: () => number;
}

/** The whole pipeline over the routes, with doubles for the stores; guard and validation let everything pass. */
export function gateway(routes: readonly Route[], options: GatewayOptions = {}): { readonly handle: Faced; readonly ledger: MemoryLedger } {
  const ledger = options.ledger ?? memoryLedger();
  const handlers = pipeline({
    routes: routesOf(...routes),
    limits: slots(Number.POSITIVE_INFINITY),
    leases: lasting,
    guard: passes,
    validate: passes,
    cache: answerMemory(),
    health: healthBook(),
    log: silentLog,
    random: () => 0,
    ...options,
    ledger,
  });
  return { handle: faced(handlers), ledger };
}
