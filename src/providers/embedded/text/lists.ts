/** Finds lists in a text: under a label, a heading or a lead-in, as rows of a table, or as its most important statements. */
import { cellsOf, findLabelled, type Labelled, valuesFor } from '../fields-in-text.ts';
import { type Material, materialOf } from '../material.ts';
import { keywords } from '../summary.ts';
import { readWanted, type Task } from '../task.ts';
import { rankFor, worthOf } from './rank.ts';
import type { Unit } from './units.ts';
import { nameStems, stemsOf } from './words.ts';

/** What is looked for, and where. */
export interface ListScope {
  readonly task: Task;
  readonly material: Material;
  readonly labelled: readonly Labelled[];
  readonly name: string;
  /** The only property of its object. */
  readonly alone: boolean;
}

const usualItems = 3;

export const onlySaying = (text: string): Material => materialOf([{ name: null, text }]);

const topics = /(keywords?|tags?|topics?|keyphrases?|terms)$/i;
const anyList =
  /^(items?|points?|list|bullets?|features?|steps?|highlights?|key_?points?|takeaways?|facts?|sentences?|quotes?|results?|values?|answers?)$/i;

/** A list that the text itself has for the name: behind its label, under its heading, or the only one there is. */
export function listFor({ name, labelled, material }: ListScope, description: string): string[] {
  const stems = nameStems(name);
  const stated = valuesFor(stems, labelled)[0];
  if (stated !== undefined) {
    return stated
      .split(/\s*[,;]\s*(?:and\s+)?|\s+and\s+/)
      .map((part) => part.replace(/[.\s]+$/, '').trim())
      .filter((part) => part !== '');
  }
  const lists = [
    ...Map.groupBy(
      material.units.filter(({ kind }) => kind === 'item'),
      ({ block, source }) => `${source}/${block}`,
    ).values(),
  ];
  const leading = (list: readonly Unit[]): readonly string[] => {
    const first = list[0];
    if (first === undefined) return [];
    const before = material.units[material.units.indexOf(first) - 1];
    return [...material.headingStems(first), ...(before !== undefined && /:$/.test(before.text) ? before.stems : [])];
  };
  const named = lists.find((list) => stems.length > 0 && stems.some((stem) => leading(list).includes(stem)));
  const wanted = [...stems, ...stemsOf(description)];
  const only =
    lists.length === 1 && (anyList.test(name) || leading(lists[0] ?? []).some((stem) => wanted.includes(stem))) ? lists[0] : undefined;
  return (named ?? only ?? []).map(({ raw }) => raw);
}

export function statementsFor({ name, material, task, alone }: ListScope, most: number | null, description: string): string[] {
  const count = readWanted(description).sentences ?? task.wanted.sentences ?? usualItems;
  const many = Math.min(most ?? count, count);
  if (topics.test(name)) return keywords(material, most ?? Math.max(count, 5));
  if (anyList.test(name) || name === '' || alone) {
    const worth = worthOf(material.prose, []);
    const order = material.prose.map((unit, index) => ({ unit, worth: worth[index] ?? 0 })).sort((a, b) => b.worth - a.worth);
    return order
      .slice(0, many)
      .sort((a, b) => a.unit.source - b.unit.source || a.unit.start - b.unit.start)
      .map(({ unit }) => unit.raw);
  }
  const stems = nameStems(name);
  return rankFor([...stems, ...stemsOf(description)], material.statements, material.headingStems)
    .filter(({ unit, coverage }) => coverage >= 0.5 || stems.some((stem) => unit.stems.includes(stem)))
    .slice(0, many)
    .map(({ unit }) => unit.raw);
}

/** Names that ask for a part as a whole. */
const wholeNames = stemsOf('text content quote review comment body sentence item entry');

interface Part {
  readonly material: Material;
  readonly labelled: readonly Labelled[];
}

/** What each object of an array is looked for in: a row of a table, an item of a list, a source; else the whole text. */
export function partsOf({ material, labelled }: ListScope): Part[] {
  const rows = material.units.filter(({ kind }) => kind === 'row');
  const [head, ...body] = rows;
  if (head !== undefined && body.length > 0) {
    const labels = cellsOf(head.raw).map(nameStems);
    return body.map(({ raw }) => ({
      material: onlySaying(raw),
      labelled: cellsOf(raw).flatMap((value, index) => (value === '' ? [] : [{ stems: labels[index] ?? [], value }])),
    }));
  }
  const items = material.units.filter(({ kind }) => kind === 'item');
  const texts =
    items.length > 1 ? items.map(({ raw }) => raw) : material.sources.length > 1 ? material.sources.map(({ text }) => text) : [];
  if (texts.length === 0) return [{ material, labelled }];
  return texts.map((text) => {
    const part = onlySaying(text);
    return { material: part, labelled: [...findLabelled(part), ...wholeNames.map((stem) => ({ stems: [stem], value: text.trim() }))] };
  });
}
