import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../src/core/errors.ts';
import { booked, markdown, models, principal, says, signal } from './doubles.ts';
import { harness, ingested } from './harness.ts';

const collections = {
  open: { embeddingModel: 'lexical' },
  handbook: { embeddingModel: 'lexical', readers: ['shop', 'legal'], writers: ['legal'] },
  secret: { embeddingModel: 'lexical', readers: ['key:root'], writers: ['key:root'] },
  inbox: { embeddingModel: 'lexical', readers: ['key:root'] },
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
  it('a collection is listed for those who may read it, also while it is empty', async () => {
    const { retrieval } = await harness(models().handle, { collections });
    const names = async (who = principal()) => (await retrieval.collections(who)).map(({ name }) => name);
    expect(await names()).toEqual(['open', 'handbook']);
    expect(await names(anonymous)).toEqual(['open']);
    expect(await names(principal({ id: 'key:root' }))).toEqual(['open', 'handbook', 'secret', 'inbox']);
    expect(await names(service)).toEqual(['open', 'handbook', 'secret', 'inbox']);
  });

  it('a collection is written by its writers alone', async () => {
    const { retrieval } = await harness(models().handle, { collections });
    const sources = [markdown('a', 'Lamps glow.')];
    await expect(retrieval.ingest({ principal: principal(), collection: 'handbook', sources })).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: 'You may not write the collection "handbook". Collections: open, inbox.',
    });
    await expect(retrieval.deleteSource(principal(), 'handbook', 'a')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await ingested(retrieval, sources, 'handbook', legal);
    expect(await retrieval.deleteSource(legal, 'handbook', 'a')).toBe(true);
    expect(await retrieval.deleteSource(legal, 'handbook', 'a')).toBe(false);
  });

  it('a collection of others is refused in the words for one that there is not, before anything is asked of a model', async () => {
    const { handle, requests } = models();
    const { retrieval } = await harness(handle, { collections });
    const question = (collection: string) => ({ ...asked(collection), question: 'lamps?', route: 'default', maxOutputTokens: null });
    const sources = [markdown('a', 'Lamps glow.')];
    const doors: readonly ((collection: string) => Promise<unknown>)[] = [
      (collection) => retrieval.search(asked(collection)),
      (collection) => retrieval.answer(question(collection)),
      (collection) => retrieval.ingest({ principal: principal(), collection, sources }),
      (collection) => retrieval.deleteSource(principal(), collection, 'a'),
    ];
    for (const door of doors) {
      const told = async (collection: string) => {
        const { code, message } = await door(collection).then(
          () => ({ code: 'OK', message: '' }),
          (error: GatewayError) => error,
        );
        return [code, message.replace(collection, 'NAME')];
      };
      expect(await told('secret')).toEqual(await told('absent'));
      expect(await told('constructor')).toEqual(await told('absent'));
    }
    // Where the configuration names no writers, everybody is one, and reads nothing for that.
    for (const door of doors.slice(0, 2)) {
      const told = (collection: string) =>
        door(collection).catch((error: GatewayError) => [error.code, error.message.replace(collection, 'NAME')]);
      expect(await told('inbox')).toEqual(await told('absent'));
    }
    await expect(retrieval.search(asked('secret'))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'There is no collection "secret" that you may read. Collections: open, handbook.',
    });
    expect(requests).toEqual([]);
  });

  it('a collection gives nothing of another one away', async () => {
    const { retrieval } = await harness(models(says('Yes [1].')).handle, { collections });
    await ingested(retrieval, [markdown('a', 'Lamps glow in the open.')], 'open');
    await ingested(retrieval, [markdown('b', 'Lamps glow in secret.')], 'secret', principal({ id: 'key:root' }));
    expect((await retrieval.search(asked('open'))).hits.map(({ passage }) => passage?.text)).toEqual(['Lamps glow in the open.']);
  });
});
