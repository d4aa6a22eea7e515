/** What every store of completions keeps. The factory gives an empty one with a clock. */
import { expect, it } from 'vitest';
import type { Completions, IdempotencyClaim } from '../../src/storage/completions.ts';

export interface CompletionsFixture {
  readonly completions: Completions;
  readonly clock: { time: number };
}

const dayMs = 24 * 3_600_000;
const claim = (part: Partial<IdempotencyClaim> = {}): IdempotencyClaim => ({
  principal: 'key:a',
  key: 'k',
  inputHash: 'h',
  completionId: 'first',
  now: 0,
  ...part,
});
const record = { id: 'c', principal: 'key:a', body: '{"text":"Hällo 🦆"}', expiresAt: 1_000 };

export function completionsContract(open: () => Promise<CompletionsFixture>): void {
  it('gives a key to the first of many who ask at once, and shows him to the others', async () => {
    const { completions } = await open();
    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((completionId) => completions.claim(claim({ completionId }))));
    const winner = claims.find((won) => won.fresh)?.completionId;
    expect(claims.filter((won) => won.fresh)).toHaveLength(1);
    expect(claims.every((won) => won.completionId === winner && won.sameInput)).toBe(true);
  });

  it('tells when a repeat asks for something else', async () => {
    const { completions } = await open();
    await completions.claim(claim());
    expect(await completions.claim(claim({ completionId: 'second', inputHash: 'other' }))).toEqual({
      fresh: false,
      completionId: 'first',
      sameInput: false,
    });
  });

  it('keeps the keys of principals apart', async () => {
    const { completions } = await open();
    await completions.claim(claim());
    expect(await completions.claim(claim({ principal: 'key:b', completionId: 'second' }))).toMatchObject({ fresh: true });
    expect(await completions.claim(claim({ principal: 'key:ak', key: '', completionId: 'third' }))).toMatchObject({ fresh: true });
  });

  it('holds a claim for 24 h', async () => {
    const { completions } = await open();
    await completions.claim(claim());
    expect(await completions.claim(claim({ now: dayMs - 1 }))).toMatchObject({ fresh: false });
    expect(await completions.claim(claim({ now: dayMs, completionId: 'second' }))).toMatchObject({ fresh: true, completionId: 'second' });
  });

  it('gives a key up again', async () => {
    const { completions } = await open();
    await completions.claim(claim());
    await completions.unclaim('key:b', 'k');
    expect(await completions.claim(claim())).toMatchObject({ fresh: false });
    await completions.unclaim('key:a', 'k');
    expect(await completions.claim(claim())).toMatchObject({ fresh: true });
  });

  it('gives an ended completion back to its principal alone, until it expires', async () => {
    const { completions, clock } = await open();
    await completions.save(record);
    expect(await completions.find('c', 'key:a')).toEqual(record);
    expect(await completions.find('c', 'key:b')).toBeNull();
    expect(await completions.find('d', 'key:a')).toBeNull();
    clock.time = 1_000;
    expect(await completions.find('c', 'key:a')).toBeNull();
  });

  it('keeps the newest body, and lets nobody overwrite what belongs to another', async () => {
    const { completions } = await open();
    await completions.save(record);
    await completions.save({ ...record, body: 'newer' });
    await completions.save({ ...record, principal: 'key:b', body: 'stolen' }).catch(() => {});
    expect(await completions.find('c', 'key:a')).toMatchObject({ body: 'newer' });
    expect(await completions.find('c', 'key:b')).toBeNull();
  });

  it('deletes what has expired, claims too', async () => {
    const { completions } = await open();
    await completions.save(record);
    await completions.claim(claim());
    await completions.expire(999);
    expect(await completions.find('c', 'key:a')).not.toBeNull();
    await completions.expire(1_000);
    expect(await completions.find('c', 'key:a')).toBeNull();
    expect(await completions.claim(claim())).toMatchObject({ fresh: false });
    await completions.expire(dayMs);
    expect(await completions.claim(claim())).toMatchObject({ fresh: true });
  });

  it('takes a rating, and another in its place', async () => {
    const { completions } = await open();
    await completions.rate('c', 'key:a', 1, 'good');
    await expect(completions.rate('c', 'key:a', -0.5, null)).resolves.toBeUndefined();
  });
}
