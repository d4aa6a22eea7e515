import type { Migration } from '../database/database.ts';

/**
 * Signs and vectors have tables of their own, because the signs of a collection are read as a whole and must not drag the
 * vectors along. Ids of passages are never used twice: a client that has one cached must not find another text under it.
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
  {
    id: 11,
    name: 'versions of sources',
    // `generation` is the collection's when the source became what it is: what is new to a reader has a larger one.
    sql: `
      create table unseen_versions (id integer primary key autoincrement, leased_until integer not null);
      alter table sources add column version integer not null default 0;
      alter table sources add column passages integer not null default 0;
      alter table sources add column generation integer not null default 0;
      alter table passages add column version integer not null default 0;
      update sources set version = rowid,
        passages = (select count(*) from passages p where p.collection_id = sources.collection_id and p.source_id = sources.id);
      update sources set generation = numbered.n
        from (select version as v, row_number() over (partition by collection_id order by rowid) as n from sources) as numbered
        where version = numbered.v;
      update passages set version =
        (select s.version from sources s where s.collection_id = passages.collection_id and s.id = passages.source_id);
      update collections set generation = max(generation, (select count(*) from sources s where s.collection_id = collections.id));
      insert into unseen_versions (id, leased_until) select coalesce(max(version), 0) + 1, 0 from sources;
      delete from unseen_versions;
      drop index passages_by_source;
      drop index passage_signs_by_model;
      create index passages_by_version on passages (version);
      create unique index sources_by_generation on sources (collection_id, generation);`,
  },
];
