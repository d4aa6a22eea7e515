/**
 * Checks the size of a caller's JSON Schema: when the request is read, before anything walks through the schema, and where
 * it is compiled.
 */
import type { JsonSchema } from './json-schema.ts';

/** Of the schema as JSON text. What vendors accept lies far below. */
export const maxSchemaBytes = 64 * 1024;
/** Objects and lists inside each other. */
export const maxSchemaDepth = 64;

/**
 * Why the schema is too large, and what would be accepted; null: it is not. Stops at the first byte too many, so that a schema
 * of megabytes costs no more than one that is accepted. Counts no more bytes than the text has.
 */
export function schemaSizeRefusal(schema: JsonSchema, maxBytes: number = maxSchemaBytes, maxDepth: number = maxSchemaDepth): string | null {
  let bytes = 0;
  const visit = (node: unknown, left: number): string | null => {
    bytes += typeof node === 'string' ? node.length + 2 : 1;
    if (bytes > maxBytes) return largerThan(maxBytes);
    if (typeof node !== 'object' || node === null) return null;
    if (left === 0) return `it is nested too deep. Up to ${maxDepth} levels of objects and lists would be accepted.`;
    if (Array.isArray(node)) {
      for (const member of node) {
        const refusal = visit(member, left - 1);
        if (refusal !== null) return refusal;
      }
      return null;
    }
    for (const name in node) {
      bytes += name.length + 3;
      const refusal = visit((node as JsonSchema)[name], left - 1);
      if (refusal !== null) return refusal;
    }
    return null;
  };
  return visit(schema, maxDepth);
}

export const largerThan = (maxBytes: number): string =>
  `it is larger than ${maxBytes} bytes. A schema of up to ${maxBytes} bytes would be accepted.`;
