import type { Batch } from '../../core/batch.ts';
import type { Handlers } from '../../core/call/call.ts';
import { eachAnswer } from '../../core/restart.ts';
import type { Passages } from '../../storage/passages/passages.ts';
import type { Collection } from '../collections.ts';
import type { Answer, Question } from '../retrieval.ts';
import { answersFrom } from '../search/relevance.ts';
import { type Found, searchPassages } from '../search/search.ts';
import { citePassages } from './cite.ts';
import { answerRequest } from './prompt.ts';

/** Finds passages. When one of them is about the question, a model answers from them; otherwise no model is asked. */
export async function answerQuestion(passages: Passages, handle: Handlers, collection: Collection, asked: Question): Promise<Answer> {
  const { question, first, signal, callFor } = asked;
  const found = await searchPassages(passages, handle, collection, { query: question, first, signal, callFor });
  if (found.hits.length === 0 && (await passages.sources(collection.name, { first: 1 })).length === 0) return nothingIngested(collection);
  return answerFrom(found, handle, asked);
}

export function answerFrom(retrieved: Found, handle: Handlers, asked: Question): Answer {
  if (!retrieved.hits.some((hit) => hit.relevance >= answersFrom)) {
    return { kind: 'no-answer', message: `Nothing in the collection "${asked.collection}" is about this question, so no model was asked.` };
  }
  return { kind: 'answer', chunks: chunksOf(handle, asked, retrieved) };
}

/** Said, for example, soon after a start: what is being ingested is not found yet. */
const nothingIngested = ({ name }: Collection): Answer => ({
  kind: 'no-answer',
  message: `The collection "${name}" has no sources yet, so no model was asked. A source is found once it has been ingested.`,
});

async function* chunksOf(handle: Handlers, asked: Question, { hits, warnings }: Found): AsyncGenerator<Batch, void, undefined> {
  const call = await asked.callFor({ route: asked.route, signal: asked.signal, purpose: 'answer' });
  const batches = handle.stream(answerRequest(asked.shown ?? asked.question, hits, asked.maxOutputTokens), call);
  yield* eachAnswer(batches, async function* (answer) {
    if (warnings.length > 0) yield warnings.map((message) => ({ type: 'warning', message }));
    yield* citePassages(answer, hits);
  });
}
