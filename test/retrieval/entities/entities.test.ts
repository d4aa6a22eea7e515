import { describe, expect, it } from 'vitest';
import { collect } from '../../../src/core/chunk.ts';
import { GatewayError } from '../../../src/core/errors.ts';
import type { ModelRequest } from '../../../src/core/request/request.ts';
import { openRetrieval } from '../../../src/retrieval/open-retrieval.ts';
import type { Question } from '../../../src/retrieval/retrieval.ts';
import { bothFaces, type ChunkHandler } from '../../faces.ts';
import { perRound } from '../../rounds.ts';
import { type Booked, fails, models, principal, says, signal } from '../doubles.ts';
import { asking, customer, type Product, productIndex, shop, staff } from '../entity-shop.ts';

const number = (index: number): string => String(index).padStart(3, '0');
/** `count` lamps, of which customers may see every `visible`th. */
const lamps = (count: number, visible = 1): Product[] =>
  Array.from({ length: count }, (_, index) => ({
    id: number(index),
    name: `Lamp ${number(index)}`,
    description: 'Glows for ten hours beside the bed.',
    hidden: index % visible !== visible - 1,
  }));
const others: Product[] = [
  { id: 'tent', name: 'Tent', description: 'Keeps two hikers dry in heavy rain.' },
  { id: 'boat', name: 'Boat', description: 'Carries an anchor and a rope.' },
  { id: 'pan', name: 'Pan', description: 'Fries eggs without sticking.' },
];

const textsIn = (requests: readonly ModelRequest[]): string[] =>
  requests.flatMap((request) => (request.kind === 'embedding' ? request.texts : []));
const question = (text: string, context: unknown, book: Booked): Question => ({
  collection: 'products',
  question: text,
  route: 'default',
  first: 4,
  maxOutputTokens: 100,
  principal: principal(),
  signal,
  context,
  callFor: book.callFor,
});

describe('entities alike', () => {
  it('entities alike are those that the caller may see, however many hidden ones are more alike', async () => {
    const { open, subgraph } = await shop([...lamps(60, 12), ...others]);
    const { entities, book } = await open(models().handle);
    await entities.refresh(signal);
    const asked = subgraph.asked.length;
    const found = await entities.similar(asking('Lamp. Glows for ten hours beside the bed.', customer, book));
    expect(found.map(({ key }) => key['id'])).toEqual(['011', '023', '035']);
    expect(found[0]?.typeName).toBe('Product');
    const windows = subgraph.asked.slice(asked).map(({ variables }) => (variables['representations'] as unknown[]).length);
    expect(windows).toEqual([6, 12, 24]);
    const all = await entities.similar(asking('Lamp. Glows for ten hours beside the bed.', staff, book));
    expect(all.every(({ key }) => String(key['id']) < '003')).toBe(true);
  });

  it('entities alike are fewer when the index ends, and only those that are alike', async () => {
    const { open } = await shop([...lamps(30, 15), ...others]);
    const { entities, book } = await open(models().handle);
    await entities.refresh(signal);
    const found = await entities.similar(asking('Lamp that glows for ten hours', customer, book, { first: 10 }));
    expect(found.map(({ key }) => key['id'])).toEqual(['014', '029']);
  });

  it('entities alike are looked for to the thousandth hit, each asked for once', async () => {
    const { open, subgraph } = await shop(lamps(300, 300));
    const { entities, book } = await open(models().handle, { textsPerCall: 96 });
    await entities.refresh(signal);
    const asked = subgraph.asked.length;
    expect(await entities.similar(asking('Lamp that glows for ten hours', customer, book))).toMatchObject([{ key: { id: '299' } }]);
    const ids = subgraph.asked
      .slice(asked)
      .flatMap(({ variables }) => (variables['representations'] as { id: string }[]).map(({ id }) => id));
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
  });

  it('entities alike are never the one that asks', async () => {
    const { open } = await shop(lamps(4));
    const { entities, book } = await open(models().handle);
    await entities.refresh(signal);
    const except = { __typename: 'Product', id: '001', name: 'Lamp 001' };
    const found = await entities.similar(asking('Lamp 001. Glows for ten hours beside the bed.', customer, book, { except }));
    expect(found.map(({ key }) => key['id']).sort()).toEqual(['000', '002', '003']);
  });

  it('entities alike are not found by a field that the caller may not read', async () => {
    const { open } = await shop([{ id: 'x', name: 'Codename', description: 'A flying carpet.', discreet: true }, ...others]);
    const { entities, book } = await open(models().handle);
    await entities.refresh(signal);
    expect(await entities.similar(asking('flying carpet', staff, book))).toMatchObject([{ key: { id: 'x' } }]);
    expect(await entities.similar(asking('flying carpet', customer, book))).toEqual([]);
  });

  it('entities alike are found by words alone when no embedding model answers', async () => {
    const { open } = await shop(others);
    await (await open(models().handle)).entities.refresh(signal);
    const { entities, book } = await open(fails('MODEL_UNAVAILABLE'));
    expect(await entities.similar(asking('a dry tent for hikers', customer, book))).toMatchObject([{ key: { id: 'tent' } }]);
    expect((await entities.find(asking('a dry tent for hikers', customer, book))).warnings).toEqual([
      expect.stringContaining('by words alone'),
    ]);
  });

  it('entities alike are not shown at all while their subgraph cannot be asked', async () => {
    const { open, subgraph } = await shop(others);
    const { entities, book } = await open(models().handle);
    await entities.refresh(signal);
    await subgraph.close();
    await expect(entities.similar(asking('a dry tent', staff, book))).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  });

  it('entities alike are refused for an index that is not there', async () => {
    const { entities, book } = await (await shop([])).open(models().handle);
    await expect(entities.similar(asking('x', staff, book, { index: 'people' }))).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: 'There is no index "people". Indexes: products.',
    });
  });
});

describe('an answer over an index', () => {
  const hidden: Product = { id: 'secret', name: 'Tent X', description: 'Keeps hikers dry and warm; comes in May.', hidden: true };

  it('an answer over an index is made of what the caller may see, and cites the entity', async () => {
    const { open } = await shop([...others, hidden]);
    const { handle, requests } = models(says('It keeps two hikers dry [1].'));
    const { entities, retrieval, book } = await open(handle);
    await entities.refresh(signal);
    const before = requests.length;
    const answer = await retrieval.answer(question('Which tent keeps hikers dry?', customer, book));
    if (answer.kind !== 'answer') throw new Error(answer.message);
    const { citations } = await collect(answer.chunks);
    expect(citations).toMatchObject([
      { passage: null, entity: { typeName: 'Product', key: { id: 'tent' } }, quote: expect.stringContaining('Keeps two hikers dry') },
    ]);
    expect(JSON.stringify(requests.slice(before))).not.toContain('Tent X');
    const toStaff = await retrieval.answer(question('Which tent keeps hikers dry?', staff, book));
    if (toStaff.kind === 'answer') await collect(toStaff.chunks);
    expect(JSON.stringify(requests.at(-1))).toContain('comes in May');
  });

  it('an answer over an index asks no model when the only relevant entity is hidden', async () => {
    const { open } = await shop([...others.slice(1), hidden]);
    const { handle, requests } = models(says('In May [1].'));
    const { entities, retrieval, book } = await open(handle);
    await entities.refresh(signal);
    const before = requests.length;
    expect(await retrieval.answer(question('Which tent keeps hikers dry?', customer, book))).toMatchObject({ kind: 'no-answer' });
    expect(requests.slice(before).map(({ kind }) => kind)).toEqual(['embedding']);
  });

  it('an answer over an index quotes an entity as it is now, not as it was indexed', async () => {
    const { open, products } = await shop(others);
    const { handle, requests } = models(says('Yes.'));
    const { entities, retrieval, book } = await open(handle);
    await entities.refresh(signal);
    products.set('tent', { id: 'tent', name: 'Tent', description: 'Keeps three hikers dry.' });
    const answer = await retrieval.answer(question('Which tent keeps hikers dry?', customer, book));
    if (answer.kind === 'answer') await collect(answer.chunks);
    expect(JSON.stringify(requests.at(-1))).toContain('Keeps three hikers dry.');
    expect(JSON.stringify(requests.at(-1))).not.toContain('two hikers');
  });

  it('an answer over an index and a search find entities under the name of the index, which no collection may have', async () => {
    const { open } = await shop([...others, hidden]);
    const { entities, retrieval, passages, book } = await open(models().handle);
    await entities.refresh(signal);
    const { hits } = await retrieval.search({ ...question('', customer, book), query: 'hikers dry tent' });
    expect(hits).toMatchObject([{ passage: null, entity: { typeName: 'Product', key: { id: 'tent' } } }]);
    expect(await retrieval.collections(principal())).toEqual([]);
    await expect(retrieval.search({ ...question('', customer, book), collection: 'index:products', query: 'tent' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
    for (const name of ['products', 'index:products']) {
      const collections = { [name]: { embeddingModel: 'lexical' } };
      const jobs = null as never;
      const open = () =>
        openRetrieval({
          passages,
          jobs,
          handle: bothFaces(models().handle),
          collections,
          ingestCallFor: book.callFor,
          onFailure: () => {},
          entities,
        });
      expect(open).toThrow(/has the name of an index of entities/);
    }
  });
});

describe('an index', () => {
  it('an index is embedded in batches on its own account, and costs nothing while nothing changes', async () => {
    const { open } = await shop([...lamps(20), { id: 'zz', name: '!', description: null }]);
    const { handle, requests, calls } = models();
    const { entities, book, passages } = await open(handle);
    await entities.refresh(signal);
    expect(requests.map((request) => (request.kind === 'embedding' ? request.texts.length : 0))).toEqual([8, 8, 4]);
    expect(textsIn(requests)[0]).toBe('Lamp 000. Glows for ten hours beside the bed.');
    expect(new Set(book.coordinates)).toEqual(new Set(['Index.products']));
    expect(calls[0]).toMatchObject({ route: 'embedding', principal: { id: 'service:indexes' } });
    expect(book.held).toBe(0);
    expect(await passages.collections()).toMatchObject([{ name: 'index:products', sources: 20 }]);
    await entities.refresh(signal);
    expect(requests).toHaveLength(3);
  });

  it('an index follows the graph: what changed is embedded again, what is gone is gone', async () => {
    const { open, products } = await shop(others);
    const { handle, requests } = models();
    const { entities, passages, book } = await open(handle);
    await entities.refresh(signal);
    products.delete('boat');
    products.set('pan', { id: 'pan', name: 'Pan', description: 'Fries fish.' });
    await entities.refresh(signal);
    expect(requests.slice(1)).toMatchObject([{ texts: ['Pan. Fries fish.'] }]);
    expect((await passages.sources('index:products')).map(({ id }) => id)).toEqual(['{"id":"pan"}', '{"id":"tent"}']);
    expect(await entities.similar(asking('anchor and rope', staff, book))).toEqual([]);
  });

  it('an index forgets what is gone, however much of it there is', async () => {
    const { open } = await shop(others);
    const { entities, passages } = await open(models().handle);
    const gone = { title: null, collection: 'index:products', metadata: null, mediaType: 'text/plain', digest: '', embeddingModel: '' };
    for (let index = 0; index < perRound(1_050, 2_100); index += 1) await passages.put({ ...gone, id: `gone ${index}` }, []);
    await entities.refresh(signal);
    expect((await passages.sources('index:products')).map(({ id }) => id)).toEqual(['{"id":"boat"}', '{"id":"pan"}', '{"id":"tent"}']);
  });

  it('an index is embedded anew for another model', async () => {
    const { open } = await shop(others);
    const first = await open(models().handle);
    await first.entities.refresh(signal);
    const { handle, requests } = models();
    const indexes = [{ ...productIndex, embeddingRoute: 'embedding', embeddingModel: 'other' }];
    await (await open(handle, { indexes })).entities.refresh(signal);
    expect(textsIn(requests)).toHaveLength(3);
  });

  it('an index that was interrupted goes on where it was', async () => {
    const { open } = await shop(lamps(30));
    let batches = 0;
    const good = models();
    const dies: ChunkHandler = (request, call) => {
      batches += 1;
      if (batches === 3) throw new GatewayError('MODEL_UNAVAILABLE', 'The power is out.');
      return good.handle(request, call);
    };
    const first = await open(dies);
    await expect(first.entities.refresh(signal)).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
    expect(first.failures).toMatchObject([{ code: 'MODEL_UNAVAILABLE' }]);
    const { handle, requests } = models();
    await (await open(handle)).entities.refresh(signal);
    expect(textsIn(requests)).toHaveLength(30 - 16);
    expect(textsIn(requests)[0]).toContain('Lamp 016');
  });

  it('an index loses nothing when the graph cannot be asked, and is not thought empty', async () => {
    const { open, subgraph } = await shop(others);
    const { entities, passages, failures } = await open(models().handle);
    await entities.refresh(signal);
    await subgraph.close();
    await expect(entities.refresh(signal)).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
    expect(failures).toHaveLength(1);
    expect(await passages.sources('index:products')).toHaveLength(3);
  });

  it('an index keeps what a page with errors, or a list that began again, did not bring', async () => {
    const { open } = await shop(others);
    const { entities, passages } = await open(models().handle);
    await entities.refresh(signal);
    const [tent] = others;
    const partial = await open(models().handle, { page: async () => ({ entities: [{ ...tent }], next: null, partial: true }) });
    await partial.entities.refresh(signal);
    const again = await open(models().handle, { page: async () => ({ entities: [{ ...tent }], next: 'on', partial: false }) });
    await again.entities.refresh(signal);
    expect(await passages.sources('index:products')).toHaveLength(3);
  });

  it('an index leaves out a text that cannot be embedded, not its neighbours', async () => {
    const { open } = await shop(others);
    const good = models();
    const picky: ChunkHandler = (request, call) => {
      if (request.kind === 'embedding' && request.texts.some((text) => text.includes('anchor')))
        throw new GatewayError('GUARDRAIL_BLOCKED', 'Not this.');
      return good.handle(request, call);
    };
    const { entities, passages, failures } = await open(picky);
    await entities.refresh(signal);
    expect(failures).toMatchObject([{ code: 'GUARDRAIL_BLOCKED' }]);
    expect((await passages.sources('index:products')).map(({ id }) => id)).toEqual(['{"id":"pan"}', '{"id":"tent"}']);
  });

  it('an index ends at its bound, and says so', async () => {
    const { open } = await shop(lamps(30));
    const { entities, passages, failures } = await open(models().handle, { maxEntities: 12 });
    await entities.refresh(signal);
    expect(await passages.sources('index:products')).toHaveLength(12);
    expect(failures).toMatchObject([{ message: '"products" has more than 12 entities; the first are indexed.' }]);
  });

  it('an index is kept fresh by itself, also after a failure, and stops when it is told', async () => {
    const { open, products } = await shop(others);
    const good = models();
    let asked = 0;
    const late: ChunkHandler = (request, call) => {
      asked += 1;
      if (asked === 1) throw new GatewayError('MODEL_UNAVAILABLE', 'Not yet.');
      return good.handle(request, call);
    };
    const { entities, passages, failures } = await open(late, { everyMs: 20, retryMs: 10 });
    entities.start();
    await expect.poll(async () => (await passages.sources('index:products')).length).toBe(3);
    expect(failures).toHaveLength(1);
    products.set('axe', { id: 'axe', name: 'Axe', description: 'Splits logs.' });
    await expect.poll(async () => (await passages.sources('index:products')).length).toBe(4);
    await entities.stop();
    products.delete('axe');
    await expect(entities.refresh(signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(await passages.sources('index:products')).toHaveLength(4);
  });

  it('an index is built while the model hangs on another', async () => {
    const { open } = await shop(others);
    const good = models();
    const indexes = ['hanging', 'products'].map((name) => ({ ...productIndex, name, embeddingRoute: name, embeddingModel: 'lexical' }));
    const handle: ChunkHandler = async function* hangs(request, call) {
      if (call.route === 'hanging')
        await new Promise((_, reject) => call.signal.addEventListener('abort', () => reject(call.signal.reason)));
      yield* good.handle(request, call);
    };
    const { entities, passages } = await open(handle, { indexes, everyMs: 20 });
    entities.start();
    await expect.poll(async () => (await passages.sources('index:products')).length).toBe(3);
    expect(await passages.sources('index:hanging')).toHaveLength(0);
  });

  it('an index stops in the middle when it is told', async () => {
    const { open } = await shop(lamps(30));
    const good = models();
    const leaving = new AbortController();
    const handle: ChunkHandler = (request, call) => {
      leaving.abort();
      return good.handle(request, call);
    };
    const { entities } = await open(handle);
    await expect(entities.refresh(leaving.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(good.requests.length).toBeLessThan(3);
  });
});
