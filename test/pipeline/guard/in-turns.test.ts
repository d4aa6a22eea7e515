/** Long text: how often other requests have their turn, and that it changes no result. */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../../src/core/chunk.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import { completionRequest, type ModelRequest } from '../../../src/core/request/request.ts';
import { finishPaced } from '../../../src/core/turns/paced.ts';
import { type Turns, turnsOf } from '../../../src/core/turns/turns.ts';
import { findPersonalData } from '../../../src/pipeline/guard/masking/personal-data.ts';
import { maxMaskedValues } from '../../../src/pipeline/guard/masking/pseudonyms.ts';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
import { maxMatchUnits } from '../../../src/pipeline/guard/pattern-reach.ts';
import { guarded } from '../../../src/pipeline/guard.ts';
import { over } from '../../faces.ts';
import { rounds } from '../../rounds.ts';
import { aCall, answers, chunksOf, endingOf, says, stop, textIn } from './calls.ts';

/** Turns that can be counted afterwards; the largest amount of work between two of them is remembered. */
function counted(unitsPerTurn = 16_384) {
  let largest = 0;
  let sum = 0;
  const turns = turnsOf({ unitsPerTurn });
  const counting: Turns = {
    taken: () => turns.taken(),
    spend(units) {
      sum += units;
      largest = Math.max(largest, units);
      return turns.spend(units);
    },
  };
  return { turns: counting, taken: counting.taken, largest: () => largest, sum: () => sum };
}

const maskedBy = (count: ReturnType<typeof counted>) => over(guarded({ guardrails: () => [], mask: () => true, turns: () => count.turns }));
const user = (...texts: string[]): ModelRequest =>
  completionRequest(texts.map((text) => ({ role: 'user', content: [{ type: 'text', text }] })));
const addresses = (count: number): string => Array.from({ length: count }, (_, index) => `u${index}@cd${index}.com `).join('');

describe('masking a long prompt', () => {
  it.each<[string, ModelRequest, number]>([
    ['19,000 different addresses', user(addresses(19_000)), 19],
    ['a run of 400,000 letters', user('a'.repeat(400_000)), 20],
    ['400,000 digits with spaces', user('1 '.repeat(200_000)), 20],
    ['36,000 messages', user(...Array.from({ length: 36_000 }, () => 'Hi you.')), 300],
    [
      '100,000 numbers in arguments',
      completionRequest([
        { role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 't', arguments: Array.from({ length: 100_000 }, () => 1) }] },
      ]),
      5,
    ],
  ])('masking a long prompt gives other requests their turn: %s', async (_, request, least) => {
    const count = counted();
    await chunksOf(maskedBy(count)(answers([stop]).handle)(request, aCall()));
    expect(count.taken()).toBeGreaterThan(least);
    expect(count.largest()).toBeLessThanOrEqual(16_384);
  });

  it('masking a long prompt takes no turn for a short one', async () => {
    const count = counted();
    await chunksOf(maskedBy(count)(answers([stop]).handle)(user('Write to ann@x.io about the weather.'), aCall()));
    expect(count.taken()).toBe(0);
  });

  it('masking a long prompt restores an answer with as many placeholders', async () => {
    const count = counted();
    const text = addresses(19_000);
    const model = maskedBy(count)(async function* (request) {
      const part = request.kind === 'completion' ? request.messages[0]?.content[0] : undefined;
      yield* says(part?.type === 'text' ? part.text : '');
      yield stop;
    });
    expect(textIn(await chunksOf(model(user(text), aCall())))).toBe(text);
  });

  it('masking a long prompt is refused beyond 20,000 different values', async () => {
    const model = answers([stop]);
    const { error } = await endingOf(maskedBy(counted())(model.handle)(user(addresses(maxMaskedValues + 1)), aCall()));
    expect(error).toMatchObject({ code: 'BAD_REQUEST' });
    expect(model.asked).toEqual([]);
  });

  it('masking a long prompt stops as soon as the caller has left', async () => {
    const left = new AbortController();
    const step = over(
      guarded({
        guardrails: () => [],
        mask: () => true,
        turns: (signal) => {
          const turns = turnsOf({ unitsPerTurn: 1_000, signal });
          return {
            ...turns,
            spend: (units) => {
              left.abort();
              return turns.spend(units);
            },
          };
        },
      }),
    );
    const { error } = await endingOf(step(answers([stop]).handle)(user(addresses(1_000)), aCall({ signal: left.signal })));
    expect(error).toMatchObject({ code: 'CANCELLED' });
  });
});

describe('the search for personal data', () => {
  const found = (text: string, unitsPerTurn: number): Promise<string[]> =>
    Promise.resolve(finishPaced(findPersonalData(text, turnsOf({ unitsPerTurn })))).then((finds) =>
      finds.map(({ kind, start, end }) => `${kind} ${text.slice(start, end)}`),
    );
  const values = [
    'ann@x.io',
    '+49 30 901820',
    '4111 1111 1111 1111',
    'DE89 3704 0044 0532 0130 00',
    '203.0.113.9',
    '536-22-8726',
    '<EMAIL_1>',
    'postgres://app:hunter22@db',
    '"ann lee"@example.com',
    '%22ann lee%22%40example.com',
    'bob%40host.example',
    'bob\\u0040host.example',
    '4111.1111.1111.1111',
  ];

  it('the search for personal data finds the same values wherever in a long text they stand', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...values),
        fc.constantFrom('word ', 'Line of text.\n', 'x', '\t'),
        fc.integer({ min: 3_900, max: 4_200 }),
        async (value, filler, before) => {
          const alone = await found(` ${value} `, 1_000);
          const text = `${filler.repeat(Math.ceil(before / filler.length)).slice(0, before)} ${value} ${filler.repeat(4_000 / filler.length)}`;
          expect(await found(text, 1_000)).toEqual(alone);
        },
      ),
      // The drills run ten times as many.
      { numRuns: 60 * rounds },
    );
  });

  it('the search for personal data finds a long token that begins at the end of a stretch', async () => {
    const token = `eyJ${'a'.repeat(1_900)}.eyJ${'b'.repeat(3_900)}.${'c'.repeat(900)}`;
    for (const before of [4_000, 4_090, 4_095, 4_096, 8_190])
      expect(await found(`${'x '.repeat(before).slice(0, before)} ${token} y`, 1_000)).toEqual([`SECRET ${token}`]);
    for (const before of [4_000, 4_090, 4_095, 4_096, 8_190])
      expect(await found(`${'1 '.repeat(before).slice(0, before)} ${token} 1`, 1_000)).toContain(`SECRET ${token}`);
  });

  it('the search for personal data sees no more of a private key than that it is one, whatever stands in it', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'MIIabc <EMAIL_1> a@x.io\n'.repeat(1_000)}-----END PRIVATE KEY-----`;
    expect(await found(`a ${key} b`, 1_000)).toEqual([`SECRET ${key}`]);
    expect(await found('postgres://app:hun<EMAIL_1>ter22@db', 1_000)).toEqual(['SECRET hun<EMAIL_1>ter22']);
  });

  it('the search for personal data counts the looking up of a telephone number as work', async () => {
    const count = counted();
    await finishPaced(findPersonalData('+1 4155552671 '.repeat(1_000), count.turns));
    expect(count.sum()).toBeGreaterThan(200_000);
    // Between two turns stands no more than a stretch: not all numbers of it.
    expect(count.largest()).toBeLessThan(8_192);
  });

  it('the search for personal data takes the shape for the number where more are there than can be looked up', async () => {
    const options = { phoneChecks: { left: 1 } };
    const finds = await finishPaced(findPersonalData('+49 30 901820 and +99 9999999', turnsOf({ unitsPerTurn: 1_000 }), options));
    expect(finds).toHaveLength(2);
  });
});

describe('patterns on a long text', () => {
  const guard = (patterns: string[], count = counted()) => patternGuard({ name: 'p', patterns }, () => count.turns);
  const verdict = async (patterns: string[], text: string) => (await guard(patterns).check(text, aCall())).action;

  it('patterns on a long text answer at once for a short text', () => {
    expect(guard(['falcon']).check('A falcon.', aCall())).toMatchObject({ action: 'block' });
  });

  it('patterns on a long text give other requests their turn', async () => {
    const count = counted();
    await guard(['fal.{0,200}con', 'project\\s+x', '\\bACME-\\d{4}\\b'], count).check('fal \u200b'.repeat(100_000), aCall());
    expect(count.taken()).toBeGreaterThan(50);
  });

  it.each<[string, number | null]>([
    ['falcon', 12],
    ['(?i)fal(con|cons)?', 14],
    ['a{3}b{0,4}', 14],
    ['\\bx$', 2],
    ['a+', null],
    ['a\\s*b', null],
    ['(a|b*)c', null],
    ['', 0],
  ])('the reach of a match of %j is known', (pattern, units) => expect(maxMatchUnits(RE2JS.compile(pattern))).toBe(units));

  it('patterns on a long text find what one search over the whole text finds, also at the borders of windows', async () => {
    const pattern = fc.constantFrom(
      'falcon',
      '\\bfal.{0,9}con\\b',
      '^falcon',
      'falcon$',
      '(?m)^falcon$',
      '\\Bcon',
      '[^a-z]falcon',
      '😀con',
      'fal\\s+con',
      '(fal|con){2}x?$',
    );
    const word = fc.constantFrom('falcon', 'fal', 'con', ' ', '\n', 'x', '😀', 'fal con');
    await fc.assert(
      fc.asyncProperty(
        pattern,
        fc.array(word, { maxLength: 4 }),
        fc.constantFrom('x', ' ', '\n', 'word '),
        fc.nat(40),
        fc.constantFrom(8_192, 16_384, 24_576),
        async (expression, words, filler, shift, border) => {
          const before = Math.max(0, border - shift);
          const text = filler.repeat(before).slice(0, before) + words.join('') + filler.repeat(20_000).slice(0, 20_000);
          expect(await verdict([expression], text)).toBe(RE2JS.compile(expression).test(text) ? 'block' : 'allow');
        },
      ),
      // The drills run ten times as many.
      { numRuns: 80 * rounds },
    );
  });
});

describe('a long answer', () => {
  const run = (chunks: readonly Chunk[], count: ReturnType<typeof counted>, window: 'sentence' | 'whole' = 'sentence') =>
    endingOf(
      over(
        guarded({
          guardrails: () => [patternGuard({ name: 'f', patterns: ['falcon'], window, on: ['output'] })],
          mask: () => true,
          turns: () => count.turns,
        }),
      )(answers(chunks).handle)(user('ann@x.io'), aCall()),
    );

  it.each<[string, readonly Chunk[]]>([
    ['one text of 1 MB without the end of a sentence', says('word '.repeat(200_000))],
    [
      'arguments of 1 MB',
      [{ type: 'tool-call', id: '1', name: 't', argumentsText: JSON.stringify({ a: '<EMAIL_1> '.repeat(100_000) }), done: true }],
    ],
    ['an object of 100,000 members', [{ type: 'object', value: Array.from({ length: 100_000 }, () => 'a'), final: true }]],
  ])('a long answer gives other requests their turn: %s', async (_, chunks) => {
    const count = counted();
    const { error } = await run([...chunks, stop], count);
    expect(error).toBeNull();
    expect(count.taken()).toBeGreaterThan(10);
  });

  it('a long answer cannot grow without bound by repeating the placeholder of a long secret', async () => {
    const key = `-----BEGIN PRIVATE KEY-----\n${'A'.repeat(500_000)}\n-----END PRIVATE KEY-----`;
    const step = over(guarded({ guardrails: () => [], mask: () => true }));
    const { error } = await endingOf(step(answers([...says('<SECRET_1>'.repeat(1_000)), stop]).handle)(user(key), aCall()));
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED', details: { on: 'output' } });
  });

  it('a long answer is not read when its JSON is nested without end', async () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const call: Chunk = { type: 'tool-call', id: '1', name: 't', argumentsText: `{"a":${deep}}`, done: true };
    expect((await run([call, stop], counted())).error).toMatchObject({ code: 'INVALID_OUTPUT' });
  });
});
