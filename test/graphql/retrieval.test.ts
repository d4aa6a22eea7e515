import { describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import type { Chunk, Citation } from '../../src/core/chunk.ts';
import { collect } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import type { Services } from '../../src/graphql/services.ts';
import type { NewSource, Retrieval } from '../../src/retrieval/retrieval.ts';
import { all, context, embeds, type Gateway, gateway, principal, says } from './fakes.ts';

const source = { id: 'leave', title: 'Leave', collection: 'handbook', metadata: null };
const passage = { id: 'leave#1', text: 'Thirty days.', start: 0, end: 12, source };
const citation: Citation = { marker: '[1]', quote: 'Thirty days.', score: 1, passage, entity: null };

/** Asks for the embedding, then for the answer, as the real one does. */
function library(handle: () => Services['handle'], relevant: boolean): Partial<Retrieval> {
  const embed: Retrieval['search'] = async ({ callFor, query, signal }) => {
    const call = await callFor({ route: 'embedding', signal, purpose: 'search' });
    await collect(handle().stream({ kind: 'embedding', texts: [query], dimensions: null }, call));
    return { hits: [{ score: 1, passage, entity: null }], warnings: ['By words alone.'] };
  };
  return {
    search: embed,
    async answer(question) {
      await embed({ ...question, query: question.question });
      if (!relevant) return { kind: 'no-answer', message: 'The handbook says nothing about that.' };
      const { callFor, route, signal } = question;
      async function* chunks(): AsyncGenerator<Chunk> {
        const call = await callFor({ route, signal, purpose: 'answer' });
        for await (const chunk of chunkByChunk(handle().stream(completionRequest(question.question), call))) {
          if (chunk.type === 'finish') yield { type: 'citation', citation };
          yield chunk;
        }
      }
      return { kind: 'answer', chunks: chunks() };
    },
  };
}

function withLibrary(relevant = true, more: Partial<Retrieval> = {}): Gateway {
  const base = gateway(says());
  const reached: { handle: Services['handle'] } = { handle: base.services.handle };
  const retrieval: Retrieval = { ...base.services.retrieval, ...library(() => reached.handle, relevant), ...more };
  const made = gateway((request, call) => (request.kind === 'embedding' ? embeds : says('Thirty days [1].'))(request, call), { retrieval });
  reached.handle = made.services.handle;
  return made;
}

const answer = `{ aiAnswer(input: { collection: "handbook", question: "How much leave?" }) { __typename
  ... on AiAnswer { text citations { marker quote passage { start end source { id } } entity { typeName } } completion { status usage { totalTokens } provenance { route } } }
  ... on NoAnswer { message } ... on Failure { code } } }`;

describe('retrieval', () => {
  it('retrieval answers with citations, and books both calls at the field that asked', async () => {
    const asking = context();
    const { data, errors } = await withLibrary().ask(answer, {}, asking);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      aiAnswer: {
        __typename: 'AiAnswer',
        text: 'Thirty days [1].',
        citations: [{ marker: '[1]', passage: { start: 0, end: 12, source: { id: 'leave' } }, entity: null }],
        completion: { status: 'COMPLETED', usage: { totalTokens: 10 }, provenance: { route: 'default' } },
      },
    });
    expect(asking.usage.extension()?.calls).toMatchObject([
      { coordinate: 'Query.aiAnswer', route: 'embedding', paths: [['aiAnswer']] },
      { coordinate: 'Query.aiAnswer', route: 'default', paths: [['aiAnswer']] },
    ]);
  });

  it('retrieval says NoAnswer, also to who attaches with the same key, and asks no model', async () => {
    const made = withLibrary(false);
    const keyed = answer.replace('leave?"', 'leave?", idempotencyKey: "k"');
    const expected = { aiAnswer: { __typename: 'NoAnswer', message: 'The handbook says nothing about that.' } };
    expect((await made.ask(keyed)).data).toEqual(expected);
    expect((await made.ask(keyed)).data).toEqual(expected);
    expect(made.requests.map(({ request }) => request.kind)).toEqual(['embedding']);
  });

  it('retrieval streams an answer with its citations', async () => {
    const { listen } = withLibrary();
    const events = await all(
      await listen(
        'subscription { aiAnswerStream(input: { collection: "handbook", question: "Leave?" }) { __typename ... on CitationAdded { citation { marker } } } }',
      ),
    );
    const names = events.map(({ data }) => (data as { aiAnswerStream: { __typename: string } }).aiAnswerStream.__typename);
    expect(names).toEqual(['CompletionStarted', 'TextDelta', 'CitationAdded', 'CompletionFinished']);
  });

  it('retrieval finds passages, with what limits the result', async () => {
    const { data } = await withLibrary().ask(
      '{ aiSearch(input: { collection: "handbook", query: "leave" }) { ... on AiSearch { hits { score passage { id } entity { typeName } } warnings } } }',
    );
    expect(data).toEqual({ aiSearch: { hits: [{ score: 1, passage: { id: 'leave#1' }, entity: null }], warnings: ['By words alone.'] } });
  });

  it('retrieval lists sources in pages, of readable collections alone', async () => {
    const { ask } = withLibrary();
    expect((await ask('{ aiSources(collection: "handbook", first: 2, after: "a") { id collection } }')).data).toEqual({
      aiSources: [
        { id: 'b', collection: 'handbook' },
        { id: 'c', collection: 'handbook' },
      ],
    });
    const { errors } = await ask('{ aiSources(collection: "payroll") { id } }');
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining('Collections: handbook.'), extensions: { code: 'BAD_REQUEST' } });
  });

  it('retrieval finds a source by reference in the collections that the caller may read', async () => {
    const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on SourceDocument { id collection } } }';
    const r = [
      { __typename: 'SourceDocument', id: 'a' },
      { __typename: 'SourceDocument', id: 'nowhere' },
    ];
    expect((await withLibrary().ask(query, { r })).data).toEqual({ _entities: [{ id: 'a', collection: 'handbook' }, null] });
  });

  it('retrieval takes sources, with the scope for it', async () => {
    const taken: NewSource[] = [];
    const made = withLibrary(true, {
      async ingest({ sources }) {
        taken.push(...sources);
        return {
          collection: 'handbook',
          startedAt: 0,
          id: 'i',
          status: 'RUNNING',
          done: 0,
          total: 1,
          unchanged: 0,
          failed: [],
          failure: null,
        };
      },
    });
    const ingest =
      'mutation { ingest(input: { collection: "handbook", sources: [{ id: "a", text: "A." }] }) { id status total failed { sourceId } } }';
    expect((await made.ask(ingest)).data).toEqual({ ingest: { id: 'i', status: 'RUNNING', total: 1, failed: [] } });
    expect(taken).toEqual([{ id: 'a', title: null, mediaType: 'text/markdown', text: 'A.', base64: null, metadata: null }]);
    const refused = await made.ask(ingest, {}, context(principal({ scopes: ['ai:use'] })));
    expect(refused.errors?.[0]).toMatchObject({ extensions: { code: 'FORBIDDEN' } });
    expect(taken).toHaveLength(1);
  });

  it.each<[string, string, string]>([
    ['no sources', '[]', '1 to 1000 sources'],
    ['a source without content', '[{ id: "a" }]', 'exactly one of text and base64'],
    ['a source with two contents', '[{ id: "a", text: "x", base64: "AAAA" }]', 'exactly one of text and base64'],
    ['broken base64', '[{ id: "a", base64: "?" }]', 'standard base64'],
    ['metadata that is no object', '[{ id: "a", text: "x", metadata: 1 }]', 'must be a JSON object'],
  ])('retrieval refuses %s with a sentence', async (_, sources, sentence) => {
    const { errors } = await withLibrary().ask(`mutation { ingest(input: { collection: "handbook", sources: ${sources} }) { id } }`);
    expect(errors?.[0]).toMatchObject({ message: expect.stringContaining(sentence), extensions: { code: 'BAD_REQUEST' } });
  });

  it('retrieval follows an ingestion to its end', async () => {
    const state = { collection: 'handbook', startedAt: 0, id: 'i', total: 2, unchanged: 0, failed: [], failure: null };
    async function* progress() {
      yield { ...state, status: 'RUNNING' as const, done: 1 };
      yield { ...state, status: 'COMPLETED' as const, done: 2 };
    }
    const events = await all(
      await withLibrary(true, { followIngestion: progress }).listen('subscription { ingestion(id: "i") { done status } }'),
    );
    expect(events.map(({ data }) => data)).toEqual([
      { ingestion: { done: 1, status: 'RUNNING' } },
      { ingestion: { done: 2, status: 'COMPLETED' } },
    ]);
  });

  it('retrieval gives a refusal of the collection its code', async () => {
    const search = async (): Promise<never> => {
      throw new GatewayError('FORBIDDEN', 'You may not read "payroll".');
    };
    const { data, errors } = await withLibrary(true, { search }).ask(
      '{ aiSearch(input: { collection: "payroll", query: "x" }) { __typename ... on Failure { code } } }',
    );
    expect([data, errors]).toEqual([{ aiSearch: { __typename: 'OtherFailure', code: 'FORBIDDEN' } }, undefined]);
  });
});

const read = `query ($id: ID!, $start: Int! = 0, $length: Int! = 100, $first: Int! = 10) { aiSource(collection: "handbook", id: $id) {
  source { id collection } mediaType passageCount length text(start: $start, length: $length) passages(first: $first) { text start end } } }`;

describe('Query.aiSource', () => {
  const pieces = [
    { id: '1', text: 'First.', start: 0, end: 6 },
    { id: '2', text: 'Second one.', start: 8, end: 19 },
    { id: '3', text: 'one. Third.', start: 15, end: 26 },
  ];
  const { services } = gateway(says());
  const { ask } = gateway(says(), {
    passages: {
      ...services.passages,
      passagesOf: async (collection, id, { start, end, first }) =>
        pieces
          .filter((one) => one.end > start && one.start < end)
          .slice(0, first)
          .map((one) => ({ ...one, source: { id, title: null, collection, metadata: null } })),
    },
  });
  const text = async (start: number, length: number) => {
    const { data } = await ask(read, { id: 'a', start, length });
    return (data as { aiSource: { text: string } }).aiSource.text;
  };

  it('Query.aiSource gives the text with the offsets of its passages, overlaps once and gaps as space, and null for no source', async () => {
    expect((await ask(read, { id: 'a', first: 2 })).data).toEqual({
      aiSource: {
        source: { id: 'a', collection: 'handbook' },
        mediaType: 'text/plain',
        passageCount: 3,
        length: 34,
        text: 'First.\n Second one. Third.',
        passages: pieces.slice(0, 2).map(({ id: _, ...piece }) => piece),
      },
    });
    expect((await ask(read, { id: 'gone' })).data).toEqual({ aiSource: null });
    expect(await text(3, 10)).toBe('st.\n Secon');
    expect(await text(7, 3)).toBe(' Se');
    expect(await text(20, 100)).toBe('Third.');
    expect(await text(30, 100)).toBe('');
  });

  it('Query.aiSource refuses a collection that the caller may not read, and a piece that is too long', async () => {
    const payroll = await ask('{ aiSource(collection: "payroll", id: "a") { length } }');
    expect(payroll.errors?.[0]).toMatchObject({
      message: expect.stringContaining('that you may read'),
      extensions: { code: 'BAD_REQUEST' },
    });
    expect((await ask(read, { id: 'a', length: 1_000_001 })).errors?.[0]?.message).toContain('from 1 to 1000000');
  });
});
