/** What every store of completions keeps. The factory gives an empty one with a clock. */
import { expect, it } from 'vitest';
import type { BegunCompletion, Completions } from '../../src/storage/completions/completions.ts';

export interface CompletionsFixture {
  readonly completions: Completions;
  readonly clock: { time: number };
}

const dayMs = 24 * 3_600_000;
const begun = ({ claim = {}, ...part }: Partial<Omit<BegunCompletion, 'claim'>> & { claim?: object | null } = {}): BegunCompletion => ({
  id: 'first',
  principal: 'key:a',
  body: '{"route":"default"}',
  claim: claim === null ? null : { key: 'k', inputHash: 'h', ...claim },
  now: 0,
  ...part,
});
const record = { id: 'c', principal: 'key:a', body: '{"text":"Hällo 🦆"}', expiresAt: 1_000, freesKey: false };

export function completionsContract(open: () => Promise<CompletionsFixture>): void {
  it('a store of completions gives a key to the first of many who ask at once, and shows him to the others', async () => {
    const { completions } = await open();
    const claims = await Promise.all(['a', 'b', 'c', 'd'].map((id) => completions.begin(begun({ id }))));
    const winner = claims.find((won) => won.fresh)?.completionId;
    expect(claims.filter((won) => won.fresh)).toHaveLength(1);
    expect(claims.every((won) => won.completionId === winner && won.sameInput)).toBe(true);
  });

  it('a store of completions tells when a repeat asks for something else', async () => {
    const { completions } = await open();
    await completions.begin(begun());
    expect(await completions.begin(begun({ id: 'second', claim: { inputHash: 'other' } }))).toEqual({
      fresh: false,
      completionId: 'first',
      sameInput: false,
    });
  });

  it('a store of completions keeps the keys of principals apart', async () => {
    const { completions } = await open();
    await completions.begin(begun());
    expect(await completions.begin(begun({ principal: 'key:b', id: 'second' }))).toMatchObject({ fresh: true });
    expect(await completions.begin(begun({ principal: 'key:ak', id: 'third', claim: { key: '' } }))).toMatchObject({ fresh: true });
  });

  it('a store of completions holds a claim for 24 h', async () => {
    const { completions } = await open();
    await completions.begin(begun());
    expect(await completions.begin(begun({ id: 'second', now: dayMs - 1 }))).toMatchObject({ fresh: false });
    expect(await completions.begin(begun({ id: 'second', now: dayMs }))).toMatchObject({ fresh: true, completionId: 'second' });
  });

  it('a store of completions shows a completion that has begun to its principal, before it has ended', async () => {
    const { completions } = await open();
    await completions.begin(begun({ claim: null }));
    expect(await completions.find('first', 'key:a')).toMatchObject({ progress: 'running', body: '{"route":"default"}', lost: null });
    expect(await completions.find('first', 'key:b')).toBeNull();
    await completions.save({ ...record, id: 'first' });
    expect(await completions.find('first', 'key:a')).toMatchObject({ progress: 'ended', body: record.body });
  });

  it('a store of completions finds the completion of a principal by its key, for as long as the claim holds', async () => {
    const { completions, clock } = await open();
    await completions.begin(begun());
    expect(await completions.withKey('k', 'key:a')).toBe('first');
    expect(await completions.withKey('k', 'key:b')).toBeNull();
    expect(await completions.withKey('other', 'key:a')).toBeNull();
    clock.time = dayMs - 1;
    expect(await completions.withKey('k', 'key:a')).toBe('first');
    clock.time = dayMs;
    expect(await completions.withKey('k', 'key:a')).toBeNull();
  });

  it('a store of completions frees a key when the end of its completion says so, or when it is released', async () => {
    const { completions } = await open();
    await completions.begin(begun());
    await completions.save({ ...record, id: 'first' });
    expect(await completions.begin(begun({ id: 'second' }))).toMatchObject({ fresh: false, completionId: 'first' });
    await completions.save({ ...record, id: 'first', freesKey: true });
    expect(await completions.begin(begun({ id: 'second' }))).toMatchObject({ fresh: true, completionId: 'second' });
    await completions.release('first');
    expect(await completions.begin(begun({ id: 'third' }))).toMatchObject({ fresh: false, completionId: 'second' });
    await completions.release('second');
    expect(await completions.begin(begun({ id: 'third' }))).toMatchObject({ fresh: true, completionId: 'third' });
  });

  it('a store of completions gives an ended completion back to its principal alone, until it expires', async () => {
    const { completions, clock } = await open();
    await completions.save(record);
    const { freesKey: _, ...kept } = record;
    expect(await completions.find('c', 'key:a')).toEqual({ ...kept, progress: 'ended', lost: null });
    expect(await completions.find('c', 'key:b')).toBeNull();
    expect(await completions.find('d', 'key:a')).toBeNull();
    clock.time = 1_000;
    expect(await completions.find('c', 'key:a')).toBeNull();
  });

  it('a store of completions keeps the newest body, and lets nobody overwrite what belongs to another', async () => {
    const { completions } = await open();
    await completions.save(record);
    await completions.save({ ...record, body: 'newer' });
    await completions.save({ ...record, principal: 'key:b', body: 'stolen' }).catch(() => {});
    expect(await completions.find('c', 'key:a')).toMatchObject({ body: 'newer' });
    expect(await completions.find('c', 'key:b')).toBeNull();
  });

  it('a store of completions deletes what has expired, claims too', async () => {
    const { completions } = await open();
    await completions.save(record);
    await completions.begin(begun());
    await completions.expire(999);
    expect(await completions.find('c', 'key:a')).not.toBeNull();
    await completions.expire(1_000);
    expect(await completions.find('c', 'key:a')).toBeNull();
    expect(await completions.begin(begun())).toMatchObject({ fresh: false });
    await completions.expire(dayMs);
    expect(await completions.begin(begun())).toMatchObject({ fresh: true });
  });

  it('a store of completions takes a rating, and another in its place', async () => {
    const { completions } = await open();
    await completions.rate('c', 'key:a', 1, 'good');
    await expect(completions.rate('c', 'key:a', -0.5, null)).resolves.toBeUndefined();
  });
}
