/**
 * Finds mistakes with directives in the operator's SDL: unknown directives, directives without effect at their place, and
 * unknown arguments.
 */
import { type ConstDirectiveNode, type DefinitionNode, type InputValueDefinitionNode, Kind, valueFromASTUntyped } from 'graphql';
import { nearestName } from '../core/nearest-name.ts';
import type { Mistake, Place } from './ai-field.ts';
import { aiDirectives, isAiDirective, otherDirectives, standsOnFields } from './directive-names.ts';

type Where = 'type' | 'field' | 'other';

interface Bearer {
  readonly coordinate: string;
  readonly where: Where;
  readonly directives: readonly ConstDirectiveNode[];
}

/** The mistakes of one definition. `declared`: directives that the files define or import themselves. */
export function directiveMistakes(
  definition: DefinitionNode,
  declared: ReadonlySet<string>,
  placeOf: (node: ConstDirectiveNode) => Place,
): readonly Mistake[] {
  return bearersIn(definition).flatMap(({ coordinate, where, directives }) =>
    directives.flatMap((directive) =>
      sentencesOf(directive, where, declared).map((sentence) => ({ place: placeOf(directive), message: `${coordinate}: ${sentence}` })),
    ),
  );
}

/** Whether the directives of a field are not what was meant: what else is wrong with the field then misleads. */
export const isMisspelt = (directives: readonly ConstDirectiveNode[], declared: ReadonlySet<string>): boolean =>
  directives.some((directive) => sentencesOf(directive, 'field', declared).length > 0);

/** What the files define as directives, or import by `@link`. */
export function directivesDeclared(definitions: readonly DefinitionNode[]): ReadonlySet<string> {
  return new Set(
    definitions.flatMap((definition) => {
      if (definition.kind === Kind.DIRECTIVE_DEFINITION) return [definition.name.value];
      if (definition.kind !== Kind.SCHEMA_EXTENSION && definition.kind !== Kind.SCHEMA_DEFINITION) return [];
      return (definition.directives ?? []).flatMap(({ arguments: args = [] }) =>
        args.flatMap(({ name, value }) => (name.value === 'import' ? importedIn(valueFromASTUntyped(value)) : [])),
      );
    }),
  );
}

function importedIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  const names = value.map((each: unknown) =>
    typeof each === 'object' && each !== null ? (Reflect.get(each, 'as') ?? Reflect.get(each, 'name')) : each,
  );
  return names.filter((name) => typeof name === 'string' && name.startsWith('@')).map((name: string) => name.slice(1));
}

/** `@federation__tag` and the like are what `@link` calls that which it does not import. */
const isKnown = (name: string, declared: ReadonlySet<string>): boolean =>
  isAiDirective(name) || otherDirectives.includes(name) || declared.has(name) || name.includes('__');

function sentencesOf(directive: ConstDirectiveNode, where: Where, declared: ReadonlySet<string>): readonly string[] {
  const name = directive.name.value;
  if (!isKnown(name, declared)) {
    const near = nearestName(name, [...Object.keys(aiDirectives), ...otherDirectives, ...declared]);
    return [
      `unknown directive "@${name}"${near === null ? `. AI directives: ${atNames(Object.keys(aiDirectives))}.` : `: did you mean "@${near}"?`}`,
    ];
  }
  if (!isAiDirective(name)) return [];
  const rightPlace: Where = standsOnFields(name) ? 'field' : 'type';
  if (where !== rightPlace)
    return [`@${name} does nothing here. It belongs on ${rightPlace === 'field' ? 'a field of an object type' : 'an object type'}.`];
  const args = aiDirectives[name] ?? [];
  return (directive.arguments ?? []).flatMap((argument) => {
    if (!args.includes(argument.name.value)) {
      const near = nearestName(argument.name.value, args);
      const remedy = near === null ? `. It takes: ${args.join(', ')}.` : `: did you mean "${near}"?`;
      return [`unknown argument "${argument.name.value}" of @${name}${remedy}`];
    }
    const value: unknown = valueFromASTUntyped(argument.value);
    return argument.name.value === 'select' && value !== 'DECLARED' && value !== 'SELECTED'
      ? [`select of @${name} is ${JSON.stringify(value)}. It must be SELECTED or DECLARED.`]
      : [];
  });
}

const atNames = (names: readonly string[]): string => names.map((name) => `@${name}`).join(', ');

function bearersIn(definition: DefinitionNode): readonly Bearer[] {
  if (!('name' in definition) || definition.name === undefined || !('directives' in definition)) return [];
  const type = definition.name.value;
  const isObject = definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.OBJECT_TYPE_EXTENSION;
  const ofArguments = (coordinate: string, args: readonly InputValueDefinitionNode[] = []): readonly Bearer[] =>
    args.map(({ name, directives = [] }) => ({ coordinate: `${coordinate}(${name.value}:)`, where: 'other', directives }));
  const fields = 'fields' in definition ? (definition.fields ?? []) : [];
  const values = 'values' in definition ? (definition.values ?? []) : [];
  return [
    { coordinate: type, where: isObject ? 'type' : 'other', directives: definition.directives as readonly ConstDirectiveNode[] },
    ...fields.flatMap((field): readonly Bearer[] => {
      const coordinate = `${type}.${field.name.value}`;
      return [
        { coordinate, where: isObject ? 'field' : 'other', directives: field.directives ?? [] },
        ...('arguments' in field ? ofArguments(coordinate, field.arguments) : []),
      ];
    }),
    ...values.map((value): Bearer => ({ coordinate: `${type}.${value.name.value}`, where: 'other', directives: value.directives ?? [] })),
  ];
}
