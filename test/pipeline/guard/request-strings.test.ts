import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompletionRequest, type ContentPart, completionRequest, type ModelRequest } from '../../../src/core/request/request.ts';
import { finishPaced } from '../../../src/core/turns/paced.ts';
import { turnsOf } from '../../../src/core/turns/turns.ts';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
import { plainTexts } from '../../../src/pipeline/guard/plain-texts.ts';
import { readingsOf } from '../../../src/pipeline/guard/request-readings.ts';
import { guarded } from '../../../src/pipeline/guard.ts';
import { over } from '../../faces.ts';
import { aCall, answers, chunksOf, endingOf, stop } from './calls.ts';

const canary = 'falcon';
const base64 = Buffer.from('words').toString('base64');

/** One of everything, each field set: the types refuse a request in which one is missing. */
const full: Required<CompletionRequest> & { readonly more: unknown } = {
  kind: 'completion',
  messages: [
    { role: 'system', content: [{ type: 'text', text: 'words' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'words' },
        { type: 'image', url: 'https://example.com/a.png' },
        { type: 'image', base64, mediaType: 'image/png' },
        { type: 'file', base64, mediaType: 'text/plain', name: 'words' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'words', opaque: '{"vendor":{"signature":"words"}}' },
        { type: 'tool-call', id: 'words', name: 'words', arguments: { words: ['words', { words: 'words' }] }, opaque: 'words' },
      ],
    },
    { role: 'tool', content: [{ type: 'tool-result', callId: 'words', content: { words: ['words'] }, isError: false }] },
  ],
  maxInputTokens: 1,
  maxOutputTokens: 1,
  temperature: 1,
  topP: 1,
  stop: ['words'],
  seed: 1,
  tools: [{ name: 'words', description: 'words', parameters: { properties: { words: { pattern: 'words' } }, $defs: { words: {} } } }],
  toolChoice: { type: 'tool', name: 'words' },
  output: { format: 'json', schema: { words: { words: ['words'] }, required: ['words'], patternProperties: { words: { $ref: 'words' } } } },
  providerOptions: { words: { words: 'words' } },
  // A field that is added some day, of strings and of JSON of the caller.
  more: { words: ['words'], text: 'words' },
};

/** Every request that has the canary in place of one string or one name of the caller's, with where that is. */
function* withCanary(value: unknown, place: string): Generator<readonly [string, unknown]> {
  if (value === 'words') yield [place, canary];
  else if (value === base64) yield [place, Buffer.from(canary).toString('base64')];
  else if (typeof value === 'string' && /words|example|text\/|image\//.test(value))
    yield [place, value.replace(/words|example|png$|plain/, canary)];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const [where, changed] of withCanary(inner, `${place}/${key}`)) {
      yield [
        where,
        Array.isArray(value) ? value.map((item, index) => (String(index) === key ? changed : item)) : { ...value, [key]: changed },
      ];
    }
    if (key === 'words') yield [`${place}/<name>`, { ...value, [canary]: inner }];
  }
}

describe('every string of a request', () => {
  const places = [...withCanary(full, '')] as (readonly [string, ModelRequest])[];
  const noFalcon = patternGuard({ name: canary, patterns: [canary] });

  it('every string of a request is looked for in more than thirty places', () => expect(places.length).toBeGreaterThan(30));

  it.each(places)('every string of a request is read by a guardrail at %s', async (_, request) => {
    const model = answers([stop]);
    const { error } = await endingOf(over(guarded({ guardrails: () => [noFalcon], mask: () => false }))(model.handle)(request, aCall()));
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
    expect(model.asked).toEqual([]);
  });

  const address = 'ann@x.io';
  const addressed = places.map(
    ([place, request]) => [place, JSON.parse(JSON.stringify(request, (_, value: unknown) => withAddress(value)))] as const,
  );
  function withAddress(value: unknown): unknown {
    if (typeof value === 'string')
      return Buffer.from(value, 'base64').toString() === canary ? Buffer.from(address).toString('base64') : value.replace(canary, address);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key === canary ? address : key, item]));
  }

  it.each(addressed)('every string of a request is masked, or refuses the request, at %s', async (_, request: ModelRequest) => {
    const model = answers([stop]);
    const { error } = await endingOf(over(guarded({ guardrails: () => [], mask: () => true }))(model.handle)(request, aCall()));
    const sent = JSON.stringify(model.asked);
    expect(sent).not.toContain(address);
    expect(sent).not.toContain(Buffer.from(address).toString('base64'));
    if (error !== null) expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED', details: { guardrail: 'maskPersonalData', on: 'input' } });
    else expect(sent).toMatch(/EMAIL_1|RU1BSUxfM|PEVNQUlMXzE/);
  });

  it('every string of a request leaves a request without personal data as it is', async () => {
    const model = answers([stop]);
    await chunksOf(over(guarded({ guardrails: () => [], mask: () => true }))(model.handle)(full, aCall()));
    expect(model.asked).toEqual([full]);
    // Not a copy: what is known of the request, such as its length, is known of what is sent.
    expect(model.asked[0]).toBe(full);
  });

  it('every string of a request is read once where a message has one text, so that no guardrail is asked twice', () => {
    const request = completionRequest([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Hello.' }] },
    ]);
    expect(finishPaced(readingsOf(request, turnsOf({ unitsPerTurn: 1_000 })))).toEqual(['Be brief.\nHello.']);
  });

  it('every string of a request refuses JSON that is nested without end', async () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 5_000; level += 1) deep = [deep];
    const request = completionRequest([{ role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 't', arguments: deep }] }]);
    const { error } = await endingOf(
      over(guarded({ guardrails: () => [noFalcon], mask: () => true }))(answers([stop]).handle)(request, aCall()),
    );
    expect(error).toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('every string of a request is told to be plain texts only where a walk finds the same texts', () => {
    const walked = (request: ModelRequest): readonly string[] =>
      finishPaced(readingsOf(request, turnsOf({ unitsPerTurn: Number.POSITIVE_INFINITY }))) as readonly string[];
    const text = fc.constantFrom('words', 'more words', '', 'x'.repeat(3_000));
    const part = fc.oneof(
      text.map((said) => ({ type: 'text', text: said }) as const),
      fc.constantFrom<ContentPart>({ type: 'image', url: 'https://example.com' }, { type: 'reasoning', text: 'words' }),
    );
    const content = fc.oneof(
      { weight: 4, arbitrary: text.map((said): ContentPart[] => [{ type: 'text', text: said }]) },
      fc.array(part, { maxLength: 2 }),
    );
    const message = fc.record({ role: fc.constantFrom('system', 'user', 'assistant', 'tool'), content });
    const settings = fc.record(
      {
        stop: fc.constantFrom([], ['words']),
        toolChoice: fc.constantFrom({ type: 'auto' }, { type: 'tool', name: 'words' }),
        seed: fc.constant(7),
      },
      { requiredKeys: [] },
    );
    let plain = 0;
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), settings, (messages, more) => {
        const request = completionRequest(messages as CompletionRequest['messages'], more as object);
        const texts = plainTexts(request);
        if (texts === null) return;
        plain += 1;
        expect([texts.join('\n')]).toEqual(walked(request));
      }),
      { numRuns: 500 },
    );
    expect(plain).toBeGreaterThan(0);
  });

  it('every string of a request is walked when it has a field that is not known to be a setting', () => {
    const request = completionRequest('words');
    expect(plainTexts(request)).toEqual(['words']);
    for (const more of [{ more: 'falcon' }, { messages: [{ ...request.messages[0], name: 'falcon' }] }])
      expect(plainTexts({ ...request, ...more } as ModelRequest)).toBeNull();
  });
});
