import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { metered } from '../../src/pipeline/meter.ts';
import { openLog, silentLog } from '../../src/telemetry/log.ts';
import { account, breaks, call, double, fails, gateway, hangs, ignoresEverything, memoryLedger, request, route, says } from '../doubles.ts';
import { type ChunkHandler, over } from '../faces.ts';

const meteredOver = (handler: ChunkHandler) => {
  const ledger = memoryLedger();
  return { ledger, handle: over(metered({ ledger, log: silentLog }))(handler) };
};

describe('the meter', () => {
  it('the meter writes a row and reports the settlement once the answer has been read', async () => {
    const { handle, ledger } = gateway([route('default', [says('Hi there.')])]);
    const asked = call({ tags: { feature: 'chat' }, operation: { name: 'Ask', client: 'web', documentId: null } });
    await collect(handle(request, asked));
    expect(ledger.rows).toMatchObject([
      {
        callId: asked.id,
        coordinate: 'Query.completion',
        operation: 'Ask',
        client: 'web',
        principal: 'key:a',
        team: 'search',
        route: 'default',
        deployment: 'says-1',
        model: 'says-model',
        usage: { freshInputTokens: 10, outputTokens: 2 },
        cost: 14_000,
        estimated: false,
        outcome: 'OK',
        tags: { feature: 'chat' },
      },
    ]);
    expect(asked.settlement()).toMatchObject({ cost: 14_000, outcome: 'OK', attempts: [{ deployment: 'says-1', outcome: 'OK' }] });
    expect(asked.facts.at(-1)?.type).toBe('settled');
  });

  it('the meter shares one call exactly over the fields that asked', async () => {
    const { handle, ledger } = gateway([route('default', [says('Hi there you.')])]);
    const uses = [1, 1, 1].map((weight, use) => ({ coordinate: `Product.f${use}`, weight }));
    await collect(handle(request, call({ uses })));
    expect(ledger.rows.map((row) => [row.use, row.coordinate])).toEqual([
      [0, 'Product.f0'],
      [1, 'Product.f1'],
      [2, 'Product.f2'],
    ]);
    expect(ledger.rows.reduce((sum, row) => sum + (row.cost ?? 0), 0)).toBe(16_000);
    expect(ledger.rows.reduce((sum, row) => sum + row.usage.freshInputTokens, 0)).toBe(10);
  });

  it('the meter writes the row of a call that fails mid-stream, with what it used', async () => {
    const { handle, ledger } = gateway([route('default', [breaks('one two')])]);
    await expect(collect(handle(request, call()))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(ledger.rows).toMatchObject([{ outcome: 'MODEL_UNAVAILABLE', estimated: true, deployment: 'breaks-1' }]);
    expect(ledger.rows[0]?.cost).toBeGreaterThan(0);
  });

  it('the meter writes the row of a call that is refused', async () => {
    const { handle, ledger } = gateway([route('default', [says('Hi.')])]);
    await expect(collect(handle(request, call({ route: 'none' })))).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(ledger.rows).toMatchObject([{ outcome: 'BAD_REQUEST', cost: 0, attempts: 0, deployment: null }]);
  });

  it('the meter masks what is no error of ours', async () => {
    const { handle, ledger } = meteredOver(async function* () {
      yield* [];
      throw new TypeError('secret inner workings');
    });
    await expect(collect(handle(request, call()))).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.not.stringContaining('inner'),
    });
    expect(ledger.rows).toMatchObject([{ outcome: 'INTERNAL' }]);
  });

  it('the meter writes the row of a call whose steps throw before there is a stream', async () => {
    const { handle, ledger } = meteredOver(() => {
      throw new TypeError('no stream');
    });
    await expect(collect(handle(request, call()))).rejects.toMatchObject({ code: 'INTERNAL' });
    expect(ledger.rows).toMatchObject([{ outcome: 'INTERNAL' }]);
  });

  it('the meter aborts upstream and settles when the reader returns, though the provider is silent', async () => {
    const provider = hangs('Hello');
    const { handle, ledger } = gateway([route('default', [provider])]);
    const budget = account(1_000_000_000);
    const iterator = handle(request, call({ hold: budget.hold }))[Symbol.asyncIterator]();
    await iterator.next();
    const blocked = iterator.next().catch((error: unknown) => error);
    await iterator.return?.();
    expect(provider.aborted()).toBe(1);
    expect(provider.running()).toBe(0);
    expect(ledger.rows).toMatchObject([{ outcome: 'CANCELLED', estimated: true }]);
    expect(budget.held()).toBe(0);
    expect(budget.spent()).toBe(ledger.rows[0]?.cost);
    await blocked;
  });

  it('the meter aborts upstream and settles when the client leaves and nobody pulls', async () => {
    const provider = hangs('Hello');
    const { handle, ledger } = gateway([route('default', [provider])]);
    const settled = Promise.withResolvers<void>();
    const asked = call();
    const watched = { ...asked, report: (fact: { type: string }) => (fact.type === 'settled' ? settled.resolve() : undefined) };
    const iterator = handle(request, watched)[Symbol.asyncIterator]();
    await iterator.next();
    asked.leave();
    await settled.promise;
    expect(provider.aborted()).toBe(1);
    expect(ledger.rows).toMatchObject([{ outcome: 'CANCELLED' }]);
    await expect(iterator.next()).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(iterator.next()).resolves.toMatchObject({ done: true });
  });

  it('the meter does not wait for a provider that ignores the abort', async () => {
    const { handle, ledger } = gateway([route('default', [ignoresEverything()])]);
    const asked = call();
    const answer = collect(handle(request, asked));
    await new Promise((resolve) => setImmediate(resolve));
    asked.leave();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(ledger.rows).toMatchObject([{ outcome: 'CANCELLED', estimated: true }]);
  });

  it('the meter ends a call at its deadline', async () => {
    const provider = hangs();
    const { handle, ledger } = gateway([route('default', [provider])]);
    await expect(collect(handle(request, call({ deadlineMs: performance.now() + 20 })))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(provider.aborted()).toBe(1);
    expect(ledger.rows).toMatchObject([{ outcome: 'TIMEOUT', attempts: 1 }]);
  });

  it('the meter asks nothing of a model when the client has left before', async () => {
    const provider = says('Hi.');
    const { handle, ledger } = gateway([route('default', [provider])]);
    const asked = call();
    asked.leave();
    await expect(collect(handle(request, asked))).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(provider.asked).toHaveLength(0);
    expect(ledger.rows).toMatchObject([{ outcome: 'CANCELLED', cost: 0 }]);
  });

  it('the meter has nothing to settle for a call that nobody pulled', async () => {
    const provider = says('Hi.');
    const { handle, ledger } = gateway([route('default', [provider])]);
    const iterator = handle(request, call())[Symbol.asyncIterator]();
    await iterator.return?.();
    await expect(iterator.next()).resolves.toMatchObject({ done: true });
    expect(provider.asked).toHaveLength(0);
    expect(ledger.rows).toHaveLength(0);
  });

  it('the meter counts an answer as whole whose reader leaves after the last chunk', async () => {
    const { handle, ledger } = gateway([route('default', [says('Hi.')])]);
    for await (const chunk of handle(request, call())) if (chunk.type === 'finish') break;
    expect(ledger.rows).toMatchObject([{ outcome: 'OK', cost: 12_000 }]);
  });

  it('the meter refuses new calls while usage cannot be recorded', async () => {
    const ledger = memoryLedger();
    ledger.refuse();
    const provider = says('Hi.');
    const { handle } = gateway([route('default', [provider])], { ledger });
    const asked = call();
    await expect(collect(handle(request, asked))).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('cannot be recorded'),
    });
    expect(provider.asked).toHaveLength(0);
    expect(asked.settlement()).toMatchObject({ outcome: 'MODEL_UNAVAILABLE', cost: 0 });
  });

  it('the meter knows when the first content came', async () => {
    let elapsedMs = 0;
    const ledger = memoryLedger();
    const handle = over(metered({ ledger, log: silentLog, now: () => 1_000, monotonicMs: () => elapsedMs }))(async function* () {
      yield { type: 'warning', message: 'slow' };
      elapsedMs += 70.4;
      yield { type: 'text', text: 'Hi.' };
      elapsedMs += 30;
    });
    await collect(handle(request, call({ deadlineMs: 100_000 })));
    expect(ledger.rows).toMatchObject([{ time: 1_000, timeToFirstTokenMs: 70, latencyMs: 100 }]);
  });

  it.each([-3_600_000, 3_600_000])('the meter takes no durations from a clock that somebody sets by %i ms', async (stepMs) => {
    let time = Date.now();
    const provider = double('steps', async function* () {
      yield { type: 'text', text: 'Hi ' };
      time += stepMs;
      yield { type: 'text', text: 'there.' };
      yield { type: 'finish', reason: 'stop' };
    });
    const { handle, ledger } = gateway([route('default', [provider])], { now: () => time });
    const asked = call({ deadlineMs: Number.POSITIVE_INFINITY });
    await collect(handle(request, asked));
    for (const latencyMs of [ledger.rows[0]?.latencyMs, asked.attempts()[0]?.latencyMs]) {
      expect(latencyMs).toBeGreaterThanOrEqual(0);
      expect(latencyMs).toBeLessThan(600_000);
    }
  });

  it('the meter names in the row of a call that failed the deployment that was asked last', async () => {
    const { handle, ledger } = gateway([
      route('default', [fails('RATE_LIMITED'), fails('MODEL_UNAVAILABLE', { retryable: false })], { attempts: 2 }),
    ]);
    await expect(collect(handle(request, call()))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(ledger.rows).toMatchObject([{ outcome: 'MODEL_UNAVAILABLE', attempts: 2, cost: 0, deployment: 'fails-2' }]);
  });

  it('the meter asks nothing of a model after the deadline', async () => {
    const provider = says('Hi.');
    const { handle } = gateway([route('default', [provider])]);
    await expect(collect(handle(request, call({ deadlineMs: performance.now() - 1 })))).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(provider.asked).toHaveLength(0);
  });

  it('the meter leaves nothing hanging on the signal of an operation', async () => {
    const operation = new AbortController();
    const { handle } = gateway([
      route('default', [says('Hi.')]),
      route('broken', [breaks('one two')]),
      route('refused', [fails('BAD_REQUEST')]),
      route('slow', [hangs('Hello')]),
    ]);
    for (const name of ['default', 'default', 'broken', 'refused', 'unknown', 'slow']) {
      const iterator = handle(request, call({ route: name, signal: operation.signal }))[Symbol.asyncIterator]();
      await iterator.next().catch(() => {});
      if (name === 'slow') await iterator.return?.();
      else while ((await iterator.next().catch(() => ({ done: true }))).done !== true);
    }
    expect(getEventListeners(operation.signal, 'abort')).toHaveLength(0);
  });

  it('the meter goes on when whoever made the call cannot take its facts', async () => {
    const { handle, ledger } = gateway([route('default', [says('Hi.')])]);
    const report = (): void => {
      throw new Error('no ears');
    };
    await expect(collect(handle(request, call({ report })))).resolves.toMatchObject({ text: 'Hi.' });
    expect(ledger.rows).toMatchObject([{ outcome: 'OK' }]);
  });

  it('the meter logs a failure with its cause and the id that the caller sees', async () => {
    const lines: string[] = [];
    const log = openLog({ destination: { write: (line) => void lines.push(line) } });
    const handle = over(metered({ ledger: memoryLedger(), log }))(async function* () {
      yield* [];
      throw new GatewayError('MODEL_UNAVAILABLE', 'It did not answer.', {}, { cause: new Error('503 from the vendor') });
    });
    const failure = await collect(handle(request, call())).catch((error: GatewayError) => error);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      code: 'MODEL_UNAVAILABLE',
      errorId: (failure as GatewayError).errorId,
      cause: { message: '503 from the vendor' },
    });
    expect(lines.join()).not.toContain('Say hi.');
  });

  it.each([
    ['whole, well', says('Hi.'), 'whole'],
    ['streamed, well', says('Hi.'), 'stream'],
    ['whole, and fails', fails('TIMEOUT'), 'whole'],
    ['streamed, and fails', breaks('one two'), 'stream'],
  ] as const)('the meter ends an answer (%s) no sooner than its rows are kept', async (_, provider, face) => {
    const kept = Promise.withResolvers<void>();
    const { handle } = gateway([route('default', [provider])], { ledger: { ...memoryLedger(), append: () => kept.promise } });
    let isOver = false;
    const answer = face === 'whole' ? handle.whole(request, call()) : collect(handle(request, call()));
    const over = answer.then(
      () => {},
      () => {},
    );
    void over.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isOver).toBe(false);
    kept.resolve();
    await over;
  });
});
