/** Computes what the references and branches of a schema expand to at one value. */
import { type SchemaNode, sameValueNodes } from './schema-node.ts';
import type { RefuseSchema } from './schema-refusal.ts';

interface Visit {
  readonly node: SchemaNode;
  readonly inner: readonly SchemaNode[];
  next: number;
  size: number;
}

/**
 * Refuses references that lead back to the same value without end, and those that multiply. A reference that descends into
 * the value first, as in a tree, ends with the value: it is not a part of this.
 */
export function refuseEndless(nodes: Iterable<SchemaNode>, maxExpanded: number, refuse: RefuseSchema): void {
  const sizes = new Map<SchemaNode, number>();
  for (const start of nodes) {
    // A list of our own, not recursion: a chain of references may be as long as the schema.
    const path: Visit[] = [];
    const within = new Set<SchemaNode>();
    const enter = (node: SchemaNode): void => {
      if (within.has(node))
        throw refuse(node.at, 'it refers to itself without end. References that descend into the value would be accepted.');
      within.add(node);
      path.push({ node, inner: innerOf(node), next: 0, size: 1 });
    };
    if (!sizes.has(start)) enter(start);
    for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
      const inner = visit.inner[visit.next];
      const known = inner === undefined ? undefined : sizes.get(inner);
      if (inner !== undefined && known === undefined) {
        enter(inner);
        continue;
      }
      if (inner !== undefined) {
        visit.next += 1;
        visit.size += known ?? 0;
        if (visit.size > maxExpanded)
          throw refuse(
            visit.node.at,
            `it expands to more than ${maxExpanded} checks of one value through its references. Fewer nested $ref would be accepted.`,
          );
        continue;
      }
      path.pop();
      within.delete(visit.node);
      sizes.set(visit.node, visit.size);
    }
  }
}

function innerOf(node: SchemaNode): readonly SchemaNode[] {
  const { same, objects } = node;
  const asked = [same?.not ?? null, same?.if ?? null].filter((inner) => inner !== null);
  return [...sameValueNodes(node), ...asked, ...(objects?.dependentSchemas ?? []).map(([, inner]) => inner)];
}
