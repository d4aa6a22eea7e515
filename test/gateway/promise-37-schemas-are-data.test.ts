import { beforeAll, describe, expect, it } from 'vitest';
import { flatPrice } from '../../src/core/money.ts';
import type { JsonSchema } from '../../src/core/request/json-schema.ts';
import { type Double, double } from '../doubles.ts';
import { startGateway, type TestGateway } from '../harness.ts';
import { complete, prompt, stream } from './asking.ts';

const nested = (levels: number, inner: string, open = '[', close = ']'): string => `${open.repeat(levels)}${inner}${close.repeat(levels)}`;
const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));
/** The four schemas of the report: 60 KB each, 900 patterns whose repetitions are written out. */
const bomb = (salt: number): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    many(900, (index) => [`p${index}`, { type: 'string', pattern: `(a{1,30}b{1,30}c){1,30}${index}${salt}` }]),
  ),
});
const doubling = (levels: number): JsonSchema => ({
  $defs: Object.fromEntries(
    many(levels, (level) => [
      `d${level}`,
      level === 0 ? {} : { allOf: [{ $ref: `#/$defs/d${level - 1}` }, { $ref: `#/$defs/d${level - 1}` }] },
    ]),
  ),
  $ref: `#/$defs/d${levels - 1}`,
});

describe('a JSON Schema of a caller is data', () => {
  let gateway: TestGateway;
  let model: Double;
  let answer = '';
  beforeAll(async () => {
    model = double('model', async function* (request) {
      if (request.kind === 'completion')
        for (let at = 0; at < answer.length; at += 4_096) yield { type: 'text', text: answer.slice(at, at + 4_096) };
      yield { type: 'finish', reason: 'stop' };
    });
    gateway = await startGateway({
      providers: { model },
      deployments: { one: { provider: 'model', model: 'm', price: flatPrice({ input: 1, output: 1 }) } },
      routes: { default: { deployments: ['one'] }, embedding: { deployments: ['one'] } },
      collections: {},
    });
  });

  const asked = (schema: unknown, said: string) => {
    answer = said;
    return complete(gateway, prompt('Who?', { output: { format: 'JSON', schema } }));
  };
  /** The refusal, in whichever of the two ways it comes: as data or as an error. */
  const refusal = async (schema: unknown): Promise<string> => {
    const before = model.asked.length;
    const said = await asked(schema, '{}').then(
      (data: object) => JSON.stringify(data),
      (error: Error) => error.message,
    );
    expect(model.asked.length, 'nothing is asked of a model').toBe(before);
    expect(said).toContain('BAD_REQUEST');
    return said;
  };
  const servesOthers = async (): Promise<void> =>
    expect(await asked({ type: 'object', required: ['ok'] }, '{"ok":true}')).toMatchObject({
      __typename: 'Completion',
      object: { ok: true },
    });

  it.each<[string, unknown, string]>([
    ['$async', { $async: true, type: 'number' }, '/$async'],
    ['$async in a property', { properties: { a: { $async: true } } }, '/properties/a/$async'],
    ['$async in a definition that nobody uses', { $defs: { a: { $async: true } } }, '/$defs/a/$async'],
    ['$data', { properties: { a: { minimum: { $data: '1/b' } } } }, '/properties/a/minimum'],
    ['$dynamicRef', { $dynamicRef: '#meta' }, '/$dynamicRef'],
    ['$recursiveRef', { items: { $recursiveRef: '#' } }, '/items/$recursiveRef'],
    ['a keyword with a slip', { type: 'object', requried: ['a'] }, 'Did you mean required?'],
    ['a keyword of a library', { type: 'string', transform: ['trim'] }, '/transform'],
    ['a reference to another document', { $ref: 'https://example.com/schema.json' }, 'remote references'],
    ['a reference to the meta-schema', { $ref: 'http://json-schema.org/draft-07/schema#' }, 'remote references'],
    ['a reference to nothing', { $ref: '#/$defs/none' }, 'there is nothing at'],
    ['a reference to the prototype', { $ref: '#/__proto__' }, 'there is nothing at'],
    ['a reference to a constructor', { properties: {}, $ref: '#/properties/constructor' }, 'there is nothing at'],
    ['a reference to itself', { allOf: [{ $ref: '#' }] }, 'refers to itself'],
    [
      'references in a ring',
      { $defs: { a: { $ref: '#/$defs/b' }, b: { not: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' },
      'refers to itself',
    ],
    ['references that multiply', doubling(25), 'expands to more than'],
    [
      'a chain of references',
      {
        ...Object.fromEntries(many(1, () => ['$ref', '#/$defs/c0'])),
        $defs: Object.fromEntries(many(2_400, (n) => [`c${n}`, { $ref: `#/$defs/c${n === 2_399 ? 0 : n + 1}` }])),
      },
      'would be accepted',
    ],
    ['a pattern whose repetitions multiply', { pattern: '((a{1,100}){1,100}){1,100}' }, '/pattern'],
    ['a pattern inside other brackets', { propertyNames: { pattern: '(?:(?i:[a-z]{999}){99}|x){9}' } }, '/propertyNames/pattern'],
    ['a pattern of classes of Unicode', { patternProperties: { '(\\p{L}|[^\\p{N}]){400}': {} } }, '/patternProperties'],
    ['a pattern of wide ranges in either case', { pattern: `(?i)${'[B-𞥂]'.repeat(20)}` }, '/pattern'],
    ['one class of wide ranges in either case', { pattern: `(?i:[[:alpha:]${'B-\\x{1e942}'.repeat(20)}])` }, '/pattern'],
    [
      'patterns of wide ranges in either case',
      { allOf: many(9, (n) => ({ pattern: `(?si)[\\x42-\\u{1e942}]${n}` })) },
      'all patterns together',
    ],
    ['a pattern of ten thousand brackets', { pattern: `${'('.repeat(10_000)}${')'.repeat(10_000)}` }, '/pattern'],
    ['a pattern that RE2 does not take', { pattern: '(?=a)b' }, 'without look-around'],
    ['900 patterns of 60 KB', bomb(1), 'instructions'],
    ['20,000 subschemas', { allOf: many(20, () => ({ prefixItems: many(900, () => ({})) })) }, 'subschemas'],
    ['an enum of 5,000', { enum: many(5_000, (n) => n) }, '/enum'],
    ['an anyOf of 2,000', { anyOf: many(2_000, () => ({ type: 'null' })) }, '/anyOf'],
    ['900,000 bytes', { description: 'x'.repeat(900_000) }, 'larger than 65536 bytes'],
    ['33,000 members', { enum: many(33_000, () => 1) }, 'larger than 65536 bytes'],
  ])('the check of a caller’s JSON Schema refuses %s, names the place, and asks no model', async (_, schema, said) => {
    expect(await refusal(schema)).toContain(said);
    await servesOthers();
  });

  it.each<[string, unknown]>([
    ['type', { type: 'strin' }],
    ['type', { type: [] }],
    ['enum', { enum: [] }],
    ['required', { required: true }],
    ['required', { required: [1] }],
    ['properties', { properties: [] }],
    ['items', { items: 'string' }],
    ['anyOf', { anyOf: {} }],
    ['anyOf', { anyOf: [] }],
    ['allOf/0', { allOf: ['x'] }],
    ['minimum', { minimum: '1' }],
    ['exclusiveMinimum', { exclusiveMinimum: true }],
    ['multipleOf', { multipleOf: 0 }],
    ['minLength', { minLength: -1 }],
    ['maxItems', { maxItems: 1.5 }],
    ['pattern', { pattern: 1 }],
    ['$ref', { $ref: 1 }],
    ['format', { format: {} }],
    ['uniqueItems', { uniqueItems: 'yes' }],
    ['nullable', { nullable: true }],
    ['additionalProperties', { additionalProperties: null }],
    ['dependentRequired/a', { dependentRequired: { a: {} } }],
  ])('the check of a caller’s JSON Schema refuses %s with a value that it does not take', async (place, schema) => {
    const said = await refusal(schema);
    expect(said).toContain(`/${place}`);
    expect(said).toMatch(/would be accepted|must be a list/);
  });

  it('the check of a caller’s JSON Schema looks at the parameters of tools in the same way', async () => {
    const before = model.asked.length;
    answer = 'Hi.';
    const tools = (parameters: unknown) => complete(gateway, prompt('Hi', { tools: [{ name: 'find', parameters }] }));
    for (const parameters of [{ $async: true }, bomb(2), { properties: { a: { $ref: 'https://example.com/x' } } }]) {
      const said = await tools(parameters).then(
        (data: object) => JSON.stringify(data),
        (error: Error) => error.message,
      );
      expect(said).toContain('The JSON Schema of the parameters of the tool');
    }
    expect(model.asked.length).toBe(before);
    expect(await tools({ type: 'object', properties: { query: { type: 'string' } } })).toMatchObject({ text: 'Hi.' });
  });

  it('the check of a caller’s JSON Schema enforces what it takes: an answer that does not fit is INVALID_OUTPUT, and the process goes on', async () => {
    expect(await asked({ type: 'number' }, '"abc"')).toMatchObject({
      __typename: 'InvalidOutput',
      issues: [{ path: '', message: 'must be number' }],
    });
    await servesOthers();
  });

  it('the check of a caller’s JSON Schema follows recursive schemas', async () => {
    const tree: JsonSchema = {
      type: 'object',
      properties: { name: { type: 'string' }, kids: { type: 'array', items: { $ref: '#' } } },
      required: ['name'],
    };
    const good = '{"name":"a","kids":[{"name":"b","kids":[{"name":"c"}]}]}';
    expect(await asked(tree, good)).toMatchObject({ object: JSON.parse(good) });
    expect(await asked(tree, '{"name":"a","kids":[{"name":"b","kids":[{}]}]}')).toMatchObject({
      __typename: 'InvalidOutput',
      issues: [{ path: '/kids/0/kids/0', message: "must have required property 'name'" }],
    });
    const list: JsonSchema = {
      $ref: '#/$defs/node',
      $defs: { node: { type: ['object', 'null'], properties: { next: { $ref: '#/$defs/node' } } } },
    };
    expect(await asked(list, nested(200, 'null', '{"next":', '}'))).toMatchObject({ __typename: 'Completion' });
  });

  it.each<[string, JsonSchema, string]>([
    ['items that are all alike', { uniqueItems: true }, `[${many(60_000, (n) => `{"a":${n},"b":[]}`).join()}]`],
    [
      'alternatives times items',
      { items: { anyOf: many(250, (n) => ({ properties: { [`k${n}`]: { type: 'string' } }, required: [`k${n}`] })) } },
      `[${many(60_000, () => '{"a":1}').join()}]`,
    ],
    [
      'patterns times names',
      { patternProperties: Object.fromEntries(many(600, (n) => [`^x${n}$`, {}])) },
      `{${many(40_000, (n) => `"k${n}":1`).join()}}`,
    ],
    ['a heavy pattern on a long text', { pattern: '^[ab]*a[ab]{300}[cd]$' }, JSON.stringify('ab'.repeat(400_000))],
    ['checks in checks', { ...doubling(12), items: { $ref: '#' } }, nested(200, '1')],
  ])(
    'the check of a caller’s JSON Schema ends the check of %s in INVALID_OUTPUT, or with its verdict, and serves others',
    async (_, schema, said) => {
      const result = await asked(schema, said);
      expect(['InvalidOutput', 'Completion']).toContain(result.__typename);
      await servesOthers();
    },
  );

  it.each<[string, string]>([
    ['lists', nested(100_000, '1')],
    ['objects', nested(100_000, '1', '{"a":', '}')],
    ['lists without end', '['.repeat(400_000)],
    ['more characters than it reads', JSON.stringify('x'.repeat(1_400_000))],
  ])('the check of a caller’s JSON Schema says INVALID_OUTPUT of an answer with %s, with a schema and without', async (_, said) => {
    for (const schema of [null, { $defs: { n: { items: { $ref: '#/$defs/n' } } }, $ref: '#/$defs/n' }])
      expect(await asked(schema, said)).toMatchObject({ __typename: 'InvalidOutput' });
    await servesOthers();
  });

  it('a structured answer of a megabyte is streamed, and shown in few looks', async () => {
    answer = `{"rows":[${many(20_000, (n) => `{"id":${n},"name":"name of row number ${n}"}`).join()}]}`;
    const schema: JsonSchema = {
      type: 'object',
      properties: {
        rows: {
          type: 'array',
          items: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } }, required: ['id', 'name'] },
        },
      },
    };
    let looks = 0;
    let last: { readonly completion: { readonly object: unknown } } | null = null;
    for await (const event of stream(gateway, prompt('Rows?', { output: { format: 'JSON', schema }, maxOutputTokens: 1_000_000 }))) {
      if (event.__typename === 'ObjectDelta') looks += 1;
      if (event.__typename === 'CompletionFinished') last = event;
    }
    expect(last?.completion.object).toEqual(JSON.parse(answer));
    expect(looks).toBeLessThan(420);
  });
});
