/** The whole text of a completion, and the warnings that say how it was produced. */
import type { CompletionRequest } from '../../core/request/request.ts';
import { answerText, markerOf } from './extractive-answer.ts';
import { type Material, materialOf } from './material.ts';
import { chooseSummary, keywords, titleSpan } from './summary.ts';
import { type Task, taskOf } from './task.ts';
import { plainUnit } from './text/units.ts';
import { stemsOf } from './text/words.ts';

const introduction =
  'This is the embedded provider: it has no language model and can only pick sentences out of a text that it is given, so it has nothing to say to this. ' +
  'Set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or OLLAMA_HOST for a model that writes, or send a text to summarise or to ask about.';
const notSaid =
  'The given text does not say. (The embedded provider has no language model: it only finds sentences that share words with the question.)';

/** English text has about 0.75 words a token; an answer planned for less than its maximum ends by itself. */
const wordsPerToken = 0.65;
const usualWords = 400;
const usualKeywords = 5;
const titleLength = 10;

interface Written {
  readonly text: string;
  readonly warnings: readonly string[];
}

export function textFor(request: CompletionRequest): Written {
  const task = taskOf(request.messages);
  const material = materialOf(task.sources);
  const maxWords = request.maxOutputTokens === null ? usualWords : Math.max(1, Math.floor(request.maxOutputTokens * wordsPerToken));
  if (material.units.length === 0) return { text: introduction, warnings: [] };
  const warnings =
    task.asksToWrite && task.intent === 'other'
      ? ['The embedded provider writes nothing of its own: it chose sentences of the given text.']
      : [];
  return { text: chosen(task, material, maxWords), warnings };
}

function chosen(task: Task, material: Material, maxWords: number): string {
  const { instruction, intent, wanted } = task;
  if (intent === 'question') return answerText(material, instruction, { maxWords, maxSentences: wanted.sentences }) ?? notSaid;
  if (intent === 'title') return plainUnit(titleSpan(material, Math.min(maxWords, wanted.words ?? titleLength)) ?? notSaid);
  if (intent === 'keywords') return listed(keywords(material, wanted.sentences ?? usualKeywords), wanted.bullets);
  const asksAbout = intent === 'other' ? answerText(material, instruction, { maxWords, maxSentences: wanted.sentences }) : null;
  return asksAbout ?? summaryText(task, material, maxWords);
}

const listed = (items: readonly string[], bullets: boolean): string =>
  bullets ? items.map((item) => `- ${item}`).join('\n') : items.join(', ');

function summaryText({ instruction, wanted }: Task, material: Material, maxWords: number): string {
  const parts = chooseSummary(material, { wanted, maxWords, focus: focusOf(instruction) }).map(({ unit, text }) => {
    const marker = markerOf(material, unit);
    return marker === '' ? text : `${text} ${marker}`;
  });
  const text = wanted.bullets ? listed(parts, true) : parts.map(closed).join(' ');
  return wanted.characters === null || text.length <= wanted.characters
    ? text
    : `${text.slice(0, wanted.characters - 1).replace(/\s+\S*$/, '')}…`;
}

/** Ends a list item between sentences like a sentence. */
const closed = (text: string, index: number, all: readonly string[]): string =>
  index === all.length - 1 || /[.!?…:;\])"”。！？]$/.test(text) ? text : `${text}.`;

const instructionStems = new Set(
  stemsOf(
    'summarise summarize summary short brief word words sentence sentences bullet bullets point points key main text following given write create give describe product description document article page paragraph review reviews title overview say people customer characters',
  ),
);

/** The topic that a summary should have. */
export const focusOf = (instruction: string): string[] =>
  stemsOf(instruction).filter((stem) => !instructionStems.has(stem) && !/^\d+$/.test(stem));
