/** Computes which fields of its entity an AI field reads: from the holes of its templates to a federation selection. */
import { type FieldDefinitionNode, Kind, type TypeNode } from 'graphql';
import { type AiField, type Mistake, templatesOf } from './ai-field.ts';
import { joinNames } from './directives.ts';
import { holesOf } from './template.ts';

export interface Declared {
  /** The operator's fields of each type, over all files. */
  readonly fieldsOf: ReadonlyMap<string, readonly FieldDefinitionNode[]>;
  /** The `@key` selections of each type. */
  readonly keyed: ReadonlyMap<string, readonly string[]>;
  readonly aiCoordinates: ReadonlySet<string>;
  readonly mistakes: Mistake[];
}

export interface Required {
  /** As `@requires(fields:)` takes it: `description author { name }`. Key fields are not in it: they always come along. */
  readonly selection: string;
  /** Coordinates of the fields that belong to other teams. */
  readonly coordinates: ReadonlySet<string>;
}

interface SelectionTree extends Map<string, SelectionTree> {}

export function requiredBy(field: AiField, declared: Declared): Required {
  const tree: SelectionTree = new Map();
  const coordinates = new Set<string>();
  const argumentNames = new Set(field.arguments.map(({ name }) => name.value));
  for (const template of templatesOf(field)) {
    for (const path of holesOf(template)) {
      if (argumentNames.has(path[0] ?? '')) continue;
      add(tree, coordinates, path, field, declared);
    }
  }
  return { selection: selectionText(tree), coordinates };
}

function add(tree: SelectionTree, coordinates: Set<string>, path: readonly string[], field: AiField, declared: Declared): void {
  const hole = `{${path.join('.')}}`;
  const wrong = (message: string): void => {
    declared.mistakes.push({ place: field.place, message: `${field.coordinate}: ${message}` });
  };
  let type = field.typeName;
  let branch = tree;
  for (const [depth, name] of path.entries()) {
    const nodes = declared.fieldsOf.get(type) ?? [];
    const node = nodes.find((candidate) => candidate.name.value === name);
    const coordinate = `${type}.${name}`;
    if (declared.aiCoordinates.has(coordinate)) {
      const itself = coordinate === field.coordinate;
      wrong(
        `${hole} reads ${itself ? 'the field itself' : `the AI field ${coordinate}`}, which would make the graph circular. A prompt reads arguments and fields of other teams.`,
      );
      return;
    }
    if (node === undefined) {
      const fields = nodes
        .map((candidate) => candidate.name.value)
        .filter((candidate) => !declared.aiCoordinates.has(`${type}.${candidate}`));
      const names = depth === 0 ? [...field.arguments.map((argument) => argument.name.value), ...fields] : fields;
      wrong(
        `${hole} is neither an argument of the field nor a field of ${type}. Known: ${joinNames(names)}. Declare the other team's field beside it: extend type ${type} { ${name}: String }.`,
      );
      return;
    }
    const last = depth === path.length - 1;
    const target = namedType(node.type);
    const composite = (declared.fieldsOf.get(target)?.length ?? 0) > 0;
    if (last && composite) {
      wrong(`${hole} is an object of type ${target}. Name the field of it that is meant, such as {${[...path, 'name'].join('.')}}.`);
      return;
    }
    if (!last && !composite) {
      wrong(
        `${hole} goes into ${target}, which declares no fields here. Declare what is read: extend type ${target} { ${path[depth + 1] ?? 'name'}: String }.`,
      );
      return;
    }
    const isKey = (declared.keyed.get(type) ?? []).some((key) => new RegExp(`\\b${name}\\b`).test(key));
    if (isKey && depth === 0) return;
    if (!isKey) coordinates.add(coordinate);
    const next: SelectionTree = branch.get(name) ?? new Map();
    branch.set(name, next);
    branch = next;
    type = target;
  }
}

/** `description author { name }`, with names in order of first use. */
function selectionText(tree: SelectionTree): string {
  return [...tree].map(([name, inner]) => (inner.size === 0 ? name : `${name} { ${selectionText(inner)} }`)).join(' ');
}

/** The name of the type behind lists and non-null. */
export function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
