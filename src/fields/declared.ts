/** Finds the file and line in which an operator's SDL declares something, for mistakes of the composed graph. */
import { type DefinitionNode, Kind, visit } from 'graphql';
import type { Place } from './ai-field.ts';

export interface Declared {
  /** Types and fields that the files write down, by coordinate: `Product`, `Product.name`. The first place of each. */
  readonly places: ReadonlyMap<string, Place>;
  /** Types that the files make, rather than extend. */
  readonly types: ReadonlySet<string>;
  /** Types that the files extend, or that a field or an argument has. */
  readonly mentioned: readonly { readonly type: string; readonly place: Place }[];
}

type Located = { readonly loc?: { readonly startToken: { readonly line: number } } | undefined };

export function declaredIn(
  definitions: readonly { readonly definition: DefinitionNode; readonly file: string }[],
  placeIn: (file: string, node: Located) => Place,
): Declared {
  const places = new Map<string, Place>();
  const types = new Set<string>();
  const mentioned: { readonly type: string; readonly place: Place }[] = [];
  const note = (coordinate: string, place: Place): void => {
    if (!places.has(coordinate)) places.set(coordinate, place);
  };
  for (const { definition, file } of definitions) {
    if (definition.kind === Kind.DIRECTIVE_DEFINITION || !('name' in definition) || definition.name === undefined) continue;
    const type = definition.name.value;
    note(type, placeIn(file, definition.name));
    if (definition.kind.endsWith('Extension')) mentioned.push({ type, place: placeIn(file, definition.name) });
    else types.add(type);
    for (const field of 'fields' in definition ? (definition.fields ?? []) : [])
      note(`${type}.${field.name.value}`, placeIn(file, field.name));
    visit(definition, {
      NamedType: (node) => void mentioned.push({ type: node.name.value, place: placeIn(file, node) }),
    });
  }
  return { places, types, mentioned };
}
