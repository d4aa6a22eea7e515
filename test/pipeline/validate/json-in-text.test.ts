import { describe, expect, it } from 'vitest';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { jsonIn, jsonStart, type ReadJson } from '../../../src/pipeline/validate/json-in-text.ts';

async function found(text: string, { maxDepth = 50, turns = turnsOf({ unitsPerTurn: 1e9 }) } = {}): Promise<readonly ReadJson[]> {
  const all: ReadJson[] = [];
  for await (const one of jsonIn(text, { maxDepth, turns })) all.push(one);
  return all;
}
const values = async (text: string): Promise<readonly unknown[]> =>
  (await found(text)).flatMap((one) => (typeof one === 'object' ? [one.value] : []));

describe('the JSON value in the answer of a model', () => {
  it.each<[string, string, unknown]>([
    ['alone', '{"a":1}', { a: 1 }],
    ['between spaces', ' \n[1, 2]\n', [1, 2]],
    ['as a bare text', '"yes"', 'yes'],
    ['in a code fence', '```json\n{"a":1}\n```', { a: 1 }],
    ['in a code fence behind prose', 'Here it is:\n```json\n{"a":1}\n```\nAnything else?', { a: 1 }],
    ['before prose', '{"a":1}\nI hope this helps {really}.', { a: 1 }],
    ['between prose', 'The answer is {"a":[1]} as you asked.', { a: [1] }],
    ['with brackets and quotes inside its texts', 'So: {"a":"}]\\"{"}', { a: '}]"{' }],
  ])('the JSON value in the answer of a model is found %s', async (_, text, value) => {
    expect((await values(text))[0]).toEqual(value);
  });

  it('the JSON value in the answer of a model is each of several, in their order, so that the first one that fits the schema is taken', async () => {
    expect(await values('Either {"a":1} or [2] or {"a":3}.')).toEqual([{ a: 1 }, [2], { a: 3 }]);
  });

  it('the JSON value in the answer of a model is not a part of an answer that was cut off', async () => {
    expect(await values('{"outer":{"inner":1},"rest":')).toEqual([]);
    expect(await values('The list: [{"a":1},{"a":2}')).toEqual([]);
  });

  it('the JSON value in the answer of a model is still found behind a bracket of the prose that never closes', async () => {
    expect(await values('I write { for fun. {"a":1}')).toEqual([{ a: 1 }]);
  });

  it('the JSON value in the answer of a model is too deep where it has more levels than are read', async () => {
    expect(await found('[[[[1]]]]', { maxDepth: 3 })).toEqual(['too-deep']);
    expect(await found('[[[1]]]', { maxDepth: 3 })).toEqual([{ value: [[[1]]] }]);
  });

  it('the JSON value in the answer of a model is too wide where an object has more members than are listed in one turn of the event loop', async () => {
    const object = (members: number): string => JSON.stringify({ ...Array.from({ length: members }, () => 1) });
    expect(await found(object(20_001))).toEqual(['too-wide']);
    expect(await found(`[${object(20_000)},${object(20_000)}]`)).toHaveLength(1);
    expect(await found(JSON.stringify(Array.from({ length: 50_000 }, () => 1)))).not.toContain('too-wide');
  });

  it('the JSON value in the answer of a model is looked for at a bounded number of brackets', async () => {
    expect((await found('{x} '.repeat(500))).length).toBeLessThan(40);
  });

  it('the JSON value in the answer of a model is read in turns: every character is counted, and others have theirs between', async () => {
    const turns = turnsOf({ unitsPerTurn: 10_000 });
    await found(JSON.stringify({ text: 'x'.repeat(100_000) }), { turns });
    expect(turns.taken()).toBeGreaterThanOrEqual(5);
  });
});

describe('where the JSON of an answer begins', () => {
  it.each([
    ['{"a":1}', 0],
    ['  [1]', 2],
    ['```json\n{"a":1}', 8],
    ['Sure! {"a":1}', null],
    ['42', null],
    ['', null],
  ])('where the JSON of an answer begins in %j it is %o', (text, start) => {
    expect(jsonStart(text)).toBe(start);
  });
});

it.each([
  ['code fences', '```\n```\n'],
  ['brackets', '{ x '],
])('the search for JSON tries some of the %s of an answer that has no JSON, however many it has', async (_, piece) => {
  expect((await found(`Here: ${piece.repeat(20_000)}`)).length).toBeLessThan(100);
});
