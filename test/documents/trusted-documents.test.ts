import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../../src/core/call/call.ts';
import type { ListedDocument } from '../../src/documents/manifest.ts';
import { type TrustLevel, trustedDocuments } from '../../src/documents/trusted-documents.ts';

const text = 'query Shop($first: Int = 2) { products(first: $first) { ...Shown } } fragment Shown on Product { id name }';
const caller = (...scopes: string[]): Principal => ({ id: 'key:a', kind: 'key', team: null, scopes, routes: null, limits: [] });

function opened(level: TrustLevel, shop = text) {
  const reports: string[] = [];
  const listed: readonly ListedDocument[] = [{ id: 'shop', ids: ['shop'], text: shop, document: parse(shop) }];
  const trusted = trustedDocuments(listed, level, ({ hash }) => void reports.push(hash));
  const send = (query: string, principal: Principal | null = caller('ai:use'), documentId: string | null = null): string => {
    const asked = { query, documentId };
    const read = trusted.textOf(asked, principal);
    trusted.check(asked, parse(read), principal);
    return read;
  };
  const name = (documentId: string): string => trusted.textOf({ query: '', documentId }, caller('ai:use'));
  return { send, name, reports };
}

describe('trusted documents', () => {
  it.each([
    { how: 'with other whitespace, commas and a comment', query: text.replaceAll(' { ', '\n{,, # a comment\n') },
    { how: 'with its fragment before its operation', query: text.replace(/^(.*) (fragment .*)$/, '$2 $1') },
    { how: 'with its fields in another order', query: text.replace('id name', 'name id') },
    { how: 'with the __typename that a cache adds', query: text.replaceAll('id name', '__typename id name') },
  ])('trusted documents are known $how', ({ query }) => {
    expect(query).not.toBe(text);
    expect(opened('list').send(query)).toBe(query);
  });

  it.each([
    { what: 'a field', query: text.replace('name', 'price') },
    { what: 'an alias', query: text.replace('name', 'price: name') },
    { what: 'an alias of __typename', query: text.replace('id name', 'id name a: __typename') },
    { what: 'a literal', query: text.replace('= 2', '= 3') },
    { what: 'a directive', query: text.replace('...Shown', '...Shown @include(if: true)') },
    { what: 'the name of its operation', query: text.replace('Shop(', 'Shops(') },
    { what: 'a second operation', query: `${text} query More { products(first: 5) { id } }` },
  ])('trusted documents are refused with $what changed', ({ query }) => {
    expect(() => opened('list').send(query)).toThrow(expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED' }));
  });

  it.each([
    { where: 'at its root', mutation: 'mutation Two { B A }' },
    { where: 'in a fragment', mutation: 'mutation Two { ...Root } fragment Root on Mutation { ... { B A } }' },
  ])('trusted mutations keep the order in which their fields run: $where', ({ mutation }) => {
    const withFields = (first: string, second: string): string => mutation.replace('B', first).replace('A', second);
    const [a, b] = ['pay(id: 1) { id name }', 'cancel(id: 1) { id }'];
    const listed = withFields(a, b);
    const { send } = opened('list', listed);
    for (const same of [listed.replaceAll(' ', '\n '), listed.replace('id name', 'name __typename id')]) expect(send(same)).toBe(same);
    expect(() => send(withFields(b, a))).toThrow(expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED' }));
  });

  it('trusted documents are sent by id at each level, and an unknown id is refused', () => {
    for (const level of ['report', 'list', 'ids'] as const) {
      const { name } = opened(level);
      expect(name('shop')).toBe(text);
      expect(() => name('other')).toThrow(expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED' }));
      expect(() => name('constructor')).toThrow(expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED' }));
    }
  });

  it('trusted documents are asked by id or as text, not both, but where they are only reported: there the text runs, and is told', () => {
    for (const level of ['list', 'ids'] as const)
      expect(() => opened(level).send(text, caller('ai:use'), 'shop')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
    const { send, reports } = opened('report');
    for (const id of ['shop', 'other']) expect(send('{ other }', caller('ai:use'), id)).toBe('{ other }');
    expect(send(text, caller('ai:use'), 'other')).toBe(text);
    expect(reports).toHaveLength(1);
  });

  it('trusted documents by id only refuse every text, a listed one too, before it is parsed', () => {
    for (const query of [text, 'no GraphQL at all {']) {
      expect(() => opened('ids').send(query)).toThrow(expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED' }));
      expect(() => opened('ids').send(query, null)).toThrow(expect.objectContaining({ code: 'DOCUMENT_NOT_TRUSTED' }));
    }
  });

  it('trusted documents do not bind a caller with the scope ai:freeform', () => {
    for (const level of ['list', 'ids'] as const) expect(opened(level).send('{ other }', caller('ai:freeform'))).toBe('{ other }');
  });

  it('trusted documents that are only reported refuse nothing, and tell each other document once', () => {
    const { send, reports } = opened('report');
    for (const query of [text, '{ other }', '{ other }', '{ third }']) expect(send(query)).toBe(query);
    expect(reports).toEqual([expect.stringMatching(/^[\da-f]{64}$/), expect.stringMatching(/^[\da-f]{64}$/)]);
  });

  it('trusted documents that are only reported tell at most a thousand others', () => {
    const { send, reports } = opened('report');
    for (let index = 0; index < 1_100; index += 1) send(`{ a${index} }`);
    expect(reports).toHaveLength(1_000);
  });
});
