/** What every store of passages keeps. The factory gives an empty store, and another view of the same one: a second process. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewPassage, Passages, SourcePage, StoredSource } from '../../src/storage/passages/passages.ts';
import { perRound, rounds } from '../rounds.ts';

export interface PassagesFixture {
  readonly passages: Passages;
  /** The same store as another process sees it. */
  readonly elsewhere: Passages;
}

export function passagesContract(open: () => Promise<PassagesFixture>): void {
  const opened = async () => (await open()).passages;

  describe('sources', () => {
    it('sources are listed with their collection, title and metadata', async () => {
      const passages = await opened();
      await passages.put(source('a', { title: 'A title', metadata: { tags: ['x'] } }), [passage('One.')]);
      expect(await passages.sources('docs')).toEqual([{ id: 'a', title: 'A title', collection: 'docs', metadata: { tags: ['x'] } }]);
      expect(await passages.collections()).toEqual([{ name: 'docs', sources: 1, passages: 1, embeddingModel: 'small-model' }]);
    });

    it('sources are read in pages by id, and one by its id', async () => {
      const passages = await opened();
      for (const id of ['c', 'a', 'B', 'é', '10']) await passages.put(source(id), []);
      await passages.put(source('b', { collection: 'other', metadata: { page: 1 } }), []);
      const ids = async (page?: SourcePage) => (await passages.sources('docs', page)).map(({ id }) => id);
      const all = ['10', 'B', 'a', 'c', 'é'];
      expect(await ids()).toEqual(all);
      expect(await ids({ first: 2 })).toEqual(['10', 'B']);
      expect(await ids({ first: 2, after: 'B' })).toEqual(['a', 'c']);
      expect(await ids({ after: 'b' })).toEqual(['c', 'é']);
      expect(await ids({ first: 2, after: 'é' })).toEqual([]);
      expect(await passages.source('other', 'b')).toEqual({ id: 'b', title: null, collection: 'other', metadata: { page: 1 } });
      expect(await passages.source('docs', 'b')).toBeNull();
      expect(await passages.source('nowhere', 'a')).toBeNull();
    });

    it('sources give their passages in the order of the text, in pieces, and say how long they are', async () => {
      const passages = await opened();
      const piece = (text: string, start: number): NewPassage => ({ ...passage(text), start, end: start + text.length });
      await passages.put(source('a', { mediaType: 'text/markdown' }), [piece('Second.', 10), piece('First.', 0), piece('Third.', 20)]);
      await passages.put(source('b'), []);
      expect(await passages.sourceSize('docs', 'a')).toEqual({ mediaType: 'text/markdown', passages: 3, length: 26 });
      expect(await passages.sourceSize('docs', 'b')).toEqual({ mediaType: 'text/plain', passages: 0, length: 0 });
      expect(await passages.sourceSize('docs', 'gone')).toBeNull();
      const read = async (start: number, end: number, first = 10) =>
        (await passages.passagesOf('docs', 'a', { start, end, first })).map(({ text }) => text);
      expect(await read(0, 100)).toEqual(['First.', 'Second.', 'Third.']);
      expect(await read(6, 20)).toEqual(['Second.']);
      expect(await read(5, 21)).toEqual(['First.', 'Second.', 'Third.']);
      expect(await read(0, 100, 2)).toEqual(['First.', 'Second.']);
      expect(await passages.passagesOf('other', 'a', { start: 0, end: 100, first: 10 })).toEqual([]);
      await passages.put(source('a'), [piece('New.', 0)]);
      expect(await read(0, 100)).toEqual(['New.']);
    });

    it('sources are replaced as a whole', async () => {
      const passages = await opened();
      await passages.put(source('a', { digest: 'old' }), [passage('Lanterns glow.', [1, 0]), passage('Lanterns dim.', [1, 0.1])]);
      await passages.put(source('a', { digest: 'new' }), [passage('Anchors sink.', [0, 1])]);
      expect(await passages.byWords('docs', 'lanterns', 5)).toEqual([]);
      expect(texts(await passages.byVector('docs', vector([1, 0]), 5))).toEqual(['Anchors sink.']);
      expect(await passages.digest('docs', 'a')).toBe('new');
    });

    it('sources are deleted with their passages, words and vectors, and only they', async () => {
      const passages = await opened();
      await passages.put(source('a'), [passage('Lanterns glow.', [1, 0])]);
      await passages.put(source('b'), [passage('Lanterns dim.', [1, 0])]);
      expect(await passages.deleteSource('docs', 'a')).toBe(true);
      expect(await passages.deleteSource('docs', 'a')).toBe(false);
      expect(await passages.deleteSource('nowhere', 'a')).toBe(false);
      expect(await passages.digest('docs', 'a')).toBeNull();
      expect(texts(await passages.byWords('docs', 'lanterns', 5))).toEqual(['Lanterns dim.']);
      expect(texts(await passages.byVector('docs', vector([1, 0]), 5))).toEqual(['Lanterns dim.']);
    });

    it('sources have passages whose ids are never used again', async () => {
      const passages = await opened();
      const idOf = async () => (await passages.byWords('docs', 'lantern', 1))[0]?.passage.id;
      await passages.put(source('a'), [passage('Lantern.')]);
      const first = await idOf();
      await passages.deleteSource('docs', 'a');
      await passages.put(source('a'), [passage('Lantern.')]);
      expect(first).toBeDefined();
      expect(await idOf()).not.toBe(first);
    });

    it('sources of one collection are unknown in another', async () => {
      const passages = await opened();
      await passages.put(source('a'), [passage('Lanterns glow.', [1, 0])]);
      await passages.put(source('a', { collection: 'other' }), [passage('Anchors sink.', [1, 0])]);
      expect(await passages.byWords('other', 'lanterns', 5)).toEqual([]);
      expect(texts(await passages.byVector('other', vector([1, 0]), 5))).toEqual(['Anchors sink.']);
      expect(await passages.byWords('nowhere', 'lanterns', 5)).toEqual([]);
      expect(await passages.byVector('nowhere', vector([1, 0]), 5)).toEqual([]);
    });
  });

  describe('a long source', () => {
    it('a long source lets other writers get in while it is written, and while it is deleted', async () => {
      const { passages, elsewhere } = await open();
      const written = await endings({
        long: passages.put(source('long'), long('Lanterns glow.', [1, 0])),
        short: passages.put(source('short'), [passage('Anchors sink.', [0, 1])]),
        another: elsewhere.put(source('another'), [passage('Ropes hold.', [0, 1])]),
      });
      expect(written.at(-1)).toBe('long');
      const deleted = await endings({
        long: passages.deleteSource('docs', 'long'),
        short: passages.put(source('short'), [passage('Anchors rise.', [0, 1])]),
        another: elsewhere.put(source('another'), [passage('Ropes tear.', [0, 1])]),
      });
      expect(deleted.at(-1)).toBe('long');
    });

    it('a long source is not seen before it is whole, takes no place in a result, and is seen by all when it is', async () => {
      const { passages, elsewhere } = await open();
      await passages.put(source('a', { digest: 'old' }), [passage('One old lantern.', [1, 1])]);
      const looks = async (from: Passages) => ({
        digest: await from.digest('docs', 'a'),
        words: texts(await from.byWords('docs', 'lantern', 3)),
        coverage: (await from.byWords('docs', 'old lantern', 1)).map((hit) => hit.coverage),
        vectors: texts(await from.byVector('docs', vector([1, 0]), 3)).filter((text) => text.includes('lantern')),
        passages: (await from.collections()).flatMap(({ name, passages: count }) => (name === 'docs' ? [count] : [])),
      });
      const before = await looks(passages);
      expect(before).toMatchObject({ words: ['One old lantern.'], vectors: ['One old lantern.'], passages: [1] });

      // So many that all that is done meanwhile is done before the last.
      const count = 1_500;
      const replaced = passages.put(source('a', { digest: 'new' }), long('A new lantern.', [1, 0], count));
      await passages.put(source('between', { collection: 'other' }), [passage('Anchors sink.', [0, 1])]);
      expect(await looks(passages)).toEqual(before);
      expect(await looks(elsewhere)).toEqual(before);
      // A whole source with later ids is read into memory before the one that is half written.
      await passages.put(source('b'), [passage('Ropes hold.', [0.5, 0.5])]);
      expect(texts(await passages.byVector('docs', vector([1, 0]), 2)).sort()).toEqual(['One old lantern.', 'Ropes hold.']);

      await replaced;
      const news = Array(3).fill('A new lantern.');
      for (const view of [passages, elsewhere]) {
        expect(await looks(view)).toMatchObject({ digest: 'new', words: news, vectors: news, passages: [count + 1] });
        expect(texts(await view.byVector('docs', vector([1, 0]), count + 5)).sort()).toHaveLength(count + 1);
      }
    });
  });

  describe('search by words', () => {
    it('search by words finds other forms of a word, and letters without their marks', async () => {
      const passages = await opened();
      await passages.put(source('a'), [passage('You may return it at the Café.')]);
      expect(await passages.byWords('docs', 'returned', 5)).toHaveLength(1);
      expect(await passages.byWords('docs', 'CAFE', 5)).toHaveLength(1);
    });

    it('search by words finds words of scripts without spaces', async () => {
      const passages = await opened();
      await passages.put(source('a'), [passage('返品は三十日以内です。'), passage('送料は無料です。')]);
      expect(texts(await passages.byWords('docs', '返品', 5))).toEqual(['返品は三十日以内です。']);
    });

    it('search by words searches title and headings with the passage', async () => {
      const passages = await opened();
      await passages.put(source('a', { title: 'Warranty' }), [{ ...passage('Two years.'), headings: ['Zippers'] }]);
      expect(texts(await passages.byWords('docs', 'warranty', 5))).toEqual(['Two years.']);
      expect(texts(await passages.byWords('docs', 'zippers', 5))).toEqual(['Two years.']);
    });

    it('search by words puts the passage with the rarer words first and says how much of the query each one covers', async () => {
      const passages = await opened();
      await passages.put(source('a'), [
        passage('The lamp and the anchor.'),
        passage('The lamp.'),
        passage('The lamp again.'),
        passage('Rope.'),
      ]);
      const hits = await passages.byWords('docs', 'What about the lamp, the anchor?', 5);
      expect(texts(hits)[0]).toBe('The lamp and the anchor.');
      expect(hits[0]?.coverage).toBeCloseTo(1);
      expect(hits[1]?.coverage).toBeGreaterThan(0);
      expect(hits[1]?.coverage).toBeLessThan(0.5);
      const [unknown] = await passages.byWords('docs', 'lamp zeppelin', 5);
      expect(unknown?.coverage).toBeLessThan(0.5);
    });

    it('search by words takes any text as words, never as the syntax of a search engine', async () => {
      const passages = await opened();
      await passages.put(source('a'), [passage('Lanterns glow.')]);
      const hostile = fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.string({
          unit: fc.constantFrom('"', '*', '^', '(', ')', ':', '-', '+', 'NEAR', ' AND ', ' NOT ', ' scope ', '{', '}', "'", '\0', 'a'),
        }),
      );
      await fc.assert(
        fc.asyncProperty(hostile, async (query) => {
          expect(Array.isArray(await passages.byWords('docs', query, 3))).toBe(true);
        }),
        // The drills run ten times as many.
        { numRuns: 60 * rounds },
      );
      expect(texts(await passages.byWords('docs', 'scope:c2 OR "lanterns" NOT lanterns', 5))).toEqual(['Lanterns glow.']);
    });
  });

  describe('search by vector', () => {
    it('search by vector gives the exact cosine, best first', async () => {
      const passages = await opened();
      await passages.put(source('a'), [passage('East.', [1, 0]), passage('North-east.', [3, 3]), passage('West.', [-1, 0])]);
      const hits = await passages.byVector('docs', vector([2, 0]), 5);
      expect(texts(hits)).toEqual(['East.', 'North-east.', 'West.']);
      expect(hits.map(({ score }) => score)).toEqual([expect.closeTo(1), expect.closeTo(Math.SQRT1_2), expect.closeTo(-1)]);
      expect(hits[1]?.vector).toEqual(vector([3, 3]));
    });

    it('search by vector ignores vectors of another length, of another model, and passages without any', async () => {
      const passages = await opened();
      await passages.put(source('a'), [passage('Short.', [1, 0]), passage('Long.', [1, 0, 0]), passage('None.')]);
      await passages.put(source('b', { embeddingModel: 'large-model' }), [passage('Large.', [1, 0])]);
      expect(texts(await passages.byVector('docs', vector([1, 0]), 5)).sort()).toEqual(['Large.', 'Short.']);
      expect(texts(await passages.byVector('docs', vector([1, 0]), 5, 'small-model'))).toEqual(['Short.']);
      expect(await passages.byVector('docs', vector([1]), 5)).toEqual([]);
    });

    it('search by vector finds the true neighbours among many', async () => {
      const passages = await opened();
      const random = lcg(7);
      const dimensions = 64;
      const stored = Array.from({ length: 1_200 }, () => Array.from({ length: dimensions }, () => gauss(random)));
      await passages.put(
        source('many'),
        stored.map((values, index) => passage(`p${index}`, values)),
      );
      let found = 0;
      for (let round = 0; round < 10; round += 1) {
        const query = (stored[round * 100] ?? []).map((value) => value + gauss(random));
        const truth = stored
          .map((values, index) => ({ text: `p${index}`, cosine: cosine(values, query) }))
          .sort((a, b) => b.cosine - a.cosine)
          .slice(0, 10);
        const hits = new Set(texts(await passages.byVector('docs', vector(query), 10)));
        found += truth.filter(({ text }) => hits.has(text)).length;
      }
      expect(found).toBeGreaterThanOrEqual(95);
    });

    it('search by vector tells what an unrelated passage looks like', async () => {
      const passages = await opened();
      const alike = Array.from({ length: 20 }, (_, index) => passage(`p${index}`, [1, 1, index / 100]));
      await passages.put(source('a'), [...alike, passage('Apart.', [1, 0, 0])]);
      const [best] = await passages.byVector('docs', vector([1, 0, 0]), 1);
      expect(best?.passage.text).toBe('Apart.');
      expect(best?.background).toBeCloseTo(Math.SQRT1_2, 1);
    });

    it('search by vector notices what another process puts, replaces and deletes', async () => {
      const { passages, elsewhere } = await open();
      const east = () => passages.byVector('docs', vector([1, 0]), 5);
      await passages.put(source('a'), [passage('Here.', [1, 0])]);
      expect(texts(await east())).toEqual(['Here.']);
      await elsewhere.put(source('b'), [passage('There.', [0.5, 0.1])]);
      expect(texts(await east())).toEqual(['Here.', 'There.']);
      await elsewhere.put(source('a'), [passage('Changed.', [0.9, 0.01])]);
      expect(texts(await east())).toEqual(['Changed.', 'There.']);
      await elsewhere.deleteSource('docs', 'b');
      await passages.put(source('c'), [passage('Late.', [0.5, 0.1])]);
      expect(texts(await east())).toEqual(['Changed.', 'Late.']);
    });
  });
}

export function source(id: string, more: Partial<StoredSource> = {}): StoredSource {
  return {
    id,
    title: null,
    collection: 'docs',
    metadata: null,
    mediaType: 'text/plain',
    digest: 'd',
    embeddingModel: 'small-model',
    ...more,
  };
}

export function passage(text: string, values: readonly number[] | null = null): NewPassage {
  return { text, start: 0, end: text.length, headings: [], vector: values === null ? null : vector(values) };
}

/** Passages that no store writes in one turn. */
export const longest = perRound(400, 1_500);
export const long = (text: string, values: readonly number[], count = longest): NewPassage[] =>
  Array.from({ length: count }, () => passage(text, values));

/** The names in the order in which their work ended. */
async function endings(work: Readonly<Record<string, Promise<unknown>>>): Promise<string[]> {
  const order: string[] = [];
  await Promise.all(Object.entries(work).map(([name, ending]) => ending.then(() => order.push(name))));
  return order;
}

export const vector = (values: readonly number[]): Float32Array => Float32Array.from(values);
export const texts = (hits: readonly { readonly passage: { readonly text: string } }[]): string[] => hits.map((hit) => hit.passage.text);

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function lcg(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return (state + 1) / 4_294_967_297;
  };
}

const gauss = (random: () => number): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
