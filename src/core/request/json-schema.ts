/** The type of a JSON Schema document as data. `pipeline/validate.ts`, the providers and the embedded provider read it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What a local reference (`#/$defs/x`) points to; undefined for others, and where there is nothing. */
export function followPointer(root: JsonSchema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined;
  let node: unknown = root;
  for (const segment of reference.slice(1).split('/').slice(1)) {
    if (typeof node !== 'object' || node === null) return undefined;
    const name = pointerSegment(decoded(segment));
    if (!Object.hasOwn(node, name)) return undefined;
    node = (node as Record<string, unknown>)[name];
  }
  return node;
}

/** A segment of a JSON pointer as the name it stands for (RFC 6901 §4). */
const pointerSegment = (segment: string): string => segment.replaceAll('~1', '/').replaceAll('~0', '~');

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
