import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Double, double } from '../doubles.ts';
import { plainConfig, startGateway } from '../harness.ts';
import { ask, attach, deploymentAt, type Event, eventsOver, overSse, textOf, typesOf, until } from './streams.ts';

const piece = 'x'.repeat(99);
const pieces = 14_000;
const whole = Array.from({ length: pieces }, (_, index) => `${piece}${index % 10}`).join('');

/** Talks as fast as it is listened to, and counts how much was taken. */
function talkative(): Double & { readonly taken: () => number } {
  let taken = 0;
  const provider = double('talkative', async function* () {
    for (let index = 0; index < pieces; index += 1) {
      // As a network does: now and then everybody else has a turn.
      if (index % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
      taken += 1;
      yield { type: 'text', text: `${piece}${index % 10}` };
    }
    yield { type: 'finish', reason: 'stop' };
  });
  return { ...provider, taken: () => taken };
}

const start = async () => {
  const provider = talkative();
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, talkative: provider },
    deployments: { ...plainConfig.deployments, talkative: deploymentAt('talkative') },
    routes: { ...plainConfig.routes, default: { deployments: ['talkative'] } },
  });
  return { provider, gateway };
};

/** What it comes to rest at: unchanged over 60 looks in a row, while the event loop goes round. */
async function atRest(count: () => number): Promise<number> {
  let last = -1;
  for (let looks = 0; looks < 60; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (count() === last) continue;
    last = count();
    looks = 0;
  }
  return last;
}

describe('a slow reader holds bounded memory; deltas are coalesced for laggards, not dropped', () => {
  it('a reader who stops reading stops the model, and gets everything when it reads on', async () => {
    const { provider, gateway } = await start();
    const { port } = new URL(gateway.url);
    // Every letter goes out many times, so that the buffers of the system between the two are full long before the answer is over.
    const aliases = Array.from({ length: 30 }, (_, index) => `a${index}: text`).join(' ');
    const query = `subscription($input: CompletionInput!) { completionStream(input: $input) { __typename seq ... on TextDelta { text offset ${aliases} } } }`;
    const body = JSON.stringify({ query, variables: ask('Talk.') });
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.pause();
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\nauthorization: Bearer ${gateway.developmentKey}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
    await until(() => provider.taken() > 0);
    const taken = await atRest(provider.taken);
    expect(taken).toBeLessThan(pieces / 2);

    let received = '';
    let delivered = 0;
    let events = 0;
    socket.setEncoding('utf8');
    socket.on('data', (data: string) => {
      received += data;
      for (let end = received.indexOf('\n\n'); end >= 0; end = received.indexOf('\n\n')) {
        const line = received.slice(0, end).split('data: ')[1];
        received = received.slice(end + 2);
        if (line === undefined) continue;
        // A chunk of HTTP may end inside an event: its length line is not part of the JSON.
        const { completionStream: event } = (JSON.parse(line.replaceAll(/\r\n[0-9a-f]+\r\n/g, '')) as { data: { completionStream: Event } })
          .data;
        events += 1;
        if (event.__typename !== 'TextDelta') continue;
        expect(event.offset).toBe(delivered);
        expect(event.text).toBe(whole.slice(delivered, delivered + event.text.length));
        delivered += event.text.length;
      }
    });
    await once(socket, 'close');
    expect(delivered).toBe(whole.length);
    expect(events).toBeLessThan(pieces / 4);
  });

  it('one who comes late to a completion that goes on alone gets few and large deltas', async () => {
    const { gateway, provider } = await start();
    const { data } = await gateway.ask(
      'mutation($input: CompletionInput!) { startCompletion(input: $input) { ... on Completion { id } } }',
      ask('Talk.'),
    );
    await until(() => provider.taken() === pieces);
    const events = await eventsOver(overSse(gateway, { query: attach, variables: { id: data.startCompletion.id } }));
    expect(textOf(events)).toBe(whole);
    expect(events.length).toBeLessThan(100);
    expect(new Set(typesOf(events))).toEqual(new Set(['CompletionStarted', 'TextDelta', 'CompletionFinished']));
  });

  it('a slow reader does not slow a quick one of the same completion', async () => {
    const { gateway } = await start();
    let second: Promise<Event[]> | null = null;
    let read = 0;
    for await (const { event } of overSse(gateway, { variables: ask('Talk.') })) {
      second ??= eventsOver(overSse(gateway, { query: attach, variables: { id: event.completionId } }));
      read += 1;
      if (read === 2) expect(textOf(await second)).toBe(whole);
      if (read > 2) break;
    }
    expect(read).toBeGreaterThan(2);
  });
});
