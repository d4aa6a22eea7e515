import { describe, expect, it } from 'vitest';
import { countTo, seqsOf, until } from '../gateway/streams.ts';
import { newGate } from '../raw-upstream.ts';
import { perRound } from '../rounds.ts';
import { asking, eventsOf, prompt, says, statusesOf, transports, words } from './asking.ts';

describe.each(transports)('an answer over %s', (transport) => {
  it(`an answer over ${transport} has every event once and in order, the whole text, usage and provenance, for one call`, async () => {
    const parts = await asking({ transport });
    says(parts, ...words(20));
    const answer = parts.gate.complete(prompt('Count.'));
    const events = await eventsOf(answer);
    expect(seqsOf(events)).toEqual(countTo(events.length));
    expect(answer.snapshot()).toMatchObject({
      status: 'completed',
      text: words(20).join(''),
      finishReason: 'STOP',
      usage: { cost: { amount: expect.stringMatching(/^0\.0000\d+$/), currency: 'USD' } },
      provenance: { deployment: 'vendor' },
    });
    const { id, status, text, usage } = answer.snapshot();
    const query = 'query ($id: ID!) { completionById(id: $id) { text usage { totalTokens cost { amount } } } }';
    const { data } = await parts.gateway.ask(query, { id });
    expect({ status, text, usage }).toMatchObject({ status: 'completed', ...data.completionById });
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it(`an answer over ${transport} asks nothing before somebody reads it`, async () => {
    const { gate, proxy, upstream } = await asking({ transport });
    const answer = gate.complete(prompt('Count.'));
    expect(answer.snapshot().status).toBe('idle');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([proxy.opened(), upstream.requests.length]).toEqual([0, 0]);
  });

  const cuts = perRound([0, 1, 2, 5, 11, 20], countTo(22));
  it.each(cuts)(`an answer over ${transport} is whole, and asked for once, when its connection breaks behind event %d`, async (cut) => {
    const parts = await asking({ transport });
    const gates = words(20).map(() => newGate());
    says(parts, ...words(20).flatMap((word, index) => [word, gates[index] ?? word]));
    parts.proxy.cutAt(cut);
    const answer = parts.gate.complete(prompt('Count.'));
    const statuses = statusesOf(answer);
    const seen: string[] = [];
    answer.subscribe(() => seen.push(answer.snapshot().text));
    // The next word is said when the one before has been read.
    const events = await eventsOf(answer, () => gates[answer.snapshot().text.split(' ').length - 2]?.open());
    expect(seqsOf(events)).toEqual(countTo(events.length));
    expect(answer.snapshot()).toMatchObject({ status: 'completed', text: words(20).join('') });
    expect(parts.upstream.requests).toHaveLength(1);
    if (cut > 0) expect(statuses).toEqual(['connecting', 'streaming', 'reconnecting', 'streaming', 'completed']);
    else expect(statuses).toEqual(['connecting', 'reconnecting', 'streaming', 'completed']);
    for (const [index, text] of seen.entries()) expect(text.startsWith(seen[index - 1] ?? '')).toBe(true);
  });

  it(`an answer over ${transport} goes on when its connection breaks again and again`, async () => {
    const parts = await asking({ transport });
    const gate = newGate();
    says(parts, 'First. ', gate, 'Last.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'First. ');
    for (let cut = 0; cut < 3; cut += 1) {
      parts.proxy.cut();
      await until(() => answer.snapshot().status === 'reconnecting');
      await until(() => parts.proxy.open() > 0);
    }
    gate.open();
    expect(await done).toMatchObject({ status: 'completed', text: 'First. Last.' });
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it(`an answer over ${transport} is found again while the gateway cannot be reached for a while`, async () => {
    const parts = await asking({ transport });
    const gate = newGate();
    says(parts, 'First. ', gate, 'Last.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'First. ');
    parts.proxy.refuse(true);
    parts.proxy.cut();
    const before = parts.proxy.opened();
    await until(() => parts.proxy.opened() > before + 1);
    parts.proxy.refuse(false);
    gate.open();
    expect(await done).toMatchObject({ status: 'completed', text: 'First. Last.' });
  });
});
