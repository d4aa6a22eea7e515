/**
 * Search over 100,000 passages with vectors of 384: by vector and by words, against reading everything exactly in memory.
 *
 * Vectors lie around 2,000 centres, as those of texts do, with a ninth of their length as noise; words follow Zipf's law.
 */
import { join } from 'node:path';
import { migrations } from '../../src/storage/database/migrate.ts';
import { openSqlite } from '../../src/storage/database/sqlite.ts';
import type { NewPassage, Passages } from '../../src/storage/passages/passages.ts';
import { openPassages } from '../../src/storage/passages/sql-passages.ts';
import { cpuUs, inFolder, ratio, say } from './measure.ts';

const size = 100_000;
const perSource = 10_000;
const dimensions = 384;
const centres = 2_000;
const wordsPerPassage = 30;
const vocabulary = 20_000;
const queries = 20;

/** Mulberry32: the same corpus in every run. */
let seed = 42;
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

const noise = (): number => random() + random() + random() - 1.5;
const randomVector = (): Float32Array => Float32Array.from({ length: dimensions }, noise);
const near = (centre: Float32Array): Float32Array => unit(centre.map((value) => value + noise()));

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return vector.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}

/** Rank 0 is the most frequent. */
const zipf = (): number => Math.floor(vocabulary ** random()) - 1;
const wordOf = (rank: number): string => `w${rank.toString(36)}q`;

interface Corpus {
  readonly vectors: readonly Float32Array[];
  readonly words: readonly Int32Array[];
  readonly asked: readonly { readonly vector: Float32Array; readonly words: readonly number[] }[];
}

function corpus(): Corpus {
  const middles = Array.from({ length: centres }, randomVector);
  const middle = (): Float32Array => middles[Math.floor(random() * centres)] ?? randomVector();
  return {
    vectors: Array.from({ length: size }, () => near(middle())),
    words: Array.from({ length: size }, () => Int32Array.from({ length: wordsPerPassage }, zipf)),
    asked: Array.from({ length: queries }, () => ({ vector: near(middle()), words: [30 + zipf(), 200 + zipf(), 1_000 + zipf()] })),
  };
}

async function stored({ vectors, words }: Corpus, passages: Passages): Promise<void> {
  for (let from = 0; from < size; from += perSource) {
    const some = vectors.slice(from, from + perSource).map((vector, at): NewPassage => {
      const text = Array.from(words[from + at] ?? [], wordOf).join(' ');
      return { text, start: 0, end: text.length, headings: [], vector };
    });
    const source = {
      id: `s${from}`,
      collection: 'c',
      title: null,
      metadata: null,
      mediaType: 'text/plain',
      digest: '',
      embeddingModel: 'm',
    };
    await passages.put(source, some);
  }
}

/** Positions of the best, by reading everything. */
function best(score: (position: number) => number, most: number): number[] {
  const scores = Float64Array.from({ length: size }, (_, position) => score(position));
  return Array.from({ length: size }, (_, position) => position)
    .filter((position) => (scores[position] ?? 0) > 0)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    .slice(0, most);
}

/** BM25 with the constants of FTS5, over passages of one length: its length term is 1. */
function exactByWords(words: Corpus['words'], asked: readonly number[]): number[] {
  const frequency = (word: number, passage: Int32Array): number => {
    let count = 0;
    for (const other of passage) if (other === word) count += 1;
    return count;
  };
  const weights = asked.map((word) => {
    const known = words.filter((passage) => frequency(word, passage) > 0).length;
    return Math.log((size - known + 0.5) / (known + 0.5));
  });
  const score = (position: number): number =>
    asked.reduce((sum, word, at) => {
      const count = frequency(word, words[position] ?? new Int32Array());
      return sum + ((weights[at] ?? 0) * count * 2.2) / (count + 1.2);
    }, 0);
  return best(score, 10);
}

export async function searchBench(): Promise<void> {
  await inFolder(async (folder) => {
    const database = openSqlite(join(folder, 'passages.db'), migrations);
    const passages = await openPassages(database);
    const all = corpus();
    await stored(all, passages);
    let turn = 0;
    const next = (): Corpus['asked'][number] => all.asked[turn++ % queries] ?? { vector: new Float32Array(), words: [] };
    const exact = (vector: Float32Array): number[] => best((position) => dot(all.vectors[position] ?? vector, vector), 10);
    const byWords = (words: readonly number[], most: number) => passages.byWords('c', words.map(wordOf).join(' '), most);

    let found = 0;
    for (const { vector } of all.asked) {
      const ours = new Set((await passages.byVector('c', vector, 10)).map(({ passage }) => Number(passage.id) - 1));
      found += exact(vector).filter((position) => ours.has(position)).length;
    }
    const us = await cpuUs(
      {
        vector: () => passages.byVector('c', next().vector, 50, 'm'),
        exactVector: () => exact(next().vector),
        words: () => byWords(next().words, 50),
        exactWords: () => exactByWords(all.words, next().words),
      },
      { turns: 3, calls: 6 },
    );
    const ms = (value: number): string => `${(value / 1000).toFixed(1)} ms`;
    say(
      `search of ${size} x ${dimensions}: by vector ${ms(us.vector)}, ${ratio(us.vector, us.exactVector)} every vector exactly in memory (${ms(us.exactVector)}), ` +
        `recall@10 ${(found / (10 * queries)).toFixed(3)} (5 ms and 1.0 are promised); by words ${ms(us.words)}, ${ratio(us.words, us.exactWords)} BM25 over everything (${ms(us.exactWords)})`,
    );
    await database.close();
  });
}

if (import.meta.main) await searchBench();
