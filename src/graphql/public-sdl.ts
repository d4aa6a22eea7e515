/**
 * The graph as clients see it, as SDL for code generators: sorted, without what introspection hides. The descriptions of AI fields say
 * that a model writes them, and what one call can cost at most.
 */
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { decimalOf, type NanoUsd } from '../core/money.ts';
import type { AiField } from '../fields/ai-field.ts';

/** What one call of an AI field can cost at most. */
export interface FieldCeiling {
  readonly field: AiField;
  /** Null: a model of the route has no known price. */
  readonly cost: NanoUsd | null;
}

/**
 * The server accepts `@defer` in queries, but the executed schema does not declare it. The Relay compiler refuses what the SDL does not declare.
 */
const deferDirective = 'directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT';

/** Ends with a line break. Equal schemas and ceilings give equal texts. */
export function publicSdl(schema: GraphQLSchema, ceilings: readonly FieldCeiling[]): string {
  // A copy is changed, because the schema itself is being served.
  const sorted = lexicographicSortSchema(schema);
  for (const { field, cost } of ceilings) {
    const type = sorted.getType(field.typeName);
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const shown = type.getFields()[field.fieldName];
    if (shown === undefined) continue;
    const notice = noticeOf(field, cost);
    shown.description = shown.description == null || shown.description === '' ? notice : `${shown.description}\n\n${notice}`;
  }
  const text = `${printSchema(sorted)}\n`;
  return sorted.getDirective('defer') ? text : `${deferDirective}\n\n${text}`;
}

const writers: Readonly<Record<AiField['kind'], string>> = {
  completion: 'A model writes this',
  answer: 'A model writes this from documents',
  embedding: 'A model computes this',
  similar: 'A search by meaning finds these',
};

function noticeOf({ kind, fieldName }: AiField, cost: NanoUsd | null): string {
  const price =
    cost === null
      ? 'What a call costs is unknown: a model behind it has no price'
      : cost === 0
        ? 'A call costs nothing'
        : `A call costs at most ${decimalOf(cost)} USD`;
  return `${writers[kind]}. ${price}. \`aiQuote\` prices an operation that asks for \`${fieldName}\`.`;
}

/** Object types of each interface and union, sorted, for caches of clients such as Apollo's `possibleTypes`. */
export function possibleTypesOf(schema: GraphQLSchema): Readonly<Record<string, readonly string[]>> {
  const named = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  return Object.fromEntries(
    named
      .filter((type) => isAbstractType(type))
      .map((type) => [type.name, schema.getPossibleTypes(type).map(nameOf).toSorted()] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

const nameOf = ({ name }: Pick<GraphQLNamedType, 'name'>): string => name;
