/**
 * What every stream keeps that a reader can leave at any time: see `src/core/stream.ts`. The factory makes the stream under test
 * out of an upstream in the hands of the test.
 */
import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';

type Step = IteratorResult<number, unknown>;

/** An upstream that says a number, fails or ends when it is told to, and is silent until then. It counts what is asked of it. */
export interface Upstream extends AsyncIterable<number> {
  say(value: number): void;
  fail(error: Error): void;
  end(): void;
  readonly pulls: number;
  readonly returns: number;
}

/** `deaf`: like an async generator, it does not see `return()` while it waits. */
export function upstreamOf({ deaf }: { readonly deaf: boolean }): Upstream {
  const pulls: PromiseWithResolvers<Step>[] = [];
  const counts = { pulls: 0, returns: 0 };
  const answer = (): PromiseWithResolvers<Step> => {
    const first = pulls.shift();
    if (first === undefined) throw new Error('Nobody has pulled.');
    return first;
  };
  const iterator: AsyncIterator<number> = {
    next() {
      counts.pulls += 1;
      const pull = Promise.withResolvers<Step>();
      pulls.push(pull);
      return pull.promise;
    },
    async return() {
      counts.returns += 1;
      const waits = pulls.map(({ promise }) => promise.catch(() => {}));
      if (deaf) await Promise.all(waits);
      else for (const { resolve } of pulls.splice(0)) resolve({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
  };
  return {
    [Symbol.asyncIterator]: () => iterator,
    say: (value) => answer().resolve({ done: false, value }),
    fail: (error) => answer().reject(error),
    end: () => answer().resolve({ done: true, value: undefined }),
    get pulls() {
      return counts.pulls;
    },
    get returns() {
      return counts.returns;
    },
  };
}

/** Until nothing that is settled has anything left to do. */
export const settled = async (): Promise<void> => {
  for (let round = 0; round < 3; round += 1) await setImmediate();
};

interface Reader<Value> {
  /** The number that upstream said, out of a value of the stream. */
  readonly numberIn: (value: Value) => number;
  /** The message of the error that this step tells. Default: it rejects. */
  readonly errorIn?: (step: Promise<IteratorResult<Value>>) => Promise<string>;
}

const rejection = async (step: Promise<unknown>): Promise<string> =>
  step.then(
    () => 'It did not reject.',
    (error: Error) => error.message,
  );

const over = { done: true, value: undefined };

export function streamContract<Value>(
  streamOf: (upstream: AsyncIterable<number>) => AsyncGenerator<Value, undefined>,
  { numberIn, errorIn = rejection }: Reader<Value>,
): void {
  const open = (deaf = true) => {
    const upstream = upstreamOf({ deaf });
    return { upstream, stream: streamOf(upstream) };
  };
  const numberOf = ({ value, done }: IteratorResult<Value>): number | 'over' => (done === true ? 'over' : numberIn(value));

  it('a stream gives what upstream says, in order, and is over when upstream is', async () => {
    const { upstream, stream } = open();
    const given: unknown[] = [];
    for (const said of [1, 2, 3]) {
      const step = stream.next();
      await settled();
      upstream.say(said);
      given.push(numberOf(await step));
    }
    const last = stream.next();
    await settled();
    upstream.end();
    given.push(numberOf(await last));
    expect(given).toEqual([1, 2, 3, 'over']);
  });

  it('a stream pulls nothing that nobody asked for', async () => {
    const { upstream, stream } = open();
    await settled();
    expect(upstream.pulls).toBe(0);
    for (const pulls of [1, 2]) {
      const step = stream.next();
      await settled();
      upstream.say(pulls);
      await step;
      await settled();
      expect(upstream.pulls).toBe(pulls);
    }
  });

  it('a stream asks its upstream for one value at a time, and answers its readers in the order in which they asked', async () => {
    const { upstream, stream } = open();
    const steps = [stream.next(), stream.next(), stream.next()];
    await settled();
    expect(upstream.pulls).toBe(1);
    for (const said of [1, 2]) {
      upstream.say(said);
      await settled();
    }
    expect(upstream.pulls).toBe(3);
    upstream.end();
    expect((await Promise.all(steps)).map(numberOf)).toEqual([1, 2, 'over']);
  });

  it.each([{ deaf: true }, { deaf: false }])(
    'return reaches upstream at once and ends the reader who waits (deaf: $deaf)',
    async ({ deaf }) => {
      const { upstream, stream } = open(deaf);
      const steps = [stream.next(), stream.next()];
      await settled();
      void stream.return(undefined);
      expect(upstream.returns).toBe(1);
      expect(await Promise.all(steps)).toEqual([over, over]);
      expect(upstream.pulls).toBe(1);
    },
  );

  it('return resolves as over, also when upstream has said something in between', async () => {
    const { upstream, stream } = open(false);
    const step = stream.next();
    await settled();
    upstream.say(1);
    await step;
    expect(await stream.return(undefined)).toEqual(over);
    expect(upstream.returns).toBe(1);
  });

  it('return before the first pull leaves upstream, which is then never pulled', async () => {
    const { upstream, stream } = open();
    expect(await stream.return(undefined)).toEqual(over);
    expect(await stream.next()).toEqual(over);
    expect(upstream.pulls).toBe(0);
  });

  it('return twice tells upstream once', async () => {
    const { upstream, stream } = open(false);
    const step = stream.next();
    await settled();
    expect(await Promise.all([stream.return(undefined), stream.return(undefined), step])).toEqual([over, over, over]);
    expect(await stream.return(undefined)).toEqual(over);
    expect(upstream.returns).toBe(1);
  });

  it('what upstream says after its reader has left is dropped', async () => {
    const { upstream, stream } = open();
    const step = stream.next();
    await settled();
    void stream.return(undefined);
    upstream.say(1);
    await settled();
    expect([await step, await stream.next()]).toEqual([over, over]);
    expect(upstream.pulls).toBe(1);
  });

  it('throw leaves upstream, ends the reader who waits and rejects with the error that was thrown', async () => {
    const { upstream, stream } = open(false);
    const step = stream.next();
    await settled();
    const thrown = stream.throw(new Error('No more.'));
    expect(upstream.returns).toBe(1);
    await expect(thrown).rejects.toThrow('No more.');
    expect([await step, await stream.next()]).toEqual([over, over]);
  });

  it('an error of upstream is told once, and then the stream is over', async () => {
    const { upstream, stream } = open();
    const [first, second] = [stream.next(), stream.next()];
    await settled();
    upstream.fail(new Error('Broken.'));
    expect(await errorIn(first)).toContain('Broken.');
    expect([await second, await stream.next(), await stream.return(undefined)]).toEqual([over, over, over]);
    expect(upstream).toMatchObject({ pulls: 1, returns: 0 });
  });

  it('an upstream that has ended is neither pulled nor told to return again', async () => {
    const { upstream, stream } = open();
    const step = stream.next();
    await settled();
    upstream.end();
    expect([await step, await stream.next(), await stream.return(undefined), await stream.next()]).toEqual([over, over, over, over]);
    expect(upstream).toMatchObject({ pulls: 1, returns: 0 });
  });

  it('leaving a loop leaves upstream', async () => {
    const { upstream, stream } = open(false);
    const reading = (async () => {
      for await (const _ of stream) break;
    })();
    await settled();
    upstream.say(1);
    await reading;
    expect(upstream).toMatchObject({ pulls: 1, returns: 1 });
  });
}

/** For a stream that a signal ends. */
export function abortableStreamContract<Value>(
  streamOf: (upstream: AsyncIterable<number>, signal: AbortSignal) => AsyncGenerator<Value, undefined>,
  { errorIn = rejection }: Pick<Reader<Value>, 'errorIn'> = {},
): void {
  const open = (deaf = true) => {
    const upstream = upstreamOf({ deaf });
    const controller = new AbortController();
    const listeners = (): number => getEventListeners(controller.signal, 'abort').length;
    return { upstream, controller, listeners, stream: streamOf(upstream, controller.signal) };
  };
  const why = new GatewayError('TIMEOUT', 'No more time.');

  it('an abort ends a waiting next at once, with the reason, and reaches a silent upstream', async () => {
    const { upstream, stream, controller } = open();
    const [first, second] = [stream.next(), stream.next()];
    await settled();
    controller.abort(why);
    expect(upstream.returns).toBe(1);
    expect(await errorIn(first)).toContain('No more time.');
    expect([await second, await stream.next()]).toEqual([over, over]);
  });

  it('an abort while nobody waits reaches upstream at once, and the next pull is told why', async () => {
    const { upstream, stream, controller } = open();
    const step = stream.next();
    await settled();
    upstream.say(1);
    await step;
    controller.abort(why);
    expect(upstream.returns).toBe(1);
    expect(await errorIn(stream.next())).toContain('No more time.');
    expect(await stream.next()).toEqual(over);
    expect(upstream.pulls).toBe(1);
  });

  it('a stream made with a signal that has fired pulls nothing and tells why', async () => {
    const upstream = upstreamOf({ deaf: true });
    const stream = streamOf(upstream, AbortSignal.abort(why));
    expect(await errorIn(stream.next())).toContain('No more time.');
    expect(await stream.next()).toEqual(over);
    expect(upstream.pulls).toBe(0);
  });

  it('an abort after the reader has left changes nothing, and neither does one after the end', async () => {
    const { upstream, stream, controller } = open(false);
    await stream.return(undefined);
    controller.abort(why);
    expect(await stream.next()).toEqual(over);
    const ended = open();
    const step = ended.stream.next();
    await settled();
    ended.upstream.end();
    await step;
    ended.controller.abort(why);
    expect(await ended.stream.next()).toEqual(over);
    expect([upstream.returns, ended.upstream.returns]).toEqual([upstream.returns, 0]);
  });

  it('a reader who leaves after an abort is not told of it', async () => {
    const { upstream, stream, controller } = open();
    const step = stream.next();
    await settled();
    upstream.say(1);
    await step;
    controller.abort(why);
    expect([await stream.return(undefined), await stream.next()]).toEqual([over, over]);
    expect(upstream.returns).toBe(1);
  });

  it('a stream that is over listens to its signal no longer', async () => {
    const [left, ended, failed, aborted] = [open(false), open(), open(), open()];
    const steps = [left, ended, failed, aborted].map(({ stream }) => stream.next().catch(() => {}));
    await settled();
    await left.stream.return(undefined);
    ended.upstream.end();
    failed.upstream.fail(new Error('Broken.'));
    aborted.controller.abort(why);
    await Promise.all(steps);
    expect([left, ended, failed, aborted].map(({ listeners }) => listeners())).toEqual([0, 0, 0, 0]);
  });
}
