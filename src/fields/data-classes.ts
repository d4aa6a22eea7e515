/**
 * Which classes of data each AI field and index sends to a model: those that `@dataClass` gives to the fields that its templates read, in the
 * operator's SDL or in that of the subgraph which owns the field.
 */
import { type FieldDefinitionNode, Kind, parse, valueFromASTUntyped } from 'graphql';
import { type AiField, type EntityIndex, templatesOf } from './ai-field.ts';
import { importedNames } from './imported-names.ts';
import { namedType } from './requires.ts';
import { holesOf, type Template } from './template.ts';

/** By the coordinate that calls name: `Product.summary`, `Index.products`. Those that send no classified data are not in it. */
export type DataClasses = ReadonlyMap<string, readonly string[]>;

type FieldsOf = ReadonlyMap<string, readonly FieldDefinitionNode[]>;

/** `others`: the SDL of the other subgraphs, or a supergraph that has the directive (`@composeDirective`). */
export function dataClassesOf(
  fields: readonly AiField[],
  indexes: readonly EntityIndex[],
  fieldsOf: FieldsOf,
  others: readonly string[] = [],
): DataClasses {
  const owners = classesOfOwners(others);
  const senders = [
    ...fields.map((field) => ({
      coordinate: field.coordinate,
      typeName: field.typeName,
      templates: templatesOf(field),
      given: field.arguments,
    })),
    ...indexes.map(({ name, typeName, text }) => ({ coordinate: `Index.${name}`, typeName, templates: [text], given: [] })),
  ];
  const found = senders.map(({ coordinate, typeName, templates, given }) => {
    const names = new Set(given.map(({ name }) => name.value));
    return [
      coordinate,
      [...new Set(templates.flatMap((template) => classesIn(template, typeName, names, { fieldsOf, owners })))].sort(),
    ] as const;
  });
  return new Map(found.filter(([, classes]) => classes.length > 0));
}

interface Declared {
  readonly fieldsOf: FieldsOf;
  /** By coordinate. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
}

function classesIn(template: Template, typeName: string, given: ReadonlySet<string>, { fieldsOf, owners }: Declared): readonly string[] {
  return holesOf(template)
    .filter(([head = '']) => !given.has(head))
    .flatMap((path) => {
      const classes: string[] = [];
      let type = typeName;
      for (const name of path) {
        const node = fieldsOf.get(type)?.find((field) => field.name.value === name);
        if (node === undefined) break;
        classes.push(...classesAt(node), ...(owners.get(`${type}.${name}`) ?? []));
        type = namedType(node.type);
      }
      return classes;
    });
}

/** A subgraph defines the directive itself, or imports it by `@link`, under a name of its own if it likes. */
function classesOfOwners(sdls: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const sdl of sdls) {
    if (!/dataClass/.test(sdl)) continue;
    const document = parse(sdl, { noLocation: true });
    const called = importedNames(document).get('dataClass') ?? 'dataClass';
    for (const definition of document.definitions) {
      if (
        !('fields' in definition) ||
        definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION ||
        definition.kind === Kind.INPUT_OBJECT_TYPE_EXTENSION
      )
        continue;
      for (const field of (definition.fields ?? []) as readonly FieldDefinitionNode[]) {
        const coordinate = `${definition.name.value}.${field.name.value}`;
        const classes = classesAt(field, called);
        if (classes.length > 0) found.set(coordinate, [...(found.get(coordinate) ?? []), ...classes]);
      }
    }
  }
  return found;
}

const classesAt = ({ directives = [] }: FieldDefinitionNode, called = 'dataClass'): readonly string[] =>
  directives
    .filter(({ name }) => name.value === called || name.value.endsWith('__dataClass'))
    .flatMap(({ arguments: args = [] }) => args)
    .filter(({ name }) => name.value === 'name')
    .map(({ value }): unknown => valueFromASTUntyped(value))
    .filter((name): name is string => typeof name === 'string' && name !== '');
