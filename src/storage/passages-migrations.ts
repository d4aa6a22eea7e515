import type { Migration } from './database.ts';

/**
 * Signs and vectors have tables of their own, because the signs of a collection are read as a whole and must not drag the
 * vectors along. Ids of passages are never used twice: whoever has one cached must not find another text under it.
 */
export const passageMigrations: readonly Migration[] = [
  {
    id: 10,
    name: 'passages',
    sql: `
      create table collections (
        id integer primary key,
        name text not null unique,
        embedding_model text not null default '',
        generation integer not null default 0,
        removals integer not null default 0
      );
      create table sources (
        collection_id integer not null references collections (id),
        id text not null,
        title text,
        metadata text not null,
        media_type text not null,
        digest text not null,
        embedding_model text not null,
        primary key (collection_id, id)
      );
      create table passages (
        id integer primary key autoincrement,
        collection_id integer not null references collections (id),
        source_id text not null,
        start_offset integer not null,
        end_offset integer not null,
        headings text not null,
        body text not null
      );
      create index passages_by_source on passages (collection_id, source_id);
      create table passage_signs (
        passage_id integer primary key,
        collection_id integer not null,
        embedding_model text not null,
        dimensions integer not null,
        signs blob not null
      );
      create index passage_signs_by_model on passage_signs (collection_id, dimensions, embedding_model);
      create table passage_vectors (passage_id integer primary key, vector blob not null);
      create virtual table passage_words using fts5 (
        scope, title, headings, body,
        content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
      );`,
  },
];
