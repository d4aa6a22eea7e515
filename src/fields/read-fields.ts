/**
 * Reads the operator's SDL: its AI fields, and the SDL that the AI subgraph contributes to composition.
 *
 * The operator names a field of another team and writes a prompt with holes. What federation needs in addition is generated:
 * `@external` on the other team's fields, `@requires` from the holes. AI directives are removed, so that no prompt becomes
 * public.
 */
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  GraphQLError,
  Kind,
  type ObjectTypeDefinitionNode,
  type ObjectTypeExtensionNode,
  parse,
  print,
} from 'graphql';
import type { AiField, EntityIndex, Mistake, Place } from './ai-field.ts';
import { type DataClasses, dataClassesOf } from './data-classes.ts';
import { type Declared, declaredIn } from './declared.ts';
import { directiveMistakes, directivesDeclared, isMisspelt } from './directive-mistakes.ts';
import { isAiDirective, isFieldDirective } from './directive-names.ts';
import { aiFieldOf, indexOf, keysOf, type Reading } from './directives.ts';
import type { PromptFile } from './prompts.ts';
import { requiredBy } from './requires.ts';

export interface SdlFile {
  readonly file: string;
  readonly sdl: string;
}

export interface FieldsRead {
  readonly fields: readonly AiField[];
  readonly indexes: readonly EntityIndex[];
  /** The `@key` selections of each type, as the operator wrote them. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** For the AI subgraph: entities with generated `@external` and `@requires`, without AI directives. Empty when there is none. */
  readonly sdl: string;
  /** Fields of other teams that each AI field reads, by coordinate. */
  readonly reads: ReadonlyMap<string, ReadonlySet<string>>;
  /** Of the data that AI fields and indexes send to models. */
  /** `others`: the SDL of the other subgraphs. */
  readonly dataClasses: (others: readonly string[]) => DataClasses;
  readonly declared: Declared;
  readonly mistakes: readonly Mistake[];
}

type ObjectNode = ObjectTypeDefinitionNode | ObjectTypeExtensionNode;
const rootTypes = new Set(['Query', 'Mutation', 'Subscription']);
const isObject = (node: DefinitionNode): node is ObjectNode =>
  node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION;

export function readFields(files: readonly SdlFile[], prompts: ReadonlyMap<string, PromptFile> = new Map()): FieldsRead {
  const mistakes: Mistake[] = [];
  const definitions: { readonly definition: DefinitionNode; readonly file: string }[] = [];
  for (const { file, sdl } of files) {
    const document = parsed(file, sdl, mistakes);
    for (const definition of document?.definitions ?? []) definitions.push({ definition, file });
  }
  const ownDirectives = directivesDeclared(definitions.map(({ definition }) => definition));
  for (const { definition, file } of definitions)
    mistakes.push(...directiveMistakes(definition, ownDirectives, (node) => placeIn(file, node)));
  const fields: AiField[] = [];
  const indexes: EntityIndex[] = [];
  const fieldsOf = new Map<string, FieldDefinitionNode[]>();
  for (const { definition } of definitions) {
    if (isObject(definition))
      fieldsOf.set(definition.name.value, [...(fieldsOf.get(definition.name.value) ?? []), ...(definition.fields ?? [])]);
  }
  /** Whether there is an AI field of which it is not known what it reads. */
  let unreadable = false;
  const keyed = new Map<string, string[]>();
  for (const { definition } of definitions) {
    if (isObject(definition)) keyed.set(definition.name.value, [...(keyed.get(definition.name.value) ?? []), ...keysOf(definition)]);
  }
  for (const { definition, file } of definitions) {
    if (!isObject(definition)) continue;
    const reading: Reading = { prompts, mistakes, keyed, placeOf: (node) => placeIn(file, node) };
    const index = indexOf(definition, reading);
    if (index !== null) indexes.push(index);
    for (const node of definition.fields ?? []) {
      const misspelt = isMisspelt(node.directives ?? [], ownDirectives);
      const field = aiFieldOf(definition, node, misspelt ? { ...reading, mistakes: [] } : reading);
      if (field !== null) fields.push(field);
      else if (misspelt || node.directives?.some(({ name }) => isFieldDirective(name.value))) unreadable = true;
    }
  }
  const aiCoordinates = new Set(fields.map(({ coordinate }) => coordinate));
  const required = new Map(fields.map((field) => [field.coordinate, requiredBy(field, { fieldsOf, keyed, aiCoordinates, mistakes })]));
  const external = new Set([...required.values()].flatMap(({ coordinates }) => [...coordinates]));
  for (const field of fields) {
    if (field.type.kind === Kind.NON_NULL_TYPE) {
      mistakes.push({
        place: field.place,
        message: `${field.coordinate} is not nullable. A model can fail, and its failure must cost this field alone: write ${print(field.type.type)}.`,
      });
    }
    if (!field.node.directives?.some(({ name }) => name.value === 'requiresScopes')) {
      mistakes.push({
        place: field.place,
        message: `${field.coordinate} names no scopes. Add @requiresScopes(scopes: [["ai:use"]]), or the scopes of your own.`,
      });
    }
    if (!rootTypes.has(field.typeName) && (keyed.get(field.typeName)?.length ?? 0) === 0) {
      mistakes.push({
        place: field.place,
        message: `${field.typeName} has AI fields but no @key. Write the key of its own team: extend type ${field.typeName} @key(fields: "id").`,
      });
    }
  }
  const borrowed = new Set([...external].map((coordinate) => coordinate.split('.')[0] ?? ''));
  const entities = new Set([...fields.map(({ typeName }) => typeName), ...borrowed, ...indexes.map(({ typeName }) => typeName)]);

  function shown(definition: DefinitionNode, file: string): DefinitionNode | null {
    if (definition.kind === Kind.SCHEMA_EXTENSION || definition.kind === Kind.DIRECTIVE_DEFINITION) return null;
    if (!isObject(definition)) return definition;
    const type = definition.name.value;
    const keyFields = new Set((keyed.get(type) ?? []).flatMap((key) => [...key.matchAll(/\w+/g)].map(([name]) => name)));
    const others = (definition.fields ?? []).filter((node) => {
      const coordinate = `${type}.${node.name.value}`;
      const foreign = entities.has(type) && !rootTypes.has(type) && !aiCoordinates.has(coordinate) && !keyFields.has(node.name.value);
      if (foreign && !external.has(coordinate) && isPlain(node) && !unreadable) {
        mistakes.push({
          place: placeIn(file, node),
          message: `${coordinate} is declared but no AI field reads it. Name it in a prompt as {${node.name.value}}, or leave it out.`,
        });
        return false;
      }
      return true;
    });
    const directives = (definition.directives ?? []).filter(({ name }) => !isAiDirective(name.value));
    if (others.length === 0 && directives.length === 0) return null;
    return {
      ...definition,
      directives,
      fields: others.map((node) => fieldShown(node, `${type}.${node.name.value}`, external, required)),
    };
  }

  const shownDefinitions = definitions.flatMap(({ definition, file }) => shown(definition, file) ?? []);
  const reads = new Map([...required].map(([coordinate, { coordinates }]) => [coordinate, coordinates]));
  const declared = declaredIn(definitions, placeIn);
  const dataClasses = (others: readonly string[]): DataClasses => dataClassesOf(fields, indexes, fieldsOf, others);
  return { fields, indexes, keys: keyed, sdl: shownDefinitions.map(print).join('\n\n'), reads, dataClasses, declared, mistakes };
}

/** A field that says nothing of its own origin: no federation directive that the operator wrote by hand. */
const isPlain = (node: FieldDefinitionNode): boolean =>
  !(node.directives ?? []).some(({ name }) => ['shareable', 'external', 'provides'].includes(name.value));

function fieldShown(
  node: FieldDefinitionNode,
  coordinate: string,
  external: ReadonlySet<string>,
  required: ReadonlyMap<string, { readonly selection: string }>,
): FieldDefinitionNode {
  const kept = (node.directives ?? []).filter(({ name }) => !isAiDirective(name.value));
  const selection = required.get(coordinate)?.selection ?? '';
  const added = [
    ...(external.has(coordinate) && !kept.some(({ name }) => name.value === 'external') ? ['@external'] : []),
    ...(selection === '' ? [] : [`@requires(fields: ${JSON.stringify(selection)})`]),
  ];
  const directives = added.length === 0 ? [] : directivesFrom(added.join(' '));
  return { ...node, directives: [...kept, ...directives] };
}

function directivesFrom(text: string): NonNullable<FieldDefinitionNode['directives']> {
  const [definition] = parse(`type T { f: Int ${text} }`, { noLocation: true }).definitions;
  return definition !== undefined && isObject(definition) ? (definition.fields?.[0]?.directives ?? []) : [];
}

function parsed(file: string, sdl: string, mistakes: Mistake[]): DocumentNode | null {
  try {
    return parse(sdl);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    mistakes.push({ place: { file, line: error.locations?.[0]?.line ?? 1 }, message: `${error.message} The file must be GraphQL SDL.` });
    return null;
  }
}

const placeIn = (file: string, node: { readonly loc?: { readonly startToken: { readonly line: number } } | undefined }): Place => ({
  file,
  line: node.loc?.startToken.line ?? 1,
});
