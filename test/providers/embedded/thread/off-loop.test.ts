/** What takes the embedded provider long is worked out beside the event loop, and has an end. */
import { describe, expect, it } from 'vitest';
import { collect } from '../../../../src/core/chunk.ts';
import { completionRequest, type ModelRequest } from '../../../../src/core/request/request.ts';
import { embeddedExtractive, embeddedLexical, embeddedProvider } from '../../../../src/providers/embedded/embedded.ts';
import type { SendOptions } from '../../../../src/providers/provider.ts';

const provider = embeddedProvider();
const answer = (request: ModelRequest, signal = new AbortController().signal, asking: Partial<SendOptions> = {}) =>
  collect(
    provider.send(request, {
      model: request.kind === 'embedding' ? embeddedLexical : embeddedExtractive,
      signal,
      report: () => {},
      firstChunkMs: 60_000,
      idleMs: 60_000,
      ...asking,
    }),
  );

/** How often the event loop turned before the promise was settled. */
async function turnsUntil(settled: Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const next = (): void => {
    turns += 1;
    if (!over) setImmediate(next);
  };
  setImmediate(next);
  await settled.catch(() => {});
  over = true;
  return turns;
}

const lines = Array.from({ length: 5_000 }, (_, index) => `- Name${index}: the price of ${index} is ${index * 7} today`).join('\n');
const things = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`thing${index}`, { type: 'string' }]));
const each = { type: 'array', items: { type: 'object', properties: things } };
const endless = completionRequest(`Extract:\n\n${lines}`, {
  output: { format: 'json', schema: { type: 'object', properties: { all: each, others: each, rest: each } } },
});

describe('the embedded provider, asked for what takes long', () => {
  it.each([
    ['a vector of letters without a space', { kind: 'embedding', texts: ['漢字'.repeat(10_000)], dimensions: null }],
    ['a vector of many words', { kind: 'embedding', texts: [lines], dimensions: null }],
    ['a summary of a long text', completionRequest(`Summarise:\n\n${lines}`)],
    [
      'an object out of a long text',
      completionRequest(`Extract:\n\n${lines}`, {
        output: { format: 'json', schema: { type: 'object', properties: { name: { type: 'string' }, price: { type: 'number' } } } },
      }),
    ],
  ] satisfies [string, ModelRequest][])(
    'the embedded provider, asked for what takes long leaves the event loop its turns: %s',
    async (_, request) => {
      expect(await turnsUntil(answer(request))).toBeGreaterThan(50);
    },
  );

  it('the embedded provider, asked for what takes long has the same vector as for the same words in short texts', async () => {
    const vectors = async (text: string) => (await answer({ kind: 'embedding', texts: [text], dimensions: null })).vectors[0];
    // Beyond the first words a repetition changes no weight's sign and hardly its size: the nearest is the text itself.
    const [long, short] = [await vectors('green tea '.repeat(3_000)), await vectors('green tea '.repeat(3))];
    const alike = long?.reduce((sum, value, index) => sum + value * (short?.[index] ?? 0), 0);
    expect(alike).toBeGreaterThan(0.9);
  });

  it('the embedded provider, asked for what takes long says BAD_REQUEST when it does not get to an end, and goes on with the next', async () => {
    await expect(answer(endless)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('A shorter text, or a schema that asks for less, would be accepted.'),
    });
    expect((await answer(completionRequest(`Summarise:\n\n${lines}`))).text).not.toBe('');
  }, 60_000);

  it('the embedded provider, asked for what takes long stops when the caller leaves, and goes on with who waits', async () => {
    const leaving = new AbortController();
    const left = answer(endless, leaving.signal);
    const next = answer(completionRequest(`Summarise:\n\n${lines}`));
    setTimeout(() => leaving.abort(), 50);
    await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await next).text).not.toBe('');
  }, 60_000);

  it('the embedded provider, asked for what takes long takes turns by owner: what one tenant has asked for holds up another by a slice, and no longer', async () => {
    const order: string[] = [];
    const leaving = new AbortController();
    const noted = async (name: string, request: ModelRequest, owner: string): Promise<void> => {
      await answer(request, leaving.signal, { owner }).catch(() => {});
      order.push(name);
    };
    const short = completionRequest(`Summarise:\n\n${lines.slice(0, 20_000)}`);
    const all = [noted('a 1', endless, 'team:a'), noted('a 2', endless, 'team:a'), noted('a 3', endless, 'team:a')];
    all.push(noted('b', short, 'team:b'), noted('c', short, 'key:c'));
    await Promise.all(all.slice(3));
    // The first of them may have come to its bound by now; if they went one after the other, all had.
    expect(order).not.toContain('a 3');
    // While a long work has the second place, another one is not done before it, but who comes for little is.
    all.push(noted('b long', endless, 'team:b'));
    const again = noted('d', short, 'team:d');
    await again;
    expect(order).not.toContain('b long');
    leaving.abort();
    await Promise.all(all);
  }, 60_000);

  it('the embedded provider, asked for what takes long refuses what had no turn in time, blaming no deployment, and one that leaves frees its place', async () => {
    const leaving = [new AbortController(), new AbortController(), new AbortController()];
    const long = leaving.map(({ signal }, index) => answer(endless, signal, { owner: `team:${index}` }));
    const ended = Promise.allSettled(long);
    await expect(answer(endless, undefined, { owner: 'team:late', firstChunkMs: 600 })).rejects.toMatchObject({
      code: 'STREAM_STALLED',
      retryable: true,
      details: { about: 'request' },
      message: expect.stringMatching(/had not had its turn within 600 ms\. Try again/),
    });
    for (const one of leaving) one.abort();
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect((await answer(completionRequest(`Summarise:\n\n${lines}`))).text).not.toBe('');
  }, 60_000);
});
