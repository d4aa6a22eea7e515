/** How a subgraph is asked: again, how often at a time, with which headers, and when it is left alone. */
import { createServer } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type ExecutionResult, parse, subscribe } from 'graphql';
import { describe, expect, it } from 'vitest';
import { readSubgraph } from '../../src/federation/compose/sources.ts';
import type { AttemptOutcome } from '../../src/federation/subgraphs/access/subgraph-standings.ts';
import { subgraphStandings } from '../../src/federation/subgraphs/access/subgraph-standings.ts';
import type { FetchOptions } from '../../src/federation/subgraphs/fetch.ts';
import type { SubgraphFailure } from '../../src/federation/subgraphs/subgraph-failure.ts';
import { newGate } from '../raw-upstream.ts';
import { whenOver } from '../when-over.ts';
import { answered, giving, type RawAnswer, rawSubgraphs } from './raw-subgraphs.ts';
import { listening } from './subgraph-server.ts';

const sdl = 'type Query { a: String b: String } type Mutation { change: String }';
const well = giving({ data: { a: 'well' } });
const dropped: RawAnswer = (response) => void response.destroy();

/** A graph of the subgraph `raw`. Delays are what `random` makes of them: none. */
async function raw(fetch: FetchOptions = {}) {
  const outcomes: AttemptOutcome[] = [];
  const failures: SubgraphFailure[] = [];
  const graph = await rawSubgraphs(
    { raw: sdl },
    { random: () => 0, onAttempted: ({ outcome }) => outcomes.push(outcome), onFailure: (failure) => failures.push(failure), ...fetch },
  );
  /** Answers as the scripts say, one after the other; the last goes on. */
  const plays = (...answers: readonly RawAnswer[]): void => {
    let next = 0;
    graph.answers['raw'] = (response, asked) => {
      const answer = answers[Math.min(next, answers.length - 1)] ?? well;
      next += 1;
      answer(response, asked);
    };
  };
  return { ...graph, outcomes, failures, plays };
}

describe('a query that got no answer is sent again', () => {
  it('a query that got no answer is sent again as often as `retries` says, and the outcome of each attempt is told', async () => {
    const graph = await raw({ retries: 2 });
    graph.plays(dropped, answered('busy', {}, 503), well);
    expect(await graph.ask('{ a }')).toEqual({ data: { a: 'well' } });
    expect(graph.outcomes).toEqual(['unreachable', 'not_graphql', 'ok']);
  });

  it('a query that got no answer is sent again after the time that the subgraph asks for, which the caller is told when the attempts are used up', async () => {
    const graph = await raw({ retries: 1, timeoutMs: 5_000 });
    graph.plays(answered('busy', { 'retry-after': '0' }, 503), answered('busy', { 'retry-after': '7' }, 429));
    const { errors } = await graph.ask('{ a }');
    expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: true, retryAfterMs: 7_000 } }]);
    expect(graph.asked).toHaveLength(2);
  });

  it('a query that got no answer is sent again, but not where the subgraph asks for more time than an attempt may take', async () => {
    const graph = await raw({ retries: 3, timeoutMs: 5_000 });
    graph.plays(answered('busy', { 'retry-after': '60' }, 503));
    expect((await graph.ask('{ a }')).errors).toMatchObject([{ extensions: { retryAfterMs: 60_000 } }]);
    expect(graph.asked).toHaveLength(1);
  });

  it('a query that got no answer is sent again, and waiting for it ends with the operation', async () => {
    const left = new AbortController();
    const graph = await raw({ retries: 1, random: () => 1, signal: () => left.signal });
    graph.plays((response) => {
      response.destroy();
      setImmediate(() => left.abort());
    });
    expect((await graph.ask('{ a }')).errors).toHaveLength(1);
    expect(graph.asked).toHaveLength(1);
  });
});

describe('a redirect', () => {
  it('a redirect is not followed: the client is told so by name, the log alone where it leads', async () => {
    const graph = await raw({ headers: { 'x-api-key': 'canary' } });
    graph.plays(answered('', { location: 'http://127.0.0.1:1/elsewhere' }, 307));
    const { errors = [] } = await graph.ask('{ a }');
    expect(errors).toMatchObject([
      {
        message:
          'The subgraph "raw" redirects to another address (status 307). Redirects are not followed: give its own address as `url` in `graph.subgraphs`.',
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: false },
      },
    ]);
    expect(JSON.stringify(errors)).not.toContain('elsewhere');
    expect(String(graph.failures[0]?.cause)).toContain('http://127.0.0.1:1/elsewhere');
    expect(graph.asked).toHaveLength(1);
  });
});

const encodings = [
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
  ['zstd', zstdCompressSync],
] as const;

describe('an answer that comes compressed, without being asked for so,', () => {
  it.each(encodings)('an answer that comes compressed, without being asked for so, is read: %s', async (encoding, compress) => {
    const graph = await raw();
    graph.plays(answered(compress('{"data":{"a":"well"}}'), { 'content-encoding': encoding }));
    expect(await graph.ask('{ a }')).toEqual({ data: { a: 'well' } });
  });

  it.each(encodings)(
    'an answer that comes compressed, without being asked for so, is bounded by what it inflates to: %s',
    async (encoding, compress) => {
      const graph = await raw({ maxResponseBytes: 100_000 });
      const body = compress(JSON.stringify({ data: { a: 'a'.repeat(1_000_000) } }));
      expect(body.length).toBeLessThan(10_000);
      graph.plays(answered(body, { 'content-encoding': encoding }));
      expect((await graph.ask('{ a }')).errors).toMatchObject([{ message: expect.stringContaining('more bytes than the gateway takes') }]);
      expect(graph.outcomes).toEqual(['too_large']);
    },
  );

  it.each(encodings)('an answer that comes compressed, without being asked for so, may be SDL: %s', async (encoding, compress) => {
    const { port, close } = await listening(
      createServer((_, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(compress(JSON.stringify({ data: { _service: { sdl } } })));
      }),
    );
    whenOver(close);
    const source = { name: 'raw', url: `http://127.0.0.1:${port}/graphql` };
    await expect(readSubgraph(source, new AbortController().signal)).resolves.toBe(sdl);
  });
});

it('an answer in an encoding that nobody knows is named', async () => {
  const graph = await raw();
  graph.plays(answered('Uryyb.', { 'content-encoding': 'rot13' }));
  expect((await graph.ask('{ a }')).errors).toMatchObject([
    { message: expect.stringContaining('its encoding is "rot13". Accepted are gzip, br, deflate, zstd.') },
  ]);
});

describe('a subgraph with `maxConcurrency`', () => {
  it('a subgraph with `maxConcurrency` has so many requests at a time, and further ones wait in line, callers in turns', async () => {
    const graph = await raw({ maxConcurrency: 1, caller: (context) => (context as { readonly name: string }).name });
    const gates = [newGate(), newGate(), newGate(), newGate()];
    let running = 0;
    let most = 0;
    const order: string[] = [];
    graph.answers['raw'] = async (response, asked) => {
      running += 1;
      most = Math.max(most, running);
      order.push(asked.query.includes('change') ? 'other' : 'one');
      await gates[order.length - 1]?.opened;
      running -= 1;
      giving({ data: { a: 'a', change: 'b' } })(response, asked);
    };
    const one = { name: 'one' };
    const waiting = [
      graph.ask('{ a }', one),
      graph.ask('{ a }', one),
      graph.ask('{ a }', one),
      graph.ask('mutation { change }', { name: 'other' }),
    ];
    for (const gate of gates) gate.open();
    for (const { errors } of await Promise.all(waiting)) expect(errors).toBeUndefined();
    expect({ most, order }).toEqual({ most: 1, order: ['one', 'other', 'one', 'one'] });
  });

  it('a subgraph with `maxConcurrency` refuses what waits longer than an attempt may take, and that is no fault of the subgraph', async () => {
    const standings = subgraphStandings();
    const graph = await raw({ maxConcurrency: 1, timeoutMs: 60, retries: 0, standings, circuitFailures: 1 });
    const place = await standings.of('raw').place(1, 'somebody', new AbortController().signal);
    expect((await graph.ask('{ a }')).errors).toMatchObject([{ extensions: { code: 'CONCURRENCY_LIMITED', retryable: true } }]);
    expect({ asked: graph.asked.length, outcomes: graph.outcomes }).toEqual({ asked: 0, outcomes: ['crowded'] });
    expect(standings.of('raw').circuit()).toBe('closed');
    place();
    const patient = await raw({ maxConcurrency: 1, standings });
    patient.plays(well);
    expect(await patient.ask('{ a }')).toEqual({ data: { a: 'well' } });
  });
});

describe('a subgraph that does not answer', () => {
  const clock = () => {
    let now = 0;
    return { monotonicMs: () => now, random: () => 0, passes: (ms: number) => (now += ms) };
  };

  it('a subgraph that does not answer is left alone for a second, then asked once, and by everybody when it is back', async () => {
    const time = clock();
    const graph = await raw({ retries: 0, circuitFailures: 2, standings: subgraphStandings(time) });
    graph.plays(dropped);
    await graph.ask('{ a }');
    await graph.ask('{ a }');
    expect((await graph.ask('{ a }')).errors).toMatchObject([
      {
        message: 'The subgraph "raw" is left alone for a moment, because it did not answer several times in a row.',
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: true, retryAfterMs: 1_000 },
      },
    ]);
    expect(graph.asked).toHaveLength(2);
    time.passes(1_000);
    await graph.ask('{ a }');
    expect(graph.asked).toHaveLength(3);
    // Its trial failed: twice the time.
    time.passes(1_900);
    expect((await graph.ask('{ a }')).errors).toMatchObject([{ extensions: { retryAfterMs: 100 } }]);
    time.passes(100);
    graph.plays(well);
    expect(await graph.ask('{ a }')).toEqual({ data: { a: 'well' } });
    expect(graph.outcomes).toEqual(['unreachable', 'unreachable', 'resting', 'unreachable', 'resting', 'ok']);
  });

  it('a subgraph that does not answer because one caller asks for too much is not left alone for others; when two find it so, it is', async () => {
    const caller = (context: unknown) => (context as { readonly caller: string }).caller;
    const graph = await raw({ retries: 0, circuitFailures: 2, caller, standings: subgraphStandings(clock()) });
    graph.plays(answered('broken', {}, 500));
    for (let turn = 0; turn < 5; turn += 1) await graph.ask('{ a }', { caller: 'one' });
    expect(graph.asked).toHaveLength(5);
    await graph.ask('{ a }', { caller: 'two' });
    await graph.ask('{ a }', { caller: 'three' });
    expect(graph.asked).toHaveLength(6);
  });

  it('a subgraph that does not answer is asked on and on where `circuitFailures` is 0, and one that answers errors is never left alone', async () => {
    const never = await raw({ retries: 0, circuitFailures: 0 });
    never.plays(dropped);
    for (let turn = 0; turn < 8; turn += 1) await never.ask('{ a }');
    expect(never.asked).toHaveLength(8);
    const wrong = await raw({ retries: 0, circuitFailures: 1 });
    wrong.plays(giving({ errors: [{ message: 'No.' }] }), answered('<html>', {}, 404));
    for (let turn = 0; turn < 4; turn += 1) await wrong.ask('{ a }');
    expect(wrong.asked).toHaveLength(4);
  });
});

it('a subscription to a subgraph that is down says that it could not be reached, not that it ended', async () => {
  const graph = await rawSubgraphs({ raw: 'type Query { a: String } type Subscription { ticks: Int }' });
  graph.answers['raw'] = dropped;
  const events = await subscribe({ schema: graph.schema, document: parse('subscription { ticks }'), contextValue: {} });
  const told: unknown[] = [];
  for await (const event of events as AsyncIterable<ExecutionResult>) told.push(...(event.errors ?? []));
  expect(told).toMatchObject([
    { message: 'The subgraph "raw" could not be reached.', extensions: { code: 'SUBGRAPH_UNAVAILABLE', retryable: true } },
  ]);
});

describe('headers', () => {
  const clientHeaders = () => ({ 'x-tenant': 'acme', 'x-debug': '1', authorization: 'Bearer theirs', cookie: 'c=1' });

  it('headers of the client go on by rules of the subgraph: under another name, with a value where there is none, or not at all', async () => {
    const graph = await raw({
      clientHeaders,
      propagate: ['x-tenant', 'x-debug', 'authorization'],
      subgraphs: {
        raw: {
          forward: [{ name: 'X-Tenant', as: 'X-Shop-Tenant' }, { name: 'x-locale', otherwise: 'en' }, { name: 'x-none' }],
          withhold: ['x-debug'],
          headers: { 'x-locale-source': 'gateway' },
        },
      },
    });
    graph.plays(well);
    await graph.ask('{ a }');
    const [{ headers } = { headers: {} }] = graph.asked;
    expect(headers).toMatchObject({
      'x-tenant': 'acme',
      'x-shop-tenant': 'acme',
      'x-locale': 'en',
      'x-locale-source': 'gateway',
      authorization: 'Bearer theirs',
    });
    for (const name of ['x-debug', 'x-none', 'cookie']) expect(headers).not.toHaveProperty(name);
  });

  it('headers of the client that hold a secret of the gateway never go on, under no name', async () => {
    const graph = await raw({
      clientHeaders,
      propagate: ['authorization'],
      isOurSecret: (value) => value.includes('theirs'),
      subgraphs: { raw: { forward: [{ name: 'authorization', as: 'x-forwarded-authorization' }] } },
    });
    graph.plays(well);
    await graph.ask('{ a }');
    expect(JSON.stringify(graph.asked[0]?.headers)).not.toContain('theirs');
  });

  it('headers of an answer are told, those of the allow-list alone, each cookie by itself', async () => {
    const told: unknown[] = [];
    const graph = await raw({
      answerHeaders: ['x-cost', 'set-cookie'],
      onAnswerHeaders: (headers, context) => told.push(headers, context),
    });
    graph.answers['raw'] = (response) =>
      void response
        .writeHead(
          200,
          [
            ['content-type', 'application/json'],
            ['x-cost', '3'],
            ['x-internal', 'no'],
            ['set-cookie', 'a=1'],
            ['set-cookie', 'b=2'],
          ].flat(),
        )
        .end('{"data":{"a":"x"}}');
    const context = {};
    await graph.ask('{ a }', context);
    expect(told).toEqual([
      [
        ['x-cost', '3'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
      context,
    ]);
  });
});
