import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startGateway, type TestGateway, temporaryFolder } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import {
  ask,
  attach,
  countTo,
  type Event,
  eventsOver,
  overSocket,
  overSse,
  type Reading,
  saying,
  scripted,
  seqsOf,
  type Transport,
  textOf,
  transports,
  until,
} from './streams.ts';

const words = ['One ', 'two ', 'three ', 'four ', 'five ', 'six.'];
let keys = 0;
const freshKey = () => {
  keys += 1;
  return `once-${keys}`;
};

/** A vendor that says each word when told to. What one read of its socket brings is one event: so it must be told after the event before. */
function wordByWord() {
  const gates = words.map(() => newGate());
  let at = 0;
  return {
    reply: saying(...words.flatMap((word, index) => [...(gates[index] === undefined ? [] : [gates[index]]), word])),
    next: () => gates[at++]?.open(),
    all: () => {
      for (const gate of gates) gate.open();
    },
  };
}

/** The ways back to a stream that was cut behind an event. */
const waysBack: readonly (readonly [string, Transport, (last: Event, key: string) => Reading])[] = [
  [
    'completionEvents with its id and cursor',
    overSse,
    (last) => ({ query: attach, variables: { id: last.completionId, after: last.cursor } }),
  ],
  [
    'completionEvents over a WebSocket',
    overSocket,
    (last) => ({ query: attach, variables: { id: last.completionId, after: last.cursor } }),
  ],
  [
    'the same request with Last-Event-ID',
    overSse,
    (last, idempotencyKey) => ({ variables: ask('Count.', { idempotencyKey }), headers: { 'last-event-id': last.cursor } }),
  ],
  [
    'the same idempotency key and a cursor',
    overSocket,
    (last, idempotencyKey) => ({ variables: { ...ask('Count.', { idempotencyKey }), after: last.cursor } }),
  ],
];

describe('events carry a strictly rising seq and an opaque cursor: none lost, none reordered, none duplicated', () => {
  it.each(waysBack)(
    'no event is lost, reordered or duplicated when the socket is killed behind each event in turn and the client comes back by %s',
    async (_, over, back) => {
      const { gateway, upstream } = await scripted();
      const key = freshKey();
      const vendor = wordByWord();
      upstream.plays(vendor.reply);
      const seen: Event[] = [];
      let reading: Reading = { variables: ask('Count.', { idempotencyKey: key }) };
      for (let connections = 0; !/Finished|Failed/.test(seen.at(-1)?.__typename ?? ''); connections += 1) {
        expect(connections).toBeLessThan(20);
        if (connections > 0) vendor.next();
        for await (const { event } of over(gateway, reading)) {
          seen.push(event);
          break;
        }
        reading = back(seen.at(-1), key);
      }
      expect(seqsOf(seen)).toEqual(countTo(words.length + 2));
      expect(textOf(seen)).toBe(words.join(''));
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it.each(transports)(
    'no event is lost, reordered or duplicated for a second client over %s, while the first reads and after the end',
    async (_, over) => {
      const { gateway, upstream } = await scripted();
      const vendor = wordByWord();
      upstream.plays(vendor.reply);
      let second: Promise<Event[]> | null = null;
      const first = await eventsOver(overSse(gateway, { variables: ask('Count.') }), (event) => {
        second ??= eventsOver(over(gateway, { query: attach, variables: { id: event.completionId } }));
        vendor.next();
      });
      expect(seqsOf(first)).toEqual(countTo(words.length + 2));
      expect(await second).toEqual(first);
      for (const [index, { completionId, cursor }] of first.entries()) {
        const rest = await eventsOver(over(gateway, { query: attach, variables: { id: completionId, after: cursor } }));
        expect(rest).toEqual(first.slice(index + 1));
      }
    },
  );

  it('no event is lost, reordered or duplicated for whoever follows what was started and left alone', async () => {
    const { gateway, upstream } = await scripted();
    const vendor = wordByWord();
    upstream.plays(vendor.reply);
    const { data } = await gateway.ask(
      'mutation($input: CompletionInput!) { startCompletion(input: $input) { ... on Completion { id status } } }',
      ask('Count.'),
    );
    expect(data.startCompletion.status).toBe('RUNNING');
    const { id } = data.startCompletion;
    const followed = await eventsOver(overSse(gateway, { query: attach, variables: { id } }), () => vendor.next());
    expect(seqsOf(followed)).toEqual(countTo(words.length + 2));
    expect(textOf(followed)).toBe(words.join(''));
    expect(await eventsOver(overSocket(gateway, { query: attach, variables: { id } }))).toEqual(followed);
  });

  it('SSE names each event by the cursor to come back with', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying(...words));
    for await (const { id, event } of overSse(gateway, { variables: ask('Count.') })) expect(id).toBe(event.cursor);
  });

  it('no event is lost, reordered or duplicated, and another principal gets none of them', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying(...words));
    const [started] = await eventsOver(overSse(gateway, { variables: ask('Count.', { idempotencyKey: freshKey() }) }));
    const strangers = eventsOver(overSse(gateway, { query: attach, variables: { id: started.completionId }, key: null }));
    expect(await strangers).toMatchObject([
      { __typename: 'CompletionFailed', failure: { message: expect.stringMatching(/no completion/i) } },
    ]);
  });

  it('no event is lost, reordered or duplicated, nor is anything resumed by what was never a cursor, or by that of another completion', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(saying(...words));
    const run = async () => eventsOver(overSse(gateway, { variables: ask('Count.', { idempotencyKey: freshKey() }) }));
    const [mine, other] = [await run(), await run()];
    const refusedWith = (after: string) =>
      eventsOver(overSse(gateway, { query: attach, variables: { id: mine[0].completionId, after } })).then((events) =>
        events.map((event) => event.failure?.message ?? event.__typename).join(),
      );
    expect(await refusedWith('Zm9v')).toMatch(/cursor/);
    expect(await refusedWith(other[1].cursor)).toMatch(/another completion/);
  });

  it('no event is lost, reordered or duplicated across a reload of the graph', async () => {
    const folder = temporaryFolder();
    const sdl = join(folder, 'shop.graphql');
    writeFileSync(sdl, 'type Query { one: Int }');
    const { gateway, upstream } = await scripted({ graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl }] } });
    const vendor = wordByWord();
    upstream.plays(vendor.reply);
    const reloaded = async (version: number): Promise<void> => {
      writeFileSync(sdl, `type Query { one: Int field${version}: Int }`);
      await gateway.graph.refresh();
      expect(gateway.graph.supergraphSdl()).toContain(`field${version}`);
    };
    const seen: Event[] = [];
    let reading: Reading = { variables: ask('Count.', { idempotencyKey: freshKey() }) };
    while (seen.at(-1)?.__typename !== 'CompletionFinished') {
      if (seen.length > 0) vendor.next();
      for await (const { event } of overSse(gateway, reading)) {
        seen.push(event);
        break;
      }
      if (seen.length === 2 || seen.length === 5) await reloaded(seen.length);
      reading = { query: attach, variables: { id: seen[0].completionId, after: seen.at(-1).cursor } };
    }
    expect(seqsOf(seen)).toEqual(countTo(words.length + 2));
    expect(upstream.requests).toHaveLength(1);
  });

  describe('across a restart of the gateway with stored runs', () => {
    const restarted = async (gateway: TestGateway, folder: string): Promise<TestGateway> => {
      await gateway.close();
      return startGateway({ storage: { folder: join(folder, 'state') } }, { folder });
    };

    it('no event is lost, reordered or duplicated across a restart of the gateway with stored runs for a completion that had ended', async () => {
      const folder = temporaryFolder();
      const { gateway, upstream } = await scripted({ storage: { folder: join(folder, 'state') } }, { folder });
      upstream.plays(saying(...words));
      const input = ask('Count.', { idempotencyKey: freshKey() });
      const before = await eventsOver(overSse(gateway, { variables: input }));
      const again = await restarted(gateway, folder);
      for (const [index, { completionId, cursor }] of before.entries()) {
        const rest = await eventsOver(overSse(again, { query: attach, variables: { id: completionId, after: cursor } }));
        expect(rest).toEqual(before.slice(index + 1));
      }
      expect(await eventsOver(overSocket(again, { variables: input }))).toEqual(before);
      expect(upstream.requests).toHaveLength(1);
    });

    it('no event is lost, reordered or duplicated across a restart of the gateway with stored runs for one that was cut off: what the client has had stands, and the end is told', async () => {
      const folder = temporaryFolder();
      const { gateway, upstream } = await scripted({ storage: { folder: join(folder, 'state') } }, { folder });
      upstream.plays(saying('One ', 'two ', newGate()));
      const { data } = await gateway.ask(
        'mutation($input: CompletionInput!) { startCompletion(input: $input) { ... on Completion { id } } }',
        ask('Count.'),
      );
      const { id } = data.startCompletion;
      const before: Event[] = [];
      for await (const { event } of overSse(gateway, { query: attach, variables: { id } })) {
        before.push(event);
        if (textOf(before) === 'One two ') break;
      }
      const again = await restarted(gateway, folder);
      const rest = await eventsOver(overSse(again, { query: attach, variables: { id, after: before.at(-1).cursor } }));
      expect(seqsOf([...before, ...rest])).toEqual(countTo(before.length + 1));
      expect(rest).toMatchObject([
        { __typename: 'CompletionFailed', completion: { text: 'One two ' }, failure: { code: 'MODEL_UNAVAILABLE' } },
      ]);
    });
  });

  it('no event is lost, reordered or duplicated for a client that waits between its connections until all has been said', async () => {
    const { gateway, upstream } = await scripted();
    const vendor = wordByWord();
    upstream.plays(vendor.reply);
    const variables = ask('Count.', { idempotencyKey: freshKey() });
    const before: Event[] = [];
    for await (const { event } of overSse(gateway, { variables })) {
      before.push(event);
      vendor.next();
      if (before.length === 3) break;
    }
    vendor.all();
    await until(async () => {
      const { data } = await gateway.ask('query($id: ID!) { completionById(id: $id) { status } }', { id: before[0].completionId });
      return data.completionById.status === 'COMPLETED';
    });
    const rest = await eventsOver(overSse(gateway, { variables, headers: { 'last-event-id': before.at(-1).cursor } }));
    expect(textOf([...before, ...rest])).toBe(words.join(''));
    expect(seqsOf([...before, ...rest])).toEqual(countTo(before.length + rest.length));
  });
});
