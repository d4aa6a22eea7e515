/**
 * Names that every JavaScript object has (`constructor`, `toString`, …), where the libraries cannot bear them: they keep types,
 * and the fields of entities, in plain objects, and find a function there that nobody put in. Everywhere else such names work.
 */
import { type DocumentNode, Kind } from 'graphql';

const objectNames: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Coordinates of such types, and of such fields of entities. */
export function coordinatesLikeObjects(document: DocumentNode, isEntity: (type: string) => boolean): readonly string[] {
  return document.definitions.flatMap((definition) => {
    if (!('name' in definition) || definition.name === undefined || definition.kind === Kind.DIRECTIVE_DEFINITION) return [];
    const type = definition.name.value;
    const own = objectNames.has(type) ? [type] : [];
    if (!isEntity(type) || !('fields' in definition)) return own;
    return [
      ...own,
      ...(definition.fields ?? [])
        .map(({ name }) => name.value)
        .filter((name) => objectNames.has(name))
        .map((name) => `${type}.${name}`),
    ];
  });
}

export const remedyForObjectNames = 'Another name would be accepted; clients can keep theirs as an alias, such as `constructor: builder`.';

export const refusedObjectNames = (coordinates: readonly string[]): string =>
  `A type, or the field of an entity, cannot have a name that every JavaScript object has: ${coordinates.join(', ')}.`;
