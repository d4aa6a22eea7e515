/** Turns a follow-up (`And in winter?`) into a question that stands by itself, so that documents can be searched for it. */
import { quoteData, quotedDataRule } from '../../core/request/quote-text.ts';
import { type CompletionRequest, completionRequest, type Message } from '../../core/request/request.ts';
import type { RouteView } from '../services.ts';
import { carriedQuestion, hasWordsOfItsOwn } from './carried-question.ts';

const task = [
  'The user goes on with the conversation below. Write his message as one question that can be understood without the conversation:',
  'put the names of things in the place of words such as "it", "they" and "there". Where it can be understood already, repeat it.',
  'Use the language of the message. Write the question, and nothing else.',
  quotedDataRule,
].join('\n');

/** Maximum number of tokens of the conversation that are read for a follow-up. */
export const followUpRoom = 8_000;
/** Number of last messages, and of characters at the beginning of each, that are read for a follow-up. */
const maxMessages = 8;
const maxCharacters = 1_500;
/** A reasoning model needs some of these tokens for its reasoning. */
export const maxQuestionTokens = 500;

export interface FollowUp {
  /** Null: no model is asked. */
  readonly request: CompletionRequest | null;
  /** The question when no model is asked, or when the model answers with nothing. */
  readonly otherwise: string;
  /** What the answering model is asked, where it chooses sentences: those of the question before would be chosen again. */
  readonly shown?: string;
}

/** A route of models that cannot write (`extractive`) is not asked: what was asked before is looked for together with a question that refers to it. */
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
    const before = said.flatMap(({ role, text }) => (role === 'user' ? [text] : []));
    const otherwise = carriedQuestion(before, question);
    return { request: null, otherwise, shown: hasWordsOfItsOwn(question) ? question : otherwise };
  }
  const conversation = quoteData('conversation', said.map(({ role, text }) => `${role}: ${text}`).join('\n'));
  const messages: readonly Message[] = [
    { role: 'system', content: [{ type: 'text', text: `${task}\n\n${conversation}` }] },
    { role: 'user', content: [{ type: 'text', text: question }] },
  ];
  return { request: completionRequest(messages, { maxOutputTokens: maxQuestionTokens }), otherwise: question };
}
