import { describe, expect, it } from 'vitest';
import { newGate } from '../raw-upstream.ts';
import { ask, countTo, type Event, eventsOver, overSse, saying, scripted, seqsOf, textOf, transports } from './streams.ts';

/**
 * What must not differ: everything but the names of the run and how the answer came to be. How many deltas a text comes in is
 * timing (they are merged for whoever lags, and all of a kept answer is there at once), and with it where `seq` stands.
 */
function asSaid(events: readonly Event[]): readonly Event[] {
  expect(seqsOf(events)).toEqual(countTo(events.length));
  const said: Event[] = [];
  for (const { seq: _, cursor: __, completionId: ___, completion, ...event } of events) {
    const last = said.at(-1);
    if (event.__typename === 'TextDelta' && last?.__typename === 'TextDelta') {
      expect(event.offset).toBe(last.offset + last.text.length);
      last.text += event.text;
    } else if (completion === undefined) said.push({ ...event });
    else {
      const { id: ____, usage: _____, provenance: ______, ...rest } = completion;
      said.push({ ...event, completion: rest });
    }
  }
  return said;
}

describe('a cached answer replays as a stream through the same encoder: hit and miss differ in timing alone', () => {
  it.each(transports)('a cached answer replays as a stream through the same encoder over %s', async (_, over) => {
    const { gateway, upstream } = await scripted({}, { route: { cacheSeconds: 60 } });
    const words = ['One ', 'two ', 'three ', 'four.'];
    const gates = words.map(() => newGate());
    upstream.plays(saying(...words.flatMap((word, index) => [gates[index] ?? word, word])));
    let said = 0;
    const miss = await eventsOver(over(gateway, { variables: ask('Count.') }), () => gates[said++]?.open());
    const hit = await eventsOver(over(gateway, { variables: ask('Count.') }));
    expect(asSaid(hit)).toEqual(asSaid(miss));
    expect(textOf(hit)).toBe(words.join(''));
    expect(miss.at(-1).completion.provenance.cache).toBe('MISS');
    expect(hit.at(-1).completion.provenance.cache).toBe('HIT');
    expect(upstream.requests).toHaveLength(1);
  });

  it('a cached answer replays as a stream through the same encoder, also for a structured answer that grows', async () => {
    const { gateway, upstream } = await scripted({}, { route: { cacheSeconds: 60 } });
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'integer' } },
      required: ['a', 'b'],
      additionalProperties: false,
    };
    const pieces = [...'{"a":"a long text that grows while it is being written","b":123}'];
    upstream.plays(saying(...pieces));
    const variables = ask('As data.', { output: { format: 'JSON', schema } });
    const miss = await eventsOver(overSse(gateway, { variables }));
    const hit = await eventsOver(overSse(gateway, { variables }));
    const isStage = ({ __typename }: { readonly __typename: string }): boolean => __typename === 'ObjectDelta';
    const rest = (events: typeof hit) => asSaid(events).filter((event) => !isStage(event));
    expect(rest(hit)).toEqual(rest(miss));
    // A reader gets the stages that it is fast enough for: how many is a matter of timing, which ones there can be is not.
    const stages = asSaid(hit).filter(isStage);
    expect(stages.length).toBeGreaterThan(0);
    for (const { object } of stages) expect('{"a":"a long text that grows while it is being written","b":123}').toContain(object.a);
    expect(stages.at(-1)?.object).toEqual({ a: 'a long text that grows while it is being written', b: 123 });
    expect(stages.map(({ object }) => object.a.length)).toEqual(
      stages.map(({ object }) => object.a.length).toSorted((one, two) => one - two),
    );
    expect(hit.at(-1).completion.object).toEqual({ a: 'a long text that grows while it is being written', b: 123 });
    expect(upstream.requests).toHaveLength(1);
  });
});
