/** The native planner ends the process on what is not valid: nothing of that kind reaches it. */
import fc from 'fast-check';
import { type DocumentNode, parse } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { composition } from '../../../src/federation/compose/composition.ts';
import type { Planner } from '../../../src/federation/engine/plan/planner.ts';
import { planner } from '../run-operation.ts';
import { federation2 } from '../subgraph-server.ts';

describe('the planner', () => {
  let made: Planner;
  beforeAll(async () => {
    const composed = composition([
      {
        name: 'a',
        url: 'http://a.test',
        sdl: `${federation2} type Query { node(id: ID! = 1): Node list: [Node!] } type Node @key(fields: "id") { id: ID! next: Node }`,
      },
      { name: 'b', url: 'http://b.test', sdl: `${federation2} type Node @key(fields: "id") { id: ID! size(in: Int): Int }` },
    ]);
    if (!composed.ok) throw new Error(JSON.stringify(composed));
    made = (await planner())(composed.supergraphSdl);
  });
  const plan = (document: DocumentNode) => made.plan(document, { labels: new Set(), percentage: 0 });

  it('plans what is valid, and refuses all else with an error, whatever stands in it', async () => {
    const words = [
      'query',
      '{',
      '}',
      '(',
      ')',
      'node',
      'list',
      'id',
      'size',
      'next',
      'x',
      '...F',
      '... on Node',
      '@skip(if: true)',
      '@no',
      '$v',
      ':',
      '1',
      '"s"',
    ];
    const whole = 'query($v: Int) { node(id: 2) { id size(in: $v) ...F } list { next { size } } } fragment F on Node { next { id } }';
    const tokens = whole.split(' ');
    let refused = 0;
    let planned = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(tokens.length - 1), fc.constantFrom('', ...words)), { maxLength: 3 }), async (changes) => {
        const changed = [...tokens];
        for (const [at, word] of changes) changed[at] = word;
        let document: DocumentNode;
        try {
          document = parse(changed.join(' '));
        } catch {
          return;
        }
        await plan(document).then(
          ({ kind }) => {
            expect(kind).toBe('QueryPlan');
            planned += 1;
          },
          (error: unknown) => {
            expect(error).toBeInstanceOf(Error);
            refused += 1;
          },
        );
      }),
      { numRuns: 1_000, seed: 7 },
    );
    expect(planned).toBeGreaterThan(10);
    expect(refused).toBeGreaterThan(10);
  });

  it('refuses fragments that double at each level before they cost time', async () => {
    const levels = Array.from(
      { length: 25 },
      (_, n) => `fragment F${n} on Node { a${n}: next { ...F${n + 1} } b${n}: next { ...F${n + 1} } }`,
    );
    await expect(plan(parse(`{ node { ...F0 } } ${levels.join(' ')} fragment F25 on Node { id }`))).rejects.toThrow(
      /fragments are unfolded/,
    );
  });

  it('says how deep an operation may nest that nests too deep', async () => {
    await expect(plan(parse(`{ node ${'{ next '.repeat(200)} { id } ${'}'.repeat(200)} }`))).rejects.toThrow(/nests too deeply/);
  });
});
