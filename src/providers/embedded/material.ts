/** The texts that a request provides as material, parsed once. */
import { type Unit, unitsOf } from './text/units.ts';
import { stemsOf } from './text/words.ts';

export interface Source {
  /** Name of its data block: `[1]`, `description`; null for text that stands in a message. */
  readonly name: string | null;
  readonly text: string;
}

export interface Material {
  readonly sources: readonly Source[];
  readonly units: readonly Unit[];
  /** Statements: sentences, items and rows. */
  readonly statements: readonly Unit[];
  /**
   * What a summary is made of: statements but no rows, else whatever there is. Only the first ones of a long text: what it is about, it
   * says early.
   */
  readonly prose: readonly Unit[];
  headingStems(unit: Unit): readonly string[];
}

const maxProse = 2_000;

export function materialOf(sources: readonly Source[]): Material {
  const units = sources.flatMap(({ text }, index) => unitsOf(text, index));
  const statements = units.filter(({ kind }) => kind !== 'heading' && kind !== 'code');
  const prose = statements.filter(({ kind }) => kind !== 'row');
  const known = new Map<string, readonly string[]>();
  return {
    sources,
    units,
    statements,
    prose: (prose.length > 0 ? prose : units).slice(0, maxProse),
    headingStems({ headings }) {
      const key = headings.join('\n');
      const stems = known.get(key) ?? stemsOf(key);
      known.set(key, stems);
      return stems;
    },
  };
}

/** What is found in a material, found once: a schema may have a thousand properties. */
export function keepPerMaterial<T>(find: (material: Material) => T): (material: Material) => T {
  const found = new WeakMap<Material, { readonly value: T }>();
  return (material) => {
    const known = found.get(material) ?? { value: find(material) };
    found.set(material, known);
    return known.value;
  };
}
