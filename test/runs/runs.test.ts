import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { openRuns, type RunsOptions } from '../../src/runs/open-runs.ts';
import type { BeginRun, Run, RunEvent, RunSource } from '../../src/runs/run.ts';
import { rounds } from '../rounds.ts';
import { memoryCompletions } from './memory-completions.ts';

const ann: Principal = { id: 'key:ann', kind: 'key', team: null, scopes: [], routes: null, limits: [] };
const bob: Principal = { ...ann, id: 'key:bob' };
const never = new AbortController().signal;

const runs = (options: Partial<RunsOptions> = {}) => openRuns({ completions: memoryCompletions(), ...options });
const begin = (source: RunSource, more: Partial<BeginRun> = {}): BeginRun => ({
  principal: ann,
  idempotencyKey: null,
  input: { prompt: 'Hi.' },
  route: 'default',
  detached: false,
  source,
  ...more,
});

function says(...chunks: readonly (Chunk | string)[]): RunSource {
  return async function* () {
    for (const chunk of chunks) {
      await turn();
      yield typeof chunk === 'string' ? { type: 'text', text: chunk } : chunk;
    }
    yield { type: 'finish', reason: 'stop' };
  };
}

/** Says one word and then waits; `stopped` tells whether its signal has fired. */
function hangs(): { source: RunSource; asked: () => number; stopped: Promise<void> } {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  return {
    stopped,
    asked: () => asked,
    source: async function* ({ signal }) {
      asked += 1;
      signal.addEventListener('abort', () => resolve());
      yield { type: 'text', text: 'Well' };
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  };
}

async function all(run: Run, after: string | null = null): Promise<RunEvent[]> {
  return Array.fromAsync(run.events(after, never));
}
const textOf = (events: readonly RunEvent[]): string => events.map((event) => (event.type === 'text' ? event.text : '')).join('');

describe('a run', () => {
  it('a run begins with started, ends with finished, and counts its events from 1 without a gap', async () => {
    const events = await all(await runs().start(begin(says('Hello, ', 'world.'))));
    expect(events[0]?.type).toBe('started');
    expect(events.at(-1)).toMatchObject({ type: 'finished', state: { status: 'COMPLETED', completion: { text: 'Hello, world.' } } });
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  });

  it('a run ends with failed, and the code, when its source throws', async () => {
    const run = await runs().start(
      begin(async function* () {
        yield { type: 'text', text: 'Be' };
        throw new GatewayError('STREAM_STALLED', 'The model stopped speaking.');
      }),
    );
    const events = await all(run);
    expect(textOf(events)).toBe('Be');
    expect(events.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'STREAM_STALLED' }, state: { status: 'FAILED' } });
  });

  it('a run asks nothing of a model before somebody reads', async () => {
    const { source, asked } = hangs();
    const run = await runs().start(begin(source));
    await turn();
    expect(asked()).toBe(0);
    const events = run.events(null, never);
    await events.next();
    expect(asked()).toBe(1);
    await events.return?.();
  });

  it('a run resumes after every event with exactly the rest, whatever the pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ minLength: 1, maxLength: 5 }), { maxLength: 12 }), async (pieces) => {
        const run = await runs().start(begin(says(...pieces)));
        const events = await all(run);
        for (const [index, event] of events.entries()) {
          expect(await all(run, event.cursor)).toEqual(events.slice(index + 1));
        }
        expect(textOf(events)).toBe(pieces.join(''));
      }),
      { numRuns: 50 * rounds },
    );
  });

  it('a run gives a late and slow reader fewer, larger deltas, and every reader the same ones', async () => {
    const run = await runs().start(begin(says(...'abcdefghij'), { detached: true }));
    await run.ended(never);
    const late = await all(run);
    expect(late.map((event) => event.type)).toEqual(['started', 'text', 'finished']);
    expect(await all(run)).toEqual(late);
  });

  it('a run pauses upstream while every reader lags, and goes on when one has caught up', async () => {
    let produced = 0;
    const run = await runs({ lagBytes: 1_000 }).start(
      begin(async function* () {
        for (; produced < 100; produced += 1) yield { type: 'text', text: 'x'.repeat(100) };
        yield { type: 'finish', reason: 'stop' };
      }),
    );
    const events = run.events(null, never);
    await events.next();
    for (let index = 0; index < 50; index += 1) await turn();
    expect(produced).toBeLessThan(20);
    let text = '';
    for await (const event of events) if (event.type === 'text') text += event.text;
    expect(text).toHaveLength(10_000);
  });

  it('a run stops upstream when its last reader leaves, not before', async () => {
    const { source, stopped } = hangs();
    const run = await runs().start(begin(source));
    const one = run.events(null, never);
    const two = run.events(null, never);
    await one.next();
    await two.next();
    await one.return?.();
    await turn();
    expect(run.state().status).toBe('RUNNING');
    await two.return?.();
    await stopped;
    expect((await all(run)).at(-1)).toMatchObject({ type: 'failed', failure: { code: 'CANCELLED' }, state: { status: 'CANCELLED' } });
  });

  it('a run stops upstream when the signal of its only reader fires while it waits', async () => {
    const { source, stopped } = hangs();
    const run = await runs().start(begin(source));
    const client = new AbortController();
    const events = run.events(null, client.signal);
    await events.next();
    await events.next();
    const waiting = events.next();
    client.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await stopped;
  });

  it('a run lets a reader who waits go at once, by return and by its signal, and counts it out', async () => {
    const all = runs();
    const run = await all.start(begin(hangs().source, { detached: true }));
    const controller = new AbortController();
    const [returning, aborted] = [run.events(null, never), run.events(null, controller.signal)];
    for (const events of [returning, aborted])
      for (const type of ['started', 'text']) expect((await events.next()).value).toMatchObject({ type });
    expect(all.counts().readers).toBe(2);
    const [left, told] = [returning.next(), aborted.next()];
    expect(await returning.return?.()).toEqual({ done: true, value: undefined });
    expect([await left, await returning.next()]).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    controller.abort(new GatewayError('TIMEOUT', 'No more time.'));
    expect(all.counts().readers).toBe(0);
    await expect(told).rejects.toThrow('No more time.');
    expect(await aborted.next()).toEqual({ done: true, value: undefined });
    await run.cancel();
  });

  it('a run counts a reader in from the start, and out when it leaves before its first pull', async () => {
    const all = runs();
    const run = await all.start(begin(hangs().source, { detached: true }));
    const events = run.events(null, never);
    expect(all.counts().readers).toBe(1);
    await events.return?.();
    expect(all.counts().readers).toBe(0);
    await run.cancel();
  });

  it('a run goes on alone when detached, and stops when cancelled', async () => {
    const { source, stopped } = hangs();
    const run = await runs().start(begin(source, { detached: true }));
    const events = run.events(null, never);
    await events.next();
    await events.return?.();
    expect(run.state().status).toBe('RUNNING');
    const state = await run.cancel();
    await stopped;
    expect(state).toMatchObject({ status: 'CANCELLED', completion: { text: 'Well', finishReason: 'cancelled' } });
  });

  it('a run waits for a client that named an idempotency key to come back', async () => {
    const { promise: more, resolve: goOn } = Promise.withResolvers<void>();
    const source: RunSource = async function* () {
      yield { type: 'text', text: 'one ' };
      await more;
      yield { type: 'text', text: 'two' };
      yield { type: 'finish', reason: 'stop' };
    };
    const registry = runs();
    const first = (await registry.start(begin(source, { idempotencyKey: 'k' }))).events(null, never);
    await first.next();
    const cursor = (await first.next()).value?.cursor ?? null;
    await first.return?.();
    const again = await registry.start(begin(source, { idempotencyKey: 'k' }));
    const rest = again.events(cursor, never);
    goOn();
    expect(textOf(await Array.fromAsync(rest))).toBe('two');
  });
});

describe('an idempotency key', () => {
  it('an idempotency key attaches to the same completion, and refuses another input', async () => {
    const registry = runs();
    const first = await registry.start(begin(says('Hi.'), { idempotencyKey: 'k' }));
    const second = await registry.start(begin(says('Hi.'), { idempotencyKey: 'k' }));
    expect(second.id).toBe(first.id);
    const other = registry.start(begin(says('Hi.'), { idempotencyKey: 'k', input: { prompt: 'Bye.' } }));
    await expect(other).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await second.ended(never);
  });

  it('an idempotency key attaches those who ask in the same moment', async () => {
    const registry = runs();
    const asked = Array.from({ length: 3 }, () => registry.start(begin(says('Hi.'), { idempotencyKey: 'k' })));
    const ids = (await Promise.all(asked)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  it('an idempotency key is free again when nothing was sent to a model', async () => {
    const registry = runs();
    const refused = await registry.start(
      begin(
        // biome-ignore lint/correctness/useYield: it fails before the first chunk, as a refused call does
        async function* () {
          throw new GatewayError('BUDGET_EXCEEDED', 'The budget is spent.');
        },
        { idempotencyKey: 'k' },
      ),
    );
    await refused.ended(never);
    expect((await registry.start(begin(says('Hi.'), { idempotencyKey: 'k' }))).id).not.toBe(refused.id);
  });

  it('an idempotency key finds the whole log again after a restart, under the same cursors', async () => {
    const completions = memoryCompletions();
    const source: RunSource = async function* ({ report }) {
      yield { type: 'text', text: 'Hi, ' };
      yield { type: 'text', text: 'Ann.' };
      yield { type: 'finish', reason: 'stop' };
      report({
        type: 'settled',
        callId: 'c',
        settlement: {
          usage: { freshInputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 },
          estimated: false,
          cost: 3,
          savedCost: 0,
          cache: 'BYPASS',
          attempts: [],
          deployment: 'd',
          provider: 'p',
          model: 'm',
          outcome: 'OK',
          latencyMs: 1,
          timeToFirstTokenMs: 1,
        },
      });
    };
    const before = await (await openRuns({ completions }).start(begin(source, { idempotencyKey: 'k' }))).events(null, never);
    const events = await Array.fromAsync(before);
    const after = openRuns({ completions });
    const run = await after.start(begin(source, { idempotencyKey: 'k' }));
    for (const [index, event] of events.entries()) {
      expect((await all(run, event.cursor)).map(({ seq, type }) => [seq, type])).toEqual(
        events.slice(index + 1).map(({ seq, type }) => [seq, type]),
      );
    }
    expect(textOf(await all(run))).toBe('Hi, Ann.');
    expect(await after.find(run.id, bob)).toBeNull();
  });
});

describe('a drain', () => {
  it('a drain waits for runs to finish, then ends what is left as failed, with a reason that says to ask again, and starts none', async () => {
    const registry = runs();
    const { source } = hangs();
    const quick = await registry.start(begin(says('Hi.'), { detached: true }));
    await registry.idle(600_000);
    expect(quick.state().status).toBe('COMPLETED');

    const detached = await registry.start(begin(source, { detached: true }));
    const read = await registry.start(begin(source));
    const events = all(read);
    await registry.idle(0);
    expect(detached.state().status).toBe('RUNNING');
    const stopped = registry.stop();
    await expect(registry.start(begin(says('Hi.')))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    await stopped;
    const failure = { code: 'MODEL_UNAVAILABLE', retryable: true, message: expect.stringMatching(/gateway was stopped/) };
    expect(detached.state()).toMatchObject({ status: 'FAILED', failure, completion: { text: 'Well' } });
    expect((await events).at(-1)).toMatchObject({ type: 'failed', failure, state: { status: 'FAILED' } });
  });

  it('a drain gives the idempotency keys back of what it has ended', async () => {
    const completions = memoryCompletions();
    const before = openRuns({ completions });
    const cut = await before.start(begin(hangs().source, { idempotencyKey: 'k', detached: true }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const stopped = before.stop();
    // Its source does not end when it is told to.
    await vi.advanceTimersByTimeAsync(2_000);
    await stopped;
    vi.useRealTimers();
    const after = openRuns({ completions });
    const again = await after.start(begin(says('Hi.'), { idempotencyKey: 'k' }));
    expect(again.id).not.toBe(cut.id);
    expect(textOf(await all(again))).toBe('Hi.');
    expect((await after.find(cut.id, ann))?.state()).toMatchObject({ status: 'FAILED', failure: { code: 'MODEL_UNAVAILABLE' } });
  });
});

describe('a cursor', () => {
  it('a cursor is refused with a sentence when it is not ours, or of another completion', async () => {
    const registry = runs();
    const run = await registry.start(begin(says('Hi.')));
    const other = await all(await registry.start(begin(says('Ho.'))));
    expect(() => run.events('nonsense', never)).toThrow(/not one of ours/);
    expect(() => run.events(other[0]?.cursor ?? '', never)).toThrow(/another completion/);
    await run.cancel();
  });
});

describe('runs that are stopped', () => {
  it.each(['idle', 'stop'] as const)(
    'runs that are stopped are stored first, also those that have ended a moment before: %s',
    async (way) => {
      const stored = Promise.withResolvers<void>();
      const saving = Promise.withResolvers<void>();
      const completions = {
        ...memoryCompletions(),
        async save() {
          saving.resolve();
          await stored.promise;
        },
      };
      const all = runs({ completions });
      await all.start(begin(says('Hi.'), { detached: true }));
      await saving.promise;
      let over = false;
      const ending = (way === 'idle' ? all.idle(60_000) : all.stop()).then(() => {
        over = true;
      });
      for (let turns = 0; turns < 10; turns += 1) await turn();
      expect(over).toBe(false);
      stored.resolve();
      await ending;
    },
  );
});
