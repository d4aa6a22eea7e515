/**
 * Reads a caller's JSON Schema and prepares it for checking answers.
 *
 * A schema comes from outside, so it is weighed before anything else is done with it. The most recently used schemas are
 * kept by their canonical text, up to a number of bytes in total.
 */
import { LRUCache } from 'lru-cache';
import { canonicalJson } from '../../../core/json/canonical-json.ts';
import type { JsonSchema } from '../../../core/request/json-schema.ts';
import { largerThan, schemaSizeRefusal } from '../../../core/request/schema-size.ts';
import { turnsOf } from '../../../core/turns/turns.ts';
import { type AnswerCheck, answerCheck } from '../check-answer.ts';
import { type GrowingCheck, growingCheck } from '../check-growing.ts';
import { type CheckWork, checkWork } from '../check-work.ts';
import { type Issue, issuesOf } from '../issues.ts';
import { type ReadSchema, readSchema } from './read-schema.ts';
import { defaultSchemaLimits, type SchemaLimits } from './schema-limits.ts';
import { matcherOf } from './schema-pattern.ts';
import { type RefuseSchema, schemaRefusal } from './schema-refusal.ts';

/** For one call: what its answer and the repair of it may take is counted together. */
export interface CheckedSchema {
  /** Null: valid. Throws INVALID_OUTPUT when the check takes more than one answer may. */
  issues(value: unknown): Promise<readonly Issue[] | null>;
  /** For an answer while it grows. */
  growing(): { readonly work: CheckWork; readonly check: GrowingCheck };
}

export interface SchemaReader {
  /** `of`: whose schema it is, such as `the output`. Throws BAD_REQUEST for a schema that is refused. */
  read(schema: JsonSchema, of: string, signal: AbortSignal): Promise<ReadSchema>;
  /** `masked`: strings may be placeholders of the guard. */
  checked(schema: JsonSchema, masked: boolean, signal: AbortSignal): Promise<CheckedSchema>;
  keptBytes(): number;
}

/** Of a subschema, as measured on schemas of many small ones; names and texts are weighed by the schema's own length. */
const bytesPerSubschema = 400;
const weightPerTurn = 500;

const bytesOf = ({ subschemas }: ReadSchema, key: string): number => 8 * key.length + bytesPerSubschema * subschemas;

export function schemaReader(limits: SchemaLimits = defaultSchemaLimits): SchemaReader {
  const kept = new LRUCache<string, ReadSchema>({ maxSize: limits.maxKeptBytes, sizeCalculation: bytesOf });
  /** One object may come with many calls: aliases share the variables of their operation. */
  const knownObjects = new WeakMap<JsonSchema, ReadSchema>();

  const read: SchemaReader['read'] = async (schema, of, signal) => {
    const same = knownObjects.get(schema);
    if (same !== undefined) return same;
    const refuse = schemaRefusal(of);
    const tooLarge = schemaSizeRefusal(schema, limits.maxBytes, limits.maxDepth);
    if (tooLarge !== null) throw refuse('', tooLarge);
    const key = canonicalJson(schema);
    if (Buffer.byteLength(key) > limits.maxBytes) throw refuse('', largerThan(limits.maxBytes));
    const known = kept.get(key);
    if (known !== undefined) {
      knownObjects.set(schema, known);
      return known;
    }
    const fresh = readSchema(JSON.parse(key) as JsonSchema, limits, refuse);
    await tryPatterns(fresh, refuse, signal);
    kept.set(key, fresh);
    knownObjects.set(schema, fresh);
    return fresh;
  };

  return {
    read,
    async checked(schema, masked, signal) {
      const known = await read(schema, 'the output', signal);
      const checkOf = (work: CheckWork): AnswerCheck => answerCheck({ work, masked }, known.asksUnevaluated);
      const ofWholes = checkWork({ maxSteps: limits.maxSteps, maxMs: limits.maxCheckMs, signal });
      const ofLooks = checkWork({ maxSteps: limits.maxStepsWhileGrowing, maxMs: limits.maxCheckMs, signal });
      return {
        async issues(value) {
          const issues = issuesOf(known.names);
          const fits = await ofWholes.run(checkOf(ofWholes)(known.root, value, null, issues, null));
          return fits ? null : issues.all();
        },
        growing: () => ({ work: ofLooks, check: growingCheck(known.root, checkOf(ofLooks), ofLooks) }),
      };
    },
    keptBytes: () => kept.calculatedSize,
  };
}

/** Before a model is asked: an expression that RE2 does not take is the caller's mistake, not the model's. */
async function tryPatterns({ patterns, root }: ReadSchema, refuse: RefuseSchema, signal: AbortSignal): Promise<void> {
  const turns = turnsOf({ unitsPerTurn: weightPerTurn, signal });
  for (const pattern of patterns) {
    try {
      matcherOf(pattern);
    } catch (cause) {
      const source = JSON.stringify(pattern.source.slice(0, 80));
      throw refuse(
        root.at,
        `the pattern ${source} is not one that can be checked. An expression of RE2, without look-around and back references, would be accepted.`,
        cause,
      );
    }
    const turn = turns.spend(pattern.size.weight);
    if (turn !== null) await turn;
  }
}
