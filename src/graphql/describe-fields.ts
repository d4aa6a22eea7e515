/**
 * Describes the operator's AI fields for clients: their entity, arguments and maximum cost per call, never a prompt. It reads only the
 * configuration, so a shell command gives the same text as `aiFields`.
 */
import { print } from 'graphql';
import { ruleOf } from '../access/rules.ts';
import type { AiField } from '../fields/ai-field.ts';
import type { FieldsRead } from '../fields/read-fields.ts';
import { entityCeiling, type FieldPrices } from './quote/quote-rules.ts';
import type { FieldView } from './result-views.ts';

/** Descriptions in the order of declaration. */
export const describeFields = ({ fields, keys }: Pick<FieldsRead, 'fields' | 'keys'>, prices: FieldPrices): readonly FieldView[] =>
  fields.map((field) => ({
    coordinate: field.coordinate,
    kind: kinds[field.kind],
    typeName: field.typeName,
    fieldName: field.fieldName,
    keys: keys.get(field.typeName) ?? [],
    type: print(field.type),
    arguments: field.arguments.map(({ name, type, defaultValue, description }) => ({
      name: name.value,
      type: print(type),
      defaultValue: defaultValue === undefined ? null : print(defaultValue),
      description: description?.value ?? null,
    })),
    description: field.description,
    route: field.kind === 'similar' ? (prices.embeddingRoute(field.index) ?? 'embedding') : field.route,
    source: field.kind === 'similar' ? field.index : field.kind === 'answer' ? field.collection : null,
    promptId: field.kind === 'completion' ? field.promptId : null,
    promptVersion: field.kind === 'completion' ? field.promptVersion : null,
    ceiling: entityCeiling(field, prices),
    scopes: ruleOf(field.node.directives ?? [])?.scopes ?? null,
  }));

const kinds: { readonly [Kind in AiField['kind']]: Uppercase<Kind> } = {
  completion: 'COMPLETION',
  embedding: 'EMBEDDING',
  similar: 'SIMILAR',
  answer: 'ANSWER',
};
