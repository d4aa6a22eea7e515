import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, answerOf } from '../../src/core/call/collect-answer.ts';
import type { Chunk } from '../../src/core/chunk.ts';
import { collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { completionRequest, type ModelRequest } from '../../src/core/request/request.ts';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { type GuardOptions, guarded } from '../../src/pipeline/guard.ts';
import { bothFaces, over } from '../faces.ts';
import { perRound } from '../rounds.ts';
import { aCall, answers, chunksOf, cutAt, endingOf, says, stop, textIn } from './guard/calls.ts';

const guard = (options: Partial<GuardOptions>) => over(guarded({ guardrails: () => [], mask: () => false, ...options }));
const masks = { mask: () => true };
const noFalcon = patternGuard({ name: 'falcon', patterns: ['(?i)falcon'] });
const promptOf = (request: ModelRequest | undefined): string => JSON.stringify(request);

describe('a guarded prompt', () => {
  it('a guarded prompt is refused before anything is asked', async () => {
    const model = answers([stop]);
    const { shown, error } = await endingOf(
      guard({ guardrails: () => [noFalcon] })(model.handle)(completionRequest('About Falcon'), aCall()),
    );
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED', details: { guardrail: 'falcon', on: 'input' } });
    expect(shown).toEqual([]);
    expect(model.asked).toEqual([]);
  });

  it.each<[string, ModelRequest]>([
    ['a system message', completionRequest([{ role: 'system', content: [{ type: 'text', text: 'falcon' }] }])],
    [
      'a tool result',
      completionRequest([{ role: 'tool', content: [{ type: 'tool-result', callId: '1', content: { a: ['falcon'] }, isError: false }] }]),
    ],
    [
      'a tool call',
      completionRequest([{ role: 'assistant', content: [{ type: 'tool-call', id: '1', name: 'x', arguments: { falcon: 1 } }] }]),
    ],
    ['reasoning', completionRequest([{ role: 'assistant', content: [{ type: 'reasoning', text: 'falcon' }] }])],
    [
      'a text file',
      completionRequest([{ role: 'user', content: [{ type: 'file', base64: btoa('falcon'), mediaType: 'text/plain', name: null }] }]),
    ],
    ['a tool description', completionRequest('hi', { tools: [{ name: 't', description: 'falcon', parameters: {} }] })],
    [
      'a schema description',
      completionRequest('hi', { output: { format: 'json', schema: { properties: { title: { description: 'falcon' } } } } }),
    ],
    ['a stop sequence', completionRequest('hi', { stop: ['falcon'] })],
    [
      'the name of a file',
      completionRequest([
        { role: 'user', content: [{ type: 'file', base64: 'JVBERi0=', mediaType: 'application/pdf', name: 'falcon.pdf' }] },
      ]),
    ],
    ['the name of a tool', completionRequest('hi', { tools: [{ name: 'falcon', description: null, parameters: {} }] })],
    [
      'the name of a member',
      completionRequest('hi', { output: { format: 'json', schema: { type: 'array', items: { properties: { falcon: {} } } } } }),
    ],
    ['a text to embed', { kind: 'embedding', texts: ['a', 'falcon'], dimensions: null }],
  ])('a guarded prompt is refused for what stands in %s', async (_, request) => {
    const { error } = await endingOf(guard({ guardrails: () => [noFalcon] })(answers([stop]).handle)(request, aCall()));
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
  });

  it('a guarded prompt is checked as the caller wrote it, before it is masked', async () => {
    const noMail = patternGuard({ name: 'mail', patterns: ['@example'], on: ['input'] });
    const { error } = await endingOf(
      guard({ ...masks, guardrails: () => [noMail] })(answers([stop]).handle)(completionRequest('a@example.com'), aCall()),
    );
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
  });

  it('a guarded prompt is refused when a guardrail cannot check it, and keeps the cause for the log', async () => {
    const cause = new Error('socket hang up');
    const broken: Guardrail = { name: 'remote', on: ['input'], window: 'whole', check: () => Promise.reject(cause) };
    const { error } = await endingOf(guard({ guardrails: () => [broken] })(answers([stop]).handle)(completionRequest('hi'), aCall()));
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED', cause, retryable: true, details: { guardrail: 'remote', on: 'input' } });
    expect((error as GatewayError).message).not.toContain('socket');
  });

  it('a guarded prompt names the first of several guardrails that refuse, in their order', async () => {
    const slow: Guardrail = {
      name: 'slow',
      on: ['input'],
      window: 'whole',
      check: async () => {
        await new Promise(setImmediate);
        return { action: 'block', message: 'no' };
      },
    };
    const { error } = await endingOf(
      guard({ guardrails: () => [slow, noFalcon] })(answers([stop]).handle)(completionRequest('falcon'), aCall()),
    );
    expect(error).toMatchObject({ details: { guardrail: 'slow' } });
  });

  it('a guarded prompt does not wait for a guardrail when the caller has left', async () => {
    const left = new AbortController();
    const hangs: Guardrail = { name: 'hangs', on: ['input'], window: 'whole', check: () => new Promise(() => left.abort()) };
    const { error } = await endingOf(
      guard({ guardrails: () => [hangs] })(answers([stop]).handle)(completionRequest('hi'), aCall({ signal: left.signal })),
    );
    expect(error).toMatchObject({ code: 'CANCELLED' });
  });

  it('a guarded prompt passes at no cost where the route guards and masks nothing', () => {
    const step = guarded({ guardrails: () => [], mask: () => false });
    const chunks = bothFaces(answers([stop]).handle).stream(completionRequest('hi'), aCall());
    const answer = Promise.resolve({ chunks: [stop] });
    expect(step.stream(() => chunks)(completionRequest('hi'), aCall())).toBe(chunks);
    expect(step.whole(() => answer)(completionRequest('hi'), aCall())).toBe(answer);
  });
});

describe('a guarded answer', () => {
  const run = (chunks: readonly Chunk[], guardrails: readonly Guardrail[], options: Partial<GuardOptions> = {}) =>
    endingOf(guard({ guardrails: () => guardrails, ...options })(answers(chunks).handle)(completionRequest('hi'), aCall()));

  it('a guarded answer is released sentence by sentence, up to the one that is refused', async () => {
    const { shown, error } = await run(says('Hel', 'lo. Project Fal', 'con is next. Bye.'), [noFalcon]);
    expect(textIn(shown)).toBe('Hello. ');
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED', details: { guardrail: 'falcon', on: 'output' } });
  });

  it('a guarded answer is refused for what begins in one sentence and ends in the next', async () => {
    const noProject = patternGuard({ name: 'project', patterns: ['project\\s+falcon'] });
    const { shown, error } = await run(says('A project\n\nfalc', 'on. Bye.'), [noProject]);
    expect(textIn(shown)).not.toContain('falcon');
    expect(error).toMatchObject({ code: 'GUARDRAIL_BLOCKED', details: { on: 'output' } });
  });

  it('a guarded answer shows nothing before the last word when a guardrail wants the whole', async () => {
    const whole = patternGuard({ name: 'falcon', patterns: ['falcon'], window: 'whole' });
    expect((await run(says('Hello. ', 'More. ', 'falcon'), [whole])).shown).toEqual([]);
    expect(textIn((await run(says('Hello. ', 'More. '), [whole])).shown)).toBe('Hello. More. ');
  });

  it('a guarded answer keeps the last sentence when the stream ends without a full stop', async () => {
    expect(textIn((await run([...says('One. Two'), stop], [noFalcon])).shown)).toBe('One. Two');
  });

  it('a guarded answer is refused when the guardrail breaks', async () => {
    const broken: Guardrail = {
      name: 'broken',
      on: ['output'],
      window: 'sentence',
      check: () => {
        throw new Error('x');
      },
    };
    expect(await run([...says('One. Two'), stop], [broken])).toMatchObject({
      shown: [],
      error: { code: 'GUARDRAIL_BLOCKED', details: { on: 'output' } },
    });
  });

  it.each<[string, Chunk[]]>([
    [
      'reasoning',
      [
        { type: 'reasoning', text: 'fal' },
        { type: 'reasoning', text: 'con' },
      ],
    ],
    ['the arguments of a tool call', [{ type: 'tool-call', id: '1', name: 't', argumentsText: '{"q":"f\\u0061lcon"}', done: true }]],
    ['an object', [{ type: 'object', value: { a: [{ b: 'falcon' }] }, final: true }]],
  ])('a guarded answer is refused for what stands in %s', async (_, chunks) => {
    expect(await run([...chunks, stop], [noFalcon])).toMatchObject({ shown: [], error: { code: 'GUARDRAIL_BLOCKED' } });
  });

  it('a guarded answer shows tool calls and objects only when they are whole', async () => {
    const call: Chunk = { type: 'tool-call', id: '1', name: 't', argumentsText: '{"q":"ok"}', done: true };
    const object: Chunk = { type: 'object', value: { a: 1 }, final: true };
    const pieces: Chunk[] = [
      { ...call, argumentsText: '{"q":', done: false },
      { type: 'object', value: {}, final: false },
      call,
      object,
      stop,
    ];
    expect((await run(pieces, [noFalcon])).shown).toEqual([call, object, stop]);
  });

  it('a guarded answer keeps citations and warnings in their place in the text', async () => {
    const citation: Chunk = { type: 'citation', citation: { marker: '[1]', quote: 'q', score: 1, passage: null, entity: null } };
    const warning: Chunk = { type: 'warning', message: 'w' };
    const { shown } = await run([...says('One [1]'), citation, ...says(' and two.'), warning, ...says(' Three.'), stop], [noFalcon]);
    expect(shown).toEqual([...says('One [1]'), citation, ...says(' and two.'), warning, ...says(' ', 'Three.'), stop]);
  });

  it('a guarded answer keeps the opaque part of reasoning', async () => {
    const chunks: Chunk[] = [{ type: 'reasoning', text: 'Think. Done', opaque: 'sig' }, ...says('Hi'), stop];
    const { parts } = await collect(guard({ guardrails: () => [noFalcon] })(answers(chunks).handle)(completionRequest('hi'), aCall()));
    expect(parts).toEqual([
      { type: 'reasoning', text: 'Think. Done', opaque: 'sig' },
      { type: 'text', text: 'Hi' },
    ]);
  });

  it('a guarded answer sees what was cut in the middle of a sentence that is longer than the hold-back', async () => {
    const text = `${'word '.repeat(19)}fal con ${'word '.repeat(50)}`;
    const split = patternGuard({ name: 'split', patterns: ['fal con'] });
    expect((await run(says(text), [split], { holdBackBytes: 99 * 3 })).error).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
  });

  it('a guarded answer gets the same verdict, and shows the same, however the provider cut its chunks', async () => {
    const words = fc.array(fc.constantFrom('falcon', 'fal', 'con', '. ', ' ', '\n\n', 'word', '?', '```\n', 'e.g. ', 'x'.repeat(50)), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(
        words,
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.constantFrom('sentence' as const, 'whole' as const),
        async (parts, cuts, window) => {
          const text = parts.join('');
          const guardrail = patternGuard({ name: 'falcon', patterns: ['falcon'], window });
          const whole = await run([...says(text), stop], [guardrail], { holdBackBytes: 120 });
          const cut = await run([...says(...cutAt(text, cuts)), stop], [guardrail], { holdBackBytes: 120 });
          expect(textIn(cut.shown)).toBe(textIn(whole.shown));
          expect((cut.error as GatewayError | null)?.code).toBe((whole.error as GatewayError | null)?.code);
          if (whole.error === null) expect(textIn(whole.shown)).toBe(text);
          expect(textIn(whole.shown)).not.toContain('falcon');
        },
      ),
    );
  });
});

describe('a kept answer', () => {
  const kept: Answer = { chunks: [{ type: 'text', text: 'Hello.' }, stop], allowedBy: new Set() };
  const asked = (more: Partial<Guardrail>) => {
    const texts: string[] = [];
    const check = (text: string) => {
      texts.push(text);
      return { action: 'allow' } as const;
    };
    return { texts, guardrail: { name: 'asked', on: ['output'], window: 'whole', check, ...more } satisfies Guardrail };
  };
  const giveTwice = async (guardrails: readonly Guardrail[]): Promise<void> => {
    const handle = guarded({ guardrails: () => guardrails, mask: () => false }).whole(() => Promise.resolve(kept));
    for (let times = 0; times < 2; times += 1) await handle(completionRequest('hi'), aCall());
  };

  it('a kept answer is not checked again by a guardrail whose verdict depends on the text alone, and by any other each time', async () => {
    const [pure, other] = [asked({ pure: true }), asked({})];
    await giveTwice([pure.guardrail]);
    await giveTwice([other.guardrail]);
    expect([pure.texts, other.texts]).toEqual([['Hello.'], ['Hello.', 'Hello.']]);
  });

  it('a kept answer is checked by the rules of today: another guardrail has not allowed it yet', async () => {
    await giveTwice([asked({ pure: true }).guardrail]);
    const handle = guarded({ guardrails: () => [patternGuard({ name: 'hello', patterns: ['Hello'] })], mask: () => false });
    await expect(handle.whole(() => Promise.resolve(kept))(completionRequest('hi'), aCall())).rejects.toMatchObject({
      code: 'GUARDRAIL_BLOCKED',
    });
  });

  it('a kept answer is checked again where it is another answer', async () => {
    const { texts, guardrail } = asked({ pure: true });
    await giveTwice([guardrail]);
    const handle = guarded({ guardrails: () => [guardrail], mask: () => false });
    await handle.whole(() => Promise.resolve({ chunks: kept.chunks, allowedBy: new Set<object>() }))(completionRequest('hi'), aCall());
    expect(texts).toEqual(['Hello.', 'Hello.']);
  });
});

describe('masking', () => {
  it('numbers values by first appearance over the whole request, equal values alike', async () => {
    const model = answers([stop]);
    const request = completionRequest([
      { role: 'system', content: [{ type: 'text', text: 'Owner: b@x.io' }] },
      { role: 'user', content: [{ type: 'text', text: 'a@x.io wrote to b@x.io from 203.0.113.9' }] },
      { role: 'tool', content: [{ type: 'tool-result', callId: '1', content: { 'c@x.io': ['a@x.io'] }, isError: false }] },
    ]);
    await chunksOf(guard(masks)(model.handle)(request, aCall()));
    expect(model.asked[0]).toMatchObject({
      messages: [
        { content: [{ text: 'Owner: <EMAIL_1>' }] },
        { content: [{ text: '<EMAIL_2> wrote to <EMAIL_1> from <IP_1>' }] },
        { content: [{ content: { '<EMAIL_3>': ['<EMAIL_2>'] } }] },
      ],
    });
  });

  it('masking sends the same masked request for callers that differ in personal data alone', async () => {
    const model = answers([stop]);
    for (const name of ['ann', 'bob']) await chunksOf(guard(masks)(model.handle)(completionRequest(`Greet ${name}@x.io`), aCall()));
    expect(model.asked[0]).toEqual(model.asked[1]);
  });

  it('masking restores text, reasoning, tool calls, objects and quotes', async () => {
    const chunks: Chunk[] = [
      { type: 'reasoning', text: 'to <EMAIL_1>' },
      ...says('Hi <EMA', 'IL_1>!'),
      { type: 'citation', citation: { marker: '[1]', quote: '<EMAIL_1>', score: 1, passage: null, entity: null } },
      { type: 'tool-call', id: '1', name: 't', argumentsText: '{"to":"<EMAIL', done: false },
      { type: 'tool-call', id: '1', name: 't', argumentsText: '_1>"}', done: false },
      { type: 'tool-call', id: '1', name: 't', argumentsText: '{"to":"<EMAIL_1>"}', done: true },
      { type: 'object', value: { a: 'x <EMAI' }, final: false },
      { type: 'object', value: { '<EMAIL_1>': ['<EMAIL_1>'] }, final: true },
      stop,
    ];
    const shown = await chunksOf(guard(masks)(answers(chunks).handle)(completionRequest('a@x.io'), aCall()));
    expect(shown).toEqual([
      { type: 'reasoning', text: 'to a@x.io' },
      ...says('Hi ', 'a@x.io!'),
      { type: 'citation', citation: { marker: '[1]', quote: 'a@x.io', score: 1, passage: null, entity: null } },
      { type: 'tool-call', id: '1', name: 't', argumentsText: '{"to":"', done: false },
      { type: 'tool-call', id: '1', name: 't', argumentsText: 'a@x.io"}', done: false },
      { type: 'tool-call', id: '1', name: 't', argumentsText: '{"to":"a@x.io"}', done: true },
      { type: 'object', value: { a: 'x ' }, final: false },
      { type: 'object', value: { 'a@x.io': ['a@x.io'] }, final: true },
      stop,
    ]);
  });

  it('masking escapes what it restores into JSON, and knows a placeholder whose brackets the model escaped', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\n"x"\\y\n-----END PRIVATE KEY-----';
    const chunks: Chunk[] = [
      { type: 'tool-call', id: '1', name: 't', argumentsText: '{"a":"\\u003cSECRET_1\\u003E","b":"<SECRET_1>"}', done: true },
      stop,
    ];
    const { parts } = await collect(guard(masks)(answers(chunks).handle)(completionRequest(key), aCall()));
    expect(parts).toEqual([{ type: 'tool-call', id: '1', name: 't', arguments: { a: key, b: key } }]);
  });

  it('masking escapes what it restores into an answer that is JSON text', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\n"x"\n-----END PRIVATE KEY-----';
    const request = completionRequest(key, { output: { format: 'json', schema: null } });
    const { text } = await collect(guard(masks)(answers([...says('"<SECRET_1>"'), stop]).handle)(request, aCall()));
    expect(JSON.parse(text)).toBe(key);
  });

  it('masking leaves a placeholder that the model invented', async () => {
    const { text } = await collect(
      guard(masks)(answers([...says('<EMAIL_9> <EMAIL_1> <EMAIL_1'), stop]).handle)(completionRequest('a@x.io'), aCall()),
    );
    expect(text).toBe('<EMAIL_9> a@x.io <EMAIL_1');
  });

  it('masking does not mistake a placeholder that the caller wrote for one of its own', async () => {
    const model = answers([...says('<LITERAL_1> and <EMAIL_1>'), stop]);
    const { text } = await collect(guard(masks)(model.handle)(completionRequest('What is <EMAIL_1>? Ask a@x.io'), aCall()));
    expect(promptOf(model.asked[0])).toContain('What is <LITERAL_1>? Ask <EMAIL_1>');
    expect(text).toBe('<EMAIL_1> and a@x.io');
  });

  it('masking holds back the beginning of a known placeholder and nothing else', async () => {
    const shown = await chunksOf(
      guard(masks)(answers([...says('if a <', ' b or <E', 'X or <EMAIL_', '1>', ' <PHONE'), stop]).handle)(
        completionRequest('a@x.io'),
        aCall(),
      ),
    );
    expect(shown).toEqual([...says('if a ', '< b or ', '<EX or ', 'a@x.io', ' <PHONE'), stop]);
  });

  it('masking keeps a warning behind the placeholder that was half said before it', async () => {
    const warning: Chunk = { type: 'warning', message: 'w' };
    const shown = await chunksOf(
      guard(masks)(answers([...says('to <EM'), warning, ...says('AIL_1> now'), stop]).handle)(completionRequest('a@x.io'), aCall()),
    );
    expect(shown).toEqual([...says('to ', 'a@x.io'), warning, ...says(' now'), stop]);
  });

  it('masking masks texts to embed only where the route says so', async () => {
    const model = answers([stop]);
    const request: ModelRequest = { kind: 'embedding', texts: ['a@x.io'], dimensions: null };
    const step = guard({ mask: (route, kind) => kind === 'completion' || route === 'private' })(model.handle);
    await chunksOf(step(request, aCall()));
    await chunksOf(step(request, aCall({ route: 'private' })));
    expect(model.asked).toEqual([request, { ...request, texts: ['<EMAIL_1>'] }]);
  });

  it('masking shows output guardrails the answer before it is restored', async () => {
    const seen: string[] = [];
    const spy: Guardrail = {
      name: 'spy',
      on: ['output'],
      window: 'sentence',
      check: (text) => {
        seen.push(text);
        return { action: 'allow' };
      },
    };
    await chunksOf(
      guard({ ...masks, guardrails: () => [spy] })(answers([...says('Hi <EMAIL_1>. Bye'), stop]).handle)(
        completionRequest('a@x.io'),
        aCall(),
      ),
    );
    expect(seen).toEqual(['Hi <EMAIL_1>. ', 'Hi <EMAIL_1>. Bye']);
  });

  it('masking leaves the bytes of a text file that holds no personal data', async () => {
    const model = answers([stop]);
    const file = { type: 'file', base64: Buffer.from([0xff, 0xfe, 0x41]).toString('base64'), mediaType: 'text/plain', name: null } as const;
    await chunksOf(guard(masks)(model.handle)(completionRequest([{ role: 'user', content: [file] }]), aCall()));
    expect(model.asked[0]).toMatchObject({ messages: [{ content: [file] }] });
  });

  const piece = fc.oneof(
    fc.constantFrom('a@x.io', 'b.c@mail.example.org', '+49 30 901820', '4111 1111 1111 1111', '536-22-8726', '203.0.113.9'),
    fc.constantFrom(
      '<',
      '>',
      '<EMAIL_1>',
      '<EMAIL_',
      '<LITERAL_2>',
      'EMAIL_1>',
      '<PHONE_12>',
      '_',
      '1',
      ' ',
      '\n',
      'and',
      '. ',
      '\\u003c',
      '"',
      '😀',
    ),
    fc.string({ maxLength: 6 }),
  );

  it('masking gives back exactly what it took, under any cut of the stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 40 }), async (pieces, cuts) => {
        const text = pieces.join(' ');
        const said: string[] = [];
        const model = guard(masks)(async function* (request) {
          const masked =
            request.kind === 'embedding'
              ? ''
              : request.messages.map(({ content }) => content.map((part) => (part.type === 'text' ? part.text : '')).join('')).join('');
          said.push(masked);
          yield* says(...cutAt(masked, cuts));
          yield stop;
        });
        const { text: restored } = await collect(model(completionRequest(text), aCall()));
        expect(restored).toBe(text);
        expect(said[0]).not.toContain('a@x.io');
      }),
      { numRuns: perRound(100, 3_000) },
    );
  });

  it('masking restores JSON that is JSON again, under any cut of the stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 40 }), async (pieces, cuts) => {
        const text = pieces.join(' ');
        const model = guard(masks)(async function* (request) {
          const part = request.kind === 'completion' ? request.messages[0]?.content[0] : undefined;
          yield* says(...cutAt(JSON.stringify({ said: part?.type === 'text' ? part.text : '' }), cuts));
          yield stop;
        });
        const request = completionRequest(text, { output: { format: 'json', schema: null } });
        expect(JSON.parse((await collect(model(request, aCall()))).text)).toEqual({ said: text });
      }),
    );
  });

  it('masking closes the model when the reader leaves', async () => {
    let closed = false;
    const model = guard({ ...masks, guardrails: () => [noFalcon] })(async function* () {
      try {
        yield* says('One. ', 'Two. ');
        await new Promise(() => {});
      } finally {
        closed = true;
      }
    });
    for await (const _ of model(completionRequest('a@x.io'), aCall())) break;
    expect(closed).toBe(true);
  });

  it('masking passes an error of the model on as it is', async () => {
    const failure = new GatewayError('MODEL_UNAVAILABLE', 'x');
    const { error } = await endingOf(
      guard({ ...masks, guardrails: () => [noFalcon] })(async function* () {
        yield* says('One. Two');
        throw failure;
      })(completionRequest('a@x.io'), aCall()),
    );
    expect(error).toBe(failure);
  });
});

describe('both faces of the guard', () => {
  const piece = fc.constantFrom(
    'falcon',
    'fal',
    'con',
    '. ',
    ' ',
    '\n\n',
    'word',
    '?',
    '```\n',
    'e.g. ',
    '<EMAIL_1>',
    '<EMAIL_',
    '1>',
    'x'.repeat(50),
  );
  const text = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''));
  const chunk: fc.Arbitrary<Chunk> = fc.oneof(
    { weight: 5, arbitrary: text.map((said): Chunk => ({ type: 'text', text: said })) },
    text.map((said): Chunk => ({ type: 'reasoning', text: said })),
    text.map((said): Chunk => ({ type: 'reasoning', text: said, opaque: 'sig' })),
    text.map((said): Chunk => ({ type: 'warning', message: said })),
    text.map((said): Chunk => ({ type: 'tool-call', id: '1', name: 't', argumentsText: JSON.stringify({ said }), done: true })),
    text.map((said): Chunk => ({ type: 'object', value: { said }, final: true })),
  );

  it('both faces of the guard let the same answers through, changed alike, and refuse the same with the same words', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 8 }),
        fc.boolean(),
        fc.constantFrom('sentence' as const, 'whole' as const),
        fc.constantFrom({ format: 'text' as const }, { format: 'json' as const, schema: null }),
        fc.boolean(),
        async (chunks, mask, window, output, waits) => {
          const patterns = patternGuard({ name: 'falcon', patterns: ['falcon\\s+con', '^\\W*falcon'], window, on: ['output'] });
          const guardrail: Guardrail = waits ? { ...patterns, check: async (said, by) => patterns.check(said, by) } : patterns;
          const handle = guard({ guardrails: () => [guardrail], mask: () => mask, holdBackBytes: 120 })(answers([...chunks, stop]).handle);
          const request = completionRequest('Write to a@x.io', { output });
          const [{ shown, error }, whole] = await Promise.all([
            endingOf(handle(request, aCall())),
            handle.whole(request, aCall()).catch((failure: GatewayError) => failure),
          ]);
          if (whole instanceof GatewayError)
            expect(error).toMatchObject({ code: whole.code, message: whole.message, details: whole.details });
          else expect([error, whole]).toEqual([null, answerOf(shown)]);
        },
      ),
      { numRuns: perRound(100, 3_000) },
    );
  });
});
