/** Retrieval over the example documents, by words and lexical vectors: what the embedded provider can do, and no more. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CollectionConfig, collectionsOf } from '../../src/retrieval/collections.ts';
import { openDocuments } from '../../src/retrieval/documents/documents.ts';
import { filesIn } from '../../src/retrieval/ingestion/files.ts';
import { ingestSource, usualLimits } from '../../src/retrieval/ingestion/source.ts';
import { openRetrieval } from '../../src/retrieval/open-retrieval.ts';
import type { Retrieval } from '../../src/retrieval/retrieval.ts';
import { openSqlite } from '../../src/storage/database/sqlite.ts';
import { jobMigrations } from '../../src/storage/jobs/migrations.ts';
import { openJobs } from '../../src/storage/jobs/sql-jobs.ts';
import { passageMigrations } from '../../src/storage/passages/migrations.ts';
import type { Passages } from '../../src/storage/passages/passages.ts';
import { openPassages } from '../../src/storage/passages/sql-passages.ts';
import { bothFaces } from '../faces.ts';
import { booked, fails, models, principal, says, signal } from './doubles.ts';

const folder = fileURLToPath(new URL('../../examples/documents', import.meta.url));
const config: Readonly<Record<string, CollectionConfig>> = { docs: { embeddingModel: 'lexical' } };
const { handle, requests } = models(says('See [1].'));

let passages: Passages;
let retrieval: Retrieval;

const opened = async (answers = handle): Promise<Retrieval> => {
  const jobs = await openJobs(openSqlite(':memory:', jobMigrations));
  return openRetrieval({
    passages,
    jobs,
    handle: bothFaces(answers),
    collections: config,
    ingestCallFor: booked().callFor,
    onFailure: () => {},
  });
};

const documents = openDocuments();
afterAll(() => documents.close());
beforeAll(async () => {
  passages = await openPassages(openSqlite(':memory:', passageMigrations));
  const collection = collectionsOf(config).toWrite(principal(), 'docs');
  for await (const file of filesIn([folder], { base: folder })) {
    if (file.kind === 'ignored') throw new Error(`${file.path}: ${file.message}`);
    await ingestSource(
      { passages, documents, handle: bothFaces(handle), callFor: booked().callFor, limits: usualLimits },
      collection,
      principal(),
      file.source,
      signal,
    );
  }
  retrieval = await opened();
});

const questions = [
  ['How much does express shipping within Germany cost?', 'shop/shipping.md'],
  ['When do I get my money back after a return?', 'shop/returns.md'],
  ['Can I return a climbing rope?', 'shop/returns.md'],
  ['What does it cost to replace a zip?', 'shop/warranty.md'],
  ['Do you accept PayPal or invoice?', 'shop/payment.md'],
  ['How do I wash a down sleeping bag?', 'shop/product-care.md'],
  ['What are the opening hours in Hamburg on Saturday?', 'shop/stores.html'],
  ['Which frame do I need for a rucksack with a long back?', 'shop/size-guide.pdf'],
  ['How long is a gift card valid?', 'shop/gift-cards.docx'],
  ['How do I resume a stream after a dropped connection?', 'fieldgate/streaming.md'],
  ['What happens when a budget is exceeded?', 'fieldgate/budgets-and-usage.md'],
  ['Are mail addresses masked before a prompt reaches the provider?', 'fieldgate/guardrails-and-cache.md'],
  ['How do I revoke a virtual key?', 'fieldgate/keys.md'],
  ['Which file formats can be ingested?', 'fieldgate/documents-and-citations.md'],
  ['Why must an AI field be nullable?', 'fieldgate/ai-fields.md'],
] as const;

const strangers = [
  'What is the capital of France?',
  'Who won the football world cup in 1998?',
  'How do I cook a mushroom risotto?',
  'Explain the theory of relativity.',
  'What will the weather be like in Madrid tomorrow?',
  'How many legs does a spider have?',
  'Which medicine helps against a headache?',
  'Write a poem about autumn leaves.',
];

const asked = { collection: 'docs', first: 8, principal: principal(), signal, callFor: booked().callFor };
const question = (text: string) => ({ ...asked, question: text, route: 'default', maxOutputTokens: null });

describe('of the example documents', () => {
  it('every one is in', async () => {
    expect(await retrieval.collections(principal())).toMatchObject([{ sources: 15 }]);
  });

  it.each(questions)('the question "%s" finds %s among the first three of the example documents', async (query, source) => {
    const { hits } = await retrieval.search({ ...asked, query });
    expect(hits.slice(0, 3).map(({ passage }) => passage?.source.id)).toContain(source);
    expect((await retrieval.answer(question(query))).kind).toBe('answer');
  });

  it.each(questions)('the question "%s" finds %s of the example documents by words alone', async (query, source) => {
    const { hits } = await (await opened(fails('MODEL_UNAVAILABLE'))).search({ ...asked, query });
    expect(hits.slice(0, 3).map(({ passage }) => passage?.source.id)).toContain(source);
  });

  it.each(strangers)('the question "%s" is answered by none of the example documents, and no model is asked', async (text) => {
    const before = requests.length;
    expect(await retrieval.answer(question(text))).toMatchObject({ kind: 'no-answer' });
    expect(requests.slice(before).map(({ kind }) => kind)).toEqual(['embedding']);
  });
});
