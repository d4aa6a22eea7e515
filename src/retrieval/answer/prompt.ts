import { quoteData, quotedDataRule } from '../../core/request/quote-text.ts';
import { type CompletionRequest, completionRequest } from '../../core/request/request.ts';
import type { FusedHit } from '../search/merge-rankings.ts';
import { markerOf } from './cite.ts';

const task = [
  'Answer the question of the user from the numbered passages below, and from nothing else.',
  'Behind each statement put the marker of the passage it comes from, such as [1]; for several, [1][2].',
  'Use only markers of passages given here. If the passages do not answer the question, say so in one sentence, without a marker.',
  'Answer in the language of the question.',
  quotedDataRule,
].join('\n');

/** The passages as quoted data, numbered from 1, and the question as it was asked. */
export function answerRequest(question: string, hits: readonly FusedHit[], maxOutputTokens: number | null): CompletionRequest {
  const passages = hits.map(({ passage }, index) => quoteData(markerOf(index), passage.text)).join('\n\n');
  return completionRequest(
    [
      { role: 'system', content: [{ type: 'text', text: `${task}\n\n${passages}` }] },
      { role: 'user', content: [{ type: 'text', text: question }] },
    ],
    { maxOutputTokens },
  );
}
