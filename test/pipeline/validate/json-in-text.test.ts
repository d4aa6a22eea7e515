import { expect, it } from 'vitest';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { jsonIn, type ReadJson } from '../../../src/pipeline/validate/json-in-text.ts';

async function readIn(text: string): Promise<ReadJson[]> {
  const found: ReadJson[] = [];
  for await (const one of jsonIn(text, { maxDepth: 64, turns: turnsOf({ unitsPerTurn: 8_192 }) })) found.push(one);
  return found;
}

it('finds the value in a later code fence', async () => {
  expect(await readIn('First:\n```sh\nnpm start\n```\nThen:\n```json\n{"a": 1}\n```')).toContainEqual({ value: { a: 1 } });
});

it.each([
  ['code fences', '```\n```\n'],
  ['brackets', '{ x '],
])('tries some of the %s of an answer that has no JSON, however many it has', async (_, piece) => {
  expect((await readIn(`Here: ${piece.repeat(20_000)}`)).length).toBeLessThan(100);
});
