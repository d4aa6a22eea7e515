/** Splits a message that contains its own text without quoting it into the instruction and the text. */
import { sentenceRanges } from './units.ts';
import { countWords, stemsOf } from './words.ts';

export interface SplitMessage {
  readonly instruction: string;
  readonly text: string;
}

/** A text of fewer words is not material by itself. */
export const minMaterialWords = 8;
/** Behind `Extract the name:`, or beside a question that has its words, even a few words are the text. */
const minNamedWords = 3;
/** `Hello!` before a question, `Thanks.` behind it. */
const maxPoliteWords = 3;
/** In a longer message, what is asked stands on a line of its own. */
const maxAskedCharacters = 50_000;

export const summaryWords =
  /\b(summar\w*|tl;?dr|condense|shorten|abstract|overview|digest|recap|takeaways?|key (points|facts)|highlights|gist|in short|in brief|briefly|main (points|ideas?)|describe|pitch|blurb|teaser|zusammenfass\w*|fasse?\b.{0,200}\bzusammen|résum\w+|resum\w+|riassum\w+)/i;
const taskStart =
  /^(please\s+)?(summar|condense|shorten|extract|find|list|name|give|tell|answer|classify|describe|explain|what|who|when|where|why|how|which|create|write|translate|generate|identify|from|based|according|using|tl;?dr)/i;
/** What says no more than that a text comes. */
const announcement =
  /^\s*(?:(?:text|context|passage|document|source|article|content|background|facts?|data)|(?:here is|this is|given|based on|according to|using|from|read|consider)\b[^:\n]{0,100})\s*:\s+/i;

/** First line or first clause, or the last paragraph; a question also in one line with its text. Null: it brings no text. */
export function splitMessage(message: string): SplitMessage | null {
  return asked(message) ?? byLines(message);
}

/** Questions that the message begins or ends with, and a text that speaks of what they ask. */
function asked(message: string): SplitMessage | null {
  if (message.length > maxAskedCharacters || !/[?？]/.test(message)) return null;
  const sentences = sentenceRanges(message).map(([start, end]) => message.slice(start, end));
  return begun(sentences) ?? ended(sentences) ?? inside(sentences);
}

function begun(sentences: readonly string[]): SplitMessage | null {
  const first = sentences.findIndex(isQuestion);
  if (first === -1 || countWords(sentences.slice(0, first).join('')) > maxPoliteWords) return null;
  let end = first + 1;
  // Questions of later lines belong to the text: it may be a list of questions and answers.
  while (isQuestion(sentences[end] ?? '') && !(sentences[end - 1] ?? '').includes('\n')) end += 1;
  return split(sentences.slice(0, end), sentences.slice(end));
}

function ended(sentences: readonly string[]): SplitMessage | null {
  const last = sentences.findLastIndex(isQuestion);
  if (last === -1 || countWords(sentences.slice(last + 1).join('')) > maxPoliteWords) return null;
  let start = last;
  while (isQuestion(sentences[start - 1] ?? '') && !(sentences[start - 1] ?? '').includes('\n')) start -= 1;
  const before = sentences.slice(0, start);
  return isTask(before) ? null : split(sentences.slice(start, last + 1), before);
}

/** The only question of the message, with the text around it. */
function inside(sentences: readonly string[]): SplitMessage | null {
  const at = sentences.findIndex(isQuestion);
  const others = sentences.filter((_, index) => index !== at);
  if (at === -1 || others.some(isQuestion) || isTask(others)) return null;
  return split(sentences.slice(at, at + 1), others);
}

/** `Summarise: … Who would not want one?` asks for a summary. */
function isTask(sentences: readonly string[]): boolean {
  const opening = sentences[0] ?? '';
  return !announcement.test(opening) && (taskStart.test(opening.trim()) || summaryWords.test(opening));
}

function split(questions: readonly string[], others: readonly string[]): SplitMessage | null {
  const instruction = questions.join('').trim();
  const text = others
    .filter((sentence) => !/^\s*(please|kindly|answer)\b/i.test(sentence))
    .join('')
    .replace(announcement, '')
    .trim();
  if (countWords(text) < minNamedWords) return null;
  const wanted = new Set(stemsOf(instruction));
  return stemsOf(text).some((stem) => wanted.has(stem)) ? { instruction, text } : null;
}

const isQuestion = (sentence: string): boolean => /[?？]["'”’)\]]{0,4}\s*$/.test(sentence);

function byLines(message: string): SplitMessage | null {
  const lines = message.split('\n');
  const [first = '', ...rest] = lines;
  const below = rest.join('\n').trim();
  if (isInstruction(first) && countWords(below) >= minMaterialWords) return { instruction: first.trim(), text: below };
  const lastLine = lines.findLast((line) => line.trim() !== '') ?? '';
  const above = message.slice(0, message.lastIndexOf(lastLine)).trim();
  if (isInstruction(lastLine) && countWords(above) >= minMaterialWords) return { instruction: lastLine.trim(), text: above };
  const colon = /^([^:\n]{3,200}):\s+([\s\S]+)$/.exec(message.trim());
  if (colon !== null) {
    const [, head = '', text = ''] = colon;
    if (taskStart.test(head.trim()) && countWords(text) >= minNamedWords) return { instruction: head.trim(), text };
  }
  return null;
}

const isInstruction = (line: string): boolean =>
  countWords(line) <= 40 && (/[:?]\s*$/.test(line) || taskStart.test(line.trim()) || summaryWords.test(line)) && line.trim() !== '';
