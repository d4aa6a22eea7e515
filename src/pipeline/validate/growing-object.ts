/**
 * A structured answer while it is being written: only values that can no longer become wrong.
 *
 * A number, a boolean and a null appear when they are whole. A string grows, unless its schema says more than that it
 * is a string: half an enum value is no enum value. Once what has come cannot become valid, nothing more is shown.
 */
import { Allow, parse } from 'partial-json';
import { type JsonSchema, pointed } from '../../core/json-schema.ts';
import { mapStrings } from '../json-strings.ts';
import { jsonStart } from './json-in-text.ts';
import { openPlace } from './open-place.ts';
import type { CompiledSchema } from './schema.ts';

interface GrowingObject {
  /** What can be shown now; null: nothing new. */
  push(text: string): unknown;
}

const leastGrowth = 24;
/**
 * Each look reads the answer from its start, and shows it from its start: looks get rarer as it grows, so that all together
 * read, and send, at most 9 times the whole.
 */
const growthShare = 1 / 8;
const whole = Allow.OBJ | Allow.ARR;

/** `compiled` is null where every JSON value will do. */
export function growingObject(compiled: CompiledSchema | null): GrowingObject {
  let text = '';
  let looked = 0;
  let shown = '';
  let ended = false;
  return {
    push(more) {
      text += more;
      if (ended || text.length - looked < Math.max(leastGrowth, text.length * growthShare)) return null;
      looked = text.length;
      const start = jsonStart(text);
      if (start === null) return null;
      const json = text.slice(start);
      const place = openPlace(json);
      ended = place.over;
      const value = place.over ? null : certainPart(json, place.path, place.inString, compiled);
      if (value === null || (compiled?.isDoomed(value, place.path) ?? false)) {
        ended ||= value !== null;
        return null;
      }
      const now = JSON.stringify(value);
      if (now === shown) return null;
      shown = now;
      return value;
    },
  };
}

function certainPart(json: string, path: readonly string[], inString: boolean, compiled: CompiledSchema | null): unknown {
  if (compiled !== null && path.some((_, depth) => isFixed(subschemas(compiled.schema, path.slice(0, depth))))) return null;
  const grows = inString && (compiled === null || !isConstrained(subschemas(compiled.schema, path)));
  try {
    const value: unknown = parse(json, grows ? whole | Allow.STR : whole);
    return typeof value === 'object' && value !== null ? wellFormed(value) : null;
  } catch {
    return null;
  }
}

/** Half of a surrogate pair waits for the other half. */
function wellFormed(value: unknown): unknown {
  return mapStrings(value, (text) => text.replace(/[\uD800-\uDBFF]$/, ''));
}

const constraints = ['enum', 'const', 'format', 'pattern', 'minLength', 'maxLength', 'not', 'if', 'contentEncoding', 'contentMediaType'];
const isConstrained = (schemas: readonly unknown[]): boolean =>
  schemas.some((schema) => schema === false || (isSchema(schema) && constraints.some((keyword) => keyword in schema)));
const isFixed = (schemas: readonly unknown[]): boolean =>
  schemas.some((schema) => isSchema(schema) && ('enum' in schema || 'const' in schema));

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null && !Array.isArray(value);

/** All schemas that have a say at the place. */
function subschemas(root: JsonSchema, path: readonly string[]): unknown[] {
  let here = inPlace(root, [root]);
  for (const key of path)
    here = inPlace(
      root,
      here.flatMap((schema) => (isSchema(schema) ? below(schema, key) : [])),
    );
  return here;
}

function below(schema: JsonSchema, key: string): unknown[] {
  const { properties, prefixItems, items, additionalProperties, additionalItems, patternProperties } = schema;
  const found: unknown[] = [];
  const index = Number(key);
  if (isSchema(properties) && Object.hasOwn(properties, key)) found.push(properties[key]);
  else if (additionalProperties !== undefined) found.push(additionalProperties);
  if (isSchema(patternProperties)) found.push(...Object.values(patternProperties));
  const tuple = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : [];
  if (Number.isInteger(index)) {
    if (index < tuple.length) found.push(tuple[index]);
    else found.push(Array.isArray(items) ? additionalItems : items);
  }
  return found.filter((each) => each !== undefined);
}

/** The schemas with all that apply to the same value: references, `allOf`, and each alternative. */
function inPlace(root: JsonSchema, schemas: readonly unknown[]): unknown[] {
  const seen = new Set<unknown>();
  const visit = (schema: unknown): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    if (!isSchema(schema)) return;
    if (typeof schema['$ref'] === 'string') visit(pointed(root, schema['$ref']));
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      const branches = schema[keyword];
      if (Array.isArray(branches)) for (const branch of branches) visit(branch);
    }
    for (const keyword of ['then', 'else']) visit(schema[keyword]);
  };
  for (const schema of schemas) visit(schema);
  return [...seen];
}
