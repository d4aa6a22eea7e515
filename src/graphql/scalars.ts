/** The schema's own scalars. A refused input says what would have been accepted. An output that does not fit is our own bug. */
import { endianness } from 'node:os';
import { GraphQLError, type GraphQLScalarTypeConfig, Kind, type ValueNode, valueFromASTUntyped } from 'graphql';

type Scalar<T> = Pick<GraphQLScalarTypeConfig<T, unknown>, 'serialize' | 'parseValue' | 'parseLiteral'>;

const rfc3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;

const fullDate = /^\d{4}-\d{2}-\d{2}$/;

/** Whether the day exists: Date.parse takes 30 February for 2 March. */
function isDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/** A scalar of texts that match a pattern, in and out. */
function textual(name: string, accepted: string, accept: (text: string) => string | null): Scalar<string> {
  const read = (value: unknown): string => {
    const text = typeof value === 'string' ? accept(value) : null;
    if (text === null) throw new GraphQLError(`${name} accepts ${accepted}; this is not one.`);
    return text;
  };
  return {
    serialize: (value) => {
      if (typeof value !== 'string') throw new TypeError(`A ${name} must be text, and ${typeof value} came.`);
      return value;
    },
    parseValue: read,
    parseLiteral: (node) => read(node.kind === Kind.STRING ? node.value : undefined),
  };
}

function safeInt(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw new GraphQLError('SafeInt accepts whole numbers between -(2^53 - 1) and 2^53 - 1; this is not one.');
}

const decimals = (value: ValueNode): string | undefined =>
  value.kind === Kind.STRING || value.kind === Kind.INT || value.kind === Kind.FLOAT ? value.value : undefined;

const decimal = textual('Decimal', 'a decimal number as text, such as "12.50"', (text) =>
  /^-?\d{1,30}(\.\d{1,30})?$/.test(text) ? text : null,
);

export const scalars = {
  Cursor: textual('Cursor', 'the `cursor` of an event, unchanged', (text) => (/^[\w-]{1,200}$/.test(text) ? text : null)),
  DateTime: textual('DateTime', 'RFC 3339 text such as "2026-11-23T12:00:00Z", or a date such as "2026-11-23"', (text) => {
    const time = (rfc3339.test(text) || fullDate.test(text)) && isDay(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(time) ? null : new Date(time).toISOString();
  }),
  Decimal: { ...decimal, parseLiteral: (node: ValueNode) => decimal.parseValue?.(decimals(node)) ?? '' },
  Vector: textual('Vector', 'base64 of little-endian 32-bit floats', (text) =>
    /^[A-Za-z0-9+/]*={0,2}$/.test(text) && Buffer.from(text, 'base64').length % 4 === 0 ? text : null,
  ),
  SafeInt: {
    serialize: (value: unknown) => {
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new TypeError('A SafeInt must be a safe integer.');
      return value;
    },
    parseValue: safeInt,
    parseLiteral: (node: ValueNode) => safeInt(node.kind === Kind.INT ? Number(node.value) : undefined),
  },
  JSON: {
    serialize: (value: unknown) => value,
    parseValue: (value: unknown) => value,
    parseLiteral: (node: ValueNode, variables?: Record<string, unknown> | null) => valueFromASTUntyped(node, variables),
  },
};

/** base64 of little-endian float32, whatever the machine's own order is. */
export function encodeVector(vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return (endianness() === 'BE' ? Buffer.from(bytes).swap32() : bytes).toString('base64');
}

export const dateTimeOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
