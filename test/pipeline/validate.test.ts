import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/core/call/call.ts';
import { type Chunk, collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { JsonSchema } from '../../src/core/request/json-schema.ts';
import { withoutRepair } from '../../src/core/request/repair.ts';
import { type CompletionRequest, completionRequest } from '../../src/core/request/request.ts';
import { validated } from '../../src/pipeline/validate.ts';
import { ask, bothFaces, faces, over } from '../faces.ts';
import { aCall, answers, chunksOf, cutAt, endingOf, says, stop } from './guard/calls.ts';

const person: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', minimum: 0 },
    mood: { enum: ['GOOD', 'GOODISH'] },
    mail: { type: 'string', format: 'email' },
    tags: { type: 'array', items: { type: 'string' } },
  },
  required: ['name'],
  additionalProperties: false,
};
const asking = (schema: JsonSchema | null): CompletionRequest => completionRequest('Who?', { output: { format: 'json', schema } });
const live: Partial<Call> = { live: true };
const run = (chunks: readonly (readonly Chunk[])[], schema: JsonSchema | null = person, call: Partial<Call> = {}, options = {}) => {
  const model = answers(...chunks);
  return { ...model, ending: endingOf(over(validated(options))(model.handle)(asking(schema), aCall(call))) };
};
const objectsIn = (chunks: readonly Chunk[]): unknown[] =>
  chunks.flatMap((chunk) => (chunk.type === 'object' && !chunk.final ? [chunk.value] : []));

describe('validate', () => {
  it('validate passes text answers on untouched', () => {
    const chunks = bothFaces(answers([stop]).handle).stream(completionRequest('hi'), aCall());
    const answer = Promise.resolve({ chunks: [stop] });
    expect(validated().stream(() => chunks)(completionRequest('hi'), aCall())).toBe(chunks);
    expect(validated().whole(() => answer)(completionRequest('hi'), aCall())).toBe(answer);
  });

  it('validate ends with the valid value, its compact JSON as text, and the finish', async () => {
    const { shown } = await run([[...says('{ "name": ', '"Ann" }'), stop]]).ending;
    expect(shown).toEqual([{ type: 'object', value: { name: 'Ann' }, final: true }, ...says('{"name":"Ann"}'), stop]);
  });

  it.each([
    ['a code fence', '```json\n{"name":"Ann"}\n```'],
    ['prose around it', 'Here you are: {"name":"Ann"}\nAnything else?'],
    ['brackets in the prose before it', 'As [1] says {so}: {"name":"Ann"}'],
    ['prose behind it', '{"name":"Ann"} is the answer'],
    ['a fence with prose', 'Sure!\n\n```\n{"name":"Ann"}\n```\nDone.'],
  ])('validate finds the JSON in %s', async (_, text) => {
    expect(await collect(over(validated())(answers([...says(text), stop]).handle)(asking(person), aCall()))).toMatchObject({
      object: { name: 'Ann' },
      text: '{"name":"Ann"}',
    });
  });

  it('validate takes any JSON value when there is no schema', async () => {
    expect((await run([[...says(' 12 '), stop]], null).ending).shown[0]).toEqual({ type: 'object', value: 12, final: true });
    expect((await run([[...says('null'), stop]], null).ending).shown[0]).toEqual({ type: 'object', value: null, final: true });
    expect((await run([[...says('no json'), stop]], null).ending).error).toMatchObject({ code: 'INVALID_OUTPUT' });
  });

  it('validate asks once more, with the answer and what is wrong with it', async () => {
    const { asked, ending } = run([
      [...says('{"age":"old"}'), stop],
      [...says('{"name":"Ann"}'), stop],
    ]);
    expect((await ending).shown.at(0)).toEqual({ type: 'object', value: { name: 'Ann' }, final: true });
    expect(asked).toHaveLength(2);
    expect(asked[1]).toMatchObject({
      messages: [
        {},
        { role: 'assistant', content: [{ text: '{"age":"old"}' }] },
        {
          role: 'user',
          content: [{ text: expect.stringMatching(/the whole: must have required property 'name'\n- \/age: must be integer/) }],
        },
      ],
    });
    expect(withoutRepair((asked[1] as CompletionRequest).messages)).toEqual((asked[0] as CompletionRequest).messages);
  });

  it('validate says INVALID_OUTPUT with the issues, and never the words of the model, when the repair fails too', async () => {
    const { asked, ending } = run([[...says('{"name":1,"sw0rdfish":2}'), stop]]);
    const { shown, error } = await ending;
    expect(asked).toHaveLength(2);
    expect(shown).toEqual([]);
    expect(error).toMatchObject({
      code: 'INVALID_OUTPUT',
      details: {
        issues: [
          { path: '', message: expect.stringContaining('additional') },
          { path: '/name', message: 'must be string' },
        ],
      },
    });
    expect(JSON.stringify([error, (error as GatewayError).details, (error as GatewayError).message])).not.toContain('sw0rdfish');
  });

  it('validate keeps names that the schema does not know out of the paths', async () => {
    const { error } = await run([[...says('{"sw0rdfish":"x"}'), stop]], { type: 'object', additionalProperties: { type: 'number' } })
      .ending;
    expect(error).toMatchObject({ details: { issues: [{ path: '/*', message: 'must be number' }] } });
  });

  it('validate does not show the first answer or its reasoning when it is repaired, but keeps its warnings', async () => {
    const first: Chunk[] = [{ type: 'reasoning', text: 'hm' }, { type: 'warning', message: 'w' }, ...says('{}'), stop];
    const { shown } = await run([first, [{ type: 'reasoning', text: 'ah' }, ...says('{"name":"A"}'), stop]]).ending;
    expect(shown.map((chunk) => chunk.type)).toEqual(['warning', 'reasoning', 'object', 'text', 'finish']);
    expect(shown[1]).toEqual({ type: 'reasoning', text: 'ah' });
  });

  it('validate blames maxOutputTokens for JSON that was cut off, and does not ask again', async () => {
    const { asked, ending } = run([[...says('{"name":"An'), { type: 'finish', reason: 'length' }]]);
    expect((await ending).error).toMatchObject({ code: 'INVALID_OUTPUT', message: expect.stringContaining('maxOutputTokens') });
    expect(asked).toHaveLength(1);
  });

  it('validate reports the first failure when the repair cannot be asked for', async () => {
    let asked = 0;
    const { error } = await endingOf(
      over(validated())(async function* () {
        asked += 1;
        if (asked === 2) throw new GatewayError('BUDGET_EXCEEDED', 'no money');
        yield* says('{}');
      })(asking(person), aCall()),
    );
    expect(error).toMatchObject({ code: 'INVALID_OUTPUT', cause: { code: 'BUDGET_EXCEEDED' } });
  });

  it('validate lets an answer pass that calls tools instead', async () => {
    const call: Chunk = { type: 'tool-call', id: '1', name: 't', argumentsText: '{}', done: true };
    const finish: Chunk = { type: 'finish', reason: 'tool-calls' };
    expect((await run([[call, finish]]).ending).shown).toEqual([call, finish]);
  });

  it.each<[string, JsonSchema, RegExp]>([
    ['a broken keyword', { type: 'strin' }, /refused at \/type: .*string, number, integer.* would be accepted/],
    ['a pattern that is no RE2 expression', { type: 'string', pattern: '(?<=a)b' }, /is not one that can be checked/],
    ['a remote reference', { $ref: 'https://example.com/x.json' }, /remote references/],
    ['too many bytes', { description: 'x'.repeat(70_000) }, /larger than 65536 bytes/],
    ['too many levels', JSON.parse(`${'{"items":'.repeat(80)}{}${'}'.repeat(80)}`), /too deep/],
    ['references that multiply', doubling(20), /expands to more than/],
    ['a reference to itself', { allOf: [{ $ref: '#' }] }, /refers to itself|not one that can be checked/],
  ])('validate refuses a schema with %s, in a sentence', async (_, schema, sentence) => {
    const { error } = await run([[...says('{"a":1}'), stop]], schema).ending;
    expect(error).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(sentence) });
  });

  it('validate understands both dialects', async () => {
    const tuple07: JsonSchema = { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'number' }] };
    const tuple20: JsonSchema = { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'number' }] };
    for (const schema of [tuple07, tuple20]) {
      expect((await run([[...says('["x"]'), stop]], schema).ending).error).toMatchObject({
        details: { issues: [{ path: '/0', message: 'must be number' }] },
      });
    }
  });

  it('validate accepts a placeholder where the route masks and the schema wants a format', async () => {
    const text = [[...says('{"name":"A","mail":"<EMAIL_1>"}'), stop]];
    expect((await run(text).ending).error).toMatchObject({ code: 'INVALID_OUTPUT' });
    expect((await run(text, person, {}, { masked: () => true }).ending).error).toBeNull();
  });
});

describe('a live structured answer', () => {
  const text = `{"name": "Ann of Green Gables","age": 1234567,"tags": ["red hair", "talkative"],"mood": "GOODISH","mail": "ann@example.com"}`;
  const letters = [...says(...text), stop];

  it('a live structured answer grows by whole numbers and enum values, and by growing strings', async () => {
    const { shown } = await run([letters], person, live).ending;
    const objects = objectsIn(shown) as Record<string, unknown>[];
    expect(objects.length).toBeGreaterThan(2);
    expect(objects.some(({ name }) => typeof name === 'string' && name.length < 19)).toBe(true);
    for (const { age, mood, mail } of objects) {
      expect([undefined, 1_234_567]).toContain(age);
      expect([undefined, 'GOODISH']).toContain(mood);
      expect([undefined, 'ann@example.com']).toContain(mail);
    }
    expect(shown.at(-3)).toMatchObject({ type: 'object', final: true });
  });

  it('a live structured answer shows no growing parts when nobody watches', async () => {
    expect(objectsIn((await run([letters]).ending).shown)).toEqual([]);
  });

  it('a live structured answer is not repaired once something was shown', async () => {
    const { asked, ending } = run([[...says('{"name":"Ann and some more words"', ',"age":-1}'), stop]], person, live);
    const { shown, error } = await ending;
    expect(objectsIn(shown).length).toBeGreaterThan(0);
    expect(error).toMatchObject({ code: 'INVALID_OUTPUT', details: { phase: 'mid-stream' } });
    expect(asked).toHaveLength(1);
  });

  it('a live structured answer is repaired when what came first was wrong already', async () => {
    const { asked, ending } = run([[...says('{"name": 12, "tags": ["a","b","c","d"]'), ...says('}'), stop], letters], person, live);
    expect((await ending).error).toBeNull();
    expect(asked).toHaveLength(2);
  });

  it('a live structured answer does not guess where JSON begins in prose', async () => {
    const { shown } = await run([says('See [1] for it, as I said: ', text)], person, live).ending;
    expect(objectsIn(shown)).toEqual([]);
  });

  const value: fc.Arbitrary<Record<string, unknown>> = fc.record(
    {
      name: fc.string({ unit: 'grapheme', maxLength: 60 }),
      age: fc.nat(),
      mood: fc.constantFrom('GOOD', 'GOODISH'),
      tags: fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }),
    },
    { requiredKeys: ['name'] },
  );

  const step = over(validated());

  it('a live structured answer never takes back what it has shown, however the provider cut its chunks', async () => {
    await fc.assert(
      fc.asyncProperty(value, fc.array(fc.nat(), { maxLength: 60 }), async (answer, cuts) => {
        const shown = await chunksOf(
          step(answers([...says(...cutAt(JSON.stringify(answer), cuts)), stop]).handle)(asking(person), aCall(live)),
        );
        const steps = [...objectsIn(shown), answer];
        for (const [index, step] of steps.slice(1).entries()) expect(grewInto(steps[index], step)).toBe(true);
        expect(shown.at(-3)).toEqual({ type: 'object', value: answer, final: true });
      }),
    );
  });
});

describe('both faces of validate', () => {
  const said = fc.oneof(
    fc.constantFrom(
      '{"name":"Ann"}',
      '```json\n{"name":"Bob"}\n```',
      '{"name":1}',
      '{}',
      'no json',
      '',
      '{"name":"An',
      'Yes: {"name":"Ann","age":4}',
    ),
    fc.string({ maxLength: 12 }),
  );
  const extra: fc.Arbitrary<Chunk> = fc.constantFrom<Chunk>(
    { type: 'warning', message: 'w' },
    { type: 'reasoning', text: 'hm' },
    { type: 'tool-call', id: '1', name: 't', argumentsText: '{}', done: true },
    { type: 'object', value: { name: 'Obj' }, final: true },
  );
  const reason = fc.constantFrom('stop', 'length', 'content-filter', 'tool-calls');
  const answer = fc
    .tuple(fc.array(extra, { maxLength: 3 }), said, reason)
    .map(([extras, text, ended]): Chunk[] => [...extras, ...says(text), { type: 'finish', reason: ended }]);

  it('both faces of validate find the same answers valid, repair the same, and refuse the same with the same words', async () => {
    await fc.assert(
      fc.asyncProperty(answer, answer, fc.boolean(), async (first, second, cannotRepair) => {
        const endings = await Promise.all(
          faces.map(async (face) => {
            const model = answers(first, second);
            const handle = over(validated())((request, call) => {
              if (cannotRepair && model.asked.length === 1) throw new GatewayError('BUDGET_EXCEEDED', 'no money');
              return model.handle(request, call);
            });
            const ending = await ask(face, handle, asking(person), aCall()).catch(({ code, message, details }: GatewayError) => ({
              code,
              message,
              details,
            }));
            return [ending, model.asked];
          }),
        );
        expect(endings[1]).toEqual(endings[0]);
      }),
    );
  });
});

/** Strings by their ends, arrays and objects by members, everything else not at all. */
function grewInto(before: unknown, after: unknown): boolean {
  if (typeof before === 'string') return typeof after === 'string' && after.startsWith(before);
  if (Array.isArray(before)) return Array.isArray(after) && before.every((item, index) => grewInto(item, after[index]));
  if (typeof before !== 'object' || before === null) return before === after;
  return (
    typeof after === 'object' &&
    after !== null &&
    Object.entries(before).every(([key, item]) => grewInto(item, (after as Record<string, unknown>)[key]))
  );
}

function doubling(levels: number): JsonSchema {
  const $defs: Record<string, unknown> = { d0: { type: 'object' } };
  for (let level = 1; level <= levels; level += 1)
    $defs[`d${level}`] = { allOf: [{ $ref: `#/$defs/d${level - 1}` }, { $ref: `#/$defs/d${level - 1}` }] };
  return { $defs, $ref: `#/$defs/d${levels}` };
}
