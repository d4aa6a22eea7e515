/** What a request for entities asks for. */
import { type FieldNode, Kind } from 'graphql';
import type { SubgraphRequest } from './engine-request.ts';

export type Representation = Readonly<Record<string, unknown>>;

export interface AskedEntities {
  readonly field: FieldNode;
  /** Of `_entities` in the answer. */
  readonly key: string;
  readonly variable: string;
  readonly representations: readonly Representation[];
}

/** Null: the request is not for entities. The engine sends one with a single field, and its representations as a variable. */
export function representationsOf({ document, variables }: SubgraphRequest): AskedEntities | null {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const field = operation?.selectionSet.selections[0];
  if (field?.kind !== Kind.FIELD || field.name.value !== '_entities') return null;
  const argument = field.arguments?.find(({ name }) => name.value === 'representations')?.value;
  const variable = argument?.kind === Kind.VARIABLE ? argument.name.value : null;
  const representations = variable === null ? null : variables?.[variable];
  if (variable === null || !Array.isArray(representations)) return null;
  return { field, key: field.alias?.value ?? field.name.value, variable, representations };
}
