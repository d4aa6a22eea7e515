import fc from 'fast-check';
import { Keyv } from 'keyv';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../src/core/call/call.ts';
import { type Chunk, collect } from '../../../src/core/chunk.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { cacheKey } from '../../../src/pipeline/cache/cache-key.ts';
import { patientStore } from '../../../src/pipeline/cache/cache-store.ts';
import type { KeptAnswer } from '../../../src/pipeline/cache/kept-answer.ts';
import { answerMemory } from '../../../src/pipeline/cache/kept-answers.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import {
  account,
  call,
  double,
  embeddingRequest,
  fails,
  type GatewayOptions,
  gateway,
  request,
  route,
  says,
  yields,
} from '../../doubles.ts';
import { rounds } from '../../rounds.ts';

const caching = { cacheSeconds: 60 };
const chunksOf = async (chunks: AsyncIterable<Chunk>): Promise<Chunk[]> => {
  const all: Chunk[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
};

describe('the cache', () => {
  it('the cache replays an answer as the stream it was, and books nothing', async () => {
    const provider = says('One two three.');
    const { handle, ledger } = gateway([route('default', [provider], caching)]);
    const first = await chunksOf(handle(request, call()));
    const budget = account(1_000_000);
    const again = call({ hold: budget.hold });
    expect(await chunksOf(handle(request, again))).toEqual(first);
    expect(first.length).toBeGreaterThan(3);
    expect(provider.asked).toHaveLength(1);
    expect(again.settlement()).toMatchObject({
      cache: 'HIT',
      cost: 0,
      savedCost: 16_000,
      deployment: 'says-1',
      attempts: [],
      outcome: 'OK',
    });
    expect(budget.drawn()).toHaveLength(0);
    expect(ledger.rows.map(({ cache, cost, savedCost }) => [cache, cost, savedCost])).toEqual([
      ['MISS', 16_000, 0],
      ['HIT', 0, 16_000],
    ]);
  });

  it('the cache keeps nothing on a route that does not cache', async () => {
    const provider = says('Hi.');
    const { handle, ledger } = gateway([route('default', [provider])]);
    await collect(handle(request, call({ cache: { mode: 'default', maxAgeSeconds: 3_600 } })));
    await collect(handle(request, call({ cache: { mode: 'default', maxAgeSeconds: 3_600 } })));
    expect(provider.asked).toHaveLength(2);
    expect(ledger.rows.map((row) => row.cache)).toEqual(['BYPASS', 'BYPASS']);
  });

  it('the cache asks again for bypass, and keeps the new answer for refresh', async () => {
    let said = 0;
    const provider = double('counts', async function* () {
      said += 1;
      yield { type: 'text', text: `${said}` };
      yield { type: 'finish', reason: 'stop' };
    });
    const { handle } = gateway([route('default', [provider], caching)]);
    const ask = async (mode: 'default' | 'bypass' | 'refresh') =>
      (await collect(handle(request, call({ cache: { mode, maxAgeSeconds: null } })))).text;
    expect([await ask('default'), await ask('bypass'), await ask('default'), await ask('refresh'), await ask('default')]).toEqual([
      '1',
      '2',
      '1',
      '3',
      '3',
    ]);
  });

  it('the cache serves no answer from before the system time was set back by hours, which would look new for as long', async () => {
    let time = Date.now();
    const provider = says('Hi.');
    const { handle } = gateway([route('default', [provider], caching)], { now: () => time });
    const ask = () => collect(handle(request, call({ deadlineMs: performance.now() + 60_000 })));
    await ask();
    time -= 6 * 3_600_000;
    await ask();
    expect(provider.asked).toHaveLength(2);
    await ask();
    expect(provider.asked).toHaveLength(2);
  });

  it('the cache forgets by the route’s seconds, and sooner if the call says so', async () => {
    let time = Date.now();
    const provider = says('Hi.');
    const { handle } = gateway([route('default', [provider], caching)], { now: () => time });
    const ask = (maxAgeSeconds: number | null) =>
      collect(handle(request, call({ deadlineMs: performance.now() + 60_000, cache: { mode: 'default', maxAgeSeconds } })));
    await ask(null);
    time += 20_000;
    await ask(30);
    expect(provider.asked).toHaveLength(1);
    await ask(10);
    expect(provider.asked).toHaveLength(2);
    time += 61_000;
    await ask(null);
    expect(provider.asked).toHaveLength(3);
  });

  it.each([
    [
      'was cut short',
      [
        { type: 'text', text: 'Half' },
        { type: 'finish', reason: 'length' },
      ],
    ],
    [
      'was filtered',
      [
        { type: 'text', text: 'Half' },
        { type: 'finish', reason: 'content-filter' },
      ],
    ],
    ['said nothing', [{ type: 'finish', reason: 'stop' }]],
  ] as const)('the cache does not keep an answer that %s', async (_, chunks) => {
    const provider = yields(...chunks);
    const { handle } = gateway([route('default', [provider], caching)]);
    await collect(handle(request, call()));
    await collect(handle(request, call()));
    expect(provider.asked).toHaveLength(2);
  });

  const stores: Readonly<Record<string, () => NonNullable<GatewayOptions['cache']>>> = {
    'in memory': () => answerMemory(),
    'in a store of the operator’s': () => new Keyv(),
  };

  it.each(Object.entries(stores))('the cache keeps tool calls, reasoning and their opaque parts %s', async (_, store) => {
    const chunks: Chunk[] = [
      { type: 'reasoning', text: 'Hm.', opaque: 'signature' },
      { type: 'tool-call', id: '1', name: 'weather', argumentsText: '{"city":"Paris"}', done: true, opaque: 'id' },
      { type: 'finish', reason: 'tool-calls' },
    ];
    const provider = yields(...chunks);
    const { handle } = gateway([route('default', [provider], caching)], { cache: store() });
    await collect(handle(request, call()));
    expect(await chunksOf(handle(request, call()))).toEqual(chunks);
    expect(provider.asked).toHaveLength(1);
  });

  it.each(Object.entries(stores))('the cache keeps vectors %s, bit for bit', async (_, store) => {
    const vectors = [new Float32Array([0.1, -2.5, 3e-20]), new Float32Array([7, 8, 9])];
    const whole = yields(...vectors.map((vector, index) => ({ type: 'embedding', index, vector }) as const), {
      type: 'finish',
      reason: 'stop',
    });
    const { handle } = gateway([route('default', [whole], caching)], { cache: store() });
    await collect(handle(embeddingRequest('a', 'b'), call()));
    expect((await collect(handle(embeddingRequest('a', 'b'), call()))).vectors).toEqual(vectors);
    expect(whole.asked).toHaveLength(1);
    await collect(handle(embeddingRequest('a', 'b', 'c'), call()));
    await collect(handle(embeddingRequest('a', 'b', 'c'), call()));
    expect(whole.asked).toHaveLength(3);
  });

  it('the cache replays the same text however the stream was cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 20 }), async (pieces) => {
        const provider = yields(...pieces.map((text) => ({ type: 'text', text }) as const), { type: 'finish', reason: 'stop' });
        const { handle } = gateway([route('default', [provider], caching)]);
        const [first, second] = [await collect(handle(request, call())), await collect(handle(request, call()))];
        expect(first.text).toBe(pieces.join(''));
        expect(second).toEqual(first);
        expect(provider.asked).toHaveLength(1);
      }),
      { numRuns: 50 * rounds },
    );
  });

  it('the cache is a miss when the store is slow, broken, or holds something else', async () => {
    const provider = says('Hi.');
    const stores = {
      slow: { get: () => new Promise(() => {}), set: () => new Promise(() => {}), delete: async () => true, clear: async () => {} },
      broken: {
        get: () => Promise.reject(new Error('down')),
        set: () => Promise.reject(new Error('down')),
        delete: async () => true,
        clear: async () => {},
      },
      foreign: { get: async () => '{"value":"not an answer"}', set: async () => true, delete: async () => true, clear: async () => {} },
    };
    for (const store of Object.values(stores)) {
      const { handle } = gateway([route('default', [provider], caching)], { cache: new Keyv({ store }) });
      await expect(collect(handle(request, call()))).resolves.toMatchObject({ text: 'Hi.' });
    }
    expect(provider.asked).toHaveLength(3);
  });

  it('the cache leaves a store alone that has not answered three times', async () => {
    let time = 0;
    let asked = 0;
    const hanging = {
      get: () => {
        asked += 1;
        return new Promise(() => {});
      },
      set: async () => true,
      delete: async () => true,
      clear: async () => {},
    };
    const store = patientStore(new Keyv({ store: hanging }), silentLog, () => time);
    for (let times = 0; times < 6; times += 1) await store.get('key');
    expect(asked).toBe(3);
    time += 5_001;
    await store.get('key');
    expect(asked).toBe(4);
  });

  it('the cache asks a store again after its rest, also when the clock of the machine was set back meanwhile', async () => {
    let setBackMs = 0;
    let wentByMs = 0;
    let asked = 0;
    const hanging = {
      get: () => {
        asked += 1;
        return new Promise(() => {});
      },
      set: () => new Promise(() => {}),
      delete: async () => true,
      clear: async () => {},
    };
    const { handle } = gateway([route('default', [says('Hi.')], caching)], {
      cache: new Keyv({ store: hanging }),
      now: () => Date.now() - setBackMs,
      monotonicMs: () => performance.now() + wentByMs,
    });
    const ask = (maxOutputTokens: number) => collect(handle({ ...request, maxOutputTokens }, call()));
    for (let times = 1; times < 5; times += 1) await ask(times);
    const before = asked;
    expect(before).toBeLessThan(4);
    setBackMs = 3_600_000;
    wentByMs = 6_000;
    await ask(5);
    expect(asked).toBe(before + 1);
  });

  it('the cache holds bounded bytes, and forgets the longest unused first', () => {
    const { answers } = answerMemory({ maxBytes: 12_000 });
    answers.set('a', keptText(1_500));
    answers.set('b', keptText(1_500));
    answers.get('a');
    answers.set('c', keptText(1_500));
    expect([answers.has('a'), answers.has('b'), answers.has('c')]).toEqual([true, false, true]);
  });

  it('the cache counts what an object takes in memory, which is more than its text', () => {
    const { answers } = answerMemory({ maxBytes: 12_000 });
    answers.set('a', keptText(1_500));
    answers.set('b', kept([{ type: 'object', value: { words: 'x'.repeat(900) }, final: true }]));
    expect([answers.has('a'), answers.has('b')]).toEqual([false, true]);
  });

  it('the cache forgets nothing for an answer that is larger than the whole store', () => {
    const { answers } = answerMemory({ maxBytes: 12_000 });
    answers.set('a', keptText(1_500));
    answers.set('huge', keptText(20_000));
    expect([answers.has('huge'), answers.has('a')]).toEqual([false, true]);
  });
});

const kept = (chunks: readonly Chunk[]): KeptAnswer => ({ chunks, answeredBy: null, storedAt: 0 });
const keptText = (length: number): KeptAnswer => kept([{ type: 'text', text: 'x'.repeat(length) }]);

describe('the cache key', () => {
  const principal = call().principal;
  const here = route('default', [says('Hi.')]);
  const keyOf = (by: Partial<Principal>, asked = request, at = here) =>
    cacheKey(asked, { principal: { ...principal, ...by }, route: at.name }, at);

  it('the cache key is one for a team, but not for other permissions in it', () => {
    const own = keyOf({});
    expect(keyOf({ id: 'key:b' })).toBe(own);
    expect(keyOf({ scopes: ['ai:use', 'ai:use'] })).toBe(own);
    expect(keyOf({ scopes: ['ai:use', 'ai:admin'] })).not.toBe(own);
    expect(keyOf({ routes: ['default'] })).not.toBe(own);
    expect(keyOf({ team: 'other' })).not.toBe(own);
    expect(keyOf({ team: null, id: 'search' })).not.toBe(own);
  });

  it('the cache key is another one where a rule bounds the input: what it refuses is answered by no kept answer of others', () => {
    const bounded = { ...here, inputBound: { rule: 'short', tokens: 60 } };
    expect(keyOf({}, request, bounded)).not.toBe(keyOf({}));
    expect(keyOf({}, request, { ...bounded, inputBound: { rule: 'renamed', tokens: 60 } })).toBe(keyOf({}, request, bounded));
  });

  it('the cache key is one for an organisation where its policy says so, and of each principal where a policy says that', () => {
    const acme = { organisation: 'acme', cacheSharing: 'organisation' } as const;
    const own = keyOf(acme);
    expect(keyOf({ ...acme, team: 'other', id: 'key:b' })).toBe(own);
    expect(keyOf({ ...acme, scopes: ['ai:use', 'ai:admin'] })).not.toBe(own);
    expect(keyOf({ ...acme, organisation: 'globex' })).not.toBe(own);
    expect(keyOf({ ...acme, organisation: null })).toBe(keyOf({}));
    expect(keyOf({ organisation: 'acme' })).toBe(keyOf({}));
    const alone = keyOf({ ...acme, cacheSharing: 'principal' });
    expect(keyOf({ ...acme, cacheSharing: 'principal', id: 'key:b' })).not.toBe(alone);
    expect(alone).not.toBe(keyOf({}));
  });

  it('the cache key does not depend on the order of keys, but on everything asked', () => {
    const asked = completionRequest('Hi', { providerOptions: { a: 1, b: 2 } });
    expect(keyOf({}, { ...asked, providerOptions: { b: 2, a: 1 } })).toBe(keyOf({}, asked));
    expect(keyOf({}, { ...asked, temperature: 0.1 })).not.toBe(keyOf({}, asked));
    expect(keyOf({}, completionRequest([{ role: 'system', content: [{ type: 'text', text: 'Hi' }] }]))).not.toBe(
      keyOf({}, completionRequest('Hi')),
    );
  });

  it('the cache key does not depend on the order in which arguments of a tool call are written', () => {
    const called = (args: object) =>
      completionRequest([{ role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 't', arguments: args }] }]);
    expect(keyOf({}, called({ b: 1, a: 2 }))).toBe(keyOf({}, called({ a: 2, b: 1 })));
    expect(keyOf({}, called({ b: 1, a: 3 }))).not.toBe(keyOf({}, called({ a: 2, b: 1 })));
  });

  it.each(Object.keys(request) as (keyof typeof request)[])('the cache key depends on %s', (name) => {
    const { messages } = completionRequest('Something else.');
    const other = name === 'messages' ? messages : typeof request[name] === 'string' ? 'another' : ['another'];
    expect(keyOf({}, { ...request, [name]: other } as typeof request)).not.toBe(keyOf({}, request));
  });

  it('the cache key changes when the route goes elsewhere', () => {
    expect(keyOf({}, request, route('default', [fails('INTERNAL')]))).not.toBe(keyOf({}));
  });
});
