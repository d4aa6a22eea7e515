import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/documents/manifest.ts';
import { temporaryFolder } from '../when-over.ts';

const text = 'query Shop { products { name } }';
const hash = createHash('sha256').update(text).digest('hex');

function fileWith(content: unknown, name = 'documents.json'): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

const apollo = {
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: [{ id: hash, name: 'Shop', type: 'query', body: text }],
};

describe('a list of trusted documents', () => {
  it.each([
    { tool: 'the client preset of graphql-codegen', content: { [`sha256:${hash}`]: text } },
    { tool: 'Relay with SHA256', content: { [hash]: text } },
    { tool: 'Relay as pairs', content: [[hash, text]] },
    { tool: 'Apollo', content: apollo },
  ])('a list of trusted documents is read as $tool writes it, and its hash is taken with a prefix and without', ({ content }) => {
    expect(readManifest(fileWith(content))).toMatchObject([{ ids: [hash, `sha256:${hash}`], text }]);
  });

  it('a list of trusted documents has ids of any kind, such as those of MD5 and SHA-1', () => {
    expect(readManifest(fileWith({ d41d8cd98f00b204e9800998ecf8427e: text, 'shop~1.2~list': text }))).toMatchObject([
      { ids: ['d41d8cd98f00b204e9800998ecf8427e'] },
      { ids: ['shop~1.2~list'] },
    ]);
  });

  it('a list of trusted documents may be a folder of GraphQL, whose documents are named by the SHA-256 of their text', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'deep', 'shop.graphql'), text);
    writeFileSync(join(folder, 'README.md'), 'Not one.');
    expect(readManifest(folder)).toMatchObject([{ ids: [hash, `sha256:${hash}`], text }]);
  });

  it.each([
    { what: 'that is no JSON', content: '{', says: /documents\.json is no JSON/ },
    { what: 'of numbers', content: { a: 5 }, says: /is no list of documents\. It must be an object of ids and texts/ },
    { what: 'of Apollo without operations', content: { format: apollo.format }, says: /is no list of documents/ },
    { what: 'with an empty id', content: { '': text }, says: /an id of 0 characters/ },
    { what: 'whose text was changed under its hash', content: { [`sha256:${hash}`]: `${text} ` }, says: /is not the SHA-256 of its text/ },
    { what: 'with a text that is no GraphQL', content: { a: 'query {' }, says: /a document a that cannot be read\. Syntax Error/ },
  ])('a list of trusted documents $what is refused with its file', ({ content, says }) => {
    expect(() => readManifest(fileWith(content))).toThrow(says);
  });
});
