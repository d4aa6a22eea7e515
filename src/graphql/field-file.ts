/** The AI fields of a graph as a file for builds, such as the preset of `fieldgate/codegen`. */
import type { GraphQLSchema } from 'graphql';
import { decimalOf } from '../core/money.ts';
import type { FieldView } from './result-views.ts';

/** JSON of what `aiFields` says of each field in the schema, without typical values, and with a line break at the end. */
export function fieldFile(fields: readonly FieldView[], schema: GraphQLSchema): string {
  const shown = fields
    .filter(({ typeName, fieldName }) => fieldName in (fieldsOf(schema, typeName) ?? {}))
    .map(({ ceiling: { cost, inputTokens, outputTokens, calls = 1 }, ...field }) => ({
      ...field,
      ceiling: { cost: cost === null ? null : { amount: decimalOf(cost), currency: 'USD' }, inputTokens, outputTokens, calls },
    }));
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function fieldsOf(schema: GraphQLSchema, typeName: string): object | null {
  const type = schema.getType(typeName);
  return type !== undefined && 'getFields' in type ? type.getFields() : null;
}
