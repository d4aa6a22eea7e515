/** The texts that a request gives to work on, taken apart once. */
import { type Unit, unitsOf } from './units.ts';
import { stemsOf } from './words.ts';

export interface Source {
  /** Name of its data block: `[1]`, `description`; null for text that stands in a message. */
  readonly name: string | null;
  readonly text: string;
}

export interface Material {
  readonly sources: readonly Source[];
  readonly units: readonly Unit[];
  /** Sentences, items, rows: what reads as a statement. */
  readonly statements: readonly Unit[];
  headingStems(unit: Unit): readonly string[];
}

export function materialOf(sources: readonly Source[]): Material {
  const units = sources.flatMap(({ text }, index) => unitsOf(text, index));
  const known = new Map<string, readonly string[]>();
  return {
    sources,
    units,
    statements: units.filter(({ kind }) => kind !== 'heading' && kind !== 'code'),
    headingStems({ headings }) {
      const key = headings.join('\n');
      const stems = known.get(key) ?? stemsOf(key);
      known.set(key, stems);
      return stems;
    },
  };
}
