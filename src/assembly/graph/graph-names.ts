/** Finds names in the operator's files that the graph does not have, and the line that a problem of composition comes from. */
import { type DefinitionNode, type DocumentNode, parse } from 'graphql';
import { nearestName } from '../../core/nearest-name.ts';
import { type CompositionProblem, sentenceOf } from '../../federation/compose/compose.ts';
import { type Mistake, mistakeText } from '../../fields/ai-field.ts';
import type { FieldsRead } from '../../fields/read-fields.ts';
import { aiTypeDefs } from '../../graphql/ai-schema.ts';

const builtIn = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Query', 'Mutation', 'Subscription'];

/** Sentences with file and line, about types that no subgraph has and about borrowed fields that their owners do not have. */
export function nameMistakes({ declared, reads }: FieldsRead, others: readonly string[]): readonly string[] {
  const known = fieldsByType([aiTypeDefs(), ...others.flatMap(readable)]);
  const types = new Set([...builtIn, ...known.keys(), ...declared.types]);
  const unknownTypes = declared.mentioned
    .filter(({ type }) => !types.has(type))
    .map(({ type, place }): Mistake => ({ place, message: `There is no type "${type}" in the graph${meant(type, types)}` }));
  const borrowed = new Set([...reads.values()].flatMap((of) => [...of]));
  const unknownFields = [...borrowed].flatMap((coordinate): readonly Mistake[] => {
    const [type = '', field = ''] = coordinate.split('.');
    const fields = known.get(type);
    const place = declared.places.get(coordinate);
    if (fields === undefined || fields.has(field) || place === undefined || declared.types.has(type)) return [];
    return [{ place, message: `${type} has no field "${field}" in the graph${meant(field, fields)}` }];
  });
  return [...new Set([...unknownTypes, ...unknownFields].map(mistakeText))];
}

function meant(name: string, known: ReadonlySet<string>): string {
  const near = nearestName(name, known);
  return near === null ? '. Name one that another team has, or define it.' : `: did you mean "${near}"?`;
}

function fieldsByType(documents: readonly DocumentNode[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const definition of documents.flatMap(({ definitions }): readonly DefinitionNode[] => definitions)) {
    if (!('name' in definition) || definition.name === undefined || definition.kind === 'DirectiveDefinition') continue;
    const fields = found.get(definition.name.value) ?? new Set();
    for (const { name } of 'fields' in definition ? (definition.fields ?? []) : []) fields.add(name.value);
    found.set(definition.name.value, fields);
  }
  return found;
}

/** Composition reports a text that is not SDL, because it knows the subgraph. */
function readable(sdl: string): readonly DocumentNode[] {
  try {
    return [parse(sdl, { noLocation: true })];
  } catch {
    return [];
  }
}

/** The problem in a sentence, after the file and the line that declare what it is about, if they do. */
export function placedSentence(problem: CompositionProblem, { declared }: FieldsRead): string {
  const message = sentenceOf(problem);
  const named = [...problem.coordinates, ...(problem.message.match(/[_A-Za-z]\w*(\.[_A-Za-z]\w*)?/g) ?? [])];
  const fields = named.filter((name) => name.includes('.'));
  const place = [...fields, ...named].map((name) => declared.places.get(name)).find((found) => found !== undefined);
  return place === undefined ? message : mistakeText({ place, message });
}
