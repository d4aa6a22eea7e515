import type { DirectiveNode, DocumentNode, FragmentDefinitionNode, OperationDefinitionNode, SelectionSetNode } from 'graphql';

/** Size of one operation with its fragments expanded. Counts are of what the client wrote, so equal fields count each time. */
export interface Measures {
  readonly depth: number;
  readonly aliases: number;
  readonly rootFields: number;
  /** Whether `@defer` is used. */
  readonly incremental: boolean;
  /** The first `@stream`, or null. */
  readonly stream: DirectiveNode | null;
  /** Whether `@skip` or `@include` could leave out a field of the root. */
  readonly conditionalRoot: boolean;
  /** Whether `__schema` or `__type` is asked. */
  readonly introspects: boolean;
  /** Fields that are named like lists of the schema, and such fields inside each other; what `introspected` was measured by. */
  readonly schemaLists: SchemaLists;
  /** The same counts for the fields below `__schema` and `__type`. */
  readonly introspected: SchemaLists;
  /** A response key that breaks code which awaits or merges answers, or null. */
  readonly reserved: string | null;
}

export interface SchemaLists {
  readonly count: number;
  /**
   * How deep such lists nest. Only lists whose members each have a type count, since a graph of a thousand types has a million such pairs.
   */
  readonly depth: number;
}

const listsOfTypes = new Set(['types', 'fields', 'inputFields', 'interfaces', 'possibleTypes']);
const otherLists = new Set(['args', 'enumValues', 'directives']);
const noLists: SchemaLists = { count: 0, depth: 0 };

/** `then` makes an object look like a promise to graphql-tools; `__proto__` is not a plain key in every merge. */
const reservedKeys = new Set(['then', '__proto__']);
const memory = new WeakMap<OperationDefinitionNode, Measures>();
const nothing: Measures = {
  depth: 0,
  aliases: 0,
  rootFields: 0,
  incremental: false,
  stream: null,
  conditionalRoot: false,
  introspects: false,
  schemaLists: noLists,
  introspected: noLists,
  reserved: null,
};

/** A fragment is measured once however often it is spread, so that spreads in spreads cost no time; one in itself counts as empty. */
export function measuresOf(document: DocumentNode, operation: OperationDefinitionNode): Measures {
  const known = memory.get(operation);
  if (known !== undefined) return known;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === 'FragmentDefinition') fragments.set(definition.name.value, definition);
  }
  const measured = new Map<string, Measures>();

  function ofFragment(name: string): Measures {
    const done = measured.get(name);
    if (done !== undefined) return done;
    measured.set(name, nothing);
    const fragment = fragments.get(name);
    const measures = fragment === undefined ? nothing : ofSelections(fragment.selectionSet);
    measured.set(name, measures);
    return measures;
  }

  function ofSelections({ selections }: SelectionSetNode): Measures {
    let sum = nothing;
    for (const selection of selections) {
      const directives = directivesIn(selection.directives ?? []);
      if (selection.kind === 'Field') {
        const inner = selection.selectionSet === undefined ? nothing : ofSelections(selection.selectionSet);
        const name = selection.name.value;
        const key = selection.alias?.value ?? name;
        const introspects = name === '__schema' || name === '__type';
        sum = added(sum, {
          depth: inner.depth + 1,
          aliases: inner.aliases + (selection.alias === undefined ? 0 : 1),
          rootFields: 1,
          incremental: inner.incremental || directives.incremental,
          stream: directives.stream ?? inner.stream,
          conditionalRoot: directives.conditionalRoot,
          introspects: inner.introspects || introspects,
          schemaLists: withList(inner.schemaLists, name),
          introspected: introspects ? inner.schemaLists : inner.introspected,
          reserved: reservedKeys.has(key) ? key : inner.reserved,
        });
      } else {
        const inner = selection.kind === 'FragmentSpread' ? ofFragment(selection.name.value) : ofSelections(selection.selectionSet);
        sum = added(sum, {
          ...inner,
          incremental: inner.incremental || directives.incremental,
          stream: directives.stream ?? inner.stream,
          conditionalRoot: inner.conditionalRoot || directives.conditionalRoot,
        });
      }
    }
    return sum;
  }

  const measures = ofSelections(operation.selectionSet);
  memory.set(operation, measures);
  return measures;
}

const directivesIn = (directives: readonly DirectiveNode[]): Pick<Measures, 'incremental' | 'stream' | 'conditionalRoot'> => ({
  incremental: directives.some(({ name }) => name.value === 'defer'),
  stream: directives.find(({ name }) => name.value === 'stream') ?? null,
  conditionalRoot: directives.some(({ name }) => name.value === 'skip' || name.value === 'include'),
});

function withList(inner: SchemaLists, name: string): SchemaLists {
  if (listsOfTypes.has(name)) return { count: inner.count + 1, depth: inner.depth + 1 };
  return otherLists.has(name) ? { ...inner, count: inner.count + 1 } : inner;
}

function joined(a: SchemaLists, b: SchemaLists): SchemaLists {
  if (a.count === 0) return b;
  return b.count === 0 ? a : { count: a.count + b.count, depth: Math.max(a.depth, b.depth) };
}

const added = (a: Measures, b: Measures): Measures => ({
  depth: Math.max(a.depth, b.depth),
  aliases: a.aliases + b.aliases,
  rootFields: a.rootFields + b.rootFields,
  incremental: a.incremental || b.incremental,
  stream: a.stream ?? b.stream,
  conditionalRoot: a.conditionalRoot || b.conditionalRoot,
  introspects: a.introspects || b.introspects,
  schemaLists: joined(a.schemaLists, b.schemaLists),
  introspected: joined(a.introspected, b.introspected),
  reserved: a.reserved ?? b.reserved,
});
