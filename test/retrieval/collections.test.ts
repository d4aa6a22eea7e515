import { describe, expect, it } from 'vitest';
import { booked, markdown, models, principal, says, signal } from './doubles.ts';
import { harness, ingested } from './harness.ts';

const collections = {
  open: { embeddingModel: 'lexical' },
  handbook: { embeddingModel: 'lexical', readers: ['shop', 'legal'], writers: ['legal'] },
  secret: { embeddingModel: 'lexical', readers: ['key:root'], writers: ['key:root'] },
};
const legal = principal({ id: 'key:lea', team: 'legal' });
const anonymous = principal({ id: 'anonymous', kind: 'anonymous', team: null });
const service = principal({ id: 'service:cli', kind: 'service', team: null });
const asked = (collection: string, who = principal()) => ({
  collection,
  query: 'lamps',
  first: 3,
  principal: who,
  signal,
  callFor: booked().callFor,
});

describe('a collection', () => {
  it('is listed for those who may read it, also while it is empty', async () => {
    const { retrieval } = await harness(models().handle, { collections });
    const names = async (who = principal()) => (await retrieval.collections(who)).map(({ name }) => name);
    expect(await names()).toEqual(['open', 'handbook']);
    expect(await names(anonymous)).toEqual(['open']);
    expect(await names(principal({ id: 'key:root' }))).toEqual(['open', 'handbook', 'secret']);
    expect(await names(service)).toEqual(['open', 'handbook', 'secret']);
  });

  it('is written by its writers alone', async () => {
    const { retrieval } = await harness(models().handle, { collections });
    const sources = [markdown('a', 'Lamps glow.')];
    await expect(retrieval.ingest({ principal: principal(), collection: 'handbook', sources })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'You may not write the collection "handbook". Collections that you may write: open.',
    });
    await expect(retrieval.deleteSource(principal(), 'handbook', 'a')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await ingested(retrieval, sources, 'handbook', legal);
    expect(await retrieval.deleteSource(legal, 'handbook', 'a')).toBe(true);
    expect(await retrieval.deleteSource(legal, 'handbook', 'a')).toBe(false);
  });

  it('that may not be read, or is none, is refused with those that may, before anything is asked of a model', async () => {
    const { handle, requests } = models();
    const { retrieval } = await harness(handle, { collections });
    await expect(retrieval.search(asked('secret'))).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'You may not read the collection "secret". Collections that you may read: open, handbook.',
    });
    await expect(retrieval.search(asked('constructor'))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'There is no collection "constructor". Collections that you may read: open, handbook.',
    });
    const question = { ...asked('secret'), question: 'lamps?', route: 'default', maxOutputTokens: null };
    await expect(retrieval.answer(question)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(requests).toEqual([]);
  });

  it('gives nothing of another one away', async () => {
    const { retrieval } = await harness(models(says('Yes [1].')).handle, { collections });
    await ingested(retrieval, [markdown('a', 'Lamps glow in the open.')], 'open');
    await ingested(retrieval, [markdown('b', 'Lamps glow in secret.')], 'secret', principal({ id: 'key:root' }));
    expect((await retrieval.search(asked('open'))).hits.map(({ passage }) => passage?.text)).toEqual(['Lamps glow in the open.']);
  });
});
