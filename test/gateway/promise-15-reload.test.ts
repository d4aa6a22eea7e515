import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../harness.ts';
import { newGate } from '../raw-upstream.ts';
import { ask, countTo, eventsOver, saying, scripted, seqsOf, textOf, transports } from './streams.ts';

describe('a reload of configuration or supergraph does not interrupt a stream', () => {
  it('streams over every transport go on over reloads, one of them to a graph that does not compose', async () => {
    const folder = temporaryFolder();
    const sdl = join(folder, 'shop.graphql');
    writeFileSync(sdl, 'type Query { one: Int }');
    const { gateway, upstream } = await scripted({ graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl }] } });
    const [early, late] = [newGate(), newGate()];
    upstream.plays(saying('before ', early, 'between ', late, 'after'));
    let reading = transports.length;
    const halfway = Promise.withResolvers<void>();
    const streams = transports.map(([name, over]) =>
      eventsOver(over(gateway, { variables: ask(`Over ${name}.`) }), ({ __typename }) => {
        if (__typename === 'TextDelta' && --reading === 0) halfway.resolve();
      }),
    );
    await halfway.promise;
    const reloaded = async (text: string): Promise<string | null> => {
      writeFileSync(sdl, text);
      await gateway.graph.refresh();
      return gateway.graph.supergraphSdl();
    };
    expect(await reloaded('type Query { one: Int fieldTwo: Int }')).toContain('fieldTwo');
    early.open();
    expect(await reloaded('type Query { one: Nothing }')).toContain('fieldTwo');
    expect(await reloaded('type Query { fieldThree: Int }')).not.toContain('fieldTwo');
    late.open();
    for (const events of await Promise.all(streams)) {
      expect(textOf(events)).toBe('before between after');
      expect(seqsOf(events)).toEqual(countTo(events.length));
      expect(events.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { text: 'before between after' } });
    }
    expect(upstream.requests).toHaveLength(transports.length);
  });
});
