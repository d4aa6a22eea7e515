/** JSON Schemas of a caller, and answers checked by them, at their heaviest. */
import type { JsonSchema } from '../../../src/core/request/json-schema.ts';
import { completionRequest } from '../../../src/core/request/request.ts';
import { maxMatchUnits } from '../../../src/pipeline/validate/check-work.ts';
import { patternSize } from '../../../src/pipeline/validate/schema/pattern-size.ts';
import { validated } from '../../../src/pipeline/validate.ts';
import { over } from '../../faces.ts';
import { aCall, answers } from '../../pipeline/guard/calls.ts';
import type { HostileCase } from './hostile-case.ts';

const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
const patterns = (salt: number): JsonSchema => ({
  properties: Object.fromEntries(many(900, (n) => [`p${n}`, { type: 'string', pattern: `(a{1,30}b{1,30}c){1,30}${n}${salt}` }])),
});

function schemaCase(name: string, refused: RegExp | null, schemas: readonly JsonSchema[], answer: string, live = false): HostileCase {
  return {
    name: `JSON Schema: ${name}`,
    refused,
    prepare: async () => ({
      async attack() {
        const step = over(validated());
        let refused: unknown = null;
        for (const schema of schemas) {
          const texts = many(Math.ceil(answer.length / 4_096), (n) => ({
            type: 'text' as const,
            text: answer.slice(n * 4_096, (n + 1) * 4_096),
          }));
          const handle = step(answers([...texts, { type: 'finish', reason: 'stop' }]).handle);
          try {
            for await (const _ of handle(completionRequest('x', { output: { format: 'json', schema } }), aCall({ live })));
          } catch (error) {
            refused = error;
          }
        }
        if (refused !== null) throw refused;
      },
    }),
  };
}

/** Each character makes another state of the automaton. */
const withAutomata = '^[ab]*a[ab]{12}[cd]$';
const rows = `{"rows":[${many(20_000, (n) => `{"id":${n},"name":"name of row number ${n}"}`).join()}]}`;

export const schemaCases: readonly HostileCase[] = [
  schemaCase('four of 900 patterns with counted repetitions', /all patterns together, written out/, many(4, patterns), '{}'),
  schemaCase(
    'as many patterns as are accepted',
    /does not match the requested JSON in 2 places/,
    [{ properties: Object.fromEntries(many(2, (n) => [`p${n}`, { pattern: `(?:(?:a?b?){30}){20}${n}` }])) }],
    '{"p0":"ab","p1":"ab"}',
  ),
  schemaCase(
    'patterns of wide ranges in either case, as many as are accepted',
    /does not match the requested JSON in 2 places/,
    [{ allOf: many(2, (n) => ({ pattern: `(?i)${'[B-𞥂]'}${n}` })) }],
    '"abc"',
  ),
  schemaCase('64 KB of subschemas', null, [{ prefixItems: many(4_900, () => ({ not: {} })).slice(0, 2_400) }], '[]'),
  schemaCase(
    'a pattern that makes automata on the longest text',
    /does not match the requested JSON in one place/,
    [{ pattern: withAutomata }],
    JSON.stringify(
      many(Math.floor(maxMatchUnits / patternSize(withAutomata).instructions), () => (Math.random() < 0.5 ? 'a' : 'b')).join(''),
    ),
  ),
  schemaCase(
    'a million characters of small objects',
    /takes more work than one answer may/,
    [{ items: { anyOf: many(200, (n) => ({ required: [`k${n}`] })) } }],
    `[${many(300_000, () => '{}').join()}]`,
  ),
  schemaCase(
    'a million characters of names',
    /does not match/,
    [{ additionalProperties: { type: 'string' } }],
    `{${many(100_000, (n) => `"a${n}":1`).join()}}`,
  ),
  schemaCase('unique items of a megabyte', null, [{ uniqueItems: true }], `[${many(90_000, (n) => `{"a":${n}}`).join()}]`),
  schemaCase(
    'a megabyte that grows',
    null,
    [{ properties: { rows: { items: { required: ['id'], properties: { id: { type: 'integer' } } } } } }],
    rows,
    true,
  ),
  schemaCase('a megabyte of brackets', /does not match/, [{}], '['.repeat(1_000_000)),
];
