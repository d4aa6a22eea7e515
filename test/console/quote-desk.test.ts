import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestError } from '../../src/client/transport/request-error.ts';
import { type LiveQuote, quoteDesk, restMs } from '../../src/console/pages/editor/quote-desk.ts';

describe('the price of what is being written', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** Each question with its time, over a gateway that answers after 10 ms, or refuses once. */
  function desk(refusal: RequestError | null = null) {
    const begun = Date.now();
    const asked: { readonly document: string; readonly atMs: number }[] = [];
    const told: LiveQuote[] = [];
    const { write } = quoteDesk(
      async ({ document }) => {
        asked.push({ document, atMs: Date.now() - begun });
        await new Promise((resolve) => setTimeout(resolve, 10));
        return { quote: null, problem: asked.length === 1 ? refusal : null, document };
      },
      (quote) => told.push(quote),
    );
    return { asked, told, write: (document: string | null) => write(document === null ? null : { document }) };
  }

  it('the price of what is being written is asked for when the hand rests, once', async () => {
    const { asked, told, write } = desk();
    for (let stroke = 1; stroke <= 150; stroke += 1) {
      write('x'.repeat(stroke));
      await vi.advanceTimersByTimeAsync(33);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual([{ document: 'x'.repeat(150), atMs: 149 * 33 + restMs }]);
    expect(told.map(({ document }) => document)).toEqual(['x'.repeat(150)]);
  });

  it('the price of what is being written is not asked for before the time that a refusal names, and then for the newest text', async () => {
    const { asked, told, write } = desk(new RequestError('RATE_LIMITED', 'Too many requests.', { retryAfterMs: 5_000 }));
    write('one');
    await vi.advanceTimersByTimeAsync(1_000);
    write('two');
    await vi.advanceTimersByTimeAsync(1_000);
    write('three');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toEqual([
      { document: 'one', atMs: restMs },
      { document: 'three', atMs: restMs + 10 + 5_000 },
    ]);
    expect(told).toMatchObject([
      { document: 'one', problem: { code: 'RATE_LIMITED' } },
      { document: 'three', problem: null },
    ]);
  });

  it('the price of what is being written is not asked for once nothing stands there, and no late answer is told', async () => {
    const { asked, told, write } = desk();
    write('one');
    await vi.advanceTimersByTimeAsync(restMs - 1);
    write(null);
    await vi.advanceTimersByTimeAsync(restMs);
    expect(asked).toEqual([]);
    write('two');
    await vi.advanceTimersByTimeAsync(restMs + 5);
    write(null);
    await vi.advanceTimersByTimeAsync(restMs);
    expect(asked).toHaveLength(1);
    expect(told).toEqual([]);
  });
});
