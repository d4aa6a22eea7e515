import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Double, double } from '../doubles.ts';
import { plainConfig, startGateway } from '../harness.ts';
import { ask, attach, deploymentAt, type Event, eventsOver, overSse, textOf, typesOf, until } from './streams.ts';

/** Large pieces: the system's buffers are filled by bytes, and each event costs the machine some time. */
const piece = 'x'.repeat(999);
const pieces = 1_400;
const whole = Array.from({ length: pieces }, (_, index) => `${piece}${index % 10}`).join('');

/** Talks as fast as it is listened to, and counts how much was taken. */
function talkative(): Double & { readonly taken: () => number } {
  let taken = 0;
  const provider = double('talkative', async function* () {
    for (let index = 0; index < pieces; index += 1) {
      // As a network does: now and then everybody else has a turn.
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
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
    deployments: { ...plainConfig.deployments, talkative: { ...deploymentAt('talkative'), maxOutputTokens: 1_000_000 } },
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
    // Every letter goes out many times, so that the buffers of the system between the two are full long before the answer is over.
    const aliases = Array.from({ length: 30 }, (_, index) => `a${index}: text`).join(' ');
    const query = `subscription($input: CompletionInput!) { completionStream(input: $input) { __typename seq ... on TextDelta { text offset ${aliases} } } }`;
    const body = JSON.stringify({ query, variables: ask('Talk.') });
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${gateway.developmentKey}` };
    const asking = request(gateway.url, { method: 'POST', headers });
    asking.end(body);
    const [response] = (await once(asking, 'response')) as [IncomingMessage];
    await until(() => provider.taken() > 0);
    const taken = await atRest(provider.taken);
    expect(taken).toBeLessThan(pieces / 2);

    let received = '';
    let delivered = 0;
    let events = 0;
    response.setEncoding('utf8');
    for await (const data of response) {
      const blocks = `${received}${data}`.split('\n\n');
      received = blocks.pop() ?? '';
      for (const line of blocks.flatMap((block) => block.split('data: ')[1] ?? [])) {
        if (line.trim() === '') continue;
        const { completionStream: event } = (JSON.parse(line) as { data: { completionStream: Event } }).data;
        events += 1;
        if (event.__typename !== 'TextDelta') continue;
        expect(event.offset).toBe(delivered);
        expect(event.text).toBe(whole.slice(delivered, delivered + event.text.length));
        delivered += event.text.length;
      }
    }
    expect(delivered).toBe(whole.length);
    // What was said before he stopped came as it was said; of what came after it, several pieces at a time.
    expect(events - taken).toBeLessThan((pieces - taken) / 2);
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
