import { describe, expect, it } from 'vitest';
import { emptyCompletion } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { followEvents, snapshotEvents } from '../../src/graphql/call/delivery.ts';
import type { Run, RunEvent, RunState } from '../../src/runs/run.ts';
import { all, context, fails, gateway, principal, says } from './fakes.ts';

const stream = `subscription ($input: CompletionInput!, $after: Cursor, $delivery: StreamDelivery! = DELTA) {
  completionStream(input: $input, after: $after, delivery: $delivery) {
    __typename seq cursor completionId
    ... on TextDelta { text offset }
    ... on CompletionSnapshot { completion { text } }
    ... on CompletionFinished { completion { id text usage { totalTokens } } }
    ... on CompletionFailed { completion { status text } failure { __typename code message } }
  } }`;
const input = { prompt: { text: 'Why?' } };
const never = new AbortController().signal;
interface Event {
  readonly __typename: string;
  readonly seq: number;
  readonly cursor: string;
  readonly completionId: string;
  readonly text?: string;
}
const eventsOf = (results: readonly { readonly data?: unknown }[]): Event[] =>
  results.map(({ data }) => (data as { completionStream: Event }).completionStream);

describe('Subscription.completionStream', () => {
  it('Subscription.completionStream tells what happens, in order, and ends with the whole completion', async () => {
    const asking = context();
    const { listen } = gateway(says('Because ', 'of air.'));
    const events = eventsOf(await all(await listen(stream, { input }, asking)));
    expect(events[0]).toMatchObject({ __typename: 'CompletionStarted', seq: 1 });
    expect(events.map(({ text }) => text ?? '').join('')).toBe('Because of air.');
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)).toMatchObject({
      __typename: 'CompletionFinished',
      completion: { id: events[0]?.completionId, text: 'Because of air.', usage: { totalTokens: 10 } },
    });
    expect(asking.usage.extension()?.calls).toMatchObject([{ coordinate: 'Subscription.completionStream', paths: [['completionStream']] }]);
  });

  it('Subscription.completionStream asks nothing of a model before the first pull', async () => {
    const { listen, requests } = gateway(says('Hi.'));
    const events = await listen(stream, { input });
    expect(requests).toEqual([]);
    await events.next();
    await events.next();
    expect(requests).toHaveLength(1);
    await events.return?.();
  });

  it('Subscription.completionStream stops upstream at once when its reader leaves, also before the first token', async () => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
    const { listen } = gateway(async function* silent(_, call) {
      call.signal.addEventListener('abort', () => abort());
      reach();
      await aborted;
      throw new GatewayError('CANCELLED', 'Gone.');
    });
    const events = await listen(stream, { input });
    await events.next();
    const waiting = events.next();
    await reached;
    await events.return?.();
    await aborted;
    expect(await waiting).toMatchObject({ done: true });
  });

  it('Subscription.completionStream stops upstream when the operation is aborted', async () => {
    const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
    const { listen } = gateway(async function* silent(_, call) {
      yield { type: 'text', text: 'One' };
      call.signal.addEventListener('abort', () => abort());
      await new Promise(() => {});
    });
    const client = new AbortController();
    const events = await listen(stream, { input }, context(principal(), client.signal));
    await events.next();
    await events.next();
    const waiting = events.next();
    client.abort();
    await aborted;
    expect(await waiting).toMatchObject({ done: true });
  });

  it('Subscription.completionStream never throws: a failure is its last event', async () => {
    const { listen } = gateway(fails(new GatewayError('MODEL_UNAVAILABLE', 'Down.')));
    const events = eventsOf(await all(await listen(stream, { input })));
    expect(events.at(-1)).toMatchObject({
      __typename: 'CompletionFailed',
      seq: 2,
      completion: { status: 'FAILED' },
      failure: { __typename: 'ModelUnavailable', message: 'Down.' },
    });
  });

  it('Subscription.completionStream tells of a conflict of idempotency keys by its last event', async () => {
    const { listen } = gateway(says('Hi.'));
    await all(await listen(stream, { input: { ...input, idempotencyKey: 'k' } }));
    const events = eventsOf(await all(await listen(stream, { input: { prompt: { text: 'Else?' }, idempotencyKey: 'k' } })));
    expect(events).toMatchObject([{ __typename: 'CompletionFailed', seq: 1, failure: { code: 'IDEMPOTENCY_CONFLICT' } }]);
  });

  it('Subscription.completionStream goes on behind a cursor under the same idempotency key, and asks no second time', async () => {
    const { listen, requests } = gateway(says('a', 'b', 'c'));
    const keyed = { input: { ...input, idempotencyKey: 'k' } };
    const whole = eventsOf(await all(await listen(stream, keyed)));
    for (const [index, { cursor }] of whole.entries()) {
      expect(eventsOf(await all(await listen(stream, { ...keyed, after: cursor })))).toEqual(whole.slice(index + 1));
    }
    expect(requests).toHaveLength(1);
  });

  it('Subscription.completionStream follows the run that a cursor names, also from Last-Event-ID, and never starts a second one', async () => {
    const { listen, requests } = gateway(says('a', 'b', 'c'));
    const whole = eventsOf(await all(await listen(stream, { input })));
    const cursor = whole[0]?.cursor ?? '';
    expect(eventsOf(await all(await listen(stream, { input, after: cursor })))).toEqual(whole.slice(1));
    const back = { ...context(), lastEventId: cursor };
    expect(eventsOf(await all(await listen(stream, { input }, back)))).toEqual(whole.slice(1));
    const bob = { ...context(principal({ id: 'key:bob' })), lastEventId: cursor };
    expect(eventsOf(await all(await listen(stream, { input }, bob)))).toMatchObject([{ failure: { code: 'RESUME_EXPIRED' } }]);
    expect(requests).toHaveLength(1);
  });

  it('Subscription.completionStream gives the whole completion again and again with SNAPSHOT', async () => {
    const { listen } = gateway(says('a', 'b', 'c'));
    const events = eventsOf(await all(await listen(stream, { input, delivery: 'SNAPSHOT' })));
    const names = new Set(events.map(({ __typename }) => __typename));
    expect([...names].every((name) => ['CompletionStarted', 'CompletionSnapshot', 'CompletionFinished'].includes(name))).toBe(true);
    expect(events.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'abc' } });
  });

  it.each([
    ['an empty prompt', { prompt: { text: '' } }, 'BAD_REQUEST'],
    ['an unknown route', { ...input, route: 'nowhere' }, 'BAD_REQUEST'],
    ['a maximum below one', { ...input, maxOutputTokens: 0 }, 'BAD_REQUEST'],
  ] as const)(
    'Subscription.completionStream ends with an event that says why when it is asked with %s, and asks no model',
    async (_, wrong, code) => {
      const { listen, requests } = gateway(says('Hi.'));
      expect(eventsOf(await all(await listen(stream, { input: wrong })))).toMatchObject([
        {
          __typename: 'CompletionFailed',
          seq: 1,
          failure: { __typename: 'OtherFailure', code },
          completion: { status: 'FAILED', text: '' },
        },
      ]);
      expect(requests).toEqual([]);
    },
  );

  it('Subscription.completionStream ends with FORBIDDEN as an event for a route that the key may not use', async () => {
    const { listen } = gateway(says('Hi.'));
    const events = await all(await listen(stream, { input }, context(principal({ routes: ['cheap'] }))));
    expect(eventsOf(events)).toMatchObject([{ __typename: 'CompletionFailed', failure: { code: 'FORBIDDEN' } }]);
  });

  it('Subscription.completionStream is refused before it begins where the key lacks the scope that the schema asks for', async () => {
    const { listen, requests } = gateway(says('Hi.'));
    const nobody = context(principal({ scopes: [] }));
    await expect(listen(stream, { input }, nobody)).rejects.toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(requests).toEqual([]);
  });

  it('Subscription.completionStream leaves nothing behind when nobody ever pulls', async () => {
    const { listen, requests } = gateway(says('Hi.'));
    const events = await listen(stream, { input });
    await events.return?.();
    expect(await events.next()).toMatchObject({ done: true });
    expect(requests).toEqual([]);
  });
});

describe('Subscription.completionEvents', () => {
  it('Subscription.completionEvents ends with RESUME_EXPIRED for a completion that is not there', async () => {
    const { listen } = gateway(says('Hi.'));
    const document = 'subscription { completionEvents(id: "x") { __typename ... on CompletionFailed { completionId failure { code } } } }';
    expect((await all(await listen(document))).map(({ data }) => data)).toEqual([
      { completionEvents: { __typename: 'CompletionFailed', completionId: 'x', failure: { code: 'RESUME_EXPIRED' } } },
    ]);
  });
});

describe('the events that a subscriber follows', () => {
  const over = { done: true, value: undefined };
  const state: RunState = { id: 'r', status: 'RUNNING', completion: emptyCompletion, failure: null, settlement: null, route: null };
  const place = (seq: number) => ({ seq, cursor: `c${seq}`, completionId: 'r' });
  /** A run that has said one word, and then what it is told to. */
  const opened = (more: Promise<RunEvent>): Run => ({
    id: 'r',
    state: () => state,
    async *events() {
      yield { type: 'text', text: 'x', offset: 0, ...place(1) };
      yield await more;
    },
    ended: async () => state,
    cancel: async () => state,
  });
  const silence = new Promise<RunEvent>(() => {});
  const follow = (open: () => Promise<Run>, signal: AbortSignal, delivery: 'DELTA' | 'SNAPSHOT' = 'DELTA') =>
    followEvents({ open, after: null, delivery, signal, id: 'r', route: () => null });

  it.each(['DELTA', 'SNAPSHOT'] as const)(
    'the events that a subscriber follows end with the reason when the time of the operation is over, as %s',
    async (delivery) => {
      const controller = new AbortController();
      const events = follow(async () => opened(silence), controller.signal, delivery);
      expect((await events.next()).value).toMatchObject({ seq: 1 });
      const last = events.next();
      controller.abort(new GatewayError('TIMEOUT', 'No more time.'));
      expect((await last).value).toMatchObject({ type: 'failed', seq: 2, failure: { code: 'TIMEOUT' } });
      expect(await events.next()).toEqual(over);
    },
  );

  it.each(['DELTA', 'SNAPSHOT'] as const)(
    'the events that a subscriber follows end without a word when the subscriber has left, as %s',
    async (delivery) => {
      const controller = new AbortController();
      const [left, gone] = [
        follow(async () => opened(silence), never, delivery),
        follow(async () => opened(silence), controller.signal, delivery),
      ];
      for (const events of [left, gone]) await events.next();
      const steps = [left.next(), gone.next()];
      await left.return();
      controller.abort();
      expect(await Promise.all(steps)).toEqual([over, over]);
    },
  );

  it('the events that a subscriber follows have one end: what fires after it adds no other', async () => {
    const controller = new AbortController();
    const events = follow(async () => opened(Promise.resolve({ type: 'finished', state, ...place(2) })), controller.signal);
    await events.next();
    expect((await events.next()).value).toMatchObject({ type: 'finished' });
    controller.abort(new GatewayError('TIMEOUT', 'No more time.'));
    expect(await events.next()).toEqual(over);
  });

  it('the events that a subscriber follows end at once when the subscriber leaves while the run is being opened', async () => {
    const events = follow(() => new Promise<Run>(() => {}), never);
    const step = events.next();
    expect([await events.return(), await step]).toEqual([over, over]);
  });
});

describe('snapshots', () => {
  const state: RunState = { id: 'r', status: 'RUNNING', completion: emptyCompletion, failure: null, settlement: null, route: null };
  const delta = (seq: number): RunEvent => ({ type: 'text', text: 'x', offset: seq, seq, cursor: `c${seq}`, completionId: 'r' });
  const finished = (seq: number): RunEvent => ({ type: 'finished', state, seq, cursor: `c${seq}`, completionId: 'r' });

  it('a stream of snapshots shows the first delta at once and merges those of the next tenth of a second', async () => {
    const gate = Promise.withResolvers<void>();
    async function* told(): AsyncGenerator<RunEvent> {
      yield delta(1);
      await gate.promise;
      for (const seq of [2, 3, 4]) yield delta(seq);
      yield finished(5);
    }
    const shown = snapshotEvents(
      told(),
      () => state,
      100,
      () => 0,
    );
    expect((await shown.next()).value).toMatchObject({ type: 'snapshot', seq: 1, cursor: 'c1' });
    gate.resolve();
    expect((await all(shown)).map(({ type, seq }) => [type, seq])).toEqual([['finished', 5]]);
  });

  it('a stream of snapshots shows what has come when the tenth is over and upstream is silent', async () => {
    const [more, silence] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* told(): AsyncGenerator<RunEvent> {
      yield delta(1);
      await more.promise;
      yield delta(2);
      await silence.promise;
      yield finished(3);
    }
    const shown = snapshotEvents(told(), () => state, 5);
    expect((await shown.next()).value).toMatchObject({ type: 'snapshot', seq: 1 });
    more.resolve();
    expect((await shown.next()).value).toMatchObject({ type: 'snapshot', seq: 2 });
    silence.resolve();
    expect((await all(shown)).at(-1)).toMatchObject({ type: 'finished', seq: 3 });
  });

  it('a stream of snapshots waits for the answer to have grown by a share, so that all snapshots together are a small multiple of it', async () => {
    const letters = 64_000;
    const piece = 'x'.repeat(400);
    let text = '';
    async function* told(): AsyncGenerator<RunEvent> {
      for (let seq = 1; text.length < letters; seq += 1) {
        text += piece;
        yield { ...delta(seq), text: piece } as RunEvent;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      yield finished(9_999);
    }
    const now = (): RunState => ({ ...state, completion: { ...emptyCompletion, text, parts: [{ type: 'text', text }] } });
    const shown = await all(snapshotEvents(told(), now, 0));
    const sent = shown.map((event) => ('state' in event ? event.state.completion.text.length : 0)).reduce((sum, one) => sum + one, 0);
    expect(shown.length).toBeGreaterThan(20);
    expect(sent).toBeLessThan(20 * letters);
  });
});
