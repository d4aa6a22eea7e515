/** Fallback while nothing has been shown: through every step that reads, holds back, keeps or shares an answer. */
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/core/call/call.ts';
import { type Chunk, collect } from '../../../src/core/chunk.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import type { Guardrail } from '../../../src/pipeline/guard/guardrail.ts';
import { guarded } from '../../../src/pipeline/guard.ts';
import { validated } from '../../../src/pipeline/validate.ts';
import { account, breaks, call, double, type GatewayOptions, gateway, hangs, memoryLedger, request, route, says } from '../../doubles.ts';
import type { ChunkHandler } from '../../faces.ts';

const allows: Guardrail = { name: 'words', on: ['output'], window: 'sentence', check: () => ({ action: 'allow' }) };
const guard = (mask = false) => guarded({ guardrails: () => [allows], mask: () => mask });

/** What the reader is given, chunk by chunk. */
const heard = (handle: ChunkHandler, asked: Call, what = request): Promise<readonly Chunk[]> => Array.fromAsync(handle(what, asked));
const textIn = (chunks: readonly Chunk[]): string => chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
const two = (first: ReturnType<typeof double>, options: GatewayOptions = {}, settings: Parameters<typeof route>[2] = {}) => {
  const second = says('From the second.');
  return { second, ...gateway([route('default', [first, second], settings)], options) };
};

describe('a call that shows nothing before its end', () => {
  it.each(['MODEL_UNAVAILABLE', 'STREAM_STALLED', 'TIMEOUT', 'CONTEXT_TOO_LONG'] as const)(
    'a call that shows nothing before its end is answered by the second deployment when the first ends with %s after some words',
    async (code) => {
      const ledger = memoryLedger();
      const { handle } = two(breaks('Half an answer', code), { ledger });
      const asked = call();
      const answer = await collect(handle(request, asked));
      expect(answer).toMatchObject({ text: 'From the second.', finishReason: 'stop' });
      expect(asked.attempts()).toMatchObject([
        { deployment: 'breaks-1', outcome: code, estimated: true, usage: { outputTokens: expect.any(Number) } },
        { deployment: 'says-2', outcome: 'OK' },
      ]);
      expect(ledger.rows).toMatchObject([{ deployment: 'says-2', outcome: 'OK', attempts: 2 }]);
    },
  );

  it('a call that shows nothing before its end pays for both attempts, the words that nobody was shown too, and holds nothing afterwards', async () => {
    const budget = account(1_000_000_000);
    const { handle } = two(breaks('Half an answer'));
    const asked = call({ hold: budget.hold });
    await collect(handle(request, asked));
    const costs = asked.attempts().map(({ cost }) => cost ?? 0);
    expect(costs.every((cost) => cost > 0)).toBe(true);
    expect(asked.settlement()).toMatchObject({ cost: (costs[0] ?? 0) + (costs[1] ?? 0), outcome: 'OK' });
    expect([budget.spent(), budget.held()]).toEqual([(costs[0] ?? 0) + (costs[1] ?? 0), 0]);
  });

  it('a call that shows nothing before its end has no more attempts than its route gives it', async () => {
    const first = breaks('Half');
    const { handle, second } = two(first, {}, { attempts: 1 });
    await expect(collect(handle(request, call()))).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect([first.asked.length, second.asked.length]).toEqual([1, 0]);
  });

  it('a call that shows nothing before its end is not begun anew for what no other deployment could mend', async () => {
    const { handle, second } = two(breaks('Half', 'INVALID_OUTPUT'));
    await expect(collect(handle(request, call()))).rejects.toMatchObject({ code: 'INVALID_OUTPUT' });
    expect(second.asked).toHaveLength(0);
  });

  it('a call that shows nothing before its end ends when its reader leaves, instead of asking another', async () => {
    const first = hangs('Half');
    const { handle, second } = two(first);
    const asked = call();
    const answer = collect(handle(request, asked));
    while (first.running() === 0) await new Promise((resolve) => setImmediate(resolve));
    asked.leave();
    await expect(answer).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(second.asked).toHaveLength(0);
  });

  it('a call that shows nothing before its end blames the deployment that broke off', async () => {
    const { handle } = two(breaks('Half'));
    for (let time = 0; time < 5; time += 1) await collect(handle({ ...request, seed: time }, call()));
    const asked = call();
    await collect(handle({ ...request, seed: 9 }, asked));
    expect(asked.attempts()).toMatchObject([{ deployment: 'says-2' }]);
  });

  it('a call that shows nothing before its end is valid JSON of the second alone, where the first broke off in the middle of its own', async () => {
    const object = {
      output: { format: 'json', schema: { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] } },
    } as const;
    const { handle } = gateway([route('default', [breaks('{"age": 4'), says('{"age": 42}')])], { validate: validated() });
    const answer = await collect(handle(completionRequest('How old?', object), call()));
    expect(answer).toMatchObject({ text: '{"age":42}', object: { age: 42 } });
  });

  it('a call that shows nothing before its end has vectors of the deployment that gave them all', async () => {
    const half = double('half', async function* () {
      yield { type: 'embedding', index: 0, vector: new Float32Array([9, 9]) };
      throw new GatewayError('MODEL_UNAVAILABLE', 'It breaks.');
    });
    const { handle } = gateway([
      route('default', [
        { ...deploymentOf(half), id: 'a' },
        { ...deploymentOf(says('')), id: 'b' },
      ]),
    ]);
    const { vectors } = await collect(handle({ kind: 'embedding', texts: ['x', 'y'], dimensions: null }, call()));
    expect(vectors.map((vector) => [...vector])).toEqual([
      [0, 0.5],
      [1, 0.5],
    ]);
  });
});

describe('a stream whose first words are held back', () => {
  it.each([false, true])(
    'a stream whose first words are held back is the second’s alone when the first breaks off before one was let out (masked: %s)',
    async (mask) => {
      const { handle } = two(breaks('No sentence ends here <EMAIL_'), { guard: guard(mask) });
      const asked = call({ live: true });
      const what = completionRequest('Write to ada@example.org.');
      const chunks = await heard(handle, asked, what);
      expect(textIn(chunks)).toBe('From the second.');
      expect(asked.attempts()).toHaveLength(2);
    },
  );

  it('a stream whose first words are held back ends with the failure of the first when a sentence was let out before', async () => {
    const { handle, second } = two(breaks('One sentence. And half'), { guard: guard() });
    const chunks: Chunk[] = [];
    const reading = (async () => {
      for await (const chunk of handle(request, call({ live: true }))) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE', details: { phase: 'mid-stream' } });
    expect(textIn(chunks)).toMatch(/^One sentence\./);
    expect(second.asked).toHaveLength(0);
  });
});

describe('an answer that several share', () => {
  it('an answer that several share is begun anew for all of them, and kept without what was dropped', async () => {
    const { handle, second } = two(breaks('Half an'), {}, { cacheSeconds: 60 });
    const answers = await Promise.all([call(), call(), call()].map((asked) => collect(handle(request, asked))));
    expect(answers.map(({ text }) => text)).toEqual(['From the second.', 'From the second.', 'From the second.']);
    const kept = await heard(handle, call());
    expect(textIn(kept)).toBe('From the second.');
    expect(kept.some(({ type }) => type === 'restart')).toBe(false);
    expect(second.asked).toHaveLength(1);
  });

  it('an answer that several share is begun anew for those who were shown nothing, and fails for the one who was', async () => {
    const { handle } = two(breaks('Half an'));
    const watcher = call({ live: true });
    const [watched, collected] = await Promise.allSettled([collect(handle(request, watcher)), collect(handle(request, call()))]);
    expect(watched).toMatchObject({ status: 'rejected', reason: { code: 'MODEL_UNAVAILABLE' } });
    expect(collected).toMatchObject({ status: 'fulfilled', value: { text: 'From the second.' } });
  });
});

function deploymentOf(provider: ReturnType<typeof double>) {
  const [deployment] = route('default', [provider]).deployments;
  return { ...deployment, model: 'm' };
}
