import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { pullStream, type Stream } from '../../src/core/pull-stream.ts';
import { callDeadline, interruptible, mapStream, withDeadline, withTimeout } from '../../src/core/stream.ts';
import { untilAborted } from '../../src/core/turns/abort.ts';
import { abortableStreamContract, settled, streamContract, type Upstream, upstreamOf } from '../contracts/stream-contract.ts';

const same = { numberIn: (value: number) => value };
const failing = (): never => {
  throw new Error('It cannot be changed.');
};

describe('interruptible, of a source that is open', () => {
  streamContract((upstream) => interruptible(upstream), same);
  abortableStreamContract((upstream, signal) => interruptible(upstream, { signal }));
});

describe('interruptible, of a source that it opens', () => {
  streamContract((upstream) => interruptible(() => upstream), same);
  abortableStreamContract((upstream, signal) => interruptible(() => upstream, { signal }));
});

describe('interruptible, of a source that takes its time to open', () => {
  const later = async (upstream: AsyncIterable<number>) => {
    await Promise.resolve();
    return upstream;
  };
  streamContract((upstream) => interruptible(() => later(upstream)), same);
  abortableStreamContract((upstream, signal) => interruptible(() => later(upstream), { signal }));
});

describe('mapStream', () => {
  streamContract((upstream) => mapStream(upstream, (value) => value * 10), { numberIn: (value) => value / 10 });
  abortableStreamContract((upstream, signal) => mapStream(interruptible(upstream, { signal }), async (value) => value * 10));
});

describe('mapStream, with a last value for an error', () => {
  const withLastValue = (upstream: AsyncIterable<number>) => mapStream<number, number | string>(upstream, (value) => value, String);
  const errorIn = async (step: Promise<IteratorResult<number | string>>) => String((await step).value);
  streamContract(withLastValue, { numberIn: Number, errorIn });
  abortableStreamContract((upstream, signal) => withLastValue(interruptible(upstream, { signal })), { errorIn });
});

describe('pullStream', () => {
  streamContract((upstream) => {
    const iterator = upstream[Symbol.asyncIterator]();
    return pullStream(() => iterator.next(), { leave: () => iterator.return?.() });
  }, same);
});

describe('a stream', () => {
  it('a stream tells the source that it opened by its signal when the reader leaves, also while the source is being opened', async () => {
    const opening = Promise.withResolvers<void>();
    const upstream = upstreamOf({ deaf: true });
    let stop: AbortSignal | null = null;
    const stream = interruptible(async (signal) => {
      stop = signal;
      await opening.promise;
      return upstream;
    });
    const step = stream.next();
    await stream.return();
    expect(stop).toMatchObject({ aborted: true });
    expect(await step).toEqual({ done: true, value: undefined });
    opening.resolve();
    await settled();
    expect(upstream).toMatchObject({ pulls: 0, returns: 1 });
  });

  it('a stream lets a generator that waits by its signal clean up as soon as the reader leaves', async () => {
    let cleaned = false;
    const stream = interruptible(async function* (stop) {
      try {
        yield await untilAborted(new Promise<number>(() => {}), stop);
      } finally {
        cleaned = true;
      }
    });
    const step = stream.next();
    await settled();
    await stream.return();
    await step;
    await settled();
    expect(cleaned).toBe(true);
  });

  it('a stream fails when its source cannot be opened, and is then over', async () => {
    const stream = interruptible<number>(() => {
      throw new Error('Closed.');
    });
    await expect(stream.next()).rejects.toThrow('Closed.');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('a stream returns its source when a value cannot be changed, and tells the error once', async () => {
    const upstream = upstreamOf({ deaf: false });
    const stream = mapStream(upstream, failing);
    const step = stream.next();
    upstream.say(1);
    await expect(step).rejects.toThrow('It cannot be changed.');
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(upstream).toMatchObject({ pulls: 1, returns: 1 });
  });

  it('a stream ends without a word where there is no last value for an error', async () => {
    const upstream = upstreamOf({ deaf: true });
    const stream = mapStream(
      upstream,
      (value) => value,
      () => null,
    );
    const step = stream.next();
    upstream.fail(new Error('Broken.'));
    expect(await step).toEqual({ done: true, value: undefined });
  });

  it('a stream tells its reader of the end when what must happen at the end has happened, and does it once', async () => {
    const order: string[] = [];
    const ended = async () => {
      await settled();
      order.push('closed');
    };
    const controller = new AbortController();
    const stream = interruptible(upstreamOf({ deaf: true }), { signal: controller.signal, ended });
    const step = stream.next().catch(() => order.push('told'));
    controller.abort();
    await step;
    await stream.return();
    expect(order).toEqual(['closed', 'told']);
  });

  it('a stream rejects the return of a reader whose upstream cannot clean up, and nothing else', async () => {
    const broken = pullStream(() => new Promise<IteratorResult<number>>(() => {}), {
      leave: () => Promise.reject(new Error('It cannot be closed.')),
      ended: settled,
    });
    const step = broken.next();
    await expect(broken.return()).rejects.toThrow('It cannot be closed.');
    expect(await step).toEqual({ done: true, value: undefined });
  });

  it('a stream does not wait for a deaf upstream when its reader leaves', async () => {
    const upstream = upstreamOf({ deaf: true });
    const stream = interruptible(upstream);
    void stream.next();
    await settled();
    expect(await stream.return()).toEqual({ done: true, value: undefined });
  });
});

/** What a test does next, to both ends of a tower of streams. */
type Move = 'pull' | 'say' | 'fail' | 'end' | 'return' | 'throw' | 'abort';
const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Move>('pull') },
    { weight: 6, arbitrary: fc.constant<Move>('say') },
    { weight: 1, arbitrary: fc.constantFrom<Move>('fail', 'end', 'return', 'throw', 'abort') },
  ),
  { maxLength: 30 },
);

type Layer = 'interruptible' | 'opened' | 'opened later' | 'mapped' | 'mapped later' | 'pulled';
const layers = fc.array(fc.constantFrom<Layer>('interruptible', 'opened', 'opened later', 'mapped', 'mapped later', 'pulled'), {
  minLength: 1,
  maxLength: 4,
});

interface Tower {
  readonly stream: Stream<number>;
  /** Layers that have come to be: one that opens its source makes those below when it is pulled. */
  readonly made: () => number;
  readonly ended: () => number;
}

/** One signal for all, as in an operation. Every layer adds one to a value. */
function towerOf(upstream: Upstream, kinds: readonly Layer[], signal: AbortSignal): Tower {
  const count = { made: 0, ended: 0 };
  const interruptibly = (source: Parameters<typeof interruptible<number>>[0]): Stream<number> => {
    count.made += 1;
    const ended = (): void => {
      count.ended += 1;
    };
    return interruptible(source, { signal, ended });
  };
  const more = (below: AsyncIterable<number>): Stream<number> => mapStream(below, (value) => value + 1);
  const layer = ([kind, ...below]: readonly Layer[]): Stream<number> => {
    if (kind === undefined) return interruptibly(upstream);
    switch (kind) {
      case 'interruptible':
        return interruptibly(more(layer(below)));
      case 'opened':
        return interruptibly(() => more(layer(below)));
      case 'opened later':
        return interruptibly(async () => more(layer(below)));
      case 'mapped':
        return more(layer(below));
      case 'mapped later':
        return mapStream(layer(below), async (value) => Promise.resolve(value + 1));
      case 'pulled': {
        const stream = more(layer(below));
        return pullStream(() => stream.next(), { leave: () => stream.return() });
      }
    }
  };
  return { stream: layer(kinds), made: () => count.made, ended: () => count.ended };
}

describe('streams on streams, whatever both ends do', () => {
  it('streams on streams, whatever both ends do give what was said and no more, pull no more than was asked, tell an error once, and end everything once', async () => {
    await fc.assert(
      fc.asyncProperty(moves, layers, fc.boolean(), fc.boolean(), async (plan, kinds, deaf, patient) => {
        const upstream = upstreamOf({ deaf });
        const controller = new AbortController();
        const { stream, made, ended } = towerOf(upstream, kinds, controller.signal);
        const given: number[] = [];
        const said: number[] = [];
        let [asked, answered, errors, thrown] = [0, 0, 0, 0];
        /** Upstream was told to end, by itself or by its reader. */
        let upstreamEnded = false;
        let left = false;
        const may = (): boolean => upstream.pulls > said.length && !upstreamEnded && upstream.returns === 0;
        for (const move of plan) {
          if (move === 'pull') {
            asked += 1;
            void stream
              .next()
              .then(
                ({ done, value }) => done !== true && given.push(value),
                () => {
                  errors += 1;
                },
              )
              .finally(() => {
                answered += 1;
              });
          } else if (move === 'say' && may()) {
            upstream.say(said.length);
            said.push(said.length);
          } else if (move === 'fail' && may()) {
            upstream.fail(new Error('Broken.'));
            upstreamEnded = true;
          } else if (move === 'end' && may()) {
            upstream.end();
            upstreamEnded = true;
          } else if (move === 'return') {
            left = true;
            void stream.return();
          } else if (move === 'throw') {
            left = true;
            stream.throw(new Error('No more.')).catch(() => {
              thrown += 1;
            });
          } else if (move === 'abort') {
            left = true;
            controller.abort();
          }
          if (patient) await settled();
          expect(upstream.pulls).toBeLessThanOrEqual(asked);
          expect(upstream.pulls).toBeLessThanOrEqual(said.length + 1);
        }
        await settled();
        const most = 1 + kinds.filter((kind) => kind === 'interruptible' || kind.startsWith('opened')).length;
        const over = left || upstreamEnded;
        const delivered = said.map((value) => value + kinds.length);
        expect(given).toEqual(delivered.slice(0, given.length));
        if (!left) expect(given).toEqual(delivered);
        expect(errors).toBeLessThanOrEqual(1);
        if (over) expect(answered).toBe(asked);
        if (patient && made() === most) expect(upstream.returns).toBe(left && !upstreamEnded ? 1 : 0);
        expect(upstream.returns).toBeLessThanOrEqual(1);
        expect(ended()).toBe(over ? made() : 0);
        if (over) expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
        if (!deaf || upstreamEnded) expect(thrown).toBe(plan.filter((move) => move === 'throw').length);
        // Lets go of what a deaf upstream still waits for.
        if (!over) await Promise.race([stream.return(), settled()]);
      }),
      { numRuns: 400 },
    );
  });
});

describe('waits with an end', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const late = (): GatewayError => new GatewayError('TIMEOUT', 'Too late.');
  const never = new Promise<string>(() => {});

  it('a deadline fires after its time with its own error', () => {
    const { signal } = withDeadline(null, 50, late);
    vi.advanceTimersByTime(49);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ code: 'TIMEOUT', message: 'Too late.' });
  });

  it('a deadline fires with its parent, for the reason of the parent, and at once when the parent has fired', () => {
    const parent = new AbortController();
    const { signal } = withDeadline(parent.signal, 50, late);
    parent.abort(new GatewayError('CANCELLED', 'Left.'));
    expect(signal.reason).toMatchObject({ message: 'Left.' });
    expect(withDeadline(parent.signal, 0, late).signal.reason).toMatchObject({ message: 'Left.' });
  });

  it('a deadline of a call fires its own signal where it may, and makes one below it where it may not', () => {
    const own = new AbortController();
    const { signal, end } = callDeadline({ signal: own.signal, abort: (reason) => own.abort(reason) }, 50, late);
    expect(signal).toBe(own.signal);
    vi.advanceTimersByTime(50);
    expect(own.signal.reason).toMatchObject({ message: 'Too late.' });
    end();
    const shared = new AbortController();
    const below = callDeadline({ signal: shared.signal }, 50, late);
    vi.advanceTimersByTime(50);
    expect([below.signal.aborted, shared.signal.aborted]).toEqual([true, false]);
  });

  it('a deadline of a call that is over in time fires nothing, and one in the past has fired', () => {
    const own = new AbortController();
    const call = { signal: own.signal, abort: (reason: GatewayError) => own.abort(reason) };
    callDeadline(call, 50, late).end();
    callDeadline(call, Number.POSITIVE_INFINITY, late);
    vi.advanceTimersByTime(100);
    expect([own.signal.aborted, vi.getTimerCount()]).toEqual([false, 0]);
    callDeadline(call, 0, late);
    expect(own.signal.reason).toMatchObject({ message: 'Too late.' });
  });

  it('a deadline in the past has fired, and one beyond what a timer can count to never does', () => {
    expect(withDeadline(null, 0, late).signal.aborted).toBe(true);
    const { signal } = withDeadline(null, Number.POSITIVE_INFINITY, late);
    expect(vi.getTimerCount()).toBe(0);
    expect(signal.aborted).toBe(false);
  });

  it('a deadline that has ended holds neither a timer nor a listener, and can still be fired by hand', () => {
    const parent = new AbortController();
    const deadline = withDeadline(parent.signal, 50, late);
    deadline.end();
    expect([vi.getTimerCount(), getEventListeners(parent.signal, 'abort').length]).toEqual([0, 0]);
    deadline.abort(new GatewayError('CANCELLED', 'By hand.'));
    expect(deadline.signal.reason).toMatchObject({ message: 'By hand.' });
  });

  it('a promise that comes in time gives its value or its error, and no timer is left', async () => {
    expect(await withTimeout(Promise.resolve('there'), 50, null)).toBe('there');
    await expect(withTimeout(Promise.reject(new Error('Broken.')), 50, null)).rejects.toThrow('Broken.');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a promise that is late gives what stands in for it, also after no time at all', async () => {
    const [soon, now] = [withTimeout(never, 50, 'late'), withTimeout(never, -1, 'late')];
    await vi.advanceTimersByTimeAsync(50);
    expect([await soon, await now]).toEqual(['late', 'late']);
  });

  it('a value that is there wins over a time that has passed', async () => {
    expect(await withTimeout(Promise.resolve('there'), -1, 'late')).toBe('there');
  });
});
