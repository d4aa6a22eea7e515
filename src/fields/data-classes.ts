/** Which classes of data each AI field and index sends to a model: those that `@dataClass` gives to the fields that its templates read. */
import { type FieldDefinitionNode, valueFromASTUntyped } from 'graphql';
import { type AiField, type EntityIndex, templatesOf } from './ai-field.ts';
import { namedType } from './requires.ts';
import { holesOf, type Template } from './template.ts';

/** By the coordinate that calls name: `Product.summary`, `Index.products`. Those that send no classified data are not in it. */
export type DataClasses = ReadonlyMap<string, readonly string[]>;

type FieldsOf = ReadonlyMap<string, readonly FieldDefinitionNode[]>;

export function dataClassesOf(fields: readonly AiField[], indexes: readonly EntityIndex[], fieldsOf: FieldsOf): DataClasses {
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
    return [coordinate, [...new Set(templates.flatMap((template) => classesIn(template, typeName, names, fieldsOf)))].sort()] as const;
  });
  return new Map(found.filter(([, classes]) => classes.length > 0));
}

function classesIn(template: Template, typeName: string, given: ReadonlySet<string>, fieldsOf: FieldsOf): readonly string[] {
  return holesOf(template)
    .filter(([head = '']) => !given.has(head))
    .flatMap((path) => {
      const classes: string[] = [];
      let type = typeName;
      for (const name of path) {
        const node = fieldsOf.get(type)?.find((field) => field.name.value === name);
        if (node === undefined) break;
        classes.push(...classesAt(node));
        type = namedType(node.type);
      }
      return classes;
    });
}

const classesAt = ({ directives = [] }: FieldDefinitionNode): readonly string[] =>
  directives
    .filter(({ name }) => name.value === 'dataClass')
    .flatMap(({ arguments: args = [] }) => args)
    .filter(({ name }) => name.value === 'name')
    .map(({ value }): unknown => valueFromASTUntyped(value))
    .filter((name): name is string => typeof name === 'string' && name !== '');
