import { maxSchemaBytes, maxSchemaDepth } from '../../../core/request/schema-size.ts';

/** What a caller's JSON Schema may weigh, and what checking an answer by it may take. */
export interface SchemaLimits {
  /** Of the schema as JSON text. */
  readonly maxBytes: number;
  /** Objects and lists inside each other. */
  readonly maxDepth: number;
  /** Subschemas: each takes some 300 bytes in memory. */
  readonly maxSubschemas: number;
  /** Members of one `enum` or `required`: the vendors' own limit is 1,000. */
  readonly maxMembers: number;
  /** Members of one `anyOf`, `oneOf` or `allOf`: each is checked on the same value. */
  readonly maxBranches: number;
  /** Subschemas that one value is checked by, with references followed: twenty lines of `$ref` can ask for 2^20. */
  readonly maxBranchesExpanded: number;
  /** Of one `pattern`, in instructions of RE2 (see `pattern-size.ts`): it is compiled in one turn, some 3 µs each. */
  readonly maxPatternWeight: number;
  /** Of all different patterns of a schema: 4 MB while an answer is checked. */
  readonly maxPatternsWeight: number;
  /** Of all schemas that are kept compiled, as estimated. */
  readonly maxKeptBytes: number;
  /** Of one answer: about a second of work, in slices. */
  readonly maxSteps: number;
  /** Steps for what is shown of an answer while it grows. */
  readonly maxStepsWhileGrowing: number;
  /** The slices of one check, with all that others do between them. */
  readonly maxCheckMs: number;
  /** Objects and lists of an answer inside each other. */
  readonly maxAnswerDepth: number;
  /** Of an answer's text, in UTF-16 units: more than models write in one answer. Reading it takes 50 ms. */
  readonly maxAnswerLength: number;
}

export const defaultSchemaLimits: SchemaLimits = {
  maxBytes: maxSchemaBytes,
  maxDepth: maxSchemaDepth,
  maxSubschemas: 5_000,
  maxMembers: 2_000,
  maxBranches: 256,
  maxBranchesExpanded: 10_000,
  maxPatternWeight: 5_000,
  maxPatternsWeight: 10_000,
  maxKeptBytes: 16 * 1024 * 1024,
  maxSteps: 4_000_000,
  maxStepsWhileGrowing: 2_000_000,
  maxCheckMs: 10_000,
  maxAnswerDepth: 256,
  maxAnswerLength: 1_250_000,
};
