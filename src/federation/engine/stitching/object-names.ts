/**
 * Names that every JavaScript object has (`constructor`, `toString`, …), where the stitching library cannot bear them: it keeps
 * types, and the fields of entities, in plain objects, and finds a function there that nobody put in. Everywhere else such names work.
 */
import { type DocumentNode, Kind } from 'graphql';
import { GatewayError } from '../../../core/errors.ts';
import { directivesOf, outputTypesOf } from '../join.ts';

export const objectNames: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/** Throws BAD_REQUEST, in a sentence that names the coordinates. */
export function refuseObjectNames(supergraph: DocumentNode): void {
  const entities = new Set(
    outputTypesOf(supergraph)
      .filter(isEntity)
      .map(({ name }) => name.value),
  );
  const found = supergraph.definitions.flatMap((definition) => {
    if (!('name' in definition) || definition.name === undefined || definition.kind === Kind.DIRECTIVE_DEFINITION) return [];
    const type = definition.name.value;
    const fields = entities.has(type) && 'fields' in definition ? (definition.fields ?? []) : [];
    const named = fields.map(({ name }) => name.value).filter((name) => objectNames.has(name));
    return [...(objectNames.has(type) ? [type] : []), ...named.map((name) => `${type}.${name}`)];
  });
  if (found.length === 0) return;
  throw new GatewayError(
    'BAD_REQUEST',
    `Without the query planner, a type, or the field of an entity, cannot have a name that every JavaScript object has: ${found.join(', ')}. Another name would be accepted; clients can keep theirs as an alias, such as \`constructor: builder\`.`,
  );
}

const isEntity = (type: Parameters<typeof directivesOf>[0]): boolean =>
  directivesOf(type, 'join__type').some(({ key, isInterfaceObject }) => key !== undefined || isInterfaceObject === true);
