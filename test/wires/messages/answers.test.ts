/** Streams and bodies as servers send them, bent in the ways that were seen. */
import { describe, expect, it } from 'vitest';
import { begins, call, closes, delta, ends, eventsOf, opens, piece, read, says, signs, stops, text, thinks, whole } from './reading.ts';

const counted = { freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 };
const hello = { text: 'Hello world.', finishReason: 'stop', warnings: [] };

describe('a text of the Messages API', () => {
  it.each<readonly [string, string]>([
    ['in pieces', eventsOf(begins(), opens(text), says('Hello '), says('world.'), closes(), ends(), stops)],
    ['begun in its block', eventsOf(begins(), opens({ type: 'text', text: 'Hello ' }), says('world.'), closes(), ends(), stops)],
    ['whole in its block', eventsOf(begins(), opens({ type: 'text', text: 'Hello world.' }), closes(), ends(), stops)],
    ['in a block that no event has begun', eventsOf(begins(), says('Hello '), says('world.'), ends(), stops)],
    ['in a block that no event ends', eventsOf(begins(), opens(text), says('Hello world.'), ends(), stops)],
    ['without indexes', eventsOf(begins(), opens(text, null), says('Hello ', null), says('world.', null), closes(null), ends(), stops)],
    [
      'in two blocks',
      eventsOf(begins(), opens(text), says('Hello '), closes(), opens(text, 1), says('world.', 1), closes(1), ends(), stops),
    ],
    ['in two blocks of one index', eventsOf(begins(), opens(text), says('Hello '), opens(text), says('world.'), closes(), ends(), stops)],
    ['in pieces without a type', eventsOf(begins(), opens(text), delta({ text: 'Hello world.' }), closes(), ends(), stops)],
    ['in the event that begins the message', eventsOf(begins({ content: [{ type: 'text', text: 'Hello world.' }] }), ends(), stops)],
    ['without a beginning', eventsOf(says('Hello world.'), ends('end_turn', { input_tokens: 10, output_tokens: 2 }), stops)],
    ['with two beginnings', eventsOf(begins(), begins({ id: 'msg_2' }), opens(text), says('Hello world.'), closes(), ends(), stops)],
    ['without the last event', eventsOf(begins(), opens(text), says('Hello world.'), closes(), ends())],
    ['before an end of OpenAI', `${eventsOf(begins(), opens(text), says('Hello world.'), closes(), ends())}data: [DONE]\n\n`],
    ['before more of it', `${eventsOf(begins(), says('Hello world.'), ends(), stops, says('ghost'))}data: {"oops":\n\n`],
    ['with an error behind its reason', eventsOf(begins(), says('Hello world.'), ends(), { type: 'error', error: { type: 'api_error' } })],
    [
      'among events, blocks and pieces that nobody knows',
      eventsOf(
        begins(),
        { type: 'brand_new', x: 1 },
        opens({ type: 'brand_new', text: 'ghost' }),
        delta({ type: 'brand_new_delta', text: 'ghost' }),
        says('ghost'),
        closes(),
        opens(text, 1),
        { ...says('Hello ', 1), error: null, shiny: [] },
        delta({ type: 'citations_delta', citation: { cited_text: 'ghost' } }, 1),
        says('world.', 1),
        closes(1),
        { x: null },
        ends(),
        stops,
      ),
    ],
    [
      'beside what a tool at the vendor did',
      eventsOf(
        begins(),
        opens({ type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} }),
        piece('{"query":"x"}'),
        closes(),
        opens({ type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ type: 'web_search_result', title: 'ghost' }] }, 1),
        closes(1),
        opens(text, 2),
        says('Hello world.', 2),
        closes(2),
        ends(),
        stops,
      ),
    ],
    [
      'among keep-alives',
      `: hi\n\ndata:\n\nevent: ping\ndata: {"type":"ping"}\n\nevent: ping\ndata: pong\n\ndata: null\n\ndata: 7\n\n${eventsOf(begins(), says('Hello world.'))}data: []\n\n${eventsOf(ends(), stops)}`,
    ],
    [
      'of events that only their name names',
      'event: message_start\ndata: {"message":{"usage":{"input_tokens":10}}}\n\nevent: content_block_delta\ndata: {"index":0,"delta":{"text":"Hello world."}}\n\nevent: message_delta\ndata: {"delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}\n\nevent: message_stop\ndata: {}\n\n',
    ],
    ['behind its reason', eventsOf(begins(), says('Hello '), ends(), says('world.'), stops)],
    ['whole, although a stream was asked for', whole([{ type: 'text', text: 'Hello world.' }])],
    ['whole, in two blocks', whole([{ type: 'text', text: 'Hello ' }, { type: 'brand_new' }, { type: 'text', text: 'world.' }])],
    ['whole, as one text', whole('Hello world.')],
    ['whole, in one event', `data: ${whole([{ type: 'text', text: 'Hello world.' }])}\n\n`],
    [
      'whole, in the event that would begin a stream',
      JSON.stringify({ type: 'message_start', message: JSON.parse(whole('Hello world.')) }),
    ],
  ])('a text of the Messages API is read when it comes %s', (_, body) => {
    for (const pieceBytes of [1, 7, Number.POSITIVE_INFINITY]) {
      const { completion, usage } = read(body, pieceBytes);
      expect(completion).toMatchObject(hello);
      expect(usage).toEqual(counted);
    }
  });

  it('a text of the Messages API is an answer with a warning where the stream ends without saying why', () => {
    const unexplained = {
      text: 'Hello world.',
      finishReason: 'other',
      warnings: ['The model ended its answer without saying why.'],
    };
    expect(read(eventsOf(begins(), says('Hello world.'), stops)).completion).toMatchObject(unexplained);
    expect(read(`${eventsOf(begins(), says('Hello world.'))}data: [DONE]\n\n`).completion).toMatchObject(unexplained);
    expect(read(whole('Hello world.', { stop_reason: null })).completion).toMatchObject(unexplained);
  });

  it('a text of the Messages API is cut where its reason has come and more was said behind it, and the body ends in the middle of that', () => {
    expect(() => read(`${eventsOf(begins(), says('Hello '), ends(), says('wor'))}data: {"type":"content_bl`)).toThrow(
      expect.objectContaining({ kind: 'cut' }),
    );
  });
});

describe('thinking of the Messages API', () => {
  const opaque = '{"anthropic":{"signature":"s1"}}';
  const thought = { type: 'thinking', thinking: '', signature: '' };
  const rest = [opens(text, 1), says('Hi.', 1), closes(1), ends(), stops];
  it.each<readonly [string, readonly object[]]>([
    ['in pieces', [opens(thought), thinks('Hm'), thinks('.'), signs('s1'), closes()]],
    ['with a signature in pieces', [opens(thought), thinks('Hm.'), signs('s'), signs('1'), closes()]],
    ['whole in its block', [opens({ type: 'thinking', thinking: 'Hm.', signature: 's1' }), closes()]],
    ['in a block that no event ends', [opens(thought), thinks('Hm.'), signs('s1')]],
    ['in a block that no event has begun', [thinks('Hm.'), signs('s1'), closes()]],
    ['in a block of text', [opens(text), thinks('Hm.'), signs('s1'), closes()]],
  ])('thinking of the Messages API is read with its signature when it comes %s', (_, events) => {
    for (const pieceBytes of [3, Number.POSITIVE_INFINITY]) {
      expect(read(eventsOf(begins(), ...events, ...rest), pieceBytes).completion.parts).toEqual([
        { type: 'reasoning', text: 'Hm.', opaque },
        { type: 'text', text: 'Hi.' },
      ]);
    }
  });

  it('thinking of the Messages API that was redacted, or is not shown, is kept all the same', () => {
    const parts = [
      { type: 'reasoning', text: '', opaque },
      { type: 'reasoning', text: '', opaque: '{"anthropic":{"redactedData":"r1"}}' },
      { type: 'text', text: 'Hi.' },
    ];
    const blocks = [
      { ...thought, signature: 's1' },
      { type: 'redacted_thinking', data: 'r1' },
      { type: 'text', text: 'Hi.' },
    ];
    const streamed = [opens(thought), signs('s1'), closes(), opens(blocks[1] ?? {}, 1), closes(1), opens(text, 2), says('Hi.', 2)];
    expect(read(eventsOf(begins(), ...streamed, ends(), stops)).completion.parts).toEqual(parts);
    expect(read(whole(blocks)).completion.parts).toEqual(parts);
  });

  it('thinking of the Messages API without a signature has nothing that goes back', () => {
    expect(read(eventsOf(begins(), opens(thought), thinks('Hm.'), closes(), ...rest)).completion.parts[0]).toEqual({
      type: 'reasoning',
      text: 'Hm.',
    });
  });
});

describe('a tool call of the Messages API', () => {
  const city = '{"city":"Oslo"}';
  const oslo = { type: 'tool-call', id: 'toolu_1', name: 'weather', arguments: { city: 'Oslo' } };
  it.each<readonly [string, readonly object[]]>([
    ['in pieces', [opens(call()), piece(''), piece('{"city"'), piece(':"Oslo"}'), closes()]],
    ['in pieces that no event ends', [opens(call()), piece('{"city"'), piece(':"Oslo"}')]],
    ['in pieces without indexes', [opens(call(), null), piece('{"city"', null), piece(':"Oslo"}', null), closes(null)]],
    ['in pieces of another index', [opens(call(), 1), piece(city, 0), closes(1)]],
    ['in pieces without a type', [opens(call()), delta({ partial_json: city }), closes()]],
    ['with its beginning', [opens(call({ input: { city: 'Oslo' } })), closes()]],
    ['with its beginning and in pieces', [opens(call({ input: { city: 'Oslo' } })), piece(city), closes()]],
    ['after an empty object', [opens(call()), piece('{}'), piece('{"city"'), piece(':"Oslo"}'), closes()]],
    ['before an empty object', [opens(call({ input: { city: 'Oslo' } })), piece('{}'), closes()]],
    ['as a text in its beginning', [opens(call({ input: city })), closes()]],
  ])('a tool call of the Messages API is read when its input comes %s', (_, events) => {
    for (const pieceBytes of [3, Number.POSITIVE_INFINITY]) {
      const { completion } = read(eventsOf(begins(), ...events, ends('tool_use'), stops), pieceBytes);
      expect(completion.parts).toEqual([oslo]);
      expect(completion.finishReason).toBe('tool-calls');
    }
  });

  it('a tool call of the Messages API tells its arguments as the model wrote them, piece by piece', () => {
    const { chunks } = read(eventsOf(begins(), opens(call()), piece('{ "city"'), piece(': "Os'), closes(), ends('max_tokens'), stops), 1);
    const pieces = chunks.filter((chunk) => chunk.type === 'tool-call' && !chunk.done).map((chunk) => Object(chunk).argumentsText);
    expect(pieces.join('')).toBe('{ "city": "Os');
    expect(chunks.at(-2)).toMatchObject({ type: 'tool-call', argumentsText: '{ "city": "Os', done: true });
    expect(chunks.at(-1)).toEqual({ type: 'finish', reason: 'length' });
  });

  it('a tool call of the Messages API of a tool without parameters has an empty object', () => {
    for (const input of [{}, null, undefined]) {
      const { completion } = read(eventsOf(begins(), opens(call({ input })), closes(), ends('tool_use'), stops));
      expect(completion.parts).toMatchObject([{ name: 'weather', arguments: {} }]);
    }
  });

  it('a tool call of the Messages API is told apart from another one, whatever ids and places they have', () => {
    const right = [
      [true, { n: 0 }],
      [true, { n: 1 }],
    ];
    const two = (ids: readonly unknown[], places: readonly [number | null, number | null], interleaved = false): unknown => {
      const first = [opens(call({ id: ids[0] }), places[0]), piece('{"n":0}', places[0]), closes(places[0])];
      const second = [opens(call({ id: ids[1] }), places[1]), piece('{"n":1}', places[1]), closes(places[1])];
      const events = interleaved ? [first[0], second[0], first[1], second[1], first[2], second[2]] : [...first, ...second];
      const { parts } = read(eventsOf(begins(), ...(events as object[]), ends('tool_use'), stops)).completion;
      expect(new Set(parts.map((part) => part.type === 'tool-call' && part.id)).size).toBe(2);
      return parts.map((part) => part.type === 'tool-call' && [part.id !== '', part.arguments]);
    };
    expect(two(['a', 'b'], [0, 1])).toEqual(right);
    expect(two(['a', 'b'], [0, 1], true)).toEqual(right);
    expect(two(['a', 'b'], [0, 0])).toEqual(right);
    expect(two(['a', 'b'], [null, null])).toEqual(right);
    expect(two(['a', 'a'], [0, 1])).toEqual(right);
    expect(two([null, undefined], [0, 1])).toEqual(right);
  });

  it('a tool call of the Messages API is one with a finish reason that says nothing of it, and none without a call', () => {
    expect(read(eventsOf(begins(), opens(call()), closes(), ends('end_turn'), stops)).completion.finishReason).toBe('tool-calls');
    expect(read(eventsOf(begins(), says('Hi.'), ends('tool_use'), stops)).completion.finishReason).toBe('stop');
  });
});

describe('JSON that a tool takes', () => {
  const answer = (rest: object = {}): object => call({ name: 'json', ...rest });
  const json = (events: readonly object[]) => read(eventsOf(begins(), ...events, ends('tool_use'), stops), 5, 'json').completion;

  it.each<readonly [string, readonly object[]]>([
    ['in pieces', [opens(answer()), piece('{"a"'), piece(':1}'), closes()]],
    ['with its beginning', [opens(answer({ input: { a: 1 } })), closes()]],
    ['behind talk', [opens(text), says('Here it is:'), closes(), opens(answer(), 1), piece('{"a":1}', 1), closes(1)]],
    ['before talk', [opens(answer()), piece('{"a":1}'), closes(), opens(text, 1), says('There.', 1), closes(1)]],
    ['twice', [opens(answer()), piece('{"a":1}'), closes(), opens(answer({ id: 'b' }), 1), piece('{"a":2}', 1), closes(1)]],
  ])('JSON that a tool takes is the text of the answer when it comes %s', (_, events) => {
    expect(json(events)).toMatchObject({ text: '{"a":1}', parts: [{ type: 'text' }], finishReason: 'stop' });
  });

  it('JSON that a tool takes stays text where the model wrote it as text', () => {
    const events = [opens(text), says('{"a"'), says(':1}'), closes(), ends('end_turn'), stops];
    expect(read(eventsOf(begins(), ...events), 5, 'json').completion).toMatchObject({ text: '{"a":1}', finishReason: 'stop' });
  });

  it('JSON that a tool takes is not the talk beside another call', () => {
    const events = [opens(text), says('Let me look.'), closes(), opens(call(), 1), piece('{}', 1), closes(1)];
    expect(json(events)).toMatchObject({ text: '', parts: [{ type: 'tool-call', name: 'weather' }], finishReason: 'tool-calls' });
  });

  it('JSON that a tool takes keeps the thinking before it', () => {
    const thought = opens({ type: 'thinking', thinking: 'Hm.', signature: 's1' });
    expect(json([thought, closes(), opens(answer(), 1), piece('{"a":1}', 1), closes(1)]).parts).toEqual([
      { type: 'reasoning', text: 'Hm.', opaque: '{"anthropic":{"signature":"s1"}}' },
      { type: 'text', text: '{"a":1}' },
    ]);
  });
});

describe('the end of a message', () => {
  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['MAX_TOKENS', 'length'],
    ['refusal', 'content-filter'],
    ['compaction', 'other'],
    ['brand_new', 'other'],
    ['constructor', 'other'],
  ])('the end of a message by %s is %s', (word, reason) => {
    expect(read(eventsOf(begins(), says('Hi'), ends(word), stops)).completion).toMatchObject({ text: 'Hi', finishReason: reason });
    expect(read(whole('Hi', { stop_reason: word })).completion).toMatchObject({ text: 'Hi', finishReason: reason });
  });

  it('the end of a message by a refusal, or at the maximum, needs no word', () => {
    expect(read(eventsOf(begins(), ends('refusal'), stops)).completion.finishReason).toBe('content-filter');
    expect(read(eventsOf(begins(), thinks('Hm.'), ends('max_tokens'), stops)).completion.finishReason).toBe('length');
  });
});

describe('the usage of a message', () => {
  const usageOf = (first: unknown, last: unknown) => {
    const { usage } = read(eventsOf(begins({ usage: first }), says('Hi'), { ...ends(), usage: last }, stops));
    return usage && [usage.freshInputTokens, usage.cacheReadTokens, usage.cacheWriteTokens, usage.outputTokens, usage.reasoningTokens];
  };
  const cached = { cache_read_input_tokens: 64, cache_creation_input_tokens: 7 };
  it.each<readonly [string, unknown, unknown, readonly number[] | null]>([
    ['at the beginning and at the end', { input_tokens: 10, output_tokens: 1 }, { output_tokens: 2 }, [10, 0, 0, 2, 0]],
    ['with a 0 that would undo it', { input_tokens: 10, ...cached }, { input_tokens: 0, output_tokens: 2 }, [10, 64, 7, 2, 0]],
    [
      'with zeros for all that was cached',
      { input_tokens: 10, ...cached },
      { output_tokens: 2, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
      [10, 64, 7, 2, 0],
    ],
    ['at the end alone', { input_tokens: 0, output_tokens: 0 }, { input_tokens: 10, ...cached, output_tokens: 2 }, [10, 64, 7, 2, 0]],
    [
      'with thinking in the output',
      { input_tokens: 10 },
      { output_tokens: 30, output_tokens_details: { thinking_tokens: 20 } },
      [10, 0, 0, 10, 20],
    ],
    [
      'with what was written to the cache by lifetimes',
      { input_tokens: 10, cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 4 } },
      { output_tokens: 2 },
      [10, 0, 7, 2, 0],
    ],
    [
      'with a compaction beside it',
      { input_tokens: 10 },
      {
        output_tokens: 2,
        iterations: [
          { type: 'compaction', input_tokens: 90, output_tokens: 20 },
          { type: 'message', input_tokens: 10, output_tokens: 2 },
          { type: 'advisor_message', input_tokens: 500, output_tokens: 500 },
        ],
      },
      [100, 0, 0, 22, 0],
    ],
    [
      'of the model that answered in place of another one',
      { input_tokens: 10 },
      {
        output_tokens: 2,
        iterations: [
          { type: 'message', input_tokens: 50, output_tokens: 0 },
          { type: 'fallback_message', input_tokens: 10, output_tokens: 2 },
        ],
      },
      [10, 0, 0, 2, 0],
    ],
    ['that counts nothing', { input_tokens: 0, output_tokens: 0 }, { output_tokens: 0 }, null],
    ['without a number', { input_tokens: 'many' }, {}, null],
    ['that is missing', undefined, null, null],
  ])('the usage of a message is read when it comes %s', (_, first, last, expected) => {
    expect(usageOf(first, last)).toEqual(expected);
  });
});

describe('a message that is none', () => {
  const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  it.each<readonly [string, string, object]>([
    ['an error as the first event', eventsOf(overloaded), { kind: 'refused', status: 529 }],
    ['an error after the beginning', eventsOf(begins(), overloaded), { kind: 'refused', status: 529 }],
    ['an error in the middle', eventsOf(begins(), says('Hi'), overloaded), { kind: 'refused', status: 529 }],
    [
      'a prompt that is too long',
      eventsOf(begins(), { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 9 tokens > 8 maximum' } }),
      { kind: 'refused', status: 400, text: expect.stringContaining('prompt is too long') },
    ],
    ['an error of an account', eventsOf({ type: 'error', error: { type: 'billing_error' } }), { kind: 'refused', status: 402 }],
    ['an error without a type', eventsOf({ error: { message: 'Busy.', code: 503 } }), { kind: 'refused', status: 503 }],
    ['an error that is a sentence', eventsOf({ error: 'Busy.' }), { kind: 'refused', status: null, text: '{"error":"Busy."}' }],
    ['an error with its fields flat', eventsOf({ type: 'error', message: 'Busy.', status: '503' }), { kind: 'refused', status: 503 }],
    ['an error that only its name names', 'event: error\ndata: {"message":"Busy."}\n\n', { kind: 'refused', status: null }],
    ['a word that no table has', eventsOf({ type: 'error', error: { type: 'constructor' } }), { kind: 'refused', status: null }],
    ['a whole error', JSON.stringify(overloaded), { kind: 'refused', status: 529 }],
    ['an answer that the server gave up', eventsOf(begins(), says('Hi'), ends('error'), stops), { kind: 'refused' }],
    ['a body that ends before the answer', eventsOf(begins(), says('Hi')), { kind: 'cut' }],
    ['a whole body that ends in the middle', whole('Hello').slice(0, 40), { kind: 'cut' }],
    ['an empty body', '', { kind: 'cut' }],
    ['nothing said', eventsOf(begins(), ends(), stops), { kind: 'empty' }],
    ['a block that says nothing', eventsOf(begins(), opens(text), closes(), ends(), stops), { kind: 'empty' }],
    ['nothing but thinking', eventsOf(begins(), thinks('Hm.'), ends(), stops), { kind: 'empty' }],
    ['nothing said and no reason', eventsOf(begins(), stops), { kind: 'empty' }],
    ['nonsense', 'data: {"oops":\n\n', { kind: 'unreadable' }],
    ['an answer of another wire', JSON.stringify({ object: 'chat.completion', choices: [] }), { kind: 'unreadable' }],
    ['a whole list', '[]', { kind: 'unreadable' }],
  ])('a message that is none fails: %s', (_, body, expected) => {
    for (const pieceBytes of [1, Number.POSITIVE_INFINITY]) expect(() => read(body, pieceBytes)).toThrow(expect.objectContaining(expected));
  });
});
