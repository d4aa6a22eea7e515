import { describe, expect, it } from 'vitest';
import type { Passage } from '../../../src/core/chunk.ts';
import { diversify, mergeRankings } from '../../../src/retrieval/search/merge-rankings.ts';
import type { VectorHit, WordHit } from '../../../src/storage/passages/passages.ts';
import type { ChunkHandler } from '../../faces.ts';
import { fails, markdown, models, principal, signal } from '../doubles.ts';
import { harness, ingested } from '../harness.ts';

const sources = [
  markdown('lamps', '# Lamps\n\nOur lamps glow for ten hours.\n\n## Repair\n\nA broken lamp is repaired for free.'),
  markdown('tents', '# Tents\n\nOur tents stay dry in the rain.'),
  markdown('boats', '# Boats\n\nA boat needs an anchor and a rope.'),
];

const filled = async (handle?: ChunkHandler) => {
  const opened = await harness();
  await ingested(opened.retrieval, sources);
  await opened.retrieval.stop();
  return opened.again(handle);
};

describe('search', () => {
  it('search gives passages with exact offsets, best first, with scores from 1 down, booked on the field that asked', async () => {
    const { handle, calls } = models();
    const { retrieval, book } = await filled(handle);
    const { hits, warnings } = await retrieval.search(asked('How is a broken lamp repaired?', book.callFor));
    expect(warnings).toEqual([]);
    expect(hits[0]).toMatchObject({
      score: 1,
      passage: { text: '## Repair\n\nA broken lamp is repaired for free.', source: { id: 'lamps', title: 'Lamps' } },
    });
    const { start = 0, end = 0, text } = hits[0]?.passage ?? {};
    expect(sources[0]?.text?.slice(start, end)).toBe(text);
    expect(hits.every(({ score }, index) => score > 0 && score <= (hits[index - 1]?.score ?? 1))).toBe(true);
    expect(calls.map(({ route }) => route)).toEqual(['embedding']);
    expect(book.coordinates).toEqual(['Query.aiAnswer']);
  });

  it('search gives nothing for what the collection is not about', async () => {
    const { retrieval, book } = await filled();
    expect((await retrieval.search(asked('Who painted the Mona Lisa?', book.callFor))).hits).toEqual([]);
    expect((await retrieval.search(asked('?!', book.callFor))).hits).toEqual([]);
  });

  it.each(['MODEL_UNAVAILABLE', 'TIMEOUT', 'STREAM_STALLED', 'INVALID_OUTPUT'] as const)(
    'search goes on by words alone after %s, and says so',
    async (code) => {
      const { retrieval, book } = await filled(fails(code));
      const { hits, warnings } = await retrieval.search(asked('broken lamp', book.callFor));
      expect(hits[0]).toMatchObject({ score: 1, passage: { source: { id: 'lamps' } } });
      expect(warnings).toEqual([`Searched by words alone: the embedding route "embedding" did not answer (${code}).`]);
    },
  );

  it.each(['BUDGET_EXCEEDED', 'RATE_LIMITED', 'GUARDRAIL_BLOCKED', 'CANCELLED'] as const)(
    "search does not go on after %s, which is the caller's own",
    async (code) => {
      const { retrieval, book } = await filled(fails(code));
      await expect(retrieval.search(asked('broken lamp', book.callFor))).rejects.toMatchObject({ code });
    },
  );

  it.each([
    ['an empty query', { query: ' ' }, /The query is empty/],
    ['a query without end', { query: 'x'.repeat(8_001) }, /8001 characters; it may have 8000/],
    ['no hits', { first: 0 }, /first is 0; it may be 1 to 50/],
    ['too many hits', { first: 51 }, /it may be 1 to 50/],
  ])('search refuses %s', async (_, more, message) => {
    const { retrieval, book } = await filled();
    await expect(retrieval.search({ ...asked('lamp', book.callFor), ...more })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(message),
    });
  });

  it('no longer finds a deleted source', async () => {
    const { retrieval, book } = await filled();
    await retrieval.deleteSource(principal(), 'docs', 'lamps');
    expect((await retrieval.search(asked('broken lamp', book.callFor))).hits).toEqual([]);
  });
});

describe('rankings', () => {
  it('rankings are fused by rank: second in both comes before first in one', () => {
    const hits = mergeRankings([word('a'), word('b')], [vector('c'), vector('b')], null);
    expect(hits.map(({ passage }) => passage.id)).toEqual(['b', 'a', 'c']);
    expect(hits.every(({ score }) => score > 0 && score < 1)).toBe(true);
  });

  it('rankings count a vector by how far it stands out from the collection', () => {
    const relevance = (score: number, background: number) =>
      mergeRankings([], [{ ...vector('a'), score, background }], null)[0]?.relevance ?? 0;
    expect(relevance(0.78, 0.72)).toBeLessThan(1);
    expect(relevance(0.88, 0.72)).toBeGreaterThan(1);
    expect(relevance(0.5, 0.12)).toBeGreaterThan(1);
    expect(relevance(0.1, 0.3)).toBe(0);
    expect(relevance(1, 1)).toBe(0);
  });

  it('rankings lose near-copies, and give no source more than half while others have something to say', () => {
    const passages = [
      'Lamps glow for ten hours.',
      'Lamps glow for ten hours!',
      'Wicks are trimmed weekly.',
      'Oil is sold apart.',
      'Glass breaks.',
    ];
    const hits = passages.map((text, index) => ({ passage: passage(`${index}`, text, 'lamps'), score: 1 - index / 10, relevance: 1 }));
    const other = { passage: passage('9', 'Tents stay dry.', 'tents'), score: 0.1, relevance: 1 };
    expect(diversify([...hits, other], 4).map(({ passage: { id } }) => id)).toEqual(['0', '2', '3', '9']);
    expect(diversify(hits, 4).map(({ passage: { id } }) => id)).toEqual(['0', '2', '3', '4']);
  });
});

function asked(query: string, callFor: Parameters<Awaited<ReturnType<typeof harness>>['retrieval']['search']>[0]['callFor']) {
  return { collection: 'docs', query, first: 5, principal: principal(), signal, callFor };
}

function passage(id: string, text = id, source = 'a'): Passage {
  return { id, text, start: 0, end: text.length, source: { id: source, title: null, collection: 'docs', metadata: null } };
}

const word = (id: string): WordHit => ({ passage: passage(id), score: 1, vector: null, coverage: 1 });
const vector = (id: string): VectorHit => ({ passage: passage(id), score: 1, vector: null, background: 0 });
