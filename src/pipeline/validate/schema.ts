/**
 * A caller's JSON Schema, compiled.
 *
 * It comes from outside, so it is bounded before it is compiled: in bytes, in depth, and in what its references
 * expand to (thirty lines of `$ref` can ask for 2^30 checks). Patterns run on RE2. Compiled schemas are kept, the last
 * used ones, by their canonical text.
 */
import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { RE2JS } from 're2js';
import { canonicalJson } from '../../core/canonical-json.ts';
import { GatewayError } from '../../core/errors.ts';
import { type JsonSchema, pointed, pointerSegment } from '../../core/json-schema.ts';
import { formats } from './formats.ts';

export interface Issue {
  /** JSON pointer; names that the schema does not know are `*`, because they are the model's words. */
  readonly path: string;
  readonly message: string;
}

export interface CompiledSchema {
  /** Null: valid. */
  issues(value: unknown): readonly Issue[] | null;
  /** Whether a value that still grows along `open` (its rightmost place, as keys) is already wrong in what it has. */
  isDoomed(value: unknown, open: readonly string[]): boolean;
  readonly schema: JsonSchema;
}

export interface SchemaLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
  readonly kept: number;
}

const defaultSchemaLimits: SchemaLimits = { maxBytes: 64 * 1024, maxDepth: 64, kept: 256 };
const mostExpanded = 50_000;
const mostIssues = 20;
/** What the guard puts in the place of personal data; it has no format and matches no pattern until it is restored. */
const placeholder = /^<[A-Z]+_\d{1,9}>$/;

export type SchemaCompiler = (schema: JsonSchema, masked: boolean) => CompiledSchema;

/** The compiler throws BAD_REQUEST for a schema that is too large or is none. `masked`: strings may be placeholders. */
export function schemaCompiler(limits: SchemaLimits = defaultSchemaLimits): SchemaCompiler {
  const kept = new Map<string, CompiledSchema>();
  return (schema, masked) => {
    checkDepth(schema, limits.maxDepth);
    const text = canonicalJson(schema);
    if (Buffer.byteLength(text) > limits.maxBytes) {
      throw refused(`is larger than ${limits.maxBytes} bytes. A schema of up to ${limits.maxBytes} bytes would be accepted.`);
    }
    const key = `${masked}${text}`;
    const compiled = kept.get(key) ?? compile(JSON.parse(text) as JsonSchema, masked);
    kept.delete(key);
    kept.set(key, compiled);
    const oldest = kept.keys().next();
    if (kept.size > limits.kept && !oldest.done) kept.delete(oldest.value);
    return compiled;
  };
}

const refused = (why: string, cause?: unknown): GatewayError =>
  new GatewayError('BAD_REQUEST', `The JSON Schema of the output ${why}`, {}, { cause });

function checkDepth(node: unknown, left: number): void {
  if (typeof node !== 'object' || node === null) return;
  if (left === 0) throw refused('is nested too deep. Fewer levels of objects and arrays would be accepted.');
  for (const child of Object.values(node)) checkDepth(child, left - 1);
}

function compile(schema: JsonSchema, masked: boolean): CompiledSchema {
  if (expandedSize(schema) > mostExpanded) {
    throw refused(`expands to more than ${mostExpanded} parts through its references. Fewer nested $ref would be accepted.`);
  }
  const names = namesIn(schema);
  const branching = /"(anyOf|oneOf|not|if)":/.test(JSON.stringify(schema));
  const validate = compiledBy(schema, masked);
  const run = (value: unknown): ErrorObject[] | null => {
    try {
      return validate(value) ? null : [...(validate.errors ?? [])];
    } catch (cause) {
      throw refused(
        'could not be applied: it refers to itself without end. References that descend into the value would be accepted.',
        cause,
      );
    }
  };
  return {
    schema,
    issues: (value) =>
      run(value)
        ?.slice(0, mostIssues)
        .map(({ instancePath, message }) => ({ path: knownPath(instancePath, names), message: message ?? 'is not valid' })) ?? null,
    isDoomed: (value, open) => run(value)?.some((error) => dooms(error, open, branching)) ?? false,
  };
}

/** An instance keeps something of every schema that it compiled, so each serves a bounded number. */
const mostPerInstance = 64;
const instances = new Map<string, { readonly ajv: Ajv; used: number }>();

function instanceFor(schema: JsonSchema, masked: boolean): Ajv {
  const dialect = schema['$schema'];
  const older = typeof dialect === 'string' && /draft-0[467]/.test(dialect);
  const key = `${older}${masked}`;
  const known = instances.get(key);
  if (known !== undefined && known.used < mostPerInstance) {
    known.used += 1;
    return known.ajv;
  }
  const ajv = older ? new Ajv(ajvOptions(masked)) : new Ajv2020(ajvOptions(masked));
  instances.set(key, { ajv, used: 1 });
  return ajv;
}

function compiledBy(schema: JsonSchema, masked: boolean): ReturnType<Ajv['compile']> {
  const ajv = instanceFor(schema, masked);
  const { $schema: _, ...rest } = schema;
  try {
    return ajv.compile(rest);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is not valid';
    throw refused(
      `is not one that can be checked: ${why}. JSON Schema 2020-12 or draft-07 without remote references would be accepted.`,
      cause,
    );
  } finally {
    ajv.removeSchema(rest);
  }
}

function ajvOptions(masked: boolean): Options {
  const accepts = (text: string): boolean => masked && placeholder.test(text);
  const regExp = (pattern: string): { test(text: string): boolean; toString(): string } => {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(pattern));
    return { test: (text) => accepts(text) || compiled.test(text), toString: () => pattern };
  };
  return {
    strict: false,
    allErrors: true,
    logger: false,
    addUsedSchema: false,
    validateFormats: true,
    formats: Object.fromEntries(Object.entries(formats).map(([name, test]) => [name, (text: string) => accepts(text) || test(text)])),
    code: { regExp: Object.assign(regExp, { code: 're2' }) as never },
  };
}

/** Keywords that a value may still satisfy when more of it has come. */
const mayStillHold = new Set(
  'required minItems minProperties contains minContains dependentRequired dependencies enum const anyOf oneOf not if unevaluatedItems unevaluatedProperties uniqueItems minLength'.split(
    ' ',
  ),
);

/** An error inside an alternative says nothing while another alternative may hold; behind a reference it cannot be told which it is. */
function dooms({ keyword, instancePath, schemaPath }: ErrorObject, open: readonly string[], branching: boolean): boolean {
  if (/\/(anyOf|oneOf|not|if|then|else)\//.test(schemaPath)) return false;
  if (branching && /\/(\$defs|definitions)\//.test(schemaPath)) return false;
  const path = instancePath.split('/').slice(1).map(pointerSegment);
  const isOpen = path.length <= open.length && path.every((segment, depth) => segment === open[depth]);
  return !(isOpen && mayStillHold.has(keyword));
}

function knownPath(path: string, names: ReadonlySet<string>): string {
  return path
    .split('/')
    .map((segment) => (segment === '' || /^\d+$/.test(segment) || names.has(pointerSegment(segment)) ? segment : '*'))
    .join('/');
}

function namesIn(node: unknown, names = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return names;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'properties' && typeof value === 'object' && value !== null) for (const name of Object.keys(value)) names.add(name);
    namesIn(value, names);
  }
  return names;
}

/** Parts of the schema with every local reference written out; one that leads back into itself counts once. */
function expandedSize(root: JsonSchema): number {
  const sizes = new Map<unknown, number>();
  const within = new Set<unknown>();
  const sizeOf = (node: unknown): number => {
    if (typeof node !== 'object' || node === null || within.has(node)) return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    within.add(node);
    let size = 1;
    for (const [key, child] of Object.entries(node)) {
      size += key === '$ref' && typeof child === 'string' ? sizeOf(pointed(root, child)) : sizeOf(child);
    }
    within.delete(node);
    sizes.set(node, size);
    return size;
  };
  return sizeOf(root);
}
