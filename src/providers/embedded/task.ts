/**
 * Recognises what a request asks for and which text it provides as material.
 *
 * The material is, in this order: numbered passages of a system message; the data blocks of the last user message; those of
 * the whole conversation; the results of tools; a text before or after the instruction of the last message; earlier
 * messages. The instructions of a system message are never material, because the caller may not read them.
 */

import { splitQuoted } from '../../core/request/quote-text.ts';
import { withoutRepair } from '../../core/request/repair.ts';
import type { ContentPart, Message } from '../../core/request/request.ts';
import type { Source } from './material.ts';
import { minMaterialWords, splitMessage, summaryWords } from './text/split-message.ts';
import { countWords } from './text/words.ts';

type Intent = 'summary' | 'question' | 'title' | 'keywords' | 'other';

export interface Task {
  readonly instruction: string;
  readonly intent: Intent;
  readonly sources: readonly Source[];
  /** The last user message as it stands, data blocks taken out. */
  readonly said: string;
  readonly wanted: Wanted;
  /** It asks to write, translate or change something, which choosing sentences cannot do. */
  readonly asksToWrite: boolean;
}

export interface Wanted {
  readonly words: number | null;
  readonly sentences: number | null;
  readonly characters: number | null;
  readonly bullets: boolean;
}

/** An argument quoted as data (`in <data>30</data> words`) belongs to the instruction. */
const quotedNumber = /<data name="[^"]*">\n(\d{1,6})\n<\/data>/g;

export function taskOf(messages: readonly Message[]): Task {
  const before = withoutRepair(messages);
  const lastUser = before.findLastIndex(({ role }) => role === 'user');
  const last = splitQuoted(textOf(before[lastUser]).replace(quotedNumber, '$1'));
  const results = before.slice(lastUser + 1).flatMap(({ content }) => content.flatMap(resultText));
  const { instruction, sources } = foundIn(before, lastUser, last, results);
  return {
    instruction,
    intent: intentOf(instruction, sources),
    sources,
    said: last.task,
    wanted: readWanted(instruction),
    asksToWrite: /\b(translate|rewrite|rephrase|paraphrase|compose|write|draft|poem|story|generate|implement|refactor|fix|improve)\b/i.test(
      instruction,
    ),
  };
}

type Read = ReturnType<typeof splitQuoted>;

function foundIn(
  messages: readonly Message[],
  lastUser: number,
  last: Read,
  results: readonly string[],
): { readonly instruction: string; readonly sources: readonly Source[] } {
  const passages = messages.flatMap((message) => (message.role === 'system' ? splitQuoted(textOf(message)).data.filter(isPassage) : []));
  // A quotation then belongs to the question. It is not a text to answer from.
  if (passages.length > 0 && !last.data.some(isPassage)) {
    return { instruction: [last.task, ...last.data.map(({ text }) => text)].join('\n'), sources: passages };
  }
  const named = [...last.data, ...results.map((text) => ({ name: null, text }))];
  if (named.length > 0) return { instruction: last.task, sources: named };
  const quotedBefore = messages.flatMap((message) => (message.role === 'assistant' ? [] : splitQuoted(textOf(message)).data));
  if (quotedBefore.length > 0) return { instruction: last.task, sources: quotedBefore };
  const split = splitMessage(last.task);
  if (split !== null) return { instruction: split.instruction, sources: [{ name: null, text: split.text }] };
  const earlier = messages
    .slice(0, Math.max(0, lastUser))
    .flatMap((message) => (message.role === 'user' ? [textOf(message)] : message.content.flatMap(resultText)))
    .filter((text) => countWords(text) >= minMaterialWords);
  return { instruction: last.task, sources: earlier.map((text) => ({ name: null, text })) };
}

/** Retrieval numbers what may be cited. */
const isPassage = ({ name }: { readonly name: string | null }): boolean => name !== null && /^\[\d+\]$/.test(name);

const textOf = (message: Message | undefined): string =>
  (message?.content ?? []).flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');

function resultText(part: ContentPart): string[] {
  if (part.type !== 'tool-result') return [];
  return [typeof part.content === 'string' ? part.content : linesOf(part.content, '').join('\n')];
}

/** JSON as lines of `name: value`. */
function linesOf(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => linesOf(item, name));
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, item]) => linesOf(item, key));
  return [name === '' ? String(value) : `${name}: ${String(value)}`];
}

const titleWords = /\b(title|headline|heading|subject line|tagline|slogan)\b/i;
const keywordWords = /\b(key ?words?|key ?phrases?|tags?|topics)\b/i;
const questionStart =
  /^(who|whom|whose|what|when|where|why|how|which|is|are|was|were|does|do|did|can|could|should|will|would|has|have|may|am)\b/i;

function intentOf(instruction: string, sources: readonly Source[]): Intent {
  const asks = isQuestion(instruction);
  if (asks && sources.some(({ name }) => name !== null && /^\[.+\]$/.test(name))) return 'question';
  if (summaryWords.test(instruction)) return 'summary';
  if (asks) return 'question';
  if (titleWords.test(instruction)) return 'title';
  if (keywordWords.test(instruction)) return 'keywords';
  return 'other';
}

const isQuestion = (text: string): boolean =>
  /[?？]["')\]\s]{0,8}$/m.test(text) || questionStart.test(text.trim()) || /\bquestion\s*:/i.test(text);

/** The question itself, without the instructions around it. */
export function questionIn(instruction: string): string {
  const labelled = /\bquestion\s*:\s*([\s\S]+)/i.exec(instruction)?.[1];
  if (labelled !== undefined) return labelled.trim();
  const asked = instruction.split(/(?<=[.!?？\n])/).filter((sentence) => /[?？]$/.test(sentence));
  return (asked.length === 0 ? instruction : asked.join(' ')).trim();
}

const numberWords = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const amount = `(\\d{1,5}|${numberWords.slice(1).join('|')})`;

export function readWanted(instruction: string): Wanted {
  return {
    words: amountOf(instruction, 'words?'),
    sentences: amountOf(
      instruction,
      '(?:short |brief |key |main )?(?:sentences?|bullets?(?: points?)?|points?|lines?|items?|facts?|key ?words?|tags?|topics?|takeaways?|highlights?)',
    ),
    characters: amountOf(instruction, '(?:characters?|chars?|letters?)'),
    bullets: /\b(bullets?|bullet points|list of|as a list)\b/i.test(instruction),
  };
}

function amountOf(text: string, unit: string): number | null {
  const found = new RegExp(`\\b${amount}[- ]+${unit}\\b`, 'i').exec(text)?.[1]?.toLowerCase();
  if (found === undefined) return null;
  return /^\d/.test(found) ? Number(found) : numberWords.indexOf(found);
}
