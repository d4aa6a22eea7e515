/** Documents that take long to read and questions that take long to search: what one caller sends in one request. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRetrieval } from '../../../src/retrieval/open-retrieval.ts';
import type { NewSource, Retrieval } from '../../../src/retrieval/retrieval.ts';
import { migrations } from '../../../src/storage/database/migrate.ts';
import { openSqlite } from '../../../src/storage/database/sqlite.ts';
import { openJobs } from '../../../src/storage/jobs/sql-jobs.ts';
import { openPassages } from '../../../src/storage/passages/sql-passages.ts';
import { bothFaces, type ChunkHandler } from '../../faces.ts';
import { booked, markdown, principal, signal } from '../../retrieval/doubles.ts';
import type { HostileCase } from './hostile-case.ts';

const filled = (piece: string, bytes: number): string => `${piece.repeat(Math.ceil(bytes / piece.length)).slice(0, bytes)}x`;
const times = (count: number, text: string, more: Partial<NewSource> = {}, lot = ''): NewSource[] =>
  Array.from({ length: count }, (_, at) => markdown(`${lot}${at}`, `${text}${at}`, more));
const html = { mediaType: 'text/html' };
const plain = { mediaType: 'text/plain' };

const ingestions: readonly (readonly [name: string, sources: () => NewSource[], refused?: RegExp])[] = [
  ['200 sources of 8 KB of nested lists', () => times(200, filled('- ', 8_000))],
  ['200 sources of 8 KB of lazy lines in a list', () => times(200, filled('- a\nb\nb\nb\n', 8_000))],
  ['200 sources of 8 KB of quotations', () => times(200, filled('> ', 8_000))],
  ['1,000 sources of 900 bytes of nested lists', () => times(1_000, filled('- ', 900))],
  ['200 pages of 8 KB of nested elements', () => times(200, filled('<div>', 8_000), html)],
  ['200 texts of 8 KB without a full stop', () => times(200, filled('word ', 8_000), plain)],
  ['one text of 1.9 MB in one line', () => times(1, filled('A sentence, e.g. this. ', 1_900_000), plain)],
  ['one Markdown of 1.9 MB of link definitions', () => times(1, filled('[a]: /b "c"\n', 1_900_000)), /There is no text in it/],
  ['one table of 1.9 MB', () => times(1, `|a|\n|-|\n${filled('|cell|\n', 1_900_000)}`)],
];

const questions: readonly (readonly [name: string, text: string])[] = [
  ['8,000 characters of common words', filled('what word sentence this cell ', 7_990)],
  ['8,000 ligatures that each become 18 letters', filled('\uFDFA', 7_990)],
  [
    '8,000 different short words',
    Array.from({ length: 1_600 }, (_, at) => `a${at}`)
      .join(' ')
      .slice(0, 7_990),
  ],
  ['8,000 ideographs', Array.from({ length: 7_990 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('')],
];

/** A model elsewhere takes none of this process's time. */
const embeds: ChunkHandler = async function* embeds(request) {
  const texts = request.kind === 'embedding' ? request.texts : [];
  for (const index of texts.keys()) yield { type: 'embedding', index, vector: new Float32Array(384).fill(index + 1) };
  yield { type: 'finish', reason: 'stop' };
};

export const documentCases: readonly HostileCase[] = [
  ...ingestions.map(
    ([name, sources, refused = null]): HostileCase => ({
      name: `ingestion: ${name}`,
      refused,
      async prepare() {
        const { retrieval, close } = await opened();
        const sent = sources();
        return { attack: () => ingested(retrieval, sent), close };
      },
    }),
  ),
  ...questions.map(
    ([name, query]): HostileCase => ({
      name: `search in 2,000 passages: ${name}`,
      refused: null,
      async prepare() {
        const { retrieval, close } = await opened();
        for (const lot of ['a', 'b'])
          await ingested(
            retrieval,
            times(999, `What a word in a sentence, e.g. this a1 a2 a3. \u4e00\u4e01\u4e02 \uFDFA ${lot} `, {}, lot),
          );
        const search = { collection: 'docs', first: 50, principal: principal(), signal, callFor: booked().callFor };
        const [found] = await retrieval.collections(principal());
        const { hits } = await retrieval.search({ ...search, query: 'a word in a sentence' });
        if (found?.passages !== 2_000 || hits.length === 0)
          throw new Error(`There are ${found?.passages} passages, and ${hits.length} hits.`);
        return { attack: () => retrieval.search({ ...search, query }), close };
      },
    }),
  ),
];

async function opened(): Promise<{ readonly retrieval: Retrieval; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'fieldgate-hostile-'));
  const database = openSqlite(join(folder, 'hostile.db'), migrations);
  const retrieval = openRetrieval({
    passages: await openPassages(database),
    jobs: await openJobs(database),
    handle: bothFaces(embeds),
    collections: { docs: { embeddingModel: 'lexical' } },
    ingestCallFor: booked().callFor,
    onFailure: () => {},
  });
  // The parsers are loaded with the first document.
  await ingested(retrieval, [markdown('first', '# Title\n\nA word.\n'), markdown('page', '<p>A word.</p>', html)]);
  return {
    retrieval,
    async close() {
      await retrieval.stop();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function ingested(retrieval: Retrieval, sources: readonly NewSource[]): Promise<void> {
  retrieval.start();
  const { id } = await retrieval.ingest({ principal: principal(), collection: 'docs', sources });
  for await (const { status, failed } of retrieval.followIngestion(id, principal(), signal)) {
    if (status === 'RUNNING') continue;
    if (failed.length > 0) throw new Error(`${failed.length} failed: ${failed[0]?.message}`);
    if (status !== 'COMPLETED') throw new Error(`The ingestion ended as ${status}.`);
  }
}
