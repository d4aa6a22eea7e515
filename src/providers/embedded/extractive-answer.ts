/** Selects the statements of the material that concern a question, with the markers of the data blocks they come from. */
import { keepPerMaterial, type Material } from './material.ts';
import { questionIn } from './task.ts';
import { measureOverlap, type Ranked, rankFor } from './text/rank.ts';
import type { Unit } from './text/units.ts';
import { countWords, stemsOf } from './text/words.ts';

/** Below this share of the question's weight a statement is not about it. */
const minCoverage = 0.4;
const minShareOfBest = 0.62;
const maxStatements = 3;
const maxOverlap = 0.7;
const maxListed = 10;

/** Words that belong to asking. A statement may lack them and still be the answer. */
const mannerStems = new Set(
  stemsOf('happen happens require required work works mean means exist possible know explain describe question answer please'),
);

interface AnswerOptions {
  readonly maxWords: number;
  readonly maxSentences: number | null;
}

const quotable = keepPerMaterial(({ units }) => units.filter(({ kind }) => kind !== 'heading'));

/** Best first; empty when nothing in the material is about the question. */
export function chooseAnswer(material: Material, instruction: string): Ranked[] {
  const question = questionIn(instruction);
  const query = stemsOf(question).filter((stem) => !mannerStems.has(stem));
  const ranked = rankFor(query, quotable(material), material.headingStems)
    .filter(({ coverage }) => coverage >= minCoverage)
    .map((each) => ({ ...each, score: each.score * fitness(question, each) }))
    .sort((a, b) => b.score - a.score);
  return ranked.filter(({ score }) => score >= (ranked[0]?.score ?? 0) * minShareOfBest);
}

/** The kind of statement that the question asks for. */
function fitness(question: string, { unit, coverage }: Ranked): number {
  let fit = 0.6 + coverage;
  if (/\b(how (many|much|long|often|old|far|fast|big)|when|what (time|year|date|port|version|price)|price|cost)\b/i.test(question)) {
    fit *= /\d/.test(unit.text) ? 1.35 : 0.9;
  }
  if (/\bwho\b/i.test(question)) fit *= /\s\p{Lu}\p{Ll}/u.test(unit.text) ? 1.2 : 0.9;
  if (/\bwhy\b/i.test(question)) fit *= /\b(because|since|so that|therefore|due to|reason)\b/i.test(unit.text) ? 1.3 : 1;
  if (unit.kind === 'code') fit *= /\b(how|command|run|install|start|code|example|syntax|query)\b/i.test(question) ? 1 : 0.4;
  if (/\?$/.test(unit.text)) fit *= 0.3;
  return fit;
}

/** Null where the material has no answer. */
export function answerText(material: Material, instruction: string, { maxWords, maxSentences }: AnswerOptions): string | null {
  const chosen: Unit[] = [];
  let words = 0;
  for (const { unit } of chooseAnswer(material, instruction)) {
    if (chosen.length >= (maxSentences ?? maxStatements)) break;
    if (chosen.some((other) => measureOverlap(unit, other) > maxOverlap)) continue;
    const announced = announcement(material, unit, stemsOf(instruction));
    if (chosen.includes(announced)) continue;
    words += countWords(announced.text);
    if (chosen.length > 0 && words > maxWords) break;
    chosen.push(announced);
  }
  if (chosen.length === 0) return null;
  const shown = new Set<Unit>();
  const parts = bySource(chosen).flatMap((unit) => {
    const following = followers(material, unit).filter((other) => !shown.has(other));
    if (shown.has(unit)) return [];
    for (const each of [unit, ...following]) shown.add(each);
    return [{ unit, following }];
  });
  return joined(material, parts);
}

/** Statements of one source stand together and in its order; sources in the order of their best statement. */
function bySource(units: readonly Unit[]): Unit[] {
  const order = [...new Set(units.map(({ source }) => source))];
  return [...units].sort((a, b) => order.indexOf(a.source) - order.indexOf(b.source) || a.start - b.start);
}

/** An item that was found by its heading alone is one of many: the sentence that announces its list stands for all of them. */
function announcement(material: Material, unit: Unit, query: readonly string[]): Unit {
  if (unit.kind !== 'item' || unit.stems.some((stem) => query.includes(stem))) return unit;
  const at = material.units.indexOf(unit);
  const before = material.units.slice(0, at).findLast((other) => other.block !== unit.block || other.source !== unit.source);
  return before !== undefined && before.source === unit.source && /[:：]\s*$/.test(before.text) ? before : unit;
}

/** A statement that announces something is not whole without it: the list or the code that comes next. */
function followers(material: Material, unit: Unit): readonly Unit[] {
  if (!/[:：]\s*$/.test(unit.text)) return [];
  const next = material.units.slice(material.units.indexOf(unit) + 1, material.units.indexOf(unit) + 1 + maxListed);
  const kind = next[0]?.kind;
  if (kind !== 'item' && kind !== 'code') return [];
  const end = next.findIndex((other) => other.kind !== kind || other.source !== unit.source);
  return next.slice(0, kind === 'code' ? 1 : end === -1 ? next.length : end);
}

function joined(material: Material, parts: readonly { readonly unit: Unit; readonly following: readonly Unit[] }[]): string {
  let text = '';
  for (const { unit, following } of parts) {
    const marker = markerOf(material, unit);
    const standsAlone = unit.kind === 'code' || unit.kind === 'item' || following.length > 0;
    const separator = text === '' ? '' : standsAlone || text.endsWith('```') || text.includes('\n') ? '\n\n' : ' ';
    const list = following.map((other) => (other.kind === 'item' ? `- ${other.text}` : other.text)).join('\n');
    text += `${separator}${shownAlone(unit)}${list === '' ? '' : `\n\n${list}`}${marker === '' ? '' : `${list === '' && unit.kind !== 'code' ? ' ' : '\n'}${marker}`}`;
  }
  return text;
}

const shownAlone = (unit: Unit): string =>
  unit.kind === 'row'
    ? unit.text
        .replace(/^\||\|$/g, '')
        .trim()
        .replace(/\s*\|\s*/g, ' – ')
    : unit.text;

/** `[1]` where the data block is named so; nothing else is a citation. */
export function markerOf(material: Material, unit: Unit): string {
  const name = material.sources[unit.source]?.name ?? '';
  return /^\[.+\]$/.test(name) ? name : '';
}
