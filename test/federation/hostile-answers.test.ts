/** What a subgraph that is broken, or in an attacker's hands, can answer: it fails its own fields, and nothing else. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { GraphQLError, type GraphQLFormattedError, GraphQLSchema, parse } from 'graphql';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { placeErrors } from '../../src/federation/engine/place-errors.ts';
import type { OpenPlanner } from '../../src/federation/engine/plan/planner.ts';
import { perRound } from '../rounds.ts';
import { whenOver } from '../when-over.ts';
import { answered, giving, givingEntities, type RawSubgraphs, rawSubgraphs } from './raw-subgraphs.ts';
import { engines, subscribeTo } from './run-operation.ts';

describe.each(engines)('answers to the engine %s:', (_, openEngine) => {
  let openPlanner: OpenPlanner | null = null;
  let graph: RawSubgraphs;
  beforeAll(async () => {
    openPlanner = await openEngine();
    graph = await rawSubgraphs({
      shop: 'scalar Any type Query { a: String any: Any items: [Item] } type Item @key(fields: "id") { id: ID! }',
      prices: 'type Query { b: String } type Item @key(fields: "id") { id: ID! price: Int label: String }',
    });
  });
  beforeEach(() => {
    graph.answers['shop'] = giving({ data: { a: 'x' } });
    graph.answers['prices'] = giving({ data: { b: 'y' } });
  });

  const items = (count: number): object => ({
    data: { items: Array.from({ length: count }, (_, id) => ({ __typename: 'Item', id: String(id) })) },
  });
  const errorsOf = ({ errors = [] }: { readonly errors?: readonly unknown[] | undefined }): readonly GraphQLFormattedError[] =>
    errors as readonly GraphQLFormattedError[];

  describe('the errors of a subgraph', () => {
    it('lead to no prototype, wherever their paths point', () => {
      const names = fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'length', 'a', 'list', 'data', 0, 1, -1, 1e9, 0.5);
      const prototypes = [Object.prototype, Array.prototype, Function.prototype, Object, Array, GraphQLError.prototype];
      const members = (): readonly unknown[] => prototypes.map((one) => Reflect.ownKeys(one));
      const before = members();
      fc.assert(
        fc.property(fc.array(fc.array(names, { maxLength: 5 }), { maxLength: 5 }), (paths) => {
          const data = JSON.parse('{"a":null,"list":[null,{"a":null}],"__proto__":{"a":null},"constructor":null}') as Record<
            string,
            unknown
          >;
          const errors = paths.map((path) => new GraphQLError('No.', { path }));
          const { data: placed } = placeErrors({ document: parse('{ a }') }, { data, errors }, new GraphQLSchema({}));
          expect(members()).toEqual(before);
          const { list } = (placed ?? {}) as { readonly list?: readonly unknown[] };
          if (Array.isArray(list)) expect(list.length).toBe(2);
        }),
      );
    });

    it('are handed on in bounded number and length, and what is left out is said', async () => {
      const huge = 'x'.repeat(1_000_000);
      const extensions = { code: huge, errorId: huge, retryable: 'yes', retryAfterMs: 1e308, stacktrace: [huge] };
      graph.answers['shop'] = giving({ data: null, errors: [{ message: huge, path: ['a'], extensions }] });
      const [error] = errorsOf(await graph.ask('{ a }'));
      expect(error?.message).toMatch(/^x{4000}…$/);
      expect(error?.extensions).toEqual({
        code: `${'x'.repeat(200)}…`,
        errorId: `${'x'.repeat(200)}…`,
        retryAfterMs: 86_400_000,
        subgraph: 'shop',
      });
      graph.answers['shop'] = giving({
        data: { a: 'x', items: Array.from({ length: 3_000 }, () => null) },
        errors: Array.from({ length: 3_000 }, (_, index) => ({ message: `No ${index}.`, path: ['items', index] })),
      });
      const many = errorsOf(await graph.ask('{ items { id } }'));
      expect(many).toHaveLength(1_000);
      expect(many[0]?.message).toBe('No 0.');
      expect(many.at(-1)?.message).toBe('No 999. (2000 more errors of this answer are not shown.)');
    });

    it('are placed in one pass, whether each is of one entity or of all', async () => {
      const entities = perRound(4_000, 20_000);
      graph.answers['shop'] = giving(items(entities));
      const each = (count: number) =>
        Array.from({ length: count }, (_, index) => ({ message: `No ${index}.`, path: ['_entities', index, 'price'] }));
      graph.answers['prices'] = givingEntities(() => null, each);
      const { data, errors } = await graph.ask('{ items { price } }');
      expect(data).toMatchObject({ items: expect.objectContaining({ length: entities }) });
      expect(errors?.slice(0, 2)).toMatchObject([
        { message: 'No 0.', path: ['items', 0, 'price'] },
        { message: 'No 1.', path: ['items', 1, 'price'] },
      ]);
      expect(errors).toHaveLength(entities);
    });
  });

  describe('an answer that is too much', () => {
    const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    let bounded: RawSubgraphs;
    beforeAll(async () => {
      bounded = await rawSubgraphs(
        { raw: 'scalar Any type Query { a: String any: Any ints: [Int] } type Subscription { any: Any }' },
        { maxObjects: 100, retries: 0 },
      );
    });

    it.each([
      ['nests deeper than can be sent', `{"data":{"any":${deep(2_000_000)}}}`, /nests deeper than 500 levels/, 'SUBGRAPH_UNAVAILABLE'],
      [
        'has a list of a million numbers',
        `{"data":{"ints":[${'1,'.repeat(1_000_000)}1]}}`,
        /takes: 2000 values in one answer/,
        'COST_LIMIT_EXCEEDED',
      ],
      [
        'has an object of 3,000 members',
        JSON.stringify({ data: { any: { ...Array.from({ length: 3_000 }, () => 1) } } }),
        /takes: 2000 values/,
        'COST_LIMIT_EXCEEDED',
      ],
    ])('because it %s is refused while it comes, and fails its own fields alone', async (_, text, message, code) => {
      bounded.answers['raw'] = (response, { query }) =>
        answered(query.includes('a\n}') ? '{"data":{"a":"x"}}' : text)(response, { query, variables: {}, headers: {} });
      const { data, errors } = await bounded.ask('{ any ints }');
      expect(data).toEqual({ any: null, ints: null });
      for (const error of errorsOf({ errors })) {
        expect(error).toMatchObject({ message: expect.stringMatching(message), extensions: { code, subgraph: 'raw', retryable: false } });
      }
      expect(await bounded.ask('{ a }')).toEqual({ data: { a: 'x' } });
    });

    it('is served up to the bound', async () => {
      bounded.answers['raw'] = answered(`{"data":{"any":${deep(400)},"ints":[${'1,'.repeat(1_500)}1]}}`);
      const { data, errors } = await bounded.ask('{ any ints }');
      expect(errors).toBeUndefined();
      expect([JSON.stringify(data?.['any']).length, data?.['ints']]).toEqual([800, expect.objectContaining({ length: 1_501 })]);
    });

    /** Objects of a JSON scalar, as text, whose names all differ. */
    const differing = (objects: number, members: number): string =>
      `[${Array.from({ length: objects }, (_, of) => `{${Array.from({ length: members }, (_member, at) => `"k${of}_${at}":1`).join()}}`).join()}]`;

    it.each([
      ['one object of 500,000 members', differing(1, 500_000)],
      ['a hundred objects of 9,000', differing(100, 9_000)],
      ['50,000 objects of ten', differing(50_000, 10)],
      [
        'a hundred objects of the same 9,000',
        `[${Array.from({ length: 100 }, () => `{${Array.from({ length: 9_000 }, (_, at) => `"k${at}":1`).join()}}`).join()}]`,
      ],
    ])('because a scalar is %s is refused before it is parsed, which would take seconds', async (_, value) => {
      graph.answers['shop'] = answered(`{"data":{"any":${value}}}`);
      const parsed = vi.spyOn(JSON, 'parse');
      const { data, errors } = await graph.ask('{ any }');
      expect(parsed.mock.calls.filter(([text]) => text.length > value.length)).toEqual([]);
      parsed.mockRestore();
      expect(data).toEqual({ any: null });
      expect(errorsOf({ errors })).toMatchObject([
        {
          message: expect.stringContaining('more than 20000 different names of members'),
          path: ['any'],
          extensions: { code: 'COST_LIMIT_EXCEEDED', subgraph: 'shop', retryable: false },
        },
      ]);
    });

    it('has 15,000 different names, or as many objects of equal names as may be, and is served', async () => {
      for (const value of [differing(3, 5_000), JSON.stringify(Array.from({ length: 40_000 }, () => ({ id: 1, name: 'x' })))]) {
        graph.answers['shop'] = answered(`{"data":{"any":${value}}}`);
        expect(await graph.ask('{ any }')).toEqual({ data: { any: JSON.parse(value) } });
      }
    });

    const tooMuchInAnEvent = [
      ['nests too deeply', deep(100_000), /nests deeper/],
      ['has too many values', `[${'1,'.repeat(5_000)}1]`, /2000 values/],
      ['has too many names', differing(1, 300_000), /20000 different names/],
    ] as const;

    it.each(tooMuchInAnEvent)('as an event of a subscription that %s ends it', async (_, value, message) => {
      bounded.answers['raw'] = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(`event: next\ndata: {"data":{"any":1}}\n\nevent: next\ndata: {"data":{"any":${value}}}\n\n`);
      };
      await endsAfterOne(bounded.schema, message);
    });

    it.each(tooMuchInAnEvent)(
      'as an event over a WebSocket that %s ends the subscription and its connection',
      async (_, value, message) => {
        const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
        whenOver(() => sockets.close());
        let left = Promise.resolve();
        sockets.on('connection', (socket) => {
          left = new Promise((resolve) => socket.once('close', () => resolve()));
          socket.on('message', (text) => {
            const { type, id } = JSON.parse(String(text)) as { readonly type: string; readonly id: string };
            if (type === 'connection_init') return socket.send('{"type":"connection_ack"}');
            if (type !== 'subscribe') return;
            for (const any of ['1', value]) socket.send(`{"type":"next","id":"${id}","payload":{"data":{"any":${any}}}}`);
          });
        });
        await once(sockets, 'listening');
        const url = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
        const over = await rawSubgraphs(
          { raw: 'scalar Any type Query { a: String } type Subscription { any: Any }' },
          { maxObjects: 100, subgraphs: { raw: { subscriptionUrl: url } } },
        );
        await endsAfterOne(over.schema, message);
        await left;
      },
    );

    async function endsAfterOne(schema: GraphQLSchema, message: RegExp): Promise<void> {
      const events = await subscribeTo({ schema, document: parse('subscription { any }'), contextValue: {} });
      expect((await events.next()).value).toEqual({ data: { any: 1 } });
      expect((await events.next()).value).toMatchObject({ errors: [{ message: expect.stringMatching(message) }] });
      expect((await events.next()).done).toBe(true);
    }
  });

  describe('an answer that is not what was asked for', () => {
    const given = (data: unknown, query = '{ a items { id } }') => {
      graph.answers['shop'] = giving({ data });
      return graph.ask(query);
    };
    const ofShop = (message: string, path: readonly (string | number)[]) => ({
      message: expect.stringContaining(message),
      path,
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'shop', errorId: expect.any(String), retryable: false },
    });

    it.each([
      [
        'an object for a text',
        { a: { x: 1 }, items: [] },
        { a: null, items: [] },
        [ofShop('gave a value for "Query.a" that is no String', ['a'])],
      ],
      ['a number for a text', { a: 5, items: [] }, { a: null, items: [] }, [ofShop('that is no String', ['a'])]],
      [
        'an object for a list',
        { a: 'x', items: { length: 1e9 } },
        { a: 'x', items: null },
        [ofShop('gave no list for "Query.items"', ['items'])],
      ],
      [
        'texts for objects',
        { a: 'x', items: ['y'] },
        { a: 'x', items: [null] },
        [ofShop('gave no object for "Query.items"', ['items', 0])],
      ],
      [
        'null where none may be',
        { a: 'x', items: [{ id: null }] },
        { a: 'x', items: [null] },
        [ofShop('gave null for "Item.id"', ['items', 0, 'id'])],
      ],
      [
        'an object as an id',
        { a: 'x', items: [{ id: {} }] },
        { a: 'x', items: [null] },
        [ofShop('"Item.id" that is no ID', ['items', 0, 'id'])],
      ],
      ['nothing', null, { a: null, items: null }, [ofShop('gave neither data nor an error', ['a']), ofShop('gave neither', ['items'])]],
      ['a list as data', [1], { a: null, items: null }, [ofShop('no GraphQL result', ['a']), ofShop('no GraphQL result', ['items'])]],
      ['a text as data', 'x', { a: null, items: null }, [ofShop('no GraphQL result', ['a']), ofShop('no GraphQL result', ['items'])]],
    ])('(%s) is an error of that field, in the words of whose fault it is', async (_, data, seen, errors) => {
      expect(await given(data)).toEqual({
        data: seen,
        errors: expect.arrayContaining(errors.map((error) => expect.objectContaining(error))),
      });
    });

    it('with names of prototypes in it is taken as data', async () => {
      graph.answers['shop'] = answered('{"data":{"a":"x","__proto__":{"a":"y"},"constructor":1},"__proto__":{"data":{"a":"z"}}}');
      expect(await graph.ask('{ a }')).toEqual({ data: { a: 'x' } });
      expect(({} as { readonly a?: unknown }).a).toBeUndefined();
    });

    it('is an error of a list where all its values are wrong, not one of each', async () => {
      const many = await rawSubgraphs({ raw: 'type Query { ints: [Int] }' }, {}, openPlanner);
      many.answers['raw'] = giving({ data: { ints: Array.from({ length: 10_000 }, () => 'x') } });
      const { data, errors } = await many.ask('{ ints }');
      expect([data, errors?.length]).toEqual([{ ints: null }, 1]);
    });

    it.each([
      [
        'fewer entities',
        () => [{ price: 7, label: 'l' }],
        [
          { price: 7, label: 'l' },
          { price: null, label: null },
        ],
        'gave no Item for a key',
      ],
      [
        'no list of entities',
        () => 'abc',
        [
          { price: null, label: null },
          { price: null, label: null },
        ],
        'gave no Item for a key',
      ],
      [
        'texts for entities',
        () => ['x', 'y'],
        [
          { price: null, label: null },
          { price: null, label: null },
        ],
        'gave no Item for a key',
      ],
      [
        'more entities',
        () => [
          { price: 1, label: 'a' },
          { price: 2, label: 'b' },
          { price: 3, label: 'c' },
        ],
        [
          { price: 1, label: 'a' },
          { price: 2, label: 'b' },
        ],
        null,
      ],
      [
        'an entity that it does not have',
        () => [null, { price: 2, label: 'b' }],
        [
          { price: null, label: null },
          { price: 2, label: 'b' },
        ],
        null,
      ],
      [
        'a text for a price',
        () => [
          { price: '1', label: 'a' },
          { price: 2, label: 'b' },
        ],
        [
          { price: null, label: 'a' },
          { price: 2, label: 'b' },
        ],
        'that is no Int',
      ],
    ])('with %s fails the entities that it should have given', async (_, entities, seen, message) => {
      graph.answers['shop'] = giving(items(2));
      graph.answers['prices'] = givingEntities(entities);
      const { data, errors } = await graph.ask('{ items { price label } }');
      expect(data).toEqual({ items: seen });
      if (message === null) expect(errors).toBeUndefined();
      else expect(errors?.length).toBeGreaterThan(0);
      for (const error of errorsOf({ errors }))
        expect(error).toMatchObject({ message: expect.stringContaining(message ?? ''), extensions: { subgraph: 'prices' } });
    });
  });

  describe('the error of one subgraph', () => {
    it('is no key for another: what cannot be asked for has that error, and the rest is asked for', async () => {
      const chain = await rawSubgraphs({
        a: 'type Query { items: [Item] } type Item @key(fields: "id") { id: ID! }',
        b: 'type Query { b: String } type Item @key(fields: "id") @key(fields: "sku") { id: ID! sku: String! }',
        c: 'type Query { c: String } type Item @key(fields: "sku") { sku: String! price: Int }',
      });
      chain.answers['a'] = giving(items(3));
      chain.answers['b'] = givingEntities(
        () => [null, { sku: 'two' }, { sku: 3 }],
        () => [{ message: 'No sku today.', path: ['_entities', 0] }],
      );
      chain.answers['c'] = givingEntities(
        () => [null],
        () => [{ message: 'No price today.', path: ['_entities', 0, 'price'] }],
      );
      const { data, errors } = await chain.ask('{ items { price } }');
      expect(data).toEqual({ items: [{ price: null }, { price: null }, { price: null }] });
      expect(errors).toMatchObject([
        { message: 'No sku today.', path: ['items', 0, 'price'], extensions: { subgraph: 'b' } },
        { message: 'No price today.', path: ['items', 1, 'price'], extensions: { subgraph: 'c' } },
        { message: expect.stringContaining('"Item.sku" that is no String'), path: ['items', 2, 'price'], extensions: { subgraph: 'b' } },
      ]);
      expect(chain.asked.at(-1)?.variables).toEqual({ representations: [{ __typename: 'Item', sku: 'two' }] });
      chain.asked.length = 0;
      chain.answers['b'] = answered('', {}, 500);
      expect((await chain.ask('{ items { price } }')).errors).toHaveLength(3);
      expect(chain.asked.some(({ query }) => query.includes('price'))).toBe(false);
    });
  });
});
