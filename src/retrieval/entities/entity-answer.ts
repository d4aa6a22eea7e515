/** Search and answers over an index of entities, with the interface of a collection of documents. */
import type { Handlers } from '../../core/call/call.ts';
import { canonicalJson } from '../../core/json/canonical-json.ts';
import { answerFrom } from '../answer/answer.ts';
import type { Answer, Question, Search, SearchResult } from '../retrieval.ts';
import type { FusedHit } from '../search/merge-rankings.ts';
import type { Entities, EntityHit } from './entities.ts';

export async function searchEntities(entities: Entities, search: Search): Promise<SearchResult> {
  const { query: text, collection: index, context } = search;
  const { hits, warnings } = await entities.find({ ...search, index, text, context, except: null });
  return { hits: hits.map(({ score, entity }) => ({ score, passage: null, entity })), warnings };
}

/** The prompt is made of the texts that the caller may see now; citations name the entity. */
export async function answerFromEntities(entities: Entities, handle: Handlers, asked: Question): Promise<Answer> {
  const { question: text, collection: index, context } = asked;
  const { hits, warnings } = await entities.find({ ...asked, index, text, context, except: null });
  return answerFrom({ hits: hits.filter((hit) => hit.text.trim() !== '').map((hit) => asFused(hit, index)), warnings }, handle, asked);
}

function asFused({ entity, text, score, relevance }: EntityHit, collection: string): FusedHit {
  const id = canonicalJson(entity.key);
  return {
    score,
    relevance,
    entity,
    passage: { id, text, start: 0, end: text.length, source: { id, title: null, collection, metadata: null } },
  };
}
