import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { JsonSchema } from '../../src/core/request/json-schema.ts';
import { type Double, double } from '../doubles.ts';
import { newGate } from '../raw-upstream.ts';
import { ledgerOf } from './asking.ts';
import { ask, eventsOver, overSse, saying, scripted } from './streams.ts';
import { teams } from './teams.ts';

const values = { material: 'steel', care: 'Wipe it.', mood: 'GOOD', parts: [{ name: 'lid', grams: 90, __typename: 'Part' }] };

/** Gives what the schema asks for of the values, and nothing else. */
const pickOf = (schema: JsonSchema, value: unknown): unknown => {
  const of = (schema['anyOf'] as JsonSchema[] | undefined)?.[0] ?? schema;
  if (Array.isArray(value)) return value.map((item) => pickOf(of['items'] as JsonSchema, item));
  const properties = of['properties'] as Record<string, JsonSchema> | undefined;
  if (properties === undefined) return value;
  return Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [name, pickOf(inner, (value as typeof values)[name as 'care'])]),
  );
};
const model = (): Double =>
  double('model', async function* (request, { report }) {
    const schema = request.kind === 'completion' && request.output.format === 'json' ? request.output.schema : null;
    yield { type: 'text', text: JSON.stringify(pickOf(schema ?? {}, values)) };
    report({ freshInputTokens: 100, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 10, reasoningTokens: 0 });
    yield { type: 'finish', reason: 'stop' };
  });

const shop = {
  sdl: 'type Query { products: [Product!]! } type Product @key(fields: "id") { id: ID! description: String! }',
  resolvers: { Query: { products: () => ['1', '2'].map((id) => ({ id, description: `about ${id}` })) } },
};
const fields = `enum Mood { GOOD BAD }
  type Part { name: String! grams: Int }
  type Facts { material: String care: String mood: Mood parts: [Part!] }
  extend type Product @key(fields: "id") { id: ID! description: String!
    facts: Facts @completion(prompt: "Facts of {description}", maxInputTokens: 500, maxOutputTokens: 50) @requiresScopes(scopes: [["ai:use"]]) }`;

describe('a cached fuller object answers any subset', () => {
  it('a cached fuller object answers any subset of an AI field of an entity: no model is asked, nothing is booked, and the saved cost is told', async () => {
    const provider = model();
    const { gateway } = await teams({ remote: { shop }, fields, provider, route: { cacheSeconds: 60 } });
    const full = await gateway.ask('query Full { products { facts { material care mood parts { name grams } } } }');
    expect(full.errors).toBeUndefined();
    expect(provider.asked).toHaveLength(2);
    const { data, errors, extensions } = await gateway.ask(
      'query Part { products { f: facts { ...M pieces: parts { __typename weight: grams } } } } fragment M on Facts { mood }',
    );
    expect(errors).toBeUndefined();
    expect(data.products.map(({ f }: { f: unknown }) => f)).toEqual(
      full.data.products.map(() => ({ mood: 'GOOD', pieces: [{ __typename: 'Part', weight: 90 }] })),
    );
    expect(provider.asked).toHaveLength(2);
    expect(extensions.usage.cost).toBe('0');
    expect(extensions.usage.calls).toMatchObject(
      [0, 1].map((index) => ({
        coordinate: 'Product.facts',
        paths: [['products', index, 'f']],
        cache: 'HIT',
        cost: '0',
        savedCost: full.extensions.usage.calls[index].cost,
      })),
    );
    const rows = await ledgerOf(gateway, undefined, ['OPERATION', 'CACHE']);
    const part = rows.find(({ key }) => JSON.stringify(key).includes('Part'));
    expect(part).toMatchObject({ calls: 2, usage: { totalTokens: 0, cost: { amount: '0' } } });
    expect(JSON.stringify(part.key)).toContain('HIT');
  });

  it('a cached fuller object answers any subset, but asks for a field that the fuller one had not', async () => {
    const provider = model();
    const { gateway } = await teams({ remote: { shop }, fields, provider, route: { cacheSeconds: 60 } });
    await gateway.ask('{ products { facts { material parts { name } } } }');
    const { data } = await gateway.ask('{ products { facts { parts { grams } } } }');
    expect(data.products[0].facts.parts).toEqual([{ grams: 90 }]);
    expect(provider.asked).toHaveLength(4);
  });

  it('a cached fuller object answers any subset of a stream: its events show the part alone', async () => {
    const { gateway, upstream } = await scripted({}, { route: { cacheSeconds: 60 } });
    const schemaOf = (...names: string[]) => ({
      type: 'object',
      properties: Object.fromEntries(
        names.map((name) => [name, { type: 'string', ...(name === 'mood' ? { enum: ['GOOD', 'BAD'] } : {}) }]),
      ),
      required: names,
      additionalProperties: false,
    });
    const whole = { secret: 'a text that is not asked for', mood: 'GOOD', care: 'a text that grows while it is written, and goes on' };
    const gates = [newGate(), newGate(), newGate()] as const;
    const [start, ...rest] = JSON.stringify(whole).split(/(?=that grows|is written|goes on)/);
    upstream.plays(saying(start ?? '', ...gates.flatMap((gate, at) => [gate, rest[at] ?? ''])));
    const follow = (...names: string[]) =>
      overSse(gateway, { variables: ask('Facts.', { output: { format: 'JSON', schema: schemaOf(...names) } }) });
    const written = eventsOver(follow('secret', 'mood', 'care'));
    for (const gate of gates) {
      await setTimeout(20);
      gate.open();
    }
    await written;
    const events = await eventsOver(follow('mood', 'care'));
    expect(upstream.requests).toHaveLength(1);
    const shown = events.filter(({ __typename }) => __typename === 'ObjectDelta').map(({ object }) => object);
    expect(shown.length).toBeGreaterThan(0);
    for (const object of shown) {
      expect(Object.keys(object).every((name) => ['mood', 'care'].includes(name))).toBe(true);
      if ('mood' in object) expect(object.mood).toBe('GOOD');
      expect(whole.care.startsWith(object.care ?? '')).toBe(true);
    }
    expect(events.at(-1)).toMatchObject({
      __typename: 'CompletionFinished',
      completion: { object: { mood: 'GOOD', care: whole.care }, provenance: { cache: 'HIT' } },
    });
  });
});
