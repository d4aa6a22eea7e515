/**
 * The keywords of JSON Schema that the gateway accepts from a caller, and a sentence for each one that it refuses.
 *
 * It is an allow-list, because a keyword that only some library knows is a switch in the caller's hands: `$async` once ended
 * the process.
 */

import { nearestName } from '../../../core/nearest-name.ts';

/** What stands at a keyword. `schema`s are read as schemas themselves; `data` is never read. */
export type KeywordKind =
  | 'data'
  | 'schema'
  | 'schemas'
  | 'schemas-by-name'
  | 'type'
  | 'members'
  | 'value'
  | 'count'
  | 'number'
  | 'divisor'
  | 'flag'
  | 'text'
  | 'pattern'
  | 'reference'
  | 'names'
  | 'names-by-name'
  | 'items'
  | 'dependencies';

const kinds: Readonly<Record<KeywordKind, string>> = {
  schema: 'additionalProperties additionalItems contains propertyNames not if then else unevaluatedItems unevaluatedProperties',
  schemas: 'allOf anyOf oneOf prefixItems',
  'schemas-by-name': 'properties patternProperties dependentSchemas $defs definitions',
  type: 'type',
  members: 'enum',
  value: 'const',
  count: 'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains',
  number: 'minimum maximum exclusiveMinimum exclusiveMaximum',
  divisor: 'multipleOf',
  flag: 'uniqueItems nullable',
  text: 'format $id id $anchor',
  pattern: 'pattern',
  reference: '$ref',
  names: 'required',
  'names-by-name': 'dependentRequired',
  items: 'items',
  dependencies: 'dependencies',
  // Words for people and for the tools that made the schema (pydantic, zod, TypeBox, OpenAPI). They check nothing.
  data:
    '$schema $comment $vocabulary title description default examples example deprecated readOnly writeOnly ' +
    'contentEncoding contentMediaType contentSchema discriminator xml externalDocs components markdownDescription enumNames ' +
    'enumDescriptions errorMessage propertyOrdering',
};

export const keywordKinds: ReadonlyMap<string, KeywordKind> = new Map(
  Object.entries(kinds).flatMap(([kind, words]) => words.split(' ').map((word) => [word, kind as KeywordKind] as const)),
);

const refusals: Readonly<Record<string, string>> = {
  $async: 'answers are checked as they are, and nothing is awaited. Without $async the schema would be accepted.',
  $data: 'a schema cannot take its limits from the answer. A number or a text in its place would be accepted.',
  $dynamicRef: 'references that depend on the way to them are not followed. A $ref such as "#/$defs/node" would be accepted.',
  $dynamicAnchor: 'anchors that move are not followed. $defs with a $ref such as "#/$defs/node" would be accepted.',
  $recursiveRef: 'it is of an old draft. A $ref such as "#" would be accepted.',
  $recursiveAnchor: 'it is of an old draft. A $ref such as "#" would be accepted.',
  divisibleBy: 'it is of draft 03. multipleOf would be accepted.',
  disallow: 'it is of draft 03. not would be accepted.',
  extends: 'it is of draft 03. allOf would be accepted.',
};

/** Why the keyword is refused, and what would be accepted. Names that begin with `x-` are anyone's own, and data. */
export function keywordRefusal(keyword: string): string | null {
  if (keywordKinds.has(keyword) || keyword.startsWith('x-')) return null;
  const known = Object.hasOwn(refusals, keyword) ? refusals[keyword] : undefined;
  if (known !== undefined) return known;
  const meant = nearestName(keyword, [...keywordKinds.keys()]);
  const advice = meant === null ? '' : ` Did you mean ${meant}?`;
  return `it is no keyword that is known here.${advice} For data of your own, a name that begins with x- would be accepted.`;
}
