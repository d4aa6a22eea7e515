/** Checks a value that still grows at its rightmost place: whether the part that has arrived is already invalid. */
import type { AnswerCheck } from './check-answer.ts';
import type { CheckWork, Task } from './check-work.ts';
import { type SchemaNode, sameValueNodes } from './schema/schema-node.ts';

export interface GrowingCheck {
  /** Returns whether the value may still become valid. `open` are the keys from the root to the place that grows. */
  mayBecomeValid(value: unknown, open: readonly string[]): Task;
  /** What may be shown of the value that grows at the place: a text in part only where no schema says more than that it is one. */
  shows(open: readonly string[]): { readonly containers: boolean; readonly partialText: boolean };
}

export function growingCheck(root: SchemaNode, check: AnswerCheck, work: CheckWork): GrowingCheck {
  /** Whole members that were found to fit: they come again with every look. */
  const fitting = new WeakMap<object, Set<SchemaNode>>();

  function* whole(node: SchemaNode, value: unknown): Task {
    const isContainer = typeof value === 'object' && value !== null;
    if (isContainer && fitting.get(value)?.has(node)) return true;
    const fits = yield check(node, value, null, null, null);
    if (fits && isContainer) fitting.set(value, (fitting.get(value) ?? new Set()).add(node));
    return fits;
  }

  /** What has come of an open value stays: its kind, and that it has too much. What it lacks may still come. */
  function* open(node: SchemaNode, value: unknown, path: readonly string[], depth: number): Task {
    work.spend(1);
    if (node.never) return false;
    const { types, lists, objects, same } = node;
    const kind = Array.isArray(value) ? 'array' : typeof value === 'string' ? 'string' : 'object';
    if (types !== null && !types.includes(kind)) return false;
    if (Array.isArray(value) && lists !== null) {
      if (lists.maxItems !== null && value.length > lists.maxItems) return false;
      for (const [index, item] of value.entries()) {
        if (work.isDue()) yield null;
        work.spend(1);
        const schema = lists.prefixItems[index] ?? lists.items;
        if (schema !== null && !(yield* part(schema, item, String(index), path, depth))) return false;
      }
    } else if (typeof value === 'object' && value !== null && objects !== null) {
      const names = Object.keys(value);
      if (objects.maxProperties !== null && names.length > objects.maxProperties) return false;
      for (const name of names) {
        if (work.isDue()) yield null;
        work.spend(1);
        if (objects.propertyNames !== null && !(yield whole(objects.propertyNames, name))) return false;
        for (const schema of schemasFor(node, name))
          if (!(yield* part(schema, (value as Record<string, unknown>)[name], name, path, depth))) return false;
      }
    }
    if (same === null) return true;
    for (const schema of same.reference === null ? same.allOf : [same.reference, ...same.allOf])
      if (!(yield open(schema, value, path, depth))) return false;
    return true;
  }

  function* part(schema: SchemaNode, value: unknown, key: string, path: readonly string[], depth: number): Task {
    return yield path[depth] === key ? openOrWhole(schema, value, path, depth + 1) : whole(schema, value);
  }

  /** At the end of the path stands the value being written, or one that has just ended. */
  const openOrWhole = (schema: SchemaNode, value: unknown, path: readonly string[], depth: number): Task =>
    typeof value === 'string' || (typeof value === 'object' && value !== null) ? open(schema, value, path, depth) : whole(schema, value);

  function schemasFor(node: SchemaNode, key: string): readonly SchemaNode[] {
    const { objects, lists } = node;
    const found: SchemaNode[] = [];
    if (objects !== null) {
      const property = objects.properties.get(key);
      const matching = objects.patternProperties.filter(([pattern]) => work.matches(pattern, key)).map(([, schema]) => schema);
      found.push(...(property === undefined ? [] : [property]), ...matching);
      if (found.length === 0 && objects.additionalProperties !== null) found.push(objects.additionalProperties);
    }
    const index = /^\d+$/.test(key) ? Number(key) : -1;
    const item = lists === null || index < 0 ? null : (lists.prefixItems[index] ?? lists.items);
    return item === null ? found : [...found, item];
  }

  /** The nodes with all that may have a say on the same value. */
  function withSame(nodes: readonly SchemaNode[]): readonly SchemaNode[] {
    const found = new Set<SchemaNode>();
    const unvisited = [...nodes];
    for (let node = unvisited.pop(); node !== undefined; node = unvisited.pop()) {
      work.spend(1);
      if (found.has(node)) continue;
      found.add(node);
      unvisited.push(...sameValueNodes(node), ...(node.objects?.dependentSchemas ?? []).map(([, schema]) => schema));
    }
    return [...found];
  }

  return {
    mayBecomeValid: (value, path) => open(root, value, path, 0),
    shows(path) {
      let here = withSame([root]);
      let containers = true;
      for (const key of path) {
        containers &&= !here.some(isFixed);
        here = withSame(here.flatMap((node) => schemasFor(node, key)));
      }
      return { containers, partialText: !here.some((node) => isFixed(node) || constrainsText(node)) };
    },
  };
}

/** Half of an `enum` value is none. */
const isFixed = ({ values }: SchemaNode): boolean => values !== null;
const constrainsText = ({ never, texts, same }: SchemaNode): boolean =>
  never || texts !== null || (same !== null && (same.not !== null || same.if !== null));
