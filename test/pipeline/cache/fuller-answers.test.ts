import { Keyv } from 'keyv';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../../src/core/call/call.ts';
import { type Chunk, collect } from '../../../src/core/chunk.ts';
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { validated } from '../../../src/pipeline/validate.ts';
import { account, call, type Double, double, gateway, type ObservedCall, route } from '../../doubles.ts';

const text = { type: ['string', 'null'] };
const objectOf = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const facts = { material: text, care: text, mood: { type: 'string', enum: ['GOOD', 'BAD'] }, grams: { type: 'integer' } };
type Name = keyof typeof facts;
const wanting = (...names: Name[]): JsonSchema => objectOf(Object.fromEntries(names.map((name) => [name, facts[name]])));
const values = { material: 'steel and a good deal of brass', care: 'Wipe it with a damp cloth.', mood: 'GOOD', grams: 900 };

/** Answers the schema it is asked for, in small pieces. */
const answers = (value: unknown = null): Double =>
  double('answers', async function* (asked, { report }) {
    const schema = asked.kind === 'completion' && asked.output.format === 'json' ? asked.output.schema : null;
    const names = Object.keys((schema?.['properties'] as object | undefined) ?? {}) as Name[];
    const said = JSON.stringify(value ?? Object.fromEntries(names.map((name) => [name, values[name]])));
    for (const piece of said.match(/.{1,9}/g) ?? []) yield { type: 'text', text: piece };
    report({ freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 5, reasoningTokens: 0 });
    yield { type: 'finish', reason: 'stop' };
  });

function asking(provider: Double, { now = Date.now }: { readonly now?: () => number } = {}) {
  const kept = new Map<string, unknown>();
  const cache = new Keyv({ store: kept, useKeyPrefix: false });
  const { handle, ledger } = gateway([route('default', [provider], { cacheSeconds: 60 })], { validate: validated(), now, cache });
  const chunks = async (schema: JsonSchema, by: Call, prompt = 'Facts?'): Promise<Chunk[]> =>
    Array.fromAsync(handle(completionRequest(prompt, { output: { format: 'json', schema } }), by));
  const ask = async (schema: JsonSchema, settings: Partial<Call> = {}, prompt?: string) => {
    const by: ObservedCall = call(settings);
    const all = await chunks(schema, by, prompt);
    async function* again(): AsyncGenerator<Chunk> {
      yield* all;
    }
    const { object, text: said } = await collect(again());
    return { object, said, chunks: all, settlement: by.settlement() };
  };
  const keysOf = (list: boolean): string[] => [...kept.keys()].filter((key) => key.startsWith('schemas:') === list);
  return { ask, ledger, cache, keysOf };
}

describe('a kept fuller object answers any part of its schema', () => {
  it('a kept fuller object answers any part of its schema without asking a model: a hit that costs nothing and says what it saved', async () => {
    const provider = answers();
    const { ask, ledger } = asking(provider);
    await ask(wanting('material', 'care', 'mood', 'grams'));
    const budget = account(1_000_000);
    const part = await ask(wanting('care', 'grams'), { hold: budget.hold });
    expect(part.object).toEqual({ care: values.care, grams: 900 });
    expect(JSON.parse(part.said)).toEqual(part.object);
    expect(part.settlement).toMatchObject({ cache: 'HIT', cost: 0, savedCost: 20_000, attempts: [], deployment: 'answers-1' });
    expect(provider.asked).toHaveLength(1);
    expect(budget.drawn()).toHaveLength(0);
    expect(ledger.rows.map(({ cache, cost, savedCost }) => [cache, cost, savedCost])).toEqual([
      ['MISS', 20_000, 0],
      ['HIT', 0, 20_000],
    ]);
  });

  it('whatever the order of its fields, and the newest of several first', async () => {
    const provider = answers();
    const { ask } = asking(provider);
    await ask(wanting('material', 'care'));
    await ask(wanting('grams', 'mood'));
    expect((await ask(wanting('mood', 'grams'))).object).toEqual({ mood: 'GOOD', grams: 900 });
    expect((await ask(wanting('care'))).object).toEqual({ care: values.care });
    expect(provider.asked).toHaveLength(2);
  });

  it('a kept fuller object answers any part of its schema never one that asks for more, says otherwise what is meant, or allows what the fuller one did not', async () => {
    const provider = answers();
    const { ask } = asking(provider);
    await ask(wanting('material', 'care'));
    await ask(wanting('material', 'grams'));
    await ask(objectOf({ material: { ...text, description: 'In one word.' } }));
    await ask({ ...wanting('material'), required: [] });
    await ask({ ...wanting('material'), additionalProperties: true });
    expect(provider.asked).toHaveLength(5);
  });

  it('a kept fuller object answers any part of its schema only to whom the fuller answer itself would be shown, and for the same prompt and settings', async () => {
    const provider = answers();
    const { ask } = asking(provider);
    const { principal } = call();
    await ask(wanting('material', 'care'));
    await ask(wanting('care'), { principal: { ...principal, team: 'other' } });
    await ask(wanting('care'), { principal: { ...principal, scopes: [] } });
    await ask(wanting('care'), {}, 'Other facts?');
    await ask(wanting('care'), { cache: { mode: 'bypass', maxAgeSeconds: null } });
    expect(provider.asked).toHaveLength(5);
    await ask(wanting('care'), { principal: { ...principal, id: 'key:colleague' } });
    expect(provider.asked).toHaveLength(5);
  });

  it('no longer than the fuller answer is kept, or may be old', async () => {
    let time = Date.now();
    const provider = answers();
    const { ask } = asking(provider, { now: () => time });
    const later = (maxAgeSeconds: number | null = null): Partial<Call> => ({
      deadlineMs: performance.now() + 60_000,
      cache: { mode: 'default', maxAgeSeconds },
    });
    await ask(wanting('material', 'care'), later());
    time += 30_000;
    await ask(wanting('material'), later());
    expect(provider.asked).toHaveLength(1);
    await ask(wanting('care'), later(10));
    expect(provider.asked).toHaveLength(2);
    time += 31_000;
    await ask(wanting('material'), later());
    expect(provider.asked).toHaveLength(3);
  });

  it('a kept fuller object answers any part of its schema as the stream it was: the object grows, and only by what was asked for', async () => {
    const provider = answers();
    const { ask } = asking(provider);
    const full = await ask(wanting('material', 'mood', 'care', 'grams'), { live: true });
    const part = await ask(wanting('mood', 'care'), { live: true });
    const objects = (chunks: readonly Chunk[]): unknown[] => chunks.flatMap((chunk) => (chunk.type === 'object' ? [chunk.value] : []));
    expect(provider.asked).toHaveLength(1);
    expect(objects(full.chunks).length).toBeGreaterThan(3);
    const grown = objects(part.chunks);
    expect(grown.length).toBeGreaterThan(2);
    expect(new Set(grown.map((value) => JSON.stringify(value))).size).toBeGreaterThanOrEqual(grown.length - 1);
    for (const value of grown) {
      expect(Object.keys(value as object).every((name) => ['mood', 'care'].includes(name))).toBe(true);
      expect(['GOOD', undefined]).toContain((value as { mood?: string }).mood);
    }
    expect(part.chunks.slice(-3)).toEqual([
      { type: 'object', value: { mood: 'GOOD', care: values.care }, final: true },
      { type: 'text', text: JSON.stringify({ mood: 'GOOD', care: values.care }) },
      { type: 'finish', reason: 'stop' },
    ]);
  });

  it('a kept fuller object answers any part of its schema never where the part would not be valid by itself', async () => {
    const provider = answers();
    const { ask, cache, keysOf } = asking(provider);
    await ask(wanting('material', 'mood'));
    // What somebody else has put into the store is judged like a model's answer.
    for (const key of keysOf(false)) {
      const kept = String(await cache.get(key));
      expect(kept).toContain('GOOD');
      await cache.set(key, kept.replaceAll('GOOD', 'SO SO'));
    }
    expect((await ask(wanting('mood'))).object).toEqual({ mood: 'GOOD' });
    expect(provider.asked).toHaveLength(2);
  });

  it('a kept fuller object answers any part of its schema, and remembers a bounded number of schemas of a prompt', async () => {
    const provider = answers();
    const { ask, cache, keysOf } = asking(provider);
    await ask(wanting('material', 'care'));
    const named = (index: number): JsonSchema => ({ ...wanting('material', 'care'), title: `${index}` });
    for (let index = 0; index < 12; index += 1) await ask(named(index));
    const lists = keysOf(true);
    expect(lists).toHaveLength(1);
    expect(JSON.parse(String(await cache.get(lists[0] ?? '')))).toHaveLength(8);
    await ask({ ...wanting('care'), title: '11' });
    expect(provider.asked).toHaveLength(13);
    await ask(wanting('care'));
    expect(provider.asked).toHaveLength(14);
  });
});
