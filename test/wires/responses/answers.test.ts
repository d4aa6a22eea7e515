/** Streams and bodies as servers send them, bent in the ways that were seen. */
import { describe, expect, it } from 'vitest';
import { added, call, completed, created, done, eventsOf, message, piece, read, says } from './reading.ts';

const counted = { freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };
const hello = { text: 'Hello world.', finishReason: 'stop' };

describe('a text of the Responses API', () => {
  it.each<readonly [string, string]>([
    ['in pieces', eventsOf(created, added(message('')), says('Hello '), says('world.'), completed())],
    ['in pieces whose items no event has begun', eventsOf(says('Hello '), says('world.'), completed())],
    ['in pieces without ids and places', eventsOf(says('Hello ', {}), says('world.', {}), completed())],
    [
      'in pieces whose item has another id each time',
      eventsOf(
        added(message('', { id: 'a' })),
        says('Hello ', { item_id: 'b', output_index: 0 }),
        says('world.', { item_id: 'c', output_index: 0 }),
        done(message('Hello world.', { id: 'd' })),
        completed(),
      ),
    ],
    [
      'only when its part is done',
      eventsOf(
        { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text: 'Hello world.' },
        completed(),
      ),
    ],
    [
      'only with its content part',
      eventsOf({ type: 'response.content_part.done', item_id: 'msg_1', part: { type: 'output_text', text: 'Hello world.' } }, completed()),
    ],
    ['only when its item is done', eventsOf(created, added(message('')), done(message('Hello world.')), completed())],
    ['only in the last event', eventsOf(created, completed({ output: [message('Hello world.')] }))],
    ['in pieces that stop before the end of it', eventsOf(says('Hello '), done(message('Hello world.')), completed())],
    ['in pieces that the last event completes', eventsOf(says('Hello '), completed({ output: [message('Hello world.')] }))],
    [
      'told four times',
      eventsOf(
        added(message('')),
        says('Hello '),
        says('world.'),
        { type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text: 'Hello world.' },
        done(message('Hello world.')),
        completed({ output: [message('Hello world.')] }),
      ),
    ],
    [
      'told again by an item without its id',
      eventsOf(says('Hello world.', {}), completed({ output: [message('Hello world.', { id: 'other' })] })),
    ],
    [
      'begun by its first event',
      eventsOf(
        { type: 'response.content_part.added', item_id: 'msg_1', content_index: 0, part: { type: 'output_text', text: 'Hello ' } },
        says('world.'),
        completed(),
      ),
    ],
    [
      'behind reasoning that only the last event tells',
      eventsOf(says('Hello world.', {}), completed({ output: [{ id: 'rs_1', type: 'reasoning', summary: [] }, message('Hello world.')] })),
    ],
    ['with its content as one text', eventsOf(completed({ output: [message('', { content: 'Hello world.' })] }))],
    [
      'among events, items and fields that nobody knows',
      eventsOf(
        { type: 'brand.new', x: 1 },
        { type: 'response.brand_new.delta', delta: 7 },
        added({ type: 'brand_new', id: 'x' }),
        { ...says('Hello world.'), error: null, shiny: [] },
        { x: null },
        completed(),
      ),
    ],
    [
      'among keep-alives',
      `: hi\n\ndata:\n\nevent: ping\ndata: {}\n\nevent: ping\ndata: pong\n\ndata: null\n\ndata: 7\n\n${eventsOf(says('Hello world.'))}data: []\n\n${eventsOf(completed())}`,
    ],
    [
      'of events that only their name names',
      `event: response.output_text.delta\ndata: {"delta":"Hello world."}\n\nevent: response.completed\ndata: ${JSON.stringify({ response: { usage: { input_tokens: 10, output_tokens: 2 } } })}\n\n`,
    ],
    ['followed by more after its end', `${eventsOf(says('Hello world.'), completed(), says('ghost'))}data: {"oops":\n\ndata: [DONE]\n\n`],
    [
      'with its usage beside the response',
      eventsOf(says('Hello world.'), {
        type: 'response.completed',
        response: { status: 'completed' },
        usage: { input_tokens: 10, output_tokens: 2 },
      }),
    ],
    [
      'with its usage before the end',
      eventsOf(
        { type: 'response.in_progress', response: { usage: { input_tokens: 10, output_tokens: 2 } } },
        says('Hello world.'),
        completed({ usage: null }),
      ),
    ],
    [
      'whole, although a stream was asked for',
      JSON.stringify({
        object: 'response',
        status: 'completed',
        error: null,
        output: [message('Hello world.')],
        usage: { input_tokens: 10, output_tokens: 2 },
      }),
    ],
    ['whole, inside the event that would end the stream', JSON.stringify(completed({ output: [message('Hello world.')] }))],
  ])('a text of the Responses API is read when it comes %s', (_, body) => {
    for (const pieceBytes of [1, 7, Number.POSITIVE_INFINITY]) {
      const { completion, usage } = read(body, pieceBytes);
      expect(completion).toMatchObject(hello);
      expect(completion.warnings).toEqual([]);
      expect(usage).toEqual(counted);
    }
  });

  it('a text of the Responses API is an answer with a warning when the stream says that it is done, and not why', () => {
    const { completion } = read(`${eventsOf(says('Hello world.'))}data: [DONE]\n\n`);
    expect(completion).toMatchObject({
      text: 'Hello world.',
      finishReason: 'other',
      warnings: [expect.stringContaining('without saying why')],
    });
  });

  it('a text of the Responses API is kept as it was said where a later event tells another one', () => {
    expect(read(eventsOf(says('Hello world.'), done(message('Bye.')), completed())).completion.text).toBe('Hello world.');
  });

  it('a text of the Responses API keeps its phase, behind it', () => {
    const item = message('Hi.', { phase: 'commentary' });
    const parts = [
      { type: 'text', text: 'Hi.' },
      { type: 'reasoning', text: '', opaque: '{"openai":{"phase":"commentary"},"of":"text"}' },
    ];
    expect(
      read(eventsOf(added(message('', { phase: 'commentary' })), says('Hi.'), done(message('Hi.')), completed())).completion.parts,
    ).toEqual(parts);
    expect(read(JSON.stringify({ status: 'completed', output: [item] })).completion.parts).toEqual(parts);
  });
});

describe('a tool call of the Responses API', () => {
  const oslo = { type: 'tool-call', id: 'call_1', name: 'weather', arguments: { city: 'Oslo' }, opaque: '{"openai":{"itemId":"fc_1"}}' };
  const city = '{"city":"Oslo"}';
  const told = { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 0, arguments: city };
  it.each<readonly [string, readonly object[]]>([
    ['in pieces', [added(call('')), piece('{"city"'), piece(':"Oslo"}'), done(call(city))]],
    ['in pieces alone', [added(call('')), piece('{"city"'), piece(':"Oslo"}')]],
    ['in pieces, one of which is empty', [added(call('')), piece(''), piece(city), done(call(''))]],
    ['only when they are done', [added(call('')), told]],
    ['only when they are done, with an empty item', [added(call('')), told, done(call('{}'))]],
    ['only when the item is done', [added(call('')), done(call(city))]],
    ['without a beginning', [done(call(city))]],
    ['with a name that comes last', [piece('{"city"'), piece(':"Oslo"}'), done(call(city))]],
    ['after an empty object', [added(call('{}')), piece(city)]],
    ['before more of them', [added(call('{"city"')), piece(':"Oslo"}')]],
    ['as an object', [added(call('')), done(call('', { arguments: { city: 'Oslo' } }))]],
  ])('a tool call of the Responses API is read when its arguments come %s', (_, events) => {
    for (const pieceBytes of [3, Number.POSITIVE_INFINITY]) {
      const { completion } = read(eventsOf(created, ...events, completed()), pieceBytes);
      expect(completion.parts).toEqual([oslo]);
      expect(completion.finishReason).toBe('tool-calls');
    }
  });

  it('a tool call of the Responses API is read when only the last event tells it', () => {
    expect(read(eventsOf(created, completed({ output: [call(city)] }))).completion).toMatchObject({
      parts: [oslo],
      finishReason: 'tool-calls',
    });
  });

  it('a tool call of the Responses API keeps arguments that are no JSON as they came', () => {
    const { chunks } = read(eventsOf(added(call('')), piece('{"city": "Os'), done(call('{"city": "Os')), completed()));
    expect(chunks.findLast((chunk) => chunk.type === 'tool-call')).toMatchObject({ argumentsText: '{"city": "Os', done: true });
  });

  it('a tool call of the Responses API is told apart from another one, whatever ids and places they have', () => {
    const two = (ids: readonly (string | null)[], items: readonly string[], places: readonly number[]): unknown[] =>
      read(
        eventsOf(
          ...[0, 1].map((i) => added(call('', { call_id: ids[i], id: items[i] }), places[i])),
          ...[0, 1].map((i) => piece(`{"n":${i}}`, { item_id: items[i], output_index: places[i] })),
          ...[0, 1].map((i) => done(call(`{"n":${i}}`, { call_id: ids[i], id: items[i] }), places[i])),
          completed(),
        ),
      ).completion.parts.map((part) => (part.type === 'tool-call' ? [part.id !== '', part.arguments] : part));
    const right = [
      [true, { n: 0 }],
      [true, { n: 1 }],
    ];
    expect(two(['a', 'b'], ['x', 'y'], [0, 1])).toEqual(right);
    expect(two(['a', 'b'], ['x', 'y'], [0, 0])).toEqual(right);
    expect(two(['a', 'b'], ['', ''], [0, 1])).toEqual(right);
    expect(two(['', ''], ['x', 'y'], [3, 9])).toEqual(right);
    expect(two([null, null], ['', ''], [0, 1])).toEqual(right);
    expect(two(['a', 'a'], ['x', 'y'], [0, 1])).toEqual(right);
  });

  it('a tool call of the Responses API never has the id of another one', () => {
    const ids = read(JSON.stringify({ status: 'completed', output: [call('{}'), call('{}'), call('{}', { call_id: '', id: '' })] }))
      .completion.parts;
    expect(new Set(ids.map((part) => part.type === 'tool-call' && part.id)).size).toBe(3);
  });
});

describe('reasoning of the Responses API', () => {
  const item = {
    id: 'rs_1',
    type: 'reasoning',
    encrypted_content: 'gAAA',
    summary: [
      { type: 'summary_text', text: 'One.' },
      { type: 'summary_text', text: 'Two.' },
    ],
  };
  const thinks = (delta: string, summary_index: number) => ({
    type: 'response.reasoning_summary_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    summary_index,
    delta,
  });
  const rest = [says('Hi.', { item_id: 'msg_1', output_index: 1 }), completed()];
  const parts = [
    { type: 'reasoning', text: 'One.', opaque: '{"openai":{"itemId":"rs_1"}}' },
    { type: 'reasoning', text: 'Two.', opaque: '{"openai":{"itemId":"rs_1","reasoningEncryptedContent":"gAAA"}}' },
    { type: 'text', text: 'Hi.' },
  ];
  it.each<readonly [string, readonly object[]]>([
    ['in pieces', [added({ ...item, summary: [] }), thinks('One', 0), thinks('.', 0), thinks('Two.', 1), done(item)]],
    ['only when its item is done', [done(item)]],
    [
      'only when its parts are done',
      [
        added({ ...item, summary: [] }),
        { type: 'response.reasoning_summary_text.done', item_id: 'rs_1', summary_index: 0, text: 'One.' },
        { type: 'response.reasoning_summary_part.done', item_id: 'rs_1', summary_index: 1, part: { type: 'summary_text', text: 'Two.' } },
        done(item),
      ],
    ],
  ])('reasoning of the Responses API is read part by part when it comes %s', (_, events) => {
    expect(read(eventsOf(created, ...events, ...rest)).completion.parts).toEqual(parts);
  });

  it('reasoning of the Responses API is read from a whole answer as from a stream', () => {
    expect(read(JSON.stringify({ status: 'completed', output: [item, message('Hi.')] })).completion.parts).toEqual(parts);
  });

  it('reasoning of the Responses API is read in the model’s own words, where a server tells them', () => {
    const own = { id: 'rs_1', type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] };
    const streamed = eventsOf(
      { type: 'response.reasoning_text.delta', item_id: 'rs_1', content_index: 0, delta: 'Hm.' },
      done(own),
      ...rest,
    );
    for (const body of [streamed, eventsOf(done(own), ...rest)])
      expect(read(body).completion.parts[0]).toMatchObject({ type: 'reasoning', text: 'Hm.' });
  });

  it('reasoning of the Responses API that has no word, but is encrypted, is kept', () => {
    expect(read(eventsOf(done({ ...item, summary: [] }), ...rest)).completion.parts).toMatchObject([
      { type: 'reasoning', text: '', opaque: expect.stringContaining('gAAA') },
      { type: 'text' },
    ]);
  });
});

describe('the end of a response', () => {
  const incomplete = (reason: string | null): object => ({
    type: 'response.incomplete',
    response: { status: 'incomplete', incomplete_details: reason === null ? null : { reason } },
  });
  it.each([
    ['max_output_tokens', 'length'],
    ['max_tokens', 'length'],
    ['content_filter', 'content-filter'],
    ['brand_new', 'other'],
    [null, 'other'],
  ])('the end of a response that is incomplete by %s is %s', (reason, expected) => {
    expect(read(eventsOf(says('Hi'), incomplete(reason))).completion).toMatchObject({ text: 'Hi', finishReason: expected });
    const whole = { status: 'incomplete', incomplete_details: reason === null ? null : { reason }, output: [message('Hi')] };
    expect(read(JSON.stringify(whole)).completion).toMatchObject({ text: 'Hi', finishReason: expected });
  });

  it('the end of a response is a filter’s where the model refuses, with what it says', () => {
    const refusal = message('', { content: [{ type: 'refusal', refusal: 'No.' }] });
    for (const body of [
      eventsOf(added(message('')), { type: 'response.refusal.delta', item_id: 'msg_1', delta: 'No.' }, completed()),
      eventsOf({ type: 'response.refusal.done', item_id: 'msg_1', refusal: 'No.' }, completed()),
      eventsOf(done(refusal), completed()),
      JSON.stringify({ status: 'completed', output: [refusal] }),
    ]) {
      expect(read(body).completion).toMatchObject({ text: 'No.', finishReason: 'content-filter' });
    }
  });

  it('the end of a response tells no usage where the server counts nothing', () => {
    for (const usage of [null, {}, undefined, [], 'many']) expect(read(eventsOf(says('Hi'), completed({ usage }))).usage).toBeNull();
  });

  it('the end of a response counts cached, written and reasoning tokens apart, and reasoning that stands beside the output', () => {
    const usage = {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 100 },
      total_tokens: 250,
    };
    expect(read(eventsOf(says('Hi'), completed({ usage }))).usage).toEqual({
      freshInputTokens: 50,
      cacheReadTokens: 40,
      cacheWriteTokens: 10,
      outputTokens: 50,
      reasoningTokens: 100,
    });
  });
});

describe('a response that is none', () => {
  const error = { code: 'server_error', message: 'Oops.' };
  it.each<readonly [string, string, object]>([
    ['an error with its fields nested', eventsOf({ type: 'error', sequence_number: 3, error }), { kind: 'refused', status: 500 }],
    [
      'an error with its fields flat',
      eventsOf({ type: 'error', code: 'rate_limit_exceeded', message: 'Slow.', param: null }),
      { kind: 'refused', status: 429 },
    ],
    ['an error without a type', eventsOf({ error: { message: 'Busy.', type: 'overloaded_error' } }), { kind: 'refused', status: 503 }],
    ['an error that is a sentence', eventsOf({ error: 'Busy.' }), { kind: 'refused', status: null, text: '{"error":"Busy."}' }],
    ['an error with a number', eventsOf({ type: 'error', error: { code: 503, message: 'Busy.' } }), { kind: 'refused', status: 503 }],
    ['an error that only its name names', 'event: error\ndata: {"code":"503","message":"Busy."}\n\n', { kind: 'refused', status: 503 }],
    [
      'a context that is too long',
      eventsOf({ type: 'response.failed', response: { error: { code: 'context_length_exceeded', message: 'x' } } }),
      { kind: 'refused', status: 400, text: expect.stringContaining('context_length_exceeded') },
    ],
    ['a failure', eventsOf(created, { type: 'response.failed', response: { status: 'failed', error } }), { kind: 'refused', status: 500 }],
    [
      'a failure without an error',
      eventsOf(created, { type: 'response.failed', response: { status: 'failed', error: null } }),
      { kind: 'refused', status: null },
    ],
    ['a failure without a response', eventsOf({ type: 'response.failed' }), { kind: 'refused' }],
    [
      'a completed response that failed',
      eventsOf({ type: 'response.completed', response: { status: 'failed', error } }),
      { kind: 'refused', status: 500 },
    ],
    ['content that is refused', eventsOf({ type: 'error', error: { code: 'content_filter', message: 'x' } }), { kind: 'content' }],
    ['a whole error', JSON.stringify({ error: { ...error, code: 'model_not_found' } }), { kind: 'refused', status: 404 }],
    ['a whole failure', JSON.stringify({ status: 'failed', error, output: [] }), { kind: 'refused', status: 500 }],
    ['a whole error event', JSON.stringify({ type: 'error', code: 'server_error', message: 'x' }), { kind: 'refused', status: 500 }],
    ['a response that was cancelled', eventsOf({ type: 'response.cancelled', response: { status: 'cancelled' } }), { kind: 'cut' }],
    ['a whole response that has only begun', JSON.stringify({ status: 'queued', output: [] }), { kind: 'cut' }],
    ['a body that ends before the answer', eventsOf(created), { kind: 'cut' }],
    ['a whole body that ends in the middle', '{"status":"completed","outp', { kind: 'cut' }],
    ['an empty body', '', { kind: 'cut' }],
    ['nothing said', eventsOf(created, completed()), { kind: 'empty' }],
    [
      'nothing but reasoning',
      eventsOf(done({ id: 'rs_1', type: 'reasoning', summary: [{ text: 'Hm.' }] }), completed()),
      { kind: 'empty' },
    ],
    ['nothing said and no reason', 'data: [DONE]\n\n', { kind: 'empty' }],
    ['nonsense', 'data: {"oops":\n\n', { kind: 'unreadable' }],
    ['an answer of another wire', JSON.stringify({ object: 'chat.completion', choices: [] }), { kind: 'unreadable' }],
    ['a whole list', '[]', { kind: 'unreadable' }],
  ])('a response that is none fails: %s', (_, body, expected) => {
    for (const pieceBytes of [1, Number.POSITIVE_INFINITY]) expect(() => read(body, pieceBytes)).toThrow(expect.objectContaining(expected));
  });
});
