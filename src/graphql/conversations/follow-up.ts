/** Makes of a follow-up (`And in winter?`) a question that stands by itself, so that documents can be searched for it. */
import { quoteData, quotedDataRule } from '../../core/request/quote-text.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../core/request/request.ts';
import type { RouteView } from '../services.ts';

const task = [
  'The user goes on with the conversation below. Write his message as one question that can be understood without the conversation:',
  'put the names of things in the place of words such as "it", "they" and "there". Where it can be understood already, repeat it.',
  'Use the language of the message. Write the question, and nothing else.',
  quotedDataRule,
].join('\n');

/** Tokens of a conversation that a follow-up may refer to. */
export const followUpRoom = 8_000;
/** The last of what was said, and the beginning of each: what a follow-up refers to. */
const maxMessages = 8;
const maxCharacters = 1_500;
/** A model that thinks needs some for its thoughts. */
export const maxQuestionTokens = 500;

export interface FollowUp {
  /** Null: no model is asked. */
  readonly request: CompletionRequest | null;
  /** Where no model is asked, or it says nothing. */
  readonly otherwise: string;
}

/** A route of models that cannot write (`extractive`) is not asked: what was asked before is looked for together with the question. */
export function followUpOf(history: readonly Message[], question: string, { deployments }: Pick<RouteView, 'deployments'>): FollowUp {
  const said = history
    .flatMap(({ role, content }) => {
      const text = content
        .map((part) => (part.type === 'text' ? part.text : ''))
        .join(' ')
        .trim();
      return (role === 'user' || role === 'assistant') && text !== '' ? [{ role, text: text.slice(0, maxCharacters) }] : [];
    })
    .slice(-maxMessages);
  if (said.length === 0) return { request: null, otherwise: question };
  if (deployments.every(({ capabilities }) => capabilities.includes('extractive'))) {
    const before = said.findLast(({ role }) => role === 'user')?.text ?? '';
    return { request: null, otherwise: `${before} ${question}`.trim() };
  }
  const conversation = quoteData('conversation', said.map(({ role, text }) => `${role}: ${text}`).join('\n'));
  const messages: readonly Message[] = [
    { role: 'system', content: [{ type: 'text', text: `${task}\n\n${conversation}` }] },
    { role: 'user', content: [{ type: 'text', text: question }] },
  ];
  return { request: completionRequest(messages, { maxOutputTokens: maxQuestionTokens }), otherwise: question };
}
