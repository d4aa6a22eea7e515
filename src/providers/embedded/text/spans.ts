/** Finds spans of the material that could be the value of a string property, the most likely first. */
import { RE2JS } from 're2js';
import type { JsonSchema } from '../../../core/request/json-schema.ts';
import { focusOf } from '../completion-text.ts';
import { chooseAnswer } from '../extractive-answer.ts';
import { type Labelled, valuesFor } from '../fields-in-text.ts';
import { keepPerMaterial, type Material } from '../material.ts';
import { clipSpan, titleSpan } from '../summary.ts';
import { readWanted, type Task } from '../task.ts';
import { rankFor, worthOf } from './rank.ts';
import { countWords, nameStems, stemsOf } from './words.ts';

interface Asked {
  readonly name: string;
  readonly description: string;
  readonly schema: JsonSchema;
  /** The only property of its kind: whatever the task is about belongs here. */
  readonly alone: boolean;
}

/** Where a route masks personal data, its placeholder stands for the value and becomes it again on the way back. */
const formatShapes: Readonly<Record<string, RegExp>> = {
  email: /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|<EMAIL_\d{1,9}>/g,
  uri: /\bhttps?:\/\/[^\s<>"')\]]+/g,
  date: /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/g,
  'date-time': /(?<!\d)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/g,
  uuid: /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi,
  ipv4: /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])|<IP_\d{1,9}>/g,
};
/** Names that say what their value looks like, when the schema does not. */
const namedShapes: readonly (readonly [name: RegExp, shape: RegExp])[] = [
  [/e?-?mail(_?address)?$/i, /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|<EMAIL_\d{1,9}>/g],
  [/(phone|tel|mobile|fax)(_?number)?$/i, /(?<![\w+])\+?\(?\d[\d ().\-/]{5,20}\d(?!\w)|<PHONE_\d{1,9}>/g],
  [/(url|website|link|homepage)$/i, /\bhttps?:\/\/[^\s<>"')\]]+/g],
];
const titles = /^(title|headline|heading|subject)$/i;
const summaries = /(summary|abstract|overview|description|gist|synopsis|tl_?dr|digest|excerpt|blurb|pitch|tagline|teaser|highlight)$/i;
const anything = /^(text|answer|value|result|output|content|response|reply|message|data|quote|evidence)$/i;
const propers = new Set(
  nameStems(
    'name city location place person country company brand author product customer organisation organization street town artist reviewer',
  ),
);
const usualSummaryWords = 60;
const maxSummaryWords = 300;
const maxSummarySentences = 12;

export function spansFor(asked: Asked, material: Material, labelled: readonly Labelled[], task: Task): string[] {
  const { name, schema } = asked;
  const fits = fitting(schema);
  const candidates = [...likely(asked, material, labelled, task)];
  const sized = candidates.map((text) => sizedTo(text.trim(), schema)).filter((text) => text !== '' && !text.includes('\0'));
  const own = sized.filter(fits);
  if (own.length > 0 || typeof schema['pattern'] !== 'string') return own;
  return name === '' ? [] : tokensOf(material).filter(fits);
}

function* likely(
  { name, description, schema, alone }: Asked,
  material: Material,
  labelled: readonly Labelled[],
  task: Task,
): Generator<string> {
  const stems = nameStems(name);
  const format = schema['format'];
  const shape = typeof format === 'string' ? formatShapes[format] : undefined;
  if (shape !== undefined) {
    yield* nearest(shape, material, stems);
    return;
  }
  const named = namedShapes.find(([shapeName]) => shapeName.test(name));
  if (named !== undefined) yield* nearest(named[1], material, stems);
  yield* valuesFor(stems, labelled).map((value) => (summaries.test(name) || anything.test(name) ? value : firstOf(value)));
  yield* statedIn(name, material);
  if (titles.test(name)) yield* known(titleSpan(material, 12));
  const asksProper = propers.has(stems.at(-1) ?? '');
  if (asksProper) yield* properNames(material);
  if (summaries.test(name)) yield* known(summarySpan(material, task, description));
  if (anything.test(name) || alone) {
    if (task.intent === 'question') yield* chooseAnswer(material, task.instruction).map(({ unit }) => unit.raw);
    else if (!asksProper) yield* known(summarySpan(material, task, description));
  }
  const query = [...stems, ...stemsOf(description)];
  for (const { unit, coverage } of rankFor(query, material.statements, material.headingStems)) {
    if (coverage >= 0.5 || stems.some((stem) => unit.stems.includes(stem))) yield unit.raw;
  }
}

/** `Ann Lee, email ann@x.io`: up to where another value begins. */
const firstOf = (value: string): string => value.split(/[,;]\s+(?=\p{Ll}|[\p{L} ]{2,24}:)/u)[0] ?? value;

function* known(text: string | null): Generator<string> {
  if (text !== null) yield text;
}

function nearest(shape: RegExp, material: Material, stems: readonly string[]): string[] {
  const found = material.sources.flatMap(({ text }) =>
    [...text.matchAll(shape)].map((match) => {
      const before = stemsOf(text.slice(Math.max(0, match.index - 80), match.index));
      return { text: match[0].replace(/[.,;:!?]{1,8}$/, ''), near: stems.some((stem) => before.includes(stem)) };
    }),
  );
  return found.sort((a, b) => Number(b.near) - Number(a.near)).map(({ text }) => text);
}

/** `the colour is dark green, and …`: what follows the name, up to the next break. */
function* statedIn(name: string, material: Material): Generator<string> {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[\s_.-]+/)
    .filter((word) => /^[\p{L}\p{N}]+$/u.test(word));
  if (words.length === 0) return;
  const stated = new RegExp(`(?<![\\p{L}\\p{N}])${words.join('[\\s_-]+')}\\s+(?:is|are|was|were)\\s+([^.,;\\n]{1,120})`, 'iu');
  for (const { raw } of material.statements) yield* known(stated.exec(raw)?.[1] ?? null);
}

const proper = /(?<![.!?]\s|^|[\p{L}\p{N}])\p{Lu}[\p{L}\p{N}'’-]*(?:\s(?:(?:of|the|de|van|von|da)\s)?\p{Lu}[\p{L}\p{N}'’-]*)*/gu;

/** Capitalised words that no sentence begins with. */
const properNames = keepPerMaterial((material) => {
  const found = material.units.filter(({ kind }) => kind !== 'code').flatMap(({ raw }) => [...raw.matchAll(proper)].map(([text]) => text));
  return found.filter((text) => text.length > 1 && stemsOf(text).length > 0);
});

/** Neighbouring statements that matter most together: one span, as a summary inside JSON must be. */
function summarySpan(material: Material, task: Task, description: string): string | null {
  const own = readWanted(description);
  const words = Math.min(maxSummaryWords, own.words ?? task.wanted.words ?? usualSummaryWords);
  const sentences = Math.min(maxSummarySentences, own.sentences ?? task.wanted.sentences ?? 3);
  const units = material.prose;
  const worth = worthOf(units, focusOf(task.instruction));
  const top = Math.max(...worth);
  let best: { readonly text: string; readonly worth: number } | null = null;
  for (const [from, first] of units.entries()) {
    let sum = 0;
    for (let to = from; to < units.length && to - from < sentences; to += 1) {
      const last = units[to];
      if (last === undefined || last.source !== first.source || (last.block !== first.block && last.kind !== 'sentence')) break;
      const text = material.sources[first.source]?.text.slice(first.start, last.end) ?? '';
      if (countWords(text) > words || (to > from && /\n\s*(#|[-*+] |\d+[.)] |```|\|)/.test(text))) break;
      sum += (worth[to] ?? 0) - (to > from ? top * 0.25 : 0);
      if (best === null || sum > best.worth) best = { text, worth: sum };
    }
  }
  if (best !== null) return best.text;
  const raw = units[worth.indexOf(top)]?.raw;
  return raw === undefined ? null : clipSpan(raw, words);
}

/** Cut to the longest length that the schema allows, between words. */
function sizedTo(text: string, { maxLength }: JsonSchema): string {
  if (typeof maxLength !== 'number' || [...text].length <= maxLength) return text;
  const room = [...text].slice(0, maxLength + 1).join('');
  const cut = room.search(/\s\S*$/);
  return cut <= 0 ? '' : room.slice(0, cut).replace(/[\s,;:–—]{1,8}$/, '');
}

function fitting({ minLength, pattern }: JsonSchema): (text: string) => boolean {
  const shape = typeof pattern === 'string' ? compiled(pattern) : null;
  return (text) => (typeof minLength !== 'number' || [...text].length >= minLength) && (shape?.test(text) ?? true);
}

function compiled(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    return null;
  }
}

const maxTokens = 20_000;
const tokensOf = keepPerMaterial((material) =>
  material.sources
    .flatMap(({ text }) => text.match(/\S+/g) ?? [])
    .slice(0, maxTokens)
    .flatMap((token) => [token, token.replace(/^[("'[]{1,3}|[)"'\].,;:!?]{1,3}$/g, '')]),
);
